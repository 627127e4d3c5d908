"""Signing and verifying plain text, beside c2patxt and encypher-c2pa."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import encypher_c2pa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

import provkit
from bench.measure import Row, seconds, side_by_side
from provkit.manifest import cose
from provkit.manifest.builder import Entropy
from provkit.signers.development import make_development_identity
from provkit.trust import load_credential
from support.peers import C2paTxt, PeersMissingError, Signing

if TYPE_CHECKING:
    from provkit.signers.development import DevelopmentIdentity

SENTENCE = b"The tide came in over the flats, and the boats that had lain there turned and rose. "
SIZES = {"2 KB": 2_000, "20 KB": 20_000, "200 KB": 200_000}
REPEAT = {"2 KB": 60, "20 KB": 60, "200 KB": 25}
MODEL = "acme/writer-2"


class _Unsalted(Entropy):
    def salt(self) -> bytes | None:
        return None


def text_of(size: int) -> bytes:
    """Plain ASCII text of a size in bytes."""
    return (SENTENCE * (size // len(SENTENCE) + 1))[:size]


def rows() -> list[Row]:
    """All measurements of this module; without the peers' environment c2patxt is left out."""
    try:
        peer = C2paTxt()
    except PeersMissingError:
        return _rows(None)
    with peer:
        return _rows(peer)


def _rows(peer: C2paTxt | None) -> list[Row]:
    ed25519_identity = make_development_identity(algorithm="Ed25519", now=datetime.now(UTC))
    es256_identity = make_development_identity(algorithm="ES256", now=datetime.now(UTC))
    found: list[Row] = []
    for name, size in SIZES.items():
        data = text_of(size)
        found += [
            _verify(f"verify {name}, ES256", data, es256_identity, None, REPEAT[name]),
            _verify(f"verify {name}, Ed25519", data, ed25519_identity, peer, REPEAT[name]),
            _sign(f"sign {name}, ES256", data, es256_identity, None, REPEAT[name]),
            _sign(f"sign {name}, Ed25519", data, ed25519_identity, peer, REPEAT[name]),
        ]
    found.append(_unsigned(es256_identity, peer))
    found.append(_size(ed25519_identity, peer))
    return found


def _origin() -> provkit.Origin:
    return provkit.Origin.synthetic(model=MODEL)


def _trust(identity: DevelopmentIdentity) -> provkit.TrustStore:
    return provkit.TrustStore.empty().with_anchors(identity.root_pem, name="bench")


def _verify(job: str, data: bytes, identity: DevelopmentIdentity, peer: C2paTxt | None, repeat: int) -> Row:
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    signed = provkit.sign(data, _origin(), signer)
    trust = _trust(identity)
    root = identity.root_pem.decode()
    if provkit.verify(signed, trust=trust).state is not provkit.State.TRUSTED:
        raise AssertionError("the bench text does not verify")
    jobs = {
        "floor": lambda n: seconds(_floor(signed, data), n),
        "provkit": lambda n: seconds(lambda: provkit.verify(signed, trust=trust), n),
        "encypher-c2pa": lambda n: seconds(lambda: _encypher(signed, root), n),
    }
    if peer is not None:
        text = signed.decode()
        jobs["c2patxt"] = lambda n: peer.time_verify(text, n, anchors_pem=identity.root_pem)
    return Row(job, "µs", _micro(side_by_side(jobs, repeat)), base="floor")


def _encypher(signed: bytes, root: str) -> Any:
    return encypher_c2pa.verify(
        signed, "text/plain", trust_pem=root, no_default_trust=True, telemetry=False, online=False
    )


def _floor(signed: bytes, data: bytes) -> Any:
    """The cryptography alone: one signature check, and one hash each of the content and the assertions.

    It is as low as can be.  Everything is at hand: the store is found and parsed, the key and the bytes
    that are signed are there, and r and s are in the form the library takes.  Nothing but these calls runs
    between two rounds, so their tables stay in the processor's cache, from where other work drives them.
    The certificate chain is not checked; :func:`provkit.verify` remembers it too after the first round.
    """
    found = provkit.inspect(signed)
    if found is None:
        raise AssertionError("no credential in the bench text")
    manifest = found.store.active
    signature = cose.parse(manifest.signatures[0].contents[0].payload)
    message = cose.to_be_signed(signature.protected, manifest.claims[0].contents[0].payload)
    key = load_credential(signature.chain).public_key
    parts = [data, *(assertion.box.hashed for assertion in manifest.assertions)]
    if isinstance(key, ec.EllipticCurvePublicKey):
        half = len(signature.signature) // 2
        der = encode_dss_signature(
            int.from_bytes(signature.signature[:half], "big"),
            int.from_bytes(signature.signature[half:], "big"),
        )
        decode_dss_signature(der)
        scheme = ec.ECDSA(hashes.SHA256())

        def check() -> None:
            key.verify(der, message, scheme)

    elif isinstance(key, ed25519.Ed25519PublicKey):

        def check() -> None:
            key.verify(signature.signature, message)

    def run() -> None:
        check()
        for part in parts:
            hashlib.sha256(part).digest()

    return run


def _sign(job: str, data: bytes, identity: DevelopmentIdentity, peer: C2paTxt | None, repeat: int) -> Row:
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    origin = _origin()
    jobs = {"provkit": lambda n: seconds(lambda: provkit.sign(data, origin, signer), n)}
    if peer is not None:
        text = data.decode()
        jobs["c2patxt"] = lambda n: peer.time_embed(text, n, _signing(identity))
    return Row(job, "µs", _micro(side_by_side(jobs, max(5, repeat // 2))), base="provkit")


def _signing(identity: DevelopmentIdentity) -> Signing:
    return Signing(identity.chain_pem, identity.key_pem, model_name=MODEL)


def _unsigned(identity: DevelopmentIdentity, peer: C2paTxt | None) -> Row:
    data = text_of(SIZES["20 KB"])
    trust = _trust(identity)
    root = identity.root_pem.decode()
    jobs = {
        "provkit": lambda n: seconds(lambda: provkit.verify(data, trust=trust), n),
        "encypher-c2pa": lambda n: seconds(lambda: _encypher(data, root), n),
    }
    if peer is not None:
        text = data.decode()
        jobs["c2patxt"] = lambda n: peer.time_verify(text, n)
    return Row("verify 20 KB, unsigned", "µs", _micro(side_by_side(jobs, 100)), base="provkit")


def _size(identity: DevelopmentIdentity, peer: C2paTxt | None) -> Row:
    """Bytes added to 2 KB, mean of twenty; the same certificates and the same statements."""
    data = text_of(SIZES["2 KB"])
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    row = Row("bytes added to 2 KB, Ed25519", "bytes", base="c2patxt")
    plain = [len(provkit.sign(data, _origin(), signer, entropy=_Unsalted())) for _ in range(20)]
    salted = [len(provkit.sign(data, _origin(), signer)) for _ in range(20)]
    row.values["provkit, no salts"] = sum(plain) / 20 - len(data)
    row.values["provkit"] = sum(salted) / 20 - len(data)
    if peer is not None:
        texts = [peer.embed(data.decode(), _signing(identity)) for _ in range(20)]
        row.values["c2patxt"] = sum(len(text.encode()) for text in texts) / 20 - len(data)
    return row


def _micro(values: dict[str, float]) -> dict[str, float]:
    return {name: value * 1e6 for name, value in values.items()}
