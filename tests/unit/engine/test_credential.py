"""What is said of a signer whom a list knows when the engine does not bear it out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import provkit
from provkit.carriers import containers
from provkit.codes import StatusCode
from provkit.engine import credential, strict
from provkit.engine.report import EngineReport
from provkit.signers.development import make_development_identity
from provkit.trust import TrustStore
from provkit.verdict import Status
from support.containers import picture

if TYPE_CHECKING:
    from provkit.engine.credential import ContainerCredential

NOW = datetime.now(UTC)
UNLISTED = Status(StatusCode.SIGNING_CREDENTIAL_UNTRUSTED, None, "no way")
NO_WAY = "the reference engine finds no way from this signer to a listed authority"


@pytest.fixture(scope="module")
def house() -> tuple[bytes, TrustStore]:
    identity = make_development_identity(algorithm="ES256", now=NOW)
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    data = provkit.sign(picture("PNG"), provkit.Origin.human(), signer)
    return data, TrustStore.empty().with_anchors(identity.root_pem, name="root")


def judged(house: tuple[bytes, TrustStore], report: EngineReport, *, again: bool) -> ContainerCredential:
    data, trust = house
    found = containers.locate(data, "image/png")
    assert found is not None
    checked = strict.check(found)
    assert checked.store is not None
    signature = None if again else checked.readings[checked.store.active.label].signature
    return credential.judge_container(checked.store, trust, NOW, report, signature=signature)


def test_a_listed_signer(house: tuple[bytes, TrustStore]) -> None:
    who = [judged(house, EngineReport("Valid"), again=again) for again in (False, True)]
    assert who[0] == who[1]
    assert who[0].trusted
    assert who[0].status.code is StatusCode.SIGNING_CREDENTIAL_TRUSTED
