"""API keys: who may have files signed, as what, and how many a day.

A key is 256 random bits, so its SHA-256 can be kept in the open; the key itself is kept nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from provkit.errors import ConfigurationError
from provkit.serve.logs import LOGGER
from provkit.serve.refusals import RefusalError, busy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.serve.configuration import Key

_PREFIX: Final = "provkit_"
_LONGEST: Final = 200
_TABLE: Final = "CREATE TABLE IF NOT EXISTS used (day TEXT, key TEXT, files INTEGER, PRIMARY KEY (day, key)) WITHOUT ROWID"
_TAKE: Final = (
    "INSERT INTO used VALUES (?, ?, 1) "
    "ON CONFLICT DO UPDATE SET files = files + 1 WHERE files < ? RETURNING files"
)


def new_key() -> tuple[str, str]:
    """A new key, and the digest of it that goes into the configuration."""
    key = _PREFIX + secrets.token_urlsafe(32)
    return key, digest(key)


def digest(key: str) -> str:
    """What the configuration has of a key."""
    return f"sha256:{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()}"


def holder(header: str | None, keys: Sequence[Key]) -> Key:
    """Whose key an ``Authorization`` header brings.

    Raises:
        RefusalError: nobody's.
    """
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip() or len(value) > _LONGEST:
        raise _unknown("this needs an API key", "send the header Authorization: Bearer KEY")
    shown = digest(value.strip())
    # Every digest is compared, so that time tells nothing.
    found = [one for one in keys if hmac.compare_digest(one.hash, shown)]
    if not found:
        raise _unknown("no such API key", None)
    return found[0]


def _unknown(message: str, hint: str | None) -> RefusalError:
    return RefusalError(401, "unauthorized", message, hint=hint, headers={"WWW-Authenticate": "Bearer"})


class Ledger:
    """How many files each key had signed on each day (UTC).

    Counts in one statement, so that several services can share one file.  Safe between threads.

    Args:
        path: SQLite file; without it counts are kept in memory.

    Raises:
        ConfigurationError: the file cannot be used.
    """

    def __init__(self, path: str | None) -> None:
        try:
            self._database = sqlite3.connect(
                path or ":memory:", timeout=5, isolation_level=None, check_same_thread=False
            )
            if path is not None:
                self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute(_TABLE)
        except sqlite3.Error as error:
            raise ConfigurationError(f"the ledger cannot be used: {error}: {path}") from error
        self._lock = Lock()

    def take(self, key: Key, now: datetime) -> str:
        """Count one file; returns the day it is counted for.

        Raises:
            RefusalError: the key had as many as it may on that day, or nothing can be counted.
        """
        day = f"{now.astimezone(UTC):%Y-%m-%d}"
        try:
            with self._lock:
                counted = self._database.execute(_TAKE, (day, key.name, key.per_day)).fetchone()
        except sqlite3.Error as error:
            LOGGER.error("ledger", extra={"facts": {"reason": str(error)}})
            raise busy("files cannot be counted at the moment") from error
        if counted is None:
            today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            wait = int((today + timedelta(days=1) - now).total_seconds()) + 1
            raise RefusalError(
                429,
                "quota",
                f"this key had its {key.per_day} files of today",
                hint="a new day begins at midnight UTC",
                headers={"Retry-After": str(wait)},
            )
        return day

    def give_back(self, key: Key, day: str) -> None:
        """Uncount a file that was not signed after all; where that cannot be, it stays counted."""
        try:
            with self._lock:
                self._database.execute(
                    "UPDATE used SET files = files - 1 WHERE day = ? AND key = ?", (day, key.name)
                )
        except sqlite3.Error as error:
            LOGGER.error("ledger", extra={"facts": {"reason": str(error)}})

    def close(self) -> None:
        """Close the file."""
        self._database.close()


__all__ = ["Ledger", "digest", "holder", "new_key"]
