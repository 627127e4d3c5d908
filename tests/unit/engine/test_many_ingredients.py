"""Many ingredients of a picture: what the engine takes grows with their square, so they are bounded before it is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pytest

import provkit
from provkit import LimitError, Limits, State, TrustStore
from provkit.engine import native
from support import forge as f
from vectors import images_ingredients as history
from vectors.case import PRESENT
from vectors.image_forge import created, forge

AT: Final = datetime.fromisoformat(PRESENT)


def picture(count: int, **fields: Any) -> bytes:
    """A picture with so many components, all of one manifest."""
    part = history.ancestor(forge(seed="part"))
    boxes = [history.ingredient(part, "componentOf", number) for number in range(count)]
    for box in boxes:
        box.content.update(fields)
    return forge(
        boxes=[f.actions(created()), *boxes, f.data_hash()], edit_manifests=lambda found: [*part.all, *found]
    ).sealed()


def test_ingredients_are_counted_before_the_engine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture(6)
    trust = TrustStore.empty()
    assert provkit.verify(data, trust=trust, at=AT, limits=Limits(ingredients=6)).state is State.VALID
    monkeypatch.setattr(native, "read", pytest.fail)
    with pytest.raises(LimitError, match="more than 5 ingredients"):
        provkit.verify(data, trust=trust, at=AT, limits=Limits(ingredients=5))


def test_what_is_recorded_many_times_is_told_once() -> None:
    recorded = {"code": "assertion.dataHash.mismatch", "url": "self#jumbf=x"}
    failure = [recorded, recorded, {**recorded, "url": "self#jumbf=y"}]
    results = {"activeManifest": {"success": [], "informational": [], "failure": failure}}
    found = provkit.verify(picture(3, validationResults=results), trust=TrustStore.empty(), at=AT)
    first, *rest = found.ingredients
    told = [status.url for status in first.statuses.failure if status.explanation.startswith("recorded")]
    assert told == ["self#jumbf=x", "self#jumbf=y"]
    for one in rest:
        again = [status for status in one.statuses.failure if status.explanation.startswith("recorded")]
        assert len(again) == 1
