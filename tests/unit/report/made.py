"""Verdicts and chains for reports, with names that try everything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from provkit.codes import StatusCode
from provkit.report.chain import Event, Link, Step
from provkit.report.document import Failure, Result
from provkit.report.judged import Judged, Outcome
from provkit.statements.codes import IdentityCode
from provkit.statements.model import (
    Check,
    Disclosure,
    IdentityFinding,
    IdentityState,
    IdentityStatus,
    Range,
    Record,
    StatedPart,
    UsageTerm,
)
from provkit.verdict import (
    Evidence,
    IngredientFinding,
    OriginClass,
    OriginFinding,
    SignerFacts,
    State,
    Status,
    Statuses,
    TimeFact,
    Verdict,
)

NASTY = (
    "]]><!--</title></style><script>x</script>\" onload='x\x1b[31m\n\x00\ufffe\u202e\ud800 {0} [a](b) &amp;"
)
MOMENT = datetime(2026, 11, 20, 12, 3, 4, tzinfo=UTC)


def signer(listed: str | None = "list") -> SignerFacts:
    return SignerFacts(NASTY, NASTY, NASTY, "0a", "ES256", MOMENT, MOMENT, "0" * 64, listed)


def verdict(state: State = State.TRUSTED, *failures: StatusCode, media_type: str = "text/plain") -> Verdict:
    """A verdict with something nasty in every field."""
    url = f"self#jumbf=/c2pa/urn:c2pa:1/{NASTY}"
    statuses = Statuses(
        (Status(StatusCode.CLAIM_SIGNATURE_VALIDATED, url, NASTY),),
        (Status(StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED, url, NASTY),),
        tuple(Status(code, url, NASTY) for code in failures),
    )
    if state is State.UNSIGNED:
        return Verdict(state, media_type, warnings=(f"decoy: {NASTY}",))
    return Verdict(
        state,
        media_type,
        carrier="text",
        manifest=f"urn:c2pa:1{NASTY}",
        statuses=statuses,
        signer=signer("list" if state is State.TRUSTED else None),
        time=TimeFact(MOMENT, "claimed"),
        origin=OriginFinding(
            OriginClass.HUMAN,
            NASTY,
            attributed=True,
            evidence=(Evidence(NASTY, OriginClass.HUMAN, attributed=True, where=NASTY),),
            notes=(NASTY,),
        ),
        ingredients=(IngredientFinding("c2pa.ingredient.v3", NASTY, NASTY, statuses),),
        generator=NASTY,
        title=NASTY,
        assertions=(NASTY,),
        **statements(),
        warnings=(f"decoy: {NASTY}",),
    )


def statements(text: str = NASTY) -> dict[str, Any]:
    """Every statement there is, with something nasty in every field."""
    found = IdentityStatus(IdentityCode.CREDENTIAL_UNTRUSTED, text)
    return {
        "usage": (
            UsageTerm(text, None, text, text, attributed=False, where=text),
            UsageTerm(text, "ai_training", "constrained", text, attributed=True, where=text),
        ),
        "disclosures": (
            Disclosure(text, text, text, text, (text,), attributed=True, where=text),
            Disclosure(None, None, None, None, (), attributed=False, where=text),
        ),
        "parts": (
            StatedPart(
                action=text,
                source_type=text,
                cls=OriginClass.SYNTHETIC,
                ranges=(Range(text, text, text, 1, 2),),
                name=text,
                description=text,
                role=text,
                attributed=True,
                where=text,
            ),
        ),
        "records": (
            Record(text, text, (Check(text, text, text, text),), (text,), attributed=True, where=text),
        ),
        "identities": (
            IdentityFinding(
                state=IdentityState.VALID,
                sig_type=text,
                roles=(text,),
                holder=signer(None),
                references=(text,),
                time=MOMENT,
                statuses=(found,),
                attributed=True,
                where=text,
            ),
        ),
    }


def judged(
    state: State | None,
    outcome: Outcome,
    *failures: StatusCode,
    path: str = "a.txt",
    reasons: tuple[str, ...] = (),
    events: tuple[Event, ...] | None = None,
) -> Judged:
    if state is None:
        return Judged(Result(path, None, Failure("limit", NASTY, NASTY)), outcome)
    return Judged(Result(path, verdict(state, *failures)), outcome, reasons, events)


def link(
    target: int | None,
    relationship: str | None = "parentOf",
    *,
    recorded: str | None = "valid",
    failures: tuple[str, ...] | None = None,
    title: str | None = None,
) -> Link:
    """An ingredient whose credential is manifest number `target`; None: without one."""
    manifest = None if target is None else f"urn:c2pa:{target}"
    present = target is not None
    return Link(
        f"c2pa.ingredient.v3__{target}",
        relationship,
        title,
        "x",
        None,
        manifest,
        present,
        recorded,
        (),
        failures,
    )


def event(number: int, *links: Link, name: str = "Desk", basis: str | None = "claimed") -> Event:
    """Manifest `number`; number 1 is the active one."""
    step = Step("c2pa.edited", None, None, None, name, None, attributed=True)
    return Event(
        number=number,
        label=f"urn:c2pa:{number}",
        kind="standard",
        active=number == 1,
        referenced=True,
        signer=name,
        organization=name,
        issuer=name,
        algorithm="ES256",
        time=MOMENT,
        basis=basis,
        generator=name,
        title=name,
        steps=(step,),
        complete=True,
        links=links,
        others=(name,),
        problems=(),
    )


def chain(length: int, name: str = "Desk") -> tuple[Event, ...]:
    """Each made from the next."""
    return tuple(
        event(number, *((link(number + 1),) if number < length else ()), name=name)
        for number in range(1, length + 1)
    )
