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

_EXACT: Final = {term.uri: term for term in _TERMS.values()}
_FOLDED: Final = {name.casefold(): term for name, term in _TERMS.items()}
_BASES: Final = ("cv.iptc.org/newscodes/digitalsourcetype/", "c2pa.org/digitalsourcetype/")


def lookup(value: Any) -> SourceType | None:
    """The term a value stands for, or None.

    Reads the exact URI and its spellings in the field: ``https``, a trailing slash, the
    ``digsrctype:`` QCode, a bare term, the legacy ``c2pa.trainedAlgorithmicData``.  A term that
    speaks of AI is a statement against interest and is also read in other letter case and on
    the other vocabulary's base; any other term is not.
    """
    if not isinstance(value, str):
        return None
    exact = _EXACT.get(value)
    if exact is not None:
        return exact
    name = value.strip().removesuffix("/")
    bare = name.rpartition("/")[2].removeprefix("digsrctype:")
    if name == "c2pa.trainedAlgorithmicData":
        return _TERMS["trainedAlgorithmicData"]
    base = name[: len(name) - len(bare)].removeprefix("http://").removeprefix("https://")
    term = _TERMS.get(bare)
    if term is not None and (base in ("", "digsrctype:") or term.uri.endswith(f"//{base}{bare}")):
        return term
    folded = _FOLDED.get(bare.casefold())
    if folded is not None and base.casefold() in ("", "digsrctype:", *_BASES):
        return folded if folded.cls in (_SYNTHETIC, _ASSISTED) else None
    return None


def term(name: str) -> SourceType:
    """The term of a bare name; KeyError if there is none."""
    return _TERMS[name]


def terms() -> tuple[SourceType, ...]:
    """All terms, retired ones included."""
    return tuple(_TERMS.values())
