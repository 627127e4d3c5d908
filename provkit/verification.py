"""Verification: from the bytes of an asset to a verdict, in the steps of spec/verification.md.

1. look at the bytes and find out what they are;
2. locate the one manifest store and its exact range;
3. to 10. validate the active manifest (:mod:`provkit.manifest.validator`);
11. derive one origin class, if the manifest is valid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from provkit import media
from provkit.carriers import containers, text
from provkit.codes import StatusCode
from provkit.errors import ConfigurationError, LimitError, MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import store as stores
from provkit.manifest import validation, validator
from provkit.manifest.findings import Findings
from provkit.origin.derive import derive
from provkit.origin.times import claimed_time
from provkit.verdict import OriginFinding, State, Verdict

if TYPE_CHECKING:
    from provkit.manifest.store import ManifestStore
    from provkit.manifest.validation import CredentialFinding, CredentialJudge, Validation
    from provkit.trust.store import TrustStore
    from provkit.verdict import SignerFacts

CARRIER_TEXT: Final = "text"


@dataclass(frozen=True, slots=True)
class Inspection:
    """A manifest store as it is, judged by nobody."""

    media_type: str
    carrier: str
    start: int
    """Offset of the carrier in the asset, bytes."""
    length: int
    """Length of the carrier in the asset, bytes."""
    data: bytes
    """The store."""
    store: ManifestStore


def verify(
    data: bytes,
    *,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Verdict:
    """Verify the credential of an asset.  Opens no socket, reads no file but the bundled lists.

    Args:
        data: the asset, whole.
        trust: who may sign; the bundled official lists when left out.
        at: moment to judge certificates at, aware; now when left out.
        limits: bounds on what is read.

    Returns:
        A verdict; also for broken credentials and for assets without any.

    Raises:
        MalformedError: the asset is not what any supported format is.
        UnsupportedError: the asset or its credential needs something this version lacks.
        LimitError: a bound was reached before an answer.
        ConfigurationError: ``at`` has no time zone.
    """
    if at is not None and at.tzinfo is None:
        raise ConfigurationError("the moment to judge at has no time zone")
    moment = at or datetime.now(UTC)
    media_type = media.sniff(data)
    if media_type != media.TEXT:
        from provkit.engine import verdicts
        from provkit.trust.store import TrustStore as Store

        lists = Store.bundled() if trust is None else trust
        return verdicts.verify(data, media_type, lists, _judge(lists, limits), moment, limits)
    if len(data) > limits.text_bytes:
        raise LimitError(f"the text has {len(data)} bytes; the limit is {limits.text_bytes}")
    located = text.locate(data, limits)
    if not located.wrappers and not located.damaged:
        text.check_utf8(data)
    warnings = _text_warnings(data, located)
    if len(located.wrappers) > 1:
        explanation = f"the text carries {len(located.wrappers)} credentials; one is allowed"
        return _broken(media_type, StatusCode.MANIFEST_TEXT_MULTIPLE_WRAPPERS, explanation, warnings)
    if not located.wrappers:
        if located.damaged:
            damage = located.damaged[0]
            explanation = f"{damage.reason} (byte {damage.start}); the text may be a fragment"
            return _broken(media_type, StatusCode.MANIFEST_TEXT_CORRUPTED_WRAPPER, explanation, warnings)
        return Verdict(State.UNSIGNED, media_type, warnings=warnings)
    wrapper = located.wrappers[0]
    try:
        store = stores.read(wrapper.store, limits)
    except MalformedError as error:
        return _broken(media_type, StatusCode.GENERAL_ERROR, f"the manifest store: {error.message}", warnings)
    binding = text.TextBinding(data, wrapper)
    run = validator.validate(store, binding, _judge(trust, limits), moment, limits)
    if binding.respelled:
        run.warnings.append(
            "not-nfc: the text is not in Unicode NFC; characters that NFC makes equal are not told apart"
        )
    return _verdict(run, media_type, warnings)


def _text_warnings(data: bytes, located: text.Located) -> tuple[str, ...]:
    warnings = []
    alone = len(located.wrappers) <= 1 and not located.damaged
    hidden = text.hidden_characters(data, next(iter(located.wrappers), None)) if alone else 0
    if hidden:
        warnings.append(
            f"hidden-characters: the text holds {hidden} characters (or more) that readers do not see "
            "or that reorder it"
        )
    if located.wrappers and located.damaged:
        warnings.append("decoy: something that only resembles a credential stands beside the credential")
    if (
        not located.wrappers
        and not located.damaged
        and data.endswith(text.PREFIX)
        and len(data) > len(text.PREFIX)
    ):
        warnings.append("cut-off: the text ends with U+FEFF, where a credential may have been cut off")
    return tuple(warnings)


def _broken(media_type: str, code: StatusCode, explanation: str, warnings: tuple[str, ...] = ()) -> Verdict:
    findings = Findings()
    findings.add(code, None, explanation)
    return Verdict(
        State.INVALID, media_type, carrier=CARRIER_TEXT, statuses=findings.freeze(), warnings=warnings
    )


def _judge(trust: TrustStore | None, limits: Limits) -> CredentialJudge:
    """A judge over a trust store; parsed chains and paths are cached behind it."""
    from provkit.trust.chain import judge
    from provkit.trust.credential import load_credential
    from provkit.trust.store import TrustStore as Store

    lists = Store.bundled() if trust is None else trust

    def judge_chain(chain: tuple[bytes, ...], at: datetime) -> CredentialFinding:
        credential = load_credential(chain, limits)
        found = judge(credential, lists, at)
        facts = credential.facts
        if found.trusted or found.distrusted:
            facts = credential.signer_facts(
                algorithm=facts.algorithm,
                trust_list=found.list_name,
                distrusted=found.reason if found.distrusted else None,
            )
        return validation.CredentialFinding(
            key=credential.public_key,
            facts=facts,
            problems=tuple(problem.message for problem in credential.profile_problems),
            trusted=found.trusted,
            reason=found.reason,
        )

    return judge_chain


def _verdict(run: Validation, media_type: str, warnings: tuple[str, ...]) -> Verdict:
    state = run.state
    unsupported = list(dict.fromkeys(run.findings.unsupported))
    if unsupported and run.findings.sound:
        # Nothing refutes the credential, and not everything could be looked at: no verdict.
        raise UnsupportedError(
            f"unsupported: {', '.join(unsupported)}", hint="this version cannot judge this credential"
        )
    holds = state in (State.VALID, State.TRUSTED)
    return Verdict(
        state=state,
        media_type=media_type,
        carrier=CARRIER_TEXT,
        manifest=run.manifest.label,
        statuses=run.findings.freeze(),
        signer=_signer(run, holds=holds),
        time=claimed_time(run) if holds else None,
        origin=derive(run) if holds else OriginFinding(notes=("the credential does not hold",)),
        ingredients=run.ingredient_findings() if holds else (),
        generator=run.claim.generator if run.claim and holds else None,
        title=run.claim.title if run.claim and holds else None,
        assertions=tuple(run.contents) if holds else (),
        warnings=(*warnings, *run.warnings),
    )


def _signer(run: Validation, *, holds: bool) -> SignerFacts | None:
    """Who signed, if the signature shows it; that a list knows him counts only if all of it holds."""
    if run.signer is None or not run.signature_holds:
        return None
    return run.signer if holds else replace(run.signer, trust_list=None)


def strip(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The asset without its credential, whole or damaged; every other byte stays as it is.

    Raises:
        MalformedError, UnsupportedError, LimitError: as :func:`verify`.
    """
    media_type = media.sniff(data)
    if media_type != media.TEXT:
        from provkit.engine import verdicts

        return verdicts.strip(data, media_type, limits)
    return text.remove(data, text.locate(data, limits))


def inspect(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Inspection | None:
    """The manifest store of an asset, parsed and judged by nobody; None if there is none.

    Raises:
        MalformedError: a carrier or store that cannot be read, also when there are several.
        UnsupportedError, LimitError: as :func:`verify`.
    """
    media_type = media.sniff(data)
    if media_type != media.TEXT:
        found = containers.locate(data, media_type, limits)
        if found is None:
            return None
        start, last = found.ranges[0][0], found.ranges[-1]
        name = media_type.partition("/")[2]
        whole = stores.read(found.store, limits)
        return Inspection(media_type, name, start, sum(last) - start, found.store, whole)
    located = text.locate(data, limits)
    if len(located.wrappers) > 1:
        raise MalformedError(f"the text carries {len(located.wrappers)} credentials; one is allowed")
    if not located.wrappers:
        if located.damaged:
            raise MalformedError(located.damaged[0].reason)
        return None
    wrapper = located.wrappers[0]
    store = stores.read(wrapper.store, limits)
    return Inspection(media_type, CARRIER_TEXT, wrapper.start, wrapper.length, wrapper.store, store)


__all__ = ["Inspection", "inspect", "strip", "verify"]
