"""Characters of a text that readers do not see, or that reorder what they see.

They are signed like all the others; who reads a text should know that there are any.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

# Characters that a reader does not see or that reorder what is seen, each with bytes that
# must occur for it to occur.  Selectors and tags have honest uses: ideographic variants,
# flags of regions, the look of an emoji.
_HIDDEN: Final = tuple(
    (hints, re.compile(pattern))
    for hints, pattern in (
        ((b"\xf3\xa0",), rb"\xf3\xa0[\x80-\x83]"),
        (
            (b"\xf3\xa0",),
            rb"(?<![\xe3-\xe9][\x80-\xbf]{2})(?<!\xf0[\xa0-\xaf][\x80-\xbf]{2})\xf3\xa0[\x84-\x87]",
        ),
        (tuple(b"\xe2\x80" + bytes((last,)) for last in range(0xAA, 0xAF)), rb"\xe2\x80[\xaa-\xae]"),
        ((b"\xe2\x81",), rb"\xe2\x81[\xa6-\xa9]"),
        ((b"\xef\xb8",), rb"(?<=[A-Za-z])\xef\xb8[\x80-\x8f]"),
    )
)
_FLAG: Final = re.compile(rb"\xf0\x9f\x8f\xb4(?:\xf3\xa0\x81[\x80-\xbf])++")
COUNTED: Final = 1000
"""Hidden characters of one kind are counted up to here: a flood is a flood."""


def count(*parts: bytes) -> int:
    """How many characters of a text, given in parts, carry something unseen or reorder it.

    Counted, each kind up to :data:`COUNTED`, are tag characters outside the flag of a
    region, selectors of plane 14 behind anything but an ideograph, selectors behind an ASCII
    letter, and bidirectional embeddings, overrides and isolates.
    """
    return sum(_hidden(part) for part in parts if not part.isascii())


def _hidden(part: bytes) -> int:
    if b"\xf0\x9f\x8f\xb4" in part:
        part = _FLAG.sub(b"", part)
    return sum(
        sum(1 for _ in islice(pattern.finditer(part), COUNTED))
        for hints, pattern in _HIDDEN
        if any(hint in part for hint in hints)
    )
