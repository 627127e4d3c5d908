"""What ``provkit verify`` does, once it is known what is asked."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provkit.errors import ConfigurationError
from provkit.policy import Policy
from provkit.report import text
from provkit.verdict import OriginClass, State
from provkit_cli import checks, console, evaluation, exits, inputs, lists
from provkit_cli.writing import WITH_CHAIN, Format, Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import ProcessPoolExecutor

    from provkit.fetch import Fetcher
    from provkit.report.document import Result
    from provkit_cli.looking import Looked


class Required(StrEnum):
    """What ``--require-origin`` takes."""

    HUMAN = "human"
    AI_ASSISTED = "ai-assisted"
    SYNTHETIC = "synthetic"
    ANY = "any"


DEFAULT_LEVEL: Final = 2
_STATED: Final = frozenset({OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC})


@dataclass(frozen=True, slots=True)
class Request:
    """The options of one run; :mod:`.verify` has a sentence for each."""

    paths: tuple[str, ...]
    chosen: lists.Chosen = lists.NONE_CHOSEN
    allow_untrusted: bool = False
    allow_unsigned: bool = False
    require_origin: tuple[Required, ...] = ()
    format: Format = Format.TEXT
    output: str | None = None
    force: bool = False
    recursive: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    jobs: int = 1
    fail_fast: bool = False
    media_type: str | None = None
    password: str | None = None
    at: str | None = None
    online: bool = False
    any_origin: bool = False
    cross_check: bool = False
    level: int = DEFAULT_LEVEL
    """1 to 4, see :func:`level_of`."""
    no_color: bool = False
    no_progress: bool = False


def level_of(*, quiet: bool, verbose: int, level: int | None) -> int:
    """The level of detail (C2PA user experience guidance) that the options ask for.

    Args:
        quiet: ``-q`` was given.
        verbose: how often ``-v`` was given.
        level: of ``--level``, 1 to 4.

    Raises:
        ConfigurationError: both ways of saying it were used.
    """
    if level is None:
        return 1 if quiet else min(DEFAULT_LEVEL + verbose, 4)
    if quiet or verbose:
        raise ConfigurationError("--level says the same as -q and -v", hint="use one of them")
    return level


def run(asked: Request) -> exits.Exit:
    """Verify everything that is asked for, write the results, return the exit code.

    Raises:
        ConfigurationError: options or trust lists that cannot be used; nothing was written.
    """
    checks.check_stdin(asked.paths, asked.media_type)
    at = checks.moment(asked.at)
    crew = _hire(asked.jobs)
    store = lists.build_store(asked.chosen)
    policy = _policy(asked)
    sources = inputs.expand(
        asked.paths,
        recursive=asked.recursive,
        include=asked.include,
        exclude=asked.exclude,
        hidden=asked.hidden,
        online=asked.online,
    )
    to_file = asked.output is not None
    style = text.Style(
        verbosity=asked.level - DEFAULT_LEVEL,
        color=not to_file and console.wants_color(sys.stdout, off=asked.no_color),
        unicode=to_file or console.speaks_unicode(sys.stdout),
        width=None if to_file else console.width_of(sys.stdout),
        list_dates={entry.name: entry.date for entry in store.lists if entry.date},
        several=len(sources) > 1,
    )
    report = Report(
        asked.format,
        style,
        policy,
        asked.output,
        asked.force,
        asked.allow_unsigned,
        at or datetime.now(UTC),
        {entry.name: entry.date for entry in store.lists},
    )
    progress = console.Progress(len(sources), off=asked.no_progress)
    password = checks.document_password(asked.password)
    job = evaluation.Job(
        store, password=password, fetcher=_fetcher(asked), at=at, cross_check=asked.cross_check
    )
    met: set[exits.Exit] = set()
    unlisted = False
    try:
        for done, (result, looked) in enumerate(_results(asked, sources, job, crew), 1):
            met.add(code := report.exit_of(result))
            unlisted |= _may_be_listed(result)
            progress.clear()
            report.add(result, looked)
            progress.show(done)
            if asked.fail_fast and code is not exits.Exit.OK:
                break
    finally:
        progress.clear()
    report.close()
    # Only where a newer list might give another answer.
    if unlisted and asked.level > 1 and (warning := lists.age_warning(store, datetime.now(UTC).date())):
        console.say("warning", warning)
    return exits.worst(met)


def _hire(workers: int) -> ProcessPoolExecutor | None:
    if workers <= 1:
        return None
    from provkit_cli import pool

    return pool.hire(workers)


def _may_be_listed(result: Result) -> bool:
    """Whether a newer list could know the signer; none will ever know one for development."""
    verdict = result.verdict
    if verdict is None or verdict.state is not State.VALID:
        return False
    return verdict.signer is None or not verdict.signer.development


def _fetcher(asked: Request) -> Fetcher | None:
    if not asked.online:
        if asked.any_origin:
            raise ConfigurationError("--any-origin goes with --online")
        return None
    if asked.cross_check:
        raise ConfigurationError("--cross-check does not go with --online", hint="download the files first")
    from provkit.fetch import Fetcher
    from provkit.fetch_rules import FetchRules

    return Fetcher(FetchRules(same_origin=not asked.any_origin))


def _policy(asked: Request) -> Policy:
    states = frozenset({State.TRUSTED, State.VALID} if asked.allow_untrusted else {State.TRUSTED})
    if not asked.require_origin:
        return Policy(states=states)
    if Required.ANY in asked.require_origin:
        return Policy(states=states, origins=_STATED)
    return Policy(
        states=states, origins=frozenset(OriginClass(entry.value) for entry in asked.require_origin)
    )


def _results(
    asked: Request, sources: list[inputs.Source], job: evaluation.Job, crew: ProcessPoolExecutor | None
) -> Iterator[tuple[Result, Looked | None]]:
    detailed = asked.format is Format.TEXT and asked.level > DEFAULT_LEVEL
    shared = evaluation.is_shared(sources, asked.jobs)
    if crew is not None and not shared:
        crew.shutdown(wait=False, cancel_futures=True)
    if detailed or asked.format in WITH_CHAIN:
        from provkit_cli import looking

        several = looking.look_all(sources, job, asked.jobs, crew) if shared else None
        for looked in several or (looking.look(source, job) for source in sources):
            yield looked.result, looked
        return
    if shared:
        from provkit_cli import pool

        yield from ((result, None) for result in pool.evaluate_all(sources, job, asked.jobs, crew))
    else:
        yield from ((evaluation.evaluate(source, job), None) for source in sources)
