"""Taking a manifest store out of a PDF: cutting off what was appended (C2PA 2.4 §A.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from provkit.carriers.pdf import attachments, reading, xref
from provkit.carriers.pdf.document import Document, open_document
from provkit.carriers.pdf.placing import DATE_FORM, place
from provkit.carriers.pdf.syntax import Ref
from provkit.errors import AlreadySignedError, MalformedError, UnsupportedError

if TYPE_CHECKING:
    from provkit.carriers.source import Source
    from provkit.limits import Limits

_DATE: Final = re.compile(rb"D:(\d{14})Z")
_OTHERS: Final = 8 * 1024 * 1024
"""Bytes of an update section of ours, its store apart, at most: a large node of a name tree."""


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The first bytes of a source."""

    source: Source
    size: int

    def read(self, start: int, length: int) -> bytes:
        return self.source.read(start, max(0, min(length, self.size - start)))


def remove(source: Source, limits: Limits, *, password: str | None = None) -> int:
    """Where to cut a signed PDF so that the original is left, byte for byte.

    The last update section is made anew from what is before it; only if every byte is as it
    would be written again is it taken for ours.

    Raises:
        UnsupportedError: no credential is there, or it was not the last thing appended, or another
            program wrote it.
        MalformedError, LimitError: as for reading.
    """
    document = open_document(source, limits, password)
    carried = reading.examine(document)
    if carried.problem is not None or not carried.stores:
        raise UnsupportedError("the PDF carries no credential that could be taken off")
    refusal = UnsupportedError(
        "the credential is not the last thing appended to the PDF by provkit, so it cannot be cut off",
        hint="write the PDF anew without it, for example with: qpdf --remove-attachment=NAME IN.pdf OUT.pdf",
    )
    begin = _first_object(document)
    store = carried.stores[-1]
    moment = _moment(document)
    if begin is None or moment is None or source.size - begin > len(store) + _OTHERS or begin > carried.start:
        raise refusal
    cut = begin - 1
    try:
        placement = place(_Beginning(source, cut), limits, moment=moment, password=password, resign=True)
    except (MalformedError, UnsupportedError, AlreadySignedError):
        raise refusal from None
    if placement.embed(store) != source.read(cut, source.size - cut):
        raise refusal
    return cut


def _first_object(document: Document) -> int | None:
    """Where the first object of the newest section stands."""
    places = []
    for part in document.newest.parts:
        if part.size > document.limits.carriers:
            return None
        for number in range(part.first, part.first + part.size):
            entry = document.newest.find(number)
            if isinstance(entry, xref.InFile):
                places.append(entry.offset + document.shift)
    return min(places, default=None)


def _moment(document: Document) -> datetime | None:
    """The date in the embedded file of the active store."""
    found = attachments.manifests(document)
    embedded = document.dictionary(found[0].holder.dictionary.get("EF")) if found else None
    ref = embedded.get("F") if embedded else None
    stream = document.object(ref) if isinstance(ref, Ref) else None
    parameters = document.dictionary(stream.dictionary.get("Params")) if stream else None
    date = parameters.item("ModDate") if parameters else None
    if date is None or stream is None:
        return None
    match = _DATE.fullmatch(document.text(date, stream))
    try:
        return datetime.strptime(match[1].decode("ascii"), DATE_FORM).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None
