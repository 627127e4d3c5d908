"""The pictures of the report: bars as SVG, drawn by hand, coloured by the page's style sheet.

Everything that comes from files goes through :func:`safe`.  Colour is never the only signal: every
bar has its number beside it or in its title.
"""

from __future__ import annotations

from html import escape as html_escape
from typing import TYPE_CHECKING, Final

from provkit.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.crawl.account_model import Domain, Funnel, Interval, StratumPart

WIDTH: Final = 720
_KINDS: Final = (
    ("human", "human work, vouched for"),
    ("ai-assisted", "AI-assisted, by a listed signer"),
    ("open", "unknown, or claimed by nobody on a list"),
    ("synthetic", "known synthetic"),
)
DOMAINS: Final = 16


def safe(text: str, limit: int = 120) -> str:
    """Text of a file, harmless in HTML and on one line."""
    return html_escape(escape(text, limit=limit))


def number(value: float) -> str:
    """A count as people read it."""
    for size, unit in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")):
        if value >= size:
            return (
                f"{value / (1e3 if unit == ' k' else size):.3g}{unit}"
                if unit != " k"
                else f"{value / 1e3:.0f} k"
            )
    return f"{value:,.0f}".replace(",", "\u202f")


def percent(share: float) -> str:
    """A share as people read it; never 0 for something, never 100 for not all."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    if 0.9995 < share < 1:
        return ">99.9 %"
    return f"{share:.1%}".replace("%", " %")


def _svg(height: int, label: str, body: Sequence[str]) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{safe(label)}">'
    return "".join((head, *body, "</svg>"))


def _rect(x: float, y: float, width: float, height: float, kind: str, title: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{height:.2f}">'
        f"<title>{title}</title></rect>"
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    cls = f' class="{kind}"' if kind else ""
    return f'<text{cls} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def intervals(rows: Sequence[tuple[str, Interval, Interval]]) -> str:
    """Known human from the left, known synthetic from the right, what nobody knows between them.

    Args:
        rows: name, the human interval, the synthetic one.
    """
    left, width, body = 150, WIDTH - 150, []
    for index, (name, human, synthetic) in enumerate(rows):
        y = 10 + index * 58
        ends = (human.lower, 1 - synthetic.upper, 1 - synthetic.lower)
        spans = (
            ("human", 0.0, ends[0], "human work, vouched for"),
            ("ai-assisted", ends[0], max(ends[1], ends[0]), "AI-assisted, by a listed signer"),
            ("open", max(ends[1], ends[0]), ends[2], "may be either"),
            ("synthetic", ends[2], 1.0, "known synthetic"),
        )
        body.append(_text(left - 12, y + 18, safe(name), "name", "end"))
        for kind, start, end, said in spans:
            if end > start:
                body.append(
                    _rect(
                        left + start * width,
                        y,
                        (end - start) * width,
                        26,
                        kind,
                        f"{said}: {percent(end - start)}",
                    )
                )
        body.append(_text(left, y + 42, f"human {percent(human.lower)} to {percent(human.upper)}", "note"))
        said = f"synthetic {percent(synthetic.lower)} to {percent(synthetic.upper)}"
        body.append(_text(WIDTH, y + 42, said, "note", "end"))
    return _svg(len(rows) * 58 + 4, "What is known of where the documents come from", body)


def funnel(found: Funnel) -> str:
    """From records to what is kept."""
    steps = (
        ("records read", found.records, "plain"),
        ("documents", found.documents, "plain"),
        ("after the policy", found.documents - found.excluded_by_policy, "plain"),
        ("after the caps: kept", found.kept, "accent"),
    )
    most, left, body = max(step[1] for step in steps) or 1, 170, []
    room = WIDTH - left - 130
    for index, (name, count, kind) in enumerate(steps):
        y = 6 + index * 38
        width = room * count / most
        lost = steps[index - 1][1] - count if index else 0
        body.append(_text(left - 12, y + 19, name, "name", "end"))
        body.append(_rect(left, y, max(width, 1), 28, kind, f"{name}: {count}"))
        said = number(count) + (f" (\u2212{number(lost)})" if lost else "")
        body.append(_text(left + width + 8, y + 19, said, "note"))
    return _svg(len(steps) * 38 + 6, "From records to what is kept", body)


def domains(found: Sequence[Domain]) -> str:
    """What each of the largest domains consists of, and how much of it is kept."""
    rows = [entry for entry in found[:DOMAINS] if sum(entry.tokens.values())]
    left, right, body = 210, 130, []
    room = WIDTH - left - right
    body.append(_text(left, 12, "tokens read, by what is known", "note"))
    body.append(_text(WIDTH, 12, "tokens, kept", "note", "end"))
    for index, entry in enumerate(rows):
        y, x, total = 22 + index * 26, float(left), sum(entry.tokens.values())
        body.append(_text(left - 12, y + 14, safe(_short(entry.domain)), "name", "end"))
        for kind, said in _KINDS:
            share = entry.tokens[kind] / total
            if share:
                body.append(_rect(x, y, share * room, 18, kind, f"{said}: {percent(share)}"))
                x += share * room
        kept = percent(entry.kept.tokens / entry.read.tokens) if entry.read.tokens else "\u2013"
        body.append(_text(WIDTH, y + 14, f"{number(entry.read.tokens)}, {kept}", "note", "end"))
    return _svg(len(rows) * 26 + 26, "What the largest domains consist of", body)


def _short(domain: str) -> str:
    name = domain or "(no address)"
    return name if len(name) <= 28 else f"{name[:12]}\u2026{name[-15:]}"


def mix(found: Sequence[StratumPart]) -> str:
    """Share of each stratum as it was kept, and as it is drawn."""
    rows = [entry for entry in found if entry.documents]
    kept = sum(entry.tokens for entry in rows) or 1
    left, body = 210, []
    room = WIDTH - left - 150
    for index, entry in enumerate(rows):
        y = 8 + index * 46
        share = entry.tokens / kept
        body.append(_text(left - 12, y + 15, safe(entry.name), "name", "end"))
        body.append(_text(left - 12, y + 31, f"weight {entry.weight:.3g}", "note", "end"))
        body.append(_rect(left, y, max(share * room, 1), 14, "plain", f"of what is kept: {percent(share)}"))
        body.append(_text(left + share * room + 6, y + 11.5, f"{percent(share)} kept", "note"))
        drawn = entry.token_share
        body.append(_rect(left, y + 17, max(drawn * room, 1), 14, "accent", f"of the mix: {percent(drawn)}"))
        said = f"{percent(drawn)} of the mix, {entry.epochs:.2f} epochs"
        body.append(_text(left + drawn * room + 6, y + 28.5, said, "note"))
    return _svg(len(rows) * 46 + 6, "What weights make of what is kept", body)


def legend() -> str:
    """The colours in words."""
    return "".join(f'<span><i class="{kind}"></i>{said}</span>' for kind, said in _KINDS)


__all__ = ["domains", "funnel", "intervals", "legend", "mix", "number", "percent", "safe"]
