"""Verifying and signing containers: locator, engine, strict pass, and our own judgement of the signer.

The four answers of spec/containers.md, and the strictest counts.  A file in which the locator
finds no carrier is decided without starting the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from provkit import statements
from provkit.carriers import containers
from provkit.carriers.boxed import Boxed
from provkit.codes import StatusCode, StatusKind
from provkit.engine import credential, native, stamping, strict
from provkit.engine import report as reports
from provkit.engine.account import Account
from provkit.engine.manifest_definition import Source, define
from provkit.engine.report import from_error
from provkit.errors import (
    AlreadySignedError,
    ConfigurationError,
    MalformedError,
    UnsupportedError,
)
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest.findings import Teller
from provkit.origin.derive import derive
from provkit.origin.times import claimed_time
from provkit.verdict import (
    IngredientFinding,
    OriginFinding,
    State,
    Status,
    Statuses,
    TimeFact,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from provkit.carriers.found import Found
    from provkit.engine.credential import ContainerCredential
    from provkit.engine.report import EngineReport
    from provkit.engine.strict import StrictFinding
    from provkit.history import History
    from provkit.manifest.builder import ClaimSigner
    from provkit.manifest.validation import CredentialJudge
    from provkit.origin.declaration import Origin
    from provkit.trust.store import TrustStore

_OURS: Final = frozenset({StatusCode.SIGNING_CREDENTIAL_TRUSTED, StatusCode.SIGNING_CREDENTIAL_UNTRUSTED})
_STAPLED: Final = frozenset(
    {
        StatusCode.SIGNING_CREDENTIAL_OCSP_INACCESSIBLE,
        StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
        StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
        StatusCode.SIGNING_CREDENTIAL_OCSP_UNKNOWN,
    }
)
"""What our own reading of stapled responses answers; that the engine finds one revoked counts as well."""


@dataclass(frozen=True, slots=True)
class _Answers:
    """The four answers for one container."""

    strict: StrictFinding
    report: EngineReport
    who: ContainerCredential | None

    @property
    def failures(self) -> tuple[Status, ...]:
        """What we have against it beside the engine."""
        return (*self.strict.failures, *(self.who.failures if self.who else ()))

    @property
    def state(self) -> State:
        """The strictest answer."""
        if self.report.state not in ("Trusted", "Valid") or self.failures or self.who is None:
            return State.INVALID
        return State.TRUSTED if self.who.trusted and not self.strict.capped else State.VALID

    def statuses(self) -> Statuses:
        """The engine's statuses with our own judgement of the signer in place of its."""
        engine = self.report.statuses
        success = [status for status in engine.success if status.code not in _OURS | _STAPLED]
        informational = [status for status in engine.informational if status.code not in _STAPLED]
        failure = [status for status in engine.failure if status.code not in _OURS]
        if self.report.state == "Invalid":
            mine = reports.failures(self.report.ingredients)
            failure += [status for status in mine if status.code not in _OURS]
        failure += self.failures
        if self.who is not None:
            ours = self.who.status
            (success if ours.code is StatusCode.SIGNING_CREDENTIAL_TRUSTED else failure).append(ours)
            stapled = self.who.revocation
            if stapled is not None and stapled.kind is not StatusKind.FAILURE:  # those are among failures
                (success if stapled.kind is StatusKind.SUCCESS else informational).append(stapled)
        return Statuses(tuple(success), tuple(informational), tuple(dict.fromkeys(failure)))


def verify(
    data: bytes, media_type: str, trust: TrustStore, judge: CredentialJudge, at: datetime, limits: Limits
) -> Verdict:
    """Verify a container.

    Args:
        data: the asset, whole.
        media_type: as sniffed.
        trust: the lists.
        judge: judges signers of ingredients.
        at: moment to judge at, aware.
        limits: bounds on what is read.

    Raises:
        MalformedError, UnsupportedError, LimitError: no verdict can be reached.
    """
    found = containers.locate(data, media_type, limits)
    if found is None:
        remote = containers.remote_manifest(data, media_type, limits)
        return Verdict.unsigned(media_type, remote)
    answers = _ask(data, media_type, found, trust, at, limits)
    state, report, who = answers.state, answers.report, answers.who
    statuses = answers.statuses()
    # As for text: nobody is named by a signature that does not hold.
    holds = any(status.code is StatusCode.CLAIM_SIGNATURE_VALIDATED for status in report.statuses.success)
    signer = who.facts if who and holds else None
    warnings = (*answers.strict.warnings, *(who.warnings if who else ()))
    carrier = media_type.partition("/")[2]
    store = answers.strict.store
    if state is State.INVALID or store is None or who is None:
        return Verdict(
            state=state,
            media_type=media_type,
            carrier=carrier,
            manifest=report.manifest,
            statuses=statuses,
            # That a list knows the signer counts only if all of it holds.
            signer=replace(signer, trust_list=None) if signer else None,
            origin=OriginFinding(notes=("the credential does not hold",)),
            warnings=warnings,
        )
    # An assertion of an ingredient's own manifest may have the same label: the URI tells them apart.
    deltas = {delta.uri: delta.statuses for delta in report.ingredients}
    against = {uri: statuses.failure for uri, statuses in deltas.items()}
    run = Account(answers.strict.readings, store.active.label, judge, at, against, limits).active
    run.signer_trusted = who.trusted
    stamped = who.moment if who.time_stamped else None
    tell = Teller().tell
    time = claimed_time(run) if stamped is None else TimeFact(stamped, "timestamped")
    beside = statements.of(run, time, judge, at, limits)
    return Verdict(
        state=state,
        media_type=media_type,
        carrier=carrier,
        manifest=report.manifest,
        statuses=statuses,
        signer=signer,
        time=time,
        origin=derive(run),
        ingredients=tuple(
            IngredientFinding(
                label,
                one.relationship,
                one.title,
                _found(
                    tell(run.ancestors[label].findings) if label in run.ancestors else None,
                    deltas.get(store.active.assertion_uri(label), Statuses()),
                ),
            )
            for label, one in run.ingredients.items()
        ),
        generator=run.claim.generator if run.claim else None,
        title=run.claim.title if run.claim else None,
        assertions=tuple(run.contents),
        warnings=(*warnings, *beside.warnings),
        **beside.fields,
    )


def _found(mine: Statuses | None, delta: Statuses) -> Statuses:
    """What is known of an ingredient: by the engine, and by our own steps and its user's record."""
    if mine is None:
        return delta
    failure = [status for status in (*delta.failure, *mine.failure) if status.code not in _OURS]
    failure += [status for status in mine.failure if status.code in _OURS]
    return Statuses(
        tuple(dict.fromkeys((*delta.success, *mine.success))),
        tuple(dict.fromkeys((*delta.informational, *mine.informational))),
        tuple(dict.fromkeys(failure)),
    )


def _ask(
    data: bytes, media_type: str, found: Found, trust: TrustStore, at: datetime, limits: Limits
) -> _Answers:
    members = containers.members(data, media_type, limits)
    checked = strict.check(
        found, limits, members=members, boxed=Boxed.around(data, media_type, found, limits)
    )
    for reading in checked.readings.values():
        if isinstance(reading.manifest.sealed, UnsupportedError):
            raise reading.manifest.sealed  # the engine would unpack it, whatever comes out
    # A store stands in the file: what the engine cannot make of it is a broken credential.
    try:
        report = native.read(data, media_type, trust) or from_error(
            "Manifest", "a credential stands in the file, and the reference engine does not find it"
        )
    except MalformedError as error:
        if not checked.failures:
            raise
        report = from_error("Manifest", error.message)
    who = None
    if checked.store is not None:
        signature = checked.readings[checked.store.active.label].signature
        who = credential.judge_container(checked.store, trust, at, report, limits, signature)
    return _Answers(checked, report, who)


def sign(
    data: bytes,
    media_type: str,
    origin: Origin,
    signer: ClaimSigner,
    when: datetime | None,
    *,
    version: str,
    resign: bool = False,
    parent: tuple[bytes, str] | None = None,
    history: History | None = None,
    limits: Limits = DEFAULT_LIMITS,
    stamp: Callable[[bytes], bytes] | None = None,
    revocation: tuple[bytes, ...] = (),
) -> bytes:
    """Sign a container through the engine.  Whether it verifies is for the caller to see.

    Args:
        data: the asset, whole; a credential in it is refused unless `resign` is set.
        media_type: as sniffed.
        origin: what is declared.
        signer: key and chain.
        when: claimed time of signing, aware; None states none.
        version: of provkit.
        resign: keep the credential the asset carries as its parent's.
        parent: an asset this one was made from, and its media type as sniffed.
        history: what was kept of such an asset that is gone.
        limits: bounds on what is read.
        stamp: gives a time stamp over the bytes it gets (:mod:`.stamping`).
        revocation: OCSP responses to staple, with a time stamp.

    Raises:
        AlreadySignedError: the asset carries a credential, and `resign` is not set.
        ConfigurationError: there is none to keep, or it does not hold.
        CredentialError, MalformedError, UnsupportedError, LimitError: as the engine has it.
    """
    containers.check_signable(data, media_type, limits)
    found = containers.locate(data, media_type, limits)
    if found is not None and not resign:
        raise AlreadySignedError(
            "the file carries a credential already",
            hint="keep it as history with --resign, or take it off first with: provkit strip",
        )
    if resign:
        parent = (data, media_type)
    sources: tuple[Source, ...] = ()
    if parent is not None:
        _require_history(*parent, limits)
        sources = (Source(parent[0], parent[1], "parentOf"),)
    elif history is not None and history.ingredient is not None:
        sources = (_recalled(history.store, history.ingredient),)
    definition = define(origin, media_type, when, version=version, sources=sources)
    ready = containers.prepare(data, media_type, limits)
    signed = native.sign(ready, media_type, definition, signer)
    if stamp is not None:
        signed = stamping.stamped(signed, media_type, stamp, revocation, limits)
    return signed


def _recalled(store: bytes, ingredient: Mapping[str, Any]) -> Source:
    """A parent that is gone.  Its content is bound by its own manifest and was validated when it was there (§15.11.3)."""
    results = ingredient["validationResults"]["activeManifest"]
    return Source(store, ingredient["dc:format"], "parentOf", ingredient.get("dc:title"), results=results)


def _require_history(data: bytes, media_type: str, limits: Limits) -> None:
    from provkit.trust.store import TrustStore

    if media_type not in containers.LOCATORS:
        raise UnsupportedError(
            f"the history of {media_type} cannot be kept in this kind of file",
            hint="give a parent that is an image, sound, video or archive",
        )
    found = containers.locate(data, media_type, limits)
    if found is None:
        raise ConfigurationError(
            "there is no credential to keep as history", hint="sign it without --resign or --parent"
        )
    answers = _ask(data, media_type, found, TrustStore.empty(), datetime.now(UTC), limits)
    if answers.state is State.INVALID:
        raise ConfigurationError(
            "the credential to keep as history does not hold, and a signature would cover that up",
            hint="see: provkit verify -v",
        )


def strip(data: bytes, media_type: str, limits: Limits) -> bytes:
    """A container without its credential.

    Raises:
        MalformedError, UnsupportedError, LimitError: as :func:`provkit.carriers.containers.remove`.
    """
    return containers.remove(data, media_type, limits)
