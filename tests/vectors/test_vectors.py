"""Every vector of ``spec/vectors/text`` has the verdict that is written down for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from support import vectors
from vectors import cases_text, files, generate

SPEC: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
FOLDER: Final = vectors.Folder(SPEC / "text", SPEC / "trust")
EXPECTED_KEYS: Final = {"state", "failure", "warnings", "origin", "attributed", "complete"}


@pytest.mark.parametrize("vector", FOLDER.vectors, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    assert vector.keys() == vectors.KEYS
    expected = vector["expected"]
    assert expected.keys() <= EXPECTED_KEYS or expected.keys() == {"error"}
    found = FOLDER.seen(vector)
    assert {key: found.get(key) for key in expected} == expected, vector["reason"]


def test_index_is_sound() -> None:
    FOLDER.assert_sound(files.SCHEMA)


@pytest.mark.slow
def test_generator_gives_the_same_bytes() -> None:
    wanted = generate.files(generate.all_cases())
    there = {path.name: path.read_bytes() for path in FOLDER.path.iterdir()}
    assert sorted(wanted) == sorted(there)
    assert [name for name in wanted if wanted[name] != there[name]] == []


def test_generator_gives_the_same_bytes_for_a_few() -> None:
    wanted = {case.file: case.data for case in cases_text.good()}
    assert [name for name, data in wanted.items() if (FOLDER.path / name).read_bytes() != data] == []
