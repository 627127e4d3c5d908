"""Exit codes, and which one wins when there are several reasons."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.policy import Policy
    from provkit.report.document import Result


class Exit(IntEnum):
    """What a run of provkit says to the program that called it."""

    OK = 0
    """Every file satisfies the policy."""
    REFUSED = 1
    """A credential is invalid, or the policy is not met."""
    USAGE = 2
    """Options, configuration, keys or trust lists that cannot be used."""
    NO_CREDENTIAL = 3
    """Nothing is wrong, but there is no credential where one is required."""
    NOT_EVALUATED = 4
    """A file that could not be read or judged."""
    INTERRUPTED = 130
    """Ctrl-C."""


def told(
    ok: str,
    *,
    refused: str | None = None,
    usage: str = "usage or configuration",
    no_credential: str | None = None,
    not_evaluated: str | None = None,
) -> str:
    """What the exit codes of one command mean, a line each, for the end of its help.

    Args:
        ok: said of 0.
        refused: said of 1, where that occurs; so on for the others.
        usage: said of 2.
        no_credential: said of 3.
        not_evaluated: said of 4.
    """
    said = {
        Exit.OK: ok,
        Exit.REFUSED: refused,
        Exit.USAGE: usage,
        Exit.NO_CREDENTIAL: no_credential,
        Exit.NOT_EVALUATED: not_evaluated,
    }
    lines = (f"  {code.value}  {words}" for code, words in said.items() if words)
    return "\n".join(("\b", "Exit codes:", *lines))


_WORST_FIRST: Final = (Exit.USAGE, Exit.REFUSED, Exit.NOT_EVALUATED, Exit.NO_CREDENTIAL)
_USAGE_KINDS: Final = frozenset({"configuration", "credential"})


def worst(codes: Iterable[Exit]) -> Exit:
    """The code for all files together: 1 beats 4 beats 3 beats 0."""
    met = set(codes)
    return next((code for code in _WORST_FIRST if code in met), Exit.OK)


def of_result(result: Result, policy: Policy) -> Exit:
    """The code for one file."""
    verdict = result.verdict
    if verdict is None:
        return Exit.NOT_EVALUATED
    # Unsigned is no finding about the content, so it is never "not accepted".
    if verdict.state is State.UNSIGNED:
        return Exit.NO_CREDENTIAL
    return Exit.REFUSED if policy.reasons(verdict) else Exit.OK


def of_error(kind: str) -> Exit:
    """The code for an error that ended the whole run."""
    if kind in _USAGE_KINDS:
        return Exit.USAGE
    return Exit.REFUSED if kind == "policy" else Exit.NOT_EVALUATED
