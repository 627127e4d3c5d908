"""Containers as the row of named boxes that a general box hash lists (C2PA 2.4 §18.7).

Each format has its own names (§18.7.3).  The manifest store is one box, ``C2PA``, wherever it is
cut into pieces; what follows the last box is ``c2pa.after`` (§18.7.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers import png
from provkit.carriers.found import too_many
from provkit.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from provkit.carriers.found import Found
    from provkit.limits import Limits

STORE: Final = "C2PA"
AFTER: Final = "c2pa.after"
OPTIONAL: Final = "PNGh"
"""The eight bytes before the first chunk, which are the same in every PNG: listed or not."""

_MARKERS: Final[dict[int, str]] = {
    **{0xC0 + n: f"SOF{n}" for n in range(16)},
    **{0xD0 + n: f"RST{n}" for n in range(8)},
    **{0xE0 + n: f"APP{n}" for n in range(16)},
    **{0xF0 + n: f"JPG{n}" for n in range(14)},
    0x01: "TEM",
    0xC4: "DHT",
    0xC8: "JPG",
    0xCC: "DAC",
    0xD8: "SOI",
    0xD9: "EOI",
    0xDA: "SOS",
    0xDB: "DQT",
    0xDC: "DNL",
    0xDD: "DRI",
    0xDE: "DHP",
    0xDF: "EXP",
    0xFE: "COM",
}
"""Symbols of ISO 10918-1, table B.1."""
_RESTARTS: Final = frozenset(_MARKERS[0xD0 + n] for n in range(8))
_ALONE: Final = _RESTARTS | {"TEM", "SOI", "EOI"}
"""Markers without a length."""
_MARKER: Final = re.compile(rb"\xff[\x01-\xfe]")
_CHUNK: Final = Struct(">I4s")
_PART: Final = Struct("<4sI")
_METADATA_CHUNKS: Final = frozenset(("eXIf", "iTXt", "tEXt", "zTXt"))
_METADATA_SEGMENTS: Final = {
    "APP1": (b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"),
    "APP13": (b"Photoshop 3.0\0",),
    "COM": (b"",),
}
_ASIDE: Final = frozenset((b"EXIF", b"XMP ", b"_PMX", b"INFO", b"JUNK", b"bext", b"iXML", b"id3 ", b"ID3 "))
"""Chunks of RIFF that hold metadata, or nothing."""


class Box(NamedTuple):
    """One box: from `start` to before `end`, bytes of the asset."""

    name: str
    start: int
    end: int
    aside: bool = False
    """A decoder can do without it, so that a hash may leave it out."""
    free: tuple[int, int] = (0, 0)
    """Start and end of the metadata in it, any part of which a hash may leave out (§15.12.3)."""


@dataclass(frozen=True, slots=True)
class Boxed:
    """A container that can be taken apart into boxes."""

    data: bytes
    """The asset, whole."""
    media_type: str
    store: tuple[int, int]
    """Start and length of the carrier of the store."""
    limits: Limits

    @classmethod
    def around(cls, data: bytes, media_type: str, found: Found, limits: Limits) -> Boxed:
        """The container that a store was found in."""
        start = found.ranges[0][0]
        return cls(data, media_type, (start, sum(found.ranges[-1]) - start), limits)

    def boxes(self, listed: Collection[str]) -> tuple[Box, ...] | None:
        """The boxes in file order; None where the standard names none.

        Args:
            listed: the names that a hash lists.  With ``c2pa.after`` among them a JPEG ends with its
                first image, else the images behind it go on with boxes of their own (§18.7.3.1).

        Raises:
            MalformedError: what stands where a box has to begin is none.
            LimitError: too many boxes.
        """
        walk = _WALKS.get(self.media_type)
        if walk is None:
            return None
        found: list[Box] = []
        for box in walk(self.data, (self.store[0], sum(self.store)), listed):
            found.append(box)
            if len(found) > self.limits.container_parts:
                raise too_many(self.limits)
        if not found:
            raise MalformedError("the first box is none")
        end, size = found[-1].end, len(self.data)
        if end > size:
            raise MalformedError("the last box is longer than the file")
        return (*found, Box(AFTER, end, size)) if end < size else tuple(found)


def _png(data: bytes, store: tuple[int, int], _: Collection[str]) -> Iterator[Box]:
    pos, name = len(png.MAGIC), ""
    yield Box(OPTIONAL, 0, pos)
    while name != "IEND":
        if pos + 12 > len(data):
            raise MalformedError("the PNG has no end chunk")
        length, kind = _CHUNK.unpack_from(data, pos)
        end, name = pos + 12 + length, kind.decode("latin-1")
        if pos == store[0]:
            yield Box(STORE, *store)
        else:
            free = (pos + 8, end) if name in _METADATA_CHUNKS else (0, 0)
            yield Box(name, pos, end, name[0].islower(), free)  # lower case: ancillary
        pos = end


def _jpeg(data: bytes, store: tuple[int, int], listed: Collection[str]) -> Iterator[Box]:
    pos, name = 0, ""
    # Images behind the first one go on with boxes of their own, or are what follows (§18.7.3.1).
    while name != "EOI" or (AFTER not in listed and data.startswith(b"\xff\xd8", pos)):
        if pos == store[0] and name:
            yield Box(STORE, *store)
            pos = store[1]
            continue
        start = pos
        while data.startswith(b"\xff\xff", start):  # fill bytes, which belong to no box
            start += 1
        name = _MARKERS.get(int.from_bytes(data[start + 1 : start + 2]), "")
        if not name or data[start] != 0xFF:
            raise MalformedError(f"the JPEG has no marker at byte {start}")
        end = start + 2
        if name not in _ALONE:
            end += int.from_bytes(data[end : end + 2])
            if end < start + 4:
                raise MalformedError(f"the JPEG has an empty segment at byte {start}")
        if name == "SOS" or name in _RESTARTS:
            following = _MARKER.search(data, end)
            end = following.start() if following else len(data)
        body = start + 4
        free = data.startswith(_METADATA_SEGMENTS.get(name, ()), body)
        yield Box(name, start, end, name.startswith("APP") or name == "COM", (body, end) if free else (0, 0))
        pos = end


def _gif(data: bytes, store: tuple[int, int], _: Collection[str]) -> Iterator[Box]:
    yield Box("GIF89a", 0, 6)
    pos = 13 + _table(data, 10)
    yield Box("LSD", 6, pos)
    name = ""
    while name != "3B":
        name = data[pos : pos + 1].hex().upper()
        if pos == store[0]:
            yield Box(STORE, *store)
            pos = store[1]
        elif name == "21":
            name += data[pos + 1 : pos + 2].hex().upper()
            # The first sub-block of an application extension names it.
            first = pos + 2 + (12 if name == "21FF" else 0)
            end = _behind_blocks(data, pos + 2)
            free = name == "21FE" or data.startswith(b"\x0bXMP DataXMP", pos + 2)
            yield Box(name, pos, end, name in {"21FE", "21FF"}, (first, end) if free else (0, 0))
            pos = end
        elif name == "2C":
            code = pos + 10 + _table(data, pos + 9)
            yield Box(name, pos, code)
            pos = _behind_blocks(data, code + 1)
            yield Box("TBID", code, pos)
        elif name == "3B":
            yield Box(name, pos, pos + 1)
        else:
            raise MalformedError(f"the GIF has no block at byte {pos}")


def _table(data: bytes, pos: int) -> int:
    """Length of the colour table that the packed fields at ``pos`` announce, bytes."""
    if pos >= len(data):
        raise MalformedError("the GIF ends inside a block")
    return 3 << (data[pos] & 7) + 1 if data[pos] & 0x80 else 0


def _behind_blocks(data: bytes, pos: int) -> int:
    """Offset behind the sub-blocks at ``pos`` and their terminator."""
    while pos < len(data):
        length = data[pos]
        pos += 1 + length
        if not length:
            return pos
    raise MalformedError("the GIF ends inside a block")


def _riff(data: bytes, store: tuple[int, int], _: Collection[str]) -> Iterator[Box]:
    pos = 0
    while data.startswith(b"RIFF", pos):
        stop = pos + 8 + int.from_bytes(data[pos + 4 : pos + 8], "little")
        yield Box(data[pos + 8 : pos + 12].decode("latin-1"), pos, pos + 12)
        pos += 12
        while pos < stop:
            if pos + 8 > len(data):
                raise MalformedError("the file ends inside a chunk")
            kind, length = _PART.unpack_from(data, pos)
            end = pos + 8 + length + (length & 1)
            if kind == b"LIST":
                kind = data[pos + 8 : pos + 12]
            yield Box(STORE if pos == store[0] else kind.decode("latin-1"), pos, end, kind in _ASIDE)
            pos = end


_WALKS: Final[Mapping[str, Callable[[bytes, tuple[int, int], Collection[str]], Iterator[Box]]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _riff,
    "audio/wav": _riff,
    "video/x-msvideo": _riff,
}
"""The formats whose boxes have names (§18.7.3).  Those of TIFF had, until edition 2.3."""
