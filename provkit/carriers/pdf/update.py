"""One update section, appended to a document (ISO 32000-2 §7.5.6).

Objects that change are written again from the bytes they have, with only the changed entries
different: what a library took in and would put out again is not what stood there, and in an
encrypted document its strings would be in the clear.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.pdf import syntax, xref
from provkit.carriers.pdf.syntax import Ref
from provkit.errors import MalformedError

if TYPE_CHECKING:
    from provkit.carriers.pdf.document import Document
    from provkit.carriers.pdf.objects import Indirect
    from provkit.carriers.pdf.syntax import Dict, Item

NUMBER_WIDTH: Final = 10
"""Characters of a length that is written before it is known."""


class _Edit(NamedTuple):
    start: int
    end: int
    new: bytes


class _Written(NamedTuple):
    number: int
    generation: int
    body: bytes


@dataclass(slots=True)
class Update:
    """Changes to a document, collected and then laid out."""

    document: Document
    _next: int = 0
    _new: list[_Written] = field(default_factory=list)
    _edits: dict[tuple[int, int], tuple[Indirect, list[_Edit]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next = _first_free(self.document)

    def reserve(self) -> Ref:
        """A number for a new object."""
        number = self._next
        if number > xref.MOST_OBJECTS:
            raise MalformedError("the PDF has no object number left")
        self._next += 1
        return Ref(number, 0)

    def add(self, ref: Ref, body: bytes) -> None:
        """Write a new object."""
        self._new.append(_Written(ref.number, ref.generation, body))

    def replace(self, holder: Indirect, item: Item, new: bytes) -> None:
        """Write ``holder`` again with other bytes for one value."""
        self._edit(holder, _Edit(item.start, item.end, new))

    def insert(self, holder: Indirect, position: int, new: bytes) -> None:
        """Write ``holder`` again with bytes put in at a place in its buffer."""
        self._edit(holder, _Edit(position, position, new))

    def append(self, holder: Indirect, item: Item, new: bytes) -> None:
        """Write ``holder`` again with bytes put before the end of one array or dictionary in it."""
        closing = 1 if isinstance(item.value, tuple) else 2
        self.insert(holder, item.end - closing, b" " + new + b" ")

    def string(self, value: bytes, number: int, generation: int) -> bytes:
        """How a string is spelled in the object with this number: encrypted if the document is."""
        cipher = self.document.cipher()
        if cipher is not None:
            return syntax.hex_string(cipher.encrypt_string(value, number, generation))
        if not value.isascii() or b"\\" in value or b"(" in value or b")" in value:
            return syntax.hex_string(value)
        return b"(" + value + b")"

    def objects(self) -> list[_Written]:
        """The objects of the section, changed ones first."""
        changed = [self._rewritten(holder, edits) for holder, edits in self._edits.values()]
        return [*changed, *self._new]

    def _edit(self, holder: Indirect, edit: _Edit) -> None:
        key = (holder.number, holder.generation)
        self._edits.setdefault(key, (holder, []))[1].append(edit)

    def _rewritten(self, holder: Indirect, edits: list[_Edit]) -> _Written:
        if holder.packed and self.document.cipher() is not None:
            # In an object stream its strings were not encrypted; outside they have to be.
            for item in syntax.strings(holder.item):
                if isinstance(item.value, bytes) and not any(
                    edit.start <= item.start and item.end <= edit.end for edit in edits
                ):
                    spelled = self.string(item.value, holder.number, holder.generation)
                    edits.append(_Edit(item.start, item.end, spelled))
        out, pos = [], holder.item.start
        for edit in sorted(edits, key=lambda one: one[:2]):
            out += [holder.data[pos : edit.start], edit.new]
            pos = edit.end
        out.append(holder.data[pos : holder.item.end])
        return _Written(holder.number, holder.generation, b"".join(out))


def _first_free(document: Document) -> int:
    size = document.newest.trailer.get("Size")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= xref.MOST_OBJECTS:
        raise MalformedError("the trailer of the PDF has no usable /Size")
    sections = [section for sections in document.updates for section in sections]
    sections += [section.hidden for section in sections if section.hidden is not None]
    return max(size, *(part.first + part.size for section in sections for part in section.parts[-1:]))


class Layout(NamedTuple):
    """A section whose last object is a stream of bytes that are still to come."""

    head: bytes
    """From the end of the original up to the first byte of the stream, its length left out."""
    gaps: tuple[int, ...]
    """Where in the head the length goes."""
    offsets: tuple[tuple[int, int, int], ...]
    """Number, generation and place in the head of each object."""
    number: int
    """Number the cross-reference stream would have."""
    end: int
    """Bytes of the original."""
    document: Document
    trailer: bytes
    """Entries of the trailer, but for ``/Size``."""

    def before(self, length: int) -> bytes:
        """Bytes before a stream of ``length`` bytes."""
        out = bytearray(self.head)
        digits = str(length).encode("ascii").ljust(NUMBER_WIDTH)
        for gap in self.gaps:
            out[gap : gap + NUMBER_WIDTH] = digits
        return bytes(out)

    def after(self, length: int) -> bytes:
        """Bytes behind a stream of ``length`` bytes: its end, the cross-reference section, the trailer."""
        end = b"\nendstream\nendobj\n"
        shift = self.document.shift
        start = self.end + len(self.head) + length + len(end) - shift
        entries = sorted((number, self.end + at - shift, gen) for number, gen, at in self.offsets)
        if self.document.newest.stream:
            section = self._stream([*entries, (self.number, start, 0)])
        else:
            section = self._table(entries)
        return b"%s%sstartxref\n%d\n%%%%EOF\n" % (end, section, start)

    def _table(self, entries: list[tuple[int, int, int]]) -> bytes:
        parts = [
            b"%d %d\n%s"
            % (run[0][0], len(run), b"".join(b"%010d %05d n \n" % (at, gen) for _, at, gen in run))
            for run in _runs(entries)
        ]
        return b"xref\n%strailer\n<< /Size %d%s >>\n" % (b"".join(parts), self.number, self.trailer)

    def _stream(self, entries: list[tuple[int, int, int]]) -> bytes:
        rows = b"".join(b"\1" + at.to_bytes(5, "big") + gen.to_bytes(2, "big") for _, at, gen in entries)
        index = b" ".join(b"%d %d" % (run[0][0], len(run)) for run in _runs(entries))
        return (
            b"%d 0 obj\n<< /Type /XRef /Size %d%s /W [1 5 2] /Index [%s] /Length %d >>\nstream\n"
            % (self.number, self.number + 1, self.trailer, index, len(rows))
            + rows
            + b"\nendstream\nendobj\n"
        )


def lay_out(update: Update, stream: Ref, dictionary: tuple[bytes, ...], seal: bytes) -> Layout:
    """Lay out a section.

    Args:
        update: the changes.
        stream: number of the stream that comes last.
        dictionary: what its dictionary says; the length goes between the pieces.
        seal: 16 bytes for the changing part of the file identifier.
    """
    document = update.document
    head = bytearray(b"\n")  # always, so that it can be told where the original ends
    offsets = []
    for number, generation, body in update.objects():
        offsets.append((number, generation, len(head)))
        head += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
    offsets.append((stream.number, stream.generation, len(head)))
    head += b"%d %d obj\n<< " % (stream.number, stream.generation)
    gaps = []
    for piece in dictionary[:-1]:
        head += piece
        gaps.append(len(head))
        head += b" " * NUMBER_WIDTH
    head += dictionary[-1] + b" >>\nstream\n"
    return Layout(
        bytes(head),
        tuple(gaps),
        tuple(offsets),
        update.reserve().number,
        document.source.size,
        document,
        _trailer(document, seal),
    )


def _trailer(document: Document, seal: bytes) -> bytes:
    """The entries every trailer repeats (§7.5.5), as they are spelled, and the changed ``/ID`` (§14.4)."""
    newest = document.newest
    out = b""
    for key in ("Root", "Info", "Encrypt"):
        item = newest.trailer.item(key)
        if item is not None:
            out += b" /%s %s" % (key.encode(), newest.data[item.start : item.end])
    identifier = _identifier(document, newest.trailer)
    if identifier is not None:
        out += b" /ID [%s %s]" % (syntax.hex_string(identifier), syntax.hex_string(seal))
    return out + b" /Prev %d" % newest.offset


def _identifier(document: Document, trailer: Dict) -> bytes | None:
    value = document.value(trailer.get("ID"))
    if isinstance(value, tuple) and value and isinstance(value[0].value, bytes):
        return value[0].value
    return None


def _runs(entries: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Entries grouped where their numbers follow one another."""
    out: list[list[tuple[int, int, int]]] = []
    for entry in entries:
        if out and out[-1][-1][0] + 1 == entry[0]:
            out[-1].append(entry)
        else:
            out.append([entry])
    return out
