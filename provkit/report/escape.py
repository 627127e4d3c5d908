r"""What a file says, made harmless for a terminal.

Titles, names and file names are written by strangers.  A line feed in one can forge a line of
our output, an escape sequence can recolour or erase it, a bidirectional control can reorder it.
So whatever is not plainly visible is shown as ``\xNN``, ``\uNNNN`` or ``\UNNNNNNNN``.
"""

from __future__ import annotations

import re
from typing import Final

# Letters, marks and symbols that str.isprintable accepts and no eye sees: soft and combining
# joiners, fillers, variation selectors, blank Braille.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def escape(text: str, *, limit: int | None = None, ascii_only: bool = False) -> str:
    """`text` on one line, with everything invisible spelled out.

    Args:
        text: anything, lone surrogates included (an undecodable byte of a file name).
        limit: longest result in characters; what is cut off is shown as ``...``.
        ascii_only: spell out everything outside ASCII, for terminals that show nothing else.
    """
    # Cut first: a title of a million characters costs nothing.
    cut = limit is not None and len(text) > limit
    shown = text[:limit] if cut else text
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(_shown(character, ascii_only=ascii_only) for character in shown)
    if limit is not None and (cut or len(shown) > limit):
        shown = f"{shown[: max(limit - 3, 0)]}..."
    return shown


def quote(text: str, *, limit: int | None = 80, ascii_only: bool = False) -> str:
    """`text` escaped and in double quotes; quotes inside cannot end it."""
    return f'"{escape(text, limit=limit, ascii_only=ascii_only).replace(chr(34), chr(92) + chr(34))}"'


def _shown(character: str, *, ascii_only: bool) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        # How Python keeps a byte of a file name that is not UTF-8.
        return f"\\x{code - 0xDC00:02x}"
    plain = character.isprintable() and not _INVISIBLE.match(character)
    if plain and (code < 0x80 or not ascii_only):
        return character
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


__all__ = ["escape", "quote"]
