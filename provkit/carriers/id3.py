"""MP3, and FLAC behind an ID3 tag: a manifest store in a GEOB frame of ID3v2 (C2PA 2.4 §A.3.5).

The frame names the media type, a file name and a description; then comes the object.  The
exclusion is the object alone.
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
    cut,
    cut_off,
    left_over,
    only,
    too_many,
)
from provkit.errors import MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits

_TAG: Final = Struct(">3s2BBI")
_FRAME: Final = Struct(">4sI2B")
_TYPES: Final = (b"application/c2pa\0", b"application/x-c2pa-manifest-store\0")
_UNSYNCHRONISED: Final = 0x80
_EXTENDED: Final = 0x40
_FOOTER: Final = 0x10
_FOOTER_BYTES: Final = 10
_LONGEST_HEAD: Final = 256
"""A store begins this near to the start of its frame, bytes."""
_WIDE: Final = frozenset((1, 2))
"""Text encodings whose strings end in two zero bytes: UTF-16 with and without a mark."""


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store in the ID3v2 tag at the start of the file; no sound is read.

    Raises:
        MalformedError: a tag that is cut off, a damaged or doubled store.
        LimitError: too many frames, or too large a store.
    """
    if not data.startswith(b"ID3"):
        return None
    if len(data) < _TAG.size:
        return cut_off([], "the file ends inside its ID3 tag")
    _, major, _, flags, packed = _TAG.unpack_from(data)
    stop = _TAG.size + _syncsafe(packed)
    if stop > len(data):
        return cut_off([], "the file ends inside its ID3 tag")
    if major not in {3, 4} or flags & _UNSYNCHRONISED:
        # ID3v2.2 has other frames, and unsynchronised data is written with other bytes.
        return broken(data[:stop], 0, [], "the ID3 tag is of a kind that holds no manifest store")
    pos = _TAG.size
    if flags & _EXTENDED and stop >= pos + 4:
        size = int.from_bytes(data[pos : pos + 4], "big")
        pos += _syncsafe(size) if major == 4 else size + 4
    stores: list[Found] = []
    for _ in range(limits.container_parts):
        if pos + _FRAME.size > stop or not data[pos]:  # the rest is padding
            if data.find(SIGNATURE, pos, stop) >= 0:
                raise MalformedError("what looks like a manifest store stands in the padding of the ID3 tag")
            if pos > stop and not stores:
                return broken(data[:stop], 0, stores, "the ID3 tag has no frame")
            return only(stores)
        name, size, _, _ = _FRAME.unpack_from(data, pos)
        if major == 4:
            size = _syncsafe(size)
        start = pos + _FRAME.size
        end = start + size
        if end > stop:
            # Also when the tag was made to look shorter than its frames are.
            return broken(
                data[: max(stop, min(end, start + _LONGEST_HEAD))], pos, stores, "the ID3 tag has no frame"
            )
        found = _carrier(data, start, end, limits) if name == b"GEOB" else None
        if found is not None:
            stores.append(found)
        elif left_over(data, start, min(end, start + _LONGEST_HEAD)):
            raise MalformedError("a manifest store stands in an ID3 frame of another type")
        pos = end
    raise too_many(limits)


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file without the frames of manifest stores; a tag that held nothing else goes too.

    Raises:
        UnsupportedError: a tag with an extended header, which may hold a checksum of its frames.
        LimitError: too many frames.
    """
    if not data.startswith(b"ID3") or len(data) < _TAG.size:
        return data
    name, major, minor, flags, packed = _TAG.unpack_from(data)
    stop = _TAG.size + _syncsafe(packed)
    if stop > len(data) or major not in {3, 4} or flags & _UNSYNCHRONISED:
        return data
    spans: list[tuple[int, int]] = []
    if not flags & _EXTENDED:
        _collect(data, major, stop, spans, limits)
    elif locate(data, limits) is not None:
        raise UnsupportedError(
            "the ID3 tag has an extended header, so the credential is not taken off",
            hint="remove the frame GEOB with a tag editor",
        )
    if not spans:
        return data
    removed = sum(end - start for start, end in spans)
    footer = stop + _FOOTER_BYTES if flags & _FOOTER and data.startswith(b"3DI", stop) else stop
    if removed == stop - _TAG.size:
        return data[footer:]
    size = _packed(stop - _TAG.size - removed)
    head = _TAG.pack(name, major, minor, flags, size)
    foot = _TAG.pack(b"3DI", major, minor, flags, size) if footer > stop else b""
    return head + cut(data[:stop], spans)[_TAG.size :] + foot + data[footer:]


def _collect(data: bytes, major: int, stop: int, spans: list[tuple[int, int]], limits: Limits) -> None:
    """Add start and end of the frames with a manifest store."""
    pos = _TAG.size
    for _ in range(limits.container_parts):
        if pos + _FRAME.size > stop or not data[pos]:
            return
        name, size, _, _ = _FRAME.unpack_from(data, pos)
        start = pos + _FRAME.size
        end = start + (_syncsafe(size) if major == 4 else size)
        if end > stop:
            return
        if (name == b"GEOB" and data.startswith(_TYPES, start + 1)) or left_over(
            data, start, min(end, start + _LONGEST_HEAD)
        ):
            spans.append((pos, end))
        pos = end
    raise too_many(limits)


def _packed(value: int) -> int:
    """The inverse of :func:`_syncsafe`."""
    return value & 0x7F | (value & 0x3F80) << 1 | (value & 0x1FC000) << 2 | (value & 0xFE00000) << 3


def _syncsafe(value: int) -> int:
    """A number of four times seven bits, the highest bit of each byte left out."""
    return (value & 0x7F) | (value >> 1 & 0x3F80) | (value >> 2 & 0x1FC000) | (value >> 3 & 0xFE00000)


def _carrier(data: bytes, start: int, end: int, limits: Limits) -> Found | None:
    """The store in the GEOB frame whose content is ``start`` to ``end``; None for another object."""
    if start >= end or not data.startswith(_TYPES, start + 1):
        return None
    pos = data.find(b"\0", start + 1, end) + 1
    for _ in ("file name", "description"):
        pos = _after_string(data, pos, end, wide=data[start] in _WIDE)
    check_size(end - pos, limits)
    store = data[pos:end]
    return Found(store, ((pos, end - pos),), check_store(store, limits))


def _after_string(data: bytes, pos: int, end: int, *, wide: bool) -> int:
    """Offset behind the string at ``pos``; in UTF-16 its terminator stands at an even distance."""
    step = 2 if wide else 1
    at = pos
    while True:
        stop = data.find(bytes(step), at, end)
        if stop < 0:
            raise MalformedError("the ID3 frame with the manifest store is damaged")
        if (stop - pos) % step == 0:
            return stop + step
        at = stop + 1
