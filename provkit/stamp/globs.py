"""Patterns of paths, as publishers know them from other tools: ``**/*.html``, ``/index.html``, ``drafts/``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from provkit.errors import ConfigurationError

_LONGEST: Final = 512
_TOKEN: Final = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)


def matches(pattern: str, path: str) -> bool:
    """Whether a path below the root, with ``/``, is one that a pattern names.

    ``**`` is any number of folders, ``*`` and ``?`` stay within one, ``[a-z]`` is a set. A pattern without
    ``/`` in it names files in every folder; one that ends in ``/`` names all below those folders.

    Raises:
        ConfigurationError: the pattern is too long.
    """
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    if not pattern or len(pattern) > _LONGEST:
        raise ConfigurationError(f"a pattern has 1 to {_LONGEST} characters: {pattern[:80]!r}")
    body = pattern.removeprefix("/")
    if pattern.endswith("/"):
        body += "**"
    anywhere = "/" not in pattern.rstrip("/") and not pattern.startswith("/")
    parts = ["(?:.*/)?" if anywhere else ""]
    for piece in _TOKEN.findall(body):
        if piece == "**/":
            parts.append("(?:.*/)?")
        elif piece == "**":
            parts.append(".*")
        elif piece == "*":
            parts.append("[^/]*")
        elif piece == "?":
            parts.append("[^/]")
        elif len(piece) > 1:
            negated = piece[1] == "!"
            inner = (
                piece[2 if negated else 1 : -1].replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
            )
            parts.append(f"[{'^/' if negated else ''}{inner.replace('^', chr(92) + '^')}]")
        else:
            parts.append(re.escape(piece))
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error as error:
        raise ConfigurationError(f"the pattern {pattern!r} is none: {error}") from error
