"""What the verify page says of one file: the label on top, then all that the report page says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.report.judged import Judged, Outcome
from provkit.report.markup import ascii_only, safe
from provkit.report.page_file import VERDICTS, article
from provkit.serve.labels import label_of
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from provkit.report.chain import Event
    from provkit.report.document import Result


def fragment(result: Result, events: tuple[Event, ...] | None, dates: Mapping[str, date | None]) -> str:
    """The part of the page about one file; ASCII, inert whatever the file says.

    Args:
        result: the verdict, or why there is none.
        events: the chain of manifests; None where nobody looked.
        dates: of the trust lists, by name.
    """
    # Nothing was asked for here, so nothing is accepted or refused.
    judged = Judged(result, Outcome.UNJUDGED, events=events)
    return ascii_only(f"{_answer(result)}{article(judged, 'r', dates, lead=False)}")


def _answer(result: Result) -> str:
    verdict = result.verdict
    if verdict is None:
        code, words, said = "none", "No answer", ["This file could not be judged; below it says why."]
    else:
        label = label_of(verdict)
        code, words, said = str(label.code), label.words, [VERDICTS[verdict.state]]
        if verdict.state in (State.TRUSTED, State.VALID):  # else the state says all that the label does
            said.insert(0, label.sentence)
    lines = "".join(f"<p>{safe(line, 400)}</p>" for line in said)
    return (
        f'<section class="answer l-{code}" aria-labelledby="answer"><p class="kicker">Label</p>'
        f'<h1 id="answer" tabindex="-1">{safe(words)}</h1>{lines}</section>'
    )


__all__ = ["fragment"]
