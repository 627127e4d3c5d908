"""Readings: class, assurance, conflicts, statements, and the reader itself."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from functools import lru_cache

import pytest

import provkit
from interop import identities
from provkit import ConfigurationError, Origin, OriginClass, State, TrustStore, Verdict
from provkit.crawl import statements
from provkit.crawl.evidence import assess
from provkit.crawl.model import Assurance, Damage, Permission, Reading, Signal
from provkit.crawl.policy import Policy
from provkit.crawl.reading import Reader
from provkit.origin.record import OriginRecord, SourceCategory
from provkit.verdict import OriginFinding

SIGNER = "ES256"
HUMAN, ASSISTED = OriginClass.HUMAN, OriginClass.AI_ASSISTED
SYNTHETIC, UNKNOWN = OriginClass.SYNTHETIC, OriginClass.UNKNOWN
TRUSTED, UNTRUSTED = Assurance.VERIFIED_TRUSTED, Assurance.VERIFIED_UNTRUSTED
DECLARED, DETECTED, NONE = Assurance.DECLARED, Assurance.DETECTED, Assurance.NONE
PAGE = b"<!DOCTYPE html>\n<html>\n<head>\n<title>x</title>\n</head>\n<body><p>Herons.</p></body></html>\n"
SAYS_SYNTHETIC = (("AI-Disclosure", "mode=ai-originated"),)
SAYS_HUMAN = (("AI-Disclosure", "mode=none"),)


def sign(data: bytes, origin: Origin) -> bytes:
    return provkit.sign(data, origin, identities.signer(SIGNER))


@lru_cache
def store() -> TrustStore:
    return identities.trust(SIGNER)


TRUSTING, DOUBTING = Reader(trust=store), Reader(trust=TrustStore.empty())


def signal(cls: OriginClass, how: Assurance = DECLARED, *, whole: bool = True) -> Signal:
    return Signal(cls, f"test:{cls}", "x", how, whole)


def verdict(cls: OriginClass, state: State) -> Verdict:
    return Verdict(state, "text/html", origin=OriginFinding(cls))


class TestEvidence:
    @pytest.mark.parametrize(
        ("signed", "signals", "expected"),
        [
            (None, (), (UNKNOWN, NONE)),
            (None, ((HUMAN, DECLARED),), (HUMAN, DECLARED)),
            (None, ((HUMAN, DECLARED), (SYNTHETIC, DECLARED)), (SYNTHETIC, DECLARED)),
            (None, ((ASSISTED, DECLARED), (SYNTHETIC, DETECTED)), (SYNTHETIC, DETECTED)),
            (None, ((SYNTHETIC, DECLARED), (ASSISTED, DETECTED)), (SYNTHETIC, DECLARED)),
            ((ASSISTED, State.VALID), ((SYNTHETIC, DETECTED),), (SYNTHETIC, DETECTED)),
            ((ASSISTED, State.TRUSTED), ((SYNTHETIC, DETECTED),), (ASSISTED, TRUSTED)),
            (None, ((HUMAN, DECLARED), (SYNTHETIC, DETECTED)), (SYNTHETIC, DETECTED)),
            (None, ((HUMAN, DECLARED), (HUMAN, DETECTED)), (HUMAN, DECLARED)),
            (None, ((SYNTHETIC, DETECTED),), (SYNTHETIC, DETECTED)),
            ((HUMAN, State.TRUSTED), (), (HUMAN, TRUSTED)),
            ((HUMAN, State.VALID), (), (HUMAN, UNTRUSTED)),
            ((HUMAN, State.TRUSTED), ((HUMAN, DECLARED),), (HUMAN, TRUSTED)),
            ((HUMAN, State.TRUSTED), ((SYNTHETIC, DECLARED),), (SYNTHETIC, DECLARED)),
            ((HUMAN, State.TRUSTED), ((ASSISTED, DECLARED),), (ASSISTED, DECLARED)),
            ((HUMAN, State.TRUSTED), ((SYNTHETIC, DETECTED),), (HUMAN, TRUSTED)),
            ((HUMAN, State.VALID), ((SYNTHETIC, DETECTED),), (SYNTHETIC, DETECTED)),
            ((SYNTHETIC, State.VALID), ((HUMAN, DECLARED),), (SYNTHETIC, UNTRUSTED)),
            ((SYNTHETIC, State.TRUSTED), ((SYNTHETIC, DECLARED),), (SYNTHETIC, TRUSTED)),
            ((UNKNOWN, State.TRUSTED), ((HUMAN, DECLARED),), (HUMAN, DECLARED)),
            ((UNKNOWN, State.TRUSTED), (), (UNKNOWN, NONE)),
        ],
    )
    def test_asymmetric(
        self,
        signed: tuple[OriginClass, State] | None,
        signals: tuple[tuple[OriginClass, Assurance], ...],
        expected: tuple[OriginClass, Assurance],
    ) -> None:
        made = None if signed is None else verdict(*signed)
        found = assess(made, tuple(signal(*one) for one in signals), invalid=False)
        assert (found.cls, found.assurance) == expected
        stated = {cls for cls, _ in signals} | ({signed[0]} if signed else set())
        assert bool(found.conflicts) == (len(stated - {UNKNOWN, found.cls}) > 0)

    def test_invalid_is_unknown(self) -> None:
        found = assess(verdict(HUMAN, State.INVALID), (signal(SYNTHETIC),), invalid=True)
        assert (found.cls, found.assurance) == (UNKNOWN, NONE)
        assert found.conflicts == ("test:synthetic says synthetic, beside a credential that does not hold",)

    def test_a_part_is_not_the_whole(self) -> None:
        found = assess(verdict(HUMAN, State.TRUSTED), (signal(SYNTHETIC, whole=False),), invalid=False)
        assert (found.cls, found.assurance) == (HUMAN, TRUSTED)
        assert found.conflicts == ("test:synthetic says synthetic of a part, the credential says human",)
        assert assess(None, (signal(SYNTHETIC, whole=False),), invalid=False).cls is UNKNOWN

    def test_conflicts_are_bounded(self) -> None:
        many = [Signal(HUMAN, f"test:{i}", "x") for i in range(1000)]
        assert len(assess(None, [signal(SYNTHETIC), *many], invalid=False).conflicts) == 20


class TestReader:
    @pytest.mark.parametrize("data", [b"Herons.\n", PAGE])
    @pytest.mark.parametrize(
        ("origin", "cls"),
        [(Origin.human(), HUMAN), (Origin.synthetic(model="m"), SYNTHETIC), (Origin.ai_assisted(), ASSISTED)],
    )
    def test_signed(self, data: bytes, origin: Origin, cls: OriginClass) -> None:
        body = sign(data, origin)
        for reader, how in ((TRUSTING, TRUSTED), (DOUBTING, UNTRUSTED)):
            reading = reader.read(body)
            assert (reading.cls, reading.assurance, reading.damage) == (cls, how, None)
            assert reading.verdict is not None
            assert reading.verdict.signer is not None
            assert reading.signer == reading.verdict.signer.fingerprint

    def test_nothing(self) -> None:
        assert TRUSTING.read(PAGE) == Reading("text/html")
        assert TRUSTING.read(b"") == Reading(None)

    def test_header_against_credential(self) -> None:
        body = sign(PAGE, Origin.human())
        reading = TRUSTING.read(body, SAYS_SYNTHETIC)
        assert (reading.cls, reading.assurance) == (SYNTHETIC, DECLARED)
        assert len(reading.conflicts) == 1
        assert "the credential says human" in reading.conflicts[0]
        assert Policy.preset().decide(reading).stratum == "declared-synthetic"

    def test_a_header_does_not_launder(self) -> None:
        reading = TRUSTING.read(sign(PAGE, Origin.synthetic(model="m")), SAYS_HUMAN)
        assert (reading.cls, reading.assurance) == (SYNTHETIC, TRUSTED)
        reading = TRUSTING.read(PAGE, SAYS_HUMAN)
        assert (reading.cls, reading.assurance) == (HUMAN, DECLARED)
        assert Policy.preset().decide(reading).weight == 1

    def test_invalid_with_a_header(self) -> None:
        body = sign(PAGE, Origin.human()).replace(b"Herons", b"Storks")
        for headers in ((), SAYS_SYNTHETIC, SAYS_HUMAN):
            reading = TRUSTING.read(body, headers)
            assert (reading.cls, reading.assurance, reading.damage) == (UNKNOWN, NONE, Damage.INVALID)
            assert reading.signer is None

    def test_use_is_not_origin(self) -> None:
        reading = TRUSTING.read(PAGE, (("Content-Usage", "train-ai=n"),))
        assert (reading.cls, reading.assurance) == (UNKNOWN, NONE)
        assert [(one.purpose, one.permission) for one in reading.preferences] == [
            ("train-ai", Permission.DENIED)
        ]

    def test_what_the_credential_says_beside(self) -> None:
        record = OriginRecord(category=SourceCategory.BENCHMARK, purpose="tests of readers")
        origin = Origin.synthetic(model="m", record=record, training_mining={"ai-training": "notAllowed"})
        body = sign(PAGE, origin)
        reading = TRUSTING.read(body)
        assert (reading.categories, reading.purpose) == (("benchmark",), "tests of readers")
        assert [(one.purpose, one.permission, one.source) for one in reading.preferences] == [
            ("train-ai", Permission.DENIED, "cawg")
        ]
        # A purpose buys a larger share of a mix, so it takes a listed signer; a denial does not.
        doubted = DOUBTING.read(body)
        assert (doubted.categories, doubted.purpose) == (("benchmark",), None)
        assert doubted.preferences == reading.preferences
        broken = TRUSTING.read(body.replace(b"Herons", b"Storks"))
        assert (broken.categories, broken.purpose, broken.preferences) == ((), None, ())
        assert statements.of(broken.verdict) == statements.NOTHING

    def test_detectors(self) -> None:
        suspicious = Reader(trust=store, detectors=(suspect,))
        reading = suspicious.read(b"As a large language model, I cannot.")
        assert (reading.cls, reading.assurance) == (SYNTHETIC, DETECTED)
        assert suspicious.read(PAGE).cls is UNKNOWN
        signed = sign(b"As a large language model, I cannot.", Origin.human())
        reading = suspicious.read(signed)
        assert (reading.cls, reading.assurance) == (HUMAN, TRUSTED)
        assert len(reading.conflicts) == 1

    def test_pickled(self) -> None:
        body = sign(PAGE, Origin.human())
        for reader in (TRUSTING, DOUBTING, Reader(trust=identities.trust(SIGNER), detectors=(suspect,))):
            again = pickle.loads(pickle.dumps(reader))
            reading = again.read(body)
            assert reading == reader.read(body)
            assert pickle.loads(pickle.dumps(reading)) == reading

    def test_the_store_is_built_once(self) -> None:
        assert pickle.loads(pickle.dumps(TRUSTING)).store is TRUSTING.store
        assert Reader().store is TrustStore.bundled()

    def test_moments(self) -> None:
        when = datetime(2020, 1, 1, tzinfo=UTC)
        assert TRUSTING.read(PAGE, captured_at=when).captured_at == when
        assert TRUSTING.read(sign(PAGE, Origin.human()), captured_at=when).captured_at == when
        with pytest.raises(ConfigurationError, match="time zone"):
            TRUSTING.read(PAGE, captured_at=datetime(2020, 1, 1))  # noqa: DTZ001
        with pytest.raises(ConfigurationError, match="time zone"):
            Reader(at=datetime(2020, 1, 1))  # noqa: DTZ001
        early = Reader(trust=store, at=when)
        assert early.read(sign(PAGE, Origin.human())).assurance is not TRUSTED


def suspect(body: bytes, _media_type: str | None) -> Signal | None:
    if b"As a large language model" not in body:
        return None
    return Signal(SYNTHETIC, "detector:phrase", "As a large language model", Assurance.DECLARED)
