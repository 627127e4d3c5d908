"""Verdicts as one page that anybody can open: no scripts, nothing from elsewhere, one file.

The summary and the table of files are here; what is said of one file is in :mod:`.page_file`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from provkit.report import page_file, page_style
from provkit.report.judged import Outcome
from provkit.report.markup import ascii_only, safe
from provkit.verdict import OriginClass, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from provkit.report.judged import Judged

ARTICLES: Final = 200
"""Files that are told about one by one, those first that are not as they should be."""
ROWS: Final = 5000
"""Files in the table."""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_WORDS: Final = {
    State.TRUSTED: "signed by somebody on a list",
    State.VALID: "signed by somebody on no list used here",
    State.INVALID: "credential does not hold",
    State.UNSIGNED: "no credential",
}
_WORST_FIRST: Final = (Outcome.REFUSED, Outcome.UNJUDGED, Outcome.ACCEPTED, Outcome.ABSENT)


@dataclass(frozen=True, slots=True)
class About:
    """What the page says of itself."""

    version: str
    """Of this program."""
    at: datetime
    """Moment judged at."""
    lists: Mapping[str, date | None]
    """Trust lists that were consulted, with their dates."""
    asked: str
    """What a file had to be to be accepted, as a sentence."""


def page(judged: Sequence[Judged], about: About) -> str:
    """The page, whole; ASCII only."""
    several = len(judged) != 1
    chosen = _chosen(judged) if several else {0: 1}
    what = f"{len(judged)} files" if several else safe(judged[0].result.path)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">',
        f"<title>Verdict on {what}</title><style>{page_style.STYLE}</style></head><body>",
        "<header><h1>What the credentials say</h1>",
        f'<p class="lead">{_lead(judged, about)}</p>{_cards(judged) if several else ""}</header><main>',
        _table(judged, chosen) if several else "",
        *(
            page_file.article(judged[index], f"f{number}", dict(about.lists))
            for index, number in sorted(chosen.items())
        ),
        f"</main><footer>{_colophon(about)}</footer></body></html>\n",
    ]
    return ascii_only("\n".join(part for part in parts if part))


def _chosen(judged: Sequence[Judged]) -> dict[int, int]:
    """Files to tell about, with their numbers: all that have something to tell, up to a bound."""
    worth = [index for index, entry in enumerate(judged) if _worth(entry)]
    worth.sort(key=lambda index: _WORST_FIRST.index(judged[index].outcome))
    return {index: number for number, index in enumerate(sorted(worth[:ARTICLES]), 1)}


def _worth(judged: Judged) -> bool:
    verdict = judged.result.verdict
    return verdict is None or verdict.state is not State.UNSIGNED or bool(verdict.warnings)


def _lead(judged: Sequence[Judged], about: About) -> str:
    files = "One file" if len(judged) == 1 else f"{len(judged)} files"
    moment = about.at.astimezone(UTC)
    return (
        f"{files}, judged as of {moment:%Y-%m-%d %H:%M} UTC. Signed means that a credential holds for these very "
        "bytes; nothing here says that what somebody states is so."
    )


def _cards(judged: Sequence[Judged]) -> str:
    counts = Counter(str(entry.result.verdict.state) for entry in judged if entry.result.verdict is not None)
    cards = [(str(state), counts[state], _WORDS[state]) for state in State if counts[state]]
    unjudged = sum(entry.result.verdict is None for entry in judged)
    if unjudged:
        cards.append(("unjudged", unjudged, "could not be evaluated"))
    shown = "".join(
        f'<li class="{name}"><b>{count}</b><span>{"" if name == "unjudged" else f"{name}: "}{said}</span></li>'
        for name, count, said in cards
    )
    return f'<ul class="facts" aria-label="Summary">{shown}</ul>'


def _table(judged: Sequence[Judged], chosen: Mapping[int, int]) -> str:
    if not judged:
        return "<section><h2>Files</h2><p>There were none.</p></section>"
    accepted = sum(entry.outcome is Outcome.ACCEPTED for entry in judged)
    rows = "".join(_row(entry, chosen.get(index)) for index, entry in enumerate(judged[:ROWS]))
    left = len(judged) - ROWS
    more = f'<p class="say">and {left} more; --format csv lists all.</p>' if left > 0 else ""
    told = sum(_worth(entry) for entry in judged) - len(chosen)
    cut = (
        f'<p class="say">{told} files with a credential are not told about below; verify fewer to see them.</p>'
        if told > 0
        else ""
    )
    return (
        f'<section><h2 id="files">Files</h2><p class="say">{accepted} of {len(judged)} '
        "accepted."
        f'{_origins(judged)}</p><div class="wide" tabindex="0" role="group" aria-labelledby="files">'
        '<table class="files"><thead><tr><th scope="col">State</th><th scope="col">File</th>'
        '<th scope="col">Stated origin</th><th scope="col">Signed by</th><th scope="col" class="hide">Time</th>'
        f'<th scope="col">Accepted</th></tr></thead><tbody>{rows}</tbody></table></div>{more}{cut}</section>'
    )


def _origins(judged: Sequence[Judged]) -> str:
    counts: Counter[OriginClass] = Counter()
    for entry in judged:
        verdict = entry.result.verdict
        if verdict is not None and verdict.state in (State.TRUSTED, State.VALID):
            counts[verdict.origin.cls] += 1
    if not counts:
        return ""
    named = ", ".join(
        f"{counts[cls]} {'not stated' if cls is OriginClass.UNKNOWN else cls}"
        for cls in OriginClass
        if counts[cls]
    )
    return f" Origin, where the credential holds: {named}."


def _row(judged: Judged, number: int | None) -> str:
    result = judged.result
    verdict = result.verdict
    path = f"<bdi>{safe(result.path, 400)}</bdi>"
    name = f'<a href="#f{number}">{path}</a>' if number is not None else path
    accepted = {Outcome.ACCEPTED: "yes", Outcome.ABSENT: "\u2013"}.get(judged.outcome, "no")
    if verdict is None:
        kind = safe(result.error.kind if result.error else "internal")
        return (
            f'<tr class="unjudged"><td class="o"><span class="pill">{kind}</span></td><th scope="row">{name}</th>'
            f'<td></td><td></td><td class="hide"></td><td>{accepted}</td></tr>'
        )
    holds = verdict.state in (State.TRUSTED, State.VALID)
    signer = f"<bdi>{safe(verdict.signer.name, 80)}</bdi>" if holds and verdict.signer else ""
    time = f"{verdict.time.value:%Y-%m-%d}, {verdict.time.basis}" if holds and verdict.time else ""
    return (
        f'<tr class="{verdict.state}"><td class="o"><span class="pill">{verdict.state}</span></td>'
        f'<th scope="row">{name}</th><td>{page_file.origin_word(verdict) if holds else ""}</td><td>{signer}</td>'
        f'<td class="hide">{time}</td><td>{accepted}</td></tr>'
    )


def _colophon(about: About) -> str:
    lists = ", ".join(
        safe(f"{name} ({day})" if day else name) for name, day in list(about.lists.items())[:40]
    )
    return (
        f"<p>Made by provkit {safe(about.version)}. Accepted means: {safe(about.asked, 400)}. "
        f"Trust lists: {lists or 'none'}. <code>provkit explain CODE</code> says more of every code.</p>"
    )


__all__ = ["ARTICLES", "ROWS", "About", "page"]
