"""Digital source types of IPTC and C2PA, retired terms included, and the class each stands for.

IPTC NewsCodes ``digitalsourcetype`` (release of September 2024) and C2PA 2.4 §18.15.4.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from provkit.verdict import OriginClass

IPTC_BASE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA_BASE: Final = "http://c2pa.org/digitalsourcetype/"

_HUMAN = OriginClass.HUMAN
_ASSISTED = OriginClass.AI_ASSISTED
_SYNTHETIC = OriginClass.SYNTHETIC
_UNKNOWN = OriginClass.UNKNOWN


@dataclass(frozen=True, slots=True)
class SourceType:
    """One term of a vocabulary."""

    uri: str
    """The exact URI provkit writes."""
    cls: OriginClass
    note: str | None = None
    """What the class alone does not tell."""
    retired: bool = False
    """Read, never written."""
    blank: bool = False
    """An empty start: says nothing, later actions do (``empty``)."""


def _iptc(term: str, cls: OriginClass, note: str | None = None, *, retired: bool = False) -> SourceType:
    return SourceType(IPTC_BASE + term, cls, note, retired)


_TERMS: Final = {
    term.uri.rpartition("/")[2]: term
    for term in (
        _iptc("digitalCapture", _HUMAN),
        _iptc("computationalCapture", _HUMAN),
        _iptc("negativeFilm", _HUMAN),
        _iptc("positiveFilm", _HUMAN),
        _iptc("print", _HUMAN),
        _iptc("humanEdits", _HUMAN),
        _iptc("digitalCreation", _HUMAN),
        _iptc("compositeCapture", _HUMAN),
        _iptc("algorithmicallyEnhanced", _HUMAN, "tool-assisted: corrected by an algorithm"),
        _iptc("screenCapture", _UNKNOWN, "screen recording: says nothing of what was on the screen"),
        _iptc("dataDrivenMedia", _UNKNOWN, "templated: rendered from data by a program"),
        _iptc("composite", _UNKNOWN, "a mix that may hold generated parts"),
        _iptc("virtualRecording", _UNKNOWN, "recording of a virtual event"),
        _iptc("compositeWithTrainedAlgorithmicMedia", _ASSISTED),
        _iptc("compositeSynthetic", _ASSISTED, "composite with at least one generated part"),
        _iptc("trainedAlgorithmicMedia", _SYNTHETIC),
        _iptc("algorithmicMedia", _SYNTHETIC, "made by an algorithm that was not trained on samples"),
        _iptc("minorHumanEdits", _HUMAN, retired=True),
        _iptc("digitalArt", _HUMAN, retired=True),
        _iptc("softwareImage", _UNKNOWN, "made by software, which says little", retired=True),
        SourceType(C2PA_BASE + "empty", _UNKNOWN, "blank start", blank=True),
        SourceType(C2PA_BASE + "trainedAlgorithmicData", _SYNTHETIC),
    )
}

_BASES: Final = (
    IPTC_BASE,
    IPTC_BASE.replace("http:", "https:"),
    C2PA_BASE,
    C2PA_BASE.replace("http:", "https:"),
    "digsrctype:",
    "c2pa.",
    "",
)


def lookup(value: Any) -> SourceType | None:
    """The term a value stands for, or None.

    Reads the exact URI and its spellings in the field: ``https``, a trailing slash, the
    ``digsrctype:`` QCode, the legacy ``c2pa.trainedAlgorithmicData``, a bare term.
    """
    if not isinstance(value, str):
        return None
    name = value.strip().removesuffix("/")
    for base in _BASES:
        if name.startswith(base):
            term = _TERMS.get(name[len(base) :])
            if term is not None and (base not in (C2PA_BASE, IPTC_BASE) or term.uri == name):
                return term
    return None


def term(name: str) -> SourceType:
    """The term of a bare name; KeyError if there is none."""
    return _TERMS[name]


def terms() -> tuple[SourceType, ...]:
    """All terms, retired ones included."""
    return tuple(_TERMS.values())
