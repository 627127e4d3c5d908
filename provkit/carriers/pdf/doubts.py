"""Signs of damage in a PDF that seems to carry no credential.

A byte that changed in a signed document can make the way to its store disappear: an entry of a
table that names another object, a reference that leads nowhere, a relationship of another name.
Such a document is readable, and calling it unsigned would be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.carriers.pdf import attachments, objects, xref
from provkit.carriers.pdf.syntax import Dict, Ref

if TYPE_CHECKING:
    from provkit.carriers.pdf.document import Document

MEDIA_TYPES: Final = frozenset({"application/c2pa", "application/x-c2pa-manifest-store"})
"""What C2PA writers put under ``/Subtype`` of a file specification, where ISO 32000 has nothing."""


def reason(document: Document) -> str | None:
    """Why the whole file should be searched for a store; None for a document without such signs.

    Looked at are the associated files of the catalog and, of documents that were updated, the
    entries of the newest section, up to ``limits.carriers`` of each.
    """
    for item in attachments.associated(document)[: document.limits.carriers]:
        found = document.value(item.value)
        if found is None:
            return "the PDF names an associated file that is not there"
        if isinstance(found, Dict) and document.value(found.get("Subtype")) in MEDIA_TYPES:
            return "the PDF has an associated file of the media type of a manifest store and another relationship"
    if len(document.updates) == 1:
        return None
    left = document.limits.carriers
    for part in document.newest.parts:
        for number in range(part.first, part.first + min(part.size, left)):
            entry = document.newest.find(number)
            if isinstance(entry, xref.InFile) and not objects.begins(
                document.source, entry.offset + document.shift, Ref(number, entry.generation)
            ):
                return f"the PDF has another object where its newest table has object {number}"
        left -= min(part.size, left)
    return None
