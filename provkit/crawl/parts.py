"""One big input as several tasks, so that one file keeps all processes busy.

Where parts begin depends on the input alone, never on the number of processes.  Lines, row groups and
lists of files have certain boundaries.  Those of a WARC file are guessed, because a record may hold
another WARC file: each part says where the record after its last one begins, and a part that began
anywhere else is read again from there (:func:`provkit.crawl.weigh.run`).  The first part begins at 0,
so by induction every record is read once, and nothing is taken for a record that is inside of one.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from provkit.crawl.inputs import FILES, JSONL, PARQUET, WARC
from provkit.errors import FileAccessError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.crawl.inputs import Input

PART_BYTES: Final = 32 * 1024 * 1024
"""Bytes of one part as they are stored; about 2,000 pages of a compressed crawl."""
PART_FILES: Final = 250
_WINDOW: Final = 1 << 20
_MEMBER: Final = b"\x1f\x8b\x08"
_RECORD: Final = b"\r\n\r\nWARC/"
_VERSION: Final = b"WARC/"
_TRIES: Final = 1000
"""Places looked at for one boundary: a file that is made of them costs time, not hours."""
_PEEK: Final = 256


def split(sources: Sequence[Input], size: int | None = None) -> tuple[Input, ...]:
    """The inputs, the big ones in parts, in the same order.

    Args:
        sources: as :func:`provkit.crawl.inputs.expand` gives them.
        size: bytes of a part, about; :data:`PART_BYTES` when left out.

    Raises:
        FileAccessError: a file is gone or cannot be read.
    """
    size = PART_BYTES if size is None else size
    return tuple(part for source in sources for part in _parts(source, size))


def _parts(source: Input, size: int) -> Iterator[Input]:
    if source.kind == FILES:
        yield from _lists(source, size)
        return
    if source.size <= size:
        yield source
        return
    finder = {WARC: _records, JSONL: _lines, PARQUET: _groups}[source.kind]
    try:
        marks = sorted(set(finder(source.paths[0], size)))
    except OSError as error:
        raise FileAccessError(f"cannot read {source.paths[0]}: {error.strerror}") from error
    if len(marks) < 3:
        yield source
        return
    for start, end in pairwise(marks):
        yield replace(source, span=(start, end))


def _lists(source: Input, size: int) -> Iterator[Input]:
    start, held = 0, 0
    marks = [0]
    for index, path in enumerate(source.paths):
        try:
            held += os.stat(path).st_size  # noqa: PTH116
        except OSError as error:
            raise FileAccessError(f"cannot read {path}: {error.strerror}") from error
        if index + 1 - start >= PART_FILES or held >= size:
            marks.append(index + 1)
            start, held = index + 1, 0
    if marks[-1] != len(source.paths):
        marks.append(len(source.paths))
    if len(marks) == 2:
        yield source
        return
    for begin, end in pairwise(marks):
        yield replace(source, paths=source.paths[begin:end], below=source.below[begin:end], span=(begin, end))


def _lines(path: str, size: int) -> Iterator[int]:
    """Where lines begin; only the ends of a gzip stream, which nobody can enter in the middle."""
    end = Path(path).stat().st_size
    yield from (0, end)
    with open(path, "rb") as file:  # noqa: PTH123 - the path as it was given
        if file.read(2) == _MEMBER[:2]:
            return
        last = 0
        for mark in range(size, end, size):
            if mark <= last:
                continue  # inside of a long line
            # From one byte before, so that a line that begins at the mark is found there.
            file.seek(mark - 1)
            while (line := file.readline(_WINDOW)) and not line.endswith(b"\n"):
                pass
            last = file.tell()
            yield last


def _groups(path: str, size: int) -> Iterator[int]:
    """Row groups by number, some of them together; one part where nothing can be said of them."""
    try:
        parquet, arrow = import_module("pyarrow.parquet"), import_module("pyarrow")
    except ImportError:
        return  # who reads it says what to install
    try:
        held, groups = 0, parquet.read_metadata(path)
        for index in range(groups.num_row_groups):
            if held == 0 or held >= size:
                yield index
                held = 0
            # Of compressed columns, what stands in the file; the total is that of their content.
            row_group = groups.row_group(index)
            held += max(
                1, sum(row_group.column(c).total_compressed_size for c in range(row_group.num_columns))
            )
        yield int(groups.num_row_groups)
    except arrow.ArrowException:
        return  # who reads it says what is wrong


def _records(path: str, size: int) -> Iterator[int]:
    """Where records seem to begin."""
    end = Path(path).stat().st_size
    yield from (0, end)
    with open(path, "rb") as file:  # noqa: PTH123 - the path as it was given
        packed = file.read(len(_MEMBER)) == _MEMBER
        last = 0
        for mark in range(size, end, size):
            if mark <= last:
                continue
            found = _next(file, mark, _MEMBER) if packed else _next(file, mark, _RECORD)
            if found is None:
                return
            last = found
            yield found


def _next(file: BinaryIO, start: int, token: bytes) -> int | None:
    """The first likely record at or behind `start`."""
    tries, base = 0, start
    while tries < _TRIES:
        file.seek(base)
        data = file.read(_WINDOW)
        at = data.find(token)
        while at >= 0 and tries < _TRIES:
            if token == _RECORD:
                return base + at + len(_RECORD) - len(_VERSION)
            if _is_record(file, base + at):
                return base + at
            tries += 1
            at = data.find(token, at + 1)
        if len(data) < _WINDOW:
            return None
        base += _WINDOW - len(token) + 1  # what ends this window may begin a token
    return None


def _is_record(file: BinaryIO, position: int) -> bool:
    file.seek(position)
    try:
        return zlib.decompressobj(31).decompress(file.read(_PEEK), len(_VERSION)) == _VERSION
    except zlib.error:
        return False


__all__ = ["PART_BYTES", "split"]
