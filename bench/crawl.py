"""What weighing a crawl costs over reading it: ``python -m bench.crawl``.

The goal's shape is 20,000 pages of about 65 KB; ``PAGES=2000`` makes a smaller run.  Everything is
compared with plain fastwarc reading of the same files in the same run.
"""

from __future__ import annotations

import gzip
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Row

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = int(os.environ.get("PAGES", "20000"))
FILES = 4
ROUNDS = 5
_TAGS = ("p", "div", "li", "span", "h2", "td")


def _pages(count: int, seed: int) -> list[bytes]:
    """Pages of 30 to 100 KB; one in twenty is not ASCII."""
    dice = random.Random(seed)
    words = ["".join(dice.choices("abcdefghijklmnoprstuvwy", k=dice.randint(2, 11))) for _ in range(5000)]
    far = [
        "".join(chr(dice.randrange(0x4E00, 0x9FA5)) for _ in range(dice.randint(2, 8))) for _ in range(2000)
    ]
    made = []
    for number in range(count):
        stock = far if number % 20 == 19 else words
        wanted, parts, size = dice.randint(30_000, 100_000), [], 0
        while size < wanted:
            tag = dice.choice(_TAGS)
            text = " ".join(dice.choices(stock, k=dice.randint(5, 40)))
            part = (
                f'<{tag} class="c{dice.randrange(99)}"><a href="/{dice.randrange(9999)}">{text}</a></{tag}>\n'
            )
            parts.append(part)
            size += len(part.encode())
        head = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title><script>var a=1;</script></head>'
        made.append(f"{head}<body>{''.join(parts)}</body></html>".encode())
    return made


def write(folder: Path, count: int, files: int = FILES) -> list[Path]:
    """A crawl of `count` pages that say nothing; pages repeat after 500, which no reader notices."""
    from support.crawl_world import response

    pages = _pages(min(count, 500), 7)
    packed = [
        gzip.compress(response(f"https://site{n % 50}.example/{n}", page, "text/html", number=n), 6, mtime=0)
        for n, page in enumerate(pages)
    ]
    paths = []
    for number in range(files):
        path = folder / f"crawl-{number}.warc.gz"
        with path.open("wb") as out:
            for index in range(number, count, files):
                out.write(packed[index % len(packed)])
        paths.append(path)
    return paths


def _plain(path: Path) -> int:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    return sum(
        len(record.reader.read())
        for record in ArchiveIterator(str(path), record_types=WarcRecordType.response, parse_http=True)
    )


def _entries(path: Path) -> int:
    from provkit.crawl import warc

    return sum(1 for _ in warc.read(str(path)))


def _bodies(path: Path) -> list[tuple[bytes, tuple[tuple[str, str], ...]]]:
    from provkit.crawl import warc
    from provkit.crawl.documents import Document

    return [(e.body, e.headers) for e in warc.read(str(path)) if isinstance(e, Document)]


def _per_page(call: Callable[[], object], pages: int) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) / pages * 1e6


def _weigh(paths: list[Path], out: Path, jobs: int) -> float:
    command = [sys.executable, "-m", "provkit_cli", "weigh", *map(str, paths), "--out", str(out)]
    start = time.perf_counter()
    subprocess.run([*command, "-q", "-j", str(jobs), "--force"], check=True)
    return time.perf_counter() - start


def _peak(paths: list[Path], out: Path) -> float:
    """Peak memory of a run in one process, MiB."""
    code = (
        "import resource, sys\nfrom provkit_cli.main import main\n"
        "code = main(['weigh', *sys.argv[2:], '--out', sys.argv[1], '-q', '--force'])\n"
        "assert code == 0, code\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(out), *map(str, paths)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def rows() -> list[Row]:
    """Everything, as rows of the table."""
    from provkit.crawl.reading import Reader

    found: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write(folder, PAGES)
        each = len(range(0, PAGES, FILES))
        row = Row("read a page of 65 KB from a WARC file", "µs", base="fastwarc")
        row.values["fastwarc"] = _per_page(lambda: _plain(paths[0]), each)
        row.values["provkit"] = _per_page(lambda: _entries(paths[0]), each)
        found.append(row)
        bodies = _bodies(paths[0])[:500]
        reader = Reader()
        silent = Row("read provenance of a page that has none", "µs")
        silent.values["provkit"] = _per_page(lambda: [reader.read(b, h) for b, h in bodies], len(bodies))
        silent.values["standard library"] = _without_stringzilla(paths[0])
        found.append(silent)
        speed = Row("weigh everything, with text", "pages/s", base="one process")
        speed.values["one process"] = PAGES / _weigh(paths, folder / "one", 1)
        speed.values["two processes"] = PAGES / _weigh(paths, folder / "two", 2)
        found.append(speed)
        few = folder / "few"
        few.mkdir()
        peaks = Row("peak memory of weighing", "MiB", base="a tenth")
        peaks.values["a tenth"] = _peak(write(few, max(PAGES // 10, 1)), folder / "tenth")
        peaks.values["all"] = _peak(paths, folder / "all")
        found.append(peaks)
    return found


def _without_stringzilla(path: Path) -> float:
    """The same in a process that cannot import the extra's package."""
    code = (
        "import sys\nsys.modules['stringzilla'] = None\nfrom pathlib import Path\nfrom bench import crawl\n"
        "from provkit.crawl.reading import Reader\n"
        "bodies = crawl._bodies(Path(sys.argv[1]))[:500]\nreader = Reader()\n"
        "print(crawl._per_page(lambda: [reader.read(b, h) for b, h in bodies], len(bodies)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    from bench.__main__ import table

    print(table(rows()))
    print(
        f"\n{PAGES} pages in {FILES} files; this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
    )
