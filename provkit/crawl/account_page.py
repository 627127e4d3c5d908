"""``report.html``: the account as one page without scripts, fonts or anything from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.crawl import plots
from provkit.crawl.plots import number, percent, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from provkit.crawl.account_model import Account

_STYLE: Final = """
:root{color-scheme:light dark;--bg:#fbfaf7;--card:#fff;--ink:#1d2126;--soft:#5a626c;--line:#dfdcd4;--human:#1f7a5c;
--assisted:#8d6bb8;--open:#c9c6bd;--synthetic:#d1672a;--plain:#93a1b0;--accent:#2b5f9e;--warn:#fff3dc;--warnline:#d99a2b}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1c2024;--ink:#e8e6e1;--soft:#a3abb4;--line:#33393f;
--human:#3fae87;--assisted:#a98bd4;--open:#4d535a;--synthetic:#e58548;--plain:#6b7885;--accent:#6a9fdc;--warn:#2f2717;
--warnline:#c38d33}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.15rem;margin:0 0 .2rem}p{margin:.2rem 0 .9rem}.lead,.say{color:var(--soft)}.lead{max-width:46rem}
.say{font-size:.92rem;max-width:46rem}section{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:1.25rem 1.4rem;margin-top:1.1rem;overflow-x:auto}.facts{display:grid;gap:.8rem;
grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));margin-top:1.4rem}.fact{background:var(--card);
border:1px solid var(--line);border-radius:10px;padding:.8rem 1rem}.fact b{display:block;font-size:1.5rem;line-height:1.25;
font-variant-numeric:tabular-nums}.fact span{color:var(--soft);font-size:.88rem}svg{width:100%;height:auto;display:block;
min-width:36rem}text{fill:var(--ink);font-size:13.5px;font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums}
text.note{fill:var(--soft);font-size:12px}rect{rx:2}
.human{fill:var(--human);background:var(--human)}.ai-assisted{fill:var(--assisted);background:var(--assisted)}
.open{fill:var(--open);background:var(--open)}.synthetic{fill:var(--synthetic);background:var(--synthetic)}
.plain{fill:var(--plain)}.accent{fill:var(--accent)}.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.86rem;
color:var(--soft);margin:.2rem 0 .8rem}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;
margin-right:.45em}table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.32rem .6rem;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:600}
th:first-child,td:first-child,.l{text-align:left}td:first-child{overflow-wrap:anywhere}.warn{background:var(--warn);
border-color:var(--warnline)}.warn ul{margin:.3rem 0 0;padding-left:1.1rem}.two{display:grid;gap:0 1.1rem;
grid-template-columns:repeat(auto-fit,minmax(20rem,1fr))}code{font-size:.86em;overflow-wrap:anywhere}dl{display:grid;
grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.6rem 0 0;font-size:.9rem}dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
"""


def page(found: Account) -> str:
    """The page, whole."""
    unit = "tokens" if found.total.tokens else "bytes"
    shares = found.shares.tokens if unit == "tokens" else found.shares.bytes
    kept = found.kept_shares.tokens if unit == "tokens" else found.kept_shares.bytes
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Crawl account: {safe(found.policy.name)}</title><style>{_STYLE}</style></head><body><main>",
        "<h1>Where this data comes from</h1>",
        _lead(found),
        _facts(
            (
                (number(found.kept.documents), f"documents kept of {number(found.total.documents)}"),
                (
                    number(found.kept.tokens),
                    "tokens kept" + (", estimated" if found.tokens_estimated else ""),
                ),
                (percent(shares.human.lower), f"of {unit} stated as human work by listed signers"),
                (
                    f"{shares.synthetic.lower * 100:.1f}\u2013{percent(shares.synthetic.upper)}".replace(
                        " ", "\u00a0"
                    ),
                    f"of {unit} synthetic: known, and at most",
                ),
            )
        ),
        _warnings(found.warnings),
        _section(
            "What is known",
            f"Shares of {unit}. The grey part may be either: nobody who can be held to it says anything.",
            f'<div class="legend">{plots.legend()}</div>'
            + plots.intervals(
                (("read", shares.human, shares.synthetic), ("kept", kept.human, kept.synthetic))
            ),
        ),
        _section("From records to documents kept", "", plots.funnel(found.funnel)),
        _section(
            f"The largest domains ({min(len(found.domains), plots.DOMAINS)} of {found.domain_count})",
            "",
            f'<div class="legend">{plots.legend()}</div>{plots.domains(found.domains)}',
        ),
        _section(
            "What the weights make of it",
            "Shares of tokens: as kept, once each, and as drawn by blend.json for a mix of as many tokens.",
            plots.mix(found.strata),
        ),
        _section("Class and assurance", "", _cells(found)),
        '<div class="two">',
        _section("Left out, by the deciding reason", "", _counts(found.excluded, "documents")),
        _section("Credentials", "", _counts({**found.states, **_damage(found.damage)}, "documents")),
        _section("Usage preferences", "They never set an origin.", _counts(found.usage, "documents")),
        _section("Unsigned statements", "Where they were read.", _counts(found.sources, "documents")),
        "</div>",
        _caps(found),
        _signers(found),
        _listed("Domains of which nothing is kept", found.vanished, found.vanished_count),
        _problems(found),
        _about(found),
        "</main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _lead(found: Account) -> str:
    return (
        f'<p class="lead">{number(found.total.documents)} documents of {number(found.domain_count)} domains under '
        f"the policy <b>{safe(found.policy.name)}</b>. Signed means that a credential holds; nothing here says that "
        "what somebody states is so.</p>"
    )


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    cards = "".join(f'<div class="fact"><b>{value}</b><span>{said}</span></div>' for value, said in rows)
    return f'<div class="facts">{cards}</div>'


def _section(title: str, said: str, body: str) -> str:
    line = f'<p class="say">{said}</p>' if said else ""
    return f"<section><h2>{title}</h2>{line}{body}</section>"


def _warnings(found: Sequence[str]) -> str:
    if not found:
        return ""
    rows = "".join(f"<li>{safe(sentence, 600)}</li>" for sentence in found)
    return f'<section class="warn"><h2>Read this first</h2><ul>{rows}</ul></section>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{name}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _cells(found: Account) -> str:
    head = ("class", "assurance", "documents", "tokens", "share of tokens", "documents kept", "tokens kept")
    return _table(
        head,
        (
            (
                safe(cell.cls),
                safe(cell.assurance),
                number(cell.read.documents),
                number(cell.read.tokens),
                percent(cell.share["tokens"]),
                number(cell.kept.documents),
                number(cell.kept.tokens),
            )
            for cell in found.cells
        ),
    )


def _counts(found: Mapping[str, int], what: str) -> str:
    if not found:
        return '<p class="say">None.</p>'
    rows = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    return _table(("", what), ((safe(name.replace("|", ": ")), number(count)) for name, count in rows[:30]))


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
        f"At most {', '.join(limits)}, by {safe(caps.by)}. {number(caps.thinned)} {safe(caps.by)} were left out; "
        f"what stays is {percent(caps.share)} of what is kept."
    )
    rows = "".join(f"<li>{safe(problem, 400)}</li>" for problem in caps.problems)
    return _section("Caps on what is known to be synthetic", said, f"<ul>{rows}</ul>" if rows else "")


def _signers(found: Account) -> str:
    if not found.signers:
        return ""
    rows = (
        (
            f"{safe(entry.name)} <code>{safe(entry.sha256[:16])}</code>",
            "yes" if entry.listed else "no",
            number(entry.documents),
            number(entry.tokens),
        )
        for entry in found.signers[:30]
    )
    said = "Names are what certificates say. A signer on no list may be anybody."
    return _section(
        f"Signers ({found.signer_count})", said, _table(("signer", "on a list", "documents", "tokens"), rows)
    )


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
        f"Problems with inputs ({found.problem_count})", said, _table(("input", "what", "position", ""), rows)
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
