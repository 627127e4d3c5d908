"""The style sheet of the page of verdicts: light and dark, phone and paper.

Its colours and shapes are those of the page that accounts for a crawl, so that both look like one
product.
"""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--bg:#fbfaf7;--card:#fff;--ink:#1d2126;--soft:#59616b;--line:#dfdcd4;--sunk:#f4f2ec;
--trusted:#1b7355;--valid:#8a5f0c;--invalid:#b2342c;--unsigned:#5f6872;--unjudged:#6d4f9a;--accent:#2b5f9e;
--warn:#fff3dc;--warnline:#d99a2b}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1c2024;--ink:#e8e6e1;--soft:#a6aeb7;--line:#343a41;
--sunk:#23282d;--trusted:#4fc197;--valid:#e0ac48;--invalid:#f3857a;--unsigned:#a0a9b3;--unjudged:#b79ce0;
--accent:#7db0ea;--warn:#2f2717;--warnline:#c38d33}}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:64rem;margin:0 auto;padding:0 1.25rem}header{padding-top:2.5rem}
footer{padding-top:1.2rem;padding-bottom:3rem;color:var(--soft);font-size:.88rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem}h2{font-size:1.2rem;line-height:1.35;margin:0;overflow-wrap:anywhere}
h3{font-size:1rem;margin:1.7rem 0 .5rem}p{margin:.2rem 0 .8rem}
.lead,.say{color:var(--soft)}.lead{max-width:46rem}.say{font-size:.92rem;max-width:46rem}a{color:var(--accent)}
section,article{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.25rem 1.4rem;
margin-top:1.1rem}
article{border-top:5px solid var(--state)}
.facts{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));margin:1.4rem 0 0;padding:0;
list-style:none}
.facts li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem 1rem;
border-left:5px solid var(--state,var(--line))}
.facts b{display:block;font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums}
.facts span{color:var(--soft);font-size:.88rem}
.trusted{--state:var(--trusted)}.valid{--state:var(--valid)}.invalid{--state:var(--invalid)}
.unsigned{--state:var(--unsigned)}.unjudged{--state:var(--unjudged)}
.head{display:flex;flex-wrap:wrap;gap:.5rem .9rem;align-items:baseline}
.pill{display:inline-block;border:1.5px solid var(--state);color:var(--state);border-radius:999px;padding:.02rem .65rem;
font-size:.86rem;font-weight:650;white-space:nowrap}
.verdict{font-size:1.06rem;margin:.6rem 0 .3rem;max-width:50rem}.accept{color:var(--soft);font-size:.95rem}
.accept b{color:var(--ink)}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.35rem 1.2rem;margin:1rem 0 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}dd small{display:block;color:var(--soft);font-size:.87rem}
.warn{background:var(--warn);border:1px solid var(--warnline);border-radius:8px;padding:.6rem 1rem;margin-top:1rem}
.warn ul,.why{margin:.2rem 0 0;padding-left:1.1rem}.warn li,.why li{margin:.25rem 0;overflow-wrap:anywhere}
.wide{overflow-x:auto}.chain{max-height:56rem;overflow:auto;background:var(--sunk);border-radius:8px;padding:1rem}.wide:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);
outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:600;white-space:nowrap}tbody th{font-weight:400;overflow-wrap:anywhere}
td{overflow-wrap:anywhere}tr:last-child>*{border-bottom:0}.n{color:var(--soft);width:2rem}
.o{white-space:nowrap;width:9.5rem}.o b{font-weight:650;color:var(--state,var(--soft))}
.files td,.files th{min-width:5.5rem}.files .o{width:auto}.files tbody th{min-width:12rem}.codes th{min-width:15rem}.codes td{min-width:12rem}
code{font-size:.86em;overflow-wrap:anywhere}.hide code{overflow-wrap:break-word}
details{margin-top:.9rem}summary{cursor:pointer;color:var(--accent);font-size:.95rem}details .wide{margin-top:.5rem}
svg{display:block;max-width:100%;height:auto;min-width:27rem}
svg text{fill:var(--ink);font:13px system-ui,sans-serif;unicode-bidi:isolate}
svg .name{font-size:14.5px;font-weight:650}svg .note{fill:var(--soft);font-size:12.5px}
svg .word{fill:var(--state,var(--soft));font-size:12.5px;font-weight:650}svg .badge{fill:var(--card);font-size:12px;
font-weight:700}
svg .box{fill:var(--card);stroke:var(--line);stroke-width:1.2}svg .first{stroke:var(--state);stroke-width:2}
svg .bar,svg .dot{fill:var(--state,var(--soft))}svg .stub{fill:none;stroke:var(--line);stroke-dasharray:5 4}
svg .rail{fill:none;stroke:var(--soft);stroke-width:1.6}svg .tip{fill:var(--soft)}
@media(max-width:36rem){header{padding-top:1.5rem}header,main,footer{padding-left:.8rem;padding-right:.8rem}
section,article{padding:1rem}.chain{padding:.5rem}dl{grid-template-columns:1fr;gap:.1rem}dd{margin-bottom:.55rem}.o{width:auto}
h1{font-size:1.55rem}.files th,.files td{min-width:0}.files tbody th{min-width:8rem}.hide{display:none}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--sunk:#f4f4f4;--trusted:#1b7355;
--valid:#8a5f0c;--invalid:#b2342c;--unsigned:#555;--unjudged:#6d4f9a;--accent:#000;--warn:#fff;--warnline:#999}
body{font-size:11pt}header,main,footer{max-width:none;padding:0}article+article{break-before:page}h2,h3{break-after:avoid}
tr,svg g{break-inside:avoid}.wide{overflow:visible;max-height:none}.chain{background:none;padding:0}details:not([open]){display:none}
.codes th,.codes td,.files th,.files td{min-width:0}svg{min-width:0;max-height:24cm}}
"""

__all__ = ["STYLE"]
