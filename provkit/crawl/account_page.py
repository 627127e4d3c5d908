"""``report.html``: the account as one page without scripts, fonts or anything from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.crawl import plots
from provkit.crawl.account import kind_of
from provkit.crawl.account_model import Interval
from provkit.crawl.codes import ReasonCode
from provkit.crawl.harm import often
from provkit.crawl.plots import exactly, number, percent, safe
from provkit.report.explained_crawl import CRAWL_EXPLANATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from provkit.crawl.account_model import Account

_STYLE: Final = (
    """
:root{color-scheme:light dark;--bg:#f6f5f1;--card:#fff;--ink:#1b1f24;--soft:#59616b;--line:#e0ddd5;--track:#efede7;
--human:#1f7a5c;--assisted:#8d6bb8;--open:#c6c3ba;--synthetic:#d1672a;--plain:#93a1b0;--accent:#2b5f9e;--warn:#fff4dd;
--warnline:#dda53f}
@media(prefers-color-scheme:dark){:root{--bg:#121518;--card:#1b1f23;--ink:#e8e6e1;--soft:#a3abb4;--line:#30363c;
--track:#262b30;--human:#3fae87;--assisted:#a98bd4;--open:#565d64;--synthetic:#e58548;--plain:#6b7885;--accent:#6a9fdc;
--warn:#2c2515;--warnline:#8f6a25}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}h1{font-size:2rem;line-height:1.2;margin:0 0 .4rem;
letter-spacing:-.015em}h2{font-size:1.12rem;margin:0 0 .15rem}p{margin:.2rem 0 .9rem}.lead,.say{color:var(--soft)}
.lead{max-width:46rem}.say{font-size:.92rem;max-width:46rem}section,.fact{background:var(--card);
border:1px solid var(--line);border-radius:12px}section{padding:1.2rem 1.4rem;margin-top:1.1rem;min-width:0}
.wide{overflow-x:auto}.wide:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.facts{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));margin-top:1.4rem}
.fact{padding:.9rem 1.1rem;border-top:4px solid var(--plain)}.fact b{display:block;font-size:1.4rem;line-height:1.35;white-space:nowrap;
font-variant-numeric:tabular-nums;letter-spacing:-.01em}.fact b small{color:var(--soft);font-size:1rem;font-weight:400}
.fact span{color:var(--soft);font-size:.88rem}.fact.h{border-top-color:var(--human)}.fact.s{
border-top-color:var(--synthetic)}.fact.k{border-top-color:var(--accent)}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.36rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}
tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:600}th:first-child,td:first-child,.words th,
.words td{text-align:left;padding-left:0}.words td{white-space:normal;overflow-wrap:anywhere;vertical-align:top}
td:first-child{white-space:normal;overflow-wrap:anywhere}td small{display:block;color:var(--soft)}
.warn{background:var(--warn);border-color:var(--warnline)}.warn ul,.list{margin:.3rem 0 0;padding-left:1.1rem}
.warn li{margin:.25rem 0}.two{display:grid;gap:0 1.1rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
body{overflow-wrap:break-word}code{font-size:.86em;overflow-wrap:anywhere;background:var(--track);border-radius:4px;padding:.05em .35em}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1rem;margin:.6rem 0 0;font-size:.9rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media(max-width:44rem){main{padding:1.5rem .8rem 3rem}section{padding:1rem}h1{font-size:1.6rem}dl{
grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:.5rem}}
@media print{body{background:#fff}section{break-inside:avoid}}
"""
    + plots.STYLE
)


def page(found: Account) -> str:
    """The page, whole."""
    unit = "tokens" if found.total.tokens else "bytes"
    shares = found.shares.tokens if unit == "tokens" else found.shares.bytes
    kept = found.kept_shares.tokens if unit == "tokens" else found.kept_shares.bytes
    drawn = _drawn(found)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Crawl account: {safe(found.policy.name)}</title><style>{_STYLE}</style></head><body><main>",
        "<h1>Where this data comes from</h1>",
        _lead(found),
        _facts(found, unit, (shares.human, shares.synthetic), drawn),
        _warnings(found.warnings),
        _section(
            "What is known",
            f"Shares of {unit}. The grey part may be either: nobody who can be held to it says anything.",
            plots.legend()
            + plots.intervals(
                (
                    ("read", shares.human, shares.synthetic),
                    ("kept", kept.human, kept.synthetic),
                    ("drawn", *drawn),
                )
            ),
        ),
        _section("From records to documents kept", "", plots.funnel(found.funnel)),
        _section(
            f"The largest domains ({min(len(found.domains), plots.DOMAINS)} of {found.domain_count})",
            "Tokens read, by what is known of them.",
            plots.legend() + plots.domains(found.domains),
        ),
        _section(
            "What the weights make of it",
            "Shares of tokens: as kept, once each, and as drawn by blend.json for a mix of "
            + ("the budget." if found.budget else "as many tokens."),
            plots.legend((("plain", "kept"), ("accent", "drawn"))) + plots.mix(found.strata),
        ),
        _budget(found),
        _section("Class and assurance", "", _cells(found)),
        '<div class="two">',
        _section("Left out, by the deciding reason", "", _reasons(found.excluded)),
        _section("Credentials", "", _counts({**found.states, **_damage(found.damage)})),
        _section("Usage preferences", "They never set an origin.", _counts(found.usage)),
        _section("Unsigned statements", "Where they were read.", _counts(found.sources)),
        "</div>",
        _caps(found),
        _signers(found),
        _listed("Domains of which nothing is kept", found.vanished, found.vanished_count),
        _problems(found),
        _about(found),
        "</main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _drawn(found: Account) -> tuple[Interval, Interval]:
    """Human and synthetic shares of the mix."""
    amount = dict.fromkeys(plots.KINDS, 0.0)
    for cell in found.cells:
        amount[kind_of(f"{cell.cls}|{cell.assurance}")] += cell.mix
    return (
        Interval(lower=min(amount["human"], 1), upper=min(amount["human"] + amount["open"], 1)),
        Interval(lower=min(amount["synthetic"], 1), upper=min(amount["synthetic"] + amount["open"], 1)),
    )


def _lead(found: Account) -> str:
    return (
        f'<p class="lead">{_count(found.total.documents, "document")} of {_count(found.domain_count, "domain")} '
        f"under the policy <b>{safe(found.policy.name)}</b>. Signed means that a credential holds; nothing here says "
        "that what somebody states is so.</p>"
    )


def _count(count: int, what: str) -> str:
    return f"{exactly(count)} {what}{'' if count == 1 else 's'}"


def _facts(
    found: Account, unit: str, read: tuple[Interval, Interval], drawn: tuple[Interval, Interval]
) -> str:
    estimated = ", estimated" if found.tokens_estimated else ""
    cards = (
        ("", number(found.kept.documents), f"of {_count(found.total.documents, 'document')} kept"),
        ("k", number(found.kept.tokens), f"of {number(found.total.tokens)} tokens kept{estimated}"),
        (
            "h",
            f"{percent(read[0].lower)} <small>\u2192</small> {percent(drawn[0].lower)}",
            f"human work, vouched for: of {unit} read, and of the mix",
        ),
        (
            "s",
            f"{percent(read[1].lower)} <small>\u2192</small> {percent(drawn[1].lower)}",
            f"known synthetic; at most {percent(read[1].upper)} of {unit} read and {percent(drawn[1].upper)} of the mix",
        ),
    )
    body = "".join(
        f'<div class="fact {kind}"><b>{value}</b><span>{said}</span></div>' for kind, value, said in cards
    )
    return f'<div class="facts">{body}</div>'


def _section(title: str, said: str, body: str) -> str:
    line = f'<p class="say">{said}</p>' if said else ""
    return f"<section><h2>{title}</h2>{line}{body}</section>"


def _warnings(found: Sequence[str]) -> str:
    if not found:
        return ""
    rows = "".join(f"<li>{_coded(sentence)}</li>" for sentence in found)
    return f'<section class="warn"><h2>Read this first</h2><ul>{rows}</ul></section>'


def _coded(sentence: str) -> str:
    """``code: sentence``, the code marked as one."""
    code, _, said = sentence.partition(": ")
    return f"<code>{safe(code)}</code> {safe(said, 600)}"


def _budget(found: Account) -> str:
    if found.budget is None:
        return ""
    asked = found.budget
    said = (
        f"A run of {exactly(asked.tokens)} tokens would see everything kept {often(asked.epochs)} times on average. The "
        f"mix repeats nothing more than {often(asked.most_epochs)} times, within the limits of the policy."
    )
    return _section("The budget", said, plots.budget(asked))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    top = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    cls = f' class="{kind}"' if kind else ""
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="Table: {head[0]}"><table{cls}><thead><tr>{top}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _cells(found: Account) -> str:
    head = ("class, assurance", "documents", "tokens", "share", "documents kept", "tokens kept", "of the mix")
    rows = [
        (
            f'<i class="{kind_of(f"{cell.cls}|{cell.assurance}")}"></i>{safe(cell.cls)}, {safe(cell.assurance)}',
            exactly(cell.read.documents),
            exactly(cell.read.tokens),
            percent(cell.share["tokens"]),
            exactly(cell.kept.documents),
            exactly(cell.kept.tokens),
            percent(cell.mix),
        )
        for cell in found.cells
    ]
    total, kept = found.total, found.kept
    read_amounts, kept_amounts = (
        (exactly(amounts.documents), exactly(amounts.tokens), "") for amounts in (total, kept)
    )
    return _table(head, [*rows, ("all", *read_amounts, *kept_amounts)])


def _counts(found: Mapping[str, int]) -> str:
    if not found:
        return '<p class="say">None.</p>'
    rows = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    return _table(
        ("what", "documents"), ((safe(name.replace("|", ": ")), exactly(count)) for name, count in rows[:30])
    )


def _reasons(found: Mapping[str, int]) -> str:
    if not found:
        return '<p class="say">None.</p>'
    rows = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    return _table(("reason", "documents"), ((_reason(code), exactly(count)) for code, count in rows[:30]))


def _reason(code: str) -> str:
    known = code in {str(entry) for entry in ReasonCode}
    said = f"<small>{safe(CRAWL_EXPLANATIONS[ReasonCode(code)].meaning, 300)}</small>" if known else ""
    return f"<code>{safe(code)}</code>{said}"


def _damage(found: Mapping[str, int]) -> dict[str, int]:
    """What the states do not say already."""
    return {f"no state: {name}": count for name, count in found.items() if name != "invalid"}


def _caps(found: Account) -> str:
    caps = found.caps
    limits = [
        f"{name} {percent(share)}"
        for name, share in (
            ("overall", caps.overall),
            ("each domain", caps.domain),
            ("with a stated purpose", caps.with_purpose),
        )
        if share is not None
    ]
    if not limits:
        return ""
    said = (
        f"At most {', '.join(limits)}, by {safe(caps.by)}. {exactly(caps.thinned)} {safe(caps.by)} were left out; "
        f"what stays is {percent(caps.share)} of what is kept."
    )
    rows = "".join(f"<li>{_coded(problem)}</li>" for problem in caps.problems)
    return _section(
        "Caps on what is known to be synthetic", said, f'<ul class="list">{rows}</ul>' if rows else ""
    )


def _signers(found: Account) -> str:
    if not found.signers:
        return ""
    rows = (
        (
            f"{safe(entry.name)} <code>{safe(entry.sha256[:16])}</code>",
            "yes" if entry.listed else "no",
            exactly(entry.documents),
            exactly(entry.tokens),
        )
        for entry in found.signers[:30]
    )
    said = "Names are what certificates say. A signer on no list may be anybody."
    table = _table(("signer", "on a list", "documents", "tokens"), rows)
    return _section(f"Signers ({found.signer_count})", said, table)


def _listed(title: str, names: Sequence[str], count: int) -> str:
    if not names:
        return ""
    shown = ", ".join(f"<code>{safe(name or '(no address)')}</code>" for name in names[:60])
    more = f" and {count - 60} more" if count > 60 else ""
    return _section(f"{title} ({count})", "", f"<p>{shown}{more}</p>")


def _problems(found: Account) -> str:
    if not found.problem_count:
        return ""
    rows = (
        (
            safe(entry.input),
            safe(entry.code),
            "" if entry.position is None else str(entry.position),
            safe(entry.message, 300),
        )
        for entry in found.problems[:60]
    )
    said = "What inputs should have given and did not. Nothing of it is in the numbers above."
    return _section(
        f"Problems with inputs ({found.problem_count})",
        said,
        _table(("input", "what", "position", "found"), rows, "words"),
    )


def _about(found: Account) -> str:
    lists = ", ".join(
        safe(f"{entry['name']} ({entry['date']})" if entry["date"] else str(entry["name"]))
        for entry in found.trust.lists
    )
    rows = (
        ("policy", f"{safe(found.policy.name)} <code>{found.policy.sha256}</code>"),
        ("trust lists", f"{lists or 'none'} <code>{found.trust.sha256}</code>"),
        ("tokens", safe(found.tokens) + (" (an estimate)" if found.tokens_estimated else "")),
        ("text", safe(found.extract)),
        ("judged at", safe(found.judged_at)),
        (
            "inputs",
            ", ".join(safe(entry.name) for entry in found.inputs[:20])
            + (" \u2026" if len(found.inputs) > 20 else ""),
        ),
        ("run", f"<code>{found.run}</code>"),
        ("provkit", safe(found.provkit)),
    )
    return _section(
        "How this was made", "", f"<dl>{''.join(f'<dt>{k}</dt><dd>{v}</dd>' for k, v in rows)}</dl>"
    )


__all__ = ["page"]
