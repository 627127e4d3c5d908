"""The certificate profile of a claim signer (C2PA 2.4 §14.5.1.1), one rule at a time.

Dates are not part of it: they are judged against the time of signing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import SignatureAlgorithmOID

from provkit.manifest.primitives import costly
from provkit.trust import oids

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_RSA_BITS: Final = 2048
CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
"""Curves that C2PA 2.4 §13.2.1 allows, by the name cryptography gives them."""

PARSE_ERRORS: Final = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    CryptographyDeprecationWarning,
)
"""What cryptography raises while it reads a hostile certificate; the warning, where warnings are errors."""

_SIGNATURES: Final = frozenset(
    {
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
        SignatureAlgorithmOID.ECDSA_WITH_SHA512,
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
        SignatureAlgorithmOID.ED25519,
    }
)
_PSS_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})
_UNDERSTOOD_CRITICAL: Final = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.CertificatePolicies,
    x509.AuthorityKeyIdentifier,
    x509.SubjectKeyIdentifier,
)
_PROFILE: Final = "C2PA 2.4 §14.5.1.1"
_E = TypeVar("_E", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class ProfileProblem:
    """One rule of the profile that a certificate breaks."""

    rule: str
    """Stable slug, for example ``eku-missing``."""
    message: str
    """What is wrong, one line, starting in lower case."""
    hint: str
    """What the owner of the certificate can do."""


def key_problem(key: object) -> str | None:
    """Why a public key is not fit for C2PA 2.4 §13.2.1, or None.

    Fit are RSA from 2048 bits (to 8192, with an exponent of 64), P-256, P-384, P-521 and Ed25519.
    """
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            return f"RSA of {key.key_size} bits, {MIN_RSA_BITS} needed"
        return costly(key)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return None if key.curve.name in CURVES else f"curve {key.curve.name}, P-256, P-384 or P-521 needed"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return None
    return f"{type(key).__name__.removesuffix('PublicKey')} keys are not allowed"


def signature_problem(certificate: x509.Certificate) -> str | None:
    """Why a certificate's own signature algorithm is not allowed, or None.

    Allowed are ECDSA, RSA PKCS #1 v1.5 and RSA-PSS with SHA-256, SHA-384 or SHA-512, and Ed25519.
    """
    oid = certificate.signature_algorithm_oid
    if oid in _SIGNATURES:
        return None
    try:
        digest = certificate.signature_hash_algorithm
    except PARSE_ERRORS:
        digest = None
    if oid == SignatureAlgorithmOID.RSASSA_PSS and digest is not None and digest.name in _PSS_HASHES:
        return None
    with_digest = f" with {digest.name}" if digest is not None else ""
    return f"signed by algorithm {oid.dotted_string}{with_digest}, which is not allowed"


def check_profile(
    certificate: x509.Certificate, *, allowed_ekus: frozenset[str] = oids.CLAIM_SIGNER_EKUS
) -> tuple[ProfileProblem, ...]:
    """Every rule of C2PA 2.4 §14.5.1.1 that a claim signer's certificate breaks; empty when it is fit.

    Args:
        certificate: the end-entity certificate.
        allowed_ekus: usages, dotted, one of which it must carry (§14.4.1).
    """
    try:
        extensions = certificate.extensions
    except PARSE_ERRORS:
        return (
            ProfileProblem(
                "extensions-unreadable",
                "the extensions cannot be read, or one stands there twice",
                "have the certificate issued again",
            ),
        )
    return (
        *_basics(certificate),
        *_authority(certificate, extensions),
        *_key_usage(extensions),
        *_extended_key_usage(extensions, allowed_ekus),
        *_critical(extensions),
    )


def _basics(certificate: x509.Certificate) -> Iterator[ProfileProblem]:
    if certificate.version is not x509.Version.v3:
        yield ProfileProblem(
            "version",
            "the certificate is not X.509 version 3",
            "have it issued as version 3, with extensions",
        )
    if _has_unique_ids(certificate.tbs_certificate_bytes):
        yield ProfileProblem(
            "unique-id",
            "the certificate carries issuerUniqueID or subjectUniqueID",
            f"{_PROFILE} forbids them: have it issued without",
        )
    try:
        problem = key_problem(certificate.public_key())
    except PARSE_ERRORS:
        problem = "a kind of key that cannot be read"
    if problem:
        yield ProfileProblem(
            "key", f"unfit key: {problem}", "use P-256, P-384, P-521, Ed25519, or RSA of 2048 bits or more"
        )
    if problem := signature_problem(certificate):
        yield ProfileProblem(
            "signature-algorithm",
            f"the certificate is {problem}",
            "have it issued with SHA-256 or better, or Ed25519",
        )


def _authority(certificate: x509.Certificate, extensions: x509.Extensions) -> Iterator[ProfileProblem]:
    basic = _find(extensions, x509.BasicConstraints)
    if basic is not None and basic.ca:
        yield ProfileProblem(
            "ca",
            "the certificate belongs to a certification authority (cA is true)",
            "sign with an end-entity certificate; in a PEM file it comes first",
        )
    # RFC 5280 §4.2.1.1: only a self-signed certificate may go without.
    if _find(extensions, x509.AuthorityKeyIdentifier) is None and certificate.issuer != certificate.subject:
        yield ProfileProblem(
            "aki-missing",
            "the authority key identifier is missing",
            "have it issued with authorityKeyIdentifier",
        )


def _key_usage(extensions: x509.Extensions) -> Iterator[ProfileProblem]:
    usage = _find(extensions, x509.KeyUsage)
    if usage is None:
        yield ProfileProblem(
            "ku-missing", "key usage is missing", "have it issued with keyUsage digitalSignature"
        )
        return
    if not usage.digital_signature:
        yield ProfileProblem(
            "ku-digital-signature",
            "key usage does not allow digital signatures",
            "have it issued with keyUsage digitalSignature",
        )
    if usage.key_cert_sign:
        yield ProfileProblem(
            "ku-cert-sign",
            "key usage allows signing certificates (keyCertSign)",
            "only an authority may have keyCertSign: have it issued without",
        )


def _extended_key_usage(extensions: x509.Extensions, allowed: frozenset[str]) -> Iterator[ProfileProblem]:
    hint = "have it issued with c2pa-kp-claimSigning (1.3.6.1.4.1.62558.2.1) and emailProtection"
    usage = _find(extensions, x509.ExtendedKeyUsage)
    found = frozenset(oid.dotted_string for oid in usage) if usage is not None else frozenset()
    if not found:
        yield ProfileProblem("eku-missing", "extended key usage is missing or empty", hint)
        return
    if oids.ANY in found:
        yield ProfileProblem("eku-any", "extended key usage allows any purpose (anyExtendedKeyUsage)", hint)
    if not found & allowed:
        yield ProfileProblem(
            "eku-purpose", f"no extended key usage for signing claims, only {_list(found)}", hint
        )
    for oid, slug, word in (
        (oids.TIME_STAMPING, "eku-time-stamping", "time stamping"),
        (oids.OCSP_SIGNING, "eku-ocsp-signing", "signing OCSP responses"),
    ):
        if oid in found:
            yield ProfileProblem(
                slug,
                f"extended key usage mixes in {word}",
                "a certificate for that purpose may serve no other",
            )


def _critical(extensions: x509.Extensions) -> Iterator[ProfileProblem]:
    # RFC 5280 §4.2: a critical extension that is not understood refuses the certificate.
    for extension in extensions:
        if extension.critical and not isinstance(extension.value, _UNDERSTOOD_CRITICAL):
            yield ProfileProblem(
                "critical-extension",
                f"unknown critical extension {extension.oid.dotted_string}",
                "have it issued without, or with the extension not critical",
            )


def _has_unique_ids(tbs: bytes) -> bool:
    """Whether a ``[1]`` or ``[2]`` stands directly in the TBSCertificate; cryptography does not show them."""
    position, _ = _header(tbs, 0)
    while position < len(tbs):
        start = position
        position, length = _header(tbs, position)
        if tbs[start] & 0xDF in (0x81, 0x82):
            return True
        position += length
    return False


def _header(der: bytes, at: int) -> tuple[int, int]:
    """Where the value of the DER element at `at` starts, and its length in bytes.

    The bytes were parsed before, so lengths are sound; tags of several bytes do not occur in a
    TBSCertificate.
    """
    first = der[at + 1]
    if first < 0x80:
        return at + 2, first
    size = first & 0x7F
    return at + 2 + size, int.from_bytes(der[at + 2 : at + 2 + size], "big")


def _list(found: frozenset[str]) -> str:
    return ", ".join(sorted(found))


def _find(extensions: x509.Extensions, kind: type[_E]) -> _E | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
