"""What the verify page says of one file: the label on top, then all that the report page says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.report.judged import Judged, Outcome
from provkit.report.markup import ascii_only, safe
from provkit.report.page_file import article
from provkit.serve.labels import label_of

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
    return ascii_only(f"{_answer(result)}{article(judged, 'r', dates)}")


def _answer(result: Result) -> str:
    if result.verdict is None:
        code, words = "none", "No answer"
        said = "This file could not be judged; below it says why."
    else:
        label = label_of(result.verdict)
        code, words, said = str(label.code), label.words, label.sentence
    return (
        f'<section class="answer l-{code}" aria-labelledby="answer"><p class="kicker">Label</p>'
        f'<h2 id="answer" tabindex="-1">{safe(words)}</h2><p>{safe(said, 400)}</p></section>'
    )


__all__ = ["fragment"]
