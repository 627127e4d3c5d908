"""What levels 3 and 4 of ``verify`` add to the lines of :mod:`.text`: the chain, the steps, the places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provkit.report import text
from provkit.report.steps import Outcome, steps
from provkit.report.tree import tree
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.report.chain import Event
    from provkit.verdict import Verdict

_INDENT: Final = " " * 10
_HOLD: Final = (State.TRUSTED, State.VALID)
_LABELS: Final = 40
_CODES: Final = 40
"""Codes that are explained."""


def details(
    verdict: Verdict,
    events: tuple[Event, ...] | None,
    place: tuple[int, int, int] | None,
    style: text.Style,
) -> Iterator[str]:
    """Lines below those of :func:`provkit.report.text.lines`, for the same style.

    Args:
        verdict: of the file.
        events: its chain of manifests; None where nobody looked.
        place: offset of the carrier, its length, and bytes of the store.
        style: how the lines are to look; verbosity VERBOSE or FORENSIC.
    """
    forensic = style.verbosity >= text.FORENSIC
    if verdict.assertions:
        shown = ", ".join(style.escape(label, 80) for label in verdict.assertions[:_LABELS])
        more = len(verdict.assertions) - _LABELS
        yield f"{_INDENT}{'assertions':<12} {shown}{f', ... {more} more' if more > 0 else ''}"
    if forensic:
        yield from (f"{_INDENT}{line}" for line in _forensic(verdict, place, style))
    if events and (verdict.state in _HOLD or forensic):
        if verdict.state not in _HOLD:
            yield f"{_INDENT}what follows is what the credential says of itself; nobody answers for it"
        narrow = replace(style, width=None if style.width is None else max(style.width - len(_INDENT), 40))
        yield from (f"{_INDENT}{line}" for line in tree(events, narrow))


def _forensic(verdict: Verdict, place: tuple[int, int, int] | None, style: text.Style) -> Iterator[str]:
    if place is not None:
        start, length, store = place
        yield f"{'offsets':<12} {length} bytes from byte {start}, holding a store of {store} bytes"
    if verdict.state is State.UNSIGNED:
        return
    marks = {
        Outcome.PASSED: "passed",
        Outcome.FAILED: style.paint("failed", "1;31"),
        Outcome.NOTED: "noted",
        Outcome.SILENT: "nothing found against it",
    }
    for step in steps(verdict):
        yield f"{f'step {step.number}':<12} {step.title}: {marks[step.outcome]}"
    for ingredient in verdict.ingredients:
        groups = ingredient.statuses
        for status in (*groups.failure, *groups.informational, *groups.success):
            what = f"{style.escape(ingredient.label, 80)}: {status.code}"
            yield f"{'ingredient':<12} {what}: {style.escape(status.explanation, 300)}"
            if status.url is not None:
                yield f"{'':<12} {style.escape(status.url, 300)}"
    from provkit.report.explained import lookup

    failures = dict.fromkeys(status.code for status in verdict.statuses.failure)
    for code in list(failures)[:_CODES]:
        found = lookup(code)
        if found is not None:
            yield f"{'meaning':<12} {code}: {found.words.meaning} Usual cause: {found.words.causes}"


__all__ = ["details"]
