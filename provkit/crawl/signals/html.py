"""What a page says of origin and of use in its elements and attributes.

``<meta name="generator">`` is never looked at: which program published a page says nothing of who
wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.crawl.model import Permission
from provkit.crawl.signals import aigc, entities, jsonld, page
from provkit.crawl.signals.headers import RSL
from provkit.crawl.signals.vocabulary import TDM, TRAIN_AI, of_disclosure, preference, reservation, signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.crawl.model import Preference, Signal
    from provkit.crawl.signals.entities import Node
    from provkit.crawl.signals.page import Page

DISCLOSURE: Final = "ai-disclosure"
_DATA: Final = "application/ld+json"
_NEEDLE: Final = b"igitalSourceType"


def signals(body: bytes) -> tuple[Signal, ...]:
    """All statements about origin in a page."""
    return signals_of(page.read(body))


def preferences(body: bytes) -> tuple[Preference, ...]:
    """All statements about use in a page."""
    return preferences_of(page.read(body))


def categories(body: bytes) -> tuple[str, ...]:
    """What the page says it is: types of schema.org, sorted."""
    return categories_of(page.read(body))


def signals_of(found: Page) -> tuple[Signal, ...]:
    """Statements about origin: ``ai-disclosure``, ``AIGC``, source types in microdata and JSON-LD."""
    out: list[Signal] = []
    # Of several elements the first counts, whatever it says.
    for value in _metas(found, DISCLOSURE):
        cls = of_disclosure(value)
        if cls is not None:
            out.append(signal(cls, "html:meta", value))
        break
    for value, whole in found.disclosures:
        cls = of_disclosure(value)
        if cls is not None:
            out.append(signal(cls, "html:attribute", value, whole=whole))
    for value in _metas(found, "aigc"):
        out += aigc.signals(value)
    out += entities.signals(found.items, "microdata")
    out += entities.signals(_described(found, stating=True), "jsonld")
    return tuple(dict.fromkeys(out))


def preferences_of(found: Page) -> tuple[Preference, ...]:
    """Statements about use: ``noai``, TDMRep and RSL."""
    out: list[Preference] = []
    # ``noimageai`` speaks of the pictures, which are documents of their own.
    out += [
        preference(TRAIN_AI, Permission.DENIED, "html:robots", value)
        for value in _metas(found, "robots")
        if "noai" in (part.strip() for part in value.lower().split(","))
    ]
    said = next((value for value in _metas(found, "tdm-reservation") if value.strip() in {"0", "1"}), None)
    if said is not None:
        out += reservation(said, next(_metas(found, "tdm-policy"), None), "html:tdm-reservation")
    terms = [address for relations, kind, address in found.links if "license" in relations and kind == RSL]
    terms += [content.strip().decode("utf-8", "replace") for kind, content in found.scripts if kind == RSL]
    out += [preference(TDM, Permission.CONSTRAINED, "html:rsl", text) for text in terms]
    return tuple(dict.fromkeys(out))


def categories_of(found: Page) -> tuple[str, ...]:
    """What the page says it is, in JSON-LD or else in microdata."""
    return entities.categories(_described(found)) or entities.categories(found.items)


def _metas(found: Page, name: str) -> Iterator[str]:
    return (value for key, value in found.metas if key == name)


def _described(found: Page, *, stating: bool = False) -> list[Node]:
    """What the scripts describe; all of them, as one tells what another is a part of."""
    scripts = [content for kind, content in found.scripts if kind == _DATA]
    if stating and not any(_NEEDLE in content for content in scripts):
        return []
    return [node for content in scripts for node in jsonld.nodes(content)]
