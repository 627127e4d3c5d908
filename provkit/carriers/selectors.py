"""Bytes as variation selectors and back (C2PA 2.4 §A.8.3), without a loop over characters.

A byte below 16 is U+FE00+b, three bytes of UTF-8; any other is U+E0100+(b-16), four.
"""

from __future__ import annotations

from typing import Final

_LOW: Final = bytes(b if b < 16 else b - 16 for b in range(256))
_HIGH: Final = bytes(0xFE if b < 16 else 0x01 for b in range(256))
_PLANE: Final = bytes(0x00 if b < 16 else 0x0E for b in range(256))

_SMALL: Final = bytes(range(16))
_PLANE_OF_HIGH: Final = bytes(0x00 if b == 0xFE else 0x0E if b == 0x01 else 0xFF for b in range(256))
_LOW_NIBBLE_ONLY: Final = bytes(0xF0 if b == 0x00 else 0x00 for b in range(256))
_OFFSET: Final = bytes(0x10 if b == 0x0E else 0x00 for b in range(256))
_BEYOND: Final = bytes(range(0xF0, 0x100))


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
    count = len(low)
    # Plane 0 goes with U+FExx, plane 14 with U+E01xx; nothing else is a selector.
    if high.translate(_PLANE_OF_HIGH) != plane or points[3::4].count(0) != count:
        return None
    if len(low.translate(None, _BEYOND)) != count:
        return None
    low_number = int.from_bytes(low, "little")
    if low_number & int.from_bytes(plane.translate(_LOW_NIBBLE_ONLY), "little"):
        return None
    # No carry: where 16 is added, low is at most 0xEF.
    return (low_number + int.from_bytes(plane.translate(_OFFSET), "little")).to_bytes(count, "little")
