"""``blend.json``: the strata of what was kept, and how a loader draws from them.

Every loader mixes in one of two units.  One that draws examples (``interleave_datasets``, Ray ``mix``,
MosaicML streams) takes *examples*; one that fills a token budget (Megatron) takes *tokens*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl.caps import is_capped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provkit.crawl.policy import Policy

VERSION: Final = "provkit-blend/1"
_VERIFIED: Final = frozenset({"human", "dated-human"})
_ROUNDS: Final = 200


@dataclass(frozen=True, slots=True)
class Stratum:
    """Documents of one kind, and how often they are seen."""

    name: str
    documents: int
    bytes: int
    tokens: int
    weight: float
    """Mean of the sample weights, by tokens; by documents where there are no tokens."""
    weight_documents: float
    """Mean of the sample weights, by documents."""
    most_epochs: float
    epochs: float
    """How often each document is seen when the budget is drawn, or as many tokens as were kept."""
    token_share: float
    """Of the mix."""
    example_share: float
    """Of the mix."""
    files: tuple[str, ...]


def strata(
    sums: Mapping[str, Sequence[float]],
    files: Mapping[str, Sequence[str]],
    policy: Policy,
    budget: int | None = None,
) -> tuple[Stratum, ...]:
    """The strata of a run, by name.

    Without a budget it is what was kept, once.  Each stratum is seen ``weight x rate`` times, at most as often
    as the policy lets it, and the rate is the one that fills the budget; where the limits on epochs
    leave it short, the mix is smaller than the budget, and shares are of what there is.

    Args:
        sums: by stratum: documents, bytes, tokens, weighted documents, weighted tokens.
        files: by stratum.
        policy: for its limits on epochs.
        budget: tokens; has no effect where nothing has tokens.
    """
    names = sorted(sums)
    most = {name: _most(name, policy) for name in names}
    by_tokens = any(sums[name][2] for name in names)
    amount = {name: sums[name][2] if by_tokens else sums[name][0] for name in names}
    weight = {name: _mean(sums[name]) for name in names}
    epochs = solved(amount, weight, most, budget if by_tokens else None)
    drawn_tokens = {name: epochs[name] * sums[name][2] for name in names}
    # Inside a stratum an example is drawn by its own weight, so its mean counts for examples.
    drawn_examples = {name: epochs[name] * sums[name][0] for name in names}
    return tuple(
        Stratum(
            name,
            int(sums[name][0]),
            int(sums[name][1]),
            int(sums[name][2]),
            weight[name],
            sums[name][3] / sums[name][0],
            most[name],
            epochs[name],
            _share(drawn_tokens, name),
            _share(drawn_examples, name),
            tuple(files.get(name, ())),
        )
        for name in names
    )


def _most(name: str, policy: Policy) -> float:
    epochs = policy.epochs
    if name in _VERIFIED:
        return epochs.verified
    # What is capped is never repeated more often than anything beside it (POLICY-12).
    capped = policy.caps.active and is_capped(policy.caps, name)
    return min(epochs.other, epochs.verified) if capped else epochs.other


def solved(
    amount: Mapping[str, float],
    weight: Mapping[str, float],
    most: Mapping[str, float],
    budget: float | None = None,
) -> dict[str, float]:
    """Epochs for each stratum: ``min(weight x rate, most)``, the rate filling a budget, or all amounts once."""
    left = sum(amount.values()) if budget is None else float(budget)
    free = {name for name in amount if weight[name] > 0}
    epochs = dict.fromkeys(amount, 0.0)
    for _ in range(_ROUNDS):
        drawn = sum(weight[name] * amount[name] for name in free)
        if not free or drawn <= 0:
            break
        rate = max(left, 0.0) / drawn
        full = {name for name in free if weight[name] * rate >= most[name]}
        if not full:
            epochs |= {name: weight[name] * rate for name in free}
            break
        for name in sorted(full):
            epochs[name] = most[name]
            left -= most[name] * amount[name]
        free -= full
    return epochs


def _mean(sums: Sequence[float]) -> float:
    documents, _, tokens, weighted_documents, weighted_tokens = sums
    return weighted_tokens / tokens if tokens else weighted_documents / documents


def _share(drawn: Mapping[str, float], name: str) -> float:
    total = sum(drawn.values())
    return drawn[name] / total if total else 0.0


def blend(found: Sequence[Stratum]) -> dict[str, Any]:
    """The content of ``blend.json``."""
    return {
        "schema": VERSION,
        "strata": [
            {
                "name": entry.name,
                "glob": f"kept/{entry.name}.*.jsonl.gz",
                "files": list(entry.files),
                "documents": entry.documents,
                "bytes": entry.bytes,
                "tokens": entry.tokens,
                "weight": entry.weight,
                "epochs": entry.epochs,
                "probability": {"examples": entry.example_share, "tokens": entry.token_share},
            }
            for entry in found
        ],
        "probabilities": [entry.example_share for entry in found],
        "token_weights": [entry.token_share for entry in found],
    }


__all__ = ["VERSION", "Stratum", "blend", "solved", "strata"]
