"""A PDF opened strictly: its sections, the catalog as each update left it, and objects on demand.

The reader starts at the end of the file and reads what it is asked for, so its cost does not
grow with the pages.  It repairs nothing: where tables and objects disagree, readers would see
different documents, and no verdict on "the" document could be given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.pdf import crypt, filters, objects, xref
from provkit.carriers.pdf.objects import Indirect
from provkit.carriers.pdf.syntax import Dict, Item, Ref, Value
from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from provkit.carriers.pdf.xref import Section
    from provkit.carriers.source import Source
    from provkit.limits import Limits

HEADER_WINDOW: Final = 1024
"""Bytes within which a header begins (ISO 32000-1 Annex H)."""
_HEADER: Final = re.compile(rb"%PDF-[0-9]")
_TAIL_WINDOW: Final = 64 * 1024
START: Final = re.compile(rb"startxref[\0\t\n\f\r ]++(\d{1,10})(?:[\0\t\n\f\r ]++%%EOF)++")
"""How a section says at its end where it begins."""
_LINEARIZED: Final = re.compile(rb"/Linearized(?=[\0\t\n\f\r ])")
_OBJECT_STREAM_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of an object stream, expanded; writers put 100 to 200 objects into one."""
_OBJECT_STREAM_FREE: Final = 4 * 1024 * 1024
_OBJECT_STREAM_RATIO: Final = 8
"""One that is many times longer than the file is a bomb."""
_DIRECTORY_LIMIT: Final = 2 * 1024 * 1024
_KEPT: Final = 10_000
"""Objects remembered."""
_KEPT_BYTES: Final = 512 * 1024
"""Bytes that these take in the file; a value of two bytes is a hundred in memory."""
_KEPT_STREAMS: Final = 4
_STEPS: Final = 1_000_000
"""Tables asked for an object, and entries of lists gone through, in one document: about a second."""
_PARSED_FREE: Final = 1024 * 1024
_PARSED_RATIO: Final = 2
"""Objects stand apart in a file, so all of them are no longer than it is; some are read again, and some are packed."""
_EXPANDED_FREE: Final = 64 * 1024 * 1024
_EXPANDED_RATIO: Final = 16
"""The same for object streams, which are expanded anew where objects of many of them are asked for in turn."""


class _Pack(NamedTuple):
    """An object stream."""

    data: bytes
    """Expanded."""
    directory: list[bytes]
    """Numbers and places, in turn."""
    first: int
    holder: Indirect


@dataclass(slots=True)
class Document:
    """An open PDF.  Not thread-safe: it remembers the objects it has read."""

    source: Source
    limits: Limits
    shift: int
    """Bytes before the header that offsets do not count."""
    mark: int
    """Where the last ``startxref`` stands, in the file."""
    end: int
    """Behind the ``%%EOF`` of that."""
    updates: tuple[tuple[Section, ...], ...]
    """Sections by update, newest first; the two of a linearized file are one (§F.3)."""
    password: str | None = None
    _objects: dict[tuple[int, int], Indirect] = field(default_factory=dict)
    _streams: dict[int, _Pack] = field(default_factory=dict)
    _unpacking: set[int] = field(default_factory=set)
    """Object streams being expanded: what that takes must not stand in them."""
    _cipher: crypt.Cipher | None = None
    _steps: int = _STEPS
    _kept: int = 0
    _parsed: int = 0
    _expanded: int = 0

    def spend(self, steps: int) -> None:
        """Take work into account that a list, or a table, causes.

        Lists can be shared by all pages, and all updates, so that a bound on each of them is none.

        Raises:
            LimitError: there was too much of it.
        """
        self._steps -= steps
        if self._steps < 0:
            raise LimitError(
                f"the PDF has lists and updates that take more than {_STEPS} steps to go through"
            )

    @property
    def newest(self) -> Section:
        """The section that ``startxref`` names."""
        return self.updates[0][0]

    def root(self, update: int = 0) -> Indirect:
        """The catalog as of an update, 0 being the newest.

        Raises:
            MalformedError: there is none.
        """
        ref = self.updates[update][0].trailer.get("Root")
        if not isinstance(ref, Ref):
            raise MalformedError("the PDF has no catalog: its trailer names no /Root")
        found = self.object(ref, update, objects.LONGEST_ROOT)
        if found is None:
            raise MalformedError("the PDF has no catalog: the object /Root names is not there")
        kind = found.dictionary.get("Type")
        if kind not in {None, "Catalog"} or found.dictionary.get("Pages") is None:
            raise MalformedError("the PDF has no catalog: the object /Root names is something else")
        return found

    def entry(self, number: int, update: int = 0) -> xref.Entry | None:
        """Where an object stands as of an update; None if it does not exist."""
        for sections in self.updates[update:]:
            for section in sections:
                self.spend(1)
                found = section.find(number)
                if found is not None:
                    return None if isinstance(found, xref.Free) else found
        return None

    def object(self, ref: Ref, update: int = 0, longest: int = objects.LONGEST) -> Indirect | None:
        """The object a reference names, None for a reference to nothing (§7.3.10).

        Raises:
            MalformedError: something else stands where the tables say.
            LimitError: it has more than ``longest`` bytes, or its object stream is too large.
            LockedError: it is encrypted, and the password was not given.
        """
        entry = self.entry(ref.number, update)
        if entry is None:
            return None
        if isinstance(entry, xref.InFile):
            if entry.generation != ref.generation:
                return None
            key = (entry.offset, 0)
        elif isinstance(entry, xref.InStream):
            if ref.generation:
                return None
            key = (-ref.number - 1, self._stream_position(entry.stream, update))
        else:
            return None
        found = self._objects.get(key)
        if found is None:
            if isinstance(entry, xref.InFile):
                found = objects.read_object(self.source, entry.offset + self.shift, longest)
                if (found.number, found.generation) != (ref.number, ref.generation):
                    raise MalformedError(
                        f"object {found.number} of the PDF stands where object {ref.number} should"
                    )
            else:
                found = self._packed(ref.number, entry, update, longest)
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[int, int], found: Indirect) -> None:
        size = found.item.end - found.item.start
        self._parsed += size
        if self._parsed > _PARSED_FREE + _PARSED_RATIO * self.source.size:
            raise LimitError("the PDF has objects that stand in one another, or that are read over and over")
        self._kept += size
        if len(self._objects) >= _KEPT or self._kept > _KEPT_BYTES:
            self._objects.clear()
            self._kept = size
        self._objects[key] = found

    def resolve(self, item: Item | None, holder: Indirect, update: int = 0) -> tuple[Item, Indirect] | None:
        """A value with the object it stands in; references are followed, once.

        Raises:
            MalformedError: a reference leads to a reference.
        """
        if item is None or item.value is None:
            return None
        if not isinstance(item.value, Ref):
            return item, holder
        found = self.object(item.value, update)
        if found is None or found.item.value is None:
            return None
        if isinstance(found.item.value, Ref):
            raise MalformedError(f"object {found.number} of the PDF is a mere reference")
        return found.item, found

    def value(self, value: Value, update: int = 0) -> Value:
        """A value, a reference followed."""
        if not isinstance(value, Ref):
            return value
        found = self.object(value, update)
        return None if found is None else found.item.value

    def dictionary(self, value: Value, update: int = 0) -> Dict | None:
        """A dictionary, a reference followed; None if it is something else."""
        found = self.value(value, update)
        return found if isinstance(found, Dict) else None

    def stream_length(self, found: Indirect, update: int = 0) -> int:
        """Bytes of the data of a stream, as its dictionary says.

        Raises:
            MalformedError: no length, or one that reaches past the end of the file.
        """
        length = self.value(found.dictionary.get("Length"), update)
        if found.payload is None or not isinstance(length, int) or isinstance(length, bool) or length < 0:
            raise MalformedError(f"object {found.number} of the PDF is no stream with a /Length")
        if found.payload + length > self.source.size:
            raise MalformedError(f"the stream {found.number} of the PDF reaches past the end of the file")
        return length

    @property
    def encryption(self) -> crypt.Handler | None:
        """What the encryption dictionary says, None for a document that is not encrypted."""
        value = self.newest.trailer.get("Encrypt")
        if value is None:
            return None
        dictionary = self.dictionary(value)
        if dictionary is None:
            raise MalformedError("the PDF names an encryption dictionary and has none")
        identifier = self.value(self.newest.trailer.get("ID"))
        first = identifier[0].value if isinstance(identifier, tuple) and identifier else b""
        return crypt.read_handler(dictionary, first if isinstance(first, bytes) else b"")

    def cipher(self) -> crypt.Cipher | None:
        """The key of the document, None if it is not encrypted.

        Raises:
            LockedError: the password is missing or wrong.
        """
        if self._cipher is None:
            handler = self.encryption
            if handler is not None:
                self._cipher = crypt.unlock(handler, self.password)
        return self._cipher

    def text(self, item: Item, holder: Indirect) -> bytes:
        """The bytes of a string that stands in ``holder``, decrypted."""
        value = item.value if isinstance(item.value, bytes) else b""
        cipher = None if holder.packed else self.cipher()
        return value if cipher is None else cipher.decrypt_string(value, holder.number, holder.generation)

    def _stream_position(self, number: int, update: int) -> int:
        entry = self.entry(number, update)
        if not isinstance(entry, xref.InFile):
            raise MalformedError(f"the PDF has no object stream {number}")
        return entry.offset

    def _packed(self, number: int, entry: xref.InStream, update: int, longest: int) -> Indirect:
        offset = self._stream_position(entry.stream, update)
        if offset not in self._streams:
            if offset in self._unpacking:
                raise MalformedError(f"the object stream {entry.stream} of the PDF is needed to read itself")
            self._unpacking.add(offset)
            try:
                pack = self._unpack(entry.stream, offset, update)
            finally:
                self._unpacking.discard(offset)
            held = sum(len(one.data) for one in self._streams.values()) + len(pack.data)
            if len(self._streams) >= _KEPT_STREAMS or held > self._longest_stream:
                self._streams.clear()
                self._objects.clear()  # they hold what they were read from
                self._kept = 0
            self._streams[offset] = pack
        pack = self._streams[offset]
        pair = pack.directory[2 * entry.place : 2 * entry.place + 2]
        if len(pair) != 2 or not all(part.isdigit() and len(part) < 11 for part in pair):
            raise MalformedError(f"the object stream {entry.stream} of the PDF has no usable directory")
        if int(pair[0]) != number:
            raise MalformedError(f"object {int(pair[0])} of the PDF stands where object {number} should")
        item = objects.read_packed(pack.data, pack.first + int(pair[1]), longest)
        return Indirect(number, 0, pack.data, item, pack.holder.position, packed=True)

    @property
    def _longest_stream(self) -> int:
        return min(_OBJECT_STREAM_LIMIT, _OBJECT_STREAM_FREE + _OBJECT_STREAM_RATIO * self.source.size)

    def _expand(self, size: int) -> None:
        self._expanded += size
        if self._expanded > _EXPANDED_FREE + _EXPANDED_RATIO * self.source.size:
            raise LimitError("the PDF has object streams that would be expanded over and over")

    def _unpack(self, number: int, offset: int, update: int) -> _Pack:
        holder = objects.read_object(self.source, offset + self.shift)
        if holder.number != number or holder.dictionary.get("Type") != "ObjStm":
            raise MalformedError(f"the PDF has no object stream {number}")
        length = self.stream_length(holder, update)
        if length > _OBJECT_STREAM_LIMIT:
            raise LimitError(f"an object stream of the PDF has more than {_OBJECT_STREAM_LIMIT} bytes")
        self._expand(length)
        raw = self.source.read(holder.payload or 0, length)
        cipher = self.cipher()
        if cipher is not None:
            raw = cipher.decrypt_stream(raw, holder.number, holder.generation)
        data = filters.decode(raw, holder.dictionary, self._longest_stream)
        self._expand(len(data))
        first, count = holder.dictionary.get("First"), holder.dictionary.get("N")
        if (
            not isinstance(first, int)
            or not isinstance(count, int)
            or not 0 <= first <= len(data)
            or count < 0
        ):
            raise MalformedError(f"the object stream {number} of the PDF has no usable directory")
        if first > _DIRECTORY_LIMIT:
            raise LimitError(
                f"the directory of an object stream of the PDF has more than {_DIRECTORY_LIMIT} bytes"
            )
        return _Pack(data, data[:first].split()[: 2 * count], first, holder)


def header_offset(source: Source) -> int | None:
    """Where the header of a PDF begins, None if this is none."""
    match = _HEADER.search(source.read(0, HEADER_WINDOW))
    return match.start() if match else None


def open_document(source: Source, limits: Limits, password: str | None = None) -> Document:
    """Read the sections of a PDF, newest first.

    Args:
        source: the file.
        limits: ``carriers`` bounds the updates, ``container_parts`` the parts of tables.
        password: for an encrypted document; used only when something has to be decrypted.

    Raises:
        MalformedError: no header, no ``startxref``, a damaged section, updates in a circle.
        LimitError: a bound was reached.
    """
    header = header_offset(source)
    if header is None:
        raise MalformedError("the file does not begin as a PDF does")
    begin = max(0, source.size - _TAIL_WINDOW)
    tail = source.read(begin, _TAIL_WINDOW)
    start = START.match(tail, max(0, tail.rfind(b"startxref")))
    # An end without a startxref of its own is that of a section whose startxref was damaged.
    if start is None or tail.find(b"%%EOF", start.end()) >= 0:
        raise MalformedError("the PDF has no startxref at its end")
    offset = int(start[1])
    shift = header
    try:
        first = xref.read_section(source, offset, shift, limits)
    except MalformedError:
        if not header:
            raise
        shift = 0  # bytes were put before the header by a program that moved the offsets, too
        first = xref.read_section(source, offset, shift, limits)
    linearized = _LINEARIZED.search(source.read(header, HEADER_WINDOW)) is not None
    updates = _chain(source, first, shift, linearized=linearized, limits=limits)
    return Document(source, limits, shift, begin + start.start(), begin + start.end(), updates, password)


def _chain(
    source: Source, first: Section, shift: int, *, linearized: bool, limits: Limits
) -> tuple[tuple[Section, ...], ...]:
    """Follow ``/Prev``.  It leads backwards, once excepted: from the first page of a linearized file."""
    updates: list[tuple[Section, ...]] = [(first,)]
    section = first
    rows, spelled = _rows(first), _spelled(first)
    while (before := section.trailer.get("Prev")) is not None:
        if not isinstance(before, int) or isinstance(before, bool) or before < 0:
            raise MalformedError("the PDF has a /Prev that is no offset")
        if len(updates) >= limits.carriers:
            raise LimitError(f"the PDF was updated more than {limits.carriers} times")
        older = xref.read_section(source, before, shift, limits)
        rows += _rows(older)
        if rows > xref.ROWS_LIMIT:
            raise LimitError(f"the cross-reference streams of the PDF have more than {xref.ROWS_LIMIT} bytes")
        spelled += _spelled(older)
        # There is one trailer to a table, and a table has objects: more than this is one read many times.
        if spelled > objects.LONGEST_ROOT + source.size // 2:
            raise LimitError(
                "the cross-reference sections of the PDF have trailers that stand in one another"
            )
        if before < section.offset:
            updates.append((older,))
        elif linearized and before > section.offset and older.trailer.get("Prev") is None:
            updates[-1] = (*updates[-1], older)
        else:
            raise MalformedError("the updates of the PDF lead in a circle")
        section = older
    return tuple(updates)


def _rows(section: Section) -> int:
    return len(section.rows) + (len(section.hidden.rows) if section.hidden else 0)


def _spelled(section: Section) -> int:
    """Bytes of the trailers."""
    return len(section.data) + (len(section.hidden.data) if section.hidden else 0)
