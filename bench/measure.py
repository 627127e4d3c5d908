"""Timing: one row per job, several implementations in turn, medians."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 9
"""Rounds per row; in each round every implementation runs once, so drift hits all alike."""


@dataclass(slots=True)
class Row:
    """One job."""

    job: str
    unit: str
    values: dict[str, float] = field(default_factory=dict)
    """Median by column."""
    base: str | None = None
    """Column that the others are compared with."""

    def ratio(self, column: str) -> float | None:
        """Value of a column over the base; None without a base."""
        if self.base is None or column not in self.values or self.base not in self.values:
            return None
        return self.values[column] / self.values[self.base]


def seconds(call: Callable[[], object], repeat: int) -> list[float]:
    """Seconds of each of ``repeat`` calls."""
    clock = time.perf_counter
    taken = []
    for _ in range(repeat):
        start = clock()
        call()
        taken.append(clock() - start)
    return taken


def side_by_side(jobs: dict[str, Callable[[int], list[float]]], repeat: int) -> dict[str, float]:
    """Median seconds of each job, interleaved in rounds after one round that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for round_ in range(ROUNDS + 1):
        for name, job in jobs.items():
            found = job(repeat if round_ else max(1, repeat // 5))
            if round_:
                taken[name] += found
    return {name: statistics.median(values) for name, values in taken.items()}


def process(
    command: Sequence[str], repeat: int = 11, *, env: dict[str, str] | None = None
) -> tuple[float, float]:
    """Median wall seconds and peak memory (MiB) of a command as a whole process."""
    probe = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    walls, peaks = [], []
    for _ in range(repeat):
        result = subprocess.run(
            [sys.executable, "-c", probe, *command], capture_output=True, text=True, check=True, env=env
        )
        wall, peak = result.stdout.split()
        walls.append(float(wall))
        peaks.append(float(peak) / 1024)
    return statistics.median(walls), max(peaks)


def at_once(
    commands: Sequence[Sequence[str]], repeat: int = 3, *, env: dict[str, str] | None = None
) -> float:
    """Median wall seconds until all of these processes, started together, have ended.

    What a machine gives to processes that know nothing of each other: no pool does better.
    """
    walls = []
    for _ in range(repeat):
        start = time.perf_counter()
        running = [
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
            for command in commands
        ]
        for one in running:
            one.wait()
        walls.append(time.perf_counter() - start)
    return statistics.median(walls)
