"""What would happen if somebody signed with this chain: every rule in words, before it is too late.

Behind ``provkit keys check chain.pem``.  Unlike a signer, which stops at the first broken rule, it
lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from provkit.errors import LimitError, MalformedError
from provkit.trust import pem
from provkit.trust.chain import judge
from provkit.trust.credential import Credential, load_credential
from provkit.trust.profile import PARSE_ERRORS, check_profile, key_problem, signature_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from provkit.trust.store import TrustStore

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule and how the chain stands to it."""

    level: Level
    """``error``: signing or verifying fails; ``warning``: works, but somebody will wonder."""
    rule: str
    """Stable slug; broken profile rules have the one of :class:`provkit.trust.profile.ProfileProblem`."""
    message: str
    """One line.  May quote the certificate: escape before printing."""
    hint: str = ""
    """What to do; empty when there is nothing to."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """All findings, in the order of the chain.  Immutable, picklable."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing is wrong; there may be warnings."""
        return all(finding.level != "error" for finding in self.findings)


def preflight(
    chain_pem: bytes,
    *,
    at: datetime,
    key: CertificatePublicKeyTypes | None = None,
    store: TrustStore | None = None,
) -> Preflight:
    """Check a signer's chain against C2PA 2.4 §14.5.1.1 and, if given, a key and trust lists.

    Never raises for what is in `chain_pem`: that is what the findings are for.

    Args:
        chain_pem: PEM certificates, the signer's first.
        at: time to judge dates by; aware.
        key: public half of the key that is meant to sign.
        store: lists to look the chain up in; None skips that.
    """
    try:
        ders = pem.certificates(chain_pem)
        if not ders:
            raise MalformedError("no certificate found, expected PEM text with BEGIN CERTIFICATE lines")
        credential = load_credential(ders)
    except (ValueError, MalformedError, LimitError) as error:
        return Preflight((Finding("error", "unreadable", str(error), "the PEM file may be damaged"),))
    credential, misplaced = _leaf_first(credential)
    return Preflight(
        (
            *misplaced,
            *_profile(credential),
            *_dates(credential, at),
            *_links(credential),
            *_subject(credential),
            *_key(credential, key),
            *_lists(credential, store, at),
        )
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, *PARSE_ERRORS):
        return False


def _leaf_first(credential: Credential) -> tuple[Credential, tuple[Finding, ...]]:
    """The chain with its only end-entity certificate in front, and a finding if it was not there."""
    leaves = [i for i, certificate in enumerate(credential.certificates) if not _is_authority(certificate)]
    if len(leaves) != 1 or leaves[0] == 0:
        return credential, ()
    chain = credential.chain
    # Judge the rest as if the order were right: a file that stands on its head has one fault, not five.
    ordered = chain[::-1] if leaves[0] == len(chain) - 1 else (chain[leaves[0]], *_without(chain, leaves[0]))
    return load_credential(ordered), (
        Finding(
            "error",
            "order",
            f"the signer's certificate is number {leaves[0] + 1} in the file; it must come first",
            "order: the signer's certificate, then the certificate of its issuer, and so on up",
        ),
    )


def _without(chain: tuple[bytes, ...], index: int) -> tuple[bytes, ...]:
    return chain[:index] + chain[index + 1 :]


def _profile(credential: Credential) -> Iterator[Finding]:
    problems = check_profile(credential.certificates[0])
    for problem in problems:
        yield Finding("error", problem.rule, problem.message, problem.hint)
    if not problems:
        yield Finding("ok", "profile", "the certificate may sign claims (C2PA 2.4 §14.5.1.1)")
    for position, certificate in enumerate(credential.certificates[1:], 2):
        try:
            weak = key_problem(certificate.public_key())
        except PARSE_ERRORS:
            weak = "a kind of key that cannot be read"
        if weak:
            yield Finding(
                "error", "issuer-key", f"certificate {position} has an unfit key: {weak}", "ask the authority"
            )
        unfit = signature_problem(certificate)
        if unfit and certificate.issuer != certificate.subject:
            yield Finding(
                "error", "issuer-signature", f"certificate {position} is {unfit}", "ask the authority"
            )


def _dates(credential: Credential, at: datetime) -> Iterator[Finding]:
    fine = True
    for position, certificate in enumerate(credential.certificates, 1):
        name = "the signer's certificate" if position == 1 else f"certificate {position}"
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if at < start:
            fine = False
            yield Finding(
                "error",
                "not-yet-valid",
                f"{name} is valid from {start:%Y-%m-%d %H:%M} UTC",
                "check the clock",
            )
        elif at > end:
            fine = False
            yield Finding(
                "error", "expired", f"{name} expired on {end:%Y-%m-%d %H:%M} UTC", "have it issued again"
            )
    if fine:
        yield Finding("ok", "dates", f"valid until {credential.not_after:%Y-%m-%d %H:%M} UTC")


def _links(credential: Credential) -> Iterator[Finding]:
    certificates = credential.certificates
    fine = True
    for position, (subject, issuer) in enumerate(pairwise(certificates), 2):
        try:
            subject.verify_directly_issued_by(issuer)
        except (InvalidSignature, *PARSE_ERRORS):
            fine = False
            yield Finding(
                "error",
                "link",
                f"certificate {position} did not issue certificate {position - 1}",
                "each certificate must be followed by the one that issued it",
            )
    last = certificates[-1]
    if last.issuer == last.subject:
        if len(certificates) > 1:
            yield Finding(
                "warning",
                "root-included",
                "the chain ends in a self-signed root; it is left out when signing",
                "remove the last certificate (C2PA 2.4 §14.5)",
            )
        else:
            yield Finding(
                "warning",
                "self-signed",
                "the certificate is self-signed, so no list can lead to it",
                "whoever verifies has to allow this one certificate",
            )
    elif fine and len(certificates) == 1:
        yield Finding(
            "warning",
            "intermediate-missing",
            f"the chain holds one certificate only; its issuer is {last.issuer.rfc4514_string()}",
            "unless that is a listed anchor itself, add the certificate of the issuer",
        )
    if fine and len(certificates) > 1:
        yield Finding("ok", "links", f"{len(certificates)} certificates, each issued by the next")


def _subject(credential: Credential) -> Iterator[Finding]:
    facts = credential.facts
    if facts.development:
        yield Finding(
            "warning",
            "development",
            "a development identity: the certificate says so itself",
            "do not publish with it",
        )
    if facts.organization is None:
        yield Finding(
            "warning",
            "organization-missing",
            "the subject names no organisation (O)",
            "validators show it as the signer; some older ones refuse the certificate without",
        )


def _key(credential: Credential, key: CertificatePublicKeyTypes | None) -> Iterator[Finding]:
    if key is None:
        return
    if key == credential.public_key:
        yield Finding("ok", "key", "the key belongs to the certificate")
    else:
        yield Finding(
            "error",
            "key-mismatch",
            "the key does not belong to the signer's certificate",
            "give the key that the certificate was requested with",
        )


def _lists(credential: Credential, store: TrustStore | None, at: datetime) -> Iterator[Finding]:
    if store is None:
        return
    found = judge(credential, store, at)
    if found.trusted:
        yield Finding("ok", "trust", found.reason)
    elif found.distrusted:
        yield Finding("error", "distrusted", found.reason, "do not sign with this certificate")
    else:
        yield Finding(
            "warning",
            "untrusted",
            found.reason,
            "verifiers will say valid, not trusted; check that all intermediates are in the file",
        )
