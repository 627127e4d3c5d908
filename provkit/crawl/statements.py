"""What a credential that holds says beside the origin: use, category and purpose (READ-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.crawl.signals import manifest as usage
from provkit.verdict import State

if TYPE_CHECKING:
    from provkit.crawl.model import Preference
    from provkit.verdict import Verdict

LONGEST: Final = 200
"""Characters of a value that a reading keeps."""


class Statements(NamedTuple):
    """What the assertions of one manifest state."""

    preferences: tuple[Preference, ...] = ()
    categories: tuple[str, ...] = ()
    purpose: str | None = None
    """Only where a listed signer stands behind it: it buys a larger share of a mix."""


NOTHING: Final = Statements()


def of(verdict: Verdict | None) -> Statements:
    """The statements of a credential; none, unless it holds."""
    if verdict is None or not (verdict.usage or verdict.records):
        return NOTHING
    purposes = [
        record.purpose[:LONGEST] for record in verdict.records if record.purpose and record.attributed
    ]
    return Statements(
        usage.preferences(verdict.usage),
        tuple(record.category[:LONGEST] for record in verdict.records if record.category),
        purposes[-1] if purposes and verdict.state is State.TRUSTED else None,
    )
