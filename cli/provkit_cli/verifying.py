"""What ``provkit verify`` does, once it is known what is asked."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provkit.errors import ConfigurationError
from provkit.policy import Policy
from provkit.report import document, text
from provkit.verdict import OriginClass, State
from provkit_cli import checks, console, exits, inputs, lists, pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.fetch import Fetcher
    from provkit.report.document import Result


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class Required(StrEnum):
    """What ``--require-origin`` takes."""

    HUMAN = "human"
    AI_ASSISTED = "ai-assisted"
    SYNTHETIC = "synthetic"
    ANY = "any"


_STATED: Final = frozenset({OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC})


@dataclass(frozen=True, slots=True)
class Request:
    """The options of one run; :mod:`.verify` has a sentence for each."""

    paths: tuple[str, ...]
    trust: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    tsa_trust: tuple[str, ...] = ()
    distrust: tuple[str, ...] = ()
    no_default_trust: bool = False
    allow_untrusted: bool = False
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
    online: bool = False
    any_origin: bool = False
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    no_progress: bool = False


def run(asked: Request) -> exits.Exit:
    """Verify everything that is asked for, write the results, return the exit code.

    Raises:
        ConfigurationError: options or trust lists that cannot be used; nothing was written.
    """
    _check_stdin(asked)
    crew = pool.hire(asked.jobs)
    store = lists.build_store(
        trust=asked.trust,
        allowed=asked.allowed,
        tsa_trust=asked.tsa_trust,
        distrust=asked.distrust,
        default=not asked.no_default_trust,
    )
    if not asked.quiet and (warning := lists.age_warning(store, datetime.now(UTC).date())):
        console.say("warning", warning)
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
        verbosity=text.QUIET if asked.quiet else text.VERBOSE if asked.verbose else text.NORMAL,
        color=not to_file and console.wants_color(sys.stdout, off=asked.no_color),
        unicode=to_file or console.speaks_unicode(sys.stdout),
        width=None if to_file else console.width_of(sys.stdout),
        list_dates={entry.name: entry.date for entry in store.lists if entry.date},
    )
    report = _Report(asked.format, style, policy, asked.output, asked.force)
    progress = console.Progress(len(sources), off=asked.no_progress)
    password = checks.document_password(asked.password)
    job = pool.Job(store, password=password, fetcher=_fetcher(asked))
    results = pool.evaluate_all(sources, job, asked.jobs, crew)
    met: set[exits.Exit] = set()
    try:
        for done, result in enumerate(_until_refused(results, policy, asked), 1):
            met.add(exits.of_result(result, policy))
            progress.clear()
            report.add(result)
            progress.show(done)
    finally:
        progress.clear()
    report.close(several=len(sources) > 1)
    return exits.worst(met)


def _fetcher(asked: Request) -> Fetcher | None:
    if not asked.online:
        if asked.any_origin:
            raise ConfigurationError("--any-origin goes with --online")
        return None
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


def _until_refused(results: Iterator[Result], policy: Policy, asked: Request) -> Iterator[Result]:
    for result in results:
        yield result
        if asked.fail_fast and exits.of_result(result, policy) is not exits.Exit.OK:
            return


@dataclass(slots=True)
class _Report:
    """Writes results in one format as they come, or into a file at the end."""

    format: Format
    style: text.Style
    policy: Policy
    path: str | None
    force: bool
    _seen: list[Result] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _begun: bool = False

    def __post_init__(self) -> None:
        if self.path is not None:
            checks.check_output(self.path, force=self.force)

    def add(self, result: Result) -> None:
        if self.format is Format.JSONL:
            self._write(document.to_json_line(result))
            return
        if self.format is Format.CSV:
            from provkit.report import tabular

            if not self._begun:
                self._write(tabular.header())
                self._begun = True
            self._write(tabular.line(result))
            return
        self._seen.append(result)
        if self.format is Format.JSON:
            return
        if result.error is not None:
            console.failure(result)
        else:
            refused = checks.reasons(self.policy, result)
            self._write("".join(f"{line}\n" for line in text.lines(result, self.style, refused)))

    def close(self, *, several: bool) -> None:
        if self.format is Format.JSON:
            self._write(document.to_json(self._seen))
        elif self.format is Format.TEXT and several and self.style.verbosity > text.QUIET:
            self._write("".join(f"{line}\n" for line in text.summary(self._seen, self.style)))
        if self.path is not None:
            from provkit.files import write_atomic

            write_atomic(
                self.path, "".join(self._parts).encode("utf-8", "backslashreplace"), force=self.force
            )

    def _write(self, part: str) -> None:
        if self.path is None:
            console.out(part)
        else:
            self._parts.append(part)
