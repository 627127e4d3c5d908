"""Going through an archive: stamp it, plan that, check it, take it back."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from provkit import media
from provkit.errors import FetchError
from provkit.folders import names_below
from provkit.stamp import checking, work
from provkit.stamp.journal import FOLDER, Journal, journal_of
from provkit.stamp.work import Action, Done, Job, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from provkit.stamp.archive import Archive
    from provkit.stamp.rules import Rules
    from provkit.trust.store import TrustStore

_BATCH: Final = 64
"""Files that are replaced under one write of the journal."""
_PATIENCE: Final = 8
"""Files in a row for which a time-stamp authority may fail."""
_SUFFIX: Final = ".c2pa"


class Each(Protocol):
    """Calls `work` on every task, perhaps in other processes; results in the order of the tasks."""

    def __call__(
        self, tasks: Sequence[Task], work: Callable[[Job, Task], Done], job: Job
    ) -> Generator[Done, None, None]: ...


def in_turn(
    tasks: Sequence[Task], work: Callable[[Job, Task], Done], job: Job
) -> Generator[Done, None, None]:
    """One after the other, in this process."""
    return (work(job, task) for task in tasks)


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of an archive, by what the rules say."""

    matched: tuple[Task, ...]
    """What rules match: pages last.  Files are replaced in this order, so a page after the images it shows."""
    unmatched: tuple[str, ...]
    """Paths that no rule matches."""

    @property
    def used(self) -> frozenset[int]:
        """Numbers of the rules that match anything, from 0."""
        return frozenset(task.rule for task in self.matched)


def listing(root: str, rules: Rules, apart: Iterable[str] = ()) -> Listing:
    """Look at the names in an archive.

    Args:
        root: absolute, without links in it.
        rules: what is done.
        apart: files that are never stamped: the rules themselves.  Their certificates and keys never are either.

    Raises:
        FileAccessError: a folder cannot be listed.
    """
    matched: list[Task] = []
    unmatched: list[str] = []
    start = os.path.join(root, "")  # noqa: PTH118
    there = list(names_below(root, exclude=(FOLDER,), hidden=rules.hidden))
    names = {*there, *(os.path.splitext(path)[0] for path in there if not path.endswith(_SUFFIX))}  # noqa: PTH122
    own = {os.path.realpath(one) for one in (*apart, *rules.files())}
    for path in there:
        if start + path in own:
            continue
        if path.endswith(_SUFFIX):
            if path.removesuffix(_SUFFIX) not in names:  # else a store beside its file
                unmatched.append(path)
            continue
        rule = rules.for_path(path)
        if rule is None:
            unmatched.append(path)
        else:
            matched.append(Task(path, rule))
    matched.sort(key=lambda task: _is_page(task.path))
    return Listing(tuple(matched), tuple(unmatched))


def _is_page(path: str) -> bool:
    return media.type_of_name(path) in {media.HTML, media.XHTML}


def plan(root: str, rules: Rules, files: Listing, each: Each = in_turn) -> Iterator[Done]:
    """What :func:`stamp` would do with each file.  Everything is signed, and nothing is written.

    Raises:
        CredentialError: a key that cannot sign.
        ConfigurationError, FileAccessError: a journal that cannot be read.
    """
    path = journal_of(root)
    has_journal = os.path.exists(path)  # noqa: PTH110
    if has_journal:
        Journal(path, read_only=True).__exit__(
            None, None, None
        )  # whether it can be read, once and not 100,000 times
    job = Job(root, rules, has_journal=has_journal, plan_only=True)
    for done in _all(job, files, work.prepare, each):
        yield done
        if done.stop is not None:
            raise done.stop


def stamp(archive: Archive, rules: Rules, files: Listing, each: Each = in_turn) -> Iterator[Done]:
    """Stamp what the rules match and the journal does not know to be stamped; what became of each file.

    Args:
        archive: open, and recovered.
        rules: what is done.
        files: of :func:`listing`.
        each: how files are spread over processes.

    Raises:
        FileAccessError: the journal cannot be written, or the disk is full.  What was done is known to the next run.
        CredentialError: a key does not sign any more.
        FetchError: a time-stamp authority failed for many files in a row.
    """
    archive.journal.begin()
    waiting: list[Done] = []
    told: list[Done] = []
    unstamped = 0

    def settled() -> Iterator[Done]:
        results = list(archive.settle(waiting)) if waiting else []
        waiting.clear()
        told.extend(one for one in results if one.entry is None)
        if told:
            archive.journal.tell((one.path, str(one.action), one.detail) for one in told)
            told.clear()
        return iter(results)

    for done in _all(Job(archive.root, rules), files, work.prepare, each):
        if done.entry is not None:
            waiting.append(done)
            unstamped = 0
        else:
            if done.action is not Action.UNCHANGED:
                told.append(done)
            yield done
        unstamped += done.unstamped
        if unstamped == _PATIENCE:
            yield from settled()
            raise FetchError(
                f"the time-stamp authority failed for {_PATIENCE} files in a row: {done.detail}",
                hint="what is signed so far is kept: run it again when the authority answers",
            )
        if max(len(waiting), len(told)) >= _BATCH or done.stop is not None:
            yield from settled()
        if done.stop is not None:
            raise done.stop
    yield from settled()
    archive.journal.end()


def _all(job: Job, files: Listing, call: Callable[[Job, Task], Done], each: Each) -> Iterator[Done]:
    work.let_go()
    results = each(files.matched, call, job)
    try:
        yield from results
    finally:
        results.close()  # no worker goes on when this run does not
        work.let_go()


def undo(archive: Archive) -> Iterator[tuple[str, str | None]]:
    """Give every stamped file back as it was: its path, and why not, or None."""
    entries = archive.journal.entries()
    while batch := list(itertools.islice(entries, _BATCH)):
        yield from archive.undo(batch)


def check(
    root: str, rules: Rules, files: Listing, trust: TrustStore | None = None, each: Each = in_turn
) -> Iterator[Done]:
    """What is published and not stamped, or not as the rules say (``STALE``).  Needs no journal and no key."""
    return _all(Job(root, rules, trust=trust), files, checking.check, each)


__all__ = ["Action", "Each", "Listing", "check", "in_turn", "listing", "plan", "stamp", "undo"]
