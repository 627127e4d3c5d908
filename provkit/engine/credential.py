"""Our own judgement of who signed a container.

The engine keeps authorities for claims and for time stamps in one list, knows no list of
distrusted certificates, and ignores its list of allowed ones.  So the chain is taken from the
store and judged by the same rules as for text (:mod:`provkit.trust.chain`); of two answers the
stricter one counts.  Signatures are not checked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import cbor, cose
from provkit.trust.chain import judge
from provkit.trust.credential import load_credential
from provkit.trust.store import Purpose
from provkit.verdict import SignerFacts, Status

if TYPE_CHECKING:
    from provkit.engine.report import EngineReport
    from provkit.manifest.store import Manifest, ManifestStore
    from provkit.trust.store import TrustStore

_COSE_NAMES = {number: name for name, number in cose.ALGORITHM_NUMBERS.items()}


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
            header, unsigned, chain = signature.header, signature.unprotected, signature.chain
        else:
            header, unsigned = _headers(store.active, limits)
            chain = cose.chain_of(header, unsigned, limits)
        credential = load_credential(chain, limits)
    except MalformedError as error:
        failure = Status(StatusCode.SIGNING_CREDENTIAL_INVALID, url, error.message)
        return ContainerCredential(trusted=False, status=failure, failures=(failure,))
    warnings: list[str] = []
    moment, listed = at, False
    stamped = _stamped(report)
    if stamped is not None:
        listed = _authority_is_listed(unsigned, header, trust, stamped, limits)
        if listed or not credential.valid_at(at):
            moment = stamped
        if not listed and not credential.valid_at(at):
            warnings.append(
                "STRICT-IMG-13: the signer's certificate has run out, and no listed authority vouches for "
                "the time of signing"
            )
    found = judge(credential, trust, moment)
    trusted, reason = found.trusted, found.reason
    if found.trusted and warnings:
        trusted, reason = False, "the time of signing is not vouched for by a listed authority"
    facts = credential.signer_facts(
        algorithm=_algorithm(header) or credential.facts.algorithm,
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
    code = StatusCode.SIGNING_CREDENTIAL_TRUSTED if trusted else StatusCode.SIGNING_CREDENTIAL_UNTRUSTED
    return ContainerCredential(
        trusted=trusted,
        status=Status(code, url, reason),
        facts=facts,
        moment=moment,
        time_stamped=listed,
        failures=tuple(failures),
        warnings=tuple(warnings),
    )


def _headers(manifest: Manifest, limits: Limits) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """Signed and unsigned header of the signature.

    Read without asking for the shortest form: how strange a spelling is, the strict pass says.
    """
    if len(manifest.signatures) != 1 or len(manifest.signatures[0].contents) != 1:
        raise MalformedError("the manifest has no one signature")
    value = cbor.decode(manifest.signatures[0].contents[0].payload, max_depth=limits.cbor_depth)
    match value:
        case cbor.Tag(tag=cbor.TAG_COSE_SIGN1, value=(bytes() as protected, Mapping() as unsigned, *_)):
            header = cbor.decode(protected, max_depth=limits.cbor_depth) if protected else {}
            if isinstance(header, Mapping):
                return header, unsigned
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


def _authority_is_listed(
    unsigned: Mapping[Any, Any],
    header: Mapping[Any, Any],
    trust: TrustStore,
    stamped: datetime,
    limits: Limits,
) -> bool:
    """Whether a list for time stamps, and not merely one for claims, vouches for the authority."""
    for name in ("sigTst2", "sigTst"):
        values = unsigned.get(name, header.get(name))
        tokens = values.get("tstTokens") if isinstance(values, Mapping) else None
        for entry in tokens if isinstance(tokens, list | tuple) else ():
            token = entry.get("val") if isinstance(entry, Mapping) else None
            if not isinstance(token, bytes) or len(token) > limits.certificates * limits.certificate_bytes:
                continue
            chain = _token_chain(token)
            try:
                if (
                    chain
                    and judge(
                        load_credential(chain, limits), trust, stamped, purpose=Purpose.TIME_STAMPING
                    ).trusted
                ):
                    return True
            except (MalformedError, LimitError):
                continue
    return False


def _token_chain(token: bytes) -> tuple[bytes, ...]:
    """Certificates in a time-stamp token, the authority's own first; empty if it cannot be read.

    ``sigTst`` holds a whole response, or in some files the bare token that ``sigTst2`` holds.
    """
    from asn1crypto import cms, tsp

    try:
        try:
            content = cms.ContentInfo.load(token, strict=True)
            signed = content["content"]
            if content["content_type"].native != "signed_data":
                return ()
        except (ValueError, TypeError):
            signed = tsp.TimeStampResp.load(token, strict=True)["time_stamp_token"]["content"]
        identifier = signed["signer_infos"][0]["sid"]
        certificates = [choice.chosen for choice in signed["certificates"]]
        own = [entry for entry in certificates if _is_named(entry, identifier)]
        return tuple(entry.dump() for entry in (*own, *(e for e in certificates if e not in own)) if own)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return ()


def _is_named(certificate: Any, identifier: Any) -> bool:
    if identifier.name == "issuer_and_serial_number":
        named = identifier.chosen
        return bool(
            certificate.serial_number == named["serial_number"].native
            and certificate.issuer.dump() == named["issuer"].dump()
        )
    return bool(certificate.key_identifier == identifier.chosen.native)
