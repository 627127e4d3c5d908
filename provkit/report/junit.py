"""Results as JUnit XML: one test case for each file, for the test tabs of CI systems.

There is no standard; this is the part that all readers share.  A credential that does not hold or
is not accepted is a failure, a file that could not be judged an error, and one without a
credential is skipped, unless something it would have to state was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.report import text
from provkit.report.judged import Level, Outcome, findings
from provkit.report.markup import ascii_only, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.report.judged import Judged

_PATH: Final = 1000
_SAID: Final = 600
_PER_FILE: Final = 50
"""Findings of one file that are listed."""


def to_junit(judged: Sequence[Judged]) -> str:
    """The whole document, ASCII only, ending in a line feed."""
    counts = {outcome: sum(entry.outcome is outcome for entry in judged) for outcome in Outcome}
    totals = (
        f'tests="{len(judged)}" failures="{counts[Outcome.REFUSED]}" '
        f'errors="{counts[Outcome.UNJUDGED]}" skipped="{counts[Outcome.ABSENT]}"'
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="provkit" {totals}>',
        f'  <testsuite name="provkit verify" {totals}>',
    ]
    for entry in judged:
        lines += _case(entry)
    lines += ["  </testsuite>", "</testsuites>", ""]
    return ascii_only("\n".join(lines))


def _case(judged: Judged) -> Iterator[str]:
    path = judged.result.path
    folder = path.rpartition("/")[0] or "."
    yield f'    <testcase classname="{safe(folder, _PATH)}" name="{safe(path, _PATH)}" file="{safe(path, _PATH)}">'
    found = [finding for finding in findings(judged) if finding.level is not Level.NOTE]
    told = [f"{finding.rule}: {finding.message}" for finding in found[:_PER_FILE]]
    first = safe(told[0], _SAID) if told else ""
    body = "\n".join(safe(line, _SAID) for line in told)
    match judged.outcome:
        case Outcome.REFUSED:
            verdict = judged.result.verdict
            kind = "refused" if verdict is None else str(verdict.state)
            yield f'      <failure type="{kind}" message="{first}">{body}</failure>'
        case Outcome.UNJUDGED:
            kind = judged.result.error.kind if judged.result.error else "internal"
            yield f'      <error type="{safe(kind)}" message="{first}">{body}</error>'
        case Outcome.ABSENT:
            yield '      <skipped message="no credential, which says nothing about the content"/>'
        case Outcome.ACCEPTED:
            pass
    if judged.result.verdict is not None:
        said = "\n".join(safe(line, None) for line in text.lines(judged.result, text.Style(), judged.reasons))
        yield f"      <system-out>{said}</system-out>"
    yield "    </testcase>"


__all__ = ["to_junit"]
