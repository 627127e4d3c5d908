"""What a time stamp proves: that bytes were there at a moment, by somebody's word (RFC 3161, C2PA 2.4 §15.8).

Two questions, kept apart.  Does the token hold: is it over these bytes, signed by the certificate
it names, which may stamp and was valid at the moment stated?  And does a list for time stamps vouch
for its authority at that moment?  Only both together move a judgement to another time.

Whatever is wrong with a token, the answer is a finding; a time stamp nobody can use is as none
(all codes but two are informational, §15.2.2.2).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.trust import oids
from provkit.trust.accounted import unaccounted
from provkit.trust.chain import judge
from provkit.trust.credential import CACHED_BYTES, load_credential
from provkit.trust.store import Purpose, TrustStore

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.trust.credential import Credential
    from provkit.trust.token import Scheme, Token

_CACHED_TOKENS: Final = 512


@dataclass(frozen=True, slots=True)
class TimeStampFinding:
    """What a time-stamp token says about some bytes.  Immutable, picklable."""

    moment: datetime | None
    """When the authority saw the bytes, UTC; None unless the token holds, or if its authority is distrusted."""
    trusted: bool
    """A list for time stamps vouches for the authority at that moment."""
    statuses: tuple[tuple[StatusCode, str], ...]
    """``timeStamp.*`` codes of §15.2.2.3, each with one line.  May quote certificates: escape before printing."""

    @property
    def problem(self) -> str | None:
        """Why the moment does not count, one line; None if it does."""
        return None if self.trusted else self.statuses[-1][1]


@dataclass(frozen=True, slots=True)
class _Examined:
    """All that can be said of a token without what it stamps."""

    finding: TimeStampFinding
    algorithm: str = "sha256"
    imprint: bytes | None = None
    """Hash of what was stamped; None for a token that cannot be read."""


def verify(
    token: bytes, stamped: bytes, trust: TrustStore, limits: Limits = DEFAULT_LIMITS
) -> TimeStampFinding:
    """Judge a time stamp.  Offline and deterministic; the last 1024 tokens are remembered.

    The answer does not depend on when it is asked: the token brings the moment its certificates
    are judged at.

    Args:
        token: a TimeStampToken, or the TimeStampResp it came in, DER.
        stamped: the bytes it should be over.
        trust: the lists; those for time stamps count, and those of what is distrusted.
        limits: bounds on what is read.

    Raises:
        LimitError: the token is larger, or has more certificates, than `limits` allows.
    """
    examine = _examine if len(token) <= CACHED_BYTES else _examine.__wrapped__
    found = examine(token, trust, limits)
    if found.imprint is None:
        return found.finding
    if not hmac.compare_digest(hashlib.new(found.algorithm, stamped).digest(), found.imprint):
        return _refused(StatusCode.TIME_STAMP_MISMATCH, "the time stamp is over other bytes")
    return found.finding


def _refused(code: StatusCode, why: str) -> TimeStampFinding:
    return TimeStampFinding(None, trusted=False, statuses=((code, why),))


@lru_cache(maxsize=_CACHED_TOKENS)
def _examine(data: bytes, trust: TrustStore, limits: Limits) -> _Examined:
    from provkit.trust import token as tokens

    try:
        token = tokens.read(data, limits)
    except MalformedError as error:
        return _Examined(_refused(StatusCode.TIME_STAMP_MALFORMED, f"the time stamp: {error.message}"))
    return _Examined(_judge(token, trust, limits), token.imprint_algorithm, token.imprint)


def _judge(token: Token, trust: TrustStore, limits: Limits) -> TimeStampFinding:
    if hashlib.new(token.digest_algorithm, token.info).digest() != token.digest:
        return _refused(StatusCode.TIME_STAMP_MISMATCH, "the time stamp was changed after it was signed")
    own = token.certificates[0]
    if any(hashlib.new(name, own).digest() != value for name, value in token.bindings):
        return _refused(
            StatusCode.TIME_STAMP_CREDENTIAL_INVALID, "the time stamp is signed for another certificate"
        )
    try:
        credential = load_credential(token.certificates, limits)
    except MalformedError as error:
        return _refused(StatusCode.TIME_STAMP_CREDENTIAL_INVALID, f"the time stamp: {error.message}")
    problem = _unfit(credential)
    if problem is not None:
        return _refused(StatusCode.TIME_STAMP_CREDENTIAL_INVALID, f"the time-stamp authority {problem}")
    if not _holds(credential.public_key, token.scheme, token.signature, token.signed):
        return _refused(StatusCode.TIME_STAMP_MISMATCH, "the signature of the time stamp does not hold")
    moment = token.moment
    if not credential.valid_at(moment):
        return _refused(
            StatusCode.TIME_STAMP_OUTSIDE_VALIDITY,
            f"the certificate of the time-stamp authority was not valid at {moment:%Y-%m-%d %H:%M} UTC",
        )
    held = (
        StatusCode.TIME_STAMP_VALIDATED,
        f"stamped at {moment:%Y-%m-%d %H:%M:%S} UTC by {credential.facts.name}",
    )
    found = judge(credential, trust, moment, purpose=Purpose.TIME_STAMPING)
    doubt = unaccounted(credential, trust, Purpose.TIME_STAMPING) if found.trusted else found.reason
    if doubt is None:
        return TimeStampFinding(
            moment, trusted=True, statuses=(held, (StatusCode.TIME_STAMP_TRUSTED, found.reason))
        )
    why = f"no list vouches for the time-stamp authority: {doubt}"
    return TimeStampFinding(
        None if found.distrusted else moment,
        trusted=False,
        statuses=(held, (StatusCode.TIME_STAMP_UNTRUSTED, why)),
    )


def _unfit(credential: Credential) -> str | None:
    """Why a certificate may not stamp (RFC 3161 §2.3, RFC 5280 §4.2.1.3), or None."""
    from cryptography import x509

    from provkit.trust.profile import PARSE_ERRORS, key_problem

    if problem := key_problem(credential.public_key):
        return f"has an unfit key: {problem}"
    try:
        extensions = {
            extension.oid.dotted_string: extension for extension in credential.certificates[0].extensions
        }
    except PARSE_ERRORS:
        return "has extensions that cannot be read"
    usage = extensions.get(x509.ExtendedKeyUsage.oid.dotted_string)
    if (
        usage is None
        or not usage.critical
        or [oid.dotted_string for oid in usage.value] != [oids.TIME_STAMPING]
    ):
        return "is not meant for time stamps alone, as a critical extended key usage says it"
    basic = extensions.get(x509.BasicConstraints.oid.dotted_string)
    if basic is not None and basic.value.ca:
        return "is a certification authority"
    key_usage = extensions.get(x509.KeyUsage.oid.dotted_string)
    if key_usage is not None and not (
        key_usage.value.digital_signature or key_usage.value.content_commitment
    ):
        return "has a key that is not meant for signatures"
    return None


def _holds(key: object, scheme: Scheme, signature: bytes, message: bytes) -> bool:
    """Whether a token's signature holds; False also for a key of another kind."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[scheme.hash]
    try:
        match key, scheme.kind:
            case rsa.RSAPublicKey(), "pkcs1":
                key.verify(signature, message, padding.PKCS1v15(), digest)
            case rsa.RSAPublicKey(), "pss":
                key.verify(
                    signature, message, padding.PSS(padding.MGF1(digest), salt_length=scheme.salt), digest
                )
            case ec.EllipticCurvePublicKey(), "ecdsa":
                key.verify(signature, message, ec.ECDSA(digest))
            case ed25519.Ed25519PublicKey(), "ed25519":
                key.verify(signature, message)
            case _:
                return False
    except (InvalidSignature, ValueError, OverflowError):
        return False
    return True
