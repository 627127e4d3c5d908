"""The locks name packages by version and hash, and no place to get them from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("dev.txt", "runtime.txt", "peers.txt", "frameworks.txt", "serve.txt")

_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
_REQUIREMENT = re.compile(r"^[A-Za-z0-9._-]+")


def _lock(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def _pins(name: str) -> set[tuple[str, str]]:
    return set(_PIN.findall(_lock(name)))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    # One logical line is one requirement with its hashes.
    lines = _lock(name).replace("\\\n", " ").splitlines()
    requirements = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert requirements
    loose = [line for line in requirements if not _PIN.match(line) or "--hash=sha256:" not in line]
    assert not loose


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_place(name: str) -> None:
    options = [line for line in _lock(name).splitlines() if line.startswith("-")]
    assert not options
    assert "://" not in _lock(name)


def test_what_people_run_is_what_was_tested() -> None:
    assert _pins("runtime.txt") <= _pins("dev.txt")


def test_every_runtime_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {match[0].lower() for text in project["dependencies"] if (match := _REQUIREMENT.match(text))}
    locked = {name for name, _ in _pins("runtime.txt")}
    assert asked
    assert asked <= locked
