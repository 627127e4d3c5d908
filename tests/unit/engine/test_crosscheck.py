"""Our own steps on containers, held against the verdict through the reference engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from provkit import State, TrustStore, verification
from provkit.codes import StatusCode
from provkit.engine import left_out
from provkit.limits import DEFAULT_LIMITS
from support.forge import canonical
from vectors.case import PRESENT
from vectors.image_forge import forge, png
from vectors.image_keys import TRUST_FOLDER
from vectors.images_ingredients import EDITED, child, made

if TYPE_CHECKING:
    from provkit.engine.crosscheck import CrossCheck

AT: Final = datetime.fromisoformat(PRESENT)
LISTS: Final = TrustStore.empty().with_anchors((TRUST_FOLDER / "root.pem").read_bytes(), name="root")


def compared(data: bytes) -> CrossCheck | None:
    return verification.cross_check(data, trust=LISTS, at=AT)


def test_a_picture_and_one_with_a_history() -> None:
    for data in (forge().sealed(), child(made("trainedAlgorithmicMedia"), EDITED).sealed()):
        found = compared(data)
        assert found is not None
        assert (found.state, found.other_state, found.agrees) == (State.TRUSTED, State.TRUSTED, True)
        assert StatusCode.ASSERTION_DATA_HASH_MATCH in found.statuses.codes()


def test_a_changed_picture() -> None:
    data = forge().sealed()
    found = compared(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    assert found is not None
    assert (found.state, found.agrees) == (State.INVALID, True), found
    assert StatusCode.ASSERTION_DATA_HASH_MISMATCH in found.statuses.codes()


def test_nothing_to_compare() -> None:
    assert compared(b"".join(png(b""))) is None
    assert compared(b"A text.\n") is None


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ((), ()),
        (((3, 4),), ((3, 4),)),
        (((3, 4), (7, 2), (10, 1)), ((3, 6), (10, 1))),
    ],
)
def test_neighbours_are_one_range(
    ranges: tuple[tuple[int, int], ...], expected: tuple[tuple[int, int], ...]
) -> None:
    assert left_out.joined(ranges) == expected


LOOSE: Final = "CBOR: the claim is not in its shortest (core deterministic) form"


def loose(claim: Any) -> bytes:
    """A claim whose map says its length in a byte too many (RFC 8949 §4.2.1)."""
    encoded = canonical(claim)
    return bytes([0xB8, encoded[0] & 0x1F]) + encoded[1:]


def test_what_differs_is_told_and_changes_nothing() -> None:
    data = forge(encode_claim=loose).sealed()
    verdict = verification.verify(data, trust=LISTS, at=AT)
    told = verification.cross_checked(verdict, data, trust=LISTS, at=AT)
    assert told.state is verdict.state is State.TRUSTED
    assert told.statuses == verdict.statuses
    assert [one for one in told.warnings if one not in verdict.warnings] == [
        "cross-check: our own engine says invalid, not trusted",
        "cross-check: only our own engine finds claim.cbor.invalid: " + LOOSE,
    ]
    # The rest is compared nevertheless.
    found = compared(data)
    assert found is not None
    assert StatusCode.ASSERTION_DATA_HASH_MATCH in found.statuses.codes()


def test_no_answer_is_told_too() -> None:
    data = forge().sealed()
    verdict = verification.verify(data, trust=LISTS, at=AT)
    few = replace(DEFAULT_LIMITS, certificates=0)
    told = verification.cross_checked(verdict, data, trust=LISTS, at=AT, limits=few)
    assert told.state is State.TRUSTED
    assert told.warnings[-1].startswith("cross-check: our own engine gives no answer: ")
