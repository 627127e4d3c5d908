"""The pictures of the report: rows of a name, bars and numbers.

Bars are SVG that stretches; names and numbers are text of the page, so they wrap, shorten and grow as
text does and nothing is cut off on a small screen.  Colours are the style sheet's.  Everything that
comes from files goes through :func:`safe`.  Colour is never the only signal: every bar has its numbers
beside it or in its title.
"""

from __future__ import annotations

from html import escape as html_escape
from typing import TYPE_CHECKING, Final

from provkit.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provkit.crawl.account_model import BudgetPart, Domain, Funnel, Interval, StratumPart

KINDS: Final = {
    "human": "human work, vouched for",
    "ai-assisted": "AI-assisted, by a listed signer",
    "open": "unknown, or claimed by nobody on a list",
    "synthetic": "known synthetic",
}
DOMAINS: Final = 16
_SCALE: Final = 1000
_LONG: Final = 26

_Part = tuple[str, float, str]
"""Of a bar: a class of the style sheet, a share of the whole width, words for its title."""

STYLE: Final = """
.row{display:grid;grid-template-columns:minmax(0,13rem) minmax(0,1fr) minmax(0,12rem);gap:.15rem .9rem;
align-items:center;padding:.28rem 0}.name{text-align:right;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.name small,.num small{display:block;color:var(--soft);font-size:.82rem}.num{font-size:.88rem;
font-variant-numeric:tabular-nums}.bars{display:grid;gap:3px}.bar{display:block;width:100%;height:1.15rem;
border-radius:4px;background:var(--track)}.thin .bar{height:.72rem}.thin .num{font-size:.82rem;line-height:1.2rem}
.ends{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;color:var(--soft);font-size:.84rem;
font-variant-numeric:tabular-nums}.wide{grid-template-columns:minmax(0,7rem) minmax(0,1fr)}
.human{fill:var(--human);background:var(--human)}.ai-assisted{fill:var(--assisted);background:var(--assisted)}
.open{fill:var(--open);background:var(--open)}.synthetic{fill:var(--synthetic);background:var(--synthetic)}
.plain{fill:var(--plain);background:var(--plain)}.accent{fill:var(--accent);background:var(--accent)}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.86rem;color:var(--soft);margin:.2rem 0 .8rem}
i{display:inline-block;width:.75em;height:.75em;border-radius:3px;margin-right:.45em}
@media(max-width:44rem){.row,.wide{grid-template-columns:minmax(0,1fr) auto;padding:.4rem 0}.name{text-align:left}
.thin .name{white-space:normal}.num{grid-column:2;grid-row:1;text-align:right}
.bars{grid-column:1/-1}.wide .name{grid-column:1/-1}}
"""


def safe(text: str, limit: int = 120) -> str:
    """Text of a file, harmless in HTML and on one line."""
    return html_escape(escape(text, limit=limit))


def number(value: float) -> str:
    """A count as people read it."""
    if value < 1e4:
        return exactly(value)
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= size:
            return f"{value / size:.3g}\u00a0{unit}"
    return f"{value / 1e3:.0f}\u00a0k"


def exactly(value: float) -> str:
    """A count with all its digits."""
    return f"{value:,.0f}".replace(",", "\u202f")


def percent(share: float) -> str:
    """A share as people read it; never 0 for something, never 100 for not all."""
    if 0 < share < 0.0005:
        return "<0.1\u00a0%"
    if 0.9995 < share < 1:
        return ">99.9\u00a0%"
    return f"{share:.1%}".replace("%", "\u00a0%")


def between(found: Interval) -> str:
    """An interval of shares."""
    if found.lower == found.upper:
        return percent(found.lower)
    return f"{percent(found.lower)} to {percent(found.upper)}"


def _bar(parts: Iterable[_Part], said: str) -> str:
    x, body = 0.0, []
    for kind, share, title in parts:
        if share > 0:
            width = share * _SCALE
            body.append(
                f'<rect class="{kind}" x="{x:.2f}" y="0" width="{width:.2f}" height="10">'
                f"<title>{title}: {percent(share)}</title></rect>"
            )
            x += width
    return (
        f'<svg class="bar" viewBox="0 0 {_SCALE} 10" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f"{''.join(body)}</svg>"
    )


def _row(name: str, bars: str, numbers: str, *, small: str = "", kind: str = "", whole: str = "") -> str:
    under = f"<small>{small}</small>" if small else ""
    title = f' title="{whole}"' if whole else ""
    cell = f'<div class="num">{numbers}</div>' if numbers else ""
    return (
        f'<div class="row{" " if kind else ""}{kind}"><div class="name"{title}>{name}{under}</div>'
        f'<div class="bars">{bars}</div>{cell}</div>'
    )


def intervals(rows: Sequence[tuple[str, Interval, Interval]]) -> str:
    """Known human from the left, known synthetic from the right, what nobody knows between them.

    Args:
        rows: name, the human interval, the synthetic one.
    """
    return "".join(_interval(*row) for row in rows)


def _interval(name: str, human: Interval, synthetic: Interval) -> str:
    known = human.lower + synthetic.lower
    possible = min(synthetic.upper - synthetic.lower, 1 - known)
    # Nothing at all has no shares.
    assisted = 0.0 if synthetic.upper == 0 == human.upper else max(1 - known - possible, 0.0)
    shares = {"human": human.lower, "ai-assisted": assisted, "open": possible, "synthetic": synthetic.lower}
    bar = _bar(
        ((kind, share, KINDS[kind]) for kind, share in shares.items()), f"Shares of what is {safe(name)}"
    )
    ends = f'<div class="ends"><span>human {between(human)}</span><span>synthetic {between(synthetic)}</span></div>'
    return _row(safe(name), bar + ends, "", kind="wide")


def funnel(found: Funnel) -> str:
    """From records to what is kept."""
    steps = (
        ("records read", found.records, "plain", ""),
        ("documents", found.documents, "plain", "hold no document"),
        ("after the policy", found.documents - found.excluded_by_policy, "plain", "left out by the policy"),
        ("after the caps: kept", found.kept, "accent", "left out by the caps"),
    )
    most, before, body = max(step[1] for step in steps) or 1, found.records, []
    for name, count, kind, why in steps:
        lost = f"<small>{exactly(before - count)} {why}</small>" if why else ""
        bar = _bar(((kind, count / most, name),), f"{name}: {count}")
        body.append(_row(name, bar, f"{exactly(count)}{lost}"))
        before = count
    return "".join(body)


def domains(found: Sequence[Domain]) -> str:
    """What each of the largest domains consists of, and how much of it is kept."""
    body = []
    for entry in found[:DOMAINS]:
        total = sum(entry.tokens.values())
        if not total:
            continue
        name = entry.domain or "(no address)"
        parts = ((kind, entry.tokens[kind] / total, said) for kind, said in KINDS.items())
        kept = percent(entry.kept.tokens / entry.read.tokens)
        bar = _bar(parts, f"What {safe(name)} consists of")
        numbers = f"{number(entry.read.tokens)}, {kept} kept"
        body.append(_row(safe(_short(name), 200), bar, numbers, whole=safe(name, 300)))
    return "".join(body) or '<p class="say">No domain has text.</p>'


def _short(name: str) -> str:
    """A long name without its middle: the end of it says whose it is."""
    return name if len(name) <= _LONG else f"{name[: _LONG // 3]}\u2026{name[-(_LONG // 2) :]}"


def mix(found: Sequence[StratumPart]) -> str:
    """Share of each stratum as it was kept, and as it is drawn."""
    rows = sorted(
        (entry for entry in found if entry.documents), key=lambda entry: (-entry.tokens, entry.name)
    )
    kept = sum(entry.tokens for entry in rows) or 1
    body = []
    for entry in rows:
        share, drawn = entry.tokens / kept, entry.token_share
        name = safe(entry.name)
        bars = _bar((("plain", share, "of what is kept"),), f"{name}, of what is kept: {percent(share)}")
        bars += _bar((("accent", drawn, "of the mix"),), f"{name}, of the mix: {percent(drawn)}")
        times = f"{entry.epochs:.2f} epoch{'' if round(entry.epochs, 2) == 1 else 's'}"
        numbers = f"<div>{percent(share)} kept</div><div>{percent(drawn)} drawn, {times}</div>"
        body.append(_row(name, bars, numbers, small=f"weight {entry.weight:.3g}", kind="thin"))
    return "".join(body) or '<p class="say">Nothing is kept.</p>'


def budget(found: BudgetPart) -> str:
    """How much of what a training run is to see the mix can give."""
    share = found.reached / found.tokens
    bar = _bar((("accent", share, "of the budget"),), f"{percent(share)} of the budget")
    missing = found.tokens - found.reached
    words = f"{exactly(missing)} cannot be had" if missing else "the whole budget"
    return _row("tokens of the mix", bar, f"{percent(share)} of {number(found.tokens)}<small>{words}</small>")


def legend(kinds: Iterable[tuple[str, str]] = tuple(KINDS.items())) -> str:
    """The colours in words."""
    found = "".join(f'<span><i class="{kind}"></i>{said}</span>' for kind, said in kinds)
    return f'<div class="legend">{found}</div>'


__all__ = [
    "DOMAINS", "KINDS", "STYLE", "between", "budget", "domains", "exactly", "funnel", "intervals", "legend", "mix",
    "number", "percent", "safe",
]  # fmt: skip
