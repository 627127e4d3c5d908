"""What the manifests of ingredients state counts only if their own credentials hold."""

from __future__ import annotations

import pytest

import provkit
from provkit import OriginClass, State
from support import testfiles

BROKEN = "an ingredient's credential does not hold"
NOT_STATED = "an ingredient's origin is not stated"


def verify(name: str) -> provkit.Verdict:
    entry = next((entry for entry in testfiles.entries() if entry["file"].endswith(name)), None)
    if entry is None:
        pytest.skip("../shared/testfiles is absent")
    return provkit.verify(testfiles.content(entry), trust=testfiles.profile("all"), at=testfiles.AT)


@pytest.mark.parametrize("name", ["ingredient-chain/CAIXCI.jpg", "ingredient-chain/img-parent-3.jpg"])
def test_an_ingredient_changed_before_it_was_taken_in(name: str) -> None:
    """The engine repeats nothing that the ingredient assertion records."""
    verdict = verify(name)
    assert verdict.state is not State.INVALID
    assert verdict.origin.cls is OriginClass.UNKNOWN
    assert BROKEN in verdict.origin.notes
    recorded = [
        status.explanation
        for ingredient in verdict.ingredients
        for status in ingredient.statuses.failure
        if status.explanation.startswith("recorded: ")
    ]
    assert recorded == ["recorded: the content was changed before it was taken in"]


def test_a_signature_that_does_not_hold() -> None:
    verdict = verify("ingredient-chain/cb3d17-CIE-sig-CA.jpg")
    assert BROKEN in verdict.origin.notes
    (ingredient,) = verdict.ingredients
    assert "claimSignature.mismatch" in {str(status.code) for status in ingredient.statuses.failure}


def test_what_older_writers_left_in_the_unsigned_header_is_no_failure() -> None:
    verdict = verify("ingredient-chain/CAICAI.jpg")
    assert verdict.origin.notes == (NOT_STATED,)
    assert {str(status.code) for one in verdict.ingredients for status in one.statuses.failure} <= {
        "signingCredential.untrusted"
    }


def test_the_origin_of_a_parent_with_a_time_stamp_counts() -> None:
    assert verify("img-parent-5.svg").origin.cls is OriginClass.SYNTHETIC
