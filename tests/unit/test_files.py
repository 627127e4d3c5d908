"""Reading never blocks, writing never damages."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provkit import files
from provkit.errors import FileAccessError, LimitError
from provkit.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert files.read_file(path) == b"abc"
    (tmp_path / "link").symlink_to(path)
    assert files.read_file(tmp_path / "link") == b"abc"
    path.write_bytes(b"")
    assert files.read_file(path) == b""


def test_read_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abcd")
    assert files.read_file(path, Limits(file_bytes=4)) == b"abcd"
    with pytest.raises(LimitError):
        files.read_file(path, Limits(file_bytes=3))


def test_file_that_grows_while_it_is_read() -> None:
    with pytest.raises(LimitError):
        files.read_stream(lambda size: b"x" * min(size, 10), Limits(file_bytes=100))
    parts = iter([b"ab", b"c", b""])
    assert files.read_stream(lambda _: next(parts)) == b"abc"


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="macOS has no /proc, and no file that says it is empty"
)
def test_file_that_says_it_is_empty() -> None:
    assert files.read_file("/proc/self/status")


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, word in (
        (tmp_path / "pipe", "named pipe"),
        (tmp_path, "folder"),
        (Path("/dev/zero"), "device"),
    ):
        with pytest.raises(FileAccessError, match=word) as caught:
            files.read_file(name)
        assert str(name) in caught.value.message
        assert caught.value.hint


@pytest.mark.parametrize("name", ["missing", "missing/deep", "nul\0name", "x" * 300])
def test_path_that_leads_nowhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileAccessError):
        files.read_file(tmp_path / name)
    if "/" in name or "\0" in name or len(name) > 255:
        with pytest.raises(FileAccessError):
            files.write_atomic(tmp_path / name, b"")


@pytest.mark.parametrize("force", [False, True])
def test_an_error_of_what_makes_the_parts_is_none_of_the_path(tmp_path: Path, force: bool) -> None:
    def parts() -> Iterator[bytes]:
        yield b"beginning"
        raise ValueError("of its own")

    with pytest.raises(ValueError, match="of its own"):
        files.write_atomic(tmp_path / "a", parts(), force=force)
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileAccessError, match="no possible path"):
        files.write_atomic(f"{tmp_path}/a\0b", b"", force=force)


def test_new_file_obeys_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_atomic(tmp_path / "a", b"abc")
        files.write_atomic(tmp_path / "b", b"abc", mode=0o600)
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == b"abc"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert not left_over(tmp_path)


def test_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(FileAccessError, match="exists already"):
        files.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert not left_over(tmp_path)


def test_file_that_appears_at_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    real = os.fsync

    def race(descriptor: int) -> None:
        path.write_bytes(b"somebody else's")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", race)
    with pytest.raises(FileAccessError, match="exists already"):
        files.write_atomic(path, b"new")
    assert path.read_bytes() == b"somebody else's"
    assert not left_over(tmp_path)


def test_replaced_file_keeps_its_mode_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o604)
    link.symlink_to("a")
    files.write_atomic(link, b"new", force=True)
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_broken_link_is_something_that_exists(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileAccessError, match="exists already"):
        files.write_atomic(tmp_path / "link", b"new")
    assert not (tmp_path / "nowhere").exists()


def test_no_file_is_replaced_by_what_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(FileAccessError):
            files.write_atomic(tmp_path / name, b"new", force=True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_failure_leaves_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises((FileAccessError, KeyboardInterrupt)):
        files.write_atomic(path, b"new", force=True)
    assert path.read_bytes() == b"old"
    assert not left_over(tmp_path)


def test_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    files.write_atomic(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    with pytest.raises(FileAccessError, match="exists already"):
        files.write_atomic(tmp_path / "a", b"newer")
    assert not left_over(tmp_path)


def test_short_writes_are_continued(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    files.write_atomic(tmp_path / "a", data)
    assert (tmp_path / "a").read_bytes() == data


def test_a_path_that_no_system_takes_is_not_told_whole(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="cannot read") as caught:
        files.read_file(tmp_path / ("a" * 5000))
    assert len(caught.value.message) < 1200
