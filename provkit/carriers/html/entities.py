"""Character references, decoded as the HTML standard says (§13.2.5.72 and following there).

``html.unescape`` is not used: in attribute values ``&para=`` is no reference, and invalid code
points are replaced in other ways.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Final

_REFERENCE: Final = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([0-9A-Za-z]{1,40};?))")
_LONGEST: Final = max(map(len, html5))
_LONGEST_NUMBER: Final = 7
"""Significant digits of U+10FFFF in base 10."""
_REPLACEMENT: Final = "\ufffd"
# The C1 controls stand for what windows-1252 has in their places, where it has something.
_C1: Final = {
    n: bytes((n,)).decode("cp1252") for n in range(0x80, 0xA0) if n not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


def decode(text: str, *, is_attribute: bool) -> str:
    """Replace the character references in ``text``, in time linear in it."""
    if "&" not in text:
        return text
    out = []
    pos = 0
    match = _REFERENCE.search(text)
    while match is not None:
        out.append(text[pos : match.start()])
        value, pos = _reference(text, match, is_attribute)
        out.append(value)
        match = _REFERENCE.search(text, pos)
    out.append(text[pos:])
    return "".join(out)


def _reference(text: str, match: re.Match[str], is_attribute: bool) -> tuple[str, int]:
    """What the reference stands for, and where it ends."""
    hexadecimal, decimal, name = match.groups()
    if name is None:
        digits = (hexadecimal or decimal).lstrip("0")
        base = 16 if hexadecimal else 10
        point = int(digits or "0", base) if len(digits) <= _LONGEST_NUMBER else 0
        return _character(point), match.end()
    # The longest name wins: `&notit;` is `&not` and `it;`.
    for length in range(min(len(name), _LONGEST), 1, -1):
        value = html5.get(name[:length])
        if value is None:
            continue
        end = match.start() + 1 + length
        follower = text[end : end + 1]
        if (
            is_attribute
            and name[length - 1] != ";"
            and (follower == "=" or (follower.isascii() and follower.isalnum()))
        ):
            return text[match.start() : end], end
        return value, end
    return match[0], match.end()


def _character(point: int) -> str:
    if point == 0 or point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        return _REPLACEMENT
    return _C1.get(point) or chr(point)
