"""Verdicts as lines for people.

The first line answers state, origin, signer and time.  What a broken credential says is not
shown: whoever it names may have nothing to do with the file.  The state is a word, so colour
is never the only signal.  Every quoted part went through :mod:`.escape`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode
from provkit.report.escape import escape, quote
from provkit.verdict import OriginClass, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from provkit.report.document import Result
    from provkit.verdict import OriginFinding, SignerFacts, Status, Verdict

QUIET: Final = -1
NORMAL: Final = 0
VERBOSE: Final = 1
FORENSIC: Final = 2

_INDENT: Final = " " * 10
_REASONS: Final = 5
"""Failures shown without ``-v``: a broken file can break forty rules at once."""
_COLOURS: Final = {State.TRUSTED: "32", State.VALID: "33", State.INVALID: "1;31", State.UNSIGNED: "2"}


@dataclass(frozen=True, slots=True)
class Style:
    """How the lines are to look."""

    verbosity: int = NORMAL
    color: bool = False
    unicode: bool = True
    """The terminal shows more than ASCII."""
    width: int | None = None
    """Columns of the terminal; None (a file or a pipe) never breaks a line."""
    list_dates: Mapping[str, date] = field(default_factory=dict)
    """Dates of the trust lists, by name."""
    several: bool = False
    """One of several files, behind which :func:`summary` says once what is true of each."""

    @property
    def separator(self) -> str:
        return " · " if self.unicode else " | "

    def escape(self, text: str, limit: int | None = None) -> str:
        """`text` made harmless for this terminal."""
        return escape(text, limit=limit, ascii_only=not self.unicode)

    def quote(self, text: str) -> str:
        """`text` made harmless and set apart from our own words."""
        return quote(text, ascii_only=not self.unicode)

    def paint(self, text: str, code: str) -> str:
        """`text` in a colour, where there is colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text


def lines(result: Result, style: Style, refused: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines for one result that has a verdict.

    Args:
        result: its verdict is not None.
        style: how they are to look.
        refused: why the verdict does not satisfy the policy, one sentence each.
    """
    verdict = result.verdict
    if verdict is None:
        return
    path = style.escape(result.path)
    label = style.paint(f"{verdict.state:<8}", _COLOURS[verdict.state])
    if style.verbosity <= QUIET:
        yield f"{label}  {path}{_short(verdict)}"
        return
    answer = list(_answer(verdict, style))
    first, *more = _fitted(path, answer, style) if answer else [path]
    yield f"{label}  {first}"
    for line in more:
        yield from _wrapped(line, style)
    for detail in _details(verdict, style, refused):
        yield from _wrapped(detail, style)


def _fitted(path: str, parts: list[str], style: Style) -> list[str]:
    """The answer on one line, or on as many as the terminal needs, broken between its parts."""
    whole = f"{path}: {parts[0]}"
    room = style.width is None or len(_INDENT) + len(whole) <= style.width
    lines = [whole] if room else [path, parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]}{style.separator}{part}"
        if style.width is None or len(_INDENT) + len(longer) <= style.width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _wrapped(detail: str, style: Style) -> Iterator[str]:
    """A detail below the first line, with the later lines of a long one further in."""
    if style.width is None or len(_INDENT) + len(detail) <= style.width:
        yield f"{_INDENT}{detail}"
        return
    from textwrap import wrap

    yield from wrap(
        detail,
        max(style.width, 40),
        initial_indent=_INDENT,
        subsequent_indent=f"{_INDENT}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _short(verdict: Verdict) -> str:
    holds = verdict.state in (State.TRUSTED, State.VALID)
    return f": {_stated(verdict.origin)}" if holds else ""


def _answer(verdict: Verdict, style: Style) -> Iterator[str]:
    if verdict.state is State.UNSIGNED:
        if not style.several:
            yield "no credential found, which says nothing about the content"
        return
    if verdict.state is State.INVALID:
        yield "the credential does not hold for this file" + (
            "" if style.several else "; what it states is not shown"
        )
        return
    yield _stated(verdict.origin)
    yield _signed_by(verdict.signer, style) if verdict.signer else "signer not known"
    if verdict.time is None:
        yield "time not stated"
    else:
        yield f"{_minute(verdict.time.value)} ({verdict.time.basis})"


def _stated(origin: OriginFinding) -> str:
    if origin.cls is OriginClass.UNKNOWN:
        return "origin not stated"
    doubts = []
    if not origin.attributed:
        doubts.append("not attributed to the signer")
    if origin.cls is OriginClass.HUMAN and not origin.complete:
        doubts.append("not all actions are listed")
    return f"stated as {origin.cls}" + (f" ({', '.join(doubts)})" if doubts else "")


def _signed_by(signer: SignerFacts, style: Style) -> str:
    facts = []
    if signer.development:
        facts.append("DEVELOPMENT")
    if signer.trust_list is not None:
        day = style.list_dates.get(signer.trust_list)
        facts.append(f"list {style.quote(signer.trust_list)}{f', {day}' if day else ''}")
    elif signer.distrusted is not None:
        facts.append(f"DISTRUSTED: {style.escape(signer.distrusted, 200)}")
    else:
        facts.append("on no trust list used here")
    name = signer.name
    # The name on the badge is what people know the signer by; the organisation stands for it.
    organization = signer.organization
    who = style.quote(name)
    if organization and organization != name and not signer.development:
        who = f"{who} of {style.quote(organization)}"
    return f"signed by {who} ({'; '.join(facts)})"


def _details(verdict: Verdict, style: Style, refused: tuple[str, ...]) -> Iterator[str]:
    holds = verdict.state in (State.TRUSTED, State.VALID)
    if verdict.state is State.INVALID and style.verbosity < VERBOSE:
        failures = _reasons(verdict)
        for status in failures[:_REASONS]:
            yield f"{status.code}: {style.escape(status.explanation, 300)}"
        if len(failures) > _REASONS:
            yield f"and {len(failures) - _REASONS} more; -v shows them"
        if failures and not style.several:
            yield f"to understand it: provkit explain {failures[0].code}"
    if holds and verdict.origin.cls is OriginClass.UNKNOWN and style.verbosity < VERBOSE:
        yield from (f"note: {style.escape(note, 300)}" for note in verdict.origin.notes)
    if holds:
        yield from (f"not accepted: {style.escape(reason, 300)}" for reason in refused)
    for warning in verdict.warnings:
        yield f"{style.paint('warning', '33')}: {style.escape(warning, 300)}"
    if style.verbosity >= VERBOSE:
        yield from _all(verdict, style)


def _reasons(verdict: Verdict) -> tuple[Status, ...]:
    """Failures that make a credential invalid; an unlisted signer alone never does."""
    failures = verdict.statuses.failure
    return tuple(s for s in failures if s.code is not StatusCode.SIGNING_CREDENTIAL_UNTRUSTED) or failures


def _all(verdict: Verdict, style: Style) -> Iterator[str]:
    holds = verdict.state in (State.TRUSTED, State.VALID)
    yield _fact("media type", verdict.media_type)
    if verdict.carrier is not None:
        yield _fact("carrier", verdict.carrier)
    if verdict.manifest is not None:
        yield _fact("manifest", style.escape(verdict.manifest, 200))
    if holds and verdict.title is not None:
        yield _fact("title", style.quote(verdict.title))
    if holds and verdict.generator is not None:
        yield _fact("generator", style.quote(verdict.generator))
    if holds and verdict.signer is not None:
        yield from _certificate(verdict.signer, style)
    if holds:
        for entry in verdict.origin.evidence:
            attributed = "attributed" if entry.attributed else "not attributed"
            yield _fact("evidence", f"{entry.cls}, {attributed}: {style.escape(entry.source_type, 200)}")
            yield _fact("", style.escape(entry.where, 300))
        yield from (_fact("note", style.escape(note, 300)) for note in verdict.origin.notes)
        yield from _statements(verdict, style)
    for kind, statuses in (
        ("failure", verdict.statuses.failure),
        ("information", verdict.statuses.informational),
        ("success", verdict.statuses.success),
    ):
        for status in statuses:
            yield _fact(kind, f"{status.code}: {style.escape(status.explanation, 300)}")
            if status.url is not None:
                yield _fact("", style.escape(status.url, 300))
    for ingredient in verdict.ingredients:
        codes = ", ".join(str(status.code) for status in ingredient.statuses.failure) or "no failure found"
        title = f" {style.quote(ingredient.title)}" if ingredient.title else ""
        what = f"{style.escape(ingredient.relationship, 40)}{title}"
        yield _fact("ingredient", f"{what}: {codes}")
        yield _fact("", style.escape(ingredient.label, 100))


def _statements(verdict: Verdict, style: Style) -> Iterator[str]:
    from provkit.report import statements

    yield from (_fact(*said) for said in statements.words(verdict, style.quote))
    for found in verdict.identities:
        for status in found.statuses:
            yield _fact("identity", f"{status.code}: {style.escape(status.explanation, 300)}")
        yield _fact("", style.escape(found.where, 300))


def _certificate(signer: SignerFacts, style: Style) -> Iterator[str]:
    yield _fact("signature", signer.algorithm)
    yield _fact("issuer", style.quote(signer.issuer))
    yield _fact("serial", signer.serial)
    yield _fact("certificate", f"{_minute(signer.not_before)} to {_minute(signer.not_after)}")
    yield _fact("SHA-256", signer.fingerprint)


def _fact(name: str, value: str) -> str:
    return f"{name:<12} {value}"


def _minute(value: datetime) -> str:
    return f"{value.isoformat(sep=' ', timespec='minutes')[:16]} UTC"


def summary(results: Iterable[Result], style: Style) -> Iterator[str]:
    """Counts per state, per class, and per kind of error, for several files; then what is true of all of a state."""
    states: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    total = 0
    for result in results:
        total += 1
        if result.verdict is None:
            kinds[result.error.kind if result.error else "internal"] += 1
            continue
        states[result.verdict.state] += 1
        if result.verdict.state in (State.TRUSTED, State.VALID):
            classes[result.verdict.origin.cls] += 1
    parts = [f"{states[state]} {style.paint(state, _COLOURS[state])}" for state in State if states[state]]
    if kinds:
        named = ", ".join(f"{count} {style.escape(kind, 40)}" for kind, count in sorted(kinds.items()))
        parts.append(f"{kinds.total()} not evaluated ({named})")
    yield f"{total} files: {', '.join(parts)}"
    if classes:
        words = {OriginClass.UNKNOWN: "not stated"}
        stated = [f"{classes[cls]} {words.get(cls, str(cls))}" for cls in OriginClass if classes[cls]]
        yield f"origin where the credential holds: {', '.join(stated)}"
    if states[State.INVALID]:
        yield "invalid: what such a credential states is not shown; to understand a code: provkit explain CODE"
    if states[State.UNSIGNED]:
        yield "unsigned: no credential was found, which says nothing about the content"


__all__ = ["FORENSIC", "NORMAL", "QUIET", "VERBOSE", "Style", "lines", "summary"]
