"""Decisions: weights, strata, exclusions, in the rules of spec/policy.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provkit.crawl.codes import ReasonCode
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
from provkit.verdict import OriginClass, OriginFinding, SignerFacts, State, Verdict

HUMAN, ASSISTED = OriginClass.HUMAN, OriginClass.AI_ASSISTED
SYNTHETIC, UNKNOWN = OriginClass.SYNTHETIC, OriginClass.UNKNOWN
TRUSTED, UNTRUSTED = Assurance.VERIFIED_TRUSTED, Assurance.VERIFIED_UNTRUSTED
DECLARED, DETECTED = Assurance.DECLARED, Assurance.DETECTED
ONE, OTHER = "11" * 32, "22" * 32
OLD, NEW = datetime(2019, 5, 1, tzinfo=UTC), datetime(2025, 5, 1, tzinfo=UTC)


def policy(text: str = "", base: str = "balanced") -> Policy:
    return Policy.from_text(f'extends = "{base}"\n{text}')


def codes(decision: Decision) -> list[str]:
    return [reason.partition(":")[0] for reason in decision.reasons]


def reading(cls: OriginClass, how: Assurance, **more: object) -> Reading:
    return replace(Reading("text/html", cls, how), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cls", "how", "weight", "stratum", "code"),
    [
        (HUMAN, TRUSTED, 4, "human", "weight.human"),
        (HUMAN, UNTRUSTED, 1, "declared-human", "weight.unvouched"),
        (HUMAN, DECLARED, 1, "declared-human", "weight.unvouched"),
        (HUMAN, DETECTED, 1, "detected-human", "weight.unvouched"),
        (ASSISTED, TRUSTED, 1, "ai-assisted", "weight.ai-assisted"),
        (ASSISTED, DECLARED, 1, "declared-ai-assisted", "weight.ai-assisted"),
        (SYNTHETIC, TRUSTED, 1, "synthetic", "weight.synthetic"),
        (SYNTHETIC, UNTRUSTED, 1, "declared-synthetic", "weight.synthetic"),
        (SYNTHETIC, DECLARED, 1, "declared-synthetic", "weight.synthetic"),
        (SYNTHETIC, DETECTED, 1, "detected-synthetic", "weight.synthetic"),
        (UNKNOWN, Assurance.NONE, 1, "unknown", "weight.unknown"),
        (UNKNOWN, TRUSTED, 1, "unknown", "weight.unknown"),
    ],
)
def test_balanced(cls: OriginClass, how: Assurance, weight: float, stratum: str, code: str) -> None:
    decision = Policy.preset("balanced").decide(reading(cls, how))
    assert decision == Decision(Action.KEEP, weight, decision.reasons, stratum)
    assert codes(decision) == [code]


def test_every_code_is_known() -> None:
    decision = Policy.preset("strict").decide(Reading(None))
    assert (decision.action, decision.weight) == (Action.EXCLUDE, 0)
    assert codes(decision) == ["excluded.weight", "weight.unknown"]
    assert set(codes(decision)) <= {code.value for code in ReasonCode}


def test_invalid_earns_nothing() -> None:
    broken = Reading("text/html", damage=Damage.INVALID)
    assert Policy.preset("balanced").decide(broken).action is Action.EXCLUDE
    kept = Policy.preset("label-only").decide(broken)
    assert (kept.weight, kept.stratum) == (1, "unknown")
    # A reading that says more than a reader would say is not believed either.
    loud = reading(HUMAN, TRUSTED, damage=Damage.INVALID)
    assert Policy.preset("label-only").decide(loud).weight == 1


def test_invalid_and_admitted_counts_as_synthetic() -> None:
    said = Signal(SYNTHETIC, "header:ai-disclosure", "mode=ai-originated")
    broken = Reading("text/html", damage=Damage.INVALID, signals=(said,))
    assert Policy.preset("label-only").decide(broken).stratum == "declared-synthetic"
    suspected = replace(broken, signals=(replace(said, assurance=DETECTED),))
    assert Policy.preset("label-only").decide(suspected).stratum == "unknown"


@pytest.mark.parametrize("damage", [Damage.DAMAGED, Damage.TRUNCATED, Damage.UNVERIFIABLE])
def test_damage_is_unknown(damage: Damage) -> None:
    decision = Policy.preset("balanced").decide(Reading("text/plain", damage=damage))
    assert (decision.action, decision.weight, decision.stratum) == (Action.KEEP, 1, "unknown")
    assert codes(decision) == ["weight.damaged"]
    less = policy("[weights]\ndamaged = 0.5", "human-anchor").decide(Reading("text/plain", damage=damage))
    assert less.weight == 0.5


def test_a_purpose_needs_a_listed_signer() -> None:
    balanced = Policy.preset("balanced")
    assert balanced.decide(reading(SYNTHETIC, TRUSTED, purpose="tests")).stratum == "purposed-synthetic"
    assert balanced.decide(reading(SYNTHETIC, UNTRUSTED, purpose="tests")).stratum == "declared-synthetic"


class TestSigners:
    def test_only_those_allowed(self) -> None:
        some = policy(f'[signers]\nallow = ["{ONE}"]')
        assert some.decide(reading(HUMAN, TRUSTED, signer=ONE)).weight == 4
        for signer in (OTHER, None):
            decision = some.decide(reading(HUMAN, TRUSTED, signer=signer))
            assert (decision.weight, decision.stratum) == (1, "declared-human")
            assert codes(decision) == ["signer.not-allowed"]

    def test_being_allowed_is_not_being_listed(self) -> None:
        some = policy(f'[signers]\nallow = ["{ONE}"]')
        assert some.decide(reading(HUMAN, UNTRUSTED, signer=ONE)).weight == 1

    def test_tiers_grade(self) -> None:
        tiered = policy(f'[[signers.tiers]]\nname = "desk"\nsha256 = ["{ONE}"]\nweight = 6')
        decision = tiered.decide(reading(HUMAN, TRUSTED, signer=ONE))
        assert (decision.weight, codes(decision)) == (6, ["signer.tier"])
        assert "'desk'" in decision.reasons[0]
        assert tiered.decide(reading(HUMAN, TRUSTED, signer=OTHER)).weight == 4
        assert tiered.decide(reading(HUMAN, UNTRUSTED, signer=ONE)).weight == 1

    def test_a_tier_is_allowed(self) -> None:
        both = policy(
            f'[signers]\nallow = ["{OTHER}"]\n[[signers.tiers]]\nname = "desk"\nsha256 = ["{ONE}"]\nweight = 6'
        )
        assert both.decide(reading(HUMAN, TRUSTED, signer=ONE)).weight == 6

    def test_distrusted(self) -> None:
        without = policy(f'[signers]\ndistrust = ["{ONE}"]')
        decision = without.decide(reading(HUMAN, TRUSTED, signer=ONE))
        assert (decision.action, decision.stratum) == (Action.EXCLUDE, "declared-human")
        assert codes(decision) == ["excluded.weight", "signer.distrusted"]
        synthetic = without.decide(reading(SYNTHETIC, TRUSTED, signer=ONE, purpose="tests"))
        assert (synthetic.action, synthetic.stratum) == (Action.KEEP, "declared-synthetic")
        assert without.decide(reading(HUMAN, TRUSTED, signer=OTHER)).weight == 4

    def test_distrusted_by_the_trust_store(self) -> None:
        facts = SignerFacts("x", None, "CN=x", "1", "ES256", OLD, NEW, ONE, distrusted="caught lying")
        verdict = Verdict(State.VALID, "text/html", signer=facts, origin=OriginFinding(HUMAN))
        decision = Policy.preset().decide(reading(HUMAN, UNTRUSTED, signer=ONE, verdict=verdict))
        assert codes(decision) == ["excluded.weight", "signer.distrusted"]

    def test_complete(self) -> None:
        demanding = policy("[signers]\ncomplete = true")
        whole = Verdict(State.TRUSTED, "text/html", origin=OriginFinding(HUMAN, complete=True))
        part = Verdict(State.TRUSTED, "text/html", origin=OriginFinding(HUMAN))
        assert demanding.decide(reading(HUMAN, TRUSTED, verdict=whole)).weight == 4
        decision = demanding.decide(reading(HUMAN, TRUSTED, verdict=part))
        assert (decision.weight, codes(decision)) == (1, ["signer.incomplete"])


class TestVintage:
    DATED = policy("[vintage]\nbefore = 2022-11-30")

    @pytest.mark.parametrize(
        ("cls", "how"),
        [(UNKNOWN, Assurance.NONE), (HUMAN, DECLARED), (HUMAN, UNTRUSTED), (SYNTHETIC, DETECTED)],
    )
    def test_old_enough(self, cls: OriginClass, how: Assurance) -> None:
        decision = self.DATED.decide(reading(cls, how, captured_at=OLD))
        assert (decision.weight, decision.stratum) == (4, "dated-human")
        assert codes(decision) == ["weight.dated"]
        assert self.DATED.decide(reading(cls, how, captured_at=NEW)).stratum != "dated-human"
        assert Policy.preset().decide(reading(cls, how, captured_at=OLD)).stratum != "dated-human"

    @pytest.mark.parametrize(
        ("cls", "how"), [(SYNTHETIC, DECLARED), (ASSISTED, UNTRUSTED), (SYNTHETIC, TRUSTED)]
    )
    def test_a_statement_against_interest_stands(self, cls: OriginClass, how: Assurance) -> None:
        assert "dated" not in self.DATED.decide(reading(cls, how, captured_at=OLD)).stratum

    def test_never_invalid(self) -> None:
        broken = Reading("text/html", damage=Damage.INVALID, captured_at=OLD)
        assert self.DATED.decide(broken).action is Action.EXCLUDE

    def test_a_signature_is_more_than_a_date(self) -> None:
        assert self.DATED.decide(reading(HUMAN, TRUSTED, captured_at=OLD)).stratum == "human"

    def test_the_day_itself_is_too_late(self) -> None:
        first = datetime(2022, 11, 30, tzinfo=UTC)
        assert self.DATED.decide(Reading(None, captured_at=first)).stratum == "unknown"

    def test_weight_of_its_own(self) -> None:
        dated = policy("[vintage]\nbefore = 2022-11-30\n[weights.human]\ndated = 2")
        assert dated.decide(Reading(None, captured_at=OLD)).weight == 2

    def test_a_reading_cannot_date_itself(self) -> None:
        assert Policy.preset().decide(reading(HUMAN, Assurance.DATED)).weight == 1
        assert Policy.preset().standing(reading(HUMAN, Assurance.DATED)).assurance is DECLARED


class TestUsage:
    DENIED = Preference("train-ai", Permission.DENIED, "header:content-usage", "train-ai=n")

    @pytest.mark.parametrize("purpose", ["train-ai", "tdm"])
    def test_a_denial_excludes(self, purpose: str) -> None:
        allowed = Preference("train-ai", Permission.ALLOWED, "robots:content-signal", "ai-train=yes")
        document = reading(HUMAN, TRUSTED, preferences=(allowed, replace(self.DENIED, purpose=purpose)))
        decision = Policy.preset().decide(document)
        assert (decision.action, decision.weight) == (Action.EXCLUDE, 0)
        # What it is does not change with what may be done with it.
        assert (decision.stratum, codes(decision)) == ("human", ["usage.denied", "weight.human"])

    @pytest.mark.parametrize("purpose", ["search", "ai-input"])
    def test_another_purpose(self, purpose: str) -> None:
        document = Reading(None, preferences=(replace(self.DENIED, purpose=purpose),))
        assert Policy.preset().decide(document).action is Action.KEEP
        asked = policy(f'[usage]\nhonour = ["{purpose}"]')
        assert asked.decide(document).action is Action.EXCLUDE

    def test_conditions(self) -> None:
        document = Reading(None, preferences=(replace(self.DENIED, permission=Permission.CONSTRAINED),))
        assert codes(Policy.preset().decide(document))[0] == "usage.constrained"
        assert policy('[usage]\nconstrained = "keep"').decide(document).action is Action.KEEP

    def test_label_only_says_it(self) -> None:
        decision = Policy.preset("label-only").decide(Reading(None, preferences=(self.DENIED,)))
        assert (decision.action, codes(decision)[-1]) == (Action.KEEP, "usage.not-honoured")


class TestExclusions:
    @pytest.mark.parametrize(
        "category", ["Review", "review", "https://schema.org/Review", "schema:Review", "direct-human-record"]
    )
    def test_civic(self, category: str) -> None:
        civic = Policy.preset("civic")
        review = reading(SYNTHETIC, DECLARED, categories=("WebPage", category))
        decision = civic.decide(review)
        assert (decision.action, codes(decision)[0]) == (Action.EXCLUDE, "excluded.rule")
        assert civic.decide(replace(review, cls=HUMAN)).action is Action.KEEP
        assert civic.decide(replace(review, categories=("WebPage",))).action is Action.KEEP

    def test_civic_does_not_follow_suspicion(self) -> None:
        review = reading(SYNTHETIC, DETECTED, categories=("Review",))
        assert Policy.preset("civic").decide(review).action is Action.KEEP

    def test_addresses(self) -> None:
        rule = '[[exclude]]\nbecause = "comments"\nclasses = ["synthetic"]\nurls = ["*://example.org/c/*"]'
        own = policy(rule, "civic")
        page = reading(SYNTHETIC, DECLARED)
        assert own.decide(page, "https://EXAMPLE.org/c/1").action is Action.EXCLUDE
        assert own.decide(page, "https://example.org/d/1").action is Action.KEEP
        assert own.decide(page).action is Action.KEEP
        assert own.decide(Reading(None), "https://example.org/c/1").action is Action.KEEP

    def test_patterns_of_addresses(self) -> None:
        own = policy('[[exclude]]\nbecause = "x"\nurls = ["*/?.html", "*/[ab]/index", "*/a?q=[[]*"]')
        for url, action in (
            ("https://e/1.html", Action.EXCLUDE),
            ("https://e/12.html", Action.KEEP),
            ("https://e/B/INDEX", Action.EXCLUDE),
            ("https://e/c/index", Action.KEEP),
            ("https://e/a?q=[1]", Action.EXCLUDE),
            ("https://e/a?q=(1)", Action.KEEP),
        ):
            assert own.decide(Reading(None), url).action is action, url

    def test_many_stars_in_long_addresses(self) -> None:
        own = policy(f'[[exclude]]\nbecause = "x"\nurls = ["{"*a" * 90}b"]')
        assert own.decide(Reading(None), "https://e/" + "a" * 100_000).action is Action.KEEP
