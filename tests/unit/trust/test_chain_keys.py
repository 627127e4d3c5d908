"""Keys and signatures of those who stand between a signer and an anchor."""

from __future__ import annotations

from datetime import timedelta
from math import gcd
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as pss
from cryptography.hazmat.primitives.asymmetric import rsa

from provkit.manifest import primitives
from provkit.trust import TrustStore, judge, load_credential, path
from provkit.trust.chain import issued
from provkit.trust.profile import key_problem
from support import pki


@pytest.mark.parametrize("kind", ["secp256k1", "P224", "Ed448"])
def test_an_authority_between_has_a_key_of_the_allowed_kinds(kind: str) -> None:
    root = pki.make_ca("root of odd keys")
    middle = pki.make_ca(f"between {kind}", issuer=root, algorithm=kind)
    leaf, _ = pki.make_leaf(middle)
    lists = TrustStore.empty().with_anchors(root.pem, name="mine")
    found = judge(load_credential((leaf.public_bytes(pki.DER), middle.der)), lists, pki.NOW)
    assert not found.trusted
    assert "unfit key" in found.reason


def test_a_borrowed_name_costs_no_path_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    root = pki.make_ca("the listed root")
    key = pki.key_for("ES256", "somebody else")
    leaf_key = pki.key_for("ES256")
    start, end = pki.NOW - timedelta(days=1), pki.NOW + timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(pki.name("signer"))
        .issuer_name(root.certificate.subject)
        .public_key(leaf_key.public_key())
        .serial_number(5)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(pki.key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(pki.EMAIL)]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                root.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
    )
    leaf = pki.sign(builder, key)
    monkeypatch.setattr(path, "path_problem", pytest.fail)
    lists = TrustStore.empty().with_anchors(root.pem, name="mine")
    found = judge(load_credential((leaf.public_bytes(pki.DER),)), lists, pki.NOW)
    assert not found.trusted
    assert "not signed by the one above" in found.reason


def slow_key() -> rsa.RSAPrivateKey:
    """An RSA key with a public exponent as long as its modulus, which makes every check thirty times as dear."""
    plain = pki.key_for("PS256", "slow")
    assert isinstance(plain, rsa.RSAPrivateKey)
    numbers = plain.private_numbers()
    p, q, n = numbers.p, numbers.q, numbers.public_numbers.n
    order = (p - 1) * (q - 1)
    e = next(e for e in range((1 << 2000) + 1, (1 << 2000) + 2000, 2) if gcd(e, order) == 1)
    d = pow(e, -1, order)
    return rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), numbers.iqmp, rsa.RSAPublicNumbers(e, n)
    ).private_key(unsafe_skip_rsa_key_validation=True)


def test_a_key_that_makes_checks_dear_is_not_used() -> None:
    key = slow_key()
    assert "exponent" in str(key_problem(key.public_key()))
    assert "at most" in str(key_problem(rsa.RSAPublicNumbers(65537, (1 << 8200) + 1).public_key()))
    padding = pss.PSS(pss.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
    signature = key.sign(b"message", padding, hashes.SHA256())
    with pytest.raises(primitives.KeyMismatchError, match="exponent"):
        primitives.verify(key.public_key(), "PS256", signature, b"message")


def test_an_authority_whose_key_makes_checks_dear_issued_nothing() -> None:
    root, key = pki.make_ca("root above"), slow_key()
    plain = pki.make_ca("middle", issuer=root, algorithm="PS256")
    names = {"subject": plain.certificate.subject, "issuer": root.certificate.subject}

    def certificate(subject: x509.Name, issuer: x509.Name, public: Any, by: Any) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(7)
            .not_valid_before(pki.NOW - timedelta(days=1))
            .not_valid_after(pki.NOW + timedelta(days=1))
            .sign(by, hashes.SHA256())
        )

    leaf_key = pki.key_for("ES256").public_key()
    middle = certificate(names["subject"], names["issuer"], key.public_key(), root.key)
    leaf = certificate(pki.name("signer"), names["subject"], leaf_key, key)
    leaf.verify_directly_issued_by(middle)
    assert not issued(middle, leaf)
    assert issued(root.certificate, middle)
