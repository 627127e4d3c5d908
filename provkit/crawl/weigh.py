"""``provkit weigh``: from inputs to weighed records and an account, in steps that can be killed.

1. read: every part of an input by itself; readings and texts go into a spool, what hosts say into
   another file; a part that did not begin where the one before it ended is read again;
2. count: every spool by itself, under what the hosts say; the counts together give the plan of the caps;
3. write: every spool by itself, under that plan;
4. account: the sums of all parts together, in the order of the inputs.

Each step of each part is independent of all others and gives the same bytes every time, so the
number of processes and the place where a run was killed leave no mark on the results.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from provkit.crawl import inputs, journal, records, spool
from provkit.crawl.caps import Plan, domain_of, key_of
from provkit.crawl.caps import Tally as Counts
from provkit.crawl.codes import ReasonCode
from provkit.crawl.documents import Document, Edge, Problem, SiteFile, Skipped
from provkit.crawl.model import Action, Damage, Decision, Reading
from provkit.crawl.outputs import Outputs
from provkit.crawl.sites import under_site
from provkit.crawl.tally import Tally
from provkit.errors import FileAccessError, ProvkitError
from provkit.files import write_atomic
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provkit.crawl.decide import Standing
    from provkit.crawl.extract import Extractor
    from provkit.crawl.inputs import Input
    from provkit.crawl.policy import Policy
    from provkit.crawl.reading import Reader
    from provkit.crawl.spool import Item
    from provkit.crawl.tokens import Counter

_PROBLEMS: Final = 100
"""Problems listed for one input; all are counted."""
_NOTHING: Final = 1 << 62
"""Where what follows on a part begins that was not read to its end: behind everything."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker knows.  Picklable."""

    reader: Reader
    policy: Policy
    extract: Extractor
    count: Counter
    journal: journal.Journal


@dataclass(frozen=True, slots=True)
class Task:
    """One step for one part of the inputs."""

    step: str
    number: int
    source: Input

    @property
    def note(self) -> str:
        """Name of the note that says that it is done."""
        return f"{self.number:05d}.{self.step}"


class Each(Protocol):
    """Calls `work` on every task, perhaps in other processes; results in the order of the tasks."""

    def __call__(
        self, tasks: Sequence[Task], work: Callable[[Job, Task], Any], job: Job
    ) -> Iterator[Any]: ...


def in_turn(tasks: Sequence[Task], work: Callable[[Job, Task], Any], job: Job) -> Iterator[Any]:
    """One after the other, in this process."""
    return (work(job, task) for task in tasks)


@dataclass(slots=True)
class Outcome:
    """What a run found, for the account."""

    tally: Tally = field(default_factory=Tally)
    plan: Plan | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    sites: int = 0
    records: int = 0
    truncated: int = 0
    inputs: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    """Names below the folder of results, by stratum; ``excluded`` for what is not kept."""


def run(
    sources: Sequence[Input],
    job: Job,
    each: Each = in_turn,
    on_step: Callable[[str, int, int], None] | None = None,
) -> Outcome:
    """All steps that are not done yet; the folder of results has every record afterwards.

    Args:
        sources: what to read, in order, big inputs in parts (:func:`provkit.crawl.parts.split`).
        job: with a journal that has begun.
        each: how tasks are spread over processes.
        on_step: told at the start of each step and after each task: step, how many are done, of how many.

    Raises:
        ProvkitError: of the reader's or extractor's own making, or a file that cannot be written; the
            steps that are done stay done.
    """
    outcome = Outcome()
    notes = list(_step("read", sources, job, each, on_step, read_input))
    lines = 0
    for source, note in zip(sources, _chained(sources, notes, job), strict=True):
        lines = lines if _goes_on(source) else 0
        _take(outcome, source, note, lines)
        lines += note["lines"]
    sites = journal.Sites(job.journal.path("sites.db"))
    if not os.path.exists(job.journal.path("sites.db")):  # noqa: PTH110
        sites.write(_all_sites(len(sources), job))
    counts = Counts.of(job.policy)
    for note in _step("count", sources, job, each, on_step, count_input):
        counts.merge(Counts.of_json(note))
    plan = counts.plan()
    if job.journal.note("caps") is None:
        job.journal.write("caps", plan.to_json())
    outcome.plan = plan
    for note in _step("write", sources, job, each, on_step, write_input):
        outcome.tally.merge(Tally.of_json(note["tally"]))
        for stratum, name in note["files"].items():
            outcome.files.setdefault(stratum, []).append(name)
    return outcome


def _step(
    step: str,
    sources: Sequence[Input],
    job: Job,
    each: Each,
    on_step: Callable[[str, int, int], None] | None,
    work: Callable[[Job, Task], Any],
) -> Iterator[Any]:
    """The notes of one step for every input, in order; those that are missing are made."""
    tasks = [Task(step, number, source) for number, source in enumerate(sources)]
    missing = [task for task in tasks if not os.path.exists(job.journal.path(f"{task.note}.json"))]  # noqa: PTH110
    there = len(tasks) - len(missing)
    if on_step is not None:
        on_step(step, there, len(tasks))
    for done, _ in enumerate(each(missing, work, job), 1):
        if on_step is not None:
            on_step(step, there + done, len(tasks))
    for task in tasks:
        note = job.journal.note(task.note)
        if note is None:
            raise FileAccessError(
                f"{task.source.name} was not finished: the process that worked on it died",
                hint="it may have run out of memory; the same command goes on where it was",
            )
        yield note


def _goes_on(source: Input) -> bool:
    """Whether it is a part that follows on another."""
    return source.span is not None and source.span[0] > 0


def _chained(sources: Sequence[Input], notes: Sequence[dict[str, Any]], job: Job) -> Iterator[dict[str, Any]]:
    """The notes of all parts, each of which begins where the one before it ended."""
    edge = 0
    for number, (source, note) in enumerate(zip(sources, notes, strict=True)):
        if not _goes_on(source) or note["start"] == edge:
            edge = note["edge"]
            yield note
            continue
        assert source.span is not None  # noqa: S101 - it goes on
        task = Task("read", number, replace(source, span=(edge, source.span[1])))
        read_input(job, task)
        mended = job.journal.note(task.note)
        edge = mended["edge"]
        yield mended


def _take(outcome: Outcome, source: Input, note: dict[str, Any], lines: int) -> None:
    """Add up what was read; `lines` are those of the parts before it."""
    for why, count in note["skipped"].items():
        outcome.skipped[why] = outcome.skipped.get(why, 0) + count
    for entry in note["problems"]:
        problem = Problem(**entry)
        if source.kind == inputs.JSONL and problem.code == "row" and problem.position is not None:
            problem = replace(problem, position=problem.position + lines)
        outcome.problems.append(problem)
    outcome.problem_count += note["problem_count"]
    outcome.sites += note["sites"]
    outcome.records += note["records"]
    outcome.truncated += note["truncated"]
    if _goes_on(source):
        outcome.inputs[-1]["documents"] += note["documents"]
    else:
        outcome.inputs.append({"name": source.name, "kind": source.kind, "documents": note["documents"]})


def _all_sites(inputs_count: int, job: Job) -> Iterator[SiteFile]:
    for number in range(inputs_count):
        yield from journal.all_of(job.journal.path(f"{number:05d}.sites.db"))


# --- read ----------------------------------------------------------------------------------------


def read_input(job: Job, task: Task) -> None:
    """Read one part into a spool."""
    seen = _Seen(0 if task.source.span is None else task.source.span[0])
    base = job.journal.path(f"{task.number:05d}")
    write_atomic(f"{base}.spool", spool.written(_items(job, task.source, seen)), force=True)
    journal.Sites(f"{base}.sites.db").write(seen.sites)
    job.journal.write(task.note, seen.as_json())


@dataclass(slots=True)
class _Seen:
    start: int
    edge: int = _NOTHING
    lines: int = 0
    documents: int = 0
    records: int = 0
    truncated: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    sites: list[SiteFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "edge": self.edge,
            "lines": self.lines,
            "documents": self.documents,
            "records": self.records,
            "truncated": self.truncated,
            "skipped": self.skipped,
            "sites": len(self.sites),
            "problem_count": self.problem_count,
            "problems": [
                # The name, not the path: reports are published.
                {"path": Path(p.path).name, "code": p.code, "message": p.message, "position": p.position}
                for p in self.problems
            ],
        }


def _items(job: Job, source: Input, seen: _Seen) -> Iterator[tuple[Item, str]]:
    for entry in inputs.read(source):
        if isinstance(entry, Document):
            seen.documents += 1
            seen.records += 1
            seen.truncated += entry.truncated
            yield item_of(job, entry)
        elif isinstance(entry, SiteFile):
            seen.records += 1
            seen.sites.append(entry)
        elif isinstance(entry, Skipped):
            seen.records += 1
            seen.skipped[entry.why] = seen.skipped.get(entry.why, 0) + 1
        elif isinstance(entry, Edge):
            seen.edge, seen.lines = entry.position, entry.rows
        else:
            seen.problem_count += 1
            if len(seen.problems) < _PROBLEMS:
                seen.problems.append(entry)


def item_of(job: Job, document: Document) -> tuple[Item, str]:
    """What is known of a document, and its text for training."""
    reading = read_document(job.reader, document)
    text = job.extract(document, reading)
    key = key_of(document.body, job.policy.caps.seed)
    return spool.Item(document.id, document.url, key, len(document.body), job.count(text), reading), text


def read_document(reader: Reader, document: Document) -> Reading:
    """The reading of a document; also of one that no reader could finish with."""
    try:
        reading = reader.read(
            document.body,
            document.headers,
            document.url,
            media_type=document.media_type,
            truncated=document.truncated,
            captured_at=document.captured_at,
        )
    except ProvkitError as error:
        said = ReasonCode.CREDENTIAL_UNVERIFIABLE.says(error.message[:200])
        return Reading(None, damage=Damage.UNVERIFIABLE, notes=(said,), captured_at=document.captured_at)
    return _of_conversion(reading) if document.converted else reading


def _of_conversion(reading: Reading) -> Reading:
    """A credential that holds for the text at hand holds; one that does not is no finding about the page.

    What somebody took out of a page is another text than the one that was signed.
    """
    state = State.UNSIGNED if reading.verdict is None else reading.verdict.state
    if reading.damage not in {Damage.INVALID, Damage.DAMAGED} and state is not State.INVALID:
        return reading
    said = ReasonCode.CREDENTIAL_UNVERIFIABLE.says(
        "a text that was taken out of the page was not what was signed"
    )
    return replace(
        reading, damage=Damage.UNVERIFIABLE, verdict=None, signer=None, notes=(*reading.notes, said)
    )


# --- count and write -----------------------------------------------------------------------------


def count_input(job: Job, task: Task) -> None:
    """Count what one part has, for the caps."""
    counts = Counts.of(job.policy)
    unit = job.policy.caps.by
    for item, _, decision, _ in _decided(job, task):
        amount = {"tokens": item.tokens, "bytes": item.bytes}.get(unit, 1)
        counts.add(domain_of(item.url), decision, item.key, amount)
    job.journal.write(task.note, counts.as_json())


def write_input(job: Job, task: Task) -> None:
    """Write the records of one part under the plan of the caps."""
    plan = Plan.from_json(job.journal.note("caps"))
    tally = Tally()
    with Outputs(job.journal, task.number) as outputs:
        for item, text, decision, standing in _decided(job, task):
            domain = domain_of(item.url)
            final = thinned(decision) if _is_over(plan, domain, decision, item.key) else decision
            tally.add(domain, item, standing, final)
            stratum = final.stratum if final.action is Action.KEEP else ""
            outputs.add(stratum, records.line(item, text, final, standing))
        files = outputs.close()
    job.journal.write(task.note, {"tally": tally.as_json(), "files": files})


def _is_over(plan: Plan, domain: str, decision: Decision, key: int) -> bool:
    return decision.action is Action.KEEP and not plan.keeps(domain, decision, key)


def thinned(decision: Decision) -> Decision:
    """The decision on a document that a cap leaves out."""
    said = ReasonCode.CAP_THINNED.says(
        "left out so that the share of synthetic documents stays under its cap"
    )
    return Decision(Action.EXCLUDE, 0.0, (said, *decision.reasons), decision.stratum)


def _decided(job: Job, task: Task) -> Iterator[tuple[Item, bytes, Decision, Standing]]:
    path = job.journal.path(f"{task.number:05d}.spool")
    with journal.Sites(job.journal.path("sites.db")).spoken() as words:
        for item, text in spool.read(path):
            said = replace(item, reading=under_site(item.reading, words(domain_of(item.url)), item.url))
            yield said, text, job.policy.decide(said.reading, item.url), job.policy.standing(said.reading)
