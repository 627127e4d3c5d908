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
from provkit_cli import checks, console, exits, inputs, lists, pool
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
    trust: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    tsa_trust: tuple[str, ...] = ()
    identity_trust: tuple[str, ...] = ()
    distrust: tuple[str, ...] = ()
    no_default_trust: bool = False
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
    _check_stdin(asked)
    at = checks.moment(asked.at)
    crew = pool.hire(asked.jobs)
    store = lists.build_store(
        trust=asked.trust,
        allowed=asked.allowed,
        tsa_trust=asked.tsa_trust,
        identity_trust=asked.identity_trust,
        distrust=asked.distrust,
        default=not asked.no_default_trust,
    )
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
    job = pool.Job(store, password=password, fetcher=_fetcher(asked), at=at, cross_check=asked.cross_check)
    met: set[exits.Exit] = set()
    unlisted = False
    try:
        for done, (result, looked) in enumerate(_results(asked, sources, job, crew), 1):
            met.add(code := report.exit_of(result))
            unlisted |= result.verdict is not None and result.verdict.state is State.VALID
            progress.clear()
            report.add(result, looked)
            progress.show(done)
            if asked.fail_fast and code is not exits.Exit.OK:
                break
    finally:
        progress.clear()
    report.close(several=len(sources) > 1)
    # Only where a newer list might give another answer.
    if unlisted and asked.level > 1 and (warning := lists.age_warning(store, datetime.now(UTC).date())):
        console.say("warning", warning)
    return exits.worst(met)


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


def _check_stdin(asked: Request) -> None:
    if asked.paths.count(inputs.STDIN) > 1:
        raise ConfigurationError("standard input is named twice")
    if inputs.STDIN in asked.paths:
        if asked.media_type is None:
            raise ConfigurationError(
                "standard input has no name to tell its type by", hint="add --media text/plain"
            )
        checks.check_media(asked.media_type)
    elif asked.media_type is not None:
        raise ConfigurationError(
            "--media goes with - (standard input)",
            hint="files are judged by their bytes, not by a type given",
        )


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
    asked: Request, sources: list[inputs.Source], job: pool.Job, crew: ProcessPoolExecutor | None
) -> Iterator[tuple[Result, Looked | None]]:
    detailed = asked.format is Format.TEXT and asked.level > DEFAULT_LEVEL
    if not detailed and asked.format not in WITH_CHAIN:
        for result in pool.evaluate_all(sources, job, asked.jobs, crew):
            yield result, None
        return
    from provkit_cli import looking

    for looked in looking.look_all(sources, job, asked.jobs, crew):
        yield looked.result, looked
