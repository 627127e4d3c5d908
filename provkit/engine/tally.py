"""Where the rules of the strict pass put down what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.verdict import Status

if TYPE_CHECKING:
    from provkit.codes import StatusCode


class Tally:
    """What the rules have found so far in one store."""

    __slots__ = ("capped", "failures", "warnings")

    def __init__(self) -> None:
        self.failures: list[Status] = []
        self.warnings: list[str] = []
        self.capped = False

    def fail(self, rule: int, code: StatusCode, url: str | None, explanation: str) -> None:
        """The credential does not hold, by a rule of spec/containers.md."""
        self.failures.append(Status(code, url, f"{explanation} (STRICT-IMG-{rule})"))

    def note(self, rule: int, sentence: str, *, cap: bool) -> None:
        """Something to tell once; with `cap` the state is *valid* at most."""
        warning = f"STRICT-IMG-{rule}: {sentence}"
        if warning not in self.warnings:
            self.warnings.append(warning)
        self.capped = self.capped or cap
