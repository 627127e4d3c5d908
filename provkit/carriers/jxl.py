"""JPEG XL: a manifest store as a ``jumb`` box of the container, beside the code stream.

The box is the store itself (ISO 18181-2, C2PA 2.4 §A.3), and the exclusion is the box.  A bare
code stream has no room for one.  Nothing counts on where boxes stand, so it can be cut out.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from provkit.carriers.found import (
    LABEL,
    SIGNATURE,
    STORE_HEADER,
    Found,
    broken,
    check_size,
    check_store,
    cut,
    cut_off,
    left_over,
    only,
    too_many,
)
from provkit.errors import MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = b"\0\0\0\x0cJXL \r\n\x87\n"
BARE: Final = b"\xff\x0a"
_HEADER: Final = Struct(">I4s")
_COMPRESSED: Final = b"brobjumb"
_WIDE: Final = 8
"""More bytes of a header whose length has eight."""


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store among the boxes; no other box is read.

    Raises:
        MalformedError: not a JPEG XL, cut off, a damaged or doubled store.
        UnsupportedError: a compressed JUMBF box, which may hold a store and must not (§11.1.4).
        LimitError: too many boxes, or too large a store.
    """
    if data.startswith(BARE):
        return None
    if not data.startswith(MAGIC):
        raise MalformedError("not a JPEG XL: the first twelve bytes are others")
    stores: list[Found] = []
    end = 0
    for pos, end in _boxes(data, limits):
        if data.startswith(_COMPRESSED, pos + 4):
            raise UnsupportedError("the JPEG XL has a compressed JUMBF box, which is not looked into")
        if _is_store(data, pos):
            if end > len(data):
                raise MalformedError("the box with the manifest store is longer than the file")
            check_size(end - pos, limits)
            store = data[pos:end]
            stores.append(Found(store, ((pos, end - pos),), check_store(store, limits)))
        elif data.startswith(b"ftyp", pos + 4) and left_over(data, pos, end):
            raise MalformedError("a manifest store stands in a box of another type")
        if end > len(data):
            return cut_off(stores, "the JPEG XL ends inside a box")
    if end < len(data):
        return broken(data, end, stores, "no box of the JPEG XL begins")
    return only(stores)


def _boxes(data: bytes, limits: Limits) -> Iterator[tuple[int, int]]:
    """Start and end of the boxes, as far as they can be walked; the last may be cut off."""
    pos = 0
    for _ in range(limits.container_parts):
        if pos + _HEADER.size > len(data):
            return
        length, _kind = _HEADER.unpack_from(data, pos)
        least = _HEADER.size
        if length == 1:
            least += _WIDE
            length = int.from_bytes(data[pos + _HEADER.size : pos + least], "big")
        elif length == 0:  # to the end of the file
            length = len(data) - pos
        if length < least:
            return
        yield pos, pos + length
        pos += length
    raise too_many(limits)


def _is_store(data: bytes, pos: int) -> bool:
    """Whether the box is a manifest store, or was one before a byte was changed."""
    return (
        data.find(SIGNATURE, pos, pos + STORE_HEADER + _WIDE) >= 0
        or data[pos + STORE_HEADER - len(LABEL) : pos + STORE_HEADER] == LABEL
    )


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The JPEG XL without its boxes of manifest stores.

    Raises:
        LimitError: too many boxes.
    """
    if not data.startswith(MAGIC):
        return data
    return cut(data, [(pos, end) for pos, end in _boxes(data, limits) if _is_store(data, pos)])
