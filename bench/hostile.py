"""A megabyte of much of one thing: the kinds that take longest (SECURITY.md promises a second)."""

from __future__ import annotations

import contextlib
import time

import provkit
from bench.measure import Row
from provkit import ProvkitError, TrustStore
from support import hostile

SHOWN = 8


def rows() -> list[Row]:
    """The slowest inputs, slowest first."""
    trust = TrustStore.bundled()
    taken = []
    for name, make in hostile.INPUTS.items():
        data = make()
        best = float("inf")
        for _ in range(2):
            start = time.thread_time()
            with contextlib.suppress(ProvkitError):
                provkit.verify(data, trust=trust)
            best = min(best, time.thread_time() - start)
        taken.append((best * 1000, name))
    return [
        Row(f"verify 1 MB of {name}", "ms", {"provkit": value})
        for value, name in sorted(taken, reverse=True)[:SHOWN]
    ]
