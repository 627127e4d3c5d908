"""Killed at every moment: whatever is left behind is an original or its signed file, and can be gone on with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from provkit import State
from provkit.assets import verify_file
from provkit.stamp.work import CHANGES, Action
from support.archives import ALL, PAGE, Archives
from support.dying import reopen

TWO = {"index.html": PAGE, "data/list.json": b'{"a": 1}\n'}
pytestmark = pytest.mark.slow
TESTS = Path(__file__).parents[2]
LINKED = '[[rule]]\nmatch = ["*.html"]\norigin = "human"\nidentity = "newsroom"\ncarriage = "link"\nreference = "{name}.c2pa"\n'
SIDECARS = ALL + 'carriage = "sidecar"\n'


def killed(world: Archives, what: str) -> list[Archives]:
    run = subprocess.run(
        [sys.executable, "-m", "support.dying", str(world.folder), what],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert run.returncode == 0, run.stderr
    return [
        reopen(world.folder.with_name(f"{world.folder.name}-{number}")) for number in range(int(run.stdout))
    ]


def assert_whole(world: Archives, *allowed: dict[str, bytes]) -> None:
    """Every file is one of those, or signed and holds; nothing else lies about."""
    there = world.read()
    wanted = {path for one in allowed for path in one}
    assert {path for path in there if path.removesuffix(".c2pa") not in wanted} == set()
    for path in wanted:
        if not any(there[path] == one.get(path) for one in allowed):
            assert verify_file(world.root / path, trust=world.trust).state is State.TRUSTED, path


def assert_goes_on(world: Archives, originals: dict[str, bytes], *, number: int) -> None:
    if number % 2:
        assert set(world.actions().values()) <= {*CHANGES, Action.UNCHANGED}
        assert world.check(world.trust) == {}
        assert set(world.actions().values()) == {Action.UNCHANGED}
    assert [why for why in world.undo().values() if why is not None] == []
    assert world.read() == originals


@pytest.mark.parametrize("rules", ["", LINKED], ids=["as usual", "with links"])
def test_while_it_stamps(rules: str, tmp_path: Path) -> None:
    world = Archives(tmp_path / "w")
    world.rules(rules + ALL)
    originals = world.write(TWO)
    left = killed(world, "stamp")
    assert len(left) > 20
    for number, one in enumerate(left):
        assert_whole(one, originals)
        assert_goes_on(one, originals, number=number)


def test_while_it_stamps_again(tmp_path: Path) -> None:
    world = Archives(tmp_path / "w")
    world.rules(SIDECARS)
    originals = world.write(TWO)
    world.stamp()
    originals |= world.write({"index.html": PAGE.replace(b"hello", b"edited")})
    world.rules(LINKED + ALL)
    left = killed(world, "stamp")
    assert len(left) > 20
    for number, one in enumerate(left):
        assert_goes_on(one, originals, number=number)


def test_while_it_stamps_what_got_another_name_or_keeps_its_link(tmp_path: Path) -> None:
    world = Archives(tmp_path / "w")
    world.rules(LINKED + ALL)
    originals = world.write({**TWO, "a.txt": b"words\n"})
    world.stamp()
    originals["b.txt"] = originals.pop("a.txt")
    (world.root / "a.txt").rename(world.root / "b.txt")
    world.rules((LINKED + ALL).replace('"human"', '"ai-assisted"', 1))
    left = killed(world, "stamp")
    assert len(left) > 15
    for number, one in enumerate(left):
        assert set(one.actions().values()) <= {*CHANGES, Action.UNCHANGED}, number
        assert_goes_on(one, originals, number=1)


def test_while_it_is_undone(tmp_path: Path) -> None:
    world = Archives(tmp_path / "w")
    originals = world.write(TWO)
    world.stamp()
    left = killed(world, "undo")
    assert len(left) > 5
    for number, one in enumerate(left):
        assert_whole(one, originals)
        assert_goes_on(one, originals, number=number)


def test_while_it_recovers(tmp_path: Path) -> None:
    world = Archives(tmp_path / "w")
    world.rules(LINKED + ALL)
    originals = world.write(TWO)
    first = killed(world, "stamp")
    tried = [one for one in first if any(path.endswith(".c2pa") for path in one.read())][:2]
    for half in tried:
        for number, one in enumerate(killed(half, "stamp")[::5]):
            assert_goes_on(one, originals, number=number)
    assert len(tried) == 2
