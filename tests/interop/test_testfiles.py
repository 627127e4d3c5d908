"""Every file of the development set gives the recorded state and source types, or differs for a reason written down.

Three trust profiles, as recorded.  ``differences.json`` lists every file whose state differs, with the
clause or the rule of ``spec/`` that says why; a file on it that no longer differs fails.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import provkit
from provkit import ProvkitError, media
from support import testfiles
from support.shared import shared

if TYPE_CHECKING:
    from provkit import Verdict

pytestmark = pytest.mark.interop
# Types of the set whose carriers this version does not read, one a line.  Built?  Delete the line.
AWAITED: Final[frozenset[str]] = frozenset(())
# Files whose state hangs on what this version refuses to judge.  Built?  Delete the line.
DIFFERENCES: Final[dict[str, dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "differences.json").read_bytes()
)
FILES: Final = testfiles.entries()
RUNS: Final = [
    pytest.param(entry, profile, id=f"{profile}-{Path(entry['file']).name}")
    for entry in FILES
    for profile in testfiles.PROFILES
    if profile in entry["profiles"]
]
ENTRIES: Final = [
    pytest.param(entry, id=Path(entry["file"]).name) for entry in FILES if entry["media_type"] not in AWAITED
]
UNREAD: Final = {"error malformed", "error unsupported", "error limit"}


@lru_cache(maxsize=len(RUNS) or 1)
def verdict(file: str, profile: str) -> Verdict | ProvkitError:
    """What provkit says; an error is an answer too."""
    data = shared("testfiles", file).read_bytes()
    try:
        return provkit.verify(data, trust=testfiles.profile(profile), at=testfiles.AT)
    except ProvkitError as error:
        return error


def state(found: Verdict | ProvkitError) -> str:
    return f"error {found.kind}" if isinstance(found, ProvkitError) else str(found.state)


def accepted(entry: dict[str, Any], profile: str) -> set[str]:
    """The answers that count as the recorded one."""
    recorded = entry["profiles"][profile]
    if recorded["outcome"] in {"unreadable", "unsupported"}:
        # No answer was recorded, and so anything but calling it intact agrees.
        return UNREAD | {"unsigned", "invalid"}
    states = {recorded["state"], *(entry["accept_states"] if profile == "all" else ())}
    return {"unsigned" if one is None else one.lower() for one in states}


def test_the_set_is_there() -> None:
    shared("testfiles", "manifest.json")
    assert RUNS


@pytest.mark.parametrize(("entry", "profile"), RUNS)
def test_recorded_state(entry: dict[str, Any], profile: str) -> None:
    found = verdict(entry["file"], profile)
    expected = accepted(entry, profile)
    if entry["media_type"] in AWAITED:
        assert state(found) in expected | {"error unsupported"}
        return
    difference = DIFFERENCES.get(entry["file"], {}).get("profiles", {}).get(profile)
    if difference is None:
        assert state(found) in expected, found
        return
    assert difference["recorded"] == entry["profiles"][profile]["state"]
    assert state(found) not in expected, "this file no longer differs: take it off the list"
    assert state(found) == difference["ours"]
    assert not isinstance(found, ProvkitError)
    assert set(difference["codes"]) <= {str(status.code) for status in found.statuses.failure}
    assert set(difference["warnings"]) <= {warning.partition(":")[0] for warning in found.warnings}


@pytest.mark.parametrize("entry", ENTRIES)
def test_recorded_source_types(entry: dict[str, Any]) -> None:
    """The source types that the actions of the active manifest have, exactly.

    Of a credential that does not hold nothing counts (spec/origin.md), so there are none.
    """
    for profile in entry["profiles"]:
        found = verdict(entry["file"], profile)
        if isinstance(found, ProvkitError):
            assert not entry["source_types"]
            continue
        if found.state not in {"trusted", "valid"}:
            assert not found.origin.evidence
            continue
        own = f"self#jumbf=/c2pa/{found.manifest}/c2pa.assertions/c2pa.actions"
        ours = {one.source_type for one in found.origin.evidence if one.where.startswith(own)}
        expected = DIFFERENCES.get(entry["file"], {}).get("source_types", entry["source_types"])
        assert ours == set(expected)


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_source_type_out_of_the_air(entry: dict[str, Any]) -> None:
    """Whatever else is taken for evidence stands in some manifest of the file.

    The recording programs read actions only, and for text no manifests of ingredients.
    """
    found = verdict(entry["file"], "all")
    if isinstance(found, ProvkitError) or entry["media_type"].startswith("text/"):
        return
    recorded = {*entry["source_types"], *entry["source_types_any_manifest"]}
    assert {one.source_type for one in found.origin.evidence if "actions" in one.where} <= recorded


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(entry, id=Path(entry["file"]).name)
        for entry in FILES
        if entry["profiles"]["all"]["outcome"] == "remote-unfetched"
    ],
)
def test_a_credential_elsewhere_is_told_of(entry: dict[str, Any]) -> None:
    for profile in testfiles.PROFILES:
        found = verdict(entry["file"], profile)
        assert not isinstance(found, ProvkitError)
        assert found.state == "unsigned"
        assert [warning.partition(":")[0] for warning in found.warnings] == ["remote-manifest"]


def test_what_is_awaited_is_not_built() -> None:
    built = {entry.media_type for entry in media.FORMATS}
    assert not AWAITED & built, "built by now: delete its line from AWAITED"


def test_list_of_differences_is_sound() -> None:
    there = {entry["file"] for entry in FILES}
    for file, difference in DIFFERENCES.items():
        assert difference.keys() <= {"rule", "reason", "profiles", "source_types"}
        assert difference["rule"]
        assert difference["reason"]
        assert difference["profiles"].keys() <= set(testfiles.PROFILES)
        for one in difference["profiles"].values():
            assert one.keys() == {"recorded", "ours", "codes", "warnings"}
        assert not FILES or file in there
