"""Where a policy is known to do harm at the shares that a crawl has.

The numbers are of a simulation: models that are trained again and again on a web that is mostly the
output of the model before.  Sizes do not carry over to large models, directions do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.crawl.model import Assurance
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.crawl.policy import Policy

NARROW_SIGNERS: Final = 20
NARROW_DOMAINS: Final = 0.5
_STRICT: Final = 0.6
"""Verified share below which keeping nothing else lost more than it gained, measured."""
_STEEP: Final = 4.0
"""Weight that was best at 30 % of signing publishers, measured; eight and more were worse there."""


_REPEATS: Final = 2.0
"""Epochs of few documents above which a mix got worse while few publishers signed, measured."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the warnings depend on."""

    tokens: int
    kept_tokens: int
    human: float
    """Share that a listed signer or a date vouches for."""
    synthetic: float
    signers: int
    """Listed ones, whose word on human work counts."""
    domains: int
    anchored: int
    """Domains with anything that is vouched for."""
    vanished: int
    budget: tuple[int, int, float, float] | None = None
    """Tokens wanted, tokens the mix gives, epochs of everything that would be needed, most epochs of
    anything in the mix; None when no budget was given."""


def warnings(policy: Policy, facts: Facts) -> tuple[str, ...]:
    """What the evidence says against this policy on this crawl, ``code: sentence`` each."""
    return tuple(_warnings(policy, facts)) if facts.domains else ()


def _warnings(policy: Policy, facts: Facts) -> Iterator[str]:
    human = policy.weight(OriginClass.HUMAN, Assurance.VERIFIED_TRUSTED)
    unknown = policy.weights.unknown
    if unknown == 0 and facts.human < _STRICT:
        yield (
            f"harm.coverage: signed human work is {facts.human:.1%} of what was read and everything unknown is "
            "left out; in simulation that lost more of the language than no policy did until about 60 % was "
            f"signed; {facts.kept_tokens:,} tokens stay, seen at most {policy.epochs.verified:g} times"
        )
    if facts.budget is not None:
        yield from _of_budget(policy, facts.kept_tokens, facts.budget)
    if unknown > 0 and human / unknown > _STEEP and 0 < facts.human < 0.3:
        yield (
            f"harm.weight: signed human work weighs {human / unknown:g} times the unknown and is {facts.human:.1%} "
            "of what was read; in simulation four times was best at 30 %, and more made it worse"
        )
    if human > unknown and facts.human > 0:
        if facts.signers < NARROW_SIGNERS:
            stand = "listed signer stands" if facts.signers == 1 else "listed signers stand"
            yield (
                f"harm.narrow-signers: {facts.signers} {stand} for all human work that counts more; "
                f"below {NARROW_SIGNERS}, what they write about is what the mix learns"
            )
        if facts.anchored < NARROW_DOMAINS * facts.domains:
            yield (
                f"harm.narrow-domains: human work that counts more comes from {facts.anchored} of "
                f"{counted(facts.domains, 'domain')}"
            )
    if human > unknown and facts.human == 0:
        yield "harm.no-anchor: no human work that has text is vouched for, so the weights change nothing"
    if facts.vanished:
        yield f"harm.vanished: nothing is kept of {facts.vanished} of {counted(facts.domains, 'domain')}"


def _of_budget(policy: Policy, kept: int, budget: tuple[int, int, float, float]) -> Iterator[str]:
    wanted, reached, needed, most = budget
    limits = f"{policy.epochs.verified:g} times where somebody vouches, {policy.epochs.other:g} elsewhere"
    if reached < wanted:
        need = (
            f"it would take {often(needed)} epochs of everything kept"
            if kept
            else "nothing with text is kept"
        )
        yield (
            f"budget.short: {reached:,} of {wanted:,} tokens can be had: what is kept has {kept:,}, seen at most "
            f"{limits}; {need}"
        )
    if most > _REPEATS:
        yield (
            f"budget.repeats: some documents are seen {often(most)} times to fill the budget; in simulation, while "
            f"few publishers signed, more than {_REPEATS:g} made the mix worse, and once was best"
        )


def counted(count: int, what: str) -> str:
    """``1 domain``, ``2 domains``."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def often(times: float) -> str:
    """How often, as people read it: ``1.83``, ``2,670``."""
    return f"{times:.3g}" if times < 100 else f"{times:,.0f}"


__all__ = ["Facts", "counted", "often", "warnings"]
