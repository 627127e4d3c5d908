"""Turning a verdict into accept or refuse.  Facts stay facts; this is where opinions live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from provkit.errors import PolicyError
from provkit.verdict import OriginClass, State, Verdict


@dataclass(frozen=True, slots=True)
class Policy:
    """What a verdict must satisfy.  Immutable; combine by building a new one."""

    states: frozenset[State] = frozenset({State.TRUSTED})
    """Accepted states."""
    origins: frozenset[OriginClass] | None = None
    """Accepted origin classes; None accepts any."""
    complete: bool = False
    """The signer must state that all actions are listed."""

    @classmethod
    def trusted(cls) -> Self:
        """Intact and signed by somebody on a list."""
        return cls()

    @classmethod
    def intact(cls) -> Self:
        """Intact, whoever signed."""
        return cls(states=frozenset({State.TRUSTED, State.VALID}))

    def reasons(self, verdict: Verdict) -> tuple[str, ...]:
        """Every requirement the verdict does not meet, one sentence each."""
        reasons = []
        if verdict.state not in self.states:
            reasons.append(f"the state is {verdict.state}, and {_words(self.states)} is required")
        if self.origins is not None and verdict.origin.cls not in self.origins:
            reasons.append(
                f"the stated origin is {verdict.origin.cls}, and {_words(self.origins)} is required"
            )
        if self.complete and not verdict.origin.complete:
            reasons.append("the signer does not state that all actions are listed")
        return tuple(reasons)

    def check(self, verdict: Verdict) -> None:
        """Raise unless the verdict satisfies the policy.

        Raises:
            PolicyError: with all reasons.
        """
        reasons = self.reasons(verdict)
        if reasons:
            raise PolicyError("; ".join(reasons), reasons=reasons)


def _words(values: frozenset[State] | frozenset[OriginClass]) -> str:
    return " or ".join(sorted(str(value) for value in values))
