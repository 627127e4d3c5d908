"""Going through an archive: stamp it, plan that, check it, take it back."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from provkit import media
from provkit.assets import verify_file
from provkit.errors import ProvkitError
from provkit.files import read_file, walk
from provkit.limits import DEFAULT_LIMITS
from provkit.stamp import statements, work
from provkit.stamp.work import CHANGES, FOLDER, Action, Done, Job, Task
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from provkit.stamp.archive import Archive
    from provkit.stamp.rules import Rules
    from provkit.trust.store import TrustStore

_BATCH: Final = 64
"""Files that are replaced under one write of the journal."""
_SUFFIX: Final = ".c2pa"


class Each(Protocol):
    """Calls `work` on every task, perhaps in other processes; results in the order of the tasks."""

    def __call__(
        self, tasks: Sequence[Task], work: Callable[[Job, Task], Done], job: Job
    ) -> Iterator[Done]: ...


def in_turn(tasks: Sequence[Task], work: Callable[[Job, Task], Done], job: Job) -> Iterator[Done]:
    """One after the other, in this process."""
    return (work(job, task) for task in tasks)


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of an archive, by what the rules say."""

    matched: tuple[Task, ...]
    """What rules match: pages last, after the images they show."""
    unmatched: tuple[str, ...]
    """Paths that no rule matches."""

    def groups(self) -> Iterator[tuple[Task, ...]]:
        """Tasks that may be done at the same time; a group begins when the one before it is done."""
        for _, group in itertools.groupby(self.matched, key=lambda task: _is_page(task.path)):
            yield tuple(group)


def listing(root: Path, rules: Rules) -> Listing:
    """Look at the names in an archive.

    Raises:
        FileAccessError: a folder cannot be listed.
    """
    matched: list[Task] = []
    unmatched: list[str] = []
    there = [path.relative_to(root).as_posix() for path in walk(root, exclude=(FOLDER,), hidden=rules.hidden)]
    names = set(there)
    for path in there:
        if path.endswith(_SUFFIX) and path.removesuffix(_SUFFIX) in names:
            continue  # a store beside its file
        rule = rules.for_path(path)
        if rule is None:
            unmatched.append(path)
        else:
            matched.append(Task(path, rule))
    matched.sort(key=lambda task: _is_page(task.path))
    return Listing(tuple(matched), tuple(unmatched))


def _is_page(path: str) -> bool:
    return media.type_of_name(path) in {media.HTML, "application/xhtml+xml"}


def plan(root: Path, rules: Rules, files: Listing, each: Each = in_turn) -> Iterator[Done]:
    """What :func:`stamp` would do with each file.  Everything is signed, and nothing is written."""
    has_journal = os.path.exists(work.journal_of(str(root)))  # noqa: PTH110
    job = Job(str(root), rules, has_journal=has_journal, plan_only=True)
    for tasks in files.groups():
        yield from each(tasks, work.prepare, job)


def stamp(archive: Archive, rules: Rules, files: Listing, each: Each = in_turn) -> Iterator[Done]:
    """Stamp what the rules match and the journal does not know to be stamped; what became of each file.

    Args:
        archive: open.
        rules: what is done.
        files: of :func:`listing`.
        each: how files are spread over processes.

    Raises:
        FileAccessError: the journal cannot be written.
    """
    job = Job(archive.root, rules)
    for tasks in files.groups():
        waiting: list[Done] = []
        for done in each(tasks, work.prepare, job):
            if done.action not in CHANGES:
                yield done
                continue
            waiting.append(done)
            if len(waiting) >= _BATCH:
                yield from archive.settle(waiting)
                waiting.clear()
        if waiting:
            yield from archive.settle(waiting)


def undo(archive: Archive) -> Iterator[tuple[str, str | None]]:
    """Give every stamped file back as it was: its path, and why not, or None."""
    for entry in archive.journal.entries():
        yield entry.path, archive.undo(entry)


def check(root: Path, rules: Rules, files: Iterable[Task], trust: TrustStore) -> Iterator[tuple[str, str]]:
    """What is published and not stamped, or not as the rules say: paths and why.  Needs no journal."""
    for path, number in files:
        rule = rules.rule[number]
        place = root / path
        try:
            data = (
                read_file(place, DEFAULT_LIMITS) if rule.origin_from is not None or rule.media_types else b""
            )
            kind = media.type_of_name(path) or (media.sniff(data) if data else media.TEXT)
            if rule.media_types and kind not in rule.media_types:
                continue
            wanted = statements.class_of(data, kind, rule)
            if wanted is None:
                continue
            verdict = verify_file(place, trust=trust)
        except ProvkitError as error:
            yield path, error.message
            continue
        if verdict.state is State.UNSIGNED:
            yield path, "not stamped"
        elif verdict.state is State.INVALID:
            yield path, "stale: changed after it was stamped, or damaged"
        elif verdict.origin.cls != wanted:
            yield path, f"states {verdict.origin.cls}, and the rules say {wanted}"


__all__ = ["Action", "Each", "Listing", "check", "in_turn", "listing", "plan", "stamp", "undo"]
