"""The numbered steps: the same as in the specification."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provkit.codes import StatusCode
from provkit.report.steps import TITLES, Outcome, step_of, steps
from provkit.verdict import State
from unit.report.made import verdict

SPEC = Path(__file__).parents[3] / "spec" / "verification.md"


def rows() -> dict[int, str]:
    """Text of each row of the table of steps."""
    section = SPEC.read_text("utf-8").partition("\n## The steps\n")[2].partition("\n## ")[0]
    return {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.*)$", section, re.MULTILINE)}


def test_the_numbers_are_those_of_the_specification() -> None:
    assert list(TITLES) == sorted(rows())


@pytest.mark.parametrize("code", StatusCode)
def test_a_code_belongs_to_a_step_that_names_it(code: StatusCode) -> None:
    named = [number for number, row in rows().items() if f"`{code}`" in row]
    assert step_of(code) in (named or TITLES)


def test_every_step_is_told_with_its_outcome() -> None:
    found = steps(verdict(State.INVALID, StatusCode.ASSERTION_DATA_HASH_MISMATCH))
    by_number = {step.number: step.outcome for step in found}
    assert list(by_number) == list(TITLES)
    assert by_number[10] is Outcome.FAILED
    assert by_number[6] is Outcome.PASSED
    assert by_number[9] is Outcome.SILENT
    found = steps(verdict(State.VALID, StatusCode.SIGNING_CREDENTIAL_UNTRUSTED))
    assert {step.number for step in found if step.outcome is Outcome.NOTED} == {5}
    assert all(step.outcome is Outcome.PASSED for step in steps(verdict(State.TRUSTED)))


def test_without_a_credential_nothing_was_checked() -> None:
    assert [step.number for step in steps(verdict(State.UNSIGNED))] == [1, 2]
