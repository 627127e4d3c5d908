"""When content was signed: by the word of a time-stamp authority, or else by the signer's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from provkit.manifest import cbor
from provkit.verdict import TimeFact

if TYPE_CHECKING:
    from provkit.manifest.validation import Validation


def signing_time(run: Validation) -> TimeFact | None:
    """When a manifest was signed, by the best word there is; None if nobody says it."""
    return TimeFact(run.stamped, "timestamped") if run.stamped is not None else claimed_time(run)


def claimed_time(run: Validation) -> TimeFact | None:
    """The latest ``when`` of an attributed action; None if there is none."""
    latest: datetime | None = None
    for label, actions in run.actions.items():
        if label not in run.created:
            continue
        for action in actions.actions:
            moment = _moment(action.when)
            if moment is not None and (latest is None or moment > latest):
                latest = moment
    return TimeFact(latest, "claimed") if latest is not None else None


def _moment(value: object) -> datetime | None:
    inner = value.value if isinstance(value, cbor.Tag) else value
    if not isinstance(inner, str):
        return None
    try:
        moment = datetime.fromisoformat(inner)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
