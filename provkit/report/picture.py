"""A chain of manifests as one picture: cards, the newest on top, and arrows from what it was made from.

Like the tree of ``provkit inspect``, each manifest is drawn once; elsewhere its number stands.  SVG
breaks no lines, so text is cut to what fits; all of it is in the table below the picture.  States are
words as well as colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from provkit.origin.vocabulary import lookup
from provkit.report.escape import escape
from provkit.report.markup import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provkit.report.chain import Event, Link, Step
    from provkit.report.standing import Standing

CARDS: Final = 40
"""Manifests that are drawn."""
_LINKS: Final = 12
"""Ingredients of one manifest that are drawn."""
_LANES: Final = 6
"""Levels that are drawn one in the other; what is deeper is only named."""
_RUN: Final = 7
"""Longest unbranched run that is drawn whole; of a longer one the ends are."""
_ENDS: Final = 3
_WIDTH: Final = 520
_HEIGHT: Final = 84
_STUB: Final = 38
_BOLD: Final = 1.14
"""How much wider bold text is."""
_LANE: Final = 40
_GAP: Final = 34
"""Between two rows; the arrow and its word stand there."""
BASES: Final = {
    "claimed": "claimed",
    "timestamped": "time-stamped",
    "unchecked": "time stamp not checked",
    "refused": "time stamp does not count",
}
"""What the time of a manifest rests on."""
RELATIONS: Final = {
    "parentOf": "made from (parentOf)",
    "componentOf": "contains (componentOf)",
    "inputTo": "used as input (inputTo)",
}
"""What a relationship of C2PA 2.4 §18.16 means, read from above."""


def picture(events: tuple[Event, ...], standing: Mapping[str, Standing], name: str, mark: str) -> str:
    """The picture as inline SVG.

    Args:
        events: as :func:`provkit.report.chain.chain` gives them, at least one.
        standing: of each, as :func:`provkit.report.standing.standings` gives it.
        name: of the file, raw.
        mark: prefix of the ids in it, unique on the page.
    """
    drawing = _Drawing(events, standing)
    width = 2 + _WIDTH + _LANE * max(row.lane for row in drawing.rows)
    bottom = max(row.y + row.height for row in drawing.rows) + 2
    links = sum(len(event.links) for event in events)
    described = (
        f"{_count(len(events), 'manifest')} with {_count(links, 'ingredient')}, the newest on top. "
        "The table below has the same as text."
    )
    return (
        f'<svg viewBox="0 0 {width} {bottom}" width="{width}" height="{bottom}" role="img" '
        f'aria-labelledby="{mark}t {mark}d"><title id="{mark}t">Chain of manifests of {safe(name)}</title>'
        f'<desc id="{mark}d">{described}</desc>{"".join(drawing.parts)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """Something drawn: a card, or a stub for what has none here."""

    lane: int
    y: int
    height: int


class _Drawing:
    def __init__(self, events: tuple[Event, ...], standing: Mapping[str, Standing]) -> None:
        self.rows: list[_Row] = []
        self.parts: list[str] = []
        self._standing = standing
        self._by_label = {event.label: event for event in events}
        self._drawn: set[str] = set()
        self._cards = 0
        self._y = 2
        roots = [event for event in events if event.active or not event.referenced]
        for event in roots or events[:1]:
            if event.label in self._drawn or self._cards >= CARDS:
                continue
            if self.rows:
                self._y += _GAP
            self._manifest(event, 0)
        left = len(events) - len(self._drawn)
        if left:
            self._y += _GAP // 2
            self._stub(0, f"{_count(left, 'more manifest')}, in the table below")

    def _manifest(self, event: Event, lane: int) -> None:
        self._ingredients(event, lane, self._card(event, lane))

    def _ingredients(self, event: Event, lane: int, above: _Row) -> None:
        """All that a manifest was made from, below its card."""
        if len(event.links) == 1:
            self._below(event, lane, above)
            return
        groups = [list(group) for _, group in groupby(event.links, key=_kin)]
        drawn = groups[:_LINKS]
        for group in drawn:
            link = group[0]
            self._y += _GAP
            here = len(self.rows)
            target = self._target(link)
            if target is None or lane + 1 >= _LANES:
                self._stub(lane + 1, self._named(event, group))
            else:
                self._manifest(target, lane + 1)
            self._elbow(above, self.rows[here], _relation(link))
        more = sum(map(len, groups[_LINKS:]))
        if more:
            self._y += _GAP // 2
            row = self._stub(lane + 1, f"{_count(more, 'more ingredient')}, in the table below")
            self._elbow(above, row, "")
        if drawn:
            self.parts.append(_tip(1 + lane * _LANE + 18, above.y + above.height))

    def _below(self, event: Event, lane: int, above: _Row) -> None:
        """The only ingredient straight below, and its only one; a long run of such is shortened."""
        run = self._run(event)
        first, last = (_ENDS, len(run) - _ENDS) if len(run) > _RUN else (len(run), len(run))
        for position, target in enumerate(run):
            word = _relation(event.links[0])
            event = target
            if first <= position < last:
                self._drawn.add(target.label)
                if position > first:
                    continue
            self._y += _GAP
            if first <= position < last:
                row = self._stub(lane, f"{_count(last - first, 'manifest')} between, in the table below")
            else:
                row = self._card(target, lane)
            self._straight(above, row, word)
            above = row
        if run:
            self._ingredients(event, lane, above)
            return
        self._y += _GAP
        row = self._stub(lane, self._named(event, [event.links[0]]))
        self._straight(above, row, _relation(event.links[0]))

    def _run(self, event: Event) -> list[Event]:
        """The manifests below one, each the only ingredient of the one above, that are to be drawn."""
        found: list[Event] = []
        seen = {event.label}
        while len(event.links) == 1:
            target = self._target(event.links[0])
            if target is None or target.label in seen:
                break
            seen.add(target.label)
            found.append(target)
            event = target
        return found

    def _target(self, link: Link) -> Event | None:
        """The manifest of an ingredient, if it is to be drawn here."""
        target = self._by_label.get(link.manifest or "")
        if target is None or target.label in self._drawn or self._cards >= CARDS:
            return None
        return target

    def _named(self, event: Event, links: list[Link]) -> str:
        """What stands in place of a card; several ingredients share one if they have no credential."""
        link = links[0]
        target = self._by_label.get(link.manifest or "")
        if target is not None:
            shown = "drawn above" if target.label in self._drawn else "in the table below"
            return f"manifest {target.number}, {shown}"
        told = self._standing[event.label].told
        titles = ", ".join(escape(one.title, limit=40) for one in links[:4] if one.title) if told else ""
        if link.manifest is not None:
            said = "its credential is not in this file"
        elif len(links) > 1:
            said = f"{len(links)} without a credential of their own"
        else:
            said = "no credential of its own"
        return f"{titles}: {said}" if titles else said

    def _card(self, event: Event, lane: int) -> _Row:
        self._drawn.add(event.label)
        self._cards += 1
        known = self._standing[event.label]
        row, x = self._row(lane, _HEIGHT), 1 + lane * _LANE
        room = _WIDTH - 64
        lines = _lines(event, known)
        word = fitted(known.word, 180, 12.5 * _BOLD)
        name = fitted(lines[0], room - _long(word, 12.5 * _BOLD) - 16, 14.5 * _BOLD)
        first = " first" if event.active else ""
        self.parts.append(
            f'<g class="{known.state}"><rect class="box{first}" x="{x}" y="{row.y}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" rx="9"/><rect class="bar" x="{x}" y="{row.y + 10}" width="5" height="{_HEIGHT - 20}" '
            f'rx="2.5"/><circle class="dot" cx="{x + 30}" cy="{row.y + 26}" r="12"/>'
            f'<text class="badge" x="{x + 30}" y="{row.y + 30.5}" text-anchor="middle">{event.number}</text>'
            f'<text class="name" x="{x + 52}" y="{row.y + 31}">{safe(name, None)}</text>'
            f'<text class="word" x="{x + _WIDTH - 14}" y="{row.y + 31}" text-anchor="end">{safe(word, None)}</text>'
            f'<text class="note" x="{x + 52}" y="{row.y + 51}">{safe(fitted(lines[1], room, 12.5), None)}</text>'
            f'<text class="note" x="{x + 52}" y="{row.y + 70}">{safe(fitted(lines[2], room, 12.5), None)}</text></g>'
        )
        return row

    def _stub(self, lane: int, text: str) -> _Row:
        row, x = self._row(lane, _STUB), 1 + lane * _LANE
        shown = safe(fitted(escape(text, limit=400), _WIDTH - 32, 12.5), None)
        self.parts.append(
            f'<g><rect class="stub" x="{x}" y="{row.y}" width="{_WIDTH}" height="{_STUB}" rx="9"/>'
            f'<text class="note" x="{x + 16}" y="{row.y + 24}">{shown}</text></g>'
        )
        return row

    def _row(self, lane: int, height: int) -> _Row:
        row = _Row(lane, self._y, height)
        self.rows.append(row)
        self._y += height
        return row

    def _straight(self, above: _Row, below: _Row, word: str) -> None:
        x = 1 + above.lane * _LANE + 30
        top = above.y + above.height
        self.parts.append(f'<path class="rail" d="M{x} {below.y}V{top + 6}"/>{_tip(x, top)}')
        self._word(x + 12, below.y, word)

    def _elbow(self, above: _Row, below: _Row, word: str) -> None:
        x = 1 + above.lane * _LANE + 18
        left, y = 1 + below.lane * _LANE, below.y + min(below.height // 2, 26)
        self.parts.append(
            f'<path class="rail" d="M{left} {y}H{x + 7}Q{x} {y} {x} {y - 7}V{above.y + above.height + 6}"/>'
        )
        self._word(left + 6, below.y, word)

    def _word(self, x: int, y: int, word: str) -> None:
        if word:
            self.parts.append(
                f'<text class="note" x="{x}" y="{y - 9}">{safe(fitted(word, 320, 12.5), None)}</text>'
            )


def _tip(x: int, y: int) -> str:
    return f'<path class="tip" d="M{x} {y + 1}l5 9h-10z"/>'


def _kin(link: Link) -> tuple[str | None, str]:
    """Equal for ingredients that are drawn as one: those without a credential, in the same role."""
    return link.relationship, "" if link.manifest is None else link.label


def _relation(link: Link) -> str:
    relation = link.relationship or "ingredient that cannot be read"
    return RELATIONS.get(relation, escape(relation, limit=60))


def _lines(event: Event, known: Standing) -> tuple[str, str, str]:
    kind = "" if event.kind == "standard" else f"{event.kind} manifest"
    if not known.told:
        return ("Not shown", kind or "what it states is not shown", escape(event.label, limit=120))
    when = "time not stated"
    if event.time is not None:
        when = f"{event.time:%Y-%m-%d %H:%M} UTC, {BASES[known.basis]}"
    with_what = f"with {escape(event.generator, limit=80)}" if event.generator else ""
    return (
        escape(event.signer, limit=120) if event.signer else "Signer not known",
        " · ".join(part for part in (when, with_what, kind) if part),
        _actions(event.steps),
    )


def _actions(steps: tuple[Step, ...]) -> str:
    """What was done, in the words of the standard, and what the source types stand for."""
    if not steps:
        return "no action stated"
    names: dict[str, None] = {}
    for step in steps[:40]:
        term = lookup(step.source_type)
        what = f" ({term.uri.rpartition('/')[2]})" if term is not None else ""
        names[f"{escape(step.action.removeprefix('c2pa.'), limit=40)}{what}"] = None
    return ", ".join(names)


def fitted(text: str, width: float, size: float) -> str:
    """`text` cut to about `width` pixels at a font size; what is cut off is shown as an ellipsis."""
    if _long(text, size) <= width:
        return text
    room, kept = width - size, 0
    for character in text:
        room -= _wide(character) * size
        if room < 0:
            break
        kept += 1
    return f"{text[:kept].rstrip()}…"


def _long(text: str, size: float) -> float:
    return sum(map(_wide, text)) * size


def _wide(character: str) -> float:
    """About how wide a character is, in font sizes."""
    if east_asian_width(character) in "WF":
        return 1.05
    if character in "iIljtfr.,:;'|! ()":
        return 0.4
    return 0.8 if character.isupper() or character in "mw@%" else 0.62


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


__all__ = ["BASES", "CARDS", "RELATIONS", "fitted", "picture"]
