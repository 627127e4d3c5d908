"""Which trust lists a run consults: the bundled ones or their updates, and what the options name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from provkit.errors import ConfigurationError, FileAccessError
from provkit.files import make_folder, read_file, write_atomic
from provkit.trust.store import ListKind, Purpose, TrustList, TrustStore
from provkit_cli import places
from provkit_cli.inputs import as_configuration

OLD_DAYS: Final = 90
"""Age at which a list is called old: the official ones change every few weeks."""
_INDEX: Final = "index.json"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options that say whose signatures count, the same in every command (:mod:`.options`)."""

    trust: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    tsa_trust: tuple[str, ...] = ()
    identity_trust: tuple[str, ...] = ()
    distrust: tuple[str, ...] = ()
    no_default_trust: bool = False


NONE_CHOSEN: Final = Chosen()


def default_store() -> TrustStore:
    """The bundled lists, each replaced by what ``provkit trust update`` stored for its purpose.

    Raises:
        ConfigurationError: a stored list is damaged.
    """
    bundled = TrustStore.bundled()
    stored = _stored()
    if not stored:
        return bundled
    known = bundled.lists
    if Purpose.IDENTITY in stored:  # the one purpose for which no list is bundled
        known += (TrustList(str(Purpose.IDENTITY), ListKind.ANCHORS, Purpose.IDENTITY),)
    return TrustStore(tuple(_updated(entry, stored) for entry in known))


def _updated(entry: TrustList, stored: dict[str, dict[str, Any]]) -> TrustList:
    """The list that takes the place of a bundled one; the usages it vouches for stay the same."""
    record = stored.get(str(entry.purpose))
    if record is None or entry.purpose is None:
        return entry
    folder = places.lists_folder()
    data = as_configuration(lambda: read_file(folder / f"{entry.purpose}.pem"))
    if hashlib.sha256(data).hexdigest() != record.get("sha256"):
        raise _damaged(folder)
    from provkit.trust import pem

    day = record.get("date")
    return dataclasses.replace(
        entry,
        name=str(record["name"]),
        certificates=tuple(dict.fromkeys(pem.certificates(data))),
        date=date.fromisoformat(day) if day else None,
        source=None,
        bundled=False,
    )


def _stored() -> dict[str, dict[str, Any]]:
    folder = places.lists_folder()
    path = folder / _INDEX
    if not path.exists():
        return {}
    try:
        index = json.loads(as_configuration(lambda: read_file(path)))
        return {str(Purpose(purpose)): dict(record) for purpose, record in index.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(folder) from error


def _damaged(folder: Path) -> ConfigurationError:
    return ConfigurationError(
        f"the stored trust lists do not match their index: {folder}",
        hint="run `provkit trust update` again, or remove the folder to go back to the bundled lists",
    )


def store_list(data: bytes, *, name: str, purpose: Purpose, day: date | None) -> Path:
    """Vet a list and keep it in place of the bundled one of its purpose.

    Raises:
        ConfigurationError: it cannot be used; nothing was changed.
        FileAccessError: it cannot be written.
    """
    TrustStore.empty().with_anchors(data, name=name, purpose=purpose)
    folder = places.lists_folder()
    make_folder(folder)
    index = _stored()
    index[str(purpose)] = {
        "name": name,
        "date": day.isoformat() if day else None,
        "stored": datetime.now(UTC).date().isoformat(),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    path = folder / f"{purpose}.pem"
    write_atomic(path, data, force=True)
    write_atomic(folder / _INDEX, f"{json.dumps(index, indent=2)}\n".encode("ascii"), force=True)
    return path


def forget_lists() -> bool:
    """Go back to the bundled lists; False when there was nothing to forget."""
    folder = places.lists_folder()
    if not (folder / _INDEX).exists():
        return False
    try:
        (folder / _INDEX).unlink()
        for purpose in Purpose:
            (folder / f"{purpose}.pem").unlink(missing_ok=True)
    except OSError as error:
        raise FileAccessError(f"cannot remove {folder}: {error.strerror}") from error
    return True


def build_store(chosen: Chosen) -> TrustStore:
    """The store for one run; each list is named after its file.

    Raises:
        ConfigurationError: a file that cannot be read or used.
    """
    store = TrustStore.empty() if chosen.no_default_trust else default_store()
    for path in chosen.trust:
        store = store.with_anchors(_read(path), name=_name(path))
    for path in chosen.tsa_trust:
        store = store.with_anchors(_read(path), name=_name(path), purpose=Purpose.TIME_STAMPING)
    for path in chosen.identity_trust:
        store = store.with_anchors(_read(path), name=_name(path), purpose=Purpose.IDENTITY)
    for path in chosen.allowed:
        store = store.with_allowed(_read(path), name=_name(path))
    for path in chosen.distrust:
        store = store.with_distrust(_read(path), name=_name(path))
    return store


def _read(path: str) -> bytes:
    return as_configuration(lambda: read_file(path))


def _name(path: str) -> str:
    # Never the whole path: the name goes into verdicts, which people publish.
    return os.path.basename(path)  # noqa: PTH119


def age_warning(store: TrustStore, today: date) -> str | None:
    """A sentence about the bundled lists, when they are old."""
    day = store.bundled_date
    if day is None or (today - day).days <= OLD_DAYS:
        return None
    return (
        f"the bundled trust list is of {day}, {(today - day).days} days old; "
        "newer signers may show as valid, not trusted (provkit trust update --help)"
    )
