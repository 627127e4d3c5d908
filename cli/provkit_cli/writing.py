"""The results of ``verify`` on their way out, in one of the formats."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provkit.report import document, text
from provkit.verdict import State
from provkit_cli import checks, console, exits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from provkit.policy import Policy
    from provkit.report.chain import Event
    from provkit.report.document import Result
    from provkit.report.judged import Judged
    from provkit_cli.looking import Looked


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


WITH_CHAIN: Final = frozenset({Format.HTML})
"""Formats that show the chain of manifests."""
_WHOLE: Final = frozenset({Format.SARIF, Format.JUNIT, Format.HTML})
"""Formats that are written when all results are there, about what was accepted and what was not."""
_CHAINS: Final = 300
"""Chains that are kept for a page, of each outcome; a page tells of fewer files."""


@dataclass(slots=True)
class Report:
    """Writes results in one format as they come, or into a file at the end."""

    format: Format
    style: text.Style
    policy: Policy
    path: str | None
    force: bool
    allow_unsigned: bool
    at: datetime
    """Moment judged at."""
    lists: Mapping[str, date | None]
    """Trust lists that are consulted, with their dates."""
    _seen: list[Result] = field(default_factory=list)
    _judged: list[Judged] = field(default_factory=list)
    _chains: Counter[str] = field(default_factory=Counter)
    _parts: list[str] = field(default_factory=list)
    _begun: bool = False
    _unlisted: bool = False
    """A signer on no list was refused."""

    def __post_init__(self) -> None:
        if self.path is not None:
            checks.check_output(self.path, force=self.force)

    def exit_of(self, result: Result) -> exits.Exit:
        """The exit code for one file."""
        found = exits.of_result(result, self.policy)
        return exits.Exit.OK if found is exits.Exit.NO_CREDENTIAL and self.allow_unsigned else found

    def add(self, result: Result, looked: Looked | None) -> None:
        """Write one result, or keep it for the end.

        Args:
            result: what came out.
            looked: the same with its chain, where that was asked for.
        """
        if self.format is Format.JSONL:
            self._write(document.to_json_line(result))
        elif self.format is Format.CSV:
            self._row(result)
        elif self.format is Format.JSON:
            self._seen.append(result)
        elif self.format in _WHOLE:
            self._keep(result, looked)
        else:
            self._seen.append(result)
            self._lines(result, looked)

    def _row(self, result: Result) -> None:
        from provkit.report import tabular

        if not self._begun:
            self._write(tabular.header())
            self._begun = True
        self._write(tabular.line(result))

    def _lines(self, result: Result, looked: Looked | None) -> None:
        if result.verdict is None:
            console.failure(result)
            return
        refused = checks.reasons(self.policy, result, several=self.style.several)
        self._unlisted |= checks.UNLISTED in refused
        shown = list(text.lines(result, self.style, refused))
        if looked is not None:
            from provkit.report.detail import details

            shown += details(result.verdict, looked.events, looked.place, self.style)
        self._write("".join(f"{line}\n" for line in shown))

    def _keep(self, result: Result, looked: Looked | None) -> None:
        from provkit.report.judged import Judged, Outcome

        verdict = result.verdict
        outcome = {
            exits.Exit.OK: Outcome.ACCEPTED,
            exits.Exit.NO_CREDENTIAL: Outcome.ABSENT,
            exits.Exit.NOT_EVALUATED: Outcome.UNJUDGED,
        }.get(self.exit_of(result), Outcome.REFUSED)
        reasons: tuple[str, ...] = ()
        if outcome is Outcome.REFUSED and verdict is not None and verdict.state is not State.INVALID:
            reasons = checks.reasons(self.policy, result)
        elif outcome is Outcome.ABSENT and self.policy.origins is not None:
            outcome, reasons = Outcome.REFUSED, ("a stated origin is required, and there is no credential",)
        events: tuple[Event, ...] | None = None
        if looked is not None and self._chains[outcome] < _CHAINS:
            events = looked.events
            self._chains[outcome] += 1
        self._judged.append(Judged(result, outcome, reasons, events))

    def close(self) -> None:
        """Write what is written at the end."""
        if self.format is Format.JSON:
            self._write(document.to_json(self._seen))
        elif self.format in _WHOLE:
            self._write(self._whole())
        elif self.format is Format.TEXT and self.style.several and self.style.verbosity > text.QUIET:
            self._write("".join(f"{line}\n" for line in self._summary()))
        if self.path is not None:
            from provkit.files import write_atomic

            write_atomic(
                self.path, "".join(self._parts).encode("utf-8", "backslashreplace"), force=self.force
            )

    def _summary(self) -> Iterator[str]:
        yield from text.summary(self._seen, self.style)
        if self._unlisted:
            yield f"not accepted, as {checks.UNLISTED}: {checks.WAY_OUT}"

    def _whole(self) -> str:
        from provkit import __version__

        if self.format is Format.JUNIT:
            from provkit.report.junit import to_junit

            return to_junit(self._judged)
        if self.format is Format.SARIF:
            import os

            from provkit.report.sarif import to_sarif

            return to_sarif(self._judged, __version__, base=os.getcwd())  # noqa: PTH109
        from provkit.report.page import About, page

        about = About(__version__, self.at, self.lists, self._asked())
        return page(self._judged, about)

    def _asked(self) -> str:
        states = " or ".join(str(state) for state in State if state in self.policy.states)
        said = f"the state is {states}"
        if self.policy.origins is not None:
            said += f", and the stated origin is {' or '.join(sorted(self.policy.origins))}"
        return f"{said}; or there is no credential" if self.allow_unsigned else said

    def _write(self, part: str) -> None:
        if self.path is None:
            console.out(part)
        else:
            self._parts.append(part)
