"""What was done to an archive, so that it can be gone on with and taken back.

SQLite in write-ahead mode, in ``ROOT/.provkit/journal.db``.  Before a file is replaced, what is to happen is an
*intent* that is on the disk; afterwards it becomes an *entry*.  Whenever the process dies, each file is what it
was or what it was to become, and the intents tell which files to look at.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

from provkit.errors import ConfigurationError, FileAccessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

VERSION: Final = 1
STRIP: Final = "strip"
"""Taking the credential off gives the original back; tried before the file was replaced."""
COPY: Final = "copy"
"""The original is kept whole."""
SIDECAR: Final = "sidecar"
"""The file itself was not touched."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entry (path TEXT PRIMARY KEY, {columns}) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intent (path TEXT PRIMARY KEY, {columns}) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stamped file."""

    path: str
    """Below the root, with ``/``."""
    before: str
    """SHA-256 of the original, lower-case hexadecimal."""
    after: str
    """SHA-256 of the stamped file."""
    reverse: str
    """How the original comes back: ``strip``, ``copy`` or ``sidecar``."""
    manifest: str
    """URN of the active manifest."""
    origin: str
    """The class that was stated."""
    identity: str
    """Name of the identity that signed."""
    media_type: str
    at: str
    """When, RFC 3339."""
    sidecar: str | None = None
    """SHA-256 of the store in a file of its own."""
    title: str | None = None
    results: str = "{}"
    """What validation said of the stamped file, as an ingredient records it; JSON."""
    store: bytes | None = None
    """The manifest store, so that a later version can name this one; None where nobody could."""

    def recorded(self) -> dict[str, Any]:
        """:attr:`results` as a map."""
        found: dict[str, Any] = json.loads(self.results)
        return found


_NAMES: Final = tuple(field.name for field in fields(Entry))
_COLUMNS: Final = ", ".join(f"{name} {'BLOB' if name == 'store' else 'TEXT'}" for name in _NAMES[1:])
_INSERT: Final = (
    f"INSERT OR REPLACE INTO {{table}} ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608
)


class Journal:
    """The journal of one archive.  One process writes it; others may read.

    Raises:
        ConfigurationError: another version of provkit wrote it.
        FileAccessError: it cannot be used.
    """

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        self._path = path
        try:
            if read_only:
                self._db = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, isolation_level=None)
                return
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_TABLES.format(columns=_COLUMNS))
            version = self._db.execute("SELECT version FROM meta").fetchone()
            if version is None:
                self._db.execute("INSERT INTO meta VALUES (?)", (VERSION,))
        except sqlite3.Error as error:
            raise self._cannot(error) from error
        if version is not None and version[0] != VERSION:
            raise ConfigurationError(
                f"the journal was written by another version of provkit: {path}",
                hint="use that version to undo first",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def _cannot(self, error: sqlite3.Error) -> FileAccessError:
        return FileAccessError(
            f"the journal cannot be used: {error}: {self._path}", hint="make room on the disk"
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._cannot(error) from error

    def entry(self, path: str) -> Entry | None:
        """What was done to a file."""
        row = self._db.execute(f"SELECT {', '.join(_NAMES)} FROM entry WHERE path = ?", (path,)).fetchone()  # noqa: S608
        return None if row is None else _entry(row)

    def entries(self) -> Iterator[Entry]:
        """All entries, ordered by path; the journal may change meanwhile."""
        last = ""
        while True:
            found = self._db.execute(
                f"SELECT {', '.join(_NAMES)} FROM entry WHERE path > ? ORDER BY path LIMIT 256",  # noqa: S608
                (last,),
            ).fetchall()
            if not found:
                return
            for row in found:
                yield _entry(row)
            last = found[-1][0]

    def intents(self) -> list[Entry]:
        """What was about to be done when a run ended."""
        rows = self._db.execute(f"SELECT {', '.join(_NAMES)} FROM intent ORDER BY path").fetchall()  # noqa: S608
        return [_entry(row) for row in rows]

    def intend(self, entries: Iterable[Entry]) -> None:
        """Write down what is about to be done.  On the disk when this returns."""
        with self._transaction():
            self._db.executemany(_INSERT.format(table="intent"), [_row(one) for one in entries])

    def done(self, entries: Iterable[Entry]) -> None:
        """What was intended has been done."""
        entries = list(entries)
        with self._transaction():
            self._db.executemany(_INSERT.format(table="entry"), [_row(one) for one in entries])
            self._db.executemany("DELETE FROM intent WHERE path = ?", [(one.path,) for one in entries])

    def drop_intents(self, paths: Iterable[str]) -> None:
        """What was intended was not done."""
        with self._transaction():
            self._db.executemany("DELETE FROM intent WHERE path = ?", [(path,) for path in paths])

    def forget(self, paths: Iterable[str]) -> None:
        """What was done has been taken back."""
        with self._transaction():
            self._db.executemany("DELETE FROM entry WHERE path = ?", [(path,) for path in paths])

    def count(self) -> int:
        """How many files are stamped."""
        return int(self._db.execute("SELECT COUNT(*) FROM entry").fetchone()[0])


def _row(entry: Entry) -> tuple[Any, ...]:
    values = asdict(entry)
    if entry.store is not None:
        values["store"] = zlib.compress(entry.store)
    return tuple(values[name] for name in _NAMES)


def _entry(row: tuple[Any, ...]) -> Entry:
    values = dict(zip(_NAMES, row, strict=True))
    if values["store"] is not None:
        values["store"] = zlib.decompress(values["store"])
    return Entry(**values)
