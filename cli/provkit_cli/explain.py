"""``provkit explain``: a code of a verdict or of a crawl in plain words."""

from __future__ import annotations

import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Final

import typer

from provkit.errors import ConfigurationError
from provkit_cli import console, exits
from provkit_cli.app import new_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.report.explained import Entry

app = new_app()

_LABELS: Final = {"level": ("How to get it: ", "What for: "), "rule": ("Why: ", "What to do: ")}
"""What stands before the second and third sentence, where it is not the usual."""


def _complete(incomplete: str) -> list[str]:
    from provkit.report.explained import everything

    return [code for code in everything() if code.startswith(incomplete)]


@app.command(epilog=exits.told("explained", usage="nobody uses such a word"))
def explain(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE", help="For example assertion.dataHash.mismatch.", autocompletion=_complete
        ),
    ] = None,
) -> None:
    """Explain a word of a report: a code, a state, a warning, a rule, an error, a level of detail.

    The reasons for decisions about crawled documents too.

    What it means, what usually causes it, what to do. Without a code, all are listed.

    \b
    provkit explain assertion.dataHash.mismatch
    provkit explain hidden-characters
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    lines = _all() if code is None else _one(_find(code))
    console.out_lines(lines)


def _find(text: str) -> Entry:
    from provkit.report.explained import everything

    by_name = {code.casefold(): entry for code, entry in everything().items()}
    # As it stands in a line of a report: with a colon behind it.
    name = text.casefold().rstrip(":")
    found = by_name.get(name)
    if found is not None:
        return found
    close = [by_name[near].code for near in get_close_matches(name, by_name, n=3, cutoff=0.5)]
    raise ConfigurationError(
        f"no code {text!r}",
        hint=f"near it: {', '.join(close)}" if close else "without a code, all of them are listed",
    )


def _one(entry: Entry) -> Iterator[str]:
    yield f"{entry.code} ({entry.kind})"
    causes, action = _LABELS.get(entry.kind, ("Usual cause: ", "What to do: "))
    for label, sentence in (
        ("", entry.words.meaning),
        (causes, entry.words.causes),
        (action, entry.words.action),
    ):
        yield from textwrap.wrap(f"{label}{sentence}", 96, initial_indent="  ", subsequent_indent="    ")


def _all() -> Iterator[str]:
    from provkit.report.explained import KINDS, everything

    for kind in KINDS:
        yield f"{kind}:"
        for entry in everything().values():
            if entry.kind == kind:
                yield f"  {entry.code}"
                yield f"      {entry.words.meaning}"
