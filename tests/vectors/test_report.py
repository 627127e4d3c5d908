"""The schema of the vectors, and what other implementations make of them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from support import peers
from vectors import report

SCHEMA: dict[str, Any] = json.loads((report.SPEC / "schema.json").read_bytes())


@pytest.mark.parametrize("name", report.FOLDERS)
def test_an_index_follows_the_schema(name: str) -> None:
    jsonschema.validate(json.loads((report.SPEC / name / "index.json").read_bytes()), SCHEMA)


def test_an_unknown_field_does_not() -> None:
    index = json.loads((report.SPEC / "text" / "index.json").read_bytes())
    index["vectors"][0]["new"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(index, SCHEMA)


@pytest.mark.slow
@pytest.mark.parametrize("name", report.FOLDERS)
def test_provkit_answers_as_expected(name: str) -> None:
    outcomes = report.outcomes("provkit", report.folders()[name])
    assert outcomes
    assert [one.vector["id"] for one in outcomes if not one.is_same or one.is_forbidden] == []


@pytest.mark.slow
@pytest.mark.interop
def test_the_results_are_of_today() -> None:
    if not peers.PYTHON.exists():
        pytest.skip(peers.MISSING)
    assert report.RESULTS.read_text(encoding="utf-8") == report.table(), "make vectors-report"
