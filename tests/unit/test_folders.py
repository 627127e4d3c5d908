"""Walking ends, and meets every file once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from provkit import folders
from provkit.errors import FileAccessError

if TYPE_CHECKING:
    from pathlib import Path


def tree(folder: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", "c/d/e.csv", ".git/x.txt", "b/.h.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / "b" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "again.txt").symlink_to("a.txt")
    os.mkfifo(folder / "pipe.txt")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["a.txt", "b/1.txt", "b/2.txt", "c/d/e.csv"]),
        ({"include": ["*.txt"]}, ["a.txt", "b/1.txt", "b/2.txt"]),
        ({"include": ["b/*"]}, ["b/1.txt", "b/2.txt"]),
        ({"exclude": ["b"]}, ["a.txt", "c/d/e.csv"]),
        ({"exclude": ["c/d"]}, ["a.txt", "b/1.txt", "b/2.txt"]),
        ({"hidden": True, "include": ["*.txt"]}, ["a.txt", ".git/x.txt", "b/.h.txt", "b/1.txt", "b/2.txt"]),
    ],
)
def test_walk(tmp_path: Path, options: dict[str, list[str]], names: list[str]) -> None:
    tree(tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in folders.walk(tmp_path, **options)]  # type: ignore[arg-type]
    assert found == names


def test_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path)
    real = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("b"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    problems: list[FileAccessError] = []
    found = [path.name for path in folders.walk(tmp_path, on_error=problems.append)]
    assert found == ["a.txt", "e.csv"]
    assert "no permission to list" in problems[0].message
    with pytest.raises(FileAccessError):
        list(folders.walk(tmp_path))
