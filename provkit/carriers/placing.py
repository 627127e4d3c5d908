"""Where the store of an asset to be signed goes, in the media whose stores our own engine writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit import media
from provkit.carriers import containers, hidden, html, pdf, selection, sidecar, structured, text
from provkit.carriers.carried import Carriage, FrontMatter
from provkit.carriers.source import Joined, Memory
from provkit.errors import AlreadySignedError, MalformedError, UnsupportedError

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.carriers.carried import Placement
    from provkit.carriers.source import Source
    from provkit.limits import Limits


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller of signing asks for, beside the declaration."""

    carriage: Carriage
    reference: str | None
    """Where a linked store will be found."""
    front_matter: FrontMatter
    moment: datetime
    """Time of the call, for dates that a format itself asks for."""
    resign: bool = False
    password: str | None = None


def place(asset: Source, media_type: str, wanted: Wanted, limits: Limits) -> Placement:
    """A place for the store.

    Args:
        asset: the asset; for `resign` with the credential that it carries.
        media_type: to be signed as.
        wanted: what the caller asks for.
        limits: bounds on what is read.

    Raises:
        AlreadySignedError: the asset carries a credential, whole or damaged, and is not to be resigned.
        UnsupportedError, MalformedError, LimitError: there is no place for one.
    """
    if wanted.carriage is Carriage.SIDECAR:
        if not wanted.resign:
            _refuse_signed(asset, limits, wanted.password)
        return sidecar.place(asset)
    if media_type == selection.PDF_TYPE:
        _refuse_link(wanted, media_type)
        return pdf.place(asset, limits, moment=wanted.moment, resign=wanted.resign, password=wanted.password)
    data = selection.whole(asset, limits)
    if wanted.resign:
        data = selection.remove(asset, media_type, limits)
    mine = _carrier_of(media_type)
    # In a page nothing else counts; a part of one that is signed as a page is read as the text it is.
    if mine != selection.HTML or media.sniff(Memory(data)) not in selection.HTML_TYPES:
        _refuse_others(data, mine, limits)
    if media_type in selection.HTML_TYPES:
        return html.place(data, limits, link=wanted.reference)
    if structured.syntax_of(media_type) is not None:
        return structured.place(data, media_type, limits, front=wanted.front_matter, url=wanted.reference)
    _refuse_link(wanted, media_type)
    return text.place(data, limits)


def _carrier_of(media_type: str) -> str:
    if media_type in selection.HTML_TYPES:
        return selection.HTML
    return selection.TEXT if structured.syntax_of(media_type) is None else selection.STRUCTURED


def _refuse_others(data: bytes, mine: str, limits: Limits) -> None:
    """A text in which a reader would find a second credential, of another kind."""
    others = selection.in_text(data, limits).keys() - {mine}
    if others:
        raise UnsupportedError(
            f"the text holds what readers take for a credential of another kind ({', '.join(sorted(others))})",
            hint="take it out first, or write the credential into a file beside it: --sidecar",
        )


def _refuse_link(wanted: Wanted, media_type: str) -> None:
    if wanted.carriage is Carriage.LINK:
        raise UnsupportedError(
            f"{media_type} has no place for a link to a credential",
            hint="--sidecar writes the credential into a file beside it",
        )


def _refuse_signed(asset: Source, limits: Limits, password: str | None) -> None:
    """A sidecar beside an embedded credential would never be read."""
    try:
        media_type = media.sniff(asset)
        if media_type in containers.LOCATORS:
            signed = containers.locate(selection.held(asset, limits), media_type, limits) is not None
        else:
            _, carried = selection.read(asset, media_type, limits, password=password)
            signed = bool(carried.stores) or carried.problem is not None
    except (UnsupportedError, MalformedError):
        return  # whatever it holds, nobody reads it as a credential
    if signed:
        raise AlreadySignedError(
            "the file carries a credential already, which counts more than a sidecar",
            hint="keep it as history with --resign, or take it off first with: provkit strip",
        )


def assemble(asset: Source, placement: Placement, store: bytes) -> Source:
    """The signed asset; as it was, when the store goes elsewhere."""
    if isinstance(placement, sidecar.SidecarPlacement):
        return asset
    if isinstance(placement, pdf.PdfPlacement):
        return Joined(asset, placement.embed(store))
    return Memory(placement.embed(store))


def text_facts(asset: Source, placement: Placement) -> tuple[bool, int]:
    """Whether a text was put into another form to be signed, and how many hidden characters it has."""
    if not isinstance(placement, text.TextPlacement):
        return False, 0
    # A credential that is kept as history is behind the text.
    changed = placement.content != asset.read(0, len(placement.content))
    return changed, hidden.count(placement.content)
