"""What credentials a PDF carries (C2PA 2.4 §A.4, §15.5.2.2; rules in spec/pdf.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers import found as founds
from provkit.carriers.carried import Carried, Problem, RangeBinding
from provkit.carriers.pdf import active, attachments, doubts, objects
from provkit.carriers.pdf.crypt import LockedError
from provkit.carriers.pdf.document import Document, header_offset, open_document
from provkit.carriers.pdf.syntax import Dict, Ref, Value
from provkit.carriers.source import windows
from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from provkit.carriers.pdf.attachments import Specification
    from provkit.carriers.source import Source
    from provkit.limits import Limits

CARRIER: Final = "the manifest store"
"""What stands in the exclusion, for explanations."""
_OVERLAP: Final = 64
"""Bytes of one window searched with the next: longer than anything looked for."""
_WHOLE: Final = "get the whole file and try again"
_REPAIR: Final = "repair it, for example with: qpdf IN.pdf OUT.pdf"


def _spellings(name: str) -> bytes:
    r"""A pattern for a name with any of its characters written as ``#`` and two digits."""
    return b"".join(
        rb"(?:%s|#(?i:%02x))" % (re.escape(character.encode()), ord(character)) for character in name
    )


_NAME: Final = re.compile(_spellings(attachments.RELATIONSHIP))


class DoubtError(MalformedError):
    """A readable document that names no store and yet holds what looks like one, or the beginning of an update."""


class Store(NamedTuple):
    """Where a manifest store stands in the file."""

    start: int
    length: int


def read(source: Source, limits: Limits, *, password: str | None = None) -> Carried:
    """Find what a PDF carries.

    Args:
        source: the file; its end and its catalog are read, and the store.
        limits: bounds on sizes and numbers.
        password: for a document whose catalog is encrypted.

    Returns:
        Stores oldest first, one for each update that brought one.  No stores and no problem:
        the PDF is certainly unsigned.

    Raises:
        MalformedError: the structure is damaged, and the PDF may carry a credential.
        LimitError: a bound was reached first; or a store is compressed, which none is.
        UnsupportedError: the catalog is encrypted, and something in the file looks like a store.
    """
    if header_offset(source) is None:
        raise MalformedError("the file does not begin as a PDF does")
    try:
        document = open_document(source, limits, password)
        return examine(document)
    except DoubtError:
        raise
    except MalformedError as error:
        return _without_structure(source, error)
    except LockedError as error:
        # A store is never encrypted itself, so its first bytes would stand there.
        if _traces(source).store:
            raise
        return Carried(warnings=(f"encrypted: {error.message}; no manifest store stands in it",))


def examine(document: Document) -> Carried:
    """Find what an open PDF carries; as :func:`read`."""
    named = attachments.manifests(document)
    attached = attachments.attached_manifests(document)
    problem = _disagreement(document, named, attached)
    found: list[Store] = []
    for update in range(len(document.updates) - 1, -1, -1):
        specifications = named if update == 0 else _earlier(document, update)
        if len(specifications) != 1:
            continue  # two stores of one section are both invalid, those before it count (§15.5.2.2)
        store = _store(document, specifications[0], update)
        if isinstance(store, Store):
            if store not in found:
                found.append(store)
        elif update == 0:
            problem = problem or store
    if problem is not None:
        return Carried(problem=problem, warnings=active.warnings(document))
    if not found:
        _check_doubts(document)
        return Carried()
    total = sum(store.length for store in found)
    if total > document.limits.store_bytes:
        raise LimitError(
            f"the manifest stores have {total} bytes; the limit is {document.limits.store_bytes}"
        )
    start, length = found[-1]
    return Carried(
        stores=tuple(document.source.read(*store) for store in found),
        start=start,
        length=length,
        binding=RangeBinding(
            document.source, ((start, length),), CARRIER, StatusCode.ASSERTION_DATA_HASH_MISMATCH
        ),
        warnings=active.warnings(document),
    )


def _check_doubts(document: Document) -> None:
    """Refuse a document that seems to be unsigned and shows signs of a store."""
    for doubt in doubts.doubts(document):
        if _traces(document.source, doubt.start, doubt.stop).store:
            raise DoubtError(f"{doubt.reason}, and what looks like a manifest store is in it", hint=_REPAIR)
    if doubts.ends_in_update(document):
        raise DoubtError("the PDF ends inside an update: the file was cut off", hint=_WHOLE)


def _earlier(document: Document, update: int) -> tuple[Specification, ...]:
    """What an earlier catalog names; nothing if that one is encrypted, for it is history at most."""
    try:
        return attachments.manifests(document, update)
    except LockedError:
        return ()


def _problem(explanation: str, code: StatusCode = StatusCode.GENERAL_ERROR) -> Problem:
    return Problem(code, explanation)


def _disagreement(
    document: Document, named: tuple[Specification, ...], attached: tuple[Ref, ...]
) -> Problem | None:
    """§A.4.2.1: one store for each update, named by ``/AF`` and by the tree or an annotation."""
    if len(named) > 1:
        return _problem(f"the catalog of the PDF names {len(named)} manifest stores in /AF; one is active")
    if not named:
        if attached:
            return _problem(
                "the PDF embeds a file with the relationship of a manifest store that /AF does not name"
            )
        return None
    others = [ref for ref in attached if ref != named[0].ref]
    if others:
        return _problem(
            f"/AF of the PDF names {named[0].ref} as manifest store, its embedded files {others[0]}"
        )
    if not attached and not _annotated(document, named[0].ref):
        return _problem(
            "/AF of the PDF names a manifest store that is neither among its embedded files nor attached to a page"
        )
    return None


def _annotated(document: Document, ref: Ref) -> bool:
    return any(
        annotation.get("Subtype") == "FileAttachment" and annotation.get("FS") == ref
        for page in attachments.pages(document)
        for annotation in attachments.page_annotations(document, page)
    )


def _store(document: Document, specification: Specification, update: int) -> Store | Problem:
    """The place of the store that a file specification names."""
    embedded = document.dictionary(specification.holder.dictionary.get("EF"), update)
    refs = {item.value for item in embedded.entries.values()} if embedded else set()
    if len(refs) != 1 or not isinstance(ref := next(iter(refs)), Ref):
        return _problem("the file specification of the manifest store does not name one embedded file")
    stream = document.object(ref, update)
    if stream is None or stream.payload is None:
        return _problem("the file specification of the manifest store names no stream")
    filters = _names(document.value(stream.dictionary.get("Filter"), update))
    if any(one != "Crypt" for one in filters) or len(filters) > 1:
        raise LimitError(
            f"the manifest store stands behind {len(filters)} filters ({', '.join(map(str, filters))[:80]}), "
            "and none is undone: a store is embedded as it is"
        )
    secret = _encrypted(document, stream.dictionary, filters, update)
    if secret is not None:
        return secret
    try:
        length = document.stream_length(stream, update)
    except MalformedError as error:
        return _problem(f"{error.message}; it should hold the manifest store")
    if length > document.limits.store_bytes:
        raise LimitError(f"the manifest store has {length} bytes; the limit is {document.limits.store_bytes}")
    if objects.stream_end(document.source, stream.payload + length) is None:
        return _problem(
            f"the manifest store does not end at byte {stream.payload + length}, where its /Length says"
        )
    return Store(stream.payload, length)


def _names(value: Value) -> list[Value]:
    if value is None:
        return []
    return [item.value for item in value] if isinstance(value, tuple) else [value]


def _encrypted(document: Document, stream: Dict, filters: list[Value], update: int) -> Problem | None:
    """§A.4.1: in an encrypted document the store has the crypt filter ``Identity``."""
    if filters:
        parameters = _names(document.value(stream.get("DecodeParms"), update))
        name = document.value(parameters[0], update) if parameters else None
        crypt_filter = name.get("Name") if isinstance(name, Dict) else None
        if crypt_filter not in {None, "Identity"}:
            return _problem("the manifest store is encrypted", StatusCode.MANIFEST_INACCESSIBLE)
        return None
    handler = document.encryption
    if handler is not None and (handler.version < 4 or handler.files != "Identity"):
        return _problem(
            "the PDF is encrypted, and its manifest store is not marked as left unencrypted",
            StatusCode.MANIFEST_INACCESSIBLE,
        )
    return None


class _Traces(NamedTuple):
    """What a file holds, its structure apart."""

    store: bool
    """The first bytes of a manifest store that is not in a picture, or the name of its relationship."""
    packed: bool
    """Objects in object streams, or encrypted ones."""
    root: bool
    """A trailer names a catalog."""


def _traces(source: Source, start: int = 0, stop: int | None = None) -> _Traces:
    store = packed = root = False
    before = b""
    for window in windows(source, start, source.size if stop is None else stop):
        data = before + window
        # A picture can be signed for itself.  To tell, what stands before its store has to be in sight.
        unseen = max(0, len(before) - len(founds.SIGNATURE) + 1)
        store = store or founds.left_over(data, unseen) or _NAME.search(data) is not None
        packed = packed or b"/ObjStm" in data or b"/Encrypt" in data
        root = root or b"/Root" in data
        before = data[-_OVERLAP:]
    return _Traces(store, packed, root)


def _without_structure(source: Source, error: MalformedError) -> Carried:
    """The answer for a PDF that cannot be read: unsigned only if nothing can be hidden in it."""
    traces = _traces(source)
    if traces.store:
        raise MalformedError(
            f"{error.message}, and what looks like a manifest store is in it", hint=_REPAIR
        ) from None
    if doubts.is_cut(source):
        raise MalformedError(f"{error.message}: the file was cut off, or is damaged", hint=_WHOLE) from None
    if traces.packed or not traces.root:
        raise MalformedError(error.message, hint=_REPAIR) from None
    return Carried(warnings=(f"damaged-structure: {error.message}; no manifest store stands in it",))
