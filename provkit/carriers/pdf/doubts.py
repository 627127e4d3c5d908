"""Signs of damage in a PDF that seems to carry no credential.

A byte that changed in a signed document can make the way to its store disappear: an entry of a
table that names another object, a reference that leads nowhere, a relationship of another name.
So can an end that was cut off, a copy that was appended, an update that passes over the signed
one.  Such a document is readable, and calling it unsigned would be wrong.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.pdf import attachments, objects, syntax, xref
from provkit.carriers.pdf.document import START
from provkit.carriers.pdf.syntax import Dict, Ref
from provkit.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.carriers.pdf.document import Document
    from provkit.carriers.pdf.xref import Section
    from provkit.carriers.source import Source

MEDIA_TYPES: Final = frozenset({"application/c2pa", "application/x-c2pa-manifest-store"})
"""What C2PA writers put under ``/Subtype`` of a file specification, where ISO 32000 has nothing."""
SCANNED: Final = 8 * 1024 * 1024
"""Bytes of a file that is searched for sections nothing leads to: milliseconds, and most documents."""
_WHITE: Final = b"\0\t\n\f\r "
_BETWEEN: Final = 4096
"""Bytes of white space and comments between two things that belong together."""
_EOF: Final = b"%%EOF"
_EOF_WINDOW: Final = 1024
_BEGUN: Final = re.compile(
    rb"(?<![^\0\t\n\f\r ])\d{1,10}[\0\t\n\f\r ]{1,8}\d{1,5}[\0\t\n\f\r ]{1,8}obj(?![^\0\t\n\f\r ()<>\[\]{}/%])"
)


class Doubt(NamedTuple):
    """Why a part of the file should be searched for a store."""

    reason: str
    start: int
    stop: int


def doubts(document: Document) -> Iterator[Doubt]:
    """All there is to doubt in a document in which no store was found; nothing for most.

    All but the last look at a few places; that one reads files up to :data:`SCANNED`.
    """
    size = document.source.size
    for reason in (_dangling(document), _displaced(document), _end(document)):
        if reason is not None:
            yield Doubt(reason, 0, size)
    yield from _gaps(document)
    if size <= SCANNED and _has_lost_section(document):
        yield Doubt("the PDF has a cross-reference section that no /Prev leads to", 0, size)


def is_cut(source: Source) -> bool:
    """Whether a file whose structure cannot be read ends without ``%%EOF``, or in an update."""
    tail = source.read(max(0, source.size - _EOF_WINDOW), _EOF_WINDOW)
    last = tail.rfind(_EOF)
    return last < 0 or _BEGUN.search(tail, last + len(_EOF)) is not None


def ends_in_update(document: Document) -> bool:
    """Whether an object begins behind the end: that of an update whose own end is missing."""
    return _BEGUN.search(document.source.read(document.end, _BETWEEN)) is not None


def _dangling(document: Document) -> str | None:
    """A reference of the catalog that leads nowhere, or to a store that is called something else."""
    for item in attachments.associated(document)[: document.limits.carriers]:
        found = document.value(item.value)
        if found is None:
            return "the PDF names an associated file that is not there"
        if isinstance(found, Dict) and document.value(found.get("Subtype")) in MEDIA_TYPES:
            return "the PDF has an associated file of the media type of a manifest store and another relationship"
    pages = document.root().dictionary.get("Pages")
    if isinstance(pages, Ref) and document.entry(pages.number) is None:
        return "the catalog of the PDF names pages that are not there"
    return None


def _displaced(document: Document) -> str | None:
    """Entries of the newest section of an updated document, up to ``limits.carriers`` of them."""
    if len(document.updates) == 1:
        return None
    left = document.limits.carriers
    for part in document.newest.parts:
        for number in range(part.first, part.first + min(part.size, left)):
            entry = document.newest.find(number)
            if isinstance(entry, xref.InFile) and objects.begun(
                document.source, entry.offset + document.shift
            ) != Ref(number, entry.generation):
                return f"the PDF has another object where its newest table has object {number}"
        left -= min(part.size, left)
    return None


def _end(document: Document) -> str | None:
    """What stands at the end: the newest section, its ``startxref``, ``%%EOF``, and nothing else."""
    source = document.source
    # In a linearized file the section that startxref names stands at the beginning (ISO 32000-2 §F.3).
    if all(_next(source, section.end) != document.mark for section in document.updates[0]):
        return "the last startxref of the PDF does not stand behind the section it names"
    if source.read(document.end, source.size - document.end).strip(_WHITE):
        return "the PDF goes on behind its end"
    return None


def _next(source: Source, position: int) -> int:
    """Where white space and comments behind ``position`` end."""
    return position + syntax.skip_space(source.read(position, _BETWEEN), 0)


def _gaps(document: Document) -> Iterator[Doubt]:
    """Places between two updates where something begins that the later one does not name."""
    for newer, older in pairwise(document.updates):
        end = max(_behind(document.source, section) for section in older)
        position = _next(document.source, end)
        begin = newer[0].offset + document.shift
        if position != begin and not _names(
            newer[0], objects.begun(document.source, position), position, document
        ):
            yield Doubt("the PDF holds something between two updates that neither of them names", end, begin)


def _behind(source: Source, section: Section) -> int:
    """Behind the ``%%EOF`` of a section; behind its trailer, if it has none."""
    position = _next(source, section.end)
    match = START.match(source.read(position, _BETWEEN))
    return section.end if match is None else position + match.end()


def _names(section: Section, ref: Ref | None, position: int, document: Document) -> bool:
    if ref is None:
        return False
    try:
        entry = section.find(ref.number)
    except MalformedError:
        return False
    return isinstance(entry, xref.InFile) and entry.offset + document.shift == position


def _has_lost_section(document: Document) -> bool:
    """Whether a ``startxref`` names a section that was not reached; 0 is none (§F.3.6)."""
    reached = {section.offset for sections in document.updates for section in sections}
    data = document.source.read(0, document.source.size)
    return any(int(match[1]) not in {0, *reached} for match in START.finditer(data))
