"""What a content hash leaves out: rules 6, 7, 11, 16 and 17 of spec/containers.md.

The engine checks the hash.  Here it is asked that nothing is left out of it but the carrier, that what
the standard has hashed is listed, and a reader is told of what the signer chose to leave out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import box_hash, cbor
from provkit.manifest.assertions import DataHash

if TYPE_CHECKING:
    from provkit.engine.reading import Reading
    from provkit.engine.tally import Tally
    from provkit.manifest.validation import Boxed

_BLANK_PAD: Final = 32
"""Longest pad of blanks that older writers left in a data hash, bytes; seen: 8 to 10."""
_LABEL_COLLECTION: Final = "c2pa.hash.collection.data"
_BMFF_LEFT_OUT: Final = frozenset({"/uuid", "/ftyp", "/mfra"})
"""Boxes every BMFF hash leaves out (§A.5)."""


def ranges(run: Tally, reading: Reading, carrier: tuple[tuple[int, int], ...], *, grown: bool) -> None:
    """Rules 6, 7 and 11: what is left out of the content hash.

    Args:
        run: where findings go.
        reading: the manifest that binds the content.
        carrier: (start, length) in bytes of the carrier in this asset.
        grown: updates were added since the hash was made.  How far the carrier grew, the engine checks;
            here, that nothing else is left out.
    """
    for assertion, content in reading.contents:
        if isinstance(content, MalformedError):
            continue  # rule 8 has said so
        base = _base(assertion.label)
        if base.startswith("c2pa.hash.bmff"):
            _boxes_left_out(run, content)
        if base != kinds.LABEL_DATA_HASH:
            continue
        url = reading.manifest.assertion_uri(assertion.label)
        if reading.is_v1 and _has_blank_pad(content):
            run.note(6, "an early writer padded the data hash with blanks", cap=False)
            content = {**content, "pad": b""}  # noqa: PLW2901 - what was read stays as it is
        try:
            data_hash = DataHash.read(content)
        except MalformedError as error:
            run.fail(6, StatusCode.ASSERTION_DATA_HASH_MALFORMED, url, error.message)
            continue
        if not _fits(data_hash.exclusions, carrier, grown=grown):
            run.fail(
                7,
                StatusCode.ASSERTION_DATA_HASH_MISMATCH,
                url,
                "the bytes left out of the hash are not those of the manifest store in this asset",
            )


def _base(label: str) -> str:
    """Label of a hash as the engine reads it, which takes anything for the number of an instance (§6.4)."""
    return label.partition("__")[0]


def boxes(run: Tally, reading: Reading, boxed: Boxed) -> None:
    """Rules 11 and 17: a box hash lists every box (§15.12.3).  The engine stops where the list ends."""
    for assertion, content in reading.contents:
        if _base(assertion.label) != box_hash.LABEL or isinstance(content, MalformedError):
            continue
        url = reading.manifest.assertion_uri(assertion.label)
        try:
            view = box_hash.BoxHash.read(content)
        except MalformedError as error:
            run.fail(17, StatusCode.ASSERTION_BOXES_HASH_MALFORMED, url, error.message)
            continue
        try:
            boxes = boxed.boxes(frozenset(view.names))
        except MalformedError as error:
            run.fail(17, StatusCode.ASSERTION_BOXES_HASH_MISMATCH, url, error.message)
            continue
        problem = box_hash.listing_problem(view, boxes) if boxes is not None else None
        if problem is not None:
            run.fail(17, problem[0], url, problem[1])
        if view.left_out:
            run.note(11, f"parts of the file are not signed: {', '.join(view.left_out)[:120]}", cap=False)


def members(run: Tally, reading: Reading, members: frozenset[str]) -> None:
    """Rule 16: the hash of an archive lists each of its files, and covers the directory (§18.9, §A.6)."""
    for assertion, content in reading.contents:
        if _base(assertion.label) != _LABEL_COLLECTION or isinstance(content, MalformedError):
            continue
        url = reading.manifest.assertion_uri(assertion.label)
        fields = content if isinstance(content, cbor.MAPS) else {}
        if not isinstance(fields.get("zip_central_directory_hash"), bytes):
            code = StatusCode.ASSERTION_COLLECTION_HASH_MALFORMED
            run.fail(16, code, url, "the directory of the archive is not hashed")
        if _hashed_names(fields.get("uris")) != members:
            code = StatusCode.ASSERTION_COLLECTION_HASH_INCORRECT_FILE_COUNT
            run.fail(16, code, url, "the files that the hash lists are not those of the archive")


def _hashed_names(value: Any) -> frozenset[str]:
    """File names in ``uris``: a list of maps in the standard, one map by name as the engine writes it."""
    if isinstance(value, cbor.MAPS):
        return frozenset(name for name in value if isinstance(name, str))
    names = [entry.get("uri") if isinstance(entry, cbor.MAPS) else None for entry in cbor.items(value)]
    return frozenset(name for name in names if isinstance(name, str))


def _boxes_left_out(run: Tally, content: Any) -> None:
    """Rule 11: BMFF exclusions are the signer's choice; a reader is told of those the standard does not ask for."""
    exclusions = cbor.items(content.get("exclusions")) if isinstance(content, cbor.MAPS) else []
    paths = [entry.get("xpath") for entry in exclusions if isinstance(entry, cbor.MAPS)]
    more = sorted({path for path in paths if isinstance(path, str)} - _BMFF_LEFT_OUT)
    if more or paths.count("/uuid") > 1:
        listed = ", ".join(more) or "other uuid boxes"
        run.note(11, f"parts of the file are not signed: {listed[:120]}", cap=False)


def _has_blank_pad(content: Any) -> bool:
    """The pad is hashed and signed with its assertion: blanks there are the signer's own, and say nothing."""
    if not isinstance(content, cbor.MAPS):
        return False
    pad = content.get("pad")
    return isinstance(pad, bytes) and 0 < len(pad) <= _BLANK_PAD and not pad.strip(b" ")


def _fits(
    exclusions: tuple[tuple[int, int], ...], ranges: tuple[tuple[int, int], ...], *, grown: bool
) -> bool:
    """Whether exclusions are the carrier, as it is or as it was before an update made it longer."""
    if not grown:
        return are_carrier(exclusions, ranges)
    left_out, carrier = joined(exclusions), joined(ranges)
    return left_out == carrier or (
        len(left_out) == len(carrier)
        and left_out[0][0] == carrier[0][0]
        and all(before[1] <= now[1] for before, now in zip(left_out, carrier, strict=True))
    )


def are_carrier(exclusions: tuple[tuple[int, int], ...], ranges: tuple[tuple[int, int], ...]) -> bool:
    """Whether exclusions are the carrier, or whole pieces of it; neighbours count as one.

    The pieces of a TIFF are the store and its count in the directory, which older engines hash.
    """
    return exclusions == ranges or (bool(exclusions) and set(joined(exclusions)) <= set(joined(ranges)))


def joined(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Ranges with neighbours put together: writers exclude segments one by one, or as one run."""
    found: list[tuple[int, int]] = []
    for start, length in ranges:
        if found and sum(found[-1]) == start:
            found[-1] = (found[-1][0], found[-1][1] + length)
        else:
            found.append((start, length))
    return tuple(found)
