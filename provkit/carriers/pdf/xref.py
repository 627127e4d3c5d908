"""Cross-reference sections (ISO 32000-2 §7.5.4 to §7.5.8): where each object of a PDF stands.

A table of entries is not read, only where its parts stand: an object is looked up by reading
its twenty bytes.  So a document of a million objects opens as fast as a letter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.pdf import filters, objects, syntax
from provkit.carriers.pdf.syntax import Dict, Item
from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.carriers.source import Source
    from provkit.limits import Limits

_ENTRY_BYTES: Final = 20
_ENTRY: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
_PART: Final = re.compile(rb"[\0\t\n\f\r ]*+(\d{1,10})[\t ]++(\d{1,10})[\0\t\n\f\r ]++(?=[0-9t])")
_TRAILER: Final = re.compile(rb"[\0\t\n\f\r ]*+trailer(?=[\0\t\n\f\r </%])")
_START: Final = re.compile(rb"xref[\0\t\n\f\r ]")
MOST_OBJECTS: Final = 8_388_607
"""Objects of one document (ISO 32000-1 Annex C)."""
_WINDOW: Final = 64 * 1024
ROWS_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one cross-reference stream, expanded: eight million rows."""
_ROWS_FREE: Final = 1024 * 1024
_ROWS_RATIO: Final = 4
"""An object is longer in the file than its row: rows that are many times longer than the file are a bomb."""


class Free(NamedTuple):
    """The object does not exist."""


class InFile(NamedTuple):
    """The object stands in the file."""

    offset: int
    """As written: counted from the header of the document."""
    generation: int


class InStream(NamedTuple):
    """The object stands in an object stream; its generation is 0."""

    stream: int
    place: int
    """Which of the objects in it."""


Entry = Free | InFile | InStream


class _Part(NamedTuple):
    first: int
    size: int
    """Entries."""
    place: int
    """Of its first entry: in the file for a table, in the rows for a stream."""


_first: Final = attrgetter("first")


@dataclass(frozen=True, slots=True)
class Section:
    """One cross-reference section with its trailer."""

    offset: int
    """As written in ``startxref`` or ``/Prev``."""
    trailer: Dict
    data: bytes
    """The buffer that the places in :attr:`trailer` count in."""
    parts: tuple[_Part, ...]
    end: int
    """Offset in the file behind its trailer, or its stream."""
    source: Source
    rows: bytes = b""
    widths: tuple[int, int, int] = (0, 0, 0)
    hidden: Section | None = None
    """What ``/XRefStm`` names: entries for the objects that only newer readers see (§7.5.8.4)."""

    @property
    def stream(self) -> bool:
        """It is a stream, so that an update has to bring a stream too."""
        return sum(self.widths) > 0

    def find(self, number: int) -> Entry | None:
        """The entry for an object, None if this section says nothing about it.

        Raises:
            MalformedError: a damaged entry, or two that differ in a hybrid section.
        """
        own = self._own(number)
        if self.hidden is None:
            return own
        other = self.hidden.find(number)
        if isinstance(own, InFile | InStream) and isinstance(other, InFile | InStream) and own != other:
            raise MalformedError(f"the table and the stream of a hybrid section disagree on object {number}")
        return other if own is None or (isinstance(own, Free) and other is not None) else own

    def _own(self, number: int) -> Entry | None:
        index = bisect_right(self.parts, number, key=_first) - 1
        if index < 0:
            return None
        part = self.parts[index]
        if number >= part.first + part.size:
            return None
        if self.stream:
            return self._row(part.place + (number - part.first) * sum(self.widths))
        place = part.place + (number - part.first) * _ENTRY_BYTES
        match = _ENTRY.fullmatch(self.source.read(place, _ENTRY_BYTES))
        if match is None:
            raise MalformedError(f"the cross-reference table of the PDF is damaged at byte {place}")
        return InFile(int(match[1]), int(match[2])) if match[3] == b"n" else Free()

    def _row(self, place: int) -> Entry:
        kind_width, second, third = self.widths
        middle, last = place + kind_width, place + kind_width + second
        kind = int.from_bytes(self.rows[place:middle], "big") if kind_width else 1
        one = int.from_bytes(self.rows[middle:last], "big")
        two = int.from_bytes(self.rows[last : last + third], "big")
        match kind:
            case 0:
                return Free()
            case 1:
                return InFile(one, two)
            case 2:
                return InStream(one, two)
            case _:
                return Free()  # a kind of the future is a reference to null (Table 18)


def read_section(source: Source, offset: int, shift: int, limits: Limits) -> Section:
    """Read the section at ``offset``, and the stream beside it in a hybrid file.

    Args:
        source: the file.
        offset: as written.
        shift: bytes before the header, which offsets do not count.
        limits: bounds on parts.

    Raises:
        MalformedError: no section stands there, or a damaged one.
        LimitError: too many parts, or rows.
    """
    head = source.read(offset + shift, 16)
    if not _START.match(head):
        return _stream(source, offset, shift, limits)
    section = _table(source, offset, shift, limits)
    beside = section.trailer.get("XRefStm")
    if beside is None:
        return section
    if not isinstance(beside, int):
        raise MalformedError("the trailer of the PDF has an /XRefStm that is no offset")
    return replace(section, hidden=_stream(source, beside, shift, limits))


def _table(source: Source, offset: int, shift: int, limits: Limits) -> Section:
    parts: list[_Part] = []
    start = offset + shift + len(b"xref")
    data, pos = source.read(start, _WINDOW), 0
    while True:
        if len(data) - pos < 256:
            start += pos
            data, pos = source.read(start, _WINDOW), 0
        match = _PART.match(data, pos)
        if match is None:
            break
        if len(parts) >= limits.container_parts:
            raise LimitError(
                f"a cross-reference table of the PDF has more than {limits.container_parts} parts"
            )
        first, count, place = int(match[1]), int(match[2]), start + match.end()
        parts.append(_Part(first, count, place))
        pos = match.end() + count * _ENTRY_BYTES
        if start + pos > source.size:
            raise MalformedError("a cross-reference table of the PDF reaches past its end")
        if pos > len(data):
            start, data, pos = start + pos, source.read(start + pos, _WINDOW), 0
    match = _TRAILER.match(data, pos)
    if match is None:
        raise MalformedError(f"the cross-reference table of the PDF is damaged at byte {start + pos}")
    begin = start + match.end()
    buffer, trailer, length = _dictionary(source, begin)
    return Section(offset, trailer, buffer, _sorted(parts), begin + length, source)


def _dictionary(source: Source, position: int) -> tuple[bytes, Dict, int]:
    """The trailer at ``position``: its buffer, its value, its length."""
    size = _WINDOW
    while True:
        data = source.read(position, size)
        try:
            item: Item = syntax.parse(data, 0)
        except MalformedError:
            if len(data) < size:
                raise
            if size >= objects.LONGEST_ROOT:
                raise LimitError(
                    f"the trailer of the PDF is damaged or has more than {objects.LONGEST_ROOT} bytes"
                ) from None
            size = objects.LONGEST_ROOT
            continue
        if not isinstance(item.value, Dict):
            raise MalformedError("the trailer of the PDF is no dictionary")
        return data[: item.end], item.value, item.end  # a thousand updates keep a thousand of these


def _sorted(parts: Sequence[_Part]) -> tuple[_Part, ...]:
    """The parts by number; one that repeats a number would leave open which entry counts."""
    ordered = sorted(part for part in parts if part.size)
    for one, two in pairwise(ordered):
        if one.first + one.size > two.first:
            raise MalformedError(
                f"a cross-reference section of the PDF has two entries for object {two.first}"
            )
    if ordered and ordered[-1].first + ordered[-1].size - 1 > MOST_OBJECTS:
        raise MalformedError(f"the PDF numbers more than {MOST_OBJECTS} objects")
    return tuple(ordered)


def _stream(source: Source, offset: int, shift: int, limits: Limits) -> Section:
    found = objects.read_object(source, offset + shift, objects.LONGEST_ROOT)
    dictionary = found.dictionary
    if found.payload is None or dictionary.get("Type") != "XRef":
        raise MalformedError(f"no cross-reference section stands at byte {offset + shift} of the PDF")
    length = dictionary.get("Length")
    if not isinstance(length, int) or not 0 <= length <= source.size - found.payload:
        raise MalformedError("a cross-reference stream of the PDF has no usable /Length")
    end = objects.stream_end(source, found.payload + length)
    if end is None:
        raise MalformedError("a cross-reference stream of the PDF does not end where its /Length says")
    widths = _integers(dictionary, "W", 3)
    if len(widths) != 3 or max(widths) > 8 or sum(widths) == 0:
        raise MalformedError("a cross-reference stream of the PDF has unusable /W")
    size = dictionary.get("Size")
    index = _integers(dictionary, "Index", 2 * limits.container_parts)
    if not index:
        index = (0, size if isinstance(size, int) else 0)
    if len(index) % 2:
        raise MalformedError("a cross-reference stream of the PDF has an odd /Index")
    most = min(ROWS_LIMIT, _ROWS_FREE + _ROWS_RATIO * source.size)
    rows = filters.decode(source.read(found.payload, length), dictionary, most)
    parts, place = [], 0
    for first, count in zip(index[::2], index[1::2], strict=True):
        parts.append(_Part(first, count, place))
        place += count * sum(widths)
    if place > len(rows):
        raise MalformedError("a cross-reference stream of the PDF has fewer rows than its /Index says")
    return Section(
        offset,
        dictionary,
        found.data,
        _sorted(parts),
        end,
        source,
        rows,
        (widths[0], widths[1], widths[2]),
    )


def _integers(dictionary: Dict, key: str, most: int) -> tuple[int, ...]:
    value = dictionary.get(key)
    if value is None:
        return ()
    if not isinstance(value, tuple):
        raise MalformedError(f"a cross-reference stream of the PDF has a /{key} that is no array")
    if len(value) > most:
        raise LimitError(f"a cross-reference stream of the PDF has a /{key} of {len(value)} numbers")
    out = []
    for item in value:
        if not isinstance(item.value, int) or isinstance(item.value, bool) or item.value < 0:
            raise MalformedError(f"a cross-reference stream of the PDF has a /{key} of other than numbers")
        out.append(item.value)
    return tuple(out)
