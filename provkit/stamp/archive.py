"""The archive on the disk: the one place where its files are replaced, one run at a time.

A file is replaced in these steps, many files together in each: the signed bytes are on the disk in
``ROOT/.provkit/work``; the intent is in the journal; the file has not changed since it was read; it is
renamed; the entry is in the journal.  A run that dies between any two leaves what :meth:`Archive.recover`
understands.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

from provkit.assets import sidecar_path
from provkit.errors import ConfigurationError, FileAccessError, ProvkitError
from provkit.files import make_folder, read_file, write_atomic
from provkit.limits import DEFAULT_LIMITS
from provkit.stamp import journal
from provkit.stamp.journal import Journal
from provkit.stamp.work import FOLDER, Action, digest_of, facts_of, journal_of, original_of, place_of
from provkit.verification import strip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from provkit.stamp.journal import Entry
    from provkit.stamp.work import Done

_IGNORE: Final = "*\n"


class Archive:
    """An archive that this process alone stamps.  A context manager.

    Raises:
        ConfigurationError: another run is going on, or the root is no folder.
        FileAccessError: its folder cannot be written.
    """

    def __init__(self, root: str) -> None:
        if not os.path.isdir(root):  # noqa: PTH112
            raise ConfigurationError(f"no folder: {root}")
        self.root = os.path.realpath(root)
        folder = os.path.join(self.root, FOLDER)  # noqa: PTH118
        make_folder(os.path.join(folder, "work"))  # noqa: PTH118
        self._lock = _locked(os.path.join(folder, "lock"))  # noqa: PTH118
        ignore = os.path.join(folder, ".gitignore")  # noqa: PTH118
        if not os.path.exists(ignore):  # noqa: PTH110
            write_atomic(ignore, _IGNORE.encode(), force=True)
        try:
            self.journal = Journal(journal_of(self.root))
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.journal.__exit__(kind, error, trace)
        shutil.rmtree(self._work, ignore_errors=True)
        os.close(self._lock)

    @property
    def _work(self) -> str:
        return os.path.join(self.root, FOLDER, "work")  # noqa: PTH118

    def recover(self) -> int:
        """Finish or forget what a run that died was about to do; how many files that were."""
        done: list[Entry] = []
        dropped: list[Entry] = []
        intents = self.journal.intents()
        for entry in intents:
            place = place_of(self.root, entry.path)
            try:
                now = digest_of(read_file(place, DEFAULT_LIMITS))
                whole = now == entry.after and (
                    entry.sidecar is None
                    or digest_of(read_file(sidecar_path(place), DEFAULT_LIMITS)) == entry.sidecar
                )
            except ProvkitError:
                whole = False
            (done if whole else dropped).append(entry)
        if done:
            self.journal.done(done)
        for entry in dropped:
            self._take_back_half(entry)
        self.journal.drop_intents(entry.path for entry in dropped)
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._work)
        make_folder(self._work)
        return len(intents)

    def _take_back_half(self, entry: Entry) -> None:
        """A store that came to lie beside a file that was not replaced any more."""
        if entry.sidecar is None:
            return
        place = sidecar_path(place_of(self.root, entry.path))
        known = self.journal.entry(entry.path)
        with contextlib.suppress(FileAccessError):
            if digest_of(read_file(place, DEFAULT_LIMITS)) != entry.sidecar:
                return
            if known is not None and known.sidecar is not None and known.store is not None:
                write_atomic(place, known.store, force=True)
            else:
                os.unlink(place)  # noqa: PTH108

    def settle(self, ready: Sequence[Done]) -> Iterator[Done]:
        """Let signed files take the places of what they were made from; what became of each.

        Raises:
            FileAccessError: the journal cannot be written.  What was done is known to the next run.
        """
        entries = {one.path: one.entry for one in ready if one.entry is not None}
        self.journal.intend(entries.values())
        done, dropped, results = [], [], []
        for one in ready:
            try:
                self._place(one)
            except (FileAccessError, OSError) as error:
                said = error.message if isinstance(error, ProvkitError) else str(error)
                results.append(replace(one, action=Action.FAILED, detail=said, entry=None))
                dropped.append(one.path)
            else:
                results.append(one)
                done.append(entries[one.path])
        _sync({os.path.dirname(place_of(self.root, one.path)) for one in ready})  # noqa: PTH120
        self.journal.done(done)
        self.journal.drop_intents(dropped)
        yield from results

    def _place(self, one: Done) -> None:
        place = place_of(self.root, one.path)
        if facts_of(place) != one.facts:
            raise FileAccessError("the file was changed while it was stamped; it is as somebody else left it")
        if one.store is not None:
            _move(one.store, sidecar_path(place), like=place)
        if one.asset is not None:
            _move(one.asset, place, like=place)

    def undo(self, entry: Entry) -> str | None:
        """Give a file back as it was; why not, or None.

        The file is replaced only by bytes that have the digest of the original.
        """
        place = place_of(self.root, entry.path)
        try:
            data = read_file(place, DEFAULT_LIMITS)
            now = digest_of(data)
            if now not in {entry.after, entry.before}:
                return "it was changed after it was stamped"
            if now == entry.after and entry.reverse != journal.SIDECAR:
                original = strip(data) if entry.reverse == journal.STRIP else self._original(entry)
                if digest_of(original) != entry.before:
                    return "what is kept of the original is not the original any more"
                write_atomic(place, original, force=True)
            self._remove_sidecar(place, entry)
        except ProvkitError as error:
            return error.message
        self.journal.forget([entry.path])
        return None

    def _original(self, entry: Entry) -> bytes:
        return read_file(original_of(self.root, entry.before), DEFAULT_LIMITS)

    def _remove_sidecar(self, place: str, entry: Entry) -> None:
        if entry.sidecar is None:
            return
        beside = sidecar_path(place)
        with contextlib.suppress(FileAccessError):
            if digest_of(read_file(beside, DEFAULT_LIMITS)) == entry.sidecar:
                os.unlink(beside)  # noqa: PTH108


def _move(temporary: str, place: str, *, like: str) -> None:
    """Rename into place, with the permissions and where possible the owner of what is there."""
    facts = os.stat(like)  # noqa: PTH116
    with contextlib.suppress(OSError):
        os.chown(temporary, facts.st_uid, facts.st_gid)
    os.chmod(temporary, stat.S_IMODE(facts.st_mode) & 0o777)  # noqa: PTH101
    os.replace(temporary, place)  # noqa: PTH105


def _sync(folders: set[str]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _locked(path: str) -> int:
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise FileAccessError(f"cannot write: {error.strerror}: {path}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise ConfigurationError(
            f"another run is stamping this archive: {path}", hint="wait until it has ended"
        ) from None
    return descriptor
