"""Worker processes: as many at a time as were asked for, each replaced when a file harms it.

A crew is spawned, so that a worker shares nothing with the service but what it is given.  A task that
takes too long costs the worker that has it, and nobody else.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import TimeoutError as LateError
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from pebble import ProcessExpired, ProcessPool

from provkit.errors import ConfigurationError
from provkit.serve import worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.serve.tasks import Setup

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 5.0


class JobLateError(Exception):
    """The task took longer than it may; its worker was ended."""


class JobDiedError(Exception):
    """The worker died of the task: it ran out of memory, or crashed."""


class Crew:
    """A pool of worker processes.  Belongs to one event loop.

    Args:
        setup: what every worker knows.
        workers: how many.
        seconds: longest time of one task, without the wait for a worker.
        waiting: tasks that wait or run at most; who asks for more is not let in before.
    """

    def __init__(self, setup: Setup, workers: int, seconds: float, waiting: int) -> None:
        self._workers = workers
        self._seconds = seconds
        self._setup = setup
        self._waiters = CapacityLimiter(waiting)
        self._pool: Any = None  # a ProcessPool, parts of which have no types
        self._starting: list[Any] = []

    def start(self) -> None:
        """Start the workers."""
        self._pool = ProcessPool(
            max_workers=self._workers,
            initializer=worker.start,
            initargs=(self._setup,),
            context=multiprocessing.get_context("spawn"),
        )
        self._starting = [
            self._pool.schedule(worker.ready, timeout=_START_SECONDS) for _ in range(self._workers)
        ]

    async def ready(self) -> None:
        """Returns when the workers can work.

        Raises:
            ConfigurationError: they cannot, for example because of a key.
        """
        for future in self._starting:
            try:
                problem = await to_thread.run_sync(future.result)
            except (LateError, ProcessExpired) as error:
                raise ConfigurationError("a worker process of the service does not start") from error
            if problem is not None:
                raise ConfigurationError(f"a worker process cannot work: {problem}")

    async def run(self, work: Callable[[_Task], _Done], task: _Task) -> _Done:
        """The result of `work` on `task`.

        Raises:
            JobLateError, JobDiedError: there is none.
        """
        if self._pool is None:
            raise JobDiedError
        future: Any = self._pool.schedule(work, args=(task,), timeout=self._seconds)
        try:
            done: _Done = await to_thread.run_sync(future.result, limiter=self._waiters)
        except LateError as error:
            raise JobLateError from error
        except ProcessExpired as error:
            raise JobDiedError from error
        return done

    @property
    def works(self) -> bool:
        """Whether tasks are taken."""
        return self._pool is not None and bool(self._pool.active)

    async def stop(self) -> None:
        """Finish what was begun, then end every worker."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        pool.close()
        await to_thread.run_sync(partial(_end, pool, self._seconds + _STOP_SECONDS))


def _end(pool: Any, seconds: float) -> None:
    try:
        pool.join(seconds)
    except LateError:
        pool.stop()
        pool.join()


__all__ = ["Crew", "JobDiedError", "JobLateError"]
