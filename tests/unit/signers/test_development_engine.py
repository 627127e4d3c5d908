"""The reference engine and an independent one accept what a development identity signs."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from provkit.signers import Signer
from provkit.signers.development import make_development_identity
from support.pki import EMAIL

if TYPE_CHECKING:
    from pathlib import Path

c2pa = pytest.importorskip("c2pa")
Image = pytest.importorskip("PIL.Image")
ALGORITHMS = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"]
EKUS = f"{EMAIL}\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
}
MANIFEST = {
    "claim_generator_info": [{"name": "test", "version": "1"}],
    "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [CREATED]}}],
}


def now() -> datetime:
    return datetime.now(UTC)  # the engine judges by its own clock


def sign_png(identity: Any, signer: Any) -> tuple[bytes, Any]:
    image = io.BytesIO()
    Image.new("RGB", (8, 8)).save(image, "PNG")
    context = c2pa.Context.from_dict(
        {
            "trust": {"trust_anchors": identity.root_pem.decode(), "trust_config": EKUS},
            "builder": {"thumbnail": {"enabled": False}},
        }
    )
    out = io.BytesIO()
    image.seek(0)
    with c2pa.Builder(MANIFEST, context=context) as builder:
        builder.sign(signer, "image/png", image, out)
    return out.getvalue(), context


@pytest.mark.interop
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("through", ["key", "callback"])
def test_the_engine_trusts_a_development_identity(algorithm: str, through: str) -> None:
    identity = make_development_identity(algorithm=algorithm, now=now())
    if through == "key":
        info = c2pa.C2paSignerInfo(algorithm.lower().encode(), identity.chain_pem, identity.key_pem, None)
        native = c2pa.Signer.from_info(info)
    else:
        ours = Signer.from_pem(identity.chain_pem, identity.key_pem, algorithm=algorithm)
        kind = getattr(c2pa.C2paSigningAlg, algorithm.upper())
        native = c2pa.Signer.from_callback(ours.sign, kind, identity.chain_pem.decode(), None)
    signed, context = sign_png(identity, native)
    with c2pa.Reader("image/png", io.BytesIO(signed), context=context) as reader:
        assert reader.get_validation_state() == "Trusted"


@pytest.mark.interop
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_independent_validator_trusts_it_too(
    algorithm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encypher = pytest.importorskip("encypher_c2pa")
    monkeypatch.setenv("HOME", str(tmp_path))  # where it would keep its telemetry preference
    identity = make_development_identity(algorithm=algorithm, now=now())
    info = c2pa.C2paSignerInfo(algorithm.lower().encode(), identity.chain_pem, identity.key_pem, None)
    signed, _ = sign_png(identity, c2pa.Signer.from_info(info))
    found = encypher.verify(
        signed, "image/png", trust_pem=identity.root_pem.decode(), no_default_trust=True, telemetry=False
    )
    assert found["validation_state"] == "Trusted"
