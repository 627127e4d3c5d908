"""What was done to an archive, so that it can be gone on with and taken back.

SQLite in write-ahead mode, in ``ROOT/.provkit/journal.db``.  Before a file is replaced, what is to happen is an
*intent* that is on the disk; afterwards it becomes an *entry*.  Whenever the process dies, each file is what it
was or what it was to become, and the intents tell which files to look at.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
import zlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import quote

from provkit.errors import ConfigurationError, FileAccessError
from provkit.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

FOLDER: Final = ".provkit"
VERSION: Final = 1
STRIP: Final = "strip"
"""Taking the credential off gives the original back; tried before the file was replaced."""
COPY: Final = "copy"
"""The original is kept whole."""
SIDECAR: Final = "sidecar"
"""The file itself was not touched."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entry (path BLOB PRIMARY KEY, {columns}) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intent (path BLOB PRIMARY KEY, {columns}) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS earlier (path BLOB, {columns});
CREATE INDEX IF NOT EXISTS entry_after ON entry (after, reverse, sidecar);
CREATE INDEX IF NOT EXISTS earlier_after ON earlier (after, reverse, sidecar);
CREATE INDEX IF NOT EXISTS entry_sidecar ON entry (sidecar);
CREATE INDEX IF NOT EXISTS earlier_sidecar ON earlier (sidecar);
CREATE TABLE IF NOT EXISTS outcome (path BLOB PRIMARY KEY, action TEXT NOT NULL, detail TEXT) WITHOUT ROWID;
"""
"""Paths are bytes: a name need not be text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stamped file."""

    path: str
    """Below the root, with ``/``."""
    before: str
    """SHA-256 of the original, lower-case hexadecimal: the file without any credential that was stamped on it."""
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
    terms: str
    """Digest of what the rule said (:attr:`provkit.stamp.rules.Rule.terms`)."""
    expires: str
    """End of the signer's certificate, RFC 3339."""
    media_type: str
    at: str
    """When, RFC 3339."""
    sidecar: str | None = None
    """SHA-256 of the store in a file of its own."""
    title: str | None = None
    results: str = "{}"
    """What validation said of the stamped file, as an ingredient records it; JSON."""
    store: bytes | None = None
    """The manifest store: of a sidecar, and where a later version can name this one by it."""

    def recorded(self) -> dict[str, Any]:
        """:attr:`results` as a map."""
        found: dict[str, Any] = json.loads(self.results)
        return found


class Held(NamedTuple):
    """The part of an :class:`Entry` that is looked at for every file in every run."""

    after: str
    sidecar: str | None
    terms: str
    expires: str


_NAMES: Final = tuple(field.name for field in fields(Entry))
_COLUMNS: Final = ", ".join(f"{name} {'BLOB' if name == 'store' else 'TEXT'}" for name in _NAMES[1:])
_INTEND: Final = (
    f"INSERT OR REPLACE INTO intent ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608
)
_HELD: Final = f"SELECT path, {', '.join(Held._fields)} FROM entry WHERE path >= ? ORDER BY path LIMIT ?"  # noqa: S608 - our own words
_AHEAD: Final = 64
"""Entries that are read together."""
_BEHIND_ALL: Final = b"\xff" * 4096


class _Ahead(NamedTuple):
    """All entries between two paths."""

    first: bytes
    last: bytes
    held: dict[bytes, Held]


class Journal:
    """The journal of one archive.  One process writes it; others may read.

    Raises:
        ConfigurationError: another version of provkit wrote it.
        FileAccessError: it cannot be used, also from every method.
    """

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        self._path = path
        self._ahead: _Ahead | None = None
        for name in (path, f"{path}-wal", f"{path}-shm"):
            _require_own(name)
        with self._told():
            if read_only:
                address = f"file:{quote(os.fsencode(path))}?mode=ro"
                self._db = sqlite3.connect(address, uri=True, isolation_level=None)
            else:
                self._db = sqlite3.connect(path, isolation_level=None)
        try:
            with self._told():
                # An archive may come from somebody else: nothing in a file of theirs is to run.
                self._db.execute("PRAGMA trusted_schema=OFF")
                if not read_only:
                    self._db.execute("PRAGMA journal_mode=WAL")
                    self._db.execute("PRAGMA synchronous=FULL")
                    self._db.executescript(_TABLES.format(columns=_COLUMNS))
                version = self._db.execute("SELECT version FROM meta").fetchone()
                if version is None and not read_only:
                    self._db.execute("INSERT INTO meta VALUES (?)", (VERSION,))
            if version not in {None, (VERSION,)}:
                raise ConfigurationError(
                    f"the journal was written by another version of provkit: {path}",
                    hint="use that version to undo first",
                )
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise FileAccessError(
                f"the journal cannot be used: {error}: {self._path}",
                hint="is there room on the disk, and may you write there? what was done is known, and can be gone on with",
            ) from error
        except (sqlite3.Error, zlib.error, ValueError, TypeError) as error:
            raise FileAccessError(
                f"the journal is damaged: {error}: {self._path}",
                hint="put back a copy of the folder; without one, provkit strip takes credentials off",
            ) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def _select(self, what: str, *values: Any) -> list[Entry]:
        with self._told():
            rows = self._db.execute(f"SELECT {', '.join(_NAMES)} FROM {what}", values)  # noqa: S608 - our own words
            return [_entry(row) for row in rows]

    def held(self, path: str) -> Held | None:
        """Of what was done to a file, what tells whether it is still so; far quicker than :meth:`entry`.

        Entries that follow are read with it, as files are looked at nearly in order: so what is written about
        a file later on is seen by :meth:`entry` only.
        """
        key = os.fsencode(path)
        if self._ahead is None or not self._ahead.first <= key <= self._ahead.last:
            with self._told():
                rows = self._db.execute(_HELD, (key, _AHEAD)).fetchall()
            last = rows[-1][0] if len(rows) == _AHEAD else max(key, _BEHIND_ALL)
            self._ahead = _Ahead(key, last, {row[0]: Held(*row[1:]) for row in rows})
        return self._ahead.held.get(key)

    def entry(self, path: str) -> Entry | None:
        """What was done to a file."""
        return next(iter(self._select("entry WHERE path = ?", os.fsencode(path))), None)

    def stamped_as(self, after: str, beside: str | None) -> Entry | None:
        """What was done to a file that is so now, whatever its name was then.

        Args:
            after: SHA-256 of the file.
            beside: SHA-256 of the store beside it; None where there is none.
        """
        embedded = f"after = ? AND reverse IN ('{STRIP}', '{COPY}') LIMIT 1"
        apart = f"after = ? AND reverse = '{SIDECAR}' AND sidecar = ? LIMIT 1"
        for table in ("entry", "earlier"):  # in this order: what leaves the one comes to the other
            found = self._select(f"{table} WHERE {embedded}", after)
            if not found and beside is not None:
                found = self._select(f"{table} WHERE {apart}", after, beside)
            if found:
                return found[0]
        return None

    def namesakes(self, entry: Entry) -> list[Entry]:
        """The same stamped file, under other names."""
        asked = "entry WHERE after = ? AND reverse = ? AND sidecar IS ? AND path <> ?"
        return self._select(asked, entry.after, entry.reverse, entry.sidecar, os.fsencode(entry.path))

    def wrote(self, store: str) -> bool:
        """Whether a store was written beside a file, whatever its name was then.

        Args:
            store: its SHA-256.
        """
        return any(
            self._select(f"{table} WHERE sidecar = ? LIMIT 1", store) for table in ("entry", "earlier")
        )

    def entries(self) -> Iterator[Entry]:
        """All entries, ordered by path; the journal may change meanwhile."""
        last = b""
        while found := self._select("entry WHERE path > ? ORDER BY path LIMIT 256", last):
            yield from found
            last = os.fsencode(found[-1].path)

    def intents(self) -> list[Entry]:
        """What was about to be done when a run ended."""
        return self._select("intent ORDER BY path")

    def intend(self, entries: Iterable[Entry]) -> None:
        """Write down what is about to be done.  On the disk when this returns."""
        with self._transaction():
            self._db.executemany(_INTEND, [_row(one) for one in entries])

    def done(self, paths: Iterable[str], dropped: Iterable[str] = (), left: Iterable[str] = ()) -> None:
        """What was intended has been done, and for some files has not; and some have left their names for others."""
        keys, old = _keys(paths), _keys(left)
        with self._transaction():
            # The file that an entry was about may have got another name, and be met later in this run.
            self._db.executemany("INSERT INTO earlier SELECT * FROM entry WHERE path = ?", [*keys, *old])
            self._db.executemany("DELETE FROM entry WHERE path = ?", old)
            self._db.executemany("INSERT OR REPLACE INTO entry SELECT * FROM intent WHERE path = ?", keys)
            self._db.executemany("DELETE FROM intent WHERE path = ?", [*keys, *_keys(dropped)])

    def forget(self, paths: Iterable[str]) -> None:
        """What was done has been taken back."""
        with self._transaction():
            self._db.executemany("DELETE FROM entry WHERE path = ?", _keys(paths))

    def begin(self) -> None:
        """A run begins: what the one before could not sign is told anew."""
        with self._transaction():
            self._db.execute("DELETE FROM outcome")

    def end(self) -> None:
        """A run has met every file: what got another name is known by it."""
        with self._transaction():
            self._db.execute("DELETE FROM earlier")

    def tell(self, outcomes: Iterable[tuple[str, str, str]]) -> None:
        """Files that were not signed in this run: path, action and why."""
        rows = [(os.fsencode(path), action, _text(why)) for path, action, why in outcomes]
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?)", rows)

    def outcomes(self) -> list[tuple[str, str, str]]:
        """What :meth:`tell` was told in the last run, ordered by path."""
        with self._told():
            rows = self._db.execute("SELECT path, action, detail FROM outcome ORDER BY path")
            return [(os.fsdecode(path), action, why) for path, action, why in rows]

    def count(self) -> int:
        """How many files are stamped."""
        with self._told():
            return int(self._db.execute("SELECT COUNT(*) FROM entry").fetchone()[0])


def _require_own(path: str) -> None:
    """An archive may come from somebody else: SQLite would follow a link, and write what it leads to."""
    try:
        found = os.lstat(path)
    except OSError:
        return  # SQLite says what is wrong
    if not stat.S_ISREG(found.st_mode):
        raise FileAccessError(f"the journal is no regular file, and is not touched: {path}")


def journal_of(root: str) -> str:
    """Where the journal of an archive is."""
    return os.path.join(root, FOLDER, "journal.db")  # noqa: PTH118


def original_of(digest: str) -> str:
    """Where the copy of an original is kept, below the root."""
    return f"{FOLDER}/originals/{digest[:2]}/{digest}"


def _keys(paths: Iterable[str]) -> list[tuple[bytes]]:
    return [(os.fsencode(path),) for path in paths]


def _text(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode()


def _row(entry: Entry) -> tuple[Any, ...]:
    values = {name: getattr(entry, name) for name in _NAMES}
    values["path"] = os.fsencode(entry.path)
    values["store"] = packed(entry.store)
    return tuple(values.values())


def packed(store: bytes | None) -> bytes | None:
    """A store as the journal keeps it."""
    return None if store is None else zlib.compress(store)


def _entry(row: tuple[Any, ...]) -> Entry:
    values = dict(zip(_NAMES, row, strict=True))
    values["path"] = os.fsdecode(values["path"])
    if values["store"] is not None:
        # Bounded: the journal of an archive from elsewhere may hold anything.
        values["store"] = zlib.decompressobj().decompress(values["store"], DEFAULT_LIMITS.store_bytes)
    return Entry(**values)
