"""A place for a manifest store in a PDF (C2PA 2.4 §A.4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from provkit.carriers.pdf import active, attaching, attachments, crypt, reading
from provkit.carriers.pdf.document import Document, open_document
from provkit.carriers.pdf.update import Layout, Update, lay_out
from provkit.carriers.source import feed
from provkit.errors import (
    AlreadySignedError,
    MalformedError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from provkit.carriers.source import Source
    from provkit.limits import Limits

DATE_FORM: Final = "%Y%m%d%H%M%S"
SIDECAR: Final = "write the credential beside the file instead: --sidecar"
_REPAIR: Final = f"repair it first, for example with: qpdf IN.pdf OUT.pdf; or {SIDECAR}"


@dataclass(slots=True)
class PdfPlacement:
    """The end of a PDF, for an update section with a store.  Not thread-safe."""

    source: Source
    layout: Layout
    warnings: tuple[str, ...] = ()
    """``rule: sentence``; what the person who signs should know."""
    _hashed: Any = field(default=None, init=False)

    @property
    def start(self) -> int:
        """Offset of the first byte of the store in the signed file."""
        return self.layout.end + len(self.layout.head)

    @property
    def zero_cost(self) -> int:
        """Bytes that a zero byte of the store takes."""
        return 1

    def length(self, store: bytes) -> int:
        """Bytes of the store: exactly they are left out of the hash."""
        return len(store)

    def digest(self, length: int, /) -> bytes:
        """SHA-256 of the signed file without a store of ``length`` bytes; the original is read once."""
        if self._hashed is None:
            self._hashed = hashlib.sha256()
            feed(self.source, 0, self.source.size, self._hashed.update)
        state = self._hashed.copy()
        state.update(self.layout.before(length))
        state.update(self.layout.after(length))
        digest: bytes = state.digest()
        return digest

    def embed(self, store: bytes) -> bytes:
        """What is appended to the original; the original stays as it is."""
        return self.layout.before(len(store)) + store + self.layout.after(len(store))


def place(
    source: Source,
    limits: Limits,
    *,
    moment: datetime,
    password: str | None = None,
    resign: bool = False,
) -> PdfPlacement:
    """Prepare a PDF for a store to come.

    Args:
        source: the original.
        limits: bounds, as for reading.
        moment: written as date of the embedded file; aware.
        password: opens an encrypted document.
        resign: the document carries a credential that stays in it as history.

    Raises:
        AlreadySignedError: it carries a credential and `resign` is not set, or a damaged one.
        MalformedError: its structure is damaged.
        UnsupportedError: certified against any change, encrypted with RC4, or the password is missing.
        LimitError: a bound was reached.
    """
    if moment.tzinfo is None:
        raise ValueError("moment has a time zone")
    try:
        document = open_document(source, limits, password)
        _check_encryption(document)
        return _place(document, moment.astimezone(UTC), resign=resign)
    except MalformedError as error:
        raise MalformedError(error.message, hint=error.hint or _REPAIR) from None


def _place(document: Document, moment: datetime, *, resign: bool) -> PdfPlacement:
    carried = reading.examine(document)
    if carried.problem is not None:
        raise AlreadySignedError(
            f"the PDF carries a damaged credential: {carried.problem.explanation}",
            hint="take it off first with: provkit strip",
        )
    if carried.stores and not resign:
        raise AlreadySignedError(
            "the PDF carries a credential already",
            hint="keep it as history with --resign, or take it off first with: provkit strip",
        )
    certified = _certification(document)
    if certified == 1:
        raise UnsupportedError(
            "the PDF is certified by its author, who allows no change of any kind", hint=SIDECAR
        )
    update = Update(document)
    old = tuple(one.ref for one in attachments.manifests(document))
    store, specification = update.reserve(), update.reserve()
    attaching.associate(update, old, specification)
    if certified is None:
        attaching.attach(update, old, specification)
    else:
        attaching.annotate(update, specification)
    date = b"D:%sZ" % moment.strftime(DATE_FORM).encode("ascii")
    attaching.specify(update, specification, store)
    pieces = attaching.store_dictionary(update, store, date)
    seal = hashlib.sha256(b"%d %d %s" % (document.source.size, document.newest.offset, date)).digest()[:16]
    return PdfPlacement(document.source, lay_out(update, store, pieces, seal), _warnings(document, certified))


def _warnings(document: Document, certified: int | None) -> tuple[str, ...]:
    found = list(active.warnings(document))
    if certified is not None:
        allowed = "forms and signatures" if certified == 2 else "forms, signatures and annotations"
        found.append(
            f"certified: the author of the PDF certified it and allows changes to {allowed} only; "
            "its signature stays intact, and programs may report the credential as a change"
        )
    handler = document.encryption
    if handler is not None and not crypt.opens_freely(handler):
        found.append(
            "password: the PDF opens with a password, and few programs find a credential in such a file"
        )
    return tuple(found)


def _check_encryption(document: Document) -> None:
    handler = document.encryption
    if handler is None:
        return
    if handler.old:
        raise UnsupportedError(
            "the PDF is encrypted with RC4, which leaves no place for a credential (a store is not encrypted)",
            hint=SIDECAR,
        )
    document.cipher()


def _certification(document: Document) -> int | None:
    """What a certifying signature allows: 1 nothing, 2 forms, 3 annotations too; None without one."""
    permissions = document.dictionary(document.root().dictionary.get("Perms"))
    signature = document.dictionary(permissions.get("DocMDP")) if permissions else None
    if signature is None:
        return None
    references = document.value(signature.get("Reference"))
    for item in references if isinstance(references, tuple) else ():
        reference = document.dictionary(item.value)
        if reference is not None and reference.get("TransformMethod") == "DocMDP":
            parameters = document.dictionary(reference.get("TransformParams"))
            allowed = None if parameters is None else document.value(parameters.get("P"))
            if allowed is not None and allowed not in {1, 2, 3}:
                raise MalformedError("the PDF is certified, and it cannot be told what is allowed")
            return allowed if isinstance(allowed, int) else 2
    return 2
