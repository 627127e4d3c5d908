"""What can change how a signed PDF looks without changing a byte of it.

A signature covers scripts and layers as it covers text.  A reader of a verdict should know that
what is on the screen may depend on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.carriers.pdf import attachments
from provkit.carriers.pdf.crypt import LockedError
from provkit.carriers.pdf.syntax import Dict, Name, Value
from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from provkit.carriers.pdf.document import Document

_HARMLESS: Final = frozenset({"GoTo", "GoToR", "GoToE", "URI", "Named", "Thread"})
"""Actions that lead somewhere, and change nothing here."""
_NEXT: Final = 16
"""Actions followed in one chain."""
_STEPS: Final = 4
"""What looking at an action costs, as :meth:`Document.spend` counts."""


def warnings(document: Document) -> tuple[str, ...]:
    """``active-content`` with what was found; empty for a document that shows what it holds.

    Looked at are the catalog and, up to ``limits.carriers`` of them, pages and annotations.
    """
    found: dict[str, None] = {}
    unseen = ""
    try:
        _catalog(document, found)
        if not _pages(document, found):
            unseen = f"; only the first {document.limits.carriers} pages and annotations were looked at"
    except (MalformedError, LimitError, LockedError) as error:
        unseen = f"; not all of it could be looked at ({error.message})"
    if not found and not unseen:
        return ()
    what = ", ".join(found) or "nothing that was found"
    return (f"active-content: what the PDF shows can change by itself: {what}{unseen}",)


def _catalog(document: Document, found: dict[str, None]) -> None:
    catalog = document.root().dictionary
    names = document.dictionary(catalog.get("Names"))
    if names is not None and names.get("JavaScript") is not None:
        found["JavaScript"] = None
    _action(document, catalog.get("OpenAction"), found)
    _additional(document, catalog.get("AA"), found)
    if catalog.get("OCProperties") is not None:
        found["optional content"] = None
    form = document.dictionary(catalog.get("AcroForm"))
    if form is not None and form.get("XFA") is not None:
        found["an XFA form"] = None


def _pages(document: Document, found: dict[str, None]) -> bool:
    """Look at pages and annotations; False when there were too many."""
    left = document.limits.carriers
    for page in attachments.pages(document):
        left -= 1
        _additional(document, page.dictionary.get("AA"), found)
        for annotation in attachments.page_annotations(document, page):
            left -= 1
            _action(document, annotation.get("A"), found)
            _additional(document, annotation.get("AA"), found)
            if left <= 0:
                return False
        if left <= 0:
            return False
    return True


def _additional(document: Document, value: Value, found: dict[str, None]) -> None:
    events = document.dictionary(value)
    if events is None:
        return
    document.spend(_STEPS * len(events.entries))
    for item in events.entries.values():
        _action(document, item.value, found)


def _action(document: Document, value: Value, found: dict[str, None]) -> None:
    waiting = [value]
    for _ in range(_NEXT):
        if not waiting:
            return
        action = document.value(waiting.pop())
        if isinstance(action, tuple):
            document.spend(_STEPS * len(action))
            # A destination, or under /Next an array of actions.
            waiting.extend(item.value for item in action if not isinstance(item.value, Name | int | float))
        elif isinstance(action, Dict) and (kind := document.value(action.get("S"))) is not None:
            if kind not in _HARMLESS:
                found["JavaScript" if kind == "JavaScript" else f"actions of the kind {kind!s:.20}"] = None
            waiting.append(action.get("Next"))
