"""What is in a folder: every regular file once, in the same order everywhere, without following links."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from provkit.files import cannot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provkit.errors import FileAccessError


def walk(
    folder: str | os.PathLike[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    hidden: bool = False,
    on_error: Callable[[FileAccessError], None] | None = None,
) -> Iterator[Path]:
    """Every regular file below a folder, each once, ordered by name, folder by folder.

    Symbolic links inside the folder are not followed, so loops end and nothing is met twice.
    Pipes, devices and sockets are passed over.

    Args:
        folder: where to start; a link here is followed.
        include: globs, one of which a file must match, by its name or by its path below `folder`
            with ``/``; none accepts every file.
        exclude: globs of files and folders to leave out.
        hidden: also what starts with a dot.
        on_error: told about folders that cannot be listed; without it the first one is raised.

    Raises:
        FileAccessError: `folder` cannot be listed, or, without `on_error`, one below it.
    """
    start = os.path.join(folder, "")  # noqa: PTH118 - not normalised: what it is below is told by `folder`
    for below in names_below(folder, include=include, exclude=exclude, hidden=hidden, on_error=on_error):
        yield Path(start + below)


def names_below(
    folder: str | os.PathLike[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    hidden: bool = False,
    on_error: Callable[[FileAccessError], None] | None = None,
) -> Iterator[str]:
    """As :func:`walk`: paths below `folder`, with ``/``.

    Raises:
        FileAccessError: as :func:`walk`.
    """
    stack: list[tuple[str, str]] = [(os.fspath(folder), "")]
    while stack:
        place, below = stack.pop()
        try:
            with os.scandir(place) as listing:
                # By bytes: the same order in every locale.
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except (OSError, ValueError) as error:
            problem = cannot("list", place, error)
            if on_error is None:
                raise problem from error
            on_error(problem)
            continue
        folders: list[tuple[str, str]] = []
        for entry in entries:
            relative = f"{below}{entry.name}"
            if (not hidden and entry.name.startswith(".")) or _matches(entry.name, relative, exclude):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, f"{relative}/"))
            elif entry.is_file(follow_symlinks=False) and (
                not include or _matches(entry.name, relative, include)
            ):
                yield relative
        stack.extend(reversed(folders))


def _matches(name: str, relative: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) or fnmatchcase(relative, glob) for glob in globs)


__all__ = ["names_below", "walk"]
