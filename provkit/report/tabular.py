"""Verdicts as a table: one line of CSV for each file (RFC 4180).

Names in it were written by strangers, and spreadsheets run what begins like a formula: such a
cell gets an apostrophe in front, and what is not plainly visible is spelled out.  So does what
begins like one behind a semicolon, which spreadsheets of many countries take for the end of a cell.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from provkit.report.escape import escape
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.report.document import Result

COLUMNS: Final = (
    "path",
    "state",
    "origin",
    "source_type",
    "attributed",
    "complete",
    "signer",
    "issuer",
    "trust_list",
    "time",
    "time_basis",
    "media_type",
    "carrier",
    "manifest",
    "failures",
    "warnings",
    "error",
)
_FORMULA: Final = re.compile(r"(^|;)([ \"]*)([=+\-@\uff1d\uff0b\uff0d\uff20])")
"""What a formula begins with, in full width too."""


def header() -> str:
    """The first line."""
    return _line(COLUMNS)


def line(result: Result) -> str:
    """One line for one result.  What an invalid credential states stays empty."""
    return _line(_cells(result))


def _cells(result: Result) -> tuple[str, ...]:
    verdict = result.verdict
    if verdict is None:
        error = f"{result.error.kind}: {result.error.message}" if result.error else ""
        return (result.path, *[""] * (len(COLUMNS) - 2), error)
    holds = verdict.state in (State.TRUSTED, State.VALID)
    signer = verdict.signer if holds else None
    origin = verdict.origin
    return (
        result.path,
        verdict.state,
        origin.cls,
        origin.source_type or "",
        str(origin.attributed).lower(),
        str(origin.complete).lower(),
        signer.name if signer else "",
        signer.issuer if signer else "",
        (signer.trust_list or "") if signer else "",
        verdict.time.value.isoformat() if verdict.time else "",
        verdict.time.basis if verdict.time else "",
        verdict.media_type,
        verdict.carrier or "",
        verdict.manifest or "",
        " ".join(dict.fromkeys(status.code for status in verdict.statuses.failure)),
        "; ".join(verdict.warnings),
        "",
    )


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(_harmless(cell) for cell in cells)
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    shown = escape(cell, limit=2000)
    return _FORMULA.sub(r"\1\2'\3", shown)
