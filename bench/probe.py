"""The cost of a page that says nothing of its origin, by what is in it: the probe, with stringzilla and without.

And of pages that make the reader look closer.  ``python -m bench.probe``
"""

from __future__ import annotations

import random
import statistics
import time
from typing import TYPE_CHECKING, Final

from bench import pages
from bench.measure import Row
from provkit.crawl import probe as module
from provkit.crawl.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE: Final = 65_000
PAGES: Final = 100
"""So many pages are looked at in turn, so that none is in the nearest cache."""
ROUNDS: Final = 9
CLOSER: Final = {
    "X-Robots-Tag: noindex": ("", [("X-Robots-Tag", "noindex")]),
    "X-Robots-Tag: noai": ("", [("X-Robots-Tag", "noai")]),
    "the word C2PA in the text": ("<p>The C2PA says</p>", []),
    "an address in references": ('<a href="&#109;&#97;&#105;&#108;">x</a>', []),
    "the word AIGC in the text": ("<p>AIGC tools</p>", []),
    "robots noai": ('<meta name="robots" content="noai">', []),
}
"""What makes the reader look closer: what is added to the page, and headers."""


def rows() -> list[Row]:
    """Median microseconds per page; ``find`` is one search for one word, to compare machines by."""
    reader = Reader()
    found = []
    for kind in pages.KINDS:
        dice = random.Random(kind)  # the same pages in every run
        made = [pages.page(dice, kind, size=SIZE) for _ in range(PAGES)]
        found.append(_row(f"read 65 KB that say nothing, {kind}", reader, made, list(pages.HEADERS)))
    dice = random.Random("plain")
    bare = [pages.page(dice, "ASCII", size=SIZE, more="") for _ in range(PAGES)]
    found.append(_row("the same without JSON-LD, robots, rel=license", reader, bare, list(pages.HEADERS)))
    for what, (more, headers) in CLOSER.items():
        dice = random.Random(what)
        made = [pages.page(dice, "ASCII", size=SIZE, more=pages.ORDINARY + more) for _ in range(PAGES // 10)]
        found.append(_row(f"read 65 KB, {what}", reader, made, [*pages.HEADERS, *headers]))
    return found


def _row(job: str, reader: Reader, made: list[bytes], headers: list[tuple[str, str]]) -> Row:
    searcher = module.installed()
    engines: dict[str, Callable[[bytes], object]] = {
        "find": lambda body: body.find(b"application/c2pa"),
        "without": lambda body: reader.read(body, headers),
    }
    if searcher is not None:
        engines["with the extra"] = engines["without"]
    taken: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            module.use(searcher if name == "with the extra" else None)
            taken[name] += _times(engine, made)
    module.use(searcher)
    return Row(job, "µs", {name: statistics.median(times) for name, times in taken.items()}, base="find")


def _times(engine: Callable[[bytes], object], made: list[bytes]) -> list[float]:
    clock = time.perf_counter_ns
    times = []
    for body in made:
        body.count(b"\0")  # it has just been read, so it is near
        start = clock()
        engine(body)
        times.append((clock() - start) / 1000)
    return times


if __name__ == "__main__":
    from bench.__main__ import table

    print(table(rows()))
