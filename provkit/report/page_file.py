"""What the page says of one file: the verdict in plain words, the chain as a picture, steps and codes.

What a credential that does not hold states is not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode
from provkit.report import statements
from provkit.report.explained import lookup
from provkit.report.judged import Outcome
from provkit.report.markup import safe
from provkit.report.page_chain import chain_section
from provkit.report.steps import Outcome as StepOutcome
from provkit.report.steps import steps
from provkit.verdict import OriginClass, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from provkit.report.judged import Judged
    from provkit.report.steps import StepResult
    from provkit.verdict import OriginFinding, SignerFacts, Status, Verdict

_CODES: Final = 300
"""Rows in the table of codes."""
_REASONS: Final = 8
_SAID: Final = 300
VERDICTS: Final = {
    State.TRUSTED: "The credential holds for this file, and a trust list vouches for the signer. That says who "
    "stated something, not that the statement is so.",
    State.VALID: "The credential holds for this file. No trust list used here knows the signer, so the name in it "
    "may be anybody\u2019s.",
    State.INVALID: "There is a credential, and it does not hold for this file. What it states is not shown: whoever "
    "it names may have nothing to do with this file.",
    State.UNSIGNED: "No credential was found. That says nothing about the content.",
}
"""What a state means, in words for readers."""
_ORIGINS: Final = {
    OriginClass.HUMAN: "human work",
    OriginClass.AI_ASSISTED: "AI-assisted",
    OriginClass.SYNTHETIC: "synthetic",
    OriginClass.UNKNOWN: "not stated",
}
_NAMES: Final = {
    "model": "Models stated",
    "part": "Parts of it",
    "use": "Terms of use",
    "category": "Category",
    "purpose": "Made for",
    "check": "Checks stated",
    "limit": "Limits of use",
    "identity": "Identities named",
}
_BESIDE: Final = 20
"""Statements of one kind that are shown."""
_CARRIERS: Final = {
    "text": "in the text itself, as characters that are not shown",
    "sidecar": "in a file beside this one",
}
_MATCHES: Final = {
    StatusCode.ASSERTION_DATA_HASH_MATCH: "Every byte of the file outside the credential.",
    StatusCode.ASSERTION_BOXES_HASH_MATCH: "Every listed part of the file, which is all of it but the credential.",
    StatusCode.ASSERTION_BMFF_HASH_MATCH: "The boxes of the file, but for the credential and what the standard "
    "leaves out.",
    StatusCode.ASSERTION_COLLECTION_HASH_MATCH: "Every file of the collection.",
    StatusCode.ASSERTION_MULTI_ASSET_HASH_MATCH: "Each of the assets that the file consists of.",
}
_LEFT_OUT: Final = (
    StatusCode.ASSERTION_DATA_HASH_ADDITIONAL_EXCLUSIONS_PRESENT,
    StatusCode.ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT,
    StatusCode.ASSERTION_BMFF_HASH_ADDITIONAL_EXCLUSIONS_PRESENT,
)
_STATES: Final = {
    StepOutcome.PASSED: "trusted",
    StepOutcome.FAILED: "invalid",
    StepOutcome.NOTED: "valid",
    StepOutcome.SILENT: "unsigned",
}
_MARKS: Final = {
    StepOutcome.PASSED: "\u2713 passed",
    StepOutcome.FAILED: "\u2715 failed",
    StepOutcome.NOTED: "! noted",
    StepOutcome.SILENT: "\u2013 nothing found against it",
}


def article(judged: Judged, mark: str, dates: Mapping[str, date | None], *, lead: bool = True) -> str:
    """All that is said of one file.

    Args:
        judged: the result; its verdict may be missing.
        mark: id of the article, unique on the page.
        dates: of the trust lists, by name.
        lead: begin with what the state means, which a page may have said already.
    """
    result = judged.result
    verdict = result.verdict
    state = "unjudged" if verdict is None else str(verdict.state)
    word = "not evaluated" if verdict is None else state
    head = (
        f'<article id="{mark}" class="{state}" aria-labelledby="{mark}h"><div class="head">'
        f'<h2 id="{mark}h"><bdi>{safe(result.path, 600)}</bdi></h2><span class="pill">{word}</span></div>'
    )
    if verdict is None:
        said, hint = (result.error.message, result.error.hint) if result.error else ("no verdict", None)
        kind = result.error.kind if result.error else "internal"
        rest = f'<p class="accept">{safe(hint[0].upper() + hint[1:], _SAID)}.</p>' if hint else ""
        found = lookup(kind)
        meaning = f'<p class="say">{safe(found.words.meaning)}</p>' if found else ""
        return f'{head}<p class="verdict">{safe(kind)}: {safe(said, 600)}.</p>{meaning}{rest}</article>'
    parts = [
        head,
        f'<p class="verdict">{VERDICTS[verdict.state]}</p>' if lead else "",
        _accepted(judged),
        _reasons(verdict),
        f"<dl>{''.join(_facts(verdict, dates))}</dl>",
        _warnings(verdict.warnings),
        chain_section(judged.events, verdict, result.path, mark),
        _steps(verdict),
        _codes(verdict),
        "</article>",
    ]
    return "\n".join(part for part in parts if part)


def origin_word(verdict: Verdict) -> str:
    """What is stated, in a word or two, with what speaks against relying on it."""
    doubts = _doubts(verdict.origin)
    return _ORIGINS[verdict.origin.cls] + (f" ({'; '.join(doubts)})" if doubts else "")


def _doubts(origin: OriginFinding) -> list[str]:
    if origin.cls is OriginClass.UNKNOWN:
        return []
    doubts = [] if origin.attributed else ["not attributed to the signer"]
    if origin.cls is OriginClass.HUMAN and not origin.complete:
        doubts.append("not all actions are listed")
    return doubts


def _accepted(judged: Judged) -> str:
    match judged.outcome:
        case Outcome.ACCEPTED:
            return '<p class="accept"><b>Accepted</b> by what was asked for.</p>'
        case Outcome.REFUSED if judged.reasons:
            said = "; ".join(safe(reason, _SAID) for reason in judged.reasons)
            return f'<p class="accept"><b>Not accepted</b>: {said}.</p>'
        case Outcome.REFUSED:
            return '<p class="accept"><b>Not accepted.</b></p>'
        case _:
            return ""


def _reasons(verdict: Verdict) -> str:
    if verdict.state is not State.INVALID:
        return ""
    codes = list(dict.fromkeys(str(entry.code) for entry in verdict.statuses.failure))
    broken = [code for code in codes if code != StatusCode.SIGNING_CREDENTIAL_UNTRUSTED] or codes
    rows = "".join(f"<li>{_meaning(code)} <code>{code}</code></li>" for code in broken[:_REASONS])
    more = f"<li>and {len(broken) - _REASONS} more</li>" if len(broken) > _REASONS else ""
    return f'<h3>Why</h3><ul class="why">{rows}{more}</ul>' if rows else ""


def _meaning(code: str) -> str:
    found = lookup(code)
    return safe(found.words.meaning) if found else ""


def _facts(verdict: Verdict, dates: Mapping[str, date | None]) -> Iterator[str]:
    if verdict.state in (State.TRUSTED, State.VALID):
        yield from _statements(verdict, dates)
    yield _fact("Covered", *_covered(verdict))
    yield _fact("Kind of file", safe(verdict.media_type))
    if verdict.carrier is not None:
        yield _fact(
            "Credential", safe(_CARRIERS.get(verdict.carrier, f"inside the file ({verdict.carrier})"))
        )
    if verdict.manifest is not None:
        yield _fact("Active manifest", f"<code>{safe(verdict.manifest)}</code>")


def _statements(verdict: Verdict, dates: Mapping[str, date | None]) -> Iterator[str]:
    origin = verdict.origin
    notes = [*_doubts(origin), *(safe(note, _SAID) for note in origin.notes[:5])]
    term = (origin.source_type or "").rpartition("/")[2]
    if term:
        notes.append(f"source type {safe(term, 80)}")
    yield _fact("Stated origin", f"<b>{_ORIGINS[origin.cls]}</b>", *notes)
    if verdict.signer is not None:
        yield _fact("Signed by", *_signer(verdict.signer))
        yield _fact("Vouched for", *_vouched(verdict.signer, dates))
    if verdict.time is None:
        yield _fact("Time", "not stated")
    else:
        claimed = "a listed time-stamp authority vouches for it"
        if verdict.time.basis != "timestamped":
            claimed = "claimed by the signer; nobody else vouches for it"
        yield _fact("Time", _minute(verdict.time.value), claimed)
    if verdict.title:
        yield _fact("Title", _quoted(verdict.title))
    if verdict.generator:
        yield _fact("Made with", _quoted(verdict.generator))
    beside: dict[str, list[str]] = {}
    for name, said in statements.words(verdict, _quoted):
        beside.setdefault(name, []).append(said)
    for name, lines in beside.items():
        first, *rest = lines[:_BESIDE]
        rest += [f"and {len(lines) - _BESIDE} more; --format json lists all"] if len(lines) > _BESIDE else []
        yield _fact(_NAMES[name], first, *rest)


def _signer(signer: SignerFacts) -> Iterator[str]:
    who = f"<b>{_quoted(signer.name)}</b>"
    if signer.organization and signer.organization != signer.name:
        who = f"{who} of {_quoted(signer.organization)}"
    yield who
    if signer.development:
        yield "a <b>development</b> identity: anybody can make one with this name"
    yield f"certificate issued by {_quoted(signer.issuer)}, {_day(signer.not_before)} to {_day(signer.not_after)}"
    yield f"{safe(signer.algorithm)}, SHA-256 <code>{safe(signer.fingerprint)}</code>"


def _vouched(signer: SignerFacts, dates: Mapping[str, date | None]) -> Iterator[str]:
    if signer.distrusted is not None:
        yield f"<b>distrusted</b>: {safe(signer.distrusted, _SAID)}"
    elif signer.trust_list is None:
        yield "by no trust list used here"
    else:
        day = dates.get(signer.trust_list)
        yield f"by the list {_quoted(signer.trust_list)}{f' of {day}' if day else ''}"


def _covered(verdict: Verdict) -> Iterator[str]:
    if verdict.state is State.UNSIGNED:
        yield "nothing: there is no signature"
        return
    if verdict.state is State.INVALID:
        yield "nothing that could be relied on"
        return
    found = {entry.code for entry in (*verdict.statuses.success, *verdict.statuses.informational)}
    yield from [said for code, said in _MATCHES.items() if code in found] or ["The content, by its hash."]
    if found.intersection(_LEFT_OUT):
        yield "Further parts are left out by the signer; what stands there is not covered."


def _fact(name: str, value: str, *more: str) -> str:
    rest = "".join(f"<small>{line}</small>" for line in more)
    return f"<dt>{name}</dt><dd>{value}{rest}</dd>"


def _quoted(text: str) -> str:
    return f"<bdi>{safe(text)}</bdi>"


def _minute(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"


def _day(value: datetime) -> str:
    return f"{value:%Y-%m-%d}"


def _warnings(found: Sequence[str]) -> str:
    if not found:
        return ""
    rows = "".join(f"<li>{_warning(entry)}</li>" for entry in found[:20])
    return f'<div class="warn" role="note"><b>Worth knowing</b><ul>{rows}</ul></div>'


def _warning(warning: str) -> str:
    word, _, sentence = warning.partition(": ")
    return f"{safe(sentence or warning, 400)} <code>{safe(word, 60)}</code>"


def _steps(verdict: Verdict) -> str:
    rows = "".join(_step(step) for step in steps(verdict))
    return (
        '<h3>What was checked</h3><div class="wide" tabindex="0" role="group" aria-label="Steps"><table>'
        '<thead><tr><th scope="col" class="n">#</th><th scope="col">Step</th><th scope="col">Result</th>'
        f'<th scope="col" class="hide">Findings</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _step(step: StepResult) -> str:
    codes: dict[str, int] = {}
    for status in step.statuses:
        codes[status.code] = codes.get(status.code, 0) + 1
    listed = "<br>".join(f"<code>{code}</code>{_times(count)}" for code, count in list(codes.items())[:12])
    return (
        f'<tr class="{_STATES[step.outcome]}"><td class="n">{step.number}</td><th scope="row">{step.title}</th>'
        f'<td class="o"><b>{_MARKS[step.outcome]}</b></td><td class="hide">{listed}</td></tr>'
    )


def _times(count: int) -> str:
    return f" \u00d7{count}" if count > 1 else ""


def _codes(verdict: Verdict) -> str:
    rows = [
        *_rows(verdict.statuses.failure, "failure"),
        *_rows(verdict.statuses.informational, "information"),
        *_rows(verdict.statuses.success, "success"),
    ]
    for ingredient in verdict.ingredients:
        where = f"ingredient {ingredient.label}"
        rows += _rows(ingredient.statuses.failure, f"failure, {where}")
        rows += _rows(ingredient.statuses.informational, f"information, {where}")
        rows += _rows(ingredient.statuses.success, f"success, {where}")
    if not rows:
        return ""
    more = (
        f'<p class="say">and {len(rows) - _CODES} more; --format json lists all.</p>'
        if len(rows) > _CODES
        else ""
    )
    return (
        f"<details><summary>All {len(rows)} status codes, explained</summary>"
        '<div class="wide" tabindex="0" role="group" aria-label="Status codes"><table class="codes"><thead><tr>'
        '<th scope="col">Code</th><th scope="col">Kind</th><th scope="col">What it means</th>'
        '<th scope="col">What was found, and where</th>'
        f"</tr></thead><tbody>{''.join(rows[:_CODES])}</tbody></table></div>{more}</details>"
    )


def _rows(statuses: Iterable[Status], kind: str) -> list[str]:
    return [
        f'<tr><th scope="row"><code>{status.code}</code></th><td>{safe(kind, 120)}</td>'
        f"<td>{_meaning(status.code)}</td><td>{safe(status.explanation, _SAID)}"
        f"{f'<br><code>{safe(status.url, _SAID)}</code>' if status.url else ''}</td></tr>"
        for status in statuses
    ]


__all__ = ["VERDICTS", "article", "origin_word"]
