"""Verdicts together with the chain of manifests, for reports that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit.errors import ProvkitError
from provkit.report.chain import chain
from provkit.report.document import Result
from provkit.report.view import view
from provkit.verdict import State
from provkit_cli.evaluation import Job, evaluate
from provkit_cli.inputs import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import ProcessPoolExecutor

    from provkit.report.chain import Event
    from provkit_cli.inputs import Source


@dataclass(frozen=True, slots=True)
class Looked:
    """What came out for one path, and what its credential says.  Picklable."""

    result: Result
    events: tuple[Event, ...] | None = None
    """The chain; None where nobody looked, empty where it cannot be read."""
    place: tuple[int, int, int] | None = None
    """Offset of the carrier, its length, and bytes of the store."""


def look(source: Source, job: Job) -> Looked:
    """The verdict on one file, and its chain of manifests.  Never raises for what is in the file."""
    result = evaluate(source, job)
    verdict = result.verdict
    # Standard input and what comes from the web are read once, for the verdict.
    if verdict is None or verdict.state is State.UNSIGNED or source.path == STDIN or source.is_url:
        return Looked(result)
    from provkit.assets import inspect_file

    try:
        found = inspect_file(source.path, limits=job.limits, password=job.password)
        if found is None:
            return Looked(result)
        events = chain(view(found.store, job.limits), verdict)
    except ProvkitError:
        return Looked(result, ())
    active = next((event.label for event in events if event.active), None)
    if verdict.manifest is not None and active != verdict.manifest:
        # The file was replaced between the two readings: what was judged is not what is there now.
        return Looked(result)
    return Looked(result, events, (found.start, found.length, len(found.data)))


def look_all(
    sources: Sequence[Source], job: Job, workers: int, crew: ProcessPoolExecutor | None = None
) -> Iterator[Looked]:
    """As :func:`provkit_cli.pool.evaluate_all`, with the chains."""
    from provkit_cli import pool

    yield from pool.in_processes(sources, _look_in_worker, _died, (_remember, job), workers, crew)


_jobs: list[Job] = []
"""The job of this worker process."""


def _remember(job: Job) -> None:
    _jobs[:] = [job]


def _look_in_worker(source: Source) -> Looked:
    return look(source, _jobs[0])


def _died(source: Source) -> Looked:
    from provkit_cli import pool

    return Looked(Result(source.path, None, pool.DIED))
