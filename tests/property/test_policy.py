"""Laws of policies, whatever they say, and of caps, whatever is counted."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from provkit import ConfigurationError
from provkit.crawl.batch import BatchCap
from provkit.crawl.caps import Tally, exact, is_capped, sum_of
from provkit.crawl.decide import standing
from provkit.crawl.model import (
    Action,
    Assurance,
    Damage,
    Decision,
    Permission,
    Preference,
    Reading,
    Signal,
)
from provkit.crawl.policy import Policy
from provkit.crawl.policy_file import (
    Caps,
    ClassWeights,
    HumanWeights,
    Signers,
    Tier,
    Usage,
    Vintage,
    Weights,
)
from provkit.verdict import OriginClass

SIGNERS = tuple(f"{i:064x}" for i in range(4))
DAYS = st.datetimes(datetime(2015, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
WEIGHT = st.one_of(st.sampled_from([0.0, 0.5, 1.0, 2.0, 8.0]), st.floats(0, 1000))
SOME = st.none() | WEIGHT


def _row(kind: type[Any], *names: str) -> st.SearchStrategy[Any]:
    # Not validated: the law is the engine's, also for a policy that the reader of files would refuse.
    return st.fixed_dictionaries(dict.fromkeys(names, SOME)).map(lambda row: kind.model_construct(**row))


_FOUR = ("verified_trusted", "verified_untrusted", "declared", "detected")
weights = st.builds(
    Weights.model_construct,
    unknown=WEIGHT,
    invalid=WEIGHT,
    damaged=SOME,
    distrusted=WEIGHT,
    human=_row(HumanWeights, *_FOUR, "dated"),
    ai_assisted=_row(ClassWeights, *_FOUR),
    synthetic=_row(ClassWeights, *_FOUR),
)
some_signers = st.lists(st.sampled_from(SIGNERS), unique=True, max_size=3).map(tuple)
policies = st.builds(
    Policy.model_construct,
    name=st.just("any"),
    weights=weights,
    usage=st.builds(Usage, honour=st.sampled_from([(), ("train-ai",), ("search", "tdm")])),
    signers=st.builds(
        Signers.model_construct,
        allow=some_signers,
        distrust=some_signers,
        complete=st.booleans(),
        tiers=st.lists(
            st.builds(Tier.model_construct, name=st.just("t"), sha256=some_signers, weight=WEIGHT), max_size=2
        ).map(tuple),
    ),
    vintage=st.none()
    | st.builds(Vintage, before=st.dates(datetime(2016, 1, 1).date(), datetime(2025, 1, 1).date())),  # noqa: DTZ001
)
signals = st.builds(
    Signal,
    cls=st.sampled_from(OriginClass),
    source=st.just("html:meta"),
    value=st.just("x"),
    assurance=st.sampled_from([Assurance.DECLARED, Assurance.DETECTED]),
    whole=st.booleans(),
)
preferences = st.builds(
    Preference,
    purpose=st.sampled_from(["train-ai", "search", "ai-input", "tdm"]),
    permission=st.sampled_from(Permission),
    source=st.just("header:content-usage"),
    value=st.just("x"),
)
readings = st.builds(
    Reading,
    media_type=st.just("text/html"),
    cls=st.sampled_from(OriginClass),
    assurance=st.sampled_from(Assurance),
    damage=st.none() | st.sampled_from(Damage),
    signals=st.lists(signals, max_size=2).map(tuple),
    preferences=st.lists(preferences, max_size=2).map(tuple),
    signer=st.none() | st.sampled_from(SIGNERS),
    captured_at=st.none() | DAYS,
    purpose=st.none() | st.just("tests"),
)


@settings(max_examples=1000, deadline=None)
@given(policies, readings)
def test_nobody_vouches_so_it_earns_nothing(policy: Policy, reading: Reading) -> None:
    decision = policy.decide(reading)
    unknown = policy.weights.unknown
    stated_human = reading.cls is OriginClass.HUMAN
    signed = reading.assurance is Assurance.VERIFIED_TRUSTED and reading.damage is not Damage.INVALID
    dated = (
        policy.vintage is not None
        and reading.captured_at is not None
        and reading.captured_at.date() < policy.vintage.before
        and reading.damage is not Damage.INVALID
    )
    if stated_human and not signed and not dated:
        assert decision.weight <= unknown
        assert decision.stratum not in ("human", "dated-human")
    if reading.damage is Damage.INVALID or (reading.cls is OriginClass.UNKNOWN and not dated):
        assert decision.weight <= unknown
        assert decision.stratum not in ("human", "dated-human")
    if decision.stratum == "human":
        assert stated_human
        assert signed
        assert reading.signer not in policy.signers.distrust
    if decision.stratum == "dated-human":
        assert dated
    assert (decision.weight == 0) == (decision.action is Action.EXCLUDE)
    assert decision.reasons


@settings(max_examples=300, deadline=None)
@given(policies, readings)
def test_use_never_changes_what_it_is(policy: Policy, reading: Reading) -> None:
    silent = Reading(
        reading.media_type,
        reading.cls,
        reading.assurance,
        reading.damage,
        signals=reading.signals,
        signer=reading.signer,
        captured_at=reading.captured_at,
        purpose=reading.purpose,
    )
    assert standing(policy, reading) == standing(policy, silent)
    assert policy.decide(reading).stratum == policy.decide(silent).stratum


@settings(max_examples=300, deadline=None)
@given(weights)
def test_a_file_is_refused_or_obeyed(stated: Weights) -> None:
    table = stated.model_dump(mode="python", by_alias=True, exclude_none=True, warnings=False)
    try:
        policy = Policy.from_text(_toml(table))
    except ConfigurationError:
        # Only for the asymmetry: there are no caps, and every number is in range.
        unvouched = [stated.invalid, stated.distrusted, stated.damaged or 0]
        for row in (stated.human, stated.ai_assisted):
            unvouched += [row.verified_untrusted or 0, row.declared or 0, row.detected or 0]
        assert max(unvouched) > stated.unknown
        return
    for cls in (OriginClass.HUMAN, OriginClass.SYNTHETIC, OriginClass.UNKNOWN):
        for how in (Assurance.VERIFIED_TRUSTED, Assurance.VERIFIED_UNTRUSTED, Assurance.DECLARED):
            reading = Reading(None, cls, how)
            assert policy.decide(reading).weight == policy.weight(cls, how)


def _toml(weights: dict[str, Any]) -> str:
    lines = ['name = "any"', "[weights]"]
    lines += [f"{key} = {value!r}" for key, value in weights.items() if not isinstance(value, dict)]
    for name, row in weights.items():
        if isinstance(row, dict):
            lines += [f"[weights.{name}]", *(f"{key} = {value!r}" for key, value in row.items())]
    return "\n".join(lines)


STRATA = ("unknown", "human", "declared-synthetic", "synthetic", "detected-synthetic", "purposed-synthetic")
documents = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "c"]),
        st.sampled_from(STRATA).map(lambda stratum: Decision(Action.KEEP, 1.0, (), stratum)),
        st.integers(0, 30),
        st.integers(0, 50),
    ),
    max_size=60,
)
shares = st.none() | st.sampled_from([0.0, 0.1, 0.3, 1 / 3, 0.5, 0.9, 1.0])


@st.composite
def caps(draw: st.DrawFn) -> Caps:
    overall, domain, both = draw(shares), draw(shares), draw(shares)
    assume(both is None or both >= max(overall or 0, domain or 0))
    return Caps(overall=overall, domain=domain, with_purpose=both, detected=draw(st.booleans()))


def share(amounts: tuple[int, int]) -> Fraction:
    inside, beside = amounts
    return Fraction(inside, inside + beside) if inside + beside else Fraction(0)


@settings(max_examples=400, deadline=None)
@given(caps(), documents, st.randoms(use_true_random=False))
def test_caps_are_exact(limits: Caps, found: list[tuple[str, Decision, int, int]], chance: Any) -> None:
    tally = Tally(limits)
    for document in found:
        tally.add(*document)
    plan = tally.plan()

    # However many workers, in whatever order: the same plan.
    shuffled = list(found)
    chance.shuffle(shuffled)
    workers = [Tally(limits) for _ in range(3)]
    for document in shuffled:
        chance.choice(workers).add(*document)
    chance.shuffle(workers)
    assert sum_of(workers).plan().to_json() == plan.to_json()

    kept = [one for one in found if plan.keeps(one[0], one[1], one[2])]
    assert all(one in kept for one in found if not is_capped(limits, one[1].stratum))
    for domain in (None, "", "a", "b", "c"):
        cap = limits.overall if domain is None else limits.domain
        everything = limits.with_purpose if domain is None or limits.domain is not None else None
        assert _within(kept, domain, limits, cap, everything)
    assert share(_amounts(kept, None, limits)) == plan.share
    assert plan.kept + plan.dropped == sum(one[3] for one in found if is_capped(limits, one[1].stratum))

    # As close as whole documents allow: nothing that was left out would fit.
    for domain, decision, key, _ in {one for one in found if one not in kept}:
        copies = [one for one in found if one[:3] == (domain, decision, key)]
        more = [*kept, *copies]
        everything = limits.with_purpose
        overall = _within(more, None, limits, limits.overall, everything)
        local = _within(
            more, domain, limits, limits.domain, everything if limits.domain is not None else None
        )
        assert not (overall and local)


def _amounts(
    found: list[tuple[str, Decision, int, int]], domain: str | None, limits: Caps, *, purposed: bool = True
) -> tuple[int, int]:
    inside = beside = 0
    for where, decision, _, amount in found:
        if domain is not None and where != domain:
            continue
        if not is_capped(limits, decision.stratum):
            beside += amount
        elif purposed or decision.stratum != "purposed-synthetic":
            inside += amount
    return inside, beside


def _within(
    found: list[tuple[str, Decision, int, int]],
    domain: str | None,
    limits: Caps,
    cap: float | None,
    everything: float | None,
) -> bool:
    """Both rules of POLICY-13, written down once more and in another way."""
    without = share(_amounts(found, domain, limits, purposed=everything is None))
    if cap is not None and without > exact(cap):
        return False
    return everything is None or share(_amounts(found, domain, limits)) <= exact(everything)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=80),
    st.integers(1, 9),
    st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]),
    st.none() | st.integers(0, 10),
)
def test_batches_hold(stream: list[tuple[bool, int]], size: int, most: float, hold: int | None) -> None:
    def run() -> tuple[list[list[tuple[bool, int]]], BatchCap[tuple[bool, int]]]:
        cap = BatchCap(
            stream, size=size, share=most, capped=lambda one: one[0], amount=lambda one: one[1], hold=hold
        )
        return list(cap), cap

    batches, cap = run()
    for batch in batches:
        assert 1 <= len(batch) <= size
        inside = sum(amount for capped, amount in batch if capped)
        assert inside <= exact(most) * sum(amount for _, amount in batch)
    flat = [one for batch in batches for one in batch]
    assert [one for one in flat if not one[0]] == [one for one in stream if not one[0]]
    assert len(flat) + cap.withheld.documents == len(stream)
    assert sum(one[1] for one in flat) + cap.withheld.amount == sum(one[1] for one in stream)
    assert run()[0] == batches
