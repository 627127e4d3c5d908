"""encypher-c2pa, an independent verifier, agrees with us on what we sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import provkit
from interop import identities
from provkit import Origin, State, TrustStore
from support import encypher

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.interop
CLASSES = ("human", "ai-assisted", "synthetic")


def ask(data: bytes, *, anchors: bytes | None = None, mime: str = "text/plain") -> str:
    """Its state now."""
    return encypher.ask(data, mime, anchors=anchors, at=identities.NOW)


@pytest.mark.parametrize("algorithm", identities.ALGORITHMS)
@pytest.mark.parametrize("origin", CLASSES)
@pytest.mark.parametrize("path", identities.inputs(), ids=lambda path: path.name)
def test_both_trust_what_we_sign(path: Path, origin: str, algorithm: str) -> None:
    root = identities.identity(algorithm).root_pem
    signed = provkit.sign(path.read_bytes(), Origin.of(origin), identities.signer(algorithm))
    verdict = provkit.verify(signed, trust=identities.trust(algorithm))
    assert verdict.state is State.TRUSTED
    assert verdict.origin.cls == origin
    assert verdict.origin.attributed
    assert provkit.verify(signed, trust=TrustStore.empty()).state is State.VALID
    assert ask(signed, anchors=root) == "Trusted"
    if algorithm == "ES256":
        assert ask(signed) == "Valid"


@pytest.mark.parametrize("algorithm", identities.ALGORITHMS)
@pytest.mark.parametrize("path", identities.inputs(), ids=lambda path: path.name)
def test_neither_trusts_a_changed_text(path: Path, algorithm: str) -> None:
    data = path.read_bytes()
    root = identities.identity(algorithm).root_pem
    signed = provkit.sign(data, Origin.human(), identities.signer(algorithm))
    middle = next(i for i in range(len(data) // 2, len(data)) if data[i : i + 1].isalpha())
    for changed in (
        signed[:middle] + (b"x" if signed[middle : middle + 1] != b"x" else b"y") + signed[middle + 1 :],
        b"A " + signed,
        signed + b"\n",
    ):
        assert provkit.verify(changed, trust=identities.trust(algorithm)).state is State.INVALID
        assert ask(changed, anchors=root) == "Invalid"


def test_everything_that_can_be_declared() -> None:
    origin = Origin.synthetic(
        model="acme/writer-2",
        model_identifier="pkg:generic/acme/writer@2",
        oversight="prompt_guided",
        title="A title, <b>escaped</b>",
        training_mining={"ai-training": "notAllowed", "data-mining": "allowed"},
        category="model-generated-example",
        purpose="a test",
        limits=("not for evaluation",),
    )
    signed = provkit.sign(b"A text.\n", origin, identities.signer("ES256"))
    assert provkit.verify(signed, trust=identities.trust("ES256")).state is State.TRUSTED
    assert ask(signed, anchors=identities.identity("ES256").root_pem) == "Trusted"


@pytest.mark.parametrize("media_type", ["text/csv", "text/tab-separated-values"])
@pytest.mark.parametrize(
    "origin",
    [Origin.human(), Origin.synthetic(source_type="trainedAlgorithmicMedia")],
    ids=["human", "synthetic"],
)
def test_tables(origin: Origin, media_type: str) -> None:
    signed = provkit.sign(b"a,b\n1,2\n", origin, identities.signer("ES256"), media_type=media_type)
    assert provkit.verify(signed, trust=identities.trust("ES256")).state is State.TRUSTED
    assert ask(signed, anchors=identities.identity("ES256").root_pem, mime="text/csv") == "Trusted"


def test_it_does_not_know_the_term_for_generated_data() -> None:
    """C2PA 2.4 §18.15.4.5 has trainedAlgorithmicData; when release 1.7.1 is followed by one that knows it, this fails."""
    signed = provkit.sign(
        b"a,b\n1,2\n", Origin.synthetic(), identities.signer("ES256"), media_type="text/csv"
    )
    assert provkit.verify(signed, trust=identities.trust("ES256")).state is State.TRUSTED
    assert ask(signed, anchors=identities.identity("ES256").root_pem, mime="text/csv") == "Invalid"
