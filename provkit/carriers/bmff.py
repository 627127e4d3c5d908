"""BMFF (AVIF, HEIC, MP4, MOV, M4A): a manifest store in a top-level ``uuid`` box (C2PA 2.4 §A.5).

The box holds version and flags, a purpose that ends in NUL, for the manifest the offset of the
first auxiliary box, then the store.  A file signed in fragments has further such boxes with
purpose ``merkle``.  The hash of these formats (``c2pa.hash.bmff.v3``) leaves boxes out by their
path, so :attr:`Found.ranges` is the extent of the whole box.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from provkit.carriers.found import (
    SIGNATURE,
    Found,
    broken,
    check_size,
    check_store,
    cut_off,
    only,
    too_many,
)
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_HEADER: Final = Struct(">I4s")
_FULL_BOX: Final = bytes(4)
"""Version 0, flags 0."""
_OFFSET: Final = 8
"""Bytes of the offset of the first auxiliary box."""
_PURPOSES: Final = (b"manifest\0", b"original\0", b"update\0", b"merkle\0")
_MAY_BE_OPEN: Final = frozenset((b"mdat", b"uuid", b"meta"))
"""Boxes that writers let go on to the end of the file."""
_LONGEST_HEAD: Final = 128
"""A store begins this near to the start of its box, bytes."""


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store among the top-level boxes; nothing below them is read.

    Raises:
        MalformedError: a box that does not fit, cut off, a damaged or doubled store.
        LimitError: too many boxes, or too large a store.
    """
    stores: list[Found] = []
    updates: list[Found] = []
    size = len(data)
    unpack = _HEADER.unpack_from
    pos = 0
    for _ in range(limits.container_parts):
        if pos == size:
            return _one(stores, updates)
        if pos + 8 > size:
            return broken(data, pos, stores, "no box of the file begins")
        length, kind = unpack(data, pos)
        body = pos + 8
        if length == 1:
            if pos + 16 > size:
                return cut_off(stores, "the file ends inside a box")
            length = int.from_bytes(data[body : body + 8], "big")
            body += 8
        elif length == 0:  # to the end of the file
            length = size - pos
            if kind not in _MAY_BE_OPEN and not stores:
                broken(data, pos, stores, "a box that is never the last does not end")
        end = pos + length
        if end < body:
            return broken(data, pos, stores, "no box of the file begins")
        if kind == b"uuid":
            if data.startswith(UUID, body):
                if end > size:
                    raise MalformedError("the box with the manifest store is longer than the file")
                purpose, found = _carrier(data, pos, body + len(UUID), end, limits)
                if found is not None:
                    (updates if purpose in {b"original\0", b"update\0"} else stores).append(found)
            elif data.find(SIGNATURE, body, min(end, body + _LONGEST_HEAD)) >= 0:
                raise MalformedError("a manifest store stands in a box of another type")
        elif data.startswith(UUID, body) or (kind == b"ftyp" and data.find(SIGNATURE, body, end) >= 0):
            raise MalformedError("a manifest store stands in a box of another type")
        if end > size:
            return cut_off(stores, "the file ends inside a box")
        pos = end
    raise too_many(limits)


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file with a ``free`` box of the same size for each C2PA box, cut where one ends it.

    Other boxes count on where things stand from the start of the file, so nothing moves.

    Raises:
        LimitError: too many boxes.
    """
    out = bytearray(data)
    boxes: list[tuple[int, int, int]] = []
    pos = 0
    for _ in range(limits.container_parts):
        if pos + 8 > len(data):
            break
        length, kind = _HEADER.unpack_from(data, pos)
        body = pos + 8
        if length == 1:
            length = int.from_bytes(data[body : body + 8], "big")
            body += 8
        end = pos + length if length else len(data)
        if end < body or end > len(data):
            break
        if data.startswith(UUID, body) or (
            kind == b"uuid" and data.find(SIGNATURE, body, min(end, body + _LONGEST_HEAD)) >= 0
        ):
            boxes.append((pos, body, end))
        pos = end
    else:
        if pos < len(data):
            raise too_many(limits)
    for start, body, end in reversed(boxes):
        if end == len(out):
            del out[start:]
        else:
            out[start + 4 : start + 8] = b"free"
            out[body:end] = bytes(end - body)
    return bytes(out)


def _carrier(data: bytes, pos: int, body: int, end: int, limits: Limits) -> tuple[bytes, Found | None]:
    """Purpose of a C2PA box, and the store in it; None for the hashes of fragments."""
    after = body + len(_FULL_BOX)
    purpose = next((name for name in _PURPOSES if data.startswith(name, after)), None)
    if purpose is None:
        raise MalformedError("a C2PA box is of unknown purpose")
    start = after + len(purpose)
    if purpose == b"merkle\0":
        if data.find(SIGNATURE, start, min(end, start + _LONGEST_HEAD)) >= 0:
            raise MalformedError("a manifest store stands in a box that is for hashes")
        return purpose, None
    if purpose != b"update\0":
        start += _OFFSET
    check_size(max(0, end - start), limits)
    store = data[start:end]
    problems = check_store(store, limits)
    if data[body:after] != _FULL_BOX:
        problems += ("the box with the manifest store has a version or flags",)
    if purpose != b"update\0":
        first = int.from_bytes(data[start - _OFFSET : start], "big")
        if first and not _is_merkle(data, first):
            problems += ("the box with the manifest store points to hashes that are not there",)
    return purpose, Found(store, ((pos, end - pos),), problems)


def _is_merkle(data: bytes, pos: int) -> bool:
    return data.startswith(b"uuid" + UUID + _FULL_BOX + b"merkle\0", pos + 4)


def _one(stores: list[Found], updates: list[Found]) -> Found | None:
    if not updates:
        return only(stores)
    if stores or len(updates) != 2:
        raise MalformedError("the file carries more than one manifest store")
    # §A.5: an update is added at the end of the file and the first store renamed.
    first, update = updates
    note = "the manifest store was updated in a second box, which is not read"
    return Found(first.store, first.ranges + update.ranges, (*first.problems, *update.problems, note))
