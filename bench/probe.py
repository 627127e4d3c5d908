"""The cost of a page that says nothing of its origin: the probe, with stringzilla and without.

python -m bench.probe
"""

from __future__ import annotations

import random
import statistics
import time
from typing import TYPE_CHECKING, Final

from bench.measure import Row
from provkit.crawl import probe as module
from provkit.crawl.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE: Final = 65_000
PAGES: Final = 200
"""So many pages are looked at in turn, so that none is in the nearest cache."""
ROUNDS: Final = 9
HEADERS: Final = [
    ("Content-Type", "text/html; charset=utf-8"), ("Date", "Fri, 20 Nov 2026 10:00:00 GMT"), ("Server", "nginx"),
    ("Cache-Control", "max-age=300"), ("Vary", "Accept-Encoding"), ("ETag", '"5f3-1"'), ("X-Cache", "HIT"),
    ("Link", '</style.css>; rel="preload"; as="style"'), ("Content-Length", "65000"), ("Age", "12"),
]  # fmt: skip
WORDS: Final = (
    "time",
    "people",
    "main",
    "container",
    "available",
    "year",
    "government",
    "company",
    "school",
    "problem",
    "with",
    "their",
    "about",
    "would",
    "there",
    "which",
    "these",
    "content",
    "discussion",
    "closure",
    "navigation",
    "between",
    "another",
    "because",
    "different",
    "number",
    "detail",
    "email",
)


def page(rng: random.Random, kind: str) -> bytes:
    """A page with the tags and numbers of real ones, in ASCII, also with references, with other letters, or in Chinese."""
    out = [
        (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/a-1.css">'
            '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"A"}</script>'
            "</head><body>"
        )
    ]
    its = "it&#8217;s" if kind == "references" else "its"
    size = 0
    while size < SIZE:
        text = " ".join(rng.choices(WORDS, k=40))
        if kind == "mixed":
            text = text.replace("e ", "é ").replace("n ", "ñ ")
        if kind == "CJK":
            text = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(80))
        number = rng.randrange(10_000)
        out.append(
            f'<div class="col-{number % 12} item" id="n{number}"><p>{text} &amp; {its} '
            f'<a href="/2024/{number % 12:02d}/post-{number}?x=1&amp;y=2">{rng.choice(WORDS)}</a></p></div>\n'
        )
        size += len(out[-1].encode())
    return "".join([*out, "</body></html>"]).encode()


def _stringzilla() -> module.Searcher | None:
    try:
        import stringzilla  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    found: module.Searcher = stringzilla
    return found


def rows() -> list[Row]:
    """Median microseconds per page; ``find`` is one search for one word, to compare machines by."""
    engines: dict[str, Callable[[bytes], object]] = {
        "find": lambda body: body.find(b"application/c2pa"),
        "without": lambda body: probe(body, HEADERS),
    }
    searcher = _stringzilla()
    if searcher is not None:
        engines["stringzilla"] = engines["without"]
    found = []
    for kind in ("ASCII", "references", "mixed", "CJK"):
        rng = random.Random(kind)  # the same pages in every run
        pages = [page(rng, kind) for _ in range(PAGES)]
        taken: dict[str, list[float]] = {name: [] for name in engines}
        for _ in range(ROUNDS):
            for name, engine in engines.items():
                module.use(searcher if name == "stringzilla" else None)
                taken[name] += _times(engine, pages)
        row = Row(f"probe 65 KB, {kind}", "us", base="find")
        row.values = {name: statistics.median(times) for name, times in taken.items()}
        found.append(row)
    module.use(searcher)
    return found


def _times(engine: Callable[[bytes], object], pages: list[bytes]) -> list[float]:
    clock = time.perf_counter_ns
    times = []
    for body in pages:
        body.count(b"\0")  # it has just been read, so it is near
        start = clock()
        engine(body)
        times.append((clock() - start) / 1000)
    return times


if __name__ == "__main__":
    for row in rows():
        print(
            f"{row.job:24}", "  ".join(f"{name} {value:.1f}" for name, value in row.values.items()), row.unit
        )
