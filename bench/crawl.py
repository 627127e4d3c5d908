"""What weighing a crawl costs over reading it: ``python -m bench.crawl``.

The goal's shape is 20,000 pages of about 65 KB; ``PAGES=2000`` makes a smaller run.  Reading is compared
with plain fastwarc reading of the same files, file by file in turn, in processor time of this process:
a busy machine makes both slower.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import pages
from bench.measure import Row, seconds, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES: Final = int(os.environ.get("PAGES", "20000"))
A_FILE: Final = 200
"""Pages in a file: a pass over one is short, so that what else the machine does hits all readers alike."""
WEIGHED: Final = min(PAGES, 1600)
"""Pages that are weighed, with text and results: packing the results takes nearly all of the time."""
SIGNED: Final = 12


def groups() -> dict[str, list[Row]]:
    """Everything, in tables of the same columns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = pages.write(folder / "read", PAGES, max(1, PAGES // A_FILE))
        speed, memory = weighing(folder)
        return {
            "crawl": reading(paths),
            "crawl, processes": [speed],
            "crawl, memory": [memory],
            "crawl, signed pages": [
                signed("read signed pages of 65 KB", ""),
                # Of these the types of schema.org are read as well.
                signed("read signed pages with JSON-LD", pages.ORDINARY),
            ],
        }


# --- what a page costs that says nothing ---------------------------------------------------------


def _plain(path: Path) -> int:
    """Bodies and HTTP headers, nothing else."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    total = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True):
            total += len(record.http_headers.to_tuples()) + len(record.reader.read())
    return total


def _documents(path: Path) -> int:
    """Records as documents."""
    from provkit.crawl import warc

    return sum(1 for _ in warc.read(str(path)))


def _readings(path: Path) -> int:
    """Documents, and what each says of itself."""
    from provkit.crawl import warc
    from provkit.crawl.documents import Document
    from provkit.crawl.reading import Reader

    reader, silent = Reader(), 0
    for entry in warc.read(str(path)):
        if isinstance(entry, Document):
            found = reader.read(
                entry.body,
                entry.headers,
                entry.url,
                media_type=entry.media_type,
                truncated=entry.truncated,
                captured_at=entry.captured_at,
            )
            silent += found.verdict is None and not found.signals and not found.preferences
    return silent


def reading(paths: list[Path]) -> list[Row]:
    """Processor microseconds per page of each step, and what each adds to plain reading."""
    from provkit.crawl import probe

    installed = probe.installed()
    steps: dict[str, Callable[[Path], int]] = {"fastwarc": _plain, "documents": _documents}
    if installed is not None:
        steps["with the extra"] = _readings
    steps["without"] = _readings
    taken: dict[str, list[float]] = {name: [] for name in steps}
    order = list(steps)
    for number, path in enumerate(paths):
        shift = number % len(order)
        for name in order[shift:] + order[:shift]:  # so that none is always the first to see a file
            probe.use(installed if name == "with the extra" else None)
            start = time.process_time_ns()
            steps[name](path)
            taken[name].append(time.process_time_ns() - start)
    probe.use(installed)
    each = PAGES / len(paths)
    whole = Row("read a page of 65 KB from a WARC file", "µs", base="fastwarc")
    added = Row("added to a page that says nothing", "µs")
    quiet = Row("the same, of the fastest tenth of the passes", "µs")
    for name, times in taken.items():
        whole.values[name] = statistics.median(times) / each / 1000
        if name != "fastwarc":
            # Of passes over the same file: how much it packs is no part of the difference.
            more = [a - b for a, b in zip(times, taken["fastwarc"], strict=True)]
            added.values[name] = statistics.median(more) / each / 1000
            # On a machine that others use too: what the work takes when they leave it alone.
            quiet.values[name] = (_fast(times) - _fast(taken["fastwarc"])) / each / 1000
    return [whole, added, quiet]


def _fast(times: list[float]) -> float:
    return sorted(times)[len(times) // 10]


# --- weighing ------------------------------------------------------------------------------------


def _command(paths: list[Path], out: Path, jobs: int) -> list[str]:
    files = [str(path) for path in paths]
    return [sys.executable, "-m", "provkit_cli", "weigh", *files, "--out", str(out), "-q", "-j", str(jobs)]


def _run(*commands: list[str]) -> tuple[float, float]:
    """Wall seconds until all are done, and the peak memory of the largest, MiB."""
    start = time.perf_counter()
    running = [subprocess.Popen(command) for command in commands]
    peak = 0.0
    for process in running:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        peak = max(peak, used.ru_maxrss / 1024)
    return time.perf_counter() - start, peak


def weighing(folder: Path) -> tuple[Row, Row]:
    """One process and two, beside two that know nothing of each other; and memory.

    What two programs of their own reach on half the files each is what the machine can give: two
    processors of one core are not two cores.
    """
    paths = pages.write(folder / "weigh", WEIGHED, 8)
    one, peak = _run(_command(paths, folder / "one", 1))
    two, _ = _run(_command(paths, folder / "two", 2))
    apart, _ = _run(_command(paths[:4], folder / "half", 1), _command(paths[4:], folder / "other", 1))
    speed = Row("weigh everything, with text", "pages/s", base="one process")
    speed.values = {
        "one process": WEIGHED / one,
        "two processes": WEIGHED / two,
        "two runs on half each": WEIGHED / apart,
    }
    _, small = _run(_command(pages.write(folder / "tenth", WEIGHED // 10, 8), folder / "few", 1))
    memory = Row("peak memory of weighing", "MiB", {"a tenth": small, "all": peak}, base="a tenth")
    return speed, memory


# --- signed pages --------------------------------------------------------------------------------


def signed(job: str, more: str) -> Row:
    """Signed pages of the same kind a second, beside encypher-c2pa offline with the same anchor."""
    import encypher_c2pa

    import provkit
    from provkit.crawl.reading import Reader
    from provkit.signers.development import make_development_identity

    identity = make_development_identity(algorithm="ES256", now=datetime.now(UTC))
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    trust = provkit.TrustStore.empty().with_anchors(identity.root_pem, name="bench")
    dice = random.Random(11)
    made = [
        provkit.sign(page, provkit.Origin.human(), signer, media_type="text/html")
        for page in (pages.page(dice, "ASCII", more=more) for _ in range(SIGNED))
    ]
    reader = Reader(trust=trust)
    ask = partial(
        encypher_c2pa.verify,
        mime_type="text/html",
        trust_pem=identity.root_pem.decode(),
        no_default_trust=True,
        telemetry=False,
        online=False,
    )
    for one in made:
        verdict = reader.read(one).verdict
        if verdict is None or verdict.state is not provkit.State.TRUSTED:
            raise AssertionError("a page of the bench does not verify")
    jobs: dict[str, Callable[[int], list[float]]] = {
        "provkit": lambda n: seconds(lambda: [reader.read(one) for one in made], n),
        "encypher-c2pa": lambda n: seconds(lambda: [ask(one) for one in made], n),
    }
    taken = side_by_side(jobs, 1)
    values = {name: SIGNED / time_ for name, time_ in taken.items()}
    return Row(job, "pages/s", values, base="encypher-c2pa")


if __name__ == "__main__":
    from bench.__main__ import table

    began = time.perf_counter()
    for found in groups().values():
        print(table(found), end="\n\n")
    print(f"{PAGES} pages read, {WEIGHED} weighed; {time.perf_counter() - began:.0f} s")
