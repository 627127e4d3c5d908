"""What is looked at first in stapled responses: one manifest can hold sixteen for a thousand others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509

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
