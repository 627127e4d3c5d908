"""How each manifest of a chain stands: what a verdict, or the signer above it, says of it.

What a manifest states is told only where nothing speaks against it: whoever a broken one names may
have nothing to do with the file (C2PA 2.4 §15.3, user experience guidance 5.6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from provkit.codes import StatusCode, StatusKind
from provkit.manifest.store import parse_uri
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.report.chain import Event, Link
    from provkit.verdict import Status, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """One manifest of a chain."""

    state: State
    """The nearest of the four, for the colour; *unsigned* where nobody judged."""
    word: str
    """What is known, in a few words."""
    told: bool
    """What it states may be shown."""
    basis: str = "claimed"
    """What its time rests on: ``claimed``, ``timestamped``, ``unchecked``, or ``refused``: a time stamp
    that was judged and does not count."""


def standings(events: tuple[Event, ...], verdict: Verdict | None) -> dict[str, Standing]:
    """How each manifest stands, by its label."""
    holds = verdict is not None and verdict.state in (State.TRUSTED, State.VALID)
    links: dict[str, list[Link]] = {}
    for event in events:
        for link in event.links:
            if link.manifest is not None:
                links.setdefault(link.manifest, []).append(link)
    found = _statuses(verdict) if verdict is not None else {}
    known: dict[str, Standing] = {}
    for event in events:
        if event.active and verdict is not None:
            basis = "refused" if event.basis == "unchecked" else event.basis or "claimed"
            known[event.label] = Standing(verdict.state, str(verdict.state), told=holds, basis=basis)
        elif not holds:
            known[event.label] = Standing(State.UNSIGNED, "not shown", told=False)
        elif not event.referenced:
            known[event.label] = Standing(State.INVALID, "nothing leads here", told=False)
        else:
            codes = found.get(event.label, set())
            part = _part(links.get(event.label, []), codes)
            known[event.label] = replace(part, basis=_basis(event, codes))
    _spread(events, known)
    return known


def _part(links: list[Link], codes: set[StatusCode]) -> Standing:
    failures = {code for code in codes if code.kind is StatusKind.FAILURE} - {_UNTRUSTED}
    if failures or any(link.failures for link in links):
        return Standing(State.INVALID, "does not hold", told=False)
    recorded = {link.recorded for link in links}
    if State.INVALID in recorded:
        return Standing(State.INVALID, "recorded as invalid", told=False)
    if StatusCode.SIGNING_CREDENTIAL_TRUSTED in codes:
        return Standing(State.TRUSTED, "holds, listed signer", told=True)
    if any(link.failures is not None for link in links):
        return Standing(State.VALID, "holds, unlisted signer" if _UNTRUSTED in codes else "holds", told=True)
    for state in (State.TRUSTED, State.VALID):
        if state in recorded:
            # The signer above wrote that down; nobody looked now.
            return Standing(State.UNSIGNED, f"recorded as {state}", told=True)
    return Standing(State.UNSIGNED, "no result recorded", told=True)


def _basis(event: Event, codes: set[StatusCode]) -> str:
    if event.basis == "unchecked" and StatusCode.TIME_STAMP_TRUSTED in codes:
        return "timestamped"
    if event.basis == "unchecked" and any(code.startswith("timeStamp.") for code in codes):
        return "refused"
    return event.basis or "claimed"


def _spread(events: tuple[Event, ...], known: dict[str, Standing]) -> None:
    """What only a broken manifest leads to is not shown either."""
    heirs = {
        event.label: [heir for link in event.links if (heir := link.manifest) is not None and heir in known]
        for event in events
    }
    reached = {event.label for event in events if event.active}
    waiting = list(reached)
    while waiting:
        label = waiting.pop()
        if known[label].told:
            fresh = [heir for heir in heirs[label] if heir not in reached]
            reached.update(fresh)
            waiting.extend(fresh)
    for label, standing in known.items():
        if label not in reached and standing.told:
            known[label] = Standing(State.UNSIGNED, "below one that does not hold", told=False)


def _statuses(verdict: Verdict) -> dict[str, set[StatusCode]]:
    """Codes by the manifest they are about."""
    found: dict[str, set[StatusCode]] = {}
    for status in _all(verdict):
        target = parse_uri(status.url) if status.url is not None else None
        if target is not None and target.manifest is not None:
            found.setdefault(target.manifest, set()).add(status.code)
    return found


def _all(verdict: Verdict) -> Iterator[Status]:
    for statuses in (verdict.statuses, *(entry.statuses for entry in verdict.ingredients)):
        yield from (*statuses.success, *statuses.informational, *statuses.failure)


_UNTRUSTED = StatusCode.SIGNING_CREDENTIAL_UNTRUSTED

__all__ = ["Standing", "standings"]
