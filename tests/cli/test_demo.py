"""The crawl at the end of the tour."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cli.conftest import Cli


def table(out: str) -> dict[tuple[str, str], list[str]]:
    lines = out.partition("$ provkit weigh ")[2].splitlines()
    return {(words[0], words[1]): words[2:] for line in lines[3:] if len(words := line.split()) == 8}


@pytest.mark.slow
def test_the_tour_ends_with_a_crawl_of_every_kind(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    # What reads archives is an extra, and the tour is for those who have just installed.
    for name in ("fastwarc", "fastwarc.warc", "stringzilla", "brotli"):
        monkeypatch.setitem(sys.modules, name, None)
    done = cli("demo", "--keep", "kept")
    assert (done.code, done.err, "\x1b" in done.out) == (0, "", False)
    found = table(done.out)
    documents = {cell: (int(row[0]), int(row[3])) for cell, row in found.items()}
    assert documents == {
        ("ai-assisted", "verified-trusted"): (1, 1),
        ("human", "verified-trusted"): (5, 5),
        ("human", "verified-untrusted"): (4, 4),
        ("synthetic", "declared"): (2, 1),
        ("synthetic", "verified-trusted"): (3, 1),
        ("synthetic", "verified-untrusted"): (2, 0),
        ("unknown", "none"): (21, 18),
    }
    mix = {cell: float(row[5].rstrip("%")) for cell, row in found.items()}
    share = {cell: float(row[2].rstrip("%")) for cell, row in found.items()}
    trusted, anybody = ("human", "verified-trusted"), ("human", "verified-untrusted")
    # Signed by somebody on the list, human work weighs more; signed by anybody, it does not.
    assert mix[trusted] > 2 * share[trusted]
    assert mix[anybody] < 1.2 * share[anybody]
    assert sum(part for (cls, _), part in mix.items() if cls == "synthetic") <= 10
    assert table(cli("demo").out) == found, "signatures are new, the table is not"
    assert (cli.folder / "kept" / "weighed" / "report.html").exists()
    assert cli("demo", "--keep", "kept").code == 0
