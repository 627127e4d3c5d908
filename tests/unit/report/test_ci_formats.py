"""SARIF and JUnit: their required parts, outcomes, and nothing of a file unescaped."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.codes import StatusCode as C
from provkit.report.judged import Judged, Outcome
from provkit.report.junit import to_junit
from provkit.report.sarif import artifact_uri, to_sarif
from provkit.verdict import State
from unit.report.made import NASTY, judged

URI = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@/:?#\[\]]|%[0-9A-F]{2})+")
ALL = [
    judged(State.TRUSTED, Outcome.ACCEPTED),
    judged(State.VALID, Outcome.REFUSED, C.SIGNING_CREDENTIAL_UNTRUSTED, reasons=(NASTY,)),
    judged(State.INVALID, Outcome.REFUSED, C.ASSERTION_DATA_HASH_MISMATCH, C.SIGNING_CREDENTIAL_UNTRUSTED),
    judged(State.UNSIGNED, Outcome.ABSENT, path=f"b/{NASTY}"),
    judged(State.UNSIGNED, Outcome.REFUSED, reasons=("a stated origin is required",)),
    judged(None, Outcome.UNJUDGED),
]


def checked(text: str) -> dict[str, Any]:
    """The run of a log, after its required parts were looked at (SARIF 2.1.0 §3.13 to §3.52)."""
    assert text.isascii()
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "provkit"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help"))
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    assert all(entry["executionSuccessful"] is True for entry in run["invocations"])
    for artifact in run["artifacts"]:
        assert URI.fullmatch(artifact["location"]["uri"])
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        message = result["message"]["text"]
        assert message.isprintable()
        assert not re.search(r"(?<!\\)[\[\]]", message)  # no link (§3.11.6)
        assert not re.search(r"(?<!\{)(\{\{)*\{(?!\{)", message)  # no placeholder (§3.11.5)
        [location] = result["locations"]
        place = location["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][place["index"]]["location"]["uri"] == place["uri"]
        for name in location.get("logicalLocations", ()):
            assert name["fullyQualifiedName"].isprintable()
        assert result["partialFingerprints"]
    found: dict[str, Any] = run
    return found


def told(run: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [
        (
            entry["locations"][0]["physicalLocation"]["artifactLocation"]["index"],
            entry["ruleId"],
            entry["level"],
        )
        for entry in run["results"]
        if entry["ruleId"] != "decoy" and entry["level"] != "note"
    ]


def test_sarif_tells_what_is_not_accepted() -> None:
    run = checked(to_sarif(ALL, "1.0", base="/x"))
    assert told(run) == [
        (1, "policy", "error"),
        (2, "assertion.dataHash.mismatch", "error"),
        (4, "unsigned", "error"),
        (5, "limit", "error"),
    ]
    assert [entry["properties"]["outcome"] for entry in run["artifacts"]] == [entry.outcome for entry in ALL]
    notes = [entry["ruleId"] for entry in run["results"] if entry["level"] == "note"]
    assert notes == ["signingCredential.untrusted", "signingCredential.untrusted", "unsigned"]


def test_sarif_of_nothing() -> None:
    run = checked(to_sarif([], "1.0", base="/x"))
    assert (run["results"], run["artifacts"]) == ([], [])


def test_sarif_is_bounded() -> None:
    many = judged(State.INVALID, Outcome.REFUSED, *[code for code in C if "." in code] * 3)
    assert len(checked(to_sarif([many], "1.0", base="/x"))["results"]) <= 100


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a.txt", "a.txt"),
        ("./d//a.txt", "d/a.txt"),
        ("../a.txt", "../a.txt"),
        ("a b#%é.txt", "a%20b%23%25%C3%A9.txt"),
        ("c:x.txt", "c%3Ax.txt"),
        (os.fsdecode(b"caf\xe9.txt"), "caf%E9.txt"),
        ("/base/d/a.txt", "d/a.txt"),
        ("/base/..a.txt", "..a.txt"),
        ("/else/a b.txt", "file:///else/a%20b.txt"),
        ("https://example.org/a b?c=<d>", "https://example.org/a%20b?c=%3Cd%3E"),
        ("-", "-"),
    ],
)
def test_artifact_uri(path: str, uri: str) -> None:
    assert artifact_uri(path, "/base") == uri


@given(st.text(min_size=1))
def test_any_path_is_a_uri(path: str) -> None:
    assert URI.fullmatch(artifact_uri(path, "/base"))


def cases(entries: list[Judged]) -> tuple[ET.Element, list[ET.Element]]:
    text = to_junit(entries)
    assert text.isascii()
    root = ET.fromstring(text)
    return root, root.findall("./testsuite/testcase")


def test_junit_has_one_case_for_each_file() -> None:
    root, found = cases(ALL)
    kinds = [
        next((child.tag for child in case if child.tag in {"failure", "error", "skipped"}), None)
        for case in found
    ]
    assert kinds == [None, "failure", "failure", "skipped", "failure", "error"]
    counts = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "3", "errors": "1", "skipped": "1"}
    assert root.find("testsuite") is not None
    assert [case.find("failure").get("type") for case in found if case.find("failure") is not None] == [  # type: ignore[union-attr]
        "valid",
        "invalid",
        "unsigned",
    ]
    failure = found[2].find("failure")
    assert failure is not None
    assert (failure.get("message") or "").startswith("assertion.dataHash.mismatch: ")
    assert all(case.get("name") and case.get("classname") for case in found)


@given(st.text(min_size=1))
def test_any_name_is_well_formed_xml(path: str) -> None:
    _, [case] = cases([judged(State.UNSIGNED, Outcome.ABSENT, path=path)])
    assert (case.get("name") or "").isprintable()
