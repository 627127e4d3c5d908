"""The bridge to c2patxt works: what fails here is the bridge, not provkit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from support.peers import C2paTxt, PeerError, Signing, c2patxt_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.interop

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
TEXT = "Grüße aus dem Bergwerk.\nZweite Zeile.\n"


@pytest.fixture(scope="module")
def peer() -> Iterator[C2paTxt]:
    with c2patxt_or_skip() as started:
        yield started


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: str, key: Ed25519PrivateKey, issuer: str, issuer_key: Ed25519PrivateKey
) -> x509.Certificate:
    now = datetime.now(UTC)
    is_ca = subject == issuer
    usage = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    ) | ({"key_cert_sign": True} if is_ca else {"digital_signature": True})
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if not is_ca:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer_key, None)


@pytest.fixture(scope="module")
def identity() -> tuple[Signing, bytes]:
    """What to sign with, and the anchor it leads to."""
    root_key, leaf_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    root = _certificate("Root", root_key, "Root", root_key)
    leaf = _certificate("Leaf", leaf_key, "Root", root_key)
    signing = Signing(
        chain_pem=leaf.public_bytes(Encoding.PEM),
        key_pem=leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        model_name="example/writer",
    )
    return signing, root.public_bytes(Encoding.PEM)


def test_signed_text_is_trusted_with_its_anchor_and_valid_without(
    peer: C2paTxt, identity: tuple[Signing, bytes]
) -> None:
    signing, anchor = identity
    signed = peer.embed(TEXT, signing)
    trusted, valid = peer.verify(signed, anchors_pem=anchor), peer.verify(signed)
    assert trusted.state == "trusted", trusted
    assert valid.state == "valid", valid
    assert "signingCredential.untrusted" in valid.failure
    assert "claimSignature.validated" in trusted.success


def test_another_anchor_does_not_make_it_trusted(peer: C2paTxt, identity: tuple[Signing, bytes]) -> None:
    key = Ed25519PrivateKey.generate()
    # Same name, another key.
    stranger = _certificate("Root", key, "Root", key).public_bytes(Encoding.PEM)
    assert peer.verify(peer.embed(TEXT, identity[0]), anchors_pem=stranger).state == "valid"


def test_changed_text_is_invalid_and_plain_text_is_unmarked(
    peer: C2paTxt, identity: tuple[Signing, bytes]
) -> None:
    changed = peer.verify(peer.embed(TEXT, identity[0]).replace("Zweite", "Dritte"))
    assert changed.state == "invalid"
    assert "assertion.dataHash.mismatch" in changed.failure
    assert peer.verify(TEXT).state == "unmarked"


def test_the_time_of_judgement_can_be_set(peer: C2paTxt, identity: tuple[Signing, bytes]) -> None:
    signing, anchor = identity
    late = peer.verify(
        peer.embed(TEXT, signing), anchors_pem=anchor, now=datetime.now(UTC) + timedelta(days=400)
    )
    assert late.state == "invalid"


def test_locate_extract_and_strip_agree(peer: C2paTxt, identity: tuple[Signing, bytes]) -> None:
    signed = peer.embed(TEXT, identity[0])
    assert peer.locate(signed) == (len(TEXT.encode()), len(signed.encode()))
    store = peer.extract(signed)
    assert store is not None
    assert store.raw[4:8] == b"jumb"
    assert store.claim in store.raw
    assert store.signature in store.raw
    assert "c2pa.hash.data" in store.assertion_labels
    assert peer.strip(signed) == TEXT
    assert peer.locate(TEXT) is None
    assert peer.extract(TEXT) is None


def test_what_is_fixed_gives_the_same_text_twice(peer: C2paTxt, identity: tuple[Signing, bytes]) -> None:
    base = identity[0]
    fixed = Signing(
        chain_pem=base.chain_pem,
        key_pem=base.key_pem,
        when=datetime.now(UTC).replace(microsecond=0),
        manifest_uuid="6f1c1b0e-4f6c-4a7e-9d55-3a1b5c9d7e10",
        instance_id="xmp:iid:example",
    )
    assert peer.embed(TEXT, fixed) == peer.embed(TEXT, fixed)


def test_measurements_come_from_inside_the_peer(peer: C2paTxt, identity: tuple[Signing, bytes]) -> None:
    signing, anchor = identity
    signed = peer.embed(TEXT, signing)
    assert len(peer.time_verify(signed, 3, anchors_pem=anchor)) == 3
    assert len(peer.time_embed(TEXT, 2, signing)) == 2
    assert all(seconds > 0 for seconds in peer.time_extract(signed, 4))


def test_an_error_of_the_peer_arrives_with_its_name_and_the_process_lives_on(
    peer: C2paTxt, identity: tuple[Signing, bytes]
) -> None:
    signed = peer.embed(TEXT, identity[0])
    with pytest.raises(PeerError) as caught:
        peer.embed(signed, identity[0])
    assert caught.value.type == "AlreadyMarkedError"
    assert peer.version == "0.2.0"


def test_a_closed_peer_says_so() -> None:
    with c2patxt_or_skip() as started:
        pass
    with pytest.raises(PeerError, match="the process has ended"):
        started.verify(TEXT)
