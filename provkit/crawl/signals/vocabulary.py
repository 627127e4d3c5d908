"""From the words of each scheme to the three classes, and how a statement is written down."""

from __future__ import annotations

from typing import Any, Final

from provkit.crawl.model import Assurance, Permission, Preference, Signal
from provkit.origin import vocabulary
from provkit.verdict import OriginClass

LONGEST: Final = 200
"""Characters of a value that are kept."""

TRAIN_AI: Final = "train-ai"
SEARCH: Final = "search"
AI_INPUT: Final = "ai-input"
TDM: Final = "tdm"

_HUMAN: Final = OriginClass.HUMAN
_ASSISTED: Final = OriginClass.AI_ASSISTED
_SYNTHETIC: Final = OriginClass.SYNTHETIC

_DISCLOSURES: Final = {
    "none": _HUMAN,
    "ai-assisted": _ASSISTED,
    "mixed": _ASSISTED,
    "ai-generated": _SYNTHETIC,
    "ai-autonomous": _SYNTHETIC,
    "autonomous": _SYNTHETIC,  # as the explainer had it before the community group
}
"""W3C community group on AI content disclosure, draft of May 2026."""

_MODES: Final = {
    "none": _HUMAN,
    "ai-modified": _ASSISTED,
    "ai-originated": _SYNTHETIC,
    "machine-generated": _SYNTHETIC,
}
"""draft-abaris-aicdh-01."""

_SCHEMA: Final = ("https://schema.org/", "http://schema.org/", "schema:", "")
_SUFFIX: Final = "digitalsource"
_RENAMED: Final = {"multiframecomputationalcapture": "computationalCapture"}
_TERMS: Final = {term.uri.rpartition("/")[2].lower(): term for term in vocabulary.terms()}


def of_source_type(value: Any) -> OriginClass | None:
    """The class of a digital source type, of IPTC, C2PA or schema.org; None for one that tells none.

    A member of schema.org's ``IPTCDigitalSourceEnumeration`` is a term of IPTC with a suffix.
    """
    if not isinstance(value, str):
        return None
    value = value.strip()
    found = vocabulary.lookup(value)
    if found is None:
        low = value.lower()
        base = next(base for base in _SCHEMA if low.startswith(base))
        name = low[len(base) :]
        if not name.endswith(_SUFFIX) or len(name) > LONGEST:
            return None
        name = name[: -len(_SUFFIX)]
        found = _TERMS.get(_RENAMED.get(name, name).lower())
    return None if found is None or found.cls is OriginClass.UNKNOWN else found.cls


def of_disclosure(value: str) -> OriginClass | None:
    """The class of a value of ``ai-disclosure`` in a page."""
    return _DISCLOSURES.get(value.strip().lower())


def of_mode(value: str) -> OriginClass | None:
    """The class of a mode of the header ``AI-Disclosure``."""
    return _MODES.get(value.strip().lower())


def signal(
    cls: OriginClass,
    source: str,
    value: str,
    *,
    assurance: Assurance = Assurance.DECLARED,
    whole: bool = True,
) -> Signal:
    """A signal with its value cut to size."""
    return Signal(cls, source, value[:LONGEST], assurance, whole)


def preference(purpose: str, permission: Permission, source: str, value: str) -> Preference:
    """A preference with its value cut to size."""
    return Preference(purpose, permission, source, value[:LONGEST])


def reservation(value: str, policy: str | None, source: str) -> tuple[Preference, ...]:
    """What TDMRep says with ``1`` or ``0``; any other value is as if it were not there.

    A reservation with a policy says under which conditions there may be a licence.
    """
    value = value.strip()
    if value == "0":
        return (preference(TDM, Permission.ALLOWED, source, value),)
    if value != "1":
        return ()
    policy = (policy or "").strip()
    if policy:
        return (preference(TDM, Permission.CONSTRAINED, source, f"1; {policy}"),)
    return (preference(TDM, Permission.DENIED, source, value),)
