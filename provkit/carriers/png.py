"""PNG: a manifest store in one ``caBX`` chunk (C2PA 2.4 §A.3.2).

The exclusion is the whole chunk: length, type, data and CRC (§18.5.4).  So neither the length
nor the CRC is hashed, and both are checked here.
"""

from __future__ import annotations

import zlib
from struct import Struct
from typing import Final

from provkit.carriers.found import Found, check_size, check_store, cut, cut_off, hides_store, only, too_many
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
CHUNK: Final = b"caBX"
_HEADER: Final = Struct(">I4s")
_FRAME: Final = 12
"""Length, type and CRC of a chunk."""
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0"
_USUAL: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP iTXt tEXt zTXt bKGD hIST pHYs sPLT tIME "
    b"acTL fcTL fdAT eXIf".split()
)


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store by walking chunk headers up to ``IEND``; no chunk but ``caBX`` is read.

    Raises:
        MalformedError: not a PNG, cut off before a store was found, a damaged or doubled store.
        LimitError: too many chunks, or too large a store.
    """
    if not data.startswith(MAGIC):
        raise MalformedError("not a PNG: the first eight bytes are others")
    stores: list[Found] = []
    pos = len(MAGIC)
    last = len(data) - _FRAME
    unpack = _HEADER.unpack_from
    for _ in range(limits.container_parts):
        if pos > last:
            return cut_off(stores, "the PNG has no end chunk")
        length, kind = unpack(data, pos)
        if kind == b"IEND":
            return only(stores)
        if kind not in _USUAL:
            if not kind.isalpha():
                raise MalformedError(f"the PNG has no chunk at byte {pos}, where one has to begin")
            if kind == CHUNK:
                stores.append(_carrier(data, pos, length, limits))
            elif hides_store(data, pos + 8):
                raise MalformedError("a manifest store stands in a chunk of another type")
        pos += length + _FRAME
    raise too_many(limits)


def _carrier(data: bytes, pos: int, length: int, limits: Limits) -> Found:
    end = pos + 8 + length
    if end + 4 > len(data):
        raise MalformedError("the chunk with the manifest store is longer than the file")
    check_size(length, limits)
    store = data[pos + 8 : end]
    problems = check_store(store, limits)
    if zlib.crc32(store, zlib.crc32(CHUNK)) != int.from_bytes(data[end : end + 4], "big"):
        problems += ("the CRC of the chunk with the manifest store is wrong",)
    return Found(store, ((pos, length + _FRAME),), problems)


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The PNG without its chunks of manifest stores, whole, damaged or under another type.

    Raises:
        LimitError: too many chunks.
    """
    spans: list[tuple[int, int]] = []
    pos = len(MAGIC)
    for _ in range(limits.container_parts):
        if pos + _FRAME > len(data):
            return cut(data, spans)
        length, kind = _HEADER.unpack_from(data, pos)
        end = pos + length + _FRAME
        if kind == b"IEND" or end > len(data):
            return cut(data, spans)
        if kind == CHUNK or hides_store(data, pos + 8):
            spans.append((pos, end))
        pos = end
    raise too_many(limits)


def xmp(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The chunk with the XMP packet as it stands, empty if there is none or it is compressed."""
    pos = len(MAGIC)
    for _ in range(limits.container_parts):
        if pos + _FRAME > len(data):
            break
        length, kind = _HEADER.unpack_from(data, pos)
        if kind == b"iTXt" and data.startswith(_XMP_KEYWORD, pos + 8):
            return data[pos + 8 : pos + 8 + length]
        pos += length + _FRAME
    return b""
