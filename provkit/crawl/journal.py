"""What is finished of a run, so that one that was killed goes on where it was.

Each step leaves its result first and its note here last, both atomically: a note means that the step
is done, and a step without one is done again, over whatever a killed process left of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl.documents import SiteFile
from provkit.errors import ConfigurationError, FileAccessError
from provkit.files import make_folder, read_file, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

WORK: Final = ".provkit-work"
REPORT: Final = "report.json"
_MADE: Final = (REPORT, "report.html", "croissant.json", "blend.json")
_HOSTS: Final = 1000
_HINT: Final = "choose another folder, or add --force to replace what is in it"


@dataclass(frozen=True, slots=True)
class Journal:
    """Notes about one run, in a folder of its own below the results.  Picklable."""

    out: str

    @property
    def folder(self) -> str:
        """Where the notes are."""
        return os.path.join(self.out, WORK)  # noqa: PTH118

    def path(self, name: str) -> str:
        """A file among the notes."""
        return os.path.join(self.folder, name)  # noqa: PTH118

    def begin(self, plan: dict[str, Any], *, force: bool = False) -> dict[str, Any] | None:
        """Start a run, or go on with it.

        Args:
            plan: everything the results depend on; the same plan goes on.
            force: throw away what another run left.

        Returns:
            The report, if this very run is finished already.

        Raises:
            ConfigurationError: the folder holds something else.
            FileAccessError: it cannot be written.
        """
        make_folder(self.out)
        if force:
            self._clear()
        if (report := self._report()) is not None:
            if report.get("run") == plan["run"]:
                return report
            raise ConfigurationError(f"the folder holds the results of another run: {self.out}", hint=_HINT)
        earlier = self.note("plan")
        if earlier is not None and earlier != plan:
            raise ConfigurationError(f"another run was begun in this folder: {self.out}", hint=_HINT)
        # Looked at only at the start: afterwards there is what the run itself wrote.
        if earlier is None and not force and set(os.listdir(self.out)) - {WORK}:  # noqa: PTH208
            raise ConfigurationError(f"the folder is not empty: {self.out}", hint=_HINT)
        make_folder(self.folder)
        self.write("plan", plan)
        for name in ("kept", "excluded"):
            make_folder(os.path.join(self.out, name))  # noqa: PTH118
        self._sweep()
        return None

    def note(self, name: str) -> Any:
        """What was noted under a name; None if nothing was.

        Raises:
            ConfigurationError: it is no note of ours.
        """
        path = self.path(f"{name}.json")
        if not os.path.exists(path):  # noqa: PTH110
            return None
        try:
            return json.loads(read_file(path))
        except ValueError as error:
            raise ConfigurationError(
                f"the notes of an earlier run are damaged: {path}", hint=_HINT
            ) from error

    def write(self, name: str, value: object) -> None:
        """Note that a step is done, with its result."""
        write_atomic(self.path(f"{name}.json"), spelled(value), force=True)

    def end(self) -> None:
        """Remove the notes; the results stand."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what a process left that was killed while it wrote."""
        for below in ("", "kept", "excluded"):
            for path in Path(self.out, below).glob(".provkit-*.tmp"):
                path.unlink()

    def _report(self) -> dict[str, Any] | None:
        path = os.path.join(self.out, REPORT)  # noqa: PTH118
        try:
            value = json.loads(read_file(path))
        except FileAccessError:
            return None
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def _clear(self) -> None:
        # Only what such a run makes: a folder named by mistake keeps everything else.
        shutil.rmtree(self.folder, ignore_errors=True)
        for below in ("kept", "excluded"):
            for path in Path(self.out, below).glob("*.jsonl.gz"):
                path.unlink()
            with contextlib.suppress(OSError):
                Path(self.out, below).rmdir()
        for name in _MADE:
            Path(self.out, name).unlink(missing_ok=True)


def spelled(value: object) -> bytes:
    """JSON in one spelling: the same value is the same bytes."""
    return f"{json.dumps(value, ensure_ascii=True, indent=1)}\n".encode("ascii")


class Sites:
    """What hosts say about themselves, on disk, because a crawl has more hosts than memory has room for."""

    def __init__(self, path: str) -> None:
        self._path = path

    def write(self, files: Iterable[SiteFile]) -> None:
        """Keep all of them, in place of what was there; the last word of a host counts."""
        temporary = f"{self._path}.new"
        Path(temporary).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(temporary)) as store, store:
            store.execute("CREATE TABLE site (host TEXT, kind TEXT, body BLOB, PRIMARY KEY (host, kind))")
            store.executemany(
                "INSERT OR REPLACE INTO site VALUES (?, ?, ?)", ((f.host, f.kind, f.body) for f in files)
            )
        os.replace(temporary, self._path)  # noqa: PTH105

    @contextlib.contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The store, to be asked with :func:`word_of`."""
        with contextlib.closing(
            sqlite3.connect(f"{Path(self._path).absolute().as_uri()}?mode=ro", uri=True)
        ) as store:
            yield store

    @contextlib.contextmanager
    def spoken(self) -> Iterator[Callable[[str], Mapping[str, bytes]]]:
        """What a host says, by kind, for the asking; the last thousand that were asked for are held."""
        with self.opened() as store:
            yield lru_cache(_HOSTS)(partial(word_of, store))


def all_of(path: str) -> Iterator[SiteFile]:
    """Everything one such file holds, ordered by host."""
    with Sites(path).opened() as store:
        for host, kind, body in store.execute("SELECT host, kind, body FROM site ORDER BY host, kind"):
            yield SiteFile(str(kind), str(host), bytes(body))


def word_of(store: sqlite3.Connection, host: str) -> dict[str, bytes]:
    """What a host says, by kind."""
    rows = store.execute("SELECT kind, body FROM site WHERE host = ?", (host,)).fetchall()
    return {str(kind): bytes(body) for kind, body in rows}


__all__ = ["REPORT", "WORK", "Journal", "Sites", "all_of", "spelled", "word_of"]
