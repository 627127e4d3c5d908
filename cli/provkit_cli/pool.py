"""Work on files: one after the other, or in several processes with the results in order.

Workers are spawned, except where a fork is known to be harmless and saves them from importing
everything again: on Linux, out of a process of one thread that has not loaded the engine.  A fork of
a process with threads may hang.  A worker that dies (out of memory, a crash in native code) takes
only the file down that killed it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeVar

from provkit.errors import ProvkitError
from provkit.report.document import Failure, Result
from provkit_cli.evaluation import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor

    from provkit_cli.evaluation import Job
    from provkit_cli.inputs import Source

_Item = TypeVar("_Item")
_Done = TypeVar("_Done")
_ERRAND: Final = 32
"""Files a worker takes at once, at most."""
_AHEAD: Final = 4
"""Errands handed out for each worker, so that it never waits and memory stays bounded."""
DIED: Final = Failure(
    "internal", "the process that looked at this file died", "it may have run out of memory; try it alone"
)


def hire(workers: int) -> ProcessPoolExecutor | None:
    """Workers for :func:`evaluate_all` that get ready while this process finds out what there is to do.

    None where a fork is not safe; spawned workers would only compete for the start.
    """
    if workers <= 1 or not _may_fork():
        return None
    executor = _executor(workers)
    for _ in range(workers):
        executor.submit(_get_ready)
    return executor


def _get_ready() -> None:
    import provkit.assets
    import provkit.engine.verdicts  # noqa: F401 - what most verdicts need
    from provkit.engine import native

    with contextlib.suppress(ProvkitError):  # who needs the engine will be told
        native.engine()


def evaluate_all(
    sources: Sequence[Source], job: Job, workers: int, crew: ProcessPoolExecutor | None = None
) -> Iterator[Result]:
    """A result for each source, in order, from several processes.

    Args:
        sources: the files.
        job: what every worker knows.
        workers: how many processes.
        crew: workers that :func:`hire` gave; shut down at the end.
    """
    yield from in_processes(
        sources,
        _evaluate_in_worker,
        lambda source: Result(source.path, None, DIED),
        (_remember, job),
        workers,
        crew,
    )


def in_processes(
    items: Sequence[_Item],
    work: Callable[[_Item], _Done],
    died: Callable[[_Item], _Done],
    start: tuple[Callable[[Any], None], Any],
    workers: int,
    crew: ProcessPoolExecutor | None = None,
    *,
    spawn: bool = False,
) -> Generator[_Done, None, None]:
    """Run `work` on each item in processes of their own, results in order.

    Args:
        items: what to work on; picklable, like `work`, `start` and the results.
        work: called in a worker.
        died: the result for an item whose worker died.
        start: called once in each worker before anything else, and what with.
        workers: how many processes.
        crew: processes to begin with; shut down at the end.
        spawn: never fork: this process has something open that a child must not inherit.
    """
    from concurrent.futures.process import BrokenProcessPool

    orders = pickle.dumps(start)
    workers = min(workers, len(items))
    left = deque(items)
    alone = False
    while left:
        # After a death nobody knows whose fault it was: the next file goes into a process of its
        # own, and if that dies too, it was this one.
        batch = [left[0]] if alone else list(left)
        try:
            with crew or _executor(1 if alone else workers, spawn=spawn) as executor:
                crew = None
                for result in _ordered(executor, batch, work, workers, orders):
                    yield result
                    left.popleft()
            alone = False
        except BrokenProcessPool:
            if alone:
                yield died(left.popleft())
            alone = not alone


def _ordered(
    executor: ProcessPoolExecutor,
    items: Sequence[_Item],
    work: Callable[[_Item], _Done],
    workers: int,
    orders: bytes,
) -> Iterator[_Done]:
    pending: deque[Future[list[_Done]]] = deque()
    start = 0
    try:
        while start < len(items):
            # Many files in one errand: a verdict takes less time than handing it over.  Fewer towards
            # the end, so that the workers finish together.
            size = max(1, min(_ERRAND, (len(items) - start) // (workers * _AHEAD)))
            pending.append(executor.submit(_errand, orders, work, items[start : start + size]))
            start += size
            if len(pending) >= _AHEAD * workers:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


_orders: list[bytes] = []
"""What this worker was told to start with."""


def _errand(orders: bytes, work: Callable[[_Item], _Done], items: Sequence[_Item]) -> list[_Done]:
    if _orders != [orders]:
        begin, job = pickle.loads(orders)  # noqa: S301 - from the parent process
        begin(job)
        _orders[:] = [orders]
    return [work(item) for item in items]


def _executor(workers: int, *, spawn: bool = False) -> ProcessPoolExecutor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork" if not spawn and _may_fork() else "spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)


def _may_fork() -> bool:
    """Whether a fork loses nothing: no other thread that could hold a lock, and no engine.

    The system is asked for the threads, because native code starts some that Python does not know.
    """
    if sys.platform != "linux" or "c2pa" in sys.modules:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names are all that is asked for
    except OSError:
        return False


_jobs: list[Job] = []
"""The job of this worker process."""


def _begin() -> None:
    import signal

    # Ctrl-C reaches the whole group; the parent ends the workers and says so once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A parent that is killed says nothing, and its workers would wait for their next errand for ever.
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    import multiprocessing
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _remember(job: Job) -> None:
    _jobs[:] = [job]


def _evaluate_in_worker(source: Source) -> Result:
    return evaluate(source, _jobs[0])
