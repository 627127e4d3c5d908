"""JPEG: a manifest store in consecutive APP11 segments (C2PA 2.4 §A.3.1, ISO 18477-3, ISO 19566-5).

Each segment begins ``JP``, box instance number ``En`` and packet sequence number ``Z``, then
repeats length and type of the box it holds a part of.  Other boxes, such as those of JPEG 360,
live in APP11 too.  The exclusion is the whole run with its markers (§18.5.3).  Nothing behind
the first scan is looked at: the place of metadata is before it, and it decides in microseconds.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.found import (
    LABEL,
    SIGNATURE,
    TYPE_UUID,
    Found,
    broken,
    check_size,
    check_store,
    cut,
    cut_off,
    hides_store,
    only,
    too_many,
)
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOI: Final = b"\xff\xd8"
_MARKER: Final = Struct(">BBH")
_PACKET: Final = Struct(">2sHII4s")
"""``JP``, En, Z, LBox, TBox: what every JPEG XT segment begins with."""
_MARK: Final = b"JP"
_APP0: Final = 0xE0
_JFIF: Final = b"JFIF\0"
_JFIF_BYTES: Final = 16
"""Length of APP0 without a thumbnail, as it nearly always is."""
_APP1: Final = 0xE1
_APP11: Final = 0xEB
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_FILL: Final = 0xFF
_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a length: TEM, RST, SOI."""
_XMP: Final = b"http://ns.adobe.com/xap/1.0/"

_INSTANCES: Final = frozenset((*range(17), 0x0211))
"""Box instance numbers taken for honest.  The number is free, and no hash covers it: writers
count from one, and the reference engine writes 0x0211."""


class _Segment(NamedTuple):
    marker: int
    start: int
    """Offset of the 0xFF of the marker."""
    end: int


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store by walking the segments before the first scan.

    Raises:
        MalformedError: not a JPEG, cut off before its first scan, a store that is damaged, out
            of order, split by other segments, or not the only one.
        LimitError: too many segments, or too large a store.
    """
    if not data.startswith(_SOI):
        raise MalformedError("not a JPEG: it does not begin with SOI")
    stores: list[Found] = []
    instance = -1
    pos = 2
    size = len(data)
    unpack = _MARKER.unpack_from
    for _ in range(limits.container_parts):
        if pos + 4 > size:
            return _short(data, pos, stores)
        prefix, marker, length = unpack(data, pos)
        if prefix != 0xFF or marker < 0xC0:
            if prefix == 0xFF and marker == 0x01:
                pos += 2
                continue
            return broken(data, pos, stores, "the JPEG has no marker", _MARK)
        if marker == _SOS:
            # An image component more or less would be another length: ISO 10918-1 §B.2.3.
            if pos + 4 == size or length != 6 + 2 * data[pos + 4]:
                return broken(data, pos, stores, "the JPEG has a damaged start of scan", _MARK)
            return only(stores)
        if marker >= 0xD0 and (marker in _ALONE or marker in {_EOI, _FILL}):
            if marker == _EOI:
                return broken(data, pos, stores, "the JPEG ends before its first scan", _MARK)
            pos += 1 if marker == _FILL else 2
            continue
        end = pos + 2 + length
        if length < 2 or end > size:
            return cut_off(stores, "the JPEG ends inside a segment")
        if marker == _APP11:
            if _is_store(data, pos, end):
                found, instance, end = _run(data, pos, end, limits)
                stores.append(found)
            elif instance >= 0 and _PACKET.size <= length - 2 and _continues(data, pos, instance):
                raise MalformedError("the manifest store is split: one of its segments stands apart")
        elif hides_store(data, pos + 12):
            raise MalformedError("a manifest store stands in a segment of another type")
        elif (
            marker == _APP0
            and length > _JFIF_BYTES
            and data.startswith(_JFIF, pos + 4)
            and data.find(SIGNATURE, pos, end) >= 0
        ):
            raise MalformedError(
                "the JFIF segment of the JPEG is too long, and has swallowed a manifest store"
            )
        pos = end
    raise too_many(limits)


def _short(data: bytes, pos: int, stores: list[Found]) -> Found | None:
    if data[pos : pos + 2] == b"\xff\xd9":
        return broken(data, pos, stores, "the JPEG ends before its first scan", _MARK)
    return cut_off(stores, "the JPEG ends before its first scan")


def _is_store(data: bytes, pos: int, end: int) -> bool:
    """Whether the segment begins a manifest store, or what was one before a byte was changed."""
    box = pos + 12  # marker, length, JP, En, Z
    body = min(end, box + 38)
    return (
        data[box + 16 : min(body, box + 20)] == TYPE_UUID[:4]
        or data[box + 33 : body] == LABEL
        or hides_store(data, box)
    )


def _continues(data: bytes, pos: int, instance: int) -> bool:
    return data[pos + 6 : pos + 8] == instance.to_bytes(2, "big") and data[pos + 16 : pos + 20] == b"jumb"


def _run(data: bytes, pos: int, end: int, limits: Limits) -> tuple[Found, int, int]:
    """The store whose first segment is ``pos`` to ``end``, its instance number, and where it ends.

    The box says how long it is, so the segments that have to follow are known: each must be
    there, at once, with the next number and the same box header.
    """
    if end - pos < 4 + _PACKET.size + 30:
        raise MalformedError("the first segment of the manifest store is too short")
    mark, instance, number, length, kind = _PACKET.unpack_from(data, pos + 4)
    if mark != _MARK or kind != b"jumb":
        raise MalformedError("the first segment of the manifest store is damaged")
    if length > len(data) - pos:
        raise MalformedError(f"the manifest store declares {length} bytes, more than the file has")
    check_size(length, limits)
    problems: tuple[str, ...] = ()
    if number != 1:
        problems += (f"the segments of the manifest store count from {number}, not from 1",)
    if instance not in _INSTANCES:
        problems += (f"the manifest store has box instance number {instance:#06x}, which no writer uses",)
    parts = [data[pos + 12 : end]]
    held = len(parts[0])
    start = pos
    while held < length:
        pos = end
        if pos + 4 + _PACKET.size > len(data):
            raise MalformedError("the file ends inside the manifest store")
        prefix, marker, size = _MARKER.unpack_from(data, pos)
        number += 1
        expected = _PACKET.pack(_MARK, instance, number & 0xFFFFFFFF, length, b"jumb")
        end = pos + 2 + size
        if (
            (prefix, marker) != (0xFF, _APP11)
            or data[pos + 4 : pos + 4 + _PACKET.size] != expected
            or size <= 2 + _PACKET.size
        ):
            raise MalformedError(
                f"the manifest store is split or damaged: no segment {number} at byte {pos}",
                hint="the segments of a manifest store stand together and in order",
            )
        if end > len(data):
            raise MalformedError("the file ends inside the manifest store")
        parts.append(data[pos + 4 + _PACKET.size : end])
        held += len(parts[-1])
    store = b"".join(parts)
    return Found(store, ((start, end - start),), check_store(store, limits) + problems), instance, end


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The JPEG without the segments of manifest stores, however they are ordered or damaged.

    Other boxes in APP11 stay.

    Raises:
        LimitError: too many segments.
    """
    spans: list[tuple[int, int]] = []
    instances: set[bytes] = set()
    boxes: set[bytes] = set()
    for marker, pos, end in _segments(data, limits):
        if marker != _APP11:
            if hides_store(data, pos + 12):
                spans.append((pos, end))
            continue
        packet = data[pos + 4 : min(end, pos + 4 + _PACKET.size)]
        instance, number, box = packet[2:4], packet[4:8], packet[8:]
        if _is_store(data, pos, end):
            spans.append((pos, end))
            instances.add(instance)
            boxes.add(box)
        elif number == b"\0\0\0\1" and packet.startswith(_MARK):
            # Another box begins, and what has its number from here on is part of it.
            instances.discard(instance)
        elif box.endswith(b"jumb") and (
            instance in instances or (box in boxes and spans[-1][1] == pos)  # its number was damaged
        ):
            spans.append((pos, end))
    return cut(data, spans)


def _segments(data: bytes, limits: Limits) -> Iterator[_Segment]:
    """Segments with a length before the first scan, as far as they can be walked."""
    pos = 2
    for _ in range(limits.container_parts):
        if pos + 4 > len(data):
            return
        prefix, marker, length = _MARKER.unpack_from(data, pos)
        if prefix != 0xFF or marker in {_SOS, _EOI}:
            return
        if marker == _FILL or marker in _ALONE:
            pos += 1 if marker == _FILL else 2
            continue
        end = pos + 2 + length
        if length < 2 or end > len(data):
            return
        yield _Segment(marker, pos, end)
        pos = end
    raise too_many(limits)


def xmp(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The first segment with an XMP packet, empty if there is none before the first scan."""
    for segment in _segments(data, limits):
        if segment.marker == _APP1 and data.startswith(_XMP, segment.start + 4):
            return data[segment.start + 4 : segment.end]
    return b""
