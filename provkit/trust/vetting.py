"""What a certificate must be before it may anchor anything.

The path validator takes anchors as given (RFC 5280 §6.1.1 d): it would accept a leaf, an RSA-1024
key or a certificate that may not sign others.  So anchors are looked at once, when a list is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509

from provkit.trust.profile import PARSE_ERRORS, key_problem, signature_problem

_E = TypeVar("_E", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class AnchorProblem:
    """Why a certificate cannot be an anchor."""

    subject: str
    """Subject, RFC 4514, or ``unreadable``."""
    message: str
    """Continues the sentence "certificate 3 (CN=...)"."""
    is_leaf: bool = False
    """It is an end-entity certificate: the allowed list would be the place."""


def unreadable(der: bytes) -> bool:
    """Whether `der` is anything but one X.509 certificate."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.subject, certificate.extensions
    except PARSE_ERRORS:
        return True
    return False


def anchor_problem(der: bytes) -> AnchorProblem | None:
    """The first reason why `der` cannot be an anchor, or None."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        subject = certificate.subject.rfc4514_string()
        extensions = certificate.extensions
        key = certificate.public_key()
    except PARSE_ERRORS:
        return AnchorProblem("unreadable", "is not an X.509 certificate")
    if not subject:
        return AnchorProblem("no subject", "has no subject, so nothing can name it as issuer")
    if certificate.version is not x509.Version.v3:
        return AnchorProblem(subject, "is not X.509 version 3, so it cannot say that it is an authority")
    basic = _extension(extensions, x509.BasicConstraints)
    if basic is None or not basic.ca:
        return AnchorProblem(subject, "is not a certification authority", is_leaf=True)
    usage = _extension(extensions, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        return AnchorProblem(subject, "may not sign certificates (keyCertSign is missing)")
    if problem := key_problem(key):
        return AnchorProblem(subject, f"has an unfit key: {problem}")
    if certificate.issuer != certificate.subject and (problem := signature_problem(certificate)):
        return AnchorProblem(subject, f"has an unfit signature: {problem}")
    return None


def _extension(extensions: x509.Extensions, kind: type[_E]) -> _E | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
