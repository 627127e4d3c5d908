"""Results together with what a policy says of them, and what is to be told about each in CI.

The reports for other programs (:mod:`.sarif`, :mod:`.junit`) and the page (:mod:`.page`) are made
of these.  Nothing here is escaped: each format has its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from provkit.codes import StatusCode
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.report.chain import Event
    from provkit.report.document import Result
    from provkit.verdict import Status


class Outcome(StrEnum):
    """What becomes of a file; the exit codes 0, 1, 3 and 4."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ABSENT = "absent"
    """No credential, which is no finding about the content."""
    UNJUDGED = "unjudged"
    """There is no verdict."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One result and what the policy makes of it."""

    result: Result
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    """Why a verdict does not satisfy the policy, one sentence each."""
    events: tuple[Event, ...] | None = None
    """The chain of manifests; None where nobody looked."""


class Level(StrEnum):
    """How much a finding matters, in the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about a file."""

    rule: str
    """What ``provkit explain`` knows it as."""
    level: Level
    message: str
    """May quote the file; raw."""
    where: str | None = None
    """JUMBF URI; raw."""


def findings(judged: Judged) -> Iterator[Finding]:
    """What is to be told about a file, what decides first.  Nothing for a file that is accepted silently."""
    verdict, error = judged.result.verdict, judged.result.error
    if verdict is None:
        said = f"{error.message} ({error.hint})" if error and error.hint else error.message if error else ""
        yield Finding(error.kind if error else "internal", Level.ERROR, said or "no verdict")
        return
    if verdict.state is State.UNSIGNED and judged.outcome is not Outcome.ACCEPTED:
        level = Level.ERROR if judged.outcome is Outcome.REFUSED else Level.NOTE
        yield Finding("unsigned", level, "; ".join(judged.reasons) or "the file has no credential")
    elif verdict.state is State.INVALID:
        for code, where, explanation in _distinct(verdict.statuses.failure):
            # An unlisted signer alone never makes a credential invalid.
            level = Level.NOTE if code == StatusCode.SIGNING_CREDENTIAL_UNTRUSTED else Level.ERROR
            yield Finding(code, level, explanation, where)
    else:
        yield from (Finding("policy", Level.ERROR, reason) for reason in judged.reasons)
        for code, where, explanation in _distinct(verdict.statuses.failure):
            yield Finding(code, Level.NOTE, explanation, where)
    for warning in verdict.warnings:
        word, _, sentence = warning.partition(": ")
        yield Finding(word, Level.WARNING, sentence or warning)
    if verdict.state is State.INVALID:
        return
    for ingredient in verdict.ingredients:
        for code, where, explanation in _distinct(ingredient.statuses.failure):
            if code != StatusCode.SIGNING_CREDENTIAL_UNTRUSTED:
                said = f"in the ingredient {ingredient.label}: {explanation}"
                yield Finding(code, Level.NOTE, said, where)


def _distinct(statuses: tuple[Status, ...]) -> Iterator[tuple[str, str | None, str]]:
    """Code, place and explanation of each status, once."""
    return iter(dict.fromkeys((str(entry.code), entry.url, entry.explanation) for entry in statuses))


__all__ = ["Finding", "Judged", "Level", "Outcome", "findings"]
