from __future__ import annotations

import os
import pickle
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from provkit.errors import CredentialError, FileAccessError
from provkit.signers import Signer
from provkit.signers.local import load_key
from support.pki import NOW, Pki, key_for, key_pem, make_ca, make_leaf

if TYPE_CHECKING:
    from pathlib import Path

ALGORITHMS = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"]
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def check(algorithm: str, public_key: Any, signature: bytes, message: bytes) -> None:
    """Verify a COSE signature; raises if it does not hold."""
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        public_key.verify(signature, message)
        return
    digest = HASHES[algorithm[2:]]
    if isinstance(public_key, rsa.RSAPublicKey):
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
        public_key.verify(signature, message, pss, digest)
        return
    half = (public_key.curve.key_size + 7) // 8
    assert len(signature) == 2 * half
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    public_key.verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_algorithm_signs(algorithm: str) -> None:
    pki = Pki.make(algorithm)
    chosen = algorithm if algorithm.startswith("PS") else None
    signer = Signer.from_pem(pki.chain_pem, pki.key_pem, algorithm=chosen)
    assert signer.algorithm == algorithm
    assert signer.chain == pki.chain
    assert (signer.not_before, signer.not_after) == (
        pki.leaf.not_valid_before_utc,
        pki.leaf.not_valid_after_utc,
    )
    assert signer.warnings == ()
    check(algorithm, pki.key.public_key(), signer.sign(b"message"), b"message")
    assert signer.deterministic is (algorithm == "Ed25519")
    assert (signer.sign(b"m") == signer.sign(b"m")) is signer.deterministic


@pytest.mark.parametrize("curve", ["ES256", "ES384", "ES512"])
@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512"])
def test_any_hash_goes_with_any_curve(curve: str, algorithm: str) -> None:
    pki = Pki.make(curve)
    signer = Signer.from_pem(pki.chain_pem, pki.key_pem, algorithm=algorithm)
    check(algorithm, pki.key.public_key(), signer.sign(b"message"), b"message")


def test_deterministic_ecdsa() -> None:
    pki = Pki.make()
    signer = Signer.from_pem(pki.chain_pem, pki.key_pem, deterministic_ecdsa=True)
    assert signer.deterministic
    assert signer.sign(b"m") == signer.sign(b"m")
    check("ES256", pki.key.public_key(), signer.sign(b"m"), b"m")
    rsa_pki = Pki.make("PS256")
    assert not Signer.from_pem(rsa_pki.chain_pem, rsa_pki.key_pem, deterministic_ecdsa=True).deterministic


def test_the_root_is_left_out() -> None:
    pki = Pki.make()
    assert Signer.from_pem(pki.chain_pem + pki.root_pem, pki.key_pem).chain == pki.chain


def test_a_self_signed_certificate_stays() -> None:
    leaf, key = make_leaf(None)
    from support.pki import PEM

    assert len(Signer.from_pem(leaf.public_bytes(PEM), key_pem(key)).chain) == 1


@pytest.mark.parametrize("algorithm", ["ES256", "PS256"])
@pytest.mark.parametrize("traditional", [True, False])
@pytest.mark.parametrize("password", [None, b"secret"])
def test_key_formats(algorithm: str, traditional: bool, password: bytes | None) -> None:
    pki = Pki.make(algorithm)
    key = key_pem(pki.key, traditional=traditional, password=password)
    signer = Signer.from_pem(pki.chain_pem, key, password=password)
    check(algorithm, pki.key.public_key(), signer.sign(b"x"), b"x")


def test_blocks_before_the_key_are_skipped_and_a_needless_password_is_no_fault() -> None:
    pki = Pki.make()
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    key = parameters + pki.chain_pem + key_pem(pki.key, traditional=True)
    assert Signer.from_pem(pki.chain_pem, key, password=b"unused").algorithm == "ES256"


@pytest.mark.parametrize(
    ("key", "password", "message"),
    [
        (lambda: key_pem(key_for("ES256"), password=b"right"), None, "encrypted"),
        (lambda: key_pem(key_for("ES256"), password=b"right"), b"wrong", "cannot be decrypted"),
        (
            lambda: key_pem(key_for("ES256"), traditional=True, password=b"right"),
            b"wrong",
            "cannot be decrypted",
        ),
        (lambda: key_pem(key_for("ES256"))[:80], None, "cut off"),
        (lambda: key_pem(key_for("ES256")).replace(b"M", b"A", 1), None, "cannot be read"),
        (lambda: b"", None, "no private key"),
        (lambda: b"-----BEGIN ", None, "no private key"),
        (lambda: Pki.make().leaf_pem, None, "certificate, but no private key"),
        (
            lambda: b"-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n-----END OPENSSH PRIVATE KEY-----",
            None,
            "OpenSSH",
        ),
        (lambda: key_pem(key_for("Ed448")), None, "Ed448"),
        (lambda: key_pem(key_for("P224")), None, "curve secp224r1"),
        (lambda: key_pem(key_for("secp256k1")), None, "curve secp256k1"),
        (lambda: key_pem(key_for("RSA1024")), None, "1024"),
        (lambda: key_pem(key_for("DSA")), None, "DSA"),
    ],
)
def test_keys_that_cannot_be_used(key: Any, password: bytes | None, message: str) -> None:
    with pytest.raises(CredentialError, match=message) as caught:
        load_key(key(), password=password)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        (lambda _: b"", "no certificate"),
        (lambda p: p.chain_pem[:-40], "END"),
        (lambda p: p.chain_pem.replace(b"MII", b"AAA", 1), "not an X.509|serial"),
        (lambda p: p.intermediate.pem + p.leaf_pem, "first certificate of the chain belongs to an authority"),
        (lambda p: p.leaf_pem + p.root_pem, "did not issue"),
        (lambda p: p.leaf_pem + p.leaf_pem, "did not issue"),
        (lambda p: p.root_pem, "belongs to a certification authority"),
        (lambda _: Pki.make(ekus=None).chain_pem, "extended key usage is missing"),
        (lambda _: Pki.make(ku=False).chain_pem, "key usage is missing"),
        (lambda _: Pki.make("ES384").chain_pem, "does not belong"),
        (lambda _: make_chain_of(20), "certificates in the chain"),
    ],
)
def test_chains_that_cannot_sign(chain: Any, message: str) -> None:
    pki = Pki.make()
    with pytest.raises(CredentialError, match=message):
        Signer.from_pem(chain(pki), pki.key_pem)


def make_chain_of(count: int) -> Any:
    pki = Pki.make()
    return pki.leaf_pem + pki.root_pem * count


@pytest.mark.parametrize(
    ("algorithm", "wrong"), [("ES256", "PS256"), ("PS256", "ES256"), ("Ed25519", "ES256"), ("ES256", "ES999")]
)
def test_algorithms_that_do_not_go_with_the_key(algorithm: str, wrong: str) -> None:
    pki = Pki.make(algorithm)
    with pytest.raises(CredentialError, match="does not go with this key"):
        Signer.from_pem(pki.chain_pem, pki.key_pem, algorithm=wrong)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_callback(algorithm: str) -> None:
    pki = Pki.make(algorithm)
    local = Signer.from_pem(pki.chain_pem, pki.key_pem, algorithm=algorithm)
    signer = Signer.from_callback(local.sign, pki.chain_pem, algorithm)
    check(algorithm, pki.key.public_key(), signer.sign(b"m"), b"m")
    assert signer.deterministic is (algorithm == "Ed25519")


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512"])
def test_callback_may_return_der(algorithm: str) -> None:
    pki: Any = Pki.make(algorithm)
    digest = HASHES["512" if algorithm == "ES512" else algorithm[2:]]
    signer = Signer.from_callback(lambda m: pki.key.sign(m, ec.ECDSA(digest)), pki.chain_pem)
    check(algorithm, pki.key.public_key(), signer.sign(b"m"), b"m")


@pytest.mark.parametrize(
    "answer", [b"", b"short", b"\x30" * 70, "text", None, encode_dss_signature(1 << 300, 1)]
)
def test_callback_returns_nonsense(answer: Any) -> None:
    signer = Signer.from_callback(lambda _: answer, Pki.make().chain_pem)
    with pytest.raises(CredentialError, match="callback returned"):
        signer.sign(b"m")


def test_callback_fails() -> None:
    def fail(_: bytes) -> Any:
        raise OSError("token is not there")

    signer = Signer.from_callback(fail, Pki.make().chain_pem)
    with pytest.raises(CredentialError, match="callback failed: OSError") as caught:
        signer.sign(b"m")
    assert isinstance(caught.value.__cause__, OSError)

    def refuse(_: bytes) -> Any:
        raise CredentialError("wrong PIN")

    with pytest.raises(CredentialError, match="wrong PIN"):
        Signer.from_callback(refuse, Pki.make().chain_pem).sign(b"m")


def test_no_key_in_repr_and_no_pickle() -> None:
    pki = Pki.make()
    signer = Signer.from_pem(pki.chain_pem, pki.key_pem)
    assert repr(signer).startswith("<LocalSigner ES256 '")
    assert "Test Signer" in repr(signer)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(signer)


def test_from_files(tmp_path: Path) -> None:
    pki = Pki.make()
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(pki.chain_pem)
    key.write_bytes(key_pem(pki.key, password=b"pw"))
    key.chmod(0o600)
    signer = Signer.from_files(cert_chain=str(chain), key=key, password=b"pw")
    assert signer.chain == pki.chain
    assert signer.warnings == ()
    if os.name == "posix":
        key.chmod(0o644)
        (warning,) = Signer.from_files(chain, key, password=b"pw").warnings
        assert "644" in warning


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    pki = Pki.make()
    chain = tmp_path / "chain.pem"
    chain.write_bytes(pki.chain_pem)
    with pytest.raises(FileAccessError, match="cannot read the key"):
        Signer.from_files(chain, tmp_path / "nothing.pem")
    with pytest.raises(FileAccessError, match="cannot read the certificate chain"):
        Signer.from_files(tmp_path, chain)
    large = tmp_path / "large.pem"
    large.write_bytes(b"x" * (1024 * 1024 + 1))
    with pytest.raises(FileAccessError, match="larger"):
        Signer.from_files(large, chain)


def test_dates_are_not_looked_at() -> None:
    pki = Pki.make(expired=True)
    assert Signer.from_pem(pki.chain_pem, pki.key_pem).not_after < NOW
    root = make_ca(end=NOW - timedelta(days=1))
    assert root.certificate.not_valid_after_utc < NOW


def test_signers_import_late() -> None:
    import subprocess

    code = "import sys, provkit.signers; sys.exit('cryptography' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
