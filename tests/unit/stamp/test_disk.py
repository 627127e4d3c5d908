"""What has to be on the disk before anything is replaced, and what if there is no room for it."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from provkit import FileAccessError
from provkit.stamp import inside, work
from provkit.stamp.work import Action
from support.archives import PAGE, Archives

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_ends_the_run(world: Archives, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    originals = world.write({f"{number:03}.html": PAGE for number in range(70)})
    put, count = work.put, 0

    def fails(descriptor: int, *_: object, **__: object) -> None:
        os.close(descriptor)
        raise OSError(code, os.strerror(code))

    def full(root: str, data: bytes) -> str:
        nonlocal count
        count += 1
        if count > 66:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(os, "fdopen", fails)
                return put(root, data)
        return put(root, data)

    monkeypatch.setattr(work, "put", full)
    with pytest.raises(FileAccessError, match=os.strerror(code)) as caught:
        world.stamp()
    assert caught.value.hint == "make room on the disk"
    assert count == 67
    monkeypatch.undo()
    assert sum(action is Action.UNCHANGED for action in world.actions().values()) == 66
    world.undo()
    assert world.read() == originals


@pytest.mark.slow
def test_a_disk_that_turns_out_to_be_full_ends_the_run(
    world: Archives, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems look for room only when bytes are forced to the disk."""
    originals = world.write({f"{number:03}.html": PAGE for number in range(70)})
    flush, waiting = inside.flush, []

    def full(paths: Iterable[str]) -> None:
        waiting.append(list(paths))
        if len(waiting) == 1:
            return flush(waiting[0])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
            )
            return flush(waiting[-1])

    monkeypatch.setattr(inside, "flush", full)
    with pytest.raises(FileAccessError, match=os.strerror(errno.ENOSPC)):
        world.stamp()
    assert [len(paths) for paths in waiting] == [64, 6]
    monkeypatch.undo()
    assert sorted(world.actions().values()) == [Action.SIGN] * 6 + [Action.UNCHANGED] * 64
    world.undo()
    assert world.read() == originals


def test_copies_of_originals(world: Archives, tmp_path: Path) -> None:
    """Two files with the same original, one that is damaged, and a folder that leads elsewhere."""
    data = "e\u0301 decomposed\n".encode()
    originals = world.write({"a.txt": data, "b.txt": data})
    world.stamp()
    [kept] = (world.root / ".provkit/originals").glob("*/*")
    assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (data, 0o600)
    kept.write_bytes(b"damaged")
    assert {"not the original" in str(why) for why in world.undo().values()} == {True}
    originals |= world.write({"c.txt": data})
    world.stamp()
    assert kept.read_bytes() == data
    world.undo()
    assert world.read() == originals
    shutil.rmtree(world.root / ".provkit/originals")
    (tmp_path / "elsewhere").mkdir()
    (world.root / ".provkit/originals").symlink_to(tmp_path / "elsewhere")
    assert set(world.actions().values()) == {Action.FAILED}
    assert world.read() == originals
    assert list((tmp_path / "elsewhere").iterdir()) == []
