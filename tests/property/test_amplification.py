"""A megabyte in, at most fifty of memory out, whatever it is (SECURITY.md)."""

from __future__ import annotations

import os
import sys
from typing import Final

import pytest

import provkit
from provkit import ProvkitError, TrustStore
from support import hostile

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of a process is read from /proc, which macOS has not"
)

MIB: Final = 1024 * 1024
MOST: Final = 50 * MIB


def peak() -> int:
    """The most memory this process ever held, bytes."""
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def outcome(data: bytes) -> None:
    try:
        provkit.verify(data, trust=TrustStore.bundled())
    except ProvkitError:
        return


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """What verification loads once is not what an input costs."""
    for data in (
        b"text",
        b"<html>",
        b"%PDF-1.7\n",
        *(hostile.INPUTS[name]() for name in hostile.INPUTS if "maps" in name),
    ):
        outcome(data)


@pytest.mark.parametrize("name", hostile.INPUTS)
def test_memory(name: str) -> None:
    data = hostile.INPUTS[name]()
    assert len(data) < 1.3 * hostile.SIZE
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        # A child of its own, so that its peak is not that of an earlier input.
        before = peak()
        outcome(data)
        os.write(writer, str(peak() - before).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        grown = answer.read()
    assert grown, "the verifier died"
    assert int(grown) < MOST
