"""CSV: one line a file, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io

from provkit.report import tabular
from provkit.report.document import Failure, Result
from provkit.verdict import State, Verdict


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_verdict_fills_its_columns() -> None:
    verdict = Verdict(State.UNSIGNED, "text/plain", warnings=("cut-off: x",))
    (row,) = read(tabular.line(Result("a.txt", verdict)))
    cells = dict(zip(tabular.COLUMNS, row, strict=True))
    assert (cells["path"], cells["state"], cells["origin"], cells["warnings"]) == (
        "a.txt",
        "unsigned",
        "unknown",
        "cut-off: x",
    )
    assert read(tabular.header()) == [list(tabular.COLUMNS)]


def test_names_are_harmless() -> None:
    for name in ("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\uff1d1"):
        (row,) = read(tabular.line(Result(name, None, Failure("malformed", "=x"))))
        assert row[0] == f"'{name}"
    (row,) = read(tabular.line(Result('a"b,c\nd\x1b[2J', None, Failure("limit", "too large"))))
    assert row[0] == 'a"b,c\\x0ad\\x1b[2J'
    assert row[-1] == "limit: too large"


def test_a_semicolon_starts_no_formula() -> None:
    (row,) = read(tabular.line(Result("a;=1;b; @x", None, Failure("limit", "x;-1"))))
    assert (row[0], row[-1]) == ("a;'=1;b; '@x", "limit: x;'-1")
