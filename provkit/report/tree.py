"""A chain of manifests as a tree that a person can follow, the newest on top.

Each manifest is drawn once, below the first ingredient that refers to it; elsewhere its number
stands.  That also ends cycles, which only a forger can make.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from provkit.origin.vocabulary import lookup
from provkit.verdict import OriginClass, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from provkit.report.chain import Event, Link, Step
    from provkit.report.text import Style

_VALUE: Final = 120
"""Longest text of a file on a line, characters."""
_ENTRIES: Final = 16
"""Actions, ingredients or labels of one manifest that are shown."""
_DEEP: Final = 6
"""Levels that are drawn one in the other; what is deeper follows below, from the margin."""
_MANIFESTS: Final = 40
"""Manifests that are drawn."""
_PLUMBING: Final = ("c2pa.hash.", "c2pa.thumbnail.")
"""Assertions that nearly every manifest has, and that tell a person nothing."""
_NARROWEST: Final = 40
_RELATIONSHIPS: Final = {
    "parentOf": "made from (parentOf)",
    "componentOf": "contains (componentOf)",
    "inputTo": "used as input (inputTo)",
}
_BASES: Final = {
    "claimed": "claimed",
    "timestamped": "timestamped",
    "unchecked": "time stamp, not checked here",
}


def tree(events: tuple[Event, ...], style: Style) -> Iterator[str]:
    """Lines of the tree.

    Args:
        events: as :func:`provkit.report.chain.chain` gives them.
        style: how the lines are to look.
    """
    shown = events[:_MANIFESTS]
    drawing = _Drawing(shown, style)
    for event in shown:
        yield from drawing.root(event)
    if len(events) > len(shown):
        yield ""
        yield f"... {len(events) - len(shown)} more manifests; --format json lists all"


class _Drawing:
    def __init__(self, events: tuple[Event, ...], style: Style) -> None:
        self._by_label = {event.label: event for event in events}
        self._style = style
        self._drawn: set[str] = set()
        self._promised: set[str] = set()

    def root(self, event: Event) -> Iterator[str]:
        if event.label in self._drawn:
            return
        if self._drawn:
            yield ""
        if not event.referenced:
            yield "nothing in the active manifest leads to this one:"
        yield from self._manifest(event, "", 1)

    def _manifest(self, event: Event, prefix: str, depth: int) -> Iterator[str]:
        self._drawn.add(event.label)
        style = self._style
        kind = "" if event.kind == "standard" else f", {event.kind}"
        active = ", active" if event.active else ""
        yield from self._fit(
            prefix, f"manifest {event.number}{active}{kind}: {style.escape(event.label, _VALUE)}"
        )
        rail = self._rail(last=not event.links)
        for name, value in _facts(event, style):
            yield from self._fit(f"{prefix}{rail}", f"{name:<11} {value}", hang=12)
        links = event.links[:_ENTRIES]
        more = len(event.links) - len(links)
        for position, link in enumerate(links):
            yield from self._link(link, prefix, depth, last=position == len(links) - 1 and not more)
        if more:
            yield f"{prefix}{self._joint(last=True)}... {more} more ingredients"

    def _link(self, link: Link, prefix: str, depth: int, *, last: bool) -> Iterator[str]:
        below = f"{prefix}{self._rail(last=last)}"
        head = _headline(link, self._style)
        target = self._by_label.get(link.manifest or "")
        draw = False
        if target is not None:
            if target.label in self._drawn:
                head = f"{head}; manifest {target.number}, above"
            elif depth >= _DEEP or target.label in self._promised:
                self._promised.add(target.label)
                head = f"{head}; manifest {target.number}, below"
            else:
                draw = True
        elif link.present:
            head = f"{head}; not drawn here"
        yield from self._fit(f"{prefix}{self._joint(last=last)}", head, rest=f"{below}   ")
        if draw and target is not None:
            yield from self._manifest(target, below, depth + 1)

    def _joint(self, *, last: bool) -> str:
        if self._style.unicode:
            return "└─ " if last else "├─ "
        return "`- " if last else "|- "

    def _rail(self, *, last: bool) -> str:
        return "   " if last else "│  " if self._style.unicode else "|  "

    def _fit(self, prefix: str, line: str, *, hang: int = 3, rest: str | None = None) -> Iterator[str]:
        """`line` behind `prefix`, broken to the width of the terminal."""
        width = self._style.width
        if width is None or len(prefix) + len(line) <= width:
            yield f"{prefix}{line}"
            return
        later = f"{prefix}{' ' * hang}" if rest is None else rest
        yield from wrap(
            line,
            max(width, len(later) + _NARROWEST),
            initial_indent=prefix,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _facts(event: Event, style: Style) -> Iterator[tuple[str, str]]:
    if event.signer is not None:
        details = [f"issued by {style.quote(event.issuer)}"] if event.issuer else []
        details += [event.algorithm] if event.algorithm else []
        of = ""
        if event.organization and event.organization != event.signer:
            of = f" of {style.quote(event.organization)}"
        yield "signer", f"{style.quote(event.signer)}{of} ({', '.join(details)})"
    if event.time is not None:
        yield "time", f"{_minute(event.time)} ({_BASES.get(event.basis or '', 'claimed')})"
    else:
        yield "time", "not stated"
    if event.generator is not None:
        yield "generator", style.quote(event.generator)
    if event.title is not None:
        yield "title", style.quote(event.title)
    for step in event.steps[:_ENTRIES]:
        yield "action", _step(step, style)
    if len(event.steps) > _ENTRIES:
        yield "", f"... {len(event.steps) - _ENTRIES} more actions"
    if event.steps and event.complete:
        yield "", "the signer states that these are all"
    others = [label for label in event.others if not label.startswith(_PLUMBING)]
    if others:
        listed = ", ".join(style.escape(label, 60) for label in others[:_ENTRIES])
        more = f", ... {len(others) - _ENTRIES} more" if len(others) > _ENTRIES else ""
        yield "holds also", f"{listed}{more}"
    for problem in event.problems[:_ENTRIES]:
        yield "unreadable", style.escape(problem, _VALUE)


def _step(step: Step, style: Style) -> str:
    parts = [style.escape(step.action, 60)]
    if step.source_type is not None:
        what = _term(step.source_type, style)
        cls = "says nothing of who made it" if step.cls == OriginClass.UNKNOWN else f"stands for {step.cls}"
        parts.append(f"source type {what} ({cls})")
    if step.agent is not None:
        parts.append(f"by {style.quote(step.agent)}")
    if step.media_type is not None:
        parts.append(style.escape(step.media_type, 60))
    if not step.attributed:
        parts.append("not attributed to the signer")
    return ", ".join(parts)


def _term(source_type: str, style: Style) -> str:
    """The bare term of a well-known vocabulary, else the whole value."""
    known = lookup(source_type)
    return (
        known.uri.rpartition("/")[2]
        if known and known.uri == source_type
        else style.escape(source_type, _VALUE)
    )


def _headline(link: Link, style: Style) -> str:
    relationship = link.relationship or "ingredient that cannot be read"
    head = _RELATIONSHIPS.get(relationship, style.escape(relationship, 40))
    name = f" {style.quote(link.title)}" if link.title else ""
    kind = f", {style.escape(link.media_type, 60)}" if link.media_type else ""
    return f"{head}{name}{kind}: {_state(link, style)}"


def _state(link: Link, style: Style) -> str:
    if link.manifest is None:
        if link.source_type is not None:
            return f"no credential of its own; source type {_term(link.source_type, style)}"
        return "no credential of its own"
    if not link.present:
        now = "its credential is not in this file"
    elif link.failures:
        now = f"its credential does not hold ({_some(link.failures, style)})"
    elif link.failures is not None and link.recorded != State.INVALID:
        # What was recorded is not reported again, so this says nothing of a credential that was invalid then.
        now = "nothing found against its credential"
    else:
        now = ""
    if link.recorded is None:
        then = "no result recorded when it was added"
    else:
        codes = f" ({_some(link.recorded_failures, style)})" if link.recorded_failures else ""
        then = f"recorded as {link.recorded} when it was added{codes}"
    return f"{now}; {then}" if now else then


def _some(codes: tuple[str, ...], style: Style) -> str:
    listed = ", ".join(style.escape(code, 60) for code in codes[:3])
    return f"{listed}, ..." if len(codes) > 3 else listed


def _minute(value: datetime) -> str:
    return f"{value.isoformat(sep=' ', timespec='minutes')[:16]} UTC"


__all__ = ["tree"]
