"""One class and one assurance out of everything that speaks of a document's origin (READ-1 to READ-5).

The evidence is asymmetric: *synthetic* is a statement against interest and is believed from anybody,
*human* is in everybody's interest and shields from nothing unless a listed signer stands behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.crawl.model import Assurance
from provkit.verdict import OriginClass, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provkit.crawl.model import Signal
    from provkit.verdict import Verdict

AGAINST_INTEREST: Final = {
    OriginClass.UNKNOWN: 0,
    OriginClass.HUMAN: 1,
    OriginClass.AI_ASSISTED: 2,
    OriginClass.SYNTHETIC: 3,
}
"""The lattice of origin: what ranks higher is believed over what ranks lower."""
_STRENGTH: Final = {how: -place for place, how in enumerate(Assurance)}
_MOST_CONFLICTS: Final = 20


class _Statement(NamedTuple):
    cls: OriginClass
    assurance: Assurance
    source: str

    @property
    def rank(self) -> tuple[int, int]:
        return AGAINST_INTEREST[self.cls], _STRENGTH[self.assurance]


class Finding(NamedTuple):
    """What the evidence comes to."""

    cls: OriginClass
    assurance: Assurance
    conflicts: tuple[str, ...]
    """Statements that do not agree with it, one sentence each."""


def assess(verdict: Verdict | None, signals: Sequence[Signal], *, invalid: bool) -> Finding:
    """Class and assurance.

    Args:
        verdict: of a credential that was found.
        signals: unsigned statements.
        invalid: the credential is whole and does not hold; nothing is known then (READ-4).
    """
    whole = [
        _Statement(signal.cls, signal.assurance, signal.source)
        for signal in signals
        if signal.whole and signal.cls is not OriginClass.UNKNOWN
    ]
    signed = _signed(verdict)
    statements = whole if signed is None else [signed, *whole]
    if invalid:
        said = tuple(
            f"{one.source} says {one.cls}, beside a credential that does not hold" for one in statements
        )
        return Finding(OriginClass.UNKNOWN, Assurance.NONE, said[:_MOST_CONFLICTS])
    chosen = _chosen(statements)
    if chosen is None:
        return Finding(OriginClass.UNKNOWN, Assurance.NONE, ())
    others = (one for one in statements if one.cls is not chosen.cls)
    parts = (
        signal
        for signal in signals
        if not signal.whole and AGAINST_INTEREST[signal.cls] > AGAINST_INTEREST[chosen.cls]
    )
    conflicts = [
        *(f"{one.source} says {one.cls}, {chosen.source} says {chosen.cls}" for one in others),
        *(f"{part.source} says {part.cls} of a part, {chosen.source} says {chosen.cls}" for part in parts),
    ]
    return Finding(chosen.cls, chosen.assurance, tuple(dict.fromkeys(conflicts))[:_MOST_CONFLICTS])


def _signed(verdict: Verdict | None) -> _Statement | None:
    if verdict is None or verdict.origin.cls is OriginClass.UNKNOWN:
        return None
    how = {State.TRUSTED: Assurance.VERIFIED_TRUSTED, State.VALID: Assurance.VERIFIED_UNTRUSTED}
    assurance = how.get(verdict.state)
    return None if assurance is None else _Statement(verdict.origin.cls, assurance, "the credential")


def _chosen(statements: Iterable[_Statement]) -> _Statement | None:
    firm: list[_Statement] = []
    suspected: list[_Statement] = []
    for one in statements:
        (suspected if one.assurance is Assurance.DETECTED else firm).append(one)
    suspicion = max(suspected, key=lambda one: one.rank, default=None)
    best = max(firm, key=lambda one: one.rank, default=None)
    if best is None or suspicion is None:
        return best or suspicion
    # READ-3: a detector may be wrong, so it overrides nobody, except a claim that anybody can make, that
    # says less than it suspects, and that would otherwise be the way around every detector.
    less = AGAINST_INTEREST[best.cls] < AGAINST_INTEREST[suspicion.cls]
    return suspicion if less and best.assurance is not Assurance.VERIFIED_TRUSTED else best
