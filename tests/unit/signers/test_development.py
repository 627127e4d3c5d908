from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509

from provkit.errors import ConfigurationError, CredentialError, FileAccessError
from provkit.signers import Signer
from provkit.signers.development import generate_key, make_csr, make_development_identity
from provkit.signers.files import write_development_identity, write_private
from provkit.trust import TrustStore, judge, load_credential
from provkit.trust.preflight import preflight
from support.pki import NOW, key_for, key_pem

if TYPE_CHECKING:
    from pathlib import Path

ALGORITHMS = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_development_identity_signs_and_is_trusted_by_its_own_root_only(algorithm: str) -> None:
    identity = make_development_identity(algorithm=algorithm, now=NOW)
    signer = Signer.from_pem(identity.chain_pem, identity.key_pem, algorithm=algorithm)
    signer.sign(b"m")
    credential = load_credential(signer.chain)
    assert credential.facts.development
    store = TrustStore.empty().with_anchors(identity.root_pem, name="dev")
    assert judge(credential, store, NOW).trusted
    assert not judge(credential, TrustStore.bundled(), NOW).trusted
    assert preflight(identity.chain_pem, at=NOW, store=store).ok


def test_every_subject_says_what_it_is() -> None:
    identity = make_development_identity(now=NOW, name="Ada")
    certificates = x509.load_pem_x509_certificates(identity.root_pem + identity.chain_pem)
    for certificate in certificates:
        text = certificate.subject.rfc4514_string()
        assert "OU=FOR DEVELOPMENT ONLY" in text
        assert "O=provkit development" in text
        assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=366)
    assert "CN=Ada" in certificates[1].subject.rfc4514_string()
    assert "PRIVATE" not in repr(identity)


def test_the_chain_is_small() -> None:
    signer_chain = make_development_identity(now=NOW)
    size = sum(len(der) for der in Signer.from_pem(signer_chain.chain_pem, signer_chain.key_pem).chain)
    assert size < 1020


@pytest.mark.parametrize(
    "arguments",
    [
        {"algorithm": "ES1"},
        {"days": 0},
        {"days": 367},
        {"name": ""},
        {"name": "x" * 65},
        {"now": NOW.replace(tzinfo=None)},
    ],
)
def test_impossible_identities(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        make_development_identity(**{"now": NOW, **arguments})


def test_writing(tmp_path: Path) -> None:
    identity = make_development_identity(now=NOW)
    folder = tmp_path / "new" / "identity"
    root, chain, key = write_development_identity(folder, identity)
    assert (root.read_bytes(), chain.read_bytes(), key.read_bytes()) == (
        identity.root_pem,
        identity.chain_pem,
        identity.key_pem,
    )
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert Signer.from_files(chain, key).warnings == ()
    with pytest.raises(FileAccessError, match="there already"):
        write_development_identity(folder, make_development_identity(now=NOW))
    assert key.read_bytes() == identity.key_pem
    key.chmod(0o644)
    other = make_development_identity(now=NOW)
    write_development_identity(folder, other, force=True)
    assert key.read_bytes() == other.key_pem
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["chain.pem", "key.pem", "root.pem"]


def test_refusal_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(b"precious")
    with pytest.raises(FileAccessError):
        write_development_identity(tmp_path, make_development_identity(now=NOW))
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileAccessError, match=r"cannot (make|write)|no such"):
        write_development_identity(tmp_path / "file" / "x", make_development_identity(now=NOW))
    with pytest.raises(FileAccessError, match=r"cannot (make|write)|no such"):
        write_private(tmp_path / "none" / "key.pem", b"x")


def test_write_private(tmp_path: Path) -> None:
    path = write_private(tmp_path / "key.pem", b"x")
    assert path.read_bytes() == b"x"
    with pytest.raises(FileAccessError, match="exists already"):
        write_private(path, b"y")
    assert write_private(path, b"y", force=True).read_bytes() == b"y"


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "Ed25519"])
@pytest.mark.parametrize("password", [None, b"pw"])
def test_request(algorithm: str, password: bytes | None) -> None:
    key = generate_key(algorithm, password=password)
    pem = make_csr(key, common_name="Ada", organization="Org", unit="U", country="DE", password=password)
    request = x509.load_pem_x509_csr(pem)
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=Ada,OU=U,O=Org,C=DE"
    usage = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert "1.3.6.1.4.1.62558.2.1" in {oid.dotted_string for oid in usage}


def test_requests_that_cannot_be() -> None:
    with pytest.raises(CredentialError, match="encrypted"):
        make_csr(generate_key(password=b"pw"), common_name="x")
    with pytest.raises(CredentialError, match="curve"):
        make_csr(key_pem(key_for("P224")), common_name="x")
    with pytest.raises(ConfigurationError, match="does not fit"):
        make_csr(generate_key(), common_name="x", country="Germany")
    with pytest.raises(CredentialError, match="empty"):
        generate_key(password=b"")


def test_now_is_taken_from_the_caller() -> None:
    identity = make_development_identity(now=datetime(2030, 1, 2, 3, 4, 5, 678, tzinfo=UTC), days=10)
    (leaf, _) = x509.load_pem_x509_certificates(identity.chain_pem)
    assert leaf.not_valid_before_utc == datetime(2030, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert leaf.not_valid_after_utc == datetime(2030, 1, 12, 2, 4, 5, tzinfo=UTC)
