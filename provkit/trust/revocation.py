"""What stapled OCSP responses say about a signer's certificate (RFC 6960, C2PA 2.4 §15.9).

Nothing signs the header that responses stand in, so anybody can add one, damage one or take it out.
From that follows what they can do.  One that its issuer stands behind and that says *revoked* ends the
credential.  One that says *good*, at the moment that counts, is a fact that is told and raises no trust.
One that cannot be tied to the issuer of this certificate, whatever is the matter with it, is as none.
So is one about a signer on no list: who is vouched for by nobody is not vouched for by his issuer
(§15.7 comes before §15.9).

Responses are read with ``cryptography``, not with asn1crypto as time stamps are: it parses the whole in
one go and accepts DER only, so a second spelling of what no signature covers does not come through.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from provkit.codes import StatusCode
from provkit.errors import LimitError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.trust import disbelief, oids
from provkit.trust.chain import issuers_of, judge
from provkit.trust.credential import CACHED_BYTES, Credential, load_credential
from provkit.trust.store import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography import x509

    from provkit.trust.store import TrustStore

_CACHED_RESPONSES: Final = 512
_MOST_ANSWERS: Final = 32
"""In one response; honest ones have one."""
_LIFTED: Final = "removeFromCRL"
_DAY: Final = timedelta(days=1)
_ABOUT_ANOTHER: Final = "the stapled OCSP response is about another certificate"
_CERT_ID_HASHES: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""They only say which certificate is meant; SHA-1 is what responders use."""
_SIGNATURE_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})
_IN_ORDER: Final = (
    StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED,
    StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
    StatusCode.SIGNING_CREDENTIAL_OCSP_UNKNOWN,
    StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
)

Statuses = tuple[tuple[StatusCode, str], ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a responder states about the certificate.  Holds at any time; whether it counts depends on one."""

    status: str
    """``GOOD``, ``REVOKED`` or ``UNKNOWN``."""
    start: datetime
    """``thisUpdate``, UTC."""
    end: datetime | None
    """``nextUpdate``, UTC."""
    revoked: datetime | None
    reason: str | None
    """Why it was revoked, as RFC 5280 §5.3.1 spells it."""

    def covers(self, at: datetime) -> bool:
        """Whether it speaks of that moment; without a ``nextUpdate`` for a day, as in the reference engine."""
        return self.start <= at <= (self.end or self.start + _DAY)


NOTHING: Final[Statuses] = (
    (
        StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
        "no revocation information is stapled, and none was fetched",
    ),
)
"""The answer where there is no response, as in most credentials."""


def verify(
    responses: Sequence[bytes],
    credential: Credential,
    trust: TrustStore,
    at: datetime,
    *,
    stamped: bool,
    purpose: Purpose = Purpose.CLAIM_SIGNING,
    unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Statuses:
    """Judge stapled responses.  Offline and deterministic; the last 1024 are remembered.

    Args:
        responses: OCSP responses, DER.
        credential: the signer's.
        trust: the lists: the issuer may stand there in place of the chain, and distrusted responders too.
        at: the moment the credential is judged at, aware.
        stamped: a trusted time stamp vouches that it was signed at that moment.
        purpose: what he signed: only lists for that say who his issuer is, and vouch for him.
        unlisted: let the issuer of a signer on no list speak too.
        limits: bounds on what is read.

    Returns:
        One ``signingCredential.ocsp.*`` code, with one line.  May quote certificates: escape before printing.

    Raises:
        LimitError: more or larger responses than `limits` allows.
    """
    if not responses:
        return NOTHING
    if len(responses) > limits.certificates:
        raise LimitError(f"{len(responses)} stapled OCSP responses; the limit is {limits.certificates}")
    said: dict[StatusCode, str] = {}
    for data in responses:
        if len(data) > limits.certificate_bytes:
            raise LimitError(f"a stapled OCSP response of {len(data)} bytes")
        small = len(data) + sum(map(len, credential.chain)) <= CACHED_BYTES
        examine = _examine if small else _examine.__wrapped__
        found = examine(data, credential.chain, trust, purpose, limits)
        code, why = (
            (StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED, found)
            if isinstance(found, str)
            else _counts(found, at, stamped=stamped)
        )
        said.setdefault(code, why)
    # STRICT-OCSP-1: the standard takes the first that fits; a signer who is revoked would put another first.
    first = next(one for one in _IN_ORDER if one in said)
    if not unlisted and not _is_listed(credential, trust, at, purpose, stamped=stamped):
        why = f"{said[first]}; but no list vouches for who says so"
        return ((StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED, why),)
    return ((first, said[first]),)


def _is_listed(
    credential: Credential, trust: TrustStore, at: datetime, purpose: Purpose, *, stamped: bool
) -> bool:
    """Whether a list vouches for the signer, or did before he was distrusted."""
    found = judge(credential, trust, at, purpose=purpose, stamped=stamped)
    return found.trusted or found.distrusted


def _counts(statement: _Statement, at: datetime, *, stamped: bool) -> tuple[StatusCode, str]:
    """What a statement comes to at a moment (§15.9)."""
    if statement.status == "UNKNOWN":
        return (
            StatusCode.SIGNING_CREDENTIAL_OCSP_UNKNOWN,
            "the responder does not know the signer's certificate",
        )
    since = statement.revoked
    if since is not None and statement.reason != _LIFTED:
        why = f"revoked at {since:%Y-%m-%d %H:%M} UTC" + (
            f" ({statement.reason})" if statement.reason else ""
        )
        if stamped and at < since:
            return (
                StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
                f"the signer's certificate was {why}, after the time stamped",
            )
        # Also when the response is old, or younger than the moment asked about: a revocation stays,
        # and without a time stamp nobody knows that it was signed before.
        return StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED, f"the signer's certificate was {why}"
    if not statement.covers(at):
        until = f" to {statement.end:%Y-%m-%d %H:%M}" if statement.end else ""
        span = f"{statement.start:%Y-%m-%d %H:%M}{until} UTC"
        return (
            StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
            f"the stapled OCSP response is about {span}, not about {at:%Y-%m-%d %H:%M}",
        )
    return (
        StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
        "the issuer says that the signer's certificate was not revoked at the time that counts",
    )


@lru_cache(maxsize=_CACHED_RESPONSES)
def _examine(
    data: bytes, chain: tuple[bytes, ...], trust: TrustStore, purpose: Purpose, limits: Limits
) -> _Statement | str:
    """What the issuer states about the first certificate of a chain, or why nothing is taken from it."""
    import warnings

    from provkit.trust.profile import PARSE_ERRORS

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(data, load_credential(chain, limits), trust, purpose)
    except PARSE_ERRORS:
        return "the stapled OCSP response cannot be read"


def _read(data: bytes, credential: Credential, trust: TrustStore, purpose: Purpose) -> _Statement | str:
    from cryptography.x509 import ocsp

    from provkit.trust.token import is_der

    if not is_der(data):
        return "the stapled OCSP response is not DER"
    response = ocsp.load_der_ocsp_response(data)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return "the stapled OCSP response is that the responder could not answer"
    serial = credential.certificates[0].serial_number
    answers = list(response.responses)
    if len(answers) > _MOST_ANSWERS:
        return f"the stapled OCSP response has more than {_MOST_ANSWERS} answers"
    if all(single.serial_number != serial for single in answers):
        return _ABOUT_ANOTHER  # before anything that costs: one manifest can hold responses for all others
    issuers = issuers_of(credential, trust, purpose)
    if not issuers:
        return "the issuer of the signer's certificate is not at hand to check a stapled OCSP response"
    issuer, single = _about(response, credential, issuers)
    if issuer is None or single is None:
        return _ABOUT_ANOTHER
    if any(extension.critical for extension in response.extensions) or _is_demanding(data):
        return "the stapled OCSP response has an extension that must be understood"
    problem = _unsigned(response, issuer, issuers, trust)
    if problem is not None:
        return f"the stapled OCSP response {problem}"
    reason = single.revocation_reason
    return _Statement(
        status=single.certificate_status.name,
        start=single.this_update_utc,
        end=single.next_update_utc,
        revoked=single.revocation_time_utc,
        reason=None if reason is None else str(reason.value),
    )


def _is_demanding(data: bytes) -> bool:
    """Whether an answer has an extension that must be understood; the library shows those of the whole only."""
    from asn1crypto import ocsp

    answers = ocsp.OCSPResponse.load(data).response_data["responses"]
    return any(one["critical"].native for answer in answers for one in answer["single_extensions"])


def _about(
    response: Any, credential: Credential, issuers: tuple[x509.Certificate, ...]
) -> tuple[x509.Certificate | None, Any]:
    """The issuer and the answer that name the signer's certificate (RFC 6960 §4.1.1).

    One response can have several answers about it; one that says *revoked* counts (STRICT-OCSP-1).
    """
    leaf = credential.certificates[0]
    name = _issuer_name(credential.chain[0])
    for single in sorted(response.responses, key=lambda one: one.certificate_status.name != "REVOKED"):
        algorithm = single.hash_algorithm.name
        if single.serial_number != leaf.serial_number or algorithm not in _CERT_ID_HASHES:
            continue
        if hashlib.new(algorithm, name, usedforsecurity=False).digest() != single.issuer_name_hash:
            continue
        for issuer in issuers:
            if (
                hashlib.new(algorithm, _key_bits(issuer), usedforsecurity=False).digest()
                == single.issuer_key_hash
            ):
                return issuer, single
    return None, None


def _unsigned(
    response: Any, issuer: x509.Certificate, issuers: tuple[x509.Certificate, ...], trust: TrustStore
) -> str | None:
    """Why nobody the issuer stands behind has signed a response (RFC 6960 §4.2.2.2), or None."""
    sent = [one for one in response.certificates if one not in issuers]
    if len(sent) > 1 or len(response.certificates) > max(1, len(sent)):
        return "brings certificates that have no part in it"
    responder = sent[0] if sent else issuer
    if responder is not issuer:
        problem = _unfit(responder, issuer, response.produced_at_utc, trust)
        if problem is not None:
            return problem
    named = (
        response.responder_name == responder.subject
        if response.responder_name is not None
        else response.responder_key_hash == hashlib.sha1(_key_bits(responder), usedforsecurity=False).digest()
    )
    if not named:
        return "names another responder than the one whose certificate there is"
    return None if _holds(response, responder.public_key()) else "is not signed by its responder"


def _unfit(
    responder: x509.Certificate, issuer: x509.Certificate, at: datetime, trust: TrustStore
) -> str | None:
    """Why a responder does not speak for an issuer, or None."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.serialization import Encoding

    from provkit.trust.profile import key_problem, signature_problem

    try:
        responder.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return "is signed by somebody whom the issuer of the signer's certificate did not ask to"
    extensions = {one.oid.dotted_string: one.value for one in responder.extensions}
    usages = extensions.get(x509.ExtendedKeyUsage.oid.dotted_string, ())
    if oids.OCSP_SIGNING not in {oid.dotted_string for oid in usages}:
        return "is signed under a certificate that is not meant for OCSP"
    usage = extensions.get(x509.KeyUsage.oid.dotted_string)
    if usage is not None and not usage.digital_signature:
        return "is signed with a key that is not meant for signatures"
    if key_problem(responder.public_key()) or signature_problem(responder):
        return "is signed under a certificate with a weak key or signature"
    if not responder.not_valid_before_utc <= at <= responder.not_valid_after_utc:
        return "is signed under a certificate that was not valid then"
    if disbelief.of_other(responder.public_bytes(Encoding.DER), responder, trust) is not None:
        return "is signed by a distrusted responder"
    return None


def _holds(response: Any, key: object) -> bool:
    """Whether the signature of a response holds; False also for algorithms that are not allowed (§13.2.1)."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.x509.oid import SignatureAlgorithmOID

    message, signature = response.tbs_response_bytes, response.signature
    try:
        digest = response.signature_hash_algorithm
        if digest is not None and digest.name not in _SIGNATURE_HASHES:
            return False
        match key:
            case rsa.RSAPublicKey() if digest is not None:
                # Of PSS this library does not say the parameters, and responders do not use it.
                if response.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
                    return False
                key.verify(signature, message, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey() if digest is not None:
                key.verify(signature, message, ec.ECDSA(digest))
            case ed25519.Ed25519PublicKey() if digest is None:
                key.verify(signature, message)
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, OverflowError):
        return False
    return True


def _issuer_name(der: bytes) -> bytes:
    """The issuer's name in a certificate, as it is spelled there: it is hashed."""
    from asn1crypto import x509

    name: bytes = x509.Certificate.load(der)["tbs_certificate"]["issuer"].dump()
    return name


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The public key of a certificate without its algorithm, as it is spelled there."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    loaded = x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    bits: bytes = loaded["tbs_certificate"]["subject_public_key_info"]["public_key"].contents
    return bits[1:]
