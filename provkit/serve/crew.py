"""Worker processes: as many at a time as were asked for, each replaced when a file harms it.

A crew is spawned, so that a worker shares nothing with the service but what it is given.  A task that
takes too long costs the worker that has it, and nobody else.  A pool gives up when a worker dies that
has no task, as when the system runs out of memory: the crew then goes on with a new one.
"""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as LateError
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from pebble import ProcessExpired, ProcessPool

from provkit.errors import ConfigurationError
from provkit.serve import logs, worker
from provkit.serve.refusals import busy
from provkit.serve.uploads import Gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.serve.tasks import Setup

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 5.0
REPLACE_SECONDS: Final = 10.0
"""Time in which a worker is ended and another one started, at most."""
_LOST_SECONDS: Final = 30.0
"""So long after the last moment at which there is a result, there will be none."""
_POOLS: Final = 3
"""Pools that one task is given to: that a pool breaks is not the fault of the tasks that wait in it."""


class JobLateError(Exception):
    """The task took longer than it may; its worker was ended."""


class JobDiedError(Exception):
    """The worker died of the task: it ran out of memory, or crashed."""


class Crew:
    """A pool of worker processes.  Belongs to one event loop.

    Args:
        setup: what every worker knows.
        workers: how many.
        seconds: longest time of one task; it waits for a worker as long, or :data:`REPLACE_SECONDS`.
        waiting: tasks that wait or run at most.
    """

    def __init__(self, setup: Setup, workers: int, seconds: float, waiting: int) -> None:
        self._workers = workers
        self._seconds = seconds
        self._setup = setup
        self._gate = Gate(waiting)
        self._waiters = CapacityLimiter(waiting)
        self._pool: Any = None  # a ProcessPool, parts of which have no types
        self._starting: list[Any] = []
        self._unfinished: set[Any] = set()
        self._ending: list[Thread] = []

    def start(self) -> None:
        """Start the workers."""
        self._pool = self._new_pool()
        self._starting = [
            self._pool.schedule(worker.ready, timeout=_START_SECONDS) for _ in range(self._workers)
        ]

    def _new_pool(self) -> Any:
        return ProcessPool(
            max_workers=self._workers,
            initializer=worker.start,
            initargs=(self._setup,),
            context=multiprocessing.get_context("spawn"),
        )

    async def ready(self) -> None:
        """Returns when the workers can work.

        Raises:
            ConfigurationError: they cannot, for example because of a key.
        """
        for future in self._starting:
            try:
                problem = await to_thread.run_sync(future.result)
            except (LateError, ProcessExpired, BrokenProcessPool) as error:
                raise ConfigurationError("a worker process of the service does not start") from error
            if problem is not None:
                raise ConfigurationError(f"a worker process cannot work: {problem}")

    async def run(self, work: Callable[[_Task], _Done], task: _Task) -> _Done:
        """The result of `work` on `task`.

        Raises:
            JobLateError, JobDiedError: there is none.
            RefusalError: as many tasks wait or run as may, or no worker was free in time; nothing was done.
        """
        with self._gate.enter():
            return await self._run(work, task)

    async def _run(self, work: Callable[[_Task], _Done], task: _Task) -> _Done:
        latest = time.monotonic() + self._patience
        for _ in range(_POOLS):
            pool = self._pool
            if pool is None:
                break
            try:
                future = pool.schedule(worker.in_time, args=(latest, work, task), timeout=self._seconds)
            except RuntimeError:  # it is broken
                self._renew(pool)
                continue
            try:
                done: _Done | None = await self._result(future)
            except LateError as error:
                if not future.done():  # the pool lost it
                    self._renew(pool)
                raise JobLateError from error
            except (BrokenProcessPool, CancelledError):
                self._renew(pool)
                continue
            except ProcessExpired as error:
                raise JobDiedError from error
            if done is None:
                raise busy()
            return done
        raise JobDiedError

    @property
    def _patience(self) -> float:
        """How long a task waits for a worker, seconds."""
        return max(self._seconds, REPLACE_SECONDS)

    async def _result(self, future: Any) -> Any:
        """What comes of a task; after so long a time nothing does."""
        patience = self._patience + self._seconds + _LOST_SECONDS
        self._unfinished.add(future)
        try:
            return await to_thread.run_sync(future.result, patience, limiter=self._waiters)
        finally:
            self._unfinished.discard(future)

    def heal(self) -> None:
        """Begin anew if the pool broke."""
        if self._pool is not None and not self._pool.active:
            self._renew(self._pool)

    def _renew(self, broken: Any) -> None:
        if self._pool is not broken:  # somebody did it before
            return
        logs.event("workers-renewed", workers=self._workers)
        self._pool = self._new_pool()
        for future in self._unfinished:  # begin anew in the new pool
            future.cancel()
        self._ending = [thread for thread in self._ending if thread.is_alive()]
        self._ending.append(Thread(target=_end_now, args=(broken,), daemon=True))
        self._ending[-1].start()

    @property
    def inside(self) -> int:
        """Tasks that wait or run."""
        return self._gate.inside

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
        for thread in self._ending:
            await to_thread.run_sync(thread.join)


def _end(pool: Any, seconds: float) -> None:
    try:
        pool.join(seconds)
    except LateError:
        _end_now(pool)


def _end_now(pool: Any) -> None:
    pool.stop()
    pool.join()


__all__ = ["REPLACE_SECONDS", "Crew", "JobDiedError", "JobLateError"]
