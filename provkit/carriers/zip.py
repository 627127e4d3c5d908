"""ZIP, EPUB, OOXML, ODF: a manifest store as a file of its own in the archive (C2PA 2.4 §A.6).

It is called ``META-INF/content_credential.c2pa``, stored and not encrypted.  The hash of an
archive goes file by file (``c2pa.hash.collection.data``), so :attr:`Found.ranges` is the extent
of the file's data.
"""

from __future__ import annotations

import zlib
from struct import Struct
from typing import Final

from provkit.carriers.found import Found, broken, check_size, check_store, cut_off, only, too_many
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

NAME: Final = b"META-INF/content_credential.c2pa"
_LOCAL: Final = b"PK\x03\x04"
_CENTRAL: Final = b"PK\x01\x02"
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LONGEST_COMMENT: Final = 0xFFFF
_ENTRY: Final = Struct("<4s4H2x2xIII3H2x2x4xI")
"""Signature, versions, flags, method, CRC, sizes, lengths of name, extra and comment, offset."""
_LOCAL_BYTES: Final = 30
_WIDE: Final = 0xFFFFFFFF
"""A value that stands in a ZIP64 record instead."""


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store in the central directory; no other file is read.

    Raises:
        MalformedError: not an archive, cut off, a damaged, compressed, encrypted or doubled store.
        LimitError: too many files, or too large a store.
    """
    if not data.startswith((_LOCAL, _END)):
        raise MalformedError("not a ZIP archive")
    end = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if end < 0 or end + _END_BYTES > len(data):
        return cut_off([], "the archive has no directory")
    count = int.from_bytes(data[end + 10 : end + 12], "little")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    if _WIDE in {size, start} or count == 0xFFFF or start + size > end:
        return _unclear(data, "the directory of the archive is large or damaged")
    stores: list[Found] = []
    pos = start
    for _ in range(limits.container_parts):
        if pos == start + size:
            return only(stores)
        if pos + _ENTRY.size > end or not data.startswith(_CENTRAL, pos):
            return _unclear(data, "the directory of the archive is damaged")
        (_, _, _, flags, method, crc, packed, plain, name, extra, comment, offset) = _ENTRY.unpack_from(
            data, pos
        )
        if data[pos + _ENTRY.size : pos + _ENTRY.size + name] == NAME:
            if flags or method or packed != plain:
                raise MalformedError("the manifest store in the archive is compressed, encrypted or marked")
            stores.append(_carrier(data, offset, plain, crc, limits))
        pos += _ENTRY.size + name + extra + comment
    raise too_many(limits)


def _unclear(data: bytes, what: str) -> Found | None:
    if NAME in data:
        raise MalformedError(f"{what}, and what looks like a manifest store is in it")
    return broken(data, 0, [], what)


def _carrier(data: bytes, pos: int, size: int, crc: int, limits: Limits) -> Found:
    name = int.from_bytes(data[pos + 26 : pos + 28], "little")
    extra = int.from_bytes(data[pos + 28 : pos + 30], "little")
    start = pos + _LOCAL_BYTES + name + extra
    if not data.startswith(_LOCAL, pos) or data[pos + _LOCAL_BYTES : start - extra] != NAME:
        raise MalformedError("the archive has no manifest store where its directory says")
    if start + size > len(data):
        raise MalformedError("the archive ends inside the manifest store")
    check_size(size, limits)
    store = data[start : start + size]
    problems = check_store(store, limits)
    if crc not in {0, zlib.crc32(store)}:  # no hash covers it, and the reference engine may leave it out
        problems += ("the CRC of the manifest store in the archive is wrong",)
    return Found(store, ((start, size),), problems)
