"""``provkit verify``: what a credential says, and whether it holds."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from provkit.errors import ConfigurationError
from provkit.policy import Policy
from provkit.report import document, text
from provkit.verdict import OriginClass, State
from provkit_cli import console, exits, inputs, lists, options, pool
from provkit_cli.app import new_app

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.report.document import Result

app = new_app()


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class Required(StrEnum):
    """What ``--require-origin`` takes."""

    HUMAN = "human"
    AI_ASSISTED = "ai-assisted"
    SYNTHETIC = "synthetic"
    ANY = "any"


_STATED: Final = frozenset({OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC})


@app.command()
def verify(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, patterns, folders (with -r), or - for stdin.")],
    trust: options.Trust = None,
    allowed: options.Allowed = None,
    tsa_trust: options.TsaTrust = None,
    distrust: options.Distrust = None,
    no_default_trust: options.NoDefaultTrust = False,
    allow_untrusted: Annotated[
        bool, typer.Option("--allow-untrusted", help="Accept valid: intact, whoever signed.")
    ] = False,
    require_origin: Annotated[
        list[Required] | None,
        typer.Option(help="Accept this stated origin only; any: whatever is stated. Repeatable."),
    ] = None,
    fmt: Annotated[Format, typer.Option("--format", help="How results are written.")] = Format.TEXT,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write results there, not to stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o replace a file.")] = False,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    hidden: options.Hidden = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=256, metavar="N", help="Processes to use.")] = 1,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first file that is not accepted.")
    ] = False,
    media_type: Annotated[
        str | None, typer.Option("--media", metavar="TYPE", help="Media type of what comes from stdin.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="One short line for each file.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Everything that was found.")] = False,
    no_color: options.NoColor = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No counter on the terminal.")] = False,
) -> None:
    """Verify the credentials of files: state, stated origin, signer, time.

    \b
    provkit verify essay.txt
    provkit verify -r archive --include '*.txt' --format jsonl -o results.jsonl
    provkit verify essay.txt --trust root.pem --require-origin human

    \b
    States: trusted (intact, signer on a list), valid (intact, signer on no list), invalid
    (a credential that does not hold), unsigned (none; no finding about the content).

    \b
    Exit codes: 0 all trusted and everything asked for is met; 1 invalid, or not met;
    2 usage; 3 unsigned; 4 could not be evaluated. Several files: 1 beats 4 beats 3 beats 0.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    _check_stdin(paths, media_type)
    store = lists.build_store(
        trust=trust or (),
        allowed=allowed or (),
        tsa_trust=tsa_trust or (),
        distrust=distrust or (),
        default=not no_default_trust,
    )
    if not quiet and (warning := lists.age_warning(store, datetime.now(UTC).date())):
        console.say("warning", warning)
    policy = _policy(allow_untrusted, require_origin or ())
    sources = inputs.expand(
        paths, recursive=recursive, include=include or (), exclude=exclude or (), hidden=hidden
    )
    to_file = output is not None
    style = text.Style(
        verbosity=text.QUIET if quiet else text.VERBOSE if verbose else text.NORMAL,
        color=not to_file and console.wants_color(sys.stdout, off=no_color),
        unicode=to_file or console.speaks_unicode(sys.stdout),
        width=None if to_file else console.width_of(sys.stdout),
        list_dates={entry.name: entry.date for entry in store.lists if entry.date},
    )
    progress = console.Progress(len(sources), off=no_progress)
    report = _Report(fmt, style, policy, output, force)
    results = _until_refused(pool.evaluate_all(sources, pool.Job(store), jobs), policy, fail_fast=fail_fast)
    met: set[exits.Exit] = set()
    try:
        for done, result in enumerate(results, 1):
            met.add(exits.of_result(result, policy))
            progress.clear()
            report.add(result)
            progress.show(done)
    finally:
        progress.clear()
    report.close(several=len(sources) > 1)
    raise typer.Exit(exits.worst(met))


def _check_stdin(paths: Sequence[str], media_type: str | None) -> None:
    if paths.count(inputs.STDIN) > 1:
        raise ConfigurationError("standard input is named twice")
    if inputs.STDIN in paths:
        if media_type is None:
            raise ConfigurationError("standard input has no name to tell its type by", hint="add --media text/plain")
        options.check_media(media_type)
    elif media_type is not None:
        raise ConfigurationError(
            "--media goes with - (standard input)", hint="files are judged by their bytes, not by a type given"
        )


def _policy(allow_untrusted: bool, required: Sequence[Required]) -> Policy:
    states = frozenset({State.TRUSTED, State.VALID}) if allow_untrusted else frozenset({State.TRUSTED})
    if not required:
        return Policy(states=states)
    wanted = {OriginClass(entry.value) for entry in required if entry is not Required.ANY}
    return Policy(states=states, origins=_STATED if Required.ANY in required else frozenset(wanted))


def _until_refused(results: Iterator[Result], policy: Policy, *, fail_fast: bool) -> Iterator[Result]:
    for result in results:
        yield result
        if fail_fast and exits.of_result(result, policy) is not exits.Exit.OK:
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

    def __post_init__(self) -> None:
        if self.path is not None and not self.force:
            # Now, not after an hour of verifying.
            options.refuse_existing(self.path)

    def add(self, result: Result) -> None:
        if self.format is Format.JSONL:
            self._write(document.to_json_line(result))
            return
        self._seen.append(result)
        if self.format is Format.JSON:
            return
        if result.error is not None:
            console.error(result.error.message, result.error.hint, path=result.path)
        else:
            refused = options.reasons(self.policy, result)
            self._write("".join(f"{line}\n" for line in text.lines(result, self.style, refused)))

    def close(self, *, several: bool) -> None:
        if self.format is Format.JSON:
            self._write(document.to_json(self._seen))
        elif self.format is Format.TEXT and several and self.style.verbosity > text.QUIET:
            self._write("".join(f"{line}\n" for line in text.summary(self._seen, self.style)))
        if self.path is not None:
            from provkit.files import write_atomic

            write_atomic(self.path, "".join(self._parts).encode("utf-8", "backslashreplace"), force=self.force)

    def _write(self, part: str) -> None:
        if self.path is None:
            console.out(part)
        else:
            self._parts.append(part)
