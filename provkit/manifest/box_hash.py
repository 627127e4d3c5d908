"""A general box hash, and whether an asset is what it lists (C2PA 2.4 §18.7, §15.12.3)."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.manifest import cbor
from provkit.manifest.validation import HASHERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.carriers.boxed import Box

LABEL: Final = "c2pa.hash.boxes"
_STORE: Final = "C2PA"
_OPTIONAL: Final = "PNGh"

Problem = tuple[StatusCode, str]
"""Why an asset is not what a hash lists."""


class Exclusion(NamedTuple):
    """A range left out of one box, bytes from its start."""

    box: int
    """Which of the boxes of the entry."""
    start: int
    length: int


class Entry(NamedTuple):
    """Boxes in a row under one hash."""

    names: tuple[str, ...]
    alg: str | None
    hash: bytes | None
    excluded: bool
    exclusions: tuple[Exclusion, ...]


class BoxHash(NamedTuple):
    """``c2pa.hash.boxes``."""

    entries: tuple[Entry, ...]
    alg: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the list."""
        return tuple(name for entry in self.entries for name in entry.names)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of the boxes that are not hashed, or not whole; the store aside."""
        return tuple(
            name
            for entry in self.entries
            if entry.excluded or entry.exclusions
            for index, name in enumerate(entry.names)
            if name != _STORE and (entry.excluded or any(one.box == index for one in entry.exclusions))
        )

    @classmethod
    def read(cls, value: Any) -> BoxHash:
        """Read the assertion.

        Raises:
            MalformedError: ``assertion.boxesHash.malformed``: fields missing or of the wrong type, padding
                that is not zero, exclusions out of order, or the store under one hash with others.
        """
        fields = value if isinstance(value, cbor.MAPS) else {}
        listed, alg = fields.get("boxes"), fields.get("alg")
        if not isinstance(listed, cbor.LISTS) or not listed or not _is_name(alg, optional=True):
            raise MalformedError("the box hash lists no boxes, or has an alg that is not text")
        return cls(tuple(_entry(one) for one in listed), alg)


def _is_name(value: Any, *, optional: bool = False) -> bool:
    return isinstance(value, str) or (optional and value is None)


def _entry(value: Any) -> Entry:
    fields = value if isinstance(value, cbor.MAPS) else {}
    names, digest, excluded = fields.get("names"), fields.get("hash"), fields.get("excluded", False)
    if not isinstance(names, cbor.LISTS) or not names or not all(map(_is_name, names)):
        raise MalformedError("an entry of the box hash has no names")
    if _STORE in names and len(names) > 1:
        raise MalformedError("the box hash lists the manifest store together with other boxes")
    if not (digest is None or isinstance(digest, bytes)) or not isinstance(excluded, bool):
        raise MalformedError("an entry of the box hash has fields of a wrong type")
    if not _is_name(fields.get("alg"), optional=True):
        raise MalformedError("an entry of the box hash has an alg that is not text")
    for name in ("pad", "pad2"):
        pad = fields.get(name, b"")
        if not isinstance(pad, bytes) or pad.strip(b"\0"):
            raise MalformedError(f"{name} of the box hash is not zero-filled")
    exclusions = _exclusions(fields["exclusions"], len(names)) if "exclusions" in fields else ()
    return Entry(tuple(names), fields.get("alg"), digest, excluded, exclusions)


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise MalformedError("an exclusion of the box hash has no box, start or length")
    return value


def _exclusions(value: Any, count: int) -> tuple[Exclusion, ...]:
    found: list[Exclusion] = []
    for entry in cbor.items(value):
        fields = entry if isinstance(entry, cbor.MAPS) else {}
        # Which box is meant need not be said where there is one.
        box = _number(fields.get("boxIndex", 0 if count == 1 else None))
        one = Exclusion(box, _number(fields.get("start")), _number(fields.get("length")))
        if box >= count:
            raise MalformedError("an exclusion of the box hash is for a box that is not listed")
        if found and (box, one.start) < (found[-1].box, found[-1].start + found[-1].length):
            raise MalformedError("exclusions of the box hash are out of order or overlap")
        found.append(one)
    if not found:
        raise MalformedError("exclusions of the box hash are not a list, or an empty one")
    return tuple(found)


def listing_problem(view: BoxHash, boxes: Sequence[Box]) -> Problem | None:
    """Why an asset does not have the boxes that a hash lists; None if it has (§15.12.3).

    Every box has to be listed, in order, no byte may stand between two entries, and what a decoder
    needs may not be left out (STRICT-BOX-1).
    """
    listed = view.names
    boxes = _named(view, boxes)
    names = tuple(box.name for box in boxes)
    if names != listed:
        more, less = Counter(names) - Counter(listed), Counter(listed) - Counter(names)
        if more:
            why = f"the asset has a box {next(iter(more))[:20]!r} that the hash does not list"
            return StatusCode.ASSERTION_BOXES_HASH_UNKNOWN_BOX, why
        why = f"the asset has no box {next(iter(less))[:20]!r}" if less else "the boxes are out of order"
        return StatusCode.ASSERTION_BOXES_HASH_MISMATCH, why
    rows = tuple(_rows(view, boxes))
    if any(before[-1].end != after[0].start for before, after in pairwise(rows)):
        return StatusCode.ASSERTION_BOXES_HASH_UNKNOWN_BOX, "no hash covers the bytes between two boxes"
    for entry, row in zip(view.entries, rows, strict=True):
        content = next((box for box in row if not box.aside and box.name != _STORE), None)
        if entry.excluded and content is not None:
            why = f"the box {content.name[:20]!r} is left out, which is no metadata"
            return StatusCode.ASSERTION_BOXES_HASH_MISMATCH, why
    return None


def _named(view: BoxHash, boxes: Sequence[Box]) -> Sequence[Box]:
    """The boxes that have to be listed: the first eight bytes of a PNG need not (§18.7.3.2)."""
    skip = bool(boxes) and boxes[0].name == _OPTIONAL != view.entries[0].names[0]
    return boxes[1:] if skip else boxes


def _rows(view: BoxHash, boxes: Sequence[Box]) -> Iterator[Sequence[Box]]:
    """The boxes under each entry."""
    position = 0
    for entry in view.entries:
        yield boxes[position : position + len(entry.names)]
        position += len(entry.names)


def compare(view: BoxHash, boxes: Sequence[Box], data: bytes, alg: str | None) -> Problem | None:
    """Why an asset is not the one that was hashed; None if it is.

    Args:
        view: the assertion.
        boxes: of the asset.
        data: the asset, whole.
        alg: of the claim, which counts where the assertion names none (§15.4).
    """
    problem = listing_problem(view, boxes)
    if problem is not None:
        return problem
    window = memoryview(data)
    for entry, row in zip(view.entries, _rows(view, _named(view, boxes)), strict=True):
        if entry.names == (_STORE,) or entry.excluded:
            continue
        hasher = HASHERS.get(entry.alg or view.alg or alg or "")
        if hasher is None:
            return StatusCode.ALGORITHM_UNSUPPORTED, "the box hash names no allowed hash algorithm"
        state, position = hasher(b""), row[0].start
        for one in entry.exclusions:
            box = row[one.box]
            start = box.start + one.start
            # Only metadata may be left out, and of that not its frame (§18.7, §15.12.3).
            if start < box.free[0] or start + one.length > box.free[1]:
                why = f"a part of {box.name[:20]!r} is left out that is no metadata"
                return StatusCode.ASSERTION_BOXES_HASH_MISMATCH, why
            state.update(window[position:start])
            position = start + one.length
        state.update(window[position : row[-1].end])
        if state.digest() != entry.hash:
            why = f"the boxes {row[0].name[:20]!r} to {row[-1].name[:20]!r} were changed after signing"
            return StatusCode.ASSERTION_BOXES_HASH_MISMATCH, why
    return None
