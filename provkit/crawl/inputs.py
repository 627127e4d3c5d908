"""From paths to documents: WARC, WET, JSON lines, Parquet, single files and folders of all of them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provkit import media
from provkit.crawl import rows, warc
from provkit.crawl.documents import Document, Edge, Problem
from provkit.errors import ConfigurationError, FileAccessError, LimitError
from provkit.files import read_file
from provkit.folders import walk
from provkit.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.crawl.documents import Entry

WARC: Final = "warc"
JSONL: Final = "jsonl"
PARQUET: Final = "parquet"
FILES: Final = "files"
_ENDINGS: Final = (
    (WARC, (".warc", ".warc.gz", ".wet", ".wet.gz", ".wat.gz")),
    (JSONL, (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")),
    (PARQUET, (".parquet",)),
)


@dataclass(frozen=True, slots=True)
class Input:
    """A file of many documents, or files of one document each; or a part of such a thing."""

    kind: str
    name: str
    """For people and reports: the file's name, or its path below the folder that was given."""
    paths: tuple[str, ...]
    below: tuple[str, ...] = ()
    """Of single files: where each lies below the folder given, with ``/``."""
    span: tuple[int, int] | None = None
    """Of a part: where it begins and ends, in bytes, row groups of Parquet, or files of a list (then
    `paths` are those of the part).  See :mod:`provkit.crawl.parts`."""

    @property
    def size(self) -> int:
        """Bytes on disk.

        Raises:
            FileAccessError: a file is gone.
        """
        try:
            return sum(os.stat(path).st_size for path in self.paths)  # noqa: PTH116
        except OSError as error:
            raise FileAccessError(f"cannot read {error.filename}: {error.strerror}") from error


def expand(paths: Sequence[str]) -> tuple[Input, ...]:
    """What `paths` mean, in the order given; inside folders by name.

    Raises:
        FileAccessError: a path that is not there, or a folder that cannot be listed.
        ConfigurationError: nothing is left to read.
    """
    found: list[Input] = []
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112
            found += _folder(path)
        elif os.path.isfile(path):  # noqa: PTH113
            name = os.path.basename(path)  # noqa: PTH119
            kind = _kind(name)
            found.append(Input(kind, name, (path,), (name,) if kind == FILES else ()))
        else:
            raise FileAccessError(f"no such file: {path}", hint="check the spelling of the path")
    if not found:
        raise ConfigurationError(
            "nothing to read in what was given", hint="names that begin with a dot are left out"
        )
    return tuple(found)


def _folder(folder: str) -> list[Input]:
    whole: list[Input] = []
    single: list[tuple[str, str]] = []
    for entry in walk(folder):
        path = os.fspath(entry)
        below = Path(os.path.relpath(path, folder)).as_posix()
        kind = _kind(below)
        if kind == FILES:
            single.append((path, below))
        else:
            whole.append(Input(kind, below, (path,)))
    if single:
        name = os.path.basename(os.path.abspath(folder))  # noqa: PTH100, PTH119
        whole.append(Input(FILES, name, tuple(p for p, _ in single), tuple(b for _, b in single)))
    return whole


def _kind(name: str) -> str:
    return next((kind for kind, endings in _ENDINGS if name.lower().endswith(endings)), FILES)


def read(source: Input) -> Iterator[Entry]:
    """Everything in one input, in its order; a part that was read to its end closes with an :class:`Edge`.

    Raises:
        ConfigurationError: a package that this kind needs is not installed.
    """
    if source.span is not None and source.span[0] >= source.span[1]:
        yield Edge(source.span[0])  # what was before it reaches beyond it
    elif source.kind == FILES:
        yield from _single(source)
        if source.span is not None:
            yield Edge(source.span[1])
    else:
        reader = {WARC: warc.read, JSONL: rows.read_jsonl, PARQUET: rows.read_parquet}[source.kind]
        yield from reader(source.paths[0], span=source.span)


_BOUND: Final = Limits(file_bytes=512 * 1024 * 1024)


def _single(source: Input) -> Iterator[Entry]:
    for path, below in zip(source.paths, source.below, strict=True):
        try:
            body = read_file(path, _BOUND)
        except (FileAccessError, LimitError) as error:
            yield Problem(path, "unreadable", error.message)
            continue
        digest = hashlib.sha256(body).hexdigest()
        # No address: a folder says nothing about hosts.  The path below it names the document.
        yield Document(f"sha256:{digest}", below, body, media_type=media.type_of_name(below))


__all__ = ["FILES", "JSONL", "PARQUET", "WARC", "Input", "expand", "read"]
