"""Sums over documents, by input, put together in the order of the inputs: what the account is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from provkit.crawl.model import Action, Assurance
from provkit.crawl.records import state_of
from provkit.verdict import OriginClass, State

if TYPE_CHECKING:
    from provkit.crawl.decide import Standing
    from provkit.crawl.model import Decision
    from provkit.crawl.spool import Item

COLUMNS: Final = ("documents", "bytes", "tokens", "kept_documents", "kept_bytes", "kept_tokens")
_SIGNERS: Final = 10_000
"""Signers counted by name; those beyond are counted together."""
OTHERS: Final = "(others)"


@dataclass(slots=True)
class Tally:
    """What was read and what was kept.  Every sum can be added to that of another input."""

    cells: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """By domain, then by ``class|assurance``: the :data:`COLUMNS`."""
    strata: dict[str, list[float]] = field(default_factory=dict)
    """Of what is kept, by stratum: documents, bytes, tokens, and weighted documents and tokens."""
    mixed: dict[str, list[float]] = field(default_factory=dict)
    """Of what is kept, by ``class|assurance|stratum``: weighted documents and tokens."""
    states: dict[str, int] = field(default_factory=dict)
    damage: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    """Of what is excluded, by the code of the deciding reason."""
    usage: dict[str, int] = field(default_factory=dict)
    """By ``purpose|permission``, in documents."""
    signers: dict[str, list[Any]] = field(default_factory=dict)
    """By SHA-256 of the certificate: name, on a list, documents, tokens, documents of human work it vouches for."""
    sources: dict[str, int] = field(default_factory=dict)
    """Documents by where a statement without a signature was read."""
    conflicts: int = 0
    media: dict[str, int] = field(default_factory=dict)

    def add(self, domain: str, item: Item, standing: Standing, decision: Decision) -> None:
        """Count one document."""
        kept = decision.action is Action.KEEP
        cell = f"{standing.cls}|{standing.assurance}"
        row = self.cells.setdefault(domain, {}).setdefault(cell, [0] * 6)
        amounts = (1, item.bytes, item.tokens)
        for column, amount in enumerate(amounts):
            row[column] += amount
            if kept:
                row[column + 3] += amount
        reading, verdict = item.reading, item.reading.verdict
        if (state := state_of(reading)) is not None:
            _count(self.states, state)
        if reading.damage is not None:
            _count(self.damage, str(reading.damage))
        for said in {f"{entry.purpose}|{entry.permission}" for entry in reading.preferences}:
            _count(self.usage, said)
        for source in {signal.source for signal in reading.signals}:
            _count(self.sources, source)
        self.conflicts += bool(reading.conflicts)
        _count(self.media, reading.media_type or "(unknown)")
        if reading.signer is not None and verdict is not None and verdict.signer is not None:
            name = (
                reading.signer if len(self.signers) < _SIGNERS or reading.signer in self.signers else OTHERS
            )
            facts = (
                (verdict.signer.name, verdict.state is State.TRUSTED) if name != OTHERS else (OTHERS, False)
            )
            signer = self.signers.setdefault(name, [*facts, 0, 0, 0])
            signer[1] = signer[1] or facts[1]
            signer[2] += 1
            signer[3] += item.tokens
            signer[4] += (
                standing.cls is OriginClass.HUMAN and standing.assurance is Assurance.VERIFIED_TRUSTED
            )
        if kept:
            sums = self.strata.setdefault(decision.stratum, [0, 0, 0, 0.0, 0.0])
            for column, part in enumerate((*amounts, decision.weight, decision.weight * item.tokens)):
                sums[column] += part
            mixed = self.mixed.setdefault(f"{cell}|{decision.stratum}", [0.0, 0.0])
            mixed[0] += decision.weight
            mixed[1] += decision.weight * item.tokens
        else:
            _count(self.reasons, decision.reasons[0].partition(":")[0])

    def merge(self, other: Tally) -> None:
        """Take over the sums of another input."""
        for domain, classes in other.cells.items():
            mine = self.cells.setdefault(domain, {})
            for cell, row in classes.items():
                mine[cell] = _sum(mine.get(cell), row)
        for stratum, sums in other.strata.items():
            self.strata[stratum] = _sum(self.strata.get(stratum), sums)
        for name, sums in other.mixed.items():
            self.mixed[name] = _sum(self.mixed.get(name), sums)
        for name in ("states", "damage", "reasons", "usage", "sources", "media"):
            mine_counts: dict[str, int] = getattr(self, name)
            for key, count in getattr(other, name).items():
                mine_counts[key] = mine_counts.get(key, 0) + count
        for name, (who, listed, *amounts) in other.signers.items():
            known = name in self.signers or len(self.signers) < _SIGNERS
            start = [who, listed, 0, 0, 0] if known else [OTHERS, False, 0, 0, 0]
            signer = self.signers.setdefault(name if known else OTHERS, start)
            signer[1] = signer[1] or (known and listed)
            for column, amount in enumerate(amounts, 2):
                signer[column] += amount
        self.conflicts += other.conflicts

    def as_json(self) -> dict[str, Any]:
        """For the notes of a run."""
        return asdict(self)

    @classmethod
    def of_json(cls, value: dict[str, Any]) -> Self:
        """What :meth:`as_json` gave."""
        return cls(**value)


def _count(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1


def _sum(first: list[Any] | None, second: list[Any]) -> list[Any]:
    return list(second) if first is None else [a + b for a, b in zip(first, second, strict=True)]


__all__ = ["COLUMNS", "OTHERS", "Tally"]
