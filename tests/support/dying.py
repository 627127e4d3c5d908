"""``python -m support.dying FOLDER WHAT``: do something with an archive, and be killed at every moment.

For every N a copy of FOLDER (an :class:`support.archives.Archives`) is made, FOLDER-N.  A process stamps it, or takes it
back, and is killed with SIGKILL right before the Nth time that it changes anything on the disk.  So everything
that can be left behind is there to be looked at.  Prints how many moments there were.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provkit import files
from provkit.stamp import inside
from provkit.stamp.journal import Journal
from support.archives import Archives

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGES: tuple[tuple[Any, str], ...] = (
    (os, "unlink"),
    (os, "replace"),
    (os, "link"),
    (os, "rename"),
    (os, "chmod"),
    (inside, "_rename"),
    (files, "_write_beside"),
    (inside, "write_new"),
    (inside, "flush"),
    (inside, "sync"),
    (shutil, "rmtree"),
    (Journal, "begin"),
    (Journal, "intend"),
    (Journal, "done"),
    (Journal, "forget"),
    (Journal, "tell"),
)


def die_before(moment: int) -> Callable[[], int]:
    """Count the changes, and be killed before one of them."""
    count = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            return call(*arguments, **named)

        return counting

    for owner, name in CHANGES:
        setattr(owner, name, counted(getattr(owner, name)))
    return lambda: count


def reopen(folder: Path) -> Archives:
    """An archive that is there."""
    world = Archives.__new__(Archives)
    world.folder, world.root = folder, folder / "site"
    return world


def main(folder: Path, what: str) -> int:
    """Kill at every moment; how many there were."""
    moment = 0
    while True:
        copy = folder.with_name(f"{folder.name}-{moment}")
        shutil.copytree(folder, copy, symlinks=True)
        child = os.fork()
        if child == 0:
            counted = die_before(moment)
            world = reopen(copy)
            getattr(world, what)()
            os._exit(0 if counted() <= moment else 1)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return moment
        assert os.WTERMSIG(status) == signal.SIGKILL
        moment += 1


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), sys.argv[2])))
