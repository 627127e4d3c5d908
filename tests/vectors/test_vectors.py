"""Every vector of ``spec/vectors`` has the verdict that is written down for it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import provkit
from provkit import ProvkitError
from provkit.trust import TrustStore
from vectors import cases_text, generate

FOLDER = Path(__file__).resolve().parents[2] / "spec" / "vectors"
INDEX = json.loads((FOLDER / "text" / "index.json").read_bytes())
VECTOR_KEYS = {"id", "file", "sha256", "media_type", "trust", "at", "expected", "clause", "reason"}
EXPECTED_KEYS = {"state", "failure", "warnings", "origin", "attributed", "complete"}


@lru_cache(maxsize=32)
def trust(name: str) -> TrustStore:
    store = TrustStore.empty()
    for kind, files in INDEX["trust"][name].items():
        for file in files:
            data = (FOLDER / "trust" / file).read_bytes()
            match kind:
                case "anchors":
                    store = store.with_anchors(data, name=file)
                case "allowed":
                    store = store.with_allowed(data, name=file)
                case "distrust":
                    store = store.with_distrust(data, name=file)
                case _:
                    pytest.fail(f"unknown kind of list {kind!r}")
    return store


def seen(vector: dict[str, Any]) -> dict[str, Any]:
    """What provkit says, in the words of the index."""
    data = (FOLDER / "text" / vector["file"]).read_bytes()
    try:
        verdict = provkit.verify(data, trust=trust(vector["trust"]), at=datetime.fromisoformat(vector["at"]))
    except ProvkitError as error:
        return {"error": error.kind}
    return {
        "state": str(verdict.state),
        "failure": sorted({str(status.code) for status in verdict.statuses.failure}),
        "warnings": sorted(warning.partition(":")[0] for warning in verdict.warnings),
        "origin": str(verdict.origin.cls),
        "attributed": verdict.origin.attributed,
        "complete": verdict.origin.complete,
    }


@pytest.mark.parametrize("vector", INDEX["vectors"], ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    assert vector.keys() == VECTOR_KEYS
    expected = vector["expected"]
    assert expected.keys() <= EXPECTED_KEYS or expected.keys() == {"error"}
    found = seen(vector)
    assert {key: found.get(key) for key in expected} == expected, vector["reason"]


def test_index_is_sound() -> None:
    assert (FOLDER / "text" / "index.json").read_bytes().isascii()
    assert INDEX.keys() == {"schema", "version", "trust", "vectors"}
    assert INDEX["schema"] == generate.SCHEMA
    ids = [vector["id"] for vector in INDEX["vectors"]]
    assert len(set(ids)) == len(ids)
    files = {vector["file"] for vector in INDEX["vectors"]}
    assert files | {"index.json"} == {path.name for path in (FOLDER / "text").iterdir()}
    for vector in INDEX["vectors"]:
        data = (FOLDER / "text" / vector["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == vector["sha256"], vector["id"]
        assert vector["trust"] in INDEX["trust"]


@pytest.mark.slow
def test_generator_gives_the_same_bytes() -> None:
    wanted = generate.files(generate.all_cases())
    there = {path.name: path.read_bytes() for path in (FOLDER / "text").iterdir()}
    assert sorted(wanted) == sorted(there)
    assert [name for name in wanted if wanted[name] != there[name]] == []


def test_generator_gives_the_same_bytes_for_a_few() -> None:
    wanted = {case.file: case.data for case in cases_text.good()}
    assert [name for name, data in wanted.items() if (FOLDER / "text" / name).read_bytes() != data] == []
