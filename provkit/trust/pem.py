"""PEM armour: the certificates in a file, as DER, with nothing else believed.

Published lists put a ``Subject`` line before each block and OpenSSL prints a whole dump
there; text between blocks is skipped.  Text *inside* a block is not: a damaged block is an
error, never a shorter list.
"""

from __future__ import annotations

import binascii
from typing import Final

_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_END: Final = b"-----END CERTIFICATE-----"
_LINE: Final = 64


def has_blocks(data: bytes) -> bool:
    """Whether `data` holds PEM blocks of any kind."""
    return b"-----BEGIN " in data


def certificates(data: bytes) -> tuple[bytes, ...]:
    """Every ``CERTIFICATE`` block of `data` as DER bytes, in file order; may be empty.

    Blocks of other kinds are skipped.  Linear in the size of `data`.

    Raises:
        ValueError: a block has no end or is not base64.  The message counts blocks from 1.
    """
    found: list[bytes] = []
    position = 0
    while (start := data.find(_BEGIN, position)) >= 0:
        body = start + len(_BEGIN)
        end = data.find(_END, body)
        if end < 0:
            raise ValueError(f"certificate {len(found) + 1} has no END line")
        try:
            found.append(binascii.a2b_base64(b"".join(data[body:end].split()), strict_mode=True))
        except binascii.Error:
            raise ValueError(f"certificate {len(found) + 1} is not base64") from None
        position = end + len(_END)
    return tuple(found)


def armour(der: bytes) -> bytes:
    """One certificate as a PEM block, ending in a line feed."""
    text = binascii.b2a_base64(der, newline=False)
    lines = [text[i : i + _LINE] for i in range(0, len(text), _LINE)]
    return b"\n".join((_BEGIN, *lines, _END, b""))
