"""Bytes as variation selectors and back (C2PA 2.4 §A.8.3), without a loop over characters.

A byte below 16 is U+FE00+b, three bytes of UTF-8; any other is U+E0100+(b-16), four.
"""

from __future__ import annotations

from typing import Final

_LOW: Final = bytes(b if b < 16 else b - 16 for b in range(256))
_HIGH: Final = bytes(0xFE if b < 16 else 0x01 for b in range(256))
_PLANE: Final = bytes(0x00 if b < 16 else 0x0E for b in range(256))

_SMALL: Final = bytes(range(16))
_OFFSET: Final = bytes(0x10 if b == 0x0E else 0x00 for b in range(256))


def utf8_length(data: bytes) -> int:
    """UTF-8 bytes that :func:`encode` makes of ``data``; depends on values, not only on count."""
    return 3 * len(data) + len(data.translate(None, _SMALL))


def encode(data: bytes) -> bytes:
    """UTF-8 of the selectors for ``data`` (§A.8.3.1)."""
    points = bytearray(4 * len(data))
    points[0::4] = data.translate(_LOW)
    points[1::4] = data.translate(_HIGH)
    points[2::4] = data.translate(_PLANE)
    return points.decode("utf-32-le").encode("utf-8")


def decode(run: bytes) -> bytes | None:
    """Bytes that a run of selectors stands for (§A.8.3.2), None if anything else is in it."""
    try:
        points = run.decode("utf-8").encode("utf-32-le")
    except UnicodeDecodeError:
        return None
    low, high, plane = points[0::4], points[1::4], points[2::4]
    # As one addition of two long numbers.  Selectors cause no carry, their low byte being at most 0xEF
    # where 16 is added; the first other character that causes one is found out below.
    total = int.from_bytes(low, "little") + int.from_bytes(plane.translate(_OFFSET), "little")
    data = total.to_bytes(len(low) + 1, "little")[:-1]
    # A run of selectors, and no other, is what its bytes are written as.
    return data if data.translate(_PLANE) == plane and data.translate(_HIGH) == high else None
