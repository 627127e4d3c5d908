"""Keys and signatures of those who stand between a signer and an anchor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509

from provkit.trust import TrustStore, judge, load_credential, path
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
