"""The numbered steps of verification, and which of them a status code belongs to.

The numbers are those of ``spec/verification.md``; a test holds the two together.  For containers
the reference engine takes the same steps, in an order of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode
from provkit.verdict import State

if TYPE_CHECKING:
    from provkit.verdict import Status, Statuses, Verdict


class Outcome(StrEnum):
    """What came out of a step."""

    PASSED = "passed"
    FAILED = "failed"
    NOTED = "noted"
    """Something was found that does not make a credential invalid."""
    SILENT = "nothing reported"


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step."""

    number: int
    title: str
    outcome: Outcome
    statuses: tuple[Status, ...]
    """Failures first."""


TITLES: Final = {
    1: "Look at the bytes: which medium is this?",
    2: "Find the one credential and where it stands",
    3: "Take it apart; what no signature covers is plain",
    4: "There is one claim, and it is well formed",
    5: "The signer's certificate may sign, and a list vouches for it",
    6: "The time, the signature, and the certificate at that time",
    7: "Every listed assertion is there and unchanged",
    8: "One hash ties the credential to this content",
    9: "Ingredients and actions fit together",
    10: "The content is the one that was signed",
    11: "Derive the stated origin",
}
"""Every step by its number."""

_BY_PREFIX: Final = {
    "manifest.text.": 2,
    "manifest.html.": 2,
    "manifest.structuredText.": 2,
    "manifest.inaccessible": 2,
    "manifest.compressed.": 3,
    "manifest.": 9,
    "general.error": 3,
    "claim.hardBindings.": 8,
    "claim.": 4,
    "signingCredential.ocsp.": 6,
    "signingCredential.": 5,
    "claimSignature.missing": 5,
    "claimSignature.": 6,
    "timeStamp.": 6,
    "timeOfSigning.": 6,
    "assertion.multipleHardBindings": 8,
    "assertion.selfRedacted": 8,
    "assertion.ingredient.": 9,
    "assertion.action.": 9,
    "assertion.dataHash.": 10,
    "assertion.boxesHash.": 10,
    "assertion.bmffHash.": 10,
    "assertion.collectionHash.": 10,
    "assertion.multiAssetHash.": 10,
    "assertion.alternativeContentRepresentation.": 10,
    "ingredient.": 9,
    "algorithm.": 7,
}
_OTHERS: Final = 7
"""All that is about assertions, or about what they refer to."""


def step_of(code: StatusCode) -> int:
    """Number of the step that usually gives a code; some can be given by several."""
    fitting = [prefix for prefix in _BY_PREFIX if code.startswith(prefix)]
    return _BY_PREFIX[max(fitting, key=len)] if fitting else _OTHERS


def steps(verdict: Verdict) -> tuple[StepResult, ...]:
    """Every step with what it reported; without a credential, the first two."""
    found = _by_step(verdict.statuses)
    if verdict.state is State.UNSIGNED:
        return (
            StepResult(1, TITLES[1], Outcome.PASSED, ()),
            StepResult(2, TITLES[2], Outcome.SILENT, ()),
        )
    holds = verdict.state in (State.TRUSTED, State.VALID)
    results = []
    for number, title in TITLES.items():
        statuses = found.get(number, ())
        outcome = _outcome(statuses)
        # What has no code for success: it passed if the later steps did.
        if outcome is Outcome.SILENT and (number == 1 or holds):
            outcome = Outcome.PASSED
        results.append(StepResult(number, title, outcome, statuses))
    return tuple(results)


def _by_step(statuses: Statuses) -> dict[int, tuple[Status, ...]]:
    found: dict[int, list[Status]] = {}
    for group in (statuses.failure, statuses.informational, statuses.success):
        for status in group:
            found.setdefault(step_of(status.code), []).append(status)
    return {number: tuple(entries) for number, entries in found.items()}


def _outcome(statuses: tuple[Status, ...]) -> Outcome:
    kinds = {str(status.code.kind) for status in statuses if status.code != _UNTRUSTED}
    if "failure" in kinds:
        return Outcome.FAILED
    if any(status.code == _UNTRUSTED for status in statuses):
        return Outcome.NOTED
    if "success" in kinds:
        return Outcome.PASSED
    return Outcome.NOTED if kinds else Outcome.SILENT


_UNTRUSTED: Final = StatusCode.SIGNING_CREDENTIAL_UNTRUSTED

__all__ = ["TITLES", "Outcome", "StepResult", "step_of", "steps"]
