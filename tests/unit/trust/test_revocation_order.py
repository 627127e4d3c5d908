"""What is looked at first in stapled responses: one manifest can hold sixteen for a thousand others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from provkit.codes import StatusCode
from provkit.trust import TrustStore, load_credential, revocation
from support import pki, stamps
from vectors import keys

MOMENT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_response_about_another_serial_number_costs_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf, issuer = x509.load_pem_x509_certificates((keys.KEYS / "es256.chain.pem").read_bytes())[:2]
    other = x509.load_pem_x509_certificate((keys.KEYS / "es384.chain.pem").read_bytes())
    assert other.serial_number != leaf.serial_number
    days = (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC))
    response = stamps.response(keys.stamper("responder"), other, issuer, days, revoked=days[0])
    monkeypatch.setattr(revocation, "issuers_of", pytest.fail)
    lists = TrustStore.empty().with_anchors((keys.TRUST / "root.pem").read_bytes(), name="root")
    chain = tuple(one.public_bytes(pki.DER) for one in (leaf, issuer))
    found = revocation.verify([response], load_credential(chain), lists, MOMENT, stamped=False)
    assert [code for code, _ in found] == [StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED]
    assert "another certificate" in found[0][1]


PKI = pki.Pki.make()
LISTS = TrustStore.empty().with_anchors(PKI.root.pem, name="root")


def merged(*responses: bytes) -> bytes:
    """One response with the answers of several, signed by the issuer anew."""
    loaded = [asn1.OCSPResponse.load(one) for one in responses]
    basic = loaded[0]["response_bytes"]["response"].parsed
    stated = basic["tbs_response_data"]
    stated["responses"] = asn1.Responses(
        [
            one["response_bytes"]["response"].parsed["tbs_response_data"]["responses"][0].copy()
            for one in loaded
        ]
    )
    issuer = PKI.intermediate or PKI.root
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    basic["signature"] = issuer.key.sign(stated.dump(force=True), ec.ECDSA(hashes.SHA256()))
    made = asn1.OCSPResponse(
        {
            "response_status": "successful",
            "response_bytes": {"response_type": "basic_ocsp_response", "response": basic},
        }
    )
    dumped: bytes = made.dump(force=True)
    return dumped


def answer(*, revoked: bool) -> bytes:
    issuer = PKI.intermediate or PKI.root
    return (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=PKI.leaf,
            issuer=issuer.certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=pki.NOW - timedelta(days=1),
            next_update=pki.NOW + timedelta(days=1),
            revocation_time=pki.NOW - timedelta(days=1) if revoked else None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
        .sign(issuer.key, hashes.SHA256())
        .public_bytes(pki.DER)
    )


def said(response: bytes) -> tuple[StatusCode, str]:
    found = revocation.verify([response], load_credential(PKI.chain), LISTS, pki.NOW, stamped=False)
    return found[0]


def test_of_several_answers_in_one_response_revoked_counts() -> None:
    good, bad = answer(revoked=False), answer(revoked=True)
    assert said(merged(good, good))[0] is StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED
    for both in (merged(good, bad), merged(bad, good)):
        assert said(both)[0] is StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED


def test_a_flood_of_answers_is_not_looked_through() -> None:
    good = answer(revoked=False)
    assert said(merged(*[good] * 32))[0] is StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED
    code, why = said(merged(*[good] * 33))
    assert code is StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED
    assert "answers" in why
