"""``provkit explain``: a code of a verdict or of a crawl in plain words."""

from __future__ import annotations

import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.codes import StatusCode, StatusKind
from provkit.crawl.codes import ReasonCode
from provkit.errors import ConfigurationError
from provkit_cli import console
from provkit_cli.app import new_app

if TYPE_CHECKING:
    from collections.abc import Iterator

app = new_app()


_CODES = (*StatusCode, *ReasonCode)


def _complete(incomplete: str) -> list[str]:
    return [code.value for code in _CODES if code.value.startswith(incomplete)]


@app.command()
def explain(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE", help="For example assertion.dataHash.mismatch.", autocompletion=_complete
        ),
    ] = None,
) -> None:
    """Explain a status code of a verdict, or the reason for a decision about a crawled document.

    What it means, what usually causes it, what to do. Without a code, all are listed.

    \b
    provkit explain assertion.dataHash.mismatch
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    lines = _all() if code is None else _one(_find(code))
    console.out_lines(lines)


def _find(text: str) -> StatusCode | ReasonCode:
    by_name: dict[str, StatusCode | ReasonCode] = {code.value.casefold(): code for code in _CODES}
    found = by_name.get(text.casefold())
    if found is not None:
        return found
    close = [by_name[name].value for name in get_close_matches(text.casefold(), by_name, n=3, cutoff=0.5)]
    raise ConfigurationError(
        f"no code {text!r}",
        hint=f"near it: {', '.join(close)}" if close else "without a code, all of them are listed",
    )


def _one(code: StatusCode | ReasonCode) -> Iterator[str]:
    from provkit.report.explained_crawl import CRAWL_EXPLANATIONS
    from provkit.report.explanations import EXPLANATIONS

    if isinstance(code, StatusCode):
        words, kind = EXPLANATIONS[code], str(code.kind)
    else:
        words, kind = CRAWL_EXPLANATIONS[code], "crawl"
    yield f"{code} ({kind})"
    for label, sentence in (
        ("", words.meaning),
        ("Usual cause: ", words.causes),
        ("What to do: ", words.action),
    ):
        yield from textwrap.wrap(f"{label}{sentence}", 96, initial_indent="  ", subsequent_indent="    ")


def _all() -> Iterator[str]:
    from provkit.report.explained_crawl import CRAWL_EXPLANATIONS
    from provkit.report.explanations import EXPLANATIONS

    for kind in StatusKind:
        yield f"{kind}:"
        for code in sorted(EXPLANATIONS):
            if code.kind is kind:
                yield f"  {code}"
                yield f"      {EXPLANATIONS[code].meaning}"
    yield "crawl:"
    for reason, words in CRAWL_EXPLANATIONS.items():
        yield f"  {reason}"
        yield f"      {words.meaning}"
