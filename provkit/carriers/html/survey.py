"""All carriers of a page, in both readings of ``<noscript>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit.carriers.html import second
from provkit.carriers.html.elements import Budget, Element, Where, may_occur
from provkit.carriers.html.head import Head
from provkit.carriers.html.outside import Outside
from provkit.errors import LimitError

if TYPE_CHECKING:
    from provkit.limits import Limits


@dataclass(frozen=True, slots=True)
class Survey:
    """What a page holds."""

    associations: tuple[Element, ...]
    """Carriers in page order, but for those in templates; in the head only if so in both readings."""
    doubt: str | None
    """Why other readers may see other carriers; a sentence without a full stop."""
    heads: tuple[Head, ...]
    """One for each reading."""
    base: str | None = None
    """What relative addresses of the page are relative to, as spelled; None is the page itself."""


def survey(data: bytes, limits: Limits, *, has_candidates: bool) -> Survey:
    """Walk over the page.

    Args:
        data: the page.
        limits: ``carriers`` bounds the candidates, ``container_parts`` the tags and comments that are
            looked at one by one: those of the head, of templates, of SVG, and such as hold text or links.
        has_candidates: whether any can occur; if not, the body is not looked at.

    Raises:
        LimitError: a bound was reached.
    """
    parts = limits.container_parts
    plain = _Reading(data, parts, has_scripting=False, with_body=has_candidates)
    readings = [plain]
    if plain.has_noscript:
        readings.append(_Reading(data, parts, has_scripting=True, with_body=has_candidates))
    heads = tuple(reading.head for reading in readings)
    found: dict[int, list[Element]] = {}
    for reading in readings:
        for element in reading.elements:
            found.setdefault(element.start, []).append(element)
    if len(found) > limits.carriers:
        raise LimitError(f"the page holds more than {limits.carriers} candidates for a credential")
    associations = []
    for start in sorted(found):
        seen = found[start]
        places = {element.where for element in seen}
        one = next((element for element in seen if element.where is not Where.HEAD), seen[0])
        if places == {Where.TEMPLATE}:
            continue
        if len(seen) < len(readings) and one.where is Where.HEAD:
            associations.append(Element(one.tag, one.end_tag, Where.ELSEWHERE))
        else:
            associations.append(one)
    doubt = _doubt(data, heads, plain, associations, parts) if has_candidates else None
    return Survey(tuple(associations), doubt, heads, plain.base)


class _Reading:
    """A page with scripts running, or without."""

    __slots__ = ("base", "elements", "has_noscript", "head")

    def __init__(self, data: bytes, parts: int, *, has_scripting: bool, with_body: bool) -> None:
        budget = Budget(parts)
        self.head = Head(data, budget, has_scripting=has_scripting)
        self.elements = list(self.head.elements)
        self.base = self.head.base
        self.has_noscript = self.head.has_noscript
        if with_body:
            body = Outside(data, self.head.body, budget, in_template=False, has_scripting=has_scripting)
            self.elements += body.elements
            self.base = body.base if self.base is None else self.base
            self.has_noscript = self.has_noscript or body.has_noscript


def _doubt(
    data: bytes, heads: tuple[Head, ...], plain: _Reading, associations: list[Element], parts: int
) -> str | None:
    if any(head.is_unclear for head in heads):
        return (
            "readers disagree on where a template in the head of the page ends, and so on what is in the head"
        )
    counted = second.count(data)
    if counted != len(plain.elements):
        return (
            f"{len(plain.elements)} elements in the page would carry a credential by the HTML standard, "
            f"and {counted} for a second parser: readers may see different ones"
        )
    in_xml = second.in_xml(data)
    in_head = sum(element.where is Where.HEAD for element in associations)
    if in_xml is not None and (len(in_xml) != len(plain.elements) or sum(in_xml) != in_head):
        return (
            f"read as HTML, {in_head} elements in the head of the page carry a credential, and read as XML "
            f"{sum(in_xml)}: readers may see different ones"
        )
    if b"\0" in data:
        # Some readers drop NUL, some stop there; in HTML it spoils the name of a tag.
        joined = data.replace(b"\0", b"")
        if len(_Reading(joined, parts, has_scripting=False, with_body=True).elements) != len(plain.elements):
            return "NUL bytes stand in what would be a credential without them"
    return None


def may_carry(data: bytes) -> bool:
    """Whether a page can hold a carrier; false is certain and costs microseconds."""
    return may_occur(data.replace(b"\0", b"") if b"\0" in data else data)
