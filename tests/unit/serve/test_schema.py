"""The service does what its description says, whatever it is asked: schemathesis, as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from unit.serve.running import CONFIGURATION, KEY, ROOT, URLS, Running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]

SETTINGS: Final = f"""
hooks = "unit.serve.schema_hooks"
seed = 1
continue-on-failure = true
[generation]
deterministic = true
database = "none"
[auth.openapi.key]
bearer = "{KEY}"
[checks.positive_data_acceptance]
# What is well formed may still be no file of a known kind, name an unknown identity, or be a bad address.
expected-statuses = [200, 400, 403, 413, 415, 422, 503]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 405, 413, 415, 422]
"""
PATIENCE: Final = 300


def schemathesis(folder: Path, url: str, examples: int) -> subprocess.CompletedProcess[str]:
    (folder / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml"),
            *("run", f"{url}/openapi.json", "--checks", "all", "--phases", "coverage,fuzzing"),
            *("--max-examples", str(examples), "--no-color"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_whatever_is_asked(tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    with Running(served, CONFIGURATION + URLS) as service:
        done = schemathesis(tmp_path, service.url, 20)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    answered: dict[str, set[int]] = {}
    for line in service.lines():
        if line.get("event") == "request":
            answered.setdefault(line["route"], set()).add(line["status"])
    # Some of it got all the way.
    assert answered["/v1/verify"] >= {200, 400, 422}, answered
    assert answered["/v1/label"] >= {200, 400, 422}, answered
    assert answered["/v1/sign"] >= {200, 400, 401, 403, 415}, answered
    assert all(status < 500 for statuses in answered.values() for status in statuses), answered
    assert [line for line in service.lines() if line.get("error") == "internal"] == []
