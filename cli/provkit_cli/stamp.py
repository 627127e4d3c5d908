"""``provkit stamp``: sign an archive by rules, and take it back."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.errors import ConfigurationError
from provkit_cli import console, exits, options
from provkit_cli.app import new_app
from provkit_cli.inputs import as_configuration
from provkit_cli.lists import NONE_CHOSEN, Chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from provkit.stamp.rules import Rules
    from provkit.stamp.run import Listing
    from provkit.stamp.work import Done, Job, Task

app = new_app()

_SHOWN = 20
"""Files listed for one reason; -v shows all."""


@app.command(
    epilog=exits.told(
        "done",
        refused="--check found something",
        usage="usage, or a key that cannot sign",
        not_evaluated="something could not be signed or given back",
    )
)
@options.with_lists(without=("identity_trust",))
def stamp(
    root: Annotated[str, typer.Argument(metavar="ROOT", help="Folder of the archive.")],
    rules: Annotated[
        str | None, typer.Option("--rules", metavar="FILE", help="What is signed with what, TOML.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be done, and write nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Say what is not stamped, or stale; exit with 1 if anything is.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Give every stamped file back as it was.")] = False,
    jobs: options.Jobs = 1,
    chosen: Chosen = NONE_CHOSEN,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List every file.")] = False,
    quiet: options.Quiet = False,
    no_progress: options.NoProgress = False,
) -> None:
    """Sign the files of an archive by rules, resumably; take it back with --undo.

    \b
    provkit stamp site --rules stamp.toml --plan
    provkit stamp site --rules stamp.toml -j 4
    provkit stamp site --rules stamp.toml --check
    provkit stamp site --undo

    A file that no rule matches, and one whose rule finds no statement of origin in it, is left alone
    and listed: nothing is guessed. An unchanged stamped file is skipped; one that was edited is signed
    again, with its earlier credential as its history. What was done is in ROOT/.provkit: keep it, or
    --undo cannot work, and do not publish it. A connection is opened only to the time-stamp authority
    that an identity in the rules names.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if plan + check + undo > 1:
        raise ConfigurationError("--plan, --check and --undo say different things", hint="choose one of them")
    if not os.path.isdir(root):  # noqa: PTH112
        raise ConfigurationError(f"no folder: {root}", hint="give the folder of the archive")
    teller = _Teller(verbose=verbose, quiet=quiet, progress=not no_progress)
    if undo:
        raise typer.Exit(_undo(root, teller))
    if rules is None:
        raise ConfigurationError(
            "an archive is stamped by rules",
            hint="write [[rule]] with match, origin and identity; add --rules FILE",
        )
    from provkit.stamp import rules as files

    known = files.load(rules)
    place = os.path.realpath(root)
    from provkit.stamp import run

    listing = run.listing(place, known, (rules,))
    teller.warn(known, place)
    for number in sorted({*range(len(known.rule))} - listing.used):
        teller.say("note", f"rule {number + 1} matches no file: {', '.join(known.rule[number].match)}")
    if check:
        raise typer.Exit(_check(place, known, listing, chosen, jobs, teller))
    raise typer.Exit(_stamp(place, known, listing, jobs, teller, plan_only=plan))


class _Teller:
    """What people see."""

    def __init__(self, *, verbose: bool, quiet: bool, progress: bool) -> None:
        self.verbose, self.quiet, self.has_progress = verbose, quiet, progress

    def progress(self, total: int) -> console.Progress:
        return console.Progress(total, off=not self.has_progress)

    def say(self, word: str, text: str) -> None:
        if not self.quiet:
            console.say(word, text)

    def warn(self, rules: Rules, root: str) -> None:
        """Say so if a key lies where it would be published."""
        for name, one in sorted(rules.identity.items()):
            if os.path.realpath(one.key).startswith(os.path.join(root, "")):  # noqa: PTH118
                self.say("warning", f"the key of {name!r} lies in the archive, which is published: move it")

    def list_all(self, word: str, paths: Sequence[str]) -> None:
        for path in paths if self.verbose else paths[:_SHOWN]:
            self.say(word, path)
        if len(paths) > _SHOWN and not self.verbose:
            self.say(word, f"and {len(paths) - _SHOWN:,} more; -v lists them")


def _stamp(
    root: str, rules: Rules, files: Listing, jobs: int, teller: _Teller, *, plan_only: bool
) -> exits.Exit:
    from provkit.stamp import keys, run
    from provkit.stamp.archive import Archive

    for warning in as_configuration(lambda: list(keys.look(rules, files.used, datetime.now(UTC)))):
        teller.say("warning", warning)
    each = partial(_each, workers=jobs) if jobs > 1 else run.in_turn
    if plan_only:
        return _told(run.plan(root, rules, files, each), files, teller, plan_only=True)
    with Archive(root) as archive:
        found = archive.recover()
        if found:
            teller.say("note", f"an earlier run ended early; {found:,} files were looked at again")
        return _told(run.stamp(archive, rules, files, each), files, teller, plan_only=False)


def _told(outcomes: Iterable[Done], files: Listing, teller: _Teller, *, plan_only: bool) -> exits.Exit:
    from provkit.stamp.work import CHANGES, Action

    counts: Counter[Action] = Counter()
    listed: dict[Action, list[str]] = {}
    notes: Counter[str] = Counter()
    space = 0
    progress = teller.progress(len(files.matched))
    for number, done in enumerate(outcomes, 1):
        counts[done.action] += 1
        space += done.copied
        if done.note:
            notes[done.note] += 1
        if done.action not in CHANGES and done.action is not Action.UNCHANGED:
            listed.setdefault(done.action, []).append(
                f"{done.path}: {done.detail}" if done.detail else done.path
            )
        elif teller.verbose:
            listed.setdefault(done.action, []).append(done.path)
        progress.show(number)
    progress.clear()
    for action, paths in listed.items():
        teller.list_all(str(action), paths)
    teller.list_all("no rule", files.unmatched)
    for note, times in notes.items():
        teller.say("note", f"{times:,} times: {note}")
    changed = sum(counts[action] for action in CHANGES)
    verb = "would be signed" if plan_only else "signed"
    rest = ", ".join(f"{counts[one]:,} {one}" for one in Action if counts[one] and one not in CHANGES)
    again = f" ({counts[Action.AGAIN]:,} again)" if counts[Action.AGAIN] else ""
    more = [rest] if rest else []
    if files.unmatched:
        more.append(f"{len(files.unmatched):,} match no rule")
    if plan_only or space:
        more.append(
            f"{space:,} bytes more on the disk" if plan_only else f"{space:,} bytes of originals kept"
        )
    console.out("; ".join([f"{changed:,} {verb}{again}", *more]) + "\n")
    failed = counts[Action.FAILED] + counts[Action.UNSUPPORTED]
    return exits.Exit.NOT_EVALUATED if failed else exits.Exit.OK


def _undo(root: str, teller: _Teller) -> exits.Exit:
    from provkit.stamp import run
    from provkit.stamp.archive import Archive
    from provkit.stamp.journal import journal_of

    if not os.path.exists(journal_of(os.path.realpath(root))):  # noqa: PTH110
        raise ConfigurationError(f"nothing was stamped here: {root}", hint="the journal is in ROOT/.provkit")
    given, kept = 0, []
    with Archive(root) as archive:
        archive.recover()
        progress = teller.progress(archive.journal.count())
        for number, (path, why) in enumerate(run.undo(archive), 1):
            if why is None:
                given += 1
            else:
                kept.append(f"{path}: {why}")
            progress.show(number)
        progress.clear()
    teller.list_all("not given back", kept)
    end = f"; {len(kept):,} not" if kept else "; ROOT/.provkit is not needed any more"
    console.out(f"{given:,} given back{end}\n")
    return exits.Exit.NOT_EVALUATED if kept else exits.Exit.OK


def _check(root: str, rules: Rules, files: Listing, chosen: Chosen, jobs: int, teller: _Teller) -> exits.Exit:
    from provkit.stamp import run
    from provkit.stamp.work import Action
    from provkit_cli.lists import build_store

    each = partial(_each, workers=jobs) if jobs > 1 else run.in_turn
    store = build_store(chosen) if chosen != NONE_CHOSEN else None
    found: list[str] = []
    progress = teller.progress(len(files.matched))
    for number, done in enumerate(run.check(root, rules, files, store, each), 1):
        if done.action is not Action.FINE:
            found.append(f"{done.path}: {done.detail}")
        progress.show(number)
    progress.clear()
    teller.list_all("check", found)
    console.out(f"{len(files.matched):,} files, {len(found):,} not stamped as the rules say\n")
    return exits.Exit.REFUSED if found else exits.Exit.OK


_worker: list[tuple[Job, Callable[[Job, Task], Done]]] = []
"""The job of this worker process, and what it does."""


def _each(
    tasks: Sequence[Task], work: Callable[[Job, Task], Done], job: Job, *, workers: int
) -> Generator[Done, None, None]:
    from provkit.stamp.work import Action, Done
    from provkit_cli import pool

    def died(task: Task) -> Done:
        return Done(task.path, Action.FAILED, pool.DIED.message)

    # Spawned: a fork would inherit the connection to the journal, which SQLite forbids, and the lock.
    return pool.in_processes(tasks, _in_worker, died, (_remember, (job, work)), workers, spawn=True)


def _remember(job: tuple[Job, Callable[[Job, Task], Done]]) -> None:
    _worker[:] = [job]


def _in_worker(task: Task) -> Done:
    job, work = _worker[0]
    return work(job, task)
