"""What ``provkit weigh`` does, once it is known what is asked."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl import explained, inputs, results
from provkit.crawl.extract import Extractor
from provkit.crawl.policy import Policy
from provkit.crawl.presets import PRESETS
from provkit.crawl.reading import Reader
from provkit.crawl.tokens import Counter
from provkit.errors import ConfigurationError
from provkit_cli import console, exits, lists, pool
from provkit_cli.inputs import as_configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provkit.crawl.weigh import Each, Job, Task

_STEPS: Final = {"read": "reading", "count": "counting", "write": "writing"}


@dataclass(frozen=True, slots=True)
class Request:
    """The options of one run; :mod:`.weigh` has a sentence for each."""

    inputs: tuple[str, ...]
    policy: str = "balanced"
    out: str | None = None
    explain: str | None = None
    extract: str = "visible"
    tokens: str = "bytes/4"
    trust: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    tsa_trust: tuple[str, ...] = ()
    distrust: tuple[str, ...] = ()
    no_default_trust: bool = False
    at: str | None = None
    jobs: int = 1
    force: bool = False
    quiet: bool = False
    no_progress: bool = False


def run(asked: Request) -> exits.Exit:
    """Weigh what is asked for, print the summary, return the exit code.

    Raises:
        ConfigurationError: options, a policy or trust lists that cannot be used; nothing was written.
    """
    if (asked.out is None) == (asked.explain is None):
        raise ConfigurationError(
            "say where the results go", hint="--out DIR, or --explain URL to write nothing"
        )
    policy = _policy(asked.policy)
    store = lists.build_store(
        trust=asked.trust,
        allowed=asked.allowed,
        tsa_trust=asked.tsa_trust,
        distrust=asked.distrust,
        default=not asked.no_default_trust,
    )
    if not asked.quiet and (warning := lists.age_warning(store, datetime.now(UTC).date())):
        console.say("warning", warning)
    sources = inputs.expand(asked.inputs)
    at = _moment(asked.at)
    if asked.explain is not None:
        found = explained.explain(sources, Reader(trust=store, at=at), policy, asked.explain)
        if not found:
            console.error(f"no document of that address: {asked.explain}", "addresses are compared whole")
            return exits.Exit.NOT_EVALUATED
        console.out_lines(console.shown(line) for line in found)
        return exits.Exit.OK
    order = results.Order(
        sources,
        policy,
        store,
        Extractor(asked.extract),
        Counter(asked.tokens),
        asked.out or "",
        at,
        asked.force,
    )
    progress = _Progress(off=asked.no_progress or asked.quiet)
    try:
        report, already = results.weigh_all(order, _each(asked.jobs), progress.show)
    finally:
        progress.clear()
    if not asked.quiet:
        if already:
            console.say("note", f"this run is finished already: {asked.out} (--force does it again)")
        console.out_lines(console.shown(line) for line in summary(report))
        for sentence in report["warnings"]:
            console.say("warning", sentence)
    for problem in report["problems"]:
        where = "" if problem["position"] is None else f" at {problem['position']}"
        console.error(f"{problem['code']}: {problem['message']}: {problem['input']}{where}")
    return exits.Exit.NOT_EVALUATED if report["problem_count"] else exits.Exit.OK


def _policy(name: str) -> Policy:
    if name in PRESETS:
        return Policy.preset(name)
    if not os.path.exists(name) and os.sep not in name and not name.endswith(".toml"):  # noqa: PTH110
        return Policy.preset(name)  # which says what presets there are
    return as_configuration(lambda: Policy.load(name))


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ConfigurationError(f"--at {value}: not a date or time (ISO 8601)") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _each(workers: int) -> Each:
    def each(tasks: Sequence[Task], work: Callable[[Job, Task], Any], job: Job) -> Iterator[Any]:
        if workers <= 1 or len(tasks) <= 1:
            return (work(job, task) for task in tasks)
        return pool.in_processes(tasks, _work, _died, (_remember, (work, job)), workers)

    return each


_held: list[tuple[Callable[[Job, Task], Any], Job]] = []
"""What this worker process does."""


def _remember(start: tuple[Callable[[Job, Task], Any], Job]) -> None:
    _held[:] = [start]


def _work(task: Task) -> None:
    work, job = _held[0]
    work(job, task)


def _died(task: Task) -> None:
    """Nothing is noted for a task whose worker died, and the run says so when it looks for the note."""
    console.error(f"the process that worked on {task.source.name} died", "it may have run out of memory")


class _Progress:
    """Steps and inputs on one line of the terminal; silent when stderr is something else."""

    def __init__(self, *, off: bool) -> None:
        self._on = not off and sys.stderr.isatty()
        self._shown = False

    def show(self, step: str, done: int, total: int) -> None:
        if self._on:
            sys.stderr.write(f"\r\x1b[K{_STEPS[step]}: {done}/{total} inputs")
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


def summary(report: dict[str, Any]) -> Iterator[str]:
    """The table at the end of a run."""
    head = ("class", "assurance", "documents", "tokens", "share", "kept", "kept tokens")
    rows: list[tuple[str, ...]] = [head]
    rows += (
        (
            cell["class"],
            cell["assurance"],
            f"{cell['read']['documents']}",
            f"{cell['read']['tokens']}",
            f"{cell['share']['tokens']:.1%}",
            f"{cell['kept']['documents']}",
            f"{cell['kept']['tokens']}",
        )
        for cell in report["cells"]
    )
    total, kept = report["total"], report["kept"]
    whole = ("all", "", *(f"{total[unit]}" for unit in ("documents", "tokens")), "")
    rows.append((*whole, f"{kept['documents']}", f"{kept['tokens']}"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        left = "  ".join(cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True))
        right = "  ".join(cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True))
        yield f"{left}  {right}".rstrip()
    unit = "tokens" if total["tokens"] else "bytes"
    for name, shares in (("read", report["shares"][unit]), ("kept", report["kept_shares"][unit])):
        known = shares["synthetic"]
        yield f"synthetic, of {unit} {name}: {known['lower']:.1%} known, at most {known['upper']:.1%}"
