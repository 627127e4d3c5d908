"""From the paths on the command line to the files they mean."""

from __future__ import annotations

import glob
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from provkit.carriers.sidecar import SUFFIX
from provkit.carriers.source import Memory
from provkit.errors import ConfigurationError, FileAccessError
from provkit.files import open_asset, read_file, read_stream
from provkit.folders import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provkit.carriers.source import Source as Asset
    from provkit.limits import Limits

STDIN: Final = "-"
_WEB: Final = ("https://", "http://")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to look at, or the reason why there is none."""

    path: str
    """As the user wrote it, or found below a folder the user wrote; ``-`` for standard input."""
    below: str
    """Where it goes below a folder of results: its name, or its path below the folder given."""
    problem: FileAccessError | None = None
    is_url: bool = False
    """`path` is a web address."""


def expand(
    paths: Sequence[str],
    *,
    recursive: bool = False,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    hidden: bool = False,
    online: bool = False,
) -> list[Source]:
    """The files, and if `online` the web addresses, that `paths` mean, in the order given.

    A pattern that the shell left as it is (because it stands in quotes, or on Windows) is expanded
    here.  What cannot be found stays in the list with its problem, so that one bad path never
    hides the others.
    """
    sources: list[Source] = []
    for path in paths:
        if path == STDIN:
            sources.append(Source(STDIN, STDIN))
        elif path.lower().startswith(_WEB):
            if online:
                sources.append(Source(path, path, is_url=True))
            else:
                hint = "add --online to fetch it; nothing is fetched otherwise"
                sources.append(Source(path, "", FileAccessError(f"a web address: {path}", hint=hint)))
        elif recursive and os.path.isdir(path):  # noqa: PTH112 - the path stays as it was written
            sources.extend(_below(path, include, exclude, hidden=hidden))
        elif os.path.isdir(path):  # noqa: PTH112
            hint = "give the files in it, or add -r"
            sources.append(Source(path, "", FileAccessError(f"a folder, not a file: {path}", hint=hint)))
        elif not os.path.lexists(path) and any(mark in path for mark in "*?["):
            sources.extend(_matching(path, include, exclude, recursive=recursive, hidden=hidden))
        else:
            sources.append(Source(path, os.path.basename(path)))  # noqa: PTH119
    return sources


def _matching(
    pattern: str, include: Sequence[str], exclude: Sequence[str], *, recursive: bool, hidden: bool
) -> list[Source]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    found: list[Source] = []
    for match in matches:
        if not os.path.isdir(match):  # noqa: PTH112
            found.append(Source(match, os.path.basename(match)))  # noqa: PTH119
        elif recursive:
            found += _below(match, include, exclude, hidden=hidden)
    if not found:  # nothing to do is no success
        message, hint = "no file matches", "check the pattern; quotes keep the shell from expanding it"
        if matches:
            message, hint = "only folders match", "add -r to go into them"
        found.append(Source(pattern, "", FileAccessError(f"{message}: {pattern}", hint=hint)))
    return found


def _below(folder: str, include: Sequence[str], exclude: Sequence[str], *, hidden: bool) -> list[Source]:
    found: list[Source] = []

    def keep(problem: FileAccessError) -> None:
        found.append(Source(folder, "", problem))

    paths = list(walk(folder, include=include, exclude=exclude, hidden=hidden, on_error=keep))
    assets = {os.fspath(path) for path in paths}
    stems = {os.path.splitext(path)[0] for path in assets if not path.endswith(SUFFIX)}  # noqa: PTH122
    for path in paths:
        # A sidecar is looked at with the file it stands beside.
        bare = os.fspath(path).removesuffix(SUFFIX)
        if bare != os.fspath(path) and (bare in assets or bare in stems):
            continue
        found.append(Source(str(path), os.path.relpath(path, folder)))
    if not found:
        keep(
            FileAccessError(
                f"nothing to look at in this folder: {folder}",
                hint="names that begin with a dot need --hidden; --include and --exclude leave files out too",
            )
        )
    return found


def load(source: Source, limits: Limits) -> bytes:
    """The bytes of a source.

    Raises:
        FileAccessError: it cannot be read.
        LimitError: it is too large.
    """
    if source.problem is not None:
        raise source.problem
    if source.path == STDIN:
        if sys.stdin is None:
            raise FileAccessError("standard input is closed")
        return read_stream(sys.stdin.buffer.read, limits)
    return read_file(source.path, limits)


@contextmanager
def opened(source: Source, limits: Limits) -> Iterator[Asset]:
    """A source to be read in windows, where that can be.

    Raises:
        FileAccessError, LimitError: as :func:`load`.
    """
    if source.problem is not None or source.path == STDIN:
        yield Memory(load(source, limits))
        return
    with open_asset(source.path, limits) as asset:
        yield asset


def as_configuration(read: Callable[[], _T]) -> _T:
    """Call `read`; a file named by an option that cannot be read is a configuration error.

    Raises:
        ConfigurationError: in place of FileAccessError.
    """
    try:
        return read()
    except FileAccessError as error:
        raise ConfigurationError(error.message, hint=error.hint) from error
