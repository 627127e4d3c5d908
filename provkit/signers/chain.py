"""The chain a signer puts into its signatures: read, put to the rules, root left out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from provkit.errors import CredentialError, LimitError, MalformedError
from provkit.trust import pem
from provkit.trust.credential import Credential, algorithm_of, load_credential
from provkit.trust.profile import PARSE_ERRORS

if TYPE_CHECKING:
    from cryptography import x509

_HASHES: Final = {"256": "SHA256", "384": "SHA384", "512": "SHA512"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a COSE algorithm works with one key."""

    algorithm: str
    """COSE name."""
    family: str
    """``ecdsa``, ``pss`` or ``ed25519``."""
    hash_name: str | None
    """Class name in cryptography's hashes; None for Ed25519."""
    signature_bytes: int
    """Length of the signature, bytes."""


def prepare_chain(chain: bytes) -> Credential:
    """Read a signer's PEM chain and refuse what no validator would accept.

    The certificate of the signer comes first and has to meet C2PA 2.4 §14.5.1.1; each other one
    must have issued the one before.  Self-signed roots at the end are dropped (§14.5).  Dates are not
    looked at.

    Raises:
        CredentialError: with the rule that is broken.
    """
    ders = _ders(chain)
    try:
        credential = load_credential(ders)
    except (MalformedError, LimitError) as error:
        raise CredentialError(str(error), hint="the PEM file may be damaged") from None
    certificates = credential.certificates
    first = next(iter(credential.profile_problems), None)
    if first is not None:
        if first.rule == "ca" and len(certificates) > 1:
            raise CredentialError(
                "the first certificate of the chain belongs to an authority",
                hint="put the signer's certificate first, then each one's issuer",
            )
        raise CredentialError(f"the certificate cannot sign claims: {first.message}", hint=first.hint)
    for position, (subject, issuer) in enumerate(itertools.pairwise(certificates), 2):
        if not issued_by(subject, issuer):
            raise CredentialError(
                f"certificate {position} of the chain did not issue certificate {position - 1}",
                hint="the signer's certificate comes first, then each one's issuer, and nothing else",
            )
    keep = len(ders)
    while keep > 1 and certificates[keep - 1].subject == certificates[keep - 1].issuer:
        keep -= 1
    return credential if keep == len(ders) else load_credential(ders[:keep])


def _ders(chain: bytes) -> tuple[bytes, ...]:
    try:
        ders = pem.certificates(chain)
    except ValueError as error:
        raise CredentialError(f"certificate chain: {error}", hint="the PEM file may be cut off") from None
    if not ders and chain[:1] == b"\x30":
        raise CredentialError(
            "the certificate chain is binary (DER, PKCS #7 or PKCS #12), not PEM",
            hint="openssl x509 -inform DER -in cert.der -out chain.pem, or openssl pkcs12 -in cert.p12 -nokeys",
        )
    if not ders:
        raise CredentialError(
            "no certificate found in the chain", hint="expected PEM text with BEGIN CERTIFICATE lines"
        )
    return ders


def issued_by(subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` names and signed `subject`."""
    try:
        subject.verify_directly_issued_by(issuer)
    except (InvalidSignature, *PARSE_ERRORS):
        return False
    return True


def scheme_for(public_key: object, algorithm: str | None = None) -> Scheme:
    """The algorithm a key signs with (C2PA 2.4 §13.2.1).

    Any of the three hashes goes with any of the curves; None takes the usual one.

    Raises:
        CredentialError: the key cannot sign with it.
    """
    chosen = algorithm or algorithm_of(public_key)
    digest = _HASHES.get(chosen[2:])
    if isinstance(public_key, ec.EllipticCurvePublicKey) and chosen.startswith("ES") and digest:
        return Scheme(chosen, "ecdsa", digest, 2 * ((public_key.curve.key_size + 7) // 8))
    if isinstance(public_key, rsa.RSAPublicKey) and chosen.startswith("PS") and digest:
        return Scheme(chosen, "pss", digest, (public_key.key_size + 7) // 8)
    if isinstance(public_key, ed25519.Ed25519PublicKey) and chosen == "Ed25519":
        return Scheme(chosen, "ed25519", None, 64)
    raise CredentialError(
        f"algorithm {chosen!r} does not go with this key",
        hint="ES256, ES384, ES512 for elliptic curves; PS256, PS384, PS512 for RSA; Ed25519",
    )
