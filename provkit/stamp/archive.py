"""The archive on the disk: the one place where its files are replaced, one run at a time.

A file is replaced in these steps, many files together in each: the signed bytes are on the disk in
``ROOT/.provkit/work``; the intent is in the journal; the file has not changed since it was read; it is
renamed; the entry is in the journal.  A run that dies between any two leaves what :meth:`Archive.recover`
understands (spec/stamping.md).
"""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from provkit.errors import (
    ConfigurationError,
    FileAccessError,
    LimitError,
    ProvkitError,
    UnsafePathError,
    UnsupportedError,
)
from provkit.files import make_folder, write_atomic
from provkit.stamp import inside, journal, work
from provkit.stamp.inside import digest_of
from provkit.stamp.journal import FOLDER, Journal, journal_of, original_of
from provkit.stamp.work import Action
from provkit.verification import inspect, strip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from provkit.stamp.inside import Facts, Place
    from provkit.stamp.journal import Entry
    from provkit.stamp.work import Done

_IGNORE: Final = "*\n"


class _Original(NamedTuple):
    """Bytes that a file had before it was stamped."""

    waiting: str
    """Absolute path of a file with them."""
    instead_of: Facts
    """Of the stamped file."""


class Archive:
    """An archive that this process alone stamps.  A context manager.

    Raises:
        ConfigurationError: another run is going on, or the root is no folder.
        FileAccessError: its folder cannot be written, or leads elsewhere.
        UnsupportedError: on Windows.
    """

    def __init__(self, root: str) -> None:
        if not os.path.isdir(root):  # noqa: PTH112
            raise ConfigurationError(f"no folder: {root}")
        self.root = os.path.realpath(root)
        folder = os.path.join(self.root, FOLDER)  # noqa: PTH118
        self._work = os.path.join(folder, "work")  # noqa: PTH118
        _make_own_folder(folder)
        _make_own_folder(self._work)
        self._lock = _locked(os.path.join(folder, "lock"))  # noqa: PTH118
        try:
            ignore = os.path.join(folder, ".gitignore")  # noqa: PTH118
            if not os.path.lexists(ignore):
                write_atomic(ignore, _IGNORE.encode(), force=True)
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

    def recover(self) -> int:
        """Finish or forget what a run that died was about to do; how many files that were."""
        done: list[str] = []
        dropped: list[str] = []
        intents = self.journal.intents()
        for entry in intents:
            has_landed = self._look_again(entry)
            if has_landed:
                done.append(entry.path)
            elif has_landed is False:
                dropped.append(entry.path)
        inside.sync(self.root, [entry.path for entry in intents])
        landed = [entry for entry in intents if entry.path in done]
        left = [one.path for entry in landed for one in self.journal.namesakes(entry) if self._has_left(one)]
        self.journal.done(done, dropped, left)
        shutil.rmtree(self._work, ignore_errors=True)
        _make_own_folder(self._work)
        return len(intents)

    def _look_again(self, entry: Entry) -> bool | None:
        """Whether what was intended has been done; None where that cannot be seen now, so the intent stays."""
        known = self.journal.entry(entry.path)
        with contextlib.suppress(UnsafePathError):
            try:
                with inside.place_of(self.root, entry.path) as place:
                    has_landed = place.exists() and _has_landed(place, entry, known)
                    with contextlib.suppress(
                        FileAccessError
                    ):  # what is left then is a store that fits nothing
                        if has_landed:
                            self._remove_earlier(place, entry)
                        else:
                            self._take_back(place, entry, known)
                    return has_landed
            except (FileAccessError, LimitError):
                return None if os.path.lexists(os.path.join(self.root, entry.path)) else False  # noqa: PTH118
        return False

    def settle(self, ready: Sequence[Done]) -> Iterator[Done]:
        """Let signed files take the places of what they were made from; what became of each.

        Raises:
            FileAccessError: the journal cannot be written.  What was done is known to the next run.
        """
        self._flush(ready)
        self.journal.intend(one.entry for one in ready if one.entry is not None)
        done: list[str] = []
        results: list[Done] = []
        for one in ready:
            assert one.entry is not None  # noqa: S101 - what was signed has one
            try:
                self._place(one, one.entry)
            except ProvkitError as error:
                results.append(replace(one, action=Action.FAILED, detail=error.message, entry=None, copied=0))
            else:
                results.append(one)
                done.append(one.path)
        inside.sync(self.root, [one.path for one in ready])
        left = [one.moved for one in results if one.entry is not None and one.moved is not None]
        self.journal.done(
            done,
            [one.path for one in results if one.entry is None],
            [one.path for one in left if self._has_left(one)],
        )
        yield from results

    def _has_left(self, earlier: Entry) -> bool:
        """Whether a file has another name now, and not only a copy of it; its store goes from beside the old one."""
        try:
            with inside.place_of(self.root, earlier.path) as place:
                if place.exists():
                    return False
                if earlier.sidecar is not None:
                    place.beside.remove(earlier.sidecar)
        except ProvkitError:
            return not os.path.lexists(os.path.join(self.root, earlier.path))  # noqa: PTH118 - its folder is gone
        return True

    def _flush(self, ready: Sequence[Done]) -> None:
        """Signed files and originals, to the disk, before anything is intended."""
        kept = [original_of(one.entry.before) for one in ready if one.entry is not None and one.copied]
        waiting = [path for one in ready for path in (one.asset, one.store) if path is not None]
        inside.flush([*waiting, *(os.path.join(self.root, path) for path in kept)])  # noqa: PTH118
        inside.sync(self.root, kept)

    def _place(self, one: Done, entry: Entry) -> None:
        known = self.journal.entry(one.path)
        with inside.place_of(self.root, one.path) as place:
            assert one.facts is not None  # noqa: S101 - what was signed was read
            place.require(one.facts)
            if one.store is not None:
                place.beside.replace(one.store, self._own_store(place), one.facts)
            try:
                if one.asset is not None:
                    place.replace(one.asset, one.facts, one.facts)
            except ProvkitError:
                self._take_back(place, entry, known)
                raise
            with contextlib.suppress(
                FileAccessError
            ):  # the file has landed, whatever becomes of what is left
                self._remove_earlier(place, entry)

    def _take_back(self, place: Place, entry: Entry, known: Entry | None) -> None:
        """A store that came to lie beside a file that was not replaced any more."""
        if entry.sidecar is None or place.beside.digest() != entry.sidecar:
            return
        if known is None or known.sidecar is None or known.store is None:
            place.beside.remove(entry.sidecar)
            return
        _, facts = place.beside.read()
        earlier = work.put(self.root, known.store)
        inside.flush((earlier,))
        place.beside.replace(earlier, facts, facts)

    def _own_store(self, place: Place) -> Facts | None:
        """Facts of the store of ours beside a file; None where there is none.

        Raises:
            FileAccessError: there is one of somebody else.
        """
        if not place.beside.exists():
            return None
        _, facts = place.beside.read()
        if not self.journal.wrote(facts.digest):
            raise FileAccessError("a store that was not written here stands beside it")
        return facts

    def _remove_earlier(self, place: Place, entry: Entry) -> None:
        """The store of an earlier time, where the new one is in the file."""
        found = place.beside.digest() if entry.sidecar is None else None
        if found is not None and self.journal.wrote(found):
            place.beside.remove(found)

    def undo(self, entries: Sequence[Entry]) -> Iterator[tuple[str, str | None]]:
        """Give files back as they were: each path, and why not, or None.

        A file is replaced only by bytes that have the digest of the original.

        Raises:
            FileAccessError: the journal cannot be written, or the disk is full.  Undoing again goes on.
        """
        found: list[tuple[str, str | None]] = []
        ready: list[tuple[Entry, _Original | None]] = []
        for entry in entries:
            try:
                with inside.place_of(self.root, entry.path) as place:
                    if entry.sidecar is not None and not place.exists():
                        place.beside.remove(entry.sidecar)
                    ready.append((entry, self._original(place, entry)))
            except ProvkitError as error:
                found.append((entry.path, error.message))
        inside.flush(original.waiting for _, original in ready if original is not None)
        for entry, original in ready:
            why = None
            try:
                with inside.place_of(self.root, entry.path) as place:
                    if original is not None:
                        place.replace(original.waiting, original.instead_of, original.instead_of)
                    if entry.sidecar is not None:
                        place.beside.remove(entry.sidecar)
            except ProvkitError as error:
                why = error.message
            found.append((entry.path, why))
        given = [path for path, why in found if why is None]
        inside.sync(self.root, given)
        self.journal.forget(given)
        yield from found

    def _original(self, place: Place, entry: Entry) -> _Original | None:
        """What a file was, ready to take its place; None where it is that already."""
        if entry.reverse == journal.SIDECAR:
            return None
        data, facts = place.read()
        if facts.digest == entry.before:
            return None
        if facts.digest != entry.after:
            raise FileAccessError(
                "it was changed after it was stamped; stamp it once more, and it can be given back as it is now"
            )
        original = strip(data) if entry.reverse == journal.STRIP else self._kept(entry.before)
        if digest_of(original) != entry.before:
            raise FileAccessError("what is kept of the original is not the original any more")
        return _Original(work.put(self.root, original), facts)

    def _kept(self, digest: str) -> bytes:
        with inside.place_of(self.root, original_of(digest)) as place:
            return place.read()[0]


def _has_landed(place: Place, entry: Entry, known: Entry | None) -> bool:
    """Whether a file, or the store beside it, was replaced before the run died."""
    if entry.reverse == journal.SIDECAR:
        return place.beside.digest() == entry.sidecar
    data, facts = place.read()
    if facts.digest == entry.after:
        # The store comes first, so the file tells; but not where only the store was to be another.
        is_same = entry.sidecar is not None and known is not None and known.after == entry.after
        return not is_same or place.beside.digest() == entry.sidecar
    try:
        found = inspect(data)
    except ProvkitError:
        return False
    # Edited since, but stamped: it carries what this run made.
    return found is not None and entry.manifest in {one.label for one in found.store.manifests}


def _make_own_folder(path: str) -> None:
    """A folder for this user alone: nothing in it is to be published, and nobody else changes what waits there."""
    if os.path.islink(path):  # noqa: PTH114
        raise FileAccessError(f"it is a link, and what it leads to is not touched: {path}")
    if not os.path.isdir(path):  # noqa: PTH112
        make_folder(path)
    if os.lstat(path).st_uid != os.geteuid():
        raise FileAccessError(
            f"it belongs to another user, who could change what waits in it: {path}",
            hint="stamp as that user, or make the folder your own (chown -R)",
        )
    with contextlib.suppress(OSError):
        os.chmod(path, 0o700)  # noqa: PTH101


def _locked(path: str) -> int:
    try:
        import fcntl
    except ImportError:
        raise UnsupportedError(
            "archives are stamped on Linux and macOS only", hint="on Windows: provkit sign, file by file"
        ) from None
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
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
