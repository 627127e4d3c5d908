"""A general box hash: what it may say, and whether an asset is what it lists (§15.12.3).

Every picture is judged twice: by our own steps, and by the reference engine with the strict pass.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any, Final

import pytest
from PIL import Image

from provkit import State, TrustStore, verification
from provkit.carriers.boxed import Boxed
from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS
from provkit.manifest.box_hash import BoxHash
from support import containers as c
from support import forge as f
from vectors.case import PRESENT
from vectors.image_forge import created, forge, plain_jpeg, png
from vectors.image_keys import TRUST_FOLDER

AT: Final = datetime.fromisoformat(PRESENT)
LISTS: Final = TrustStore.empty().with_anchors((TRUST_FOLDER / "root.pem").read_bytes(), name="root")
HEAD, TAIL = png()
NOTED: Final = png(c.chunk(b"tEXt", b"k\0v"))
JPEG: Final = plain_jpeg()[:20], plain_jpeg()[20:]
STORE: Final = {"names": ["C2PA"], "hash": b"\0", "pad": b""}
MATCH: Final = StatusCode.ASSERTION_BOXES_HASH_MATCH
MISMATCH: Final = StatusCode.ASSERTION_BOXES_HASH_MISMATCH
MALFORMED: Final = StatusCode.ASSERTION_BOXES_HASH_MALFORMED
UNKNOWN: Final = StatusCode.ASSERTION_BOXES_HASH_UNKNOWN_BOX
LEFT_OUT: Final = StatusCode.ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT


def over(data: bytes, *names: str, **fields: Any) -> dict[str, Any]:
    return {"names": list(names), "hash": hashlib.sha256(data).digest(), "pad": b"", **fields}


def without(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != name}


FIRST: Final = over(HEAD, "PNGh", "IHDR")
LAST: Final = over(TAIL, "IDAT", "IEND")
GOOD: Final = (FIRST, STORE, LAST)


def sealed(
    *entries: Any, kind: str = "png", halves: tuple[bytes, bytes] | None = None, alg: str | None = "sha256"
) -> bytes:
    fields = {"boxes": list(entries), **({"alg": alg} if alg else {})}
    boxes = [f.actions(created()), f.Box("c2pa.hash.boxes", fields)]
    return forge(kind, halves, boxes=boxes).sealed()


def judged(data: bytes) -> tuple[State, set[StatusCode], State, set[StatusCode]]:
    """State and codes of our own steps, and of the verdict."""
    verdict = verification.verify(data, trust=LISTS, at=AT)
    found = verification.cross_check(data, trust=LISTS, at=AT)
    assert found is not None
    about = {MATCH, MISMATCH, MALFORMED, UNKNOWN, LEFT_OUT, StatusCode.ALGORITHM_UNSUPPORTED}
    return (
        found.state,
        set(found.statuses.codes()) & about,
        verdict.state,
        set(verdict.statuses.codes()) & about,
    )


@pytest.mark.parametrize(
    "data",
    [
        sealed(*GOOD),
        sealed(over(HEAD[8:], "IHDR"), STORE, LAST),  # the eight bytes before it need not be listed
        sealed(*GOOD, alg=None),  # the claim names one
        sealed({**FIRST, "pad": bytes(5), "pad2": b""}, STORE, LAST),
        sealed(over(JPEG[0], "SOI", "APP0"), STORE, over(JPEG[1], *["DQT", "SOF0", "DHT", "DHT", "SOS", "EOI"]),
               kind="jpg"),
    ],
)  # fmt: skip
def test_good_pictures(data: bytes) -> None:
    assert judged(data) == (State.TRUSTED, {MATCH}, State.TRUSTED, {MATCH})


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ((FIRST, STORE, over(TAIL[:-12], "IDAT")), UNKNOWN),
        ((FIRST, STORE, over(TAIL, "IDAT", "IEND", "tEXt")), MISMATCH),
        ((over(HEAD, "IHDR", "PNGh"), STORE, LAST), MISMATCH),
        ((FIRST, STORE, over(TAIL[1:], "IDAT", "IEND")), MISMATCH),
        ((FIRST, STORE, over(b"", "IDAT", excluded=True), over(TAIL[-12:], "IEND")), MISMATCH),
        (({**FIRST, "pad": b"x"}, STORE, LAST), MALFORMED),
        (({**FIRST, "exclusions": []}, STORE, LAST), MALFORMED),
        ((over(HEAD, "PNGh", "IHDR", "C2PA"), LAST), MALFORMED),
        (({"hash": b"", "pad": b""},), MALFORMED),
        ((), MALFORMED),
    ],
)
def test_what_is_refused_by_both(entries: tuple[Any, ...], code: StatusCode) -> None:
    state, ours, other, theirs = judged(sealed(*entries))
    assert (state, other) == (State.INVALID, State.INVALID)
    assert code in ours & theirs
    assert MATCH not in ours


def test_a_hash_of_no_known_kind() -> None:
    state, ours, other, _ = judged(sealed({**FIRST, "alg": "md5"}, STORE, LAST))
    assert (state, ours, other) == (State.INVALID, {StatusCode.ALGORITHM_UNSUPPORTED}, State.INVALID)


def test_a_missing_hash_matches_nothing() -> None:
    state, ours, other, _ = judged(sealed(without(FIRST, "hash"), STORE, LAST))
    assert (state, ours, other) == (State.INVALID, {MISMATCH}, State.INVALID)


@pytest.mark.parametrize(
    "more",
    [b"trailer", c.chunk(b"tEXt", b"k\0v"), HEAD + TAIL],
)
def test_nothing_may_follow_the_last_box(more: bytes) -> None:
    """The reference engine stops where the list ends, and calls the picture trusted."""
    assert judged(sealed(*GOOD) + more) == (State.INVALID, {UNKNOWN}, State.INVALID, {MATCH, UNKNOWN})


def test_a_box_put_between() -> None:
    data = sealed(*GOOD)
    at = len(data) - 12
    state, ours, other, theirs = judged(data[:at] + c.chunk(b"tEXt", b"k\0v") + data[at:])
    assert (state, ours, other) == (State.INVALID, {UNKNOWN}, State.INVALID)
    assert UNKNOWN in theirs


def test_metadata_may_be_left_out() -> None:
    head, tail = NOTED
    at = len(head) - 15
    part = over(head[: at + 8], "PNGh", "IHDR", "tEXt", exclusions=[{"start": 8, "length": 7, "boxIndex": 2}])
    data = sealed(part, STORE, over(tail, "IDAT", "IEND"), halves=NOTED)
    expected = (State.TRUSTED, {MATCH, LEFT_OUT}, State.TRUSTED, {MATCH, LEFT_OUT})
    assert judged(data) == expected
    changed = data.replace(c.chunk(b"tEXt", b"k\0v"), c.chunk(b"tEXt", b"k\0w"))
    assert judged(changed) == expected
    assert any("not signed: tEXt" in one for one in verification.verify(changed, trust=LISTS, at=AT).warnings)
    whole = over(b"", "tEXt", excluded=True)
    data = sealed(over(head[:at], "PNGh", "IHDR"), whole, STORE, over(tail, "IDAT", "IEND"), halves=NOTED)
    assert judged(data) == expected


def test_the_frame_of_metadata_may_not_be_left_out() -> None:
    head, tail = NOTED
    part = over(head[:-15], "PNGh", "IHDR", "tEXt", exclusions=[{"start": 0, "length": 15, "boxIndex": 2}])
    state, ours, other, theirs = judged(sealed(part, STORE, over(tail, "IDAT", "IEND"), halves=NOTED))
    assert (state, other) == (State.INVALID, State.INVALID)
    assert MISMATCH in ours & theirs


def test_bytes_between_boxes_are_hashed_or_refused() -> None:
    """ISO 10918 lets any number of fill bytes stand before a marker."""
    first, rest = JPEG[1][:69], JPEG[1][69:]
    filled = JPEG[0], first + b"\xff\xff" + rest
    head, names = over(JPEG[0], "SOI", "APP0"), ["SOF0", "DHT", "DHT", "SOS", "EOI"]
    inside = sealed(head, STORE, over(filled[1], "DQT", *names), kind="jpg", halves=filled)
    assert judged(inside)[0::2] == (State.TRUSTED, State.TRUSTED)
    apart = sealed(head, STORE, over(first, "DQT"), over(rest, *names), kind="jpg", halves=filled)
    assert judged(apart) == (State.INVALID, {UNKNOWN}, State.INVALID, {MATCH, UNKNOWN})


def test_restart_markers_are_boxes() -> None:
    out = io.BytesIO()
    Image.frombytes("L", (64, 64), bytes(range(256)) * 16).save(out, "JPEG", restart_marker_blocks=4)
    head, tail = out.getvalue()[:20], out.getvalue()[20:]
    found = Boxed(head + tail, "image/jpeg", (-1, 0), DEFAULT_LIMITS).boxes(frozenset())
    assert found is not None
    names = [box.name for box in found[2:]]
    assert "RST7" in names
    data = sealed(over(head, "SOI", "APP0"), STORE, over(tail, *names), kind="jpg", halves=(head, tail))
    assert judged(data) == (State.TRUSTED, {MATCH}, State.TRUSTED, {MATCH})


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"boxes": None},
        {"boxes": [None]},
        {"boxes": [GOOD[0]], "alg": 5},
        {"boxes": [{**FIRST, "alg": 5}]},
        {"boxes": [{**FIRST, "names": [5]}]},
        {"boxes": [{**FIRST, "hash": "text"}]},
        {"boxes": [{**FIRST, "excluded": 1}]},
        {"boxes": [{**FIRST, "exclusions": 7}]},
        {"boxes": [{**FIRST, "exclusions": [{"start": 0, "length": 1}]}]},  # of which box?
        {"boxes": [{**FIRST, "exclusions": [{"start": 0, "length": 1, "boxIndex": 2}]}]},
        {"boxes": [{**FIRST, "exclusions": [{"start": -1, "length": 1, "boxIndex": 0}]}]},
        {"boxes": [{**FIRST, "exclusions": [{"start": 0, "length": True, "boxIndex": 0}]}]},
        {"boxes": [{**FIRST, "exclusions": [{"start": s, "length": 2, "boxIndex": 1} for s in (5, 6)]}]},
        {"boxes": [{**FIRST, "exclusions": [{"start": 0, "length": 2, "boxIndex": i} for i in (1, 0)]}]},
    ],
)
def test_malformed_assertions(value: Any) -> None:
    with pytest.raises(MalformedError):
        BoxHash.read(value)
