"""Which parts of the content an action is said to have changed (C2PA 2.4 §18.2, §18.15.4.5)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from provkit.manifest import cbor
from provkit.origin import vocabulary
from provkit.statements.model import Range, StatedPart
from provkit.statements.stated import LONGEST, MOST, text
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.manifest.assertions import Actions

_LARGEST: Final = 2**53
"""Larger numbers are no offsets."""
_SHORT: Final = 200


def parts(actions: Actions, content: Any, *, attributed: bool, where: str) -> Iterator[StatedPart]:
    """The regions in the ``changes`` of actions.

    Args:
        actions: of an assertion, with its templates applied.
        content: of the same assertion, decoded.
        attributed: the signer stands behind it.
        where: JUMBF URI of the assertion.
    """
    for action in actions.actions:
        changes = content["actions"][action.position].get("changes")
        if not isinstance(changes, cbor.LISTS):
            continue
        for number, region in enumerate(changes):
            if not isinstance(region, cbor.MAPS):
                continue
            own = region.get("digitalSourceType")
            stated = text(own if isinstance(own, str) else action.source_type)
            term = vocabulary.lookup(stated)
            yield StatedPart(
                action=action.name[:_SHORT],
                source_type=stated,
                cls=term.cls if term else OriginClass.UNKNOWN,
                ranges=tuple(islice(_ranges(region.get("region")), MOST)),
                name=text(region.get("name")),
                description=text(region.get("description")),
                role=text(region.get("role")),
                attributed=attributed,
                where=f"{where}#actions[{action.position}].changes[{number}]",
            )


def _ranges(value: Any) -> Iterator[Range]:
    for entry in value if isinstance(value, cbor.LISTS) else ():
        match entry:
            case {"type": "textual", "text": {"selectors": [*selectors]}}:
                yield from filter(None, map(_textual, selectors))
            case {"type": "frame"}:
                inner = entry.get("frame")
                start, end = _bounds(inner)
                yield Range("frame", f"frames or pages {_span(start, end)}", None, start, end)
            case {"type": "temporal", "time": {**time}}:
                begin, until = text(time.get("start")), text(time.get("end"))
                yield Range("temporal", f"time {begin or 'of the start'} to {until or 'the end'}"[:_SHORT])
            case {"type": "spatial", "shape": {**shape}}:
                yield Range("spatial", _shape(shape))
            case {"type": "identified", "item": {"identifier": str() as name, "value": str() as item}}:
                yield Range("identified", f"{name[:_SHORT]} {item[:_SHORT]}")
            case {"type": str() as kind}:
                yield Range(kind[:_SHORT], "a range that this version cannot describe")
            case _:
                pass


def _textual(selector: Any) -> Range | None:
    """One range of text: from a selector to another, or within one."""
    match selector:
        case {"selector": {**first}}:
            pass
        case _:
            return None
    fragment = text(first.get("fragment"))
    start, end = _bounds(first)
    last = selector.get("end")
    if isinstance(last, cbor.MAPS):
        stop = _bounds(last)[1]
        stop = _bounds(last)[0] if stop is None else stop
        other = text(last.get("fragment"))
        said = f"from {_place(fragment, start)} to {_place(other, stop)}"
        return Range("textual", said, fragment, start, stop if other == fragment else None)
    inside = f" of {fragment[:_SHORT]}" if fragment else ""
    if start is None and end is None:
        return Range("textual", f"all{inside}" if inside else "all of the text", fragment)
    return Range("textual", f"characters {_span(start, end)}{inside}", fragment, start, end)


def _place(fragment: str | None, offset: int | None) -> str:
    where = fragment[:_SHORT] if fragment else "the text"
    return where if offset is None else f"character {offset} of {where}"


def _span(start: int | None, end: int | None) -> str:
    return f"{'from the start' if start is None else start} to {'the end' if end is None else end}"


def _bounds(value: Any) -> tuple[int | None, int | None]:
    fields = value if isinstance(value, cbor.MAPS) else {}
    start, end = (_offset(fields.get(name)) for name in ("start", "end"))
    return start, end


def _offset(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < _LARGEST else None


def _shape(shape: Any) -> str:
    kind = (text(shape.get("type")) or "shape")[:_SHORT]
    unit = (text(shape.get("unit")) or "")[:_SHORT]
    size = " by ".join(filter(None, (_number(shape.get(name)) for name in ("width", "height"))))
    origin = shape.get("origin")
    place = [_number(origin.get(name)) for name in ("x", "y")] if isinstance(origin, cbor.MAPS) else []
    at = f" at {place[0]}, {place[1]}" if place and None not in place else ""
    outside = "all but a " if shape.get("inside") is False else ""
    return f"{outside}{kind}{at}{f' of {size}' if size else ''} {unit}".strip()[:LONGEST]


def _number(value: Any) -> str | None:
    """A number of a coordinate in words; None for what is none (and for one that is not finite)."""
    return f"{value:g}" if type(value) in (int, float) and abs(value) < _LARGEST else None
