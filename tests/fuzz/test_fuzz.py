"""A short run of every fuzz target, by the fuzzer itself.  ``python -m fuzz`` makes a long one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz import targets
from provkit import ProvkitError

pytestmark = pytest.mark.slow
TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", targets.EACH)
def test_there_are_seeds_that_get_somewhere(name: str) -> None:
    target = targets.EACH[name]
    seeds = target.seeds()
    assert seeds
    passed = 0
    for seed in seeds[:20]:
        try:
            target.call(seed)
        except ProvkitError:
            continue
        passed += 1
    assert passed


def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="needs atheris, which has no wheel for this Python")
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "all", "--runs", "4000", "--seconds", "60"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def test_a_target_nobody_knows() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "nothing"],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no target nothing" in done.stderr
