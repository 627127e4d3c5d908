"""Matching a path with the patterns of ``robots.txt`` (RFC 9309 §2.2.2): ``*``, and ``$`` at the end."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 2048
"""Characters of a path or a pattern that are compared."""
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def normal(path: str) -> str:
    """A path with escapes of ordinary characters resolved and those of others in upper case."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    # What is not ASCII is compared as the bytes of its UTF-8 (§2.2.2).
    spelled = "".join(
        c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode("utf-8", "replace")) for c in path
    )
    return _ESCAPE.sub(one, spelled)[:LONGEST]


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path, both :func:`normal`.  Without backtracking."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    if not rest:
        return not anchored or position == len(path)
    *middle, last = rest
    for part in middle:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    if anchored:
        return path.endswith(last) and len(path) - len(last) >= position
    return path.find(last, position) >= 0
