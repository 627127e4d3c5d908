"""Signature checks with the raw forms COSE uses (RFC 9053), over ``cryptography``.

Apart from :mod:`.cose` because loading the cryptographic library costs more than reading
most manifests: what is unsigned never pays for it.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_HASHES: Final = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_ECDSA: Final = {f"ES{size}": ec.ECDSA(algorithm) for size, algorithm in _HASHES.items()}
# §13.2.1: P-256, P-384 and P-521, each with any of the three hashes.
_CURVE_WIDTHS: Final = {"secp256r1": 32, "secp384r1": 48, "secp521r1": 66}


class KeyMismatchError(Exception):
    """The key is not one the algorithm works with."""


def verify(key: object, algorithm: str, signature: bytes, message: bytes) -> None:
    """Check a raw signature.

    Raises:
        InvalidSignature: it does not hold.
        KeyMismatchError: the key is of another kind than the algorithm.
    """
    if algorithm in _ECDSA:
        _verify_ecdsa(key, algorithm, signature, message)
    elif algorithm.startswith("PS"):
        _verify_pss(key, algorithm, signature, message)
    else:
        if not isinstance(key, ed25519.Ed25519PublicKey):
            raise KeyMismatchError("EdDSA needs an Ed25519 key in the certificate")
        key.verify(signature, message)


def _verify_ecdsa(key: object, algorithm: str, signature: bytes, message: bytes) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in _CURVE_WIDTHS:
        raise KeyMismatchError(f"{algorithm} needs a P-256, P-384 or P-521 key in the certificate")
    width = _CURVE_WIDTHS[key.curve.name]
    if len(signature) != 2 * width:
        raise InvalidSignature(f"the signature has {len(signature)} bytes; r and s take {width} bytes each")
    r = int.from_bytes(signature[:width], "big")
    s = int.from_bytes(signature[width:], "big")
    key.verify(encode_dss_signature(r, s), message, _ECDSA[algorithm])


def _verify_pss(key: object, algorithm: str, signature: bytes, message: bytes) -> None:
    if not isinstance(key, rsa.RSAPublicKey):
        raise KeyMismatchError(f"{algorithm} needs an RSA key in the certificate")
    digest = _HASHES[algorithm[2:]]
    scheme = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    key.verify(signature, message, scheme, digest)


__all__ = ["InvalidSignature", "KeyMismatchError", "verify"]
