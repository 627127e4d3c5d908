"""Our own judgement of who signed a container.

The engine keeps authorities for claims and for time stamps in one list, knows no list of
distrusted certificates, and ignores its list of allowed ones.  So the chain is taken from the
store and judged by the same rules as for text (:mod:`provkit.trust.chain`); of two answers the
stricter one counts.  Signatures are not checked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.codes import StatusCode, StatusKind
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import cbor, cose
from provkit.trust import revocation, timestamp
from provkit.trust.accounted import unaccounted
from provkit.trust.chain import judge
from provkit.trust.credential import load_credential
from provkit.trust.store import Purpose
from provkit.verdict import SignerFacts, Status

if TYPE_CHECKING:
    from provkit.engine.report import EngineReport
    from provkit.manifest.store import Manifest, ManifestStore
    from provkit.trust.store import TrustStore

_COSE_NAMES = {number: name for name, number in cose.ALGORITHM_NUMBERS.items()}
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ContainerCredential:
    """Who signed a container, and whether that counts."""

    trusted: bool
    """A list for claim signing vouches for the signer, and the engine has nothing against it."""
    status: Status
    """``signingCredential.trusted`` or ``.untrusted`` with the reason, or ``.invalid``."""
    facts: SignerFacts | None = None
    """The signer; None when its certificate cannot be read."""
    moment: datetime | None = None
    """The time the chain was judged at: of the time stamp where one counts, else that asked for."""
    time_stamped: bool = False
    """:attr:`moment` is vouched for by an authority on a list for time stamps."""
    failures: tuple[Status, ...] = ()
    """What makes the credential invalid, whatever the engine says."""
    revocation: Status | None = None
    """What stapled OCSP responses come to (:mod:`provkit.trust.revocation`); *revoked* is a failure too."""
    warnings: tuple[str, ...] = ()


def judge_container(
    store: ManifestStore,
    trust: TrustStore,
    at: datetime,
    report: EngineReport,
    limits: Limits = DEFAULT_LIMITS,
    signature: object = None,
) -> ContainerCredential:
    """Judge the signer of the active manifest.

    Args:
        store: as located in the asset and read by us.
        trust: the lists.
        at: moment to judge at, aware, unless a time stamp gives a better one.
        report: what the engine said about the same asset.
        limits: bounds on what is read.
        signature: the signature of the active manifest, where it was read already and is of today's
            form; anything else is read again, more leniently.

    Raises:
        LimitError: a bound was reached before an answer.
    """
    url = store.active.uri("c2pa.signature")
    try:
        if isinstance(signature, cose.CoseSign1):
            envelope = _Envelope(
                signature.protected, signature.header, signature.unprotected, signature.signature
            )
            chain = signature.chain
        else:
            envelope = _envelope(store.active, limits)
            chain = cose.chain_of(envelope.header, envelope.unsigned, limits)
        credential = load_credential(chain, limits)
    except MalformedError as error:
        failure = Status(StatusCode.SIGNING_CREDENTIAL_INVALID, url, error.message)
        return ContainerCredential(trusted=False, status=failure, failures=(failure,))
    warnings: list[str] = []
    moment, listed = at, False
    stamped = _stamped(report)
    if stamped is not None:
        listed = _is_vouched_for(store.active, envelope, trust, stamped, limits)
        if listed or not credential.valid_at(at):
            moment = stamped
        if not listed and not credential.valid_at(at):
            warnings.append(
                "STRICT-IMG-13: the signer's certificate has run out, and no listed authority vouches for "
                "the time of signing"
            )
    found = judge(credential, trust, moment, stamped=listed)
    trusted, reason = found.trusted, found.reason
    if found.trusted and not cose.has_chain(envelope.header):
        problem = unaccounted(credential, trust, Purpose.CLAIM_SIGNING)
        if problem is not None:  # STRICT-SIG-5
            trusted, reason = False, f"nothing signs the chain, and {problem}"
    if found.trusted and warnings:
        trusted, reason = False, "the time of signing is not vouched for by a listed authority"
    facts = credential.signer_facts(
        algorithm=_algorithm(envelope.header) or credential.facts.algorithm,
        trust_list=found.list_name if trusted else None,
        distrusted=found.reason if found.distrusted else None,
    )
    failures = [
        Status(StatusCode.SIGNING_CREDENTIAL_INVALID, url, problem.message)
        for problem in credential.profile_problems
    ]
    if not credential.valid_at(moment):
        failures.append(
            Status(
                StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
                url,
                f"the signer's certificate is valid from {facts.not_before:%Y-%m-%d %H:%M} "
                f"to {facts.not_after:%Y-%m-%d %H:%M} UTC only",
            )
        )
    ((stapled, why),) = revocation.verify(
        cose.stapled(envelope.unsigned), credential, trust, moment, stamped=listed, limits=limits
    )
    revoked = Status(stapled, url, why)
    if stapled.kind is StatusKind.FAILURE:
        failures.append(revoked)
    code = StatusCode.SIGNING_CREDENTIAL_TRUSTED if trusted else StatusCode.SIGNING_CREDENTIAL_UNTRUSTED
    return ContainerCredential(
        trusted=trusted,
        status=Status(code, url, reason),
        facts=facts,
        moment=moment,
        time_stamped=listed,
        failures=tuple(failures),
        revocation=revoked,
        warnings=tuple(warnings),
    )


class _Envelope(NamedTuple):
    """The parts of a COSE_Sign1."""

    protected: bytes
    header: Mapping[Any, Any]
    """`protected`, decoded."""
    unsigned: Mapping[Any, Any]
    signature: object
    """Bytes, in honest files."""


def _envelope(manifest: Manifest, limits: Limits) -> _Envelope:
    """The signature of a manifest.

    Read without asking for the shortest form: how strange a spelling is, the strict pass says.
    """
    if len(manifest.signatures) != 1 or len(manifest.signatures[0].contents) != 1:
        raise MalformedError("the manifest has no one signature")
    value = cbor.decode(manifest.signatures[0].contents[0].payload, max_depth=limits.cbor_depth)
    match value:
        case cbor.Tag(
            tag=cbor.TAG_COSE_SIGN1, value=(bytes() as protected, Mapping() as unsigned, _, signature)
        ):
            header = cbor.decode(protected, max_depth=limits.cbor_depth) if protected else {}
            if isinstance(header, Mapping):
                return _Envelope(protected, header, unsigned, signature)
        case _:
            pass
    raise MalformedError("the signature is not a tagged COSE_Sign1")


def _algorithm(header: Mapping[Any, Any]) -> str | None:
    number = header.get(1)
    return _COSE_NAMES.get(number) if isinstance(number, int) else None


def _stamped(report: EngineReport) -> datetime | None:
    """Time of a time stamp that the engine accepts."""
    if report.signed_at is None or StatusCode.TIME_STAMP_TRUSTED not in report.codes:
        return None
    try:
        moment = datetime.fromisoformat(report.signed_at)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_vouched_for(
    manifest: Manifest, envelope: _Envelope, trust: TrustStore, stamped: datetime, limits: Limits
) -> bool:
    """Whether the time stamp holds by our rules too, and a list for time stamps vouches for its authority.

    The engine takes authorities of any list, and tokens in more than one spelling.
    """
    named = [name for name in ("sigTst2", "sigTst") if name in envelope.unsigned or name in envelope.header]
    match [envelope.unsigned.get(name) for name in named]:
        case [{"tstTokens": [{"val": bytes() as token}]}]:
            pass
        case _:
            return False
    if named == ["sigTst2"]:
        payload: object = cbor.encode(envelope.signature)
    else:
        boxes = manifest.claims[0].contents if len(manifest.claims) == 1 else ()
        payload = boxes[0].payload if len(boxes) == 1 else None
    if not isinstance(payload, bytes):
        return False
    found = timestamp.verify(token, cose.to_be_stamped(envelope.protected, payload), trust, limits)
    # The engine's time has whole seconds.
    return found.trusted and found.moment is not None and abs(found.moment - stamped) < _SECOND
