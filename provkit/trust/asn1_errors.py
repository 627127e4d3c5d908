"""What asn1crypto raises when a part is read that no honest authority writes.

It parses when a part is asked for, and has no error of its own for what it cannot parse.
"""

from __future__ import annotations

from typing import Final

ASN1_ERRORS: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
)
