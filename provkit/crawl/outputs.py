"""The files of records that one part of an input gives: one for each stratum, and one for what is excluded."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, Self

from provkit.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.crawl.journal import Journal

_WINDOW: Final = 1 << 20
_LEVEL: Final = 6


class _Engine(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class Outputs:
    """Records of one part, written beside the notes of a run, then put in place whole.

    Args:
        journal: of the run.
        number: of the part, by which its files are called.
    """

    def __init__(self, journal: Journal, number: int) -> None:
        self._journal, self._number = journal, f"{number:05d}"
        self._open: dict[str, tuple[str, BinaryIO, _Engine]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _path, file, _engine in self._open.values():
            file.close()

    def add(self, stratum: str, line: bytes) -> None:
        """Write one record; the empty stratum is what is excluded."""
        if stratum not in self._open:
            path = self._journal.path(f"{self._number}.{stratum or 'excluded'}.part")
            # gzip without a name and without a time (RFC 1952 §2.3.1): the same lines are the same bytes.
            self._open[stratum] = (path, open(path, "wb"), zlib.compressobj(_LEVEL, wbits=31))  # noqa: PTH123, SIM115
        _, file, engine = self._open[stratum]
        file.write(engine.compress(line))

    def close(self) -> dict[str, str]:
        """Put the files in place.

        Returns:
            Their names below the folder of results, by stratum; ``excluded`` for what is not kept.
        """
        names: dict[str, str] = {}
        for stratum, (path, file, engine) in sorted(self._open.items()):
            file.write(engine.flush())
            file.close()
            name = (
                f"kept/{stratum}.{self._number}.jsonl.gz" if stratum else f"excluded/{self._number}.jsonl.gz"
            )
            write_atomic(os.path.join(self._journal.out, name), _chunks(path), force=True)  # noqa: PTH118
            Path(path).unlink()
            names[stratum or "excluded"] = name
        return names


def _chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:  # noqa: PTH123
        while part := file.read(_WINDOW):
            yield part


__all__ = ["Outputs"]
