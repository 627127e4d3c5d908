"""Verification: from the bytes of an asset to a verdict, in the steps of spec/verification.md.

1. look at the bytes and find out what they are;
2. locate the one manifest store and its exact range;
3. to 10. validate the active manifest (:mod:`provkit.manifest.validator`);
11. derive one origin class, if the manifest is valid, and read what else it states.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from provkit import media, statements
from provkit.carriers import containers, selection, sidecar
from provkit.carriers.carried import Carried, RangeBinding
from provkit.carriers.source import Memory
from provkit.codes import StatusCode
from provkit.errors import ConfigurationError, MalformedError, ProvkitError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import store as stores
from provkit.manifest import validator
from provkit.manifest.findings import Findings
from provkit.origin.derive import derive
from provkit.origin.times import signing_time
from provkit.verdict import OriginFinding, State, Verdict

if TYPE_CHECKING:
    from provkit.carriers.source import Source
    from provkit.engine.crosscheck import CrossCheck
    from provkit.manifest.store import ManifestStore
    from provkit.manifest.validation import CredentialJudge, Validation
    from provkit.trust.store import TrustStore


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
    data: bytes | Source,
    *,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    manifest: bytes | None = None,
    password: str | None = None,
) -> Verdict:
    """Verify the credential of an asset.  Opens no socket, reads no file but the bundled lists.

    Args:
        data: the asset, whole, or something to read it from.
        trust: who may sign; the bundled official lists when left out.
        at: moment to judge certificates at, aware; now when left out.
        limits: bounds on what is read.
        manifest: a manifest store that is kept apart from the asset; one in the asset counts more.
        password: of an encrypted PDF.

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
    asset = Memory(data) if isinstance(data, bytes) else data
    media_type = _sniff(asset, apart=manifest is not None)
    if media_type in containers.LOCATORS:
        from provkit.engine import verdicts

        held = selection.held(asset, limits)
        if manifest is None or containers.locate(held, media_type, limits) is not None:
            lists, judge = _lists(trust), _judge(trust, limits)
            return verdicts.verify(held, media_type, lists, judge, moment, limits)
        name, carried = selection.SIDECAR, sidecar.read(manifest, asset, limits)
    elif media_type == media.UNKNOWN and manifest is not None:
        name, carried = selection.SIDECAR, sidecar.read(manifest, asset, limits)
    else:
        name, carried = _carried(asset, media_type, limits, manifest, password)
    return _judged(name, carried, media_type, trust, moment, limits)


def cross_check(
    data: bytes,
    *,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CrossCheck | None:
    """Verify a container twice: with the reference engine, as :func:`verify` does, and with our own steps.

    Args:
        data: the asset, whole.
        trust: who may sign; the bundled official lists when left out.
        at: moment to judge certificates at, aware; now when left out.
        limits: bounds on what is read.

    Returns:
        What our own steps say, and where that differs; None if there is nothing to compare: no container,
        no credential, or one that no data hash and no box hash binds to its content.

    Raises:
        MalformedError, UnsupportedError, LimitError, ConfigurationError: as :func:`verify`.
    """
    from provkit.engine import crosscheck

    moment = at or datetime.now(UTC)
    verdict = verify(data, trust=trust, at=moment, limits=limits)
    if verdict.media_type not in containers.LOCATORS:
        return None
    return crosscheck.cross_check(data, verdict, _judge(trust, limits), moment, limits)


def cross_checked(
    verdict: Verdict,
    data: bytes,
    *,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Verdict:
    """A verdict with warnings that say what our own steps find in the same asset; the state stays.

    Args:
        verdict: on the asset, by the same lists at the same moment.
        data: the asset, whole.
        trust: as for :func:`verify`.
        at: as for :func:`verify`.
        limits: bounds on what is read.
    """
    from provkit.engine import crosscheck

    lines: tuple[str, ...]
    try:
        found = None
        if verdict.media_type in containers.LOCATORS:
            found = crosscheck.cross_check(
                data, verdict, _judge(trust, limits), at or datetime.now(UTC), limits
            )
        if found is not None:
            lines = crosscheck.remarks(found)
        elif verdict.state is State.UNSIGNED:
            lines = ("nothing to compare: no credential",)
        elif verdict.media_type in containers.LOCATORS:
            lines = ("nothing to compare: no data hash and no box hash binds the content",)
        else:
            lines = ("nothing to compare: this format has one engine, which is our own",)
    except ProvkitError as error:
        lines = (f"our own engine gives no answer: {error.message}",)
    return replace(verdict, warnings=(*verdict.warnings, *(f"cross-check: {line}" for line in lines)))


def _sniff(asset: Source, *, apart: bool) -> str:
    """Type of an asset; with a store apart from it, it need not be one of those known."""
    try:
        return media.sniff(asset)
    except (MalformedError, UnsupportedError):
        if not apart or not asset.size:
            raise
        return media.UNKNOWN


def _carried(
    asset: Source, media_type: str, limits: Limits, manifest: bytes | None, password: str | None
) -> tuple[str, Carried]:
    """What an asset carries, or what is kept apart from it when it carries nothing."""
    try:
        name, carried = selection.read(asset, media_type, limits, password=password)
    except (MalformedError, UnsupportedError):
        # Nothing can be read in it, which is what sidecars are for: an encrypted PDF, a legacy encoding.
        if manifest is None:
            raise
        name, carried = selection.SIDECAR, Carried()
    if manifest is None or carried.stores or carried.problem is not None:
        return name, carried
    apart = sidecar.read(manifest, asset, limits)
    if carried.binding is not None:  # the reference to the store is left out of the hash
        apart = replace(apart, binding=carried.binding)
    return selection.SIDECAR, replace(apart, warnings=carried.warnings)


def _judged(
    name: str, carried: Carried, media_type: str, trust: TrustStore | None, at: datetime, limits: Limits
) -> Verdict:
    """Steps 3 to 11 for what a carrier holds."""
    warnings = carried.warnings
    if carried.problem is not None:
        return _broken(name, media_type, *carried.problem, warnings)
    if not carried.stores or carried.binding is None:
        return Verdict.unsigned(media_type, carried.reference, warnings)
    try:
        *older, active = (stores.read(store, limits) for store in carried.stores)
        store = stores.join(older, active, limits)
    except MalformedError as error:
        explanation = f"the manifest store: {error.message}"
        return _broken(name, media_type, StatusCode.GENERAL_ERROR, explanation, warnings)
    judge = _judge(trust, limits)
    run = validator.validate(store, carried.binding, judge, at, limits, _places(carried))
    run.warnings.extend(carried.binding.warnings)
    if isinstance(carried.binding, RangeBinding) and run.content_holds:
        _hold_to_type(run, carried.binding)
    return _verdict(run, name, media_type, warnings, judge, at, limits)


def _places(carried: Carried) -> tuple[tuple[int, int], ...]:
    """Every range that a data hash may leave out for the store where it stands."""
    if isinstance(carried.binding, RangeBinding):
        return tuple(one for one in carried.binding.accepted if one is not None)
    return ((carried.start, carried.length),)


def _hold_to_type(run: Validation, binding: RangeBinding) -> None:
    """What is left out of the hash has to be what it may be in content of the signed type (§A.9.4)."""
    problem, warning = binding.fit(_signed_types(run))
    if warning is not None:
        run.warnings.append(warning)
    if problem is None:
        return
    run.content_holds = False
    match, findings = StatusCode.ASSERTION_DATA_HASH_MATCH, run.findings
    url = next((status.url for status in findings.success if status.code is match), None)
    findings.success = [status for status in findings.success if status.code is not match]
    findings.add(StatusCode.ASSERTION_DATA_HASH_MISMATCH, url, problem)


def _signed_types(run: Validation) -> tuple[str, ...]:
    """The media types that the claim, or else the first action of each assertion, has as ``dc:format``."""
    run = run.bound_by or run
    stated = [run.claim.fields.get("dc:format")] if run.claim else []
    if not any(isinstance(one, str) for one in stated):
        stated = [one.actions[0].parameters.get("dc:format") for one in run.actions.values()]
    return tuple(one for one in stated if isinstance(one, str))


def _broken(
    name: str, media_type: str, code: StatusCode, explanation: str, warnings: tuple[str, ...] = ()
) -> Verdict:
    findings = Findings()
    findings.add(code, None, explanation)
    return Verdict(State.INVALID, media_type, carrier=name, statuses=findings.freeze(), warnings=warnings)


def _judge(trust: TrustStore | None, limits: Limits) -> CredentialJudge:
    """A judge over a trust store; nothing of trust is loaded for what carries no credential."""
    from provkit.trust.judging import Judge

    return Judge(_lists(trust), limits)


def _lists(trust: TrustStore | None) -> TrustStore:
    from provkit.trust.store import TrustStore as Store

    return Store.bundled() if trust is None else trust


def _verdict(
    run: Validation,
    name: str,
    media_type: str,
    warnings: tuple[str, ...],
    judge: CredentialJudge,
    at: datetime,
    limits: Limits,
) -> Verdict:
    if run.findings.unsupported and run.findings.sound:
        # Nothing refutes the credential, and not everything could be looked at: no verdict.
        unsupported = ", ".join(dict.fromkeys(run.findings.unsupported))
        raise UnsupportedError(
            f"unsupported: {unsupported}", hint="this version cannot judge this credential"
        )
    state, claim = run.state, run.claim
    if state is State.INVALID or claim is None:
        # Who signed, if the signature shows it; that a list knows him counts only if all of it holds.
        signer = replace(run.signer, trust_list=None) if run.signer and run.signature_holds else None
        return Verdict(
            state=State.INVALID,
            media_type=media_type,
            carrier=name,
            manifest=run.manifest.label,
            statuses=run.findings.freeze(),
            signer=signer,
            origin=OriginFinding(notes=("the credential does not hold",)),
            warnings=(*warnings, *run.warnings),
        )
    time = signing_time(run)
    beside = statements.of(run, time, judge, at, limits)
    return Verdict(
        state=state,
        media_type=media_type,
        carrier=name,
        manifest=run.manifest.label,
        statuses=run.findings.freeze(),
        signer=run.signer,
        time=time,
        origin=derive(run),
        ingredients=run.ingredient_findings() if run.ingredients else (),
        generator=claim.generator,
        title=claim.title,
        assertions=tuple(run.contents),
        warnings=(*warnings, *run.warnings, *beside.warnings),
        **beside.fields,
    )


def strip(data: bytes, *, limits: Limits = DEFAULT_LIMITS, password: str | None = None) -> bytes:
    """The asset without its credential, whole or damaged; every other byte stays as it is.

    Raises:
        MalformedError, UnsupportedError, LimitError: as :func:`verify`.
    """
    media_type = media.sniff(data)
    if media_type in containers.LOCATORS:
        from provkit.engine import verdicts

        return verdicts.strip(data, media_type, limits)
    return selection.remove(Memory(data), media_type, limits, password=password)


def inspect(
    data: bytes | Source,
    *,
    limits: Limits = DEFAULT_LIMITS,
    manifest: bytes | None = None,
    password: str | None = None,
) -> Inspection | None:
    """The manifest store of an asset, parsed and judged by nobody; None if there is none.

    Args:
        data: the asset, whole.
        limits: bounds on what is read.
        manifest: a manifest store that is kept apart from the asset; one in the asset counts more.
        password: of an encrypted PDF.

    Raises:
        MalformedError: a carrier or store that cannot be read, also when there are several.
        UnsupportedError, LimitError: as :func:`verify`.
    """
    asset = Memory(data) if isinstance(data, bytes) else data
    media_type = _sniff(asset, apart=manifest is not None)
    if media_type in containers.LOCATORS:
        found = containers.locate(selection.held(asset, limits), media_type, limits)
        if found is not None:
            start, last = found.ranges[0][0], found.ranges[-1]
            whole = stores.read(found.store, limits)
            name = media_type.partition("/")[2]
            return Inspection(media_type, name, start, sum(last) - start, found.store, whole)
        name, carried = selection.SIDECAR, Carried()
    elif media_type == media.UNKNOWN:
        name, carried = selection.SIDECAR, Carried()
    else:
        name, carried = _carried(asset, media_type, limits, manifest, password)
    if carried.problem is not None:
        raise MalformedError(carried.problem.explanation)
    if not carried.stores and manifest is not None:
        name, carried = selection.SIDECAR, sidecar.read(manifest, asset, limits)
    if not carried.stores:
        return None
    *older, active = (stores.read(store, limits) for store in carried.stores)
    store = stores.join(older, active, limits)
    return Inspection(media_type, name, carried.start, carried.length, carried.stores[-1], store)


__all__ = ["Inspection", "cross_check", "cross_checked", "inspect", "strip", "verify"]
