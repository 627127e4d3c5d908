"""Which carrier speaks for an asset whose store our own engine validates.

A PDF and a page have one place for a credential.  Text has three, because a name is only a
hint: characters at its end (§A.8), a comment line (§A.9), and the head of a page that has no
tag to know it by (§A.7).  The rules are those of spec/verification.md, step 2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provkit.carriers import text
from provkit.carriers.carried import Carried, Problem
from provkit.carriers.found import SIGNATURE
from provkit.carriers.source import Memory
from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from provkit.carriers.source import Source
    from provkit.limits import Limits

TEXT: Final = "text"
STRUCTURED: Final = "structured-text"
HTML: Final = "html"
PDF: Final = "pdf"
SIDECAR: Final = "sidecar"

HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_STORE: Final = b"anVtZGMycGEA"
"""What every store in base64 holds: the type and the label of its first box, 12 bytes behind its start."""
_BROKEN: Final = "damaged-credential: a credential stands in the text where none is read, quoted or damaged"
_NOTHING: Final = Carried()
PDF_TYPE: Final = "application/pdf"


def read(
    asset: Source, media_type: str, limits: Limits, *, password: str | None = None
) -> tuple[str, Carried]:
    """What an asset carries, and in which carrier.

    Args:
        asset: the asset.
        media_type: as sniffed: PDF, HTML, or text.
        limits: bounds on what is read.
        password: of an encrypted PDF.

    Returns:
        The name of the carrier and what is in it; for an asset that carries nothing, the name of
        the carrier its type has.

    Raises:
        MalformedError, UnsupportedError, LimitError: it cannot be told.
    """
    # Most texts carry nothing but text: what the other carriers are made of is loaded when there is need.
    if media_type == PDF_TYPE:
        from provkit.carriers import pdf

        return PDF, pdf.read(asset, limits, password=password)
    data = whole(asset, limits)
    if media_type in HTML_TYPES:
        page = _page(data, limits)
        return HTML, page if _speaks(page) else _of_page(data, page, limits)
    found = in_text(data, limits)
    if not found:
        if _is_left_over(data):
            raise MalformedError(
                "a signed SVG whose root element is damaged", hint="look for the original file"
            )
        plain = text.read(data, limits)
        return TEXT, replace(plain, warnings=(*plain.warnings, _BROKEN)) if _holds_store(data) else plain
    if len(found) > 1:
        several = f"the file carries credentials in more than one way ({' and '.join(found)}); one is allowed"
        return next(iter(found)), Carried(problem=Problem(StatusCode.GENERAL_ERROR, several))
    return next(iter(found.items()))


def in_text(data: bytes, limits: Limits) -> dict[str, Carried]:
    """What a text that is no page carries, by carrier; empty for most."""
    found = {}
    page = _page(data, limits)
    # Articles and programs name the elements of a page; what counts there has a store or begins the file.
    at_start = page.reference is not None and data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    block = _block(data, limits)
    if page.stores or at_start or (page.problem is not None and _holds_store_beside(data, block)):
        found[HTML] = page
    if _speaks(block):
        found[STRUCTURED] = block
    located = text.locate(data, limits)
    if any(located):
        found[TEXT] = text.carried(data, located)
    return found


def _holds_store(data: bytes) -> bool:
    """Whether a store stands somewhere, in base64, or as it is in a file that was put behind a tag."""
    return _STORE in data or SIGNATURE in data


def _holds_store_beside(data: bytes, block: Carried) -> bool:
    """Whether a text holds a store in base64 that is not the one of its block."""
    stop = block.start + block.length if block.stores else block.start
    return _STORE in data[: block.start] or _STORE in data[stop:]


def _page(data: bytes, limits: Limits) -> Carried:
    if b"<" not in data:
        return _NOTHING
    from provkit.carriers import html

    return html.read(data, limits)


def _block(data: bytes, limits: Limits) -> Carried:
    if b"MANIFEST-----" not in data:
        return _NOTHING
    from provkit.carriers import structured

    return structured.read(data, limits)


def _is_left_over(data: bytes) -> bool:
    if b"<" not in data and b">" not in data:
        return False
    from provkit.carriers import svg

    return svg.is_left_over(data)


def whole(asset: Source, limits: Limits) -> bytes:
    """All bytes of a text.

    Raises:
        LimitError: more than ``limits.text_bytes``.
    """
    if asset.size > limits.text_bytes:
        raise LimitError(f"the text has {asset.size} bytes; the limit is {limits.text_bytes}")
    return asset.data if isinstance(asset, Memory) else asset.read(0, asset.size)


def held(asset: Source, limits: Limits) -> bytes:
    """All bytes of an asset that is read in memory.

    Raises:
        LimitError: more than ``limits.file_bytes``.
    """
    if isinstance(asset, Memory):
        return asset.data
    if asset.size > limits.file_bytes:
        raise LimitError(f"the file has {asset.size} bytes; the limit is {limits.file_bytes}")
    return asset.read(0, asset.size)


def _speaks(carried: Carried) -> bool:
    """Whether there is anything: a store, a reference to one, or something broken."""
    return bool(carried.stores) or carried.reference is not None or carried.problem is not None


def _of_page(data: bytes, page: Carried, limits: Limits) -> Carried:
    """A page without a credential of its own: one for text may stand in it, whole or quoted.

    Pages quote signed texts, and such a quotation does not speak for the page.  Characters at
    its very end were put there to sign the file.
    """
    wrappers, damaged = located = text.locate(data, limits)
    if not wrappers and not damaged and _holds_store(data):
        return Carried(warnings=(*page.warnings, _BROKEN))
    if not wrappers and not damaged:
        return page
    if len(wrappers) == 1 and not damaged and not data[wrappers[0].end :].strip():
        return text.carried(data, located)
    quoted = "quoted-credential: the page holds a credential for a piece of text, which does not speak for the page"
    return Carried(warnings=(*page.warnings, quoted))


def remove(asset: Source, media_type: str, limits: Limits, *, password: str | None = None) -> bytes:
    """The asset without what it carries, whole or damaged; every other byte stays.

    Raises:
        MalformedError, UnsupportedError, LimitError: as :func:`read`, or it cannot be taken out.
    """
    if media_type == PDF_TYPE:
        from provkit.carriers import pdf

        return asset.read(0, pdf.remove(asset, limits, password=password))
    data = whole(asset, limits)
    name, _ = read(asset, media_type, limits)
    if name == HTML and not _wraps(data, limits):
        from provkit.carriers import html

        return html.remove(data, limits)
    if name == STRUCTURED:
        from provkit.carriers import structured

        return structured.remove(data, limits)
    return text.remove(data, text.locate(data, limits))


def _wraps(data: bytes, limits: Limits) -> bool:
    return any(text.locate(data, limits))
