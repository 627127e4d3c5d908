from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509

from provkit.trust import TrustStore, pem
from provkit.trust.preflight import Preflight, preflight
from provkit.trust.profile import _has_unique_ids, check_profile
from support.pki import (
    ANY_EKU,
    EMAIL,
    NOW,
    OCSP_SIGNING,
    SERVER_AUTH,
    TIME_STAMPING,
    Pki,
    key_for,
    key_usage,
    make_ca,
    make_leaf,
)
from support.shared import shared


def rules(certificate: x509.Certificate) -> Any:
    return [problem.rule for problem in check_profile(certificate)]


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "Ed25519"])
def test_fit_certificates(algorithm: str) -> None:
    assert rules(Pki.make(algorithm).leaf) == []


@pytest.mark.parametrize(
    ("variant", "rule"),
    [
        ({"ku": False}, "ku-missing"),
        ({"ekus": None}, "eku-missing"),
        ({"ekus": [SERVER_AUTH]}, "eku-purpose"),
        ({"ekus": [EMAIL, ANY_EKU]}, "eku-any"),
        ({"ekus": [EMAIL, TIME_STAMPING]}, "eku-time-stamping"),
        ({"ekus": [EMAIL, OCSP_SIGNING]}, "eku-ocsp-signing"),
        ({"aki": False}, "aki-missing"),
        ({"sha1": True}, "signature-algorithm"),
        ({"leaf_algorithm": "RSA1024"}, "key"),
        ({"leaf_algorithm": "Ed448"}, "key"),
        ({"leaf_algorithm": "P224"}, "key"),
        ({"leaf_algorithm": "secp256k1"}, "key"),
        ({"leaf_algorithm": "DSA"}, "key"),
        (
            {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
            "critical-extension",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_broken_rule_is_named(variant: dict[str, Any], rule: str) -> None:
    (problem,) = check_profile(Pki.make(**variant).leaf)
    assert problem.rule == rule
    assert problem.message
    assert problem.hint


def test_an_authority_is_no_signer() -> None:
    assert rules(Pki.make(ca_leaf=True).leaf) == ["ca", "ku-cert-sign"]


def test_key_usage_without_digital_signature() -> None:
    leaf, _ = make_leaf(make_ca(), usage=key_usage())
    assert rules(leaf) == ["ku-digital-signature"]


def test_a_self_signed_leaf_needs_no_authority_key_identifier() -> None:
    leaf, _ = make_leaf(None)
    assert rules(leaf) == []


def test_an_uncritical_unknown_extension_is_fine() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.62558.4"), b"\x05\x00")
    assert rules(Pki.make(extra=[(unknown, False)]).leaf) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\x02\x01\x01\x30\x00\xa3\x00", False),
        (b"\x02\x01\x01\x81\x02\x00\x01", True),
        (b"\x02\x01\x01\xa2\x02\x00\x01", True),
    ],
)
def test_unique_ids_are_seen(body: bytes, expected: bool) -> None:
    assert _has_unique_ids(b"\x30" + bytes([len(body)]) + body) is expected


def findings(report: Preflight, *levels: Any) -> Any:
    return [finding.rule for finding in report.findings if finding.level in levels]


def test_preflight_of_a_good_chain() -> None:
    pki = Pki.make()
    store = TrustStore.empty().with_anchors(pki.root_pem, name="mine")
    report = preflight(pki.chain_pem, at=NOW, key=pki.key.public_key(), store=store)
    assert report.ok
    assert findings(report, "ok") == ["profile", "dates", "links", "key", "trust"]
    assert findings(report, "warning", "error") == []


@pytest.mark.parametrize(
    ("make", "level", "rule"),
    [
        (lambda p: p.intermediate.pem + p.leaf_pem, "error", "order"),
        (lambda p: p.root_pem + p.intermediate.pem + p.leaf_pem, "error", "order"),
        (lambda p: p.chain_pem + p.root_pem, "warning", "root-included"),
        (lambda p: p.leaf_pem, "warning", "intermediate-missing"),
        (lambda p: p.leaf_pem + p.root_pem, "error", "link"),
        (lambda _: Pki.make(expired=True).chain_pem, "error", "expired"),
        (lambda _: Pki.make(not_yet_valid=True).chain_pem, "error", "not-yet-valid"),
        (lambda _: Pki.make(ekus=None).chain_pem, "error", "eku-missing"),
        (lambda _: Pki.make(organization=None).chain_pem, "warning", "organization-missing"),
        (lambda _: Pki.make(unit="FOR DEVELOPMENT ONLY").chain_pem, "warning", "development"),
        (lambda _: make_leaf(None)[0].public_bytes(pem_encoding()), "warning", "self-signed"),
        (lambda _: b"nothing", "error", "unreadable"),
        (lambda p: p.leaf_pem[:100], "error", "unreadable"),
        (lambda p: p.leaf_pem * 20, "error", "unreadable"),
    ],
)
def test_preflight_names_what_is_wrong(make: Any, level: str, rule: str) -> None:
    report = preflight(make(Pki.make()), at=NOW)
    assert rule in findings(report, level)
    assert report.ok is (level != "error")


def pem_encoding() -> Any:
    from support.pki import PEM

    return PEM


def test_preflight_key_and_lists() -> None:
    pki = Pki.make()
    other = key_for("ES256", "somebody else").public_key()
    report = preflight(pki.chain_pem, at=NOW, key=other, store=TrustStore.bundled())
    assert findings(report, "error") == ["key-mismatch"]
    assert findings(report, "warning") == ["untrusted"]
    distrusting = TrustStore.empty().with_distrust(pki.leaf_pem, name="d")
    assert findings(preflight(pki.chain_pem, at=NOW, store=distrusting), "error") == ["distrusted"]


def test_published_signers_meet_the_profile() -> None:
    data = shared("trust", "test", "allowed_list.pem").read_bytes()
    assert [rules(x509.load_der_x509_certificate(der)) for der in pem.certificates(data)] == [[]] * 7
