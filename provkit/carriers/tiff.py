"""TIFF, DNG and BigTIFF: a manifest store under tag 0xCD41 of the last directory (C2PA 2.4 §A.3.6).

Two ranges are excluded: the count field of the entry and the data (§18.5.5).  Tag, type and
offset of the entry stay hashed.  Older writers put the entry into the first directory.
"""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

from provkit.carriers.found import (
    SIGNATURE_OFFSET,
    TYPE_UUID,
    Found,
    check_size,
    check_store,
    cut_off,
    hides_store,
    left_over,
    only,
    too_many,
)
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

TAG: Final = 0xCD41
XMP_TAG: Final = 0x02BC
_UNDEFINED: Final = 7
_WIDTH_TAG: Final = 0x0100
"""ImageWidth, which every directory of an image has."""
_NUMBERS: Final = frozenset((3, 4, 16))
"""Types of a whole number of two, four and eight bytes."""
_SMALLEST: Final = 38
"""A value shorter than the head of a store is none."""


class _Layout(NamedTuple):
    """Field widths of one byte order and size."""

    number: Struct
    """How many entries a directory has."""
    entry: Struct
    """Tag, type, count, value or offset."""
    link: Struct
    """Offset of the next directory."""
    first: int
    """Where the header names the first directory."""

    @property
    def count_field(self) -> tuple[int, int]:
        """Offset in an entry and width of its count."""
        return (4, self.link.size)


_CLASSIC: Final = {
    mark: _Layout(Struct(order + "H"), Struct(order + "HHII"), Struct(order + "I"), 4)
    for mark, order in ((b"II*\0", "<"), (b"MM\0*", ">"))
}
_BIG: Final = {
    mark: _Layout(Struct(order + "Q"), Struct(order + "HHQQ"), Struct(order + "Q"), 8)
    for mark, order in ((b"II+\0\x08\0\0\0", "<"), (b"MM\0+\0\x08\0\0", ">"))
}


class _Entry(NamedTuple):
    directory: int
    """Number in the chain."""
    pos: int
    kind: int
    length: int
    offset: int


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store by walking the chain of directories; no directory below them is read.

    Raises:
        MalformedError: not a TIFF, a chain that is cut off or circular, a damaged, doubled or
            misplaced store.
        LimitError: too many entries, or too large a store.
    """
    layout = _CLASSIC.get(data[:4]) or _BIG.get(data[:8])
    if layout is None:
        raise MalformedError("not a TIFF: the header is another")
    entries: list[_Entry] = []
    directories, has_image = _walk(data, layout, entries, limits)
    if not entries:
        if not has_image and left_over(data):
            raise MalformedError(
                "the TIFF has no directory of an image, and what looks like a manifest store is in it",
                hint="the file was damaged after it was signed: look for the original",
            )
        return None
    stores = [_carrier(data, layout, entry, limits) for entry in entries[:2]]
    if entries[0].directory not in {0, directories - 1}:
        raise MalformedError("a manifest store stands in a directory that is neither the last nor the first")
    return only(stores)


def _walk(data: bytes, layout: _Layout, entries: list[_Entry], limits: Limits) -> tuple[int, bool]:
    """Collect the entries of manifest stores.

    Returns:
        How many directories there are, and whether one is of an image.
    """
    size = len(data)
    if size < layout.first + layout.link.size:
        cut_off([], "the TIFF ends inside its header")
    (pos,) = layout.link.unpack_from(data, layout.first)
    if not pos:
        raise MalformedError("the TIFF has no directory")
    seen: set[int] = set()
    has_image = False
    parts = 0
    while pos:
        if pos in seen:
            raise MalformedError("the directories of the TIFF go round in a circle")
        seen.add(pos)
        start = pos + layout.number.size
        if start > size:
            cut_off([], "the TIFF ends before a directory")
        (count,) = layout.number.unpack_from(data, pos)
        end = start + count * layout.entry.size
        if end + layout.link.size > size:
            cut_off([], "the TIFF ends inside a directory")
        parts += count + 1
        if parts > limits.container_parts:
            raise too_many(limits)
        for index, (tag, kind, length, offset) in enumerate(layout.entry.iter_unpack(data[start:end])):
            if tag == TAG:
                entries.append(_Entry(len(seen) - 1, start + index * layout.entry.size, kind, length, offset))
            elif length >= _SMALLEST and hides_store(data, offset):
                raise MalformedError("a manifest store stands under another tag")
            elif tag == _WIDTH_TAG and kind in _NUMBERS and length == 1:
                has_image = True
        (pos,) = layout.link.unpack_from(data, end)
    return len(seen), has_image


def _carrier(data: bytes, layout: _Layout, entry: _Entry, limits: Limits) -> Found:
    if entry.kind != _UNDEFINED:
        raise MalformedError(f"the entry of the manifest store has type {entry.kind}, not {_UNDEFINED}")
    end = entry.offset + entry.length
    if entry.length < _SMALLEST or end > len(data):
        raise MalformedError(f"the TIFF has no manifest store of {entry.length} bytes at byte {entry.offset}")
    check_size(entry.length, limits)
    store = data[entry.offset : end]
    shift, width = layout.count_field
    ranges = ((entry.pos + shift, width), (entry.offset, entry.length))
    return Found(store, (min(ranges), max(ranges)), check_store(store, limits))


def is_big(data: bytes) -> bool:
    """Whether the header is that of a BigTIFF, whose offsets have eight bytes."""
    return data[:8] in _BIG


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The TIFF without its entries of manifest stores, everything else where it was.

    The entries behind one move up and the freed place is zeroed; so is the store, or the file
    is cut where the store ends it.  A directory of nothing else is taken out of the chain.

    Raises:
        MalformedError: a first directory of nothing else.
        LimitError: too many entries.
    """
    layout = _CLASSIC.get(data[:4]) or _BIG.get(data[:8])
    if layout is None or len(data) < layout.first + layout.link.size:
        return data
    out = bytearray(data)
    stores: list[tuple[int, int]] = []
    seen: set[int] = set()
    named = layout.first
    """Where the offset of the directory at hand stands, in what is written."""
    (pos,) = layout.link.unpack_from(data, named)
    behind = parts = 0
    while pos and pos not in seen:
        seen.add(pos)
        start = pos + layout.number.size
        if start > len(data):
            break
        (count,) = layout.number.unpack_from(data, pos)
        end = start + count * layout.entry.size
        if end + layout.link.size > len(data):
            break
        parts += count + 1
        if parts > limits.container_parts:
            raise too_many(limits)
        behind = max(behind, end + layout.link.size)
        parts_kept: list[bytes] = []
        for index, entry in enumerate(layout.entry.iter_unpack(data[start:end])):
            tag, _, length, offset = entry
            if tag == TAG or (length >= _SMALLEST and hides_store(data, offset)):
                stores.append((offset, offset + length))
            else:
                at = start + index * layout.entry.size
                parts_kept.append(data[at : at + layout.entry.size])
        kept = b"".join(parts_kept)
        link = data[end : end + layout.link.size]
        (pos,) = layout.link.unpack(link)
        if len(kept) == end - start:
            named = end
        elif kept:
            layout.number.pack_into(out, start - layout.number.size, len(kept) // layout.entry.size)
            out[start : end + layout.link.size] = (kept + link).ljust(end - start + len(link), b"\0")
            named = start + len(kept)
        elif named == layout.first and not pos:
            raise MalformedError("the TIFF has nothing but a manifest store")
        else:
            out[named : named + layout.link.size] = link
    _erase(out, data, stores, behind)
    return bytes(out)


def _erase(out: bytearray, data: bytes, stores: list[tuple[int, int]], behind: int) -> None:
    """Zero the stores, or cut the last one off if no directory stands behind it.

    Of what is no store no byte is touched, and of a store no more than it says it holds: others
    may count on the rest.
    """
    done = 0
    for begin, end in sorted(stores):
        head = begin + SIGNATURE_OFFSET + 4
        if not (hides_store(data, begin) or data[head : head + len(TYPE_UUID)] == TYPE_UUID):
            continue
        declared = int.from_bytes(data[begin : begin + 4], "big")
        stop = min(end, len(data), begin + max(declared, _SMALLEST))
        start = max(begin, done)
        if stop == len(data) and start >= behind:
            del out[start:]
            return
        if stop > start:
            out[start:stop] = bytes(stop - start)
            done = stop


def xmp(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The XMP packet of the first directory, empty if there is none."""
    layout = _CLASSIC.get(data[:4]) or _BIG.get(data[:8])
    if layout is None or len(data) < layout.first + layout.link.size:
        return b""
    (pos,) = layout.link.unpack_from(data, layout.first)
    start = pos + layout.number.size
    if start > len(data):
        return b""
    (count,) = layout.number.unpack_from(data, pos)
    end = start + count * layout.entry.size
    if count > limits.container_parts or end > len(data):
        return b""
    for tag, _, length, offset in layout.entry.iter_unpack(data[start:end]):
        if tag == XMP_TAG:
            return data[offset : offset + length]
    return b""
