"""What ``provkit weigh`` does, once it is known what is asked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl import explained, inputs, results
from provkit.crawl.adapting import policy_of
from provkit.crawl.extract import Extractor
from provkit.crawl.harm import often
from provkit.crawl.reading import Reader
from provkit.crawl.tokens import Counter
from provkit.errors import ConfigurationError
from provkit_cli import checks, console, exits, lists, pool
from provkit_cli.inputs import as_configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provkit.crawl.weigh import Each, Job, Task
    from provkit.trust.store import TrustStore

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
    chosen: lists.Chosen = lists.NONE_CHOSEN
    at: str | None = None
    budget: str | None = None
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
    policy = as_configuration(lambda: policy_of(asked.policy))
    store = lists.build_store(asked.chosen)
    sources = inputs.expand(asked.inputs)
    at, budget = checks.moment(asked.at), _budget(asked.budget)
    if asked.explain is not None:
        _warn(asked, store)
        found = explained.explain(sources, Reader(trust=store, at=at), policy, asked.explain)
        if not found:
            console.error(
                f"no document of that address: {asked.explain}",
                "addresses are compared whole: a page by its URL, a file in a folder by its path there",
            )
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
        budget,
        asked.force,
    )
    _warn(asked, store)
    progress = console.Line(off=asked.no_progress or asked.quiet)

    def show(step: str, done: int, total: int) -> None:
        progress.draw(f"{_STEPS[step]}: {done}/{total} parts")

    try:
        report, already = results.weigh_all(order, _each(asked.jobs), show)
    finally:
        progress.clear()
    if not asked.quiet:
        if already:
            console.say("note", f"this run is finished already: {asked.out} (--force does it again)")
        console.out_lines(console.shown(line) for line in summary(report))
        for sentence in report["warnings"]:
            console.say("warning", sentence)
        if not already:
            console.say("note", f"the account, with plots: {os.path.join(order.out, 'report.html')}")  # noqa: PTH118
    for problem in report["problems"]:
        where = "" if problem["position"] is None else f" at {problem['position']}"
        console.error(f"{problem['code']}: {problem['message']}: {problem['input']}{where}")
    return exits.Exit.NOT_EVALUATED if report["problem_count"] else exits.Exit.OK


def _warn(asked: Request, store: TrustStore) -> None:
    if not asked.quiet and (warning := lists.age_warning(store, datetime.now(UTC).date())):
        console.say("warning", warning)


_COUNT: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)([kMGBT]?)")
_SIZES: Final = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}


def _budget(value: str | None) -> int | None:
    if value is None:
        return None
    match = _COUNT.fullmatch(value)
    tokens = 0 if match is None else int(Fraction(match[1]) * _SIZES[match[2]])
    if not 1 <= tokens <= 10**15:
        raise ConfigurationError(
            f"--budget {value}: not a number of tokens", hint="such as 500000, 20M or 1.5B, up to 1000T"
        )
    return tokens


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


_LEFT: Final = 2
"""Columns of words; the others are numbers."""
_GROUPS: Final = (("", 2), ("read", 3), ("kept", 3))
_HEAD: Final = ("class", "assurance", "documents", "tokens", "share", "documents", "tokens", "of the mix")


def summary(report: dict[str, Any]) -> Iterator[str]:
    """The table at the end of a run: what was read, and what a policy made of it."""
    total, kept = report["total"], report["kept"]
    rows = [_HEAD]
    rows += [
        (
            cell["class"],
            cell["assurance"],
            *_amounts(cell["read"], cell["share"]["tokens"]),
            *_amounts(cell["kept"], cell["mix"]),
        )
        for cell in report["cells"]
    ]
    rows.append(("all", "", *_amounts(total, None), *_amounts(kept, None)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    yield _over(widths)
    for row in rows:
        yield "  ".join(
            cell.ljust(width) if column < _LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
    unit = "tokens" if total["tokens"] else "bytes"
    for name, shares in (("read", report["shares"][unit]), ("kept", report["kept_shares"][unit])):
        known = shares["synthetic"]
        yield f"synthetic, of {unit} {name}: {known['lower']:.1%} known, at most {known['upper']:.1%}"
    if (budget := report["budget"]) is not None:
        yield (
            f"budget: {budget['tokens']:,} tokens, of which the mix gives {budget['reached']:,}; "
            f"that is {often(budget['epochs'])} epochs of everything kept"
        )


def _amounts(amount: dict[str, int], share: float | None) -> tuple[str, str, str]:
    return f"{amount['documents']:,}", f"{amount['tokens']:,}", "" if share is None else f"{share:.1%}"


def _over(widths: list[int]) -> str:
    """A line above the heads, a rule as wide as each group of columns."""
    parts, column = [], 0
    for name, count in _GROUPS:
        width = sum(widths[column : column + count]) + 2 * (count - 1)
        parts.append(f" {name} ".center(width, "-") if name else " " * width)
        column += count
    return "  ".join(parts)
