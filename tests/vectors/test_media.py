"""Every vector of ``spec/vectors/media`` has the verdict that is written down for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from support import vectors
from vectors import files, media, media_forge

SPEC: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
FOLDER: Final = vectors.Folder(media_forge.FOLDER, SPEC / "trust")
EXPECTED_KEYS: Final = {"state", "failure", "warnings", "origin", "followed"}


@pytest.mark.parametrize("vector", FOLDER.vectors, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any], tmp_path: Path) -> None:
    assert vectors.KEYS <= vector.keys() <= vectors.KEYS | {"manifest", "layout"}
    expected = vector["expected"]
    assert expected.keys() <= EXPECTED_KEYS or expected.keys() == {"error"}
    found = FOLDER.seen(vector, tmp_path)
    why = (vector["reason"], found)
    assert {key: found.get(key) for key in expected} == expected, why
    if "error" not in expected:
        assert found["media_type"] == vector["media_type"]


def test_index_is_sound() -> None:
    FOLDER.assert_sound(files.SCHEMA, "README.md")


@pytest.mark.slow
def test_generator_gives_the_same_bytes() -> None:
    wanted = media.files()
    assert [name for name, data in wanted.items() if (FOLDER.path / name).read_bytes() != data] == []
