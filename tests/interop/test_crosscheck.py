"""Our own steps and the verdict through the reference engine agree, or differ for a reason written down.

Over every file of the development set whose content a data hash or a box hash binds.  ``crosscheck.json`` lists the
files that differ, the failures that one side alone reports, and the clause or rule that says why; a
file on it that no longer differs in that way fails.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from provkit import ProvkitError, State, verification
from provkit.codes import StatusCode
from support import testfiles

if TYPE_CHECKING:
    from provkit.engine.crosscheck import CrossCheck

pytestmark = [pytest.mark.interop, pytest.mark.slow]
DIFFERENCES: Final[dict[str, dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "crosscheck.json").read_bytes()
)
ENTRIES: Final = [pytest.param(entry, id=Path(entry["file"]).name) for entry in testfiles.entries()]
STRICTER: Final = {State.TRUSTED: 3, State.VALID: 2, State.INVALID: 1}


def compared(entry: dict[str, Any]) -> CrossCheck | None:
    data, trust = testfiles.content(entry), testfiles.profile("all")
    try:
        return verification.cross_check(data, trust=trust, at=testfiles.AT)
    except ProvkitError:
        return None  # tests/interop/test_testfiles.py holds that against what was recorded


@pytest.mark.parametrize("entry", ENTRIES)
def test_both_engines(entry: dict[str, Any]) -> None:
    found = compared(entry)
    difference = DIFFERENCES.get(entry["file"])
    if found is None:
        assert difference is None
        return
    # Where they differ, ours is the stricter one.
    assert STRICTER[found.state] <= STRICTER[found.other_state], found
    if difference is None:
        assert found.agrees, found
        return
    assert not found.agrees, "this file no longer differs: take it off the list"
    assert [str(code) for code in found.only_here] == difference["here"]
    assert [str(code) for code in found.only_there] == difference["there"]


def test_box_hashes_are_among_them() -> None:
    boxed = [
        entry for entry in testfiles.entries() if Path(entry["file"]).name in {"test2.png", "triple.png"}
    ]
    for entry in boxed:
        found = compared(entry)
        assert found is not None
        assert StatusCode.ASSERTION_BOXES_HASH_MATCH in found.statuses.codes()


def test_every_difference_has_a_reason() -> None:
    files = {entry["file"] for entry in testfiles.entries()}
    assert not files or files >= DIFFERENCES.keys()
    assert all(one["why"] and one["here"] for one in DIFFERENCES.values())
