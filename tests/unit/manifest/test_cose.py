"""Signature boxes: what is read, and which keys go with which algorithm."""

from __future__ import annotations

import pytest

from provkit.errors import LimitError, MalformedError
from provkit.limits import Limits
from provkit.manifest import cbor, cose
from support import forge, pki
from vectors.keys import credential

NAMES = {"ES256": "es256", "ES384": "es384", "ES512": "es512", "PS256": "rsa", "PS384": "rsa", "PS512": "rsa", "Ed25519": "ed25519"}  # fmt: skip


@pytest.mark.parametrize("algorithm", NAMES)
def test_round_trip(algorithm: str) -> None:
    made = credential(NAMES[algorithm], algorithm)
    protected = cose.encode_protected(algorithm, made.chain)
    message = cose.to_be_signed(protected, b"claim")
    signature = made.sign(message)
    parsed = cose.parse(cose.encode(protected, signature, cose.Beside(pad=100)))
    assert (parsed.algorithm, parsed.chain, parsed.signature) == (algorithm, made.chain, signature)
    assert parsed.protected == protected
    assert parsed.stray is None
    assert parsed.time_stamps == ()
    assert not parsed.revocation
    key = made.key.public_key()
    cose.verify(key, algorithm, signature, message)
    with pytest.raises(cose.SignatureMismatchError):
        cose.verify(key, algorithm, signature, message + b"x")
    for bad in (b"", signature[:-1], signature + b"\0", bytes(len(signature)), b"\xff" * len(signature)):
        with pytest.raises(cose.SignatureMismatchError):
            cose.verify(key, algorithm, bad, message)


@pytest.mark.parametrize("algorithm", NAMES)
@pytest.mark.parametrize("kind", ["es256", "rsa", "ed25519"])
def test_keys_and_algorithms(algorithm: str, kind: str) -> None:
    fits = {"ES": "es256", "PS": "rsa", "Ed": "ed25519"}[algorithm[:2]]
    error = cose.SignatureMismatchError if fits == kind else cose.AlgorithmError
    with pytest.raises(error):
        cose.verify(credential(kind).key.public_key(), algorithm, bytes(64), b"message")


@pytest.mark.parametrize("kind", ["secp256k1", "P224", "Ed448", "DSA"])
@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "Ed25519"])
def test_other_keys(kind: str, algorithm: str) -> None:
    with pytest.raises(cose.AlgorithmError):
        cose.verify(pki.key_for(kind).public_key(), algorithm, bytes(64), b"message")


@pytest.mark.parametrize("extra", [{}, {"x": 1}, {"x": [{}]}, {"x": {}}, {"x": []}, {"x": [1] * 20}])
def test_only_usual_headers_are_remembered(extra: dict[str, object]) -> None:
    """An empty map takes one byte of a header and seventy of memory, and there are many signers."""
    usual = extra in ({}, {"x": 1})
    protected = cbor.encode_as_is({1: -7, 33: credential("es256").chain[0], **extra})
    data = cose.encode(protected, bytes(64), cose.Beside())
    first, second = cose.parse(data), cose.parse(data)
    assert first == second
    assert (first.header is second.header) == usual


def test_limits() -> None:
    chain = credential("es256").chain
    data = cose.encode(cose.encode_protected("ES256", chain * 20), bytes(64), cose.Beside())
    with pytest.raises(LimitError):
        cose.parse(data)
    with pytest.raises(LimitError):
        cose.parse(
            cose.encode(cose.encode_protected("ES256", chain), bytes(64), cose.Beside()),
            Limits(certificate_bytes=100),
        )


@pytest.mark.parametrize(
    "data", [b"", b"\xd2", b"\xd2\x80", b"\xd2\x84\x40\xa0\xf6", forge.canonical([b"", {}, None, b""])]
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        cose.parse(data)
