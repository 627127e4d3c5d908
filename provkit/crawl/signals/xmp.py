"""What the XMP of a picture, a film or a PDF says of origin and of use.

Only properties of the file itself count, which stand right under ``rdf:RDF``; those of a region,
of an ingredient or of a work that is shown do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from provkit.crawl.model import Permission
from provkit.crawl.signals import aigc, packets
from provkit.crawl.signals.vocabulary import (
    SEARCH,
    TDM,
    TRAIN_AI,
    of_source_type,
    preference,
    reservation,
    signal,
)
from provkit.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from provkit.crawl.model import Preference, Signal
    from provkit.limits import Limits

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_PLUS: Final = "http://ns.useplus.org/ldf/xmp/1.0/"
_TDM: Final = ("http://www.w3.org/ns/tdmrep/", "http://www.w3.org/ns/tdmrep#")
"""The report writes the first for PDF and the second for EPUB; both are read in both."""
_MOST: Final = 1000
"""Properties that are read."""

_MINING: Final[dict[str, tuple[tuple[str, Permission], ...]]] = {
    "DMI-ALLOWED": ((TDM, Permission.ALLOWED),),
    "DMI-PROHIBITED": ((TDM, Permission.DENIED),),
    "DMI-PROHIBITED-AIMLTRAINING": ((TRAIN_AI, Permission.DENIED),),
    "DMI-PROHIBITED-GENAIMLTRAINING": ((TRAIN_AI, Permission.DENIED),),
    "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": (
        (TDM, Permission.DENIED),
        (SEARCH, Permission.ALLOWED),
    ),
    "DMI-PROHIBITED-SEECONSTRAINT": ((TDM, Permission.CONSTRAINED),),
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": ((TDM, Permission.CONSTRAINED),),
    "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR": ((TDM, Permission.CONSTRAINED),),
}
"""PLUS vocabulary of IPTC 2023.1; ``DMI-UNSPECIFIED`` says nothing."""


def signals(
    body: bytes, media_type: str | None, limits: Limits = DEFAULT_LIMITS, *, source: str = "xmp"
) -> tuple[Signal, ...]:
    """``Iptc4xmpExt:DigitalSourceType``, and the label of GB 45438.  Total."""
    return signals_of(properties(packets.packet(body, media_type, limits)), source)


def preferences(
    body: bytes, media_type: str | None, limits: Limits = DEFAULT_LIMITS
) -> tuple[Preference, ...]:
    """``plus:DataMining`` and TDMRep.  Total."""
    return preferences_of(properties(packets.packet(body, media_type, limits)))


def signals_of(found: tuple[tuple[str, str], ...], source: str = "xmp") -> tuple[Signal, ...]:
    """Statements about origin among the properties of a packet."""
    out: list[Signal] = []
    for name, value in found:
        if name == f"{{{_IPTC}}}DigitalSourceType":
            cls = of_source_type(value)
            if cls is not None:
                out.append(signal(cls, source, value))
        elif name.rpartition("}")[2] == aigc.KEY:
            out += aigc.signals(value)
    return tuple(dict.fromkeys(out))


def preferences_of(found: tuple[tuple[str, str], ...]) -> tuple[Preference, ...]:
    """Statements about use among the properties of a packet."""
    out: list[Preference] = []
    for name, value in found:
        if name == f"{{{_PLUS}}}DataMining":
            term = value.strip().rpartition("/")[2].upper()
            out += [preference(*what, "xmp:plus", value) for what in _MINING.get(term, ())]
    said = _first(found, "reservation", ("0", "1"))
    if said is not None:
        out += reservation(said, _first(found, "policy"), "xmp:tdm-reservation")
    return tuple(dict.fromkeys(out))


def _first(found: tuple[tuple[str, str], ...], local: str, of: tuple[str, ...] = ()) -> str | None:
    names = {f"{{{space}}}{local}" for space in _TDM}
    return next((value for name, value in found if name in names and (not of or value.strip() in of)), None)


def properties(packet: bytes) -> tuple[tuple[str, str], ...]:
    """Names, with their namespace in braces, and values of the properties in a packet.  Total.

    Of a list each member is a value.  Entities are not resolved and nothing is fetched.
    """
    if not packet or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return ()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(packet, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    graph = root if root.tag == f"{_RDF}RDF" else root.find(f"{_RDF}RDF")
    if graph is None:
        return ()
    out: list[tuple[str, str]] = []
    for description in graph.iterchildren(f"{_RDF}Description"):
        out += [(str(name), str(value)) for name, value in description.attrib.items()]
        for one in description.iterchildren(etree.Element):
            out += [(str(one.tag), value) for value in _values(one)]
            if len(out) > _MOST:
                return tuple(out[:_MOST])
    return tuple(out)


def _values(one: etree._Element) -> list[str]:
    resource = one.get(f"{_RDF}resource")
    if resource is not None:
        return [resource]
    if len(one) == 0:
        return [one.text or ""]
    members = []
    for container in one.iterchildren(f"{_RDF}Bag", f"{_RDF}Seq", f"{_RDF}Alt"):
        for member in container.iterchildren(f"{_RDF}li"):
            members.append(member.get(f"{_RDF}resource") or member.text or "")
            if len(members) >= _MOST:
                return members
    return members
