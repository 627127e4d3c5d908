"""Signature checks with the raw forms COSE uses (RFC 9053), over ``cryptography``.

Apart from :mod:`.cose` because loading the cryptographic library costs more than reading
most manifests: what is unsigned never pays for it.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_HASHES: Final = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_ECDSA: Final = {f"ES{size}": ec.ECDSA(algorithm) for size, algorithm in _HASHES.items()}
# §13.2.1: P-256, P-384 and P-521, each with any of the three hashes.
_CURVE_WIDTHS: Final = {"secp256r1": 32, "secp384r1": 48, "secp521r1": 66}


MOST_RSA_BITS: Final = 8192
_MOST_EXPONENT_BITS: Final = 64


def costly(key: object) -> str | None:
    """Why a check with a key takes more than a millisecond or two, so that it is not made; or None.

    The exponent of an RSA key is anybody's to choose, and one as long as the modulus takes thirty times as
    long as those in use; a store can hold a thousand such keys.
    """
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size > MOST_RSA_BITS:
            return f"RSA of {key.key_size} bits, {MOST_RSA_BITS} at most"
        if key.public_numbers().e.bit_length() > _MOST_EXPONENT_BITS:
            return f"RSA with an exponent of more than {_MOST_EXPONENT_BITS} bits"
    elif isinstance(key, dsa.DSAPublicKey):
        return "DSA"
    return None


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
    if problem := costly(key):
        raise KeyMismatchError(f"the key in the certificate is {problem}")
    digest = _HASHES[algorithm[2:]]
    scheme = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    key.verify(signature, message, scheme, digest)


__all__ = ["InvalidSignature", "KeyMismatchError", "costly", "verify"]
