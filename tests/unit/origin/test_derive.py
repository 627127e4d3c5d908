"""One class from a manifest: what must not turn generated content into human work."""

from __future__ import annotations

from typing import Any

import pytest

from provkit.errors import MalformedError
from provkit.manifest import builder
from provkit.manifest.assertions import Actions
from provkit.origin import vocabulary
from provkit.verdict import OriginClass, State
from unit.test_history import forge, verify

HUMAN = vocabulary.term("digitalCreation").uri
SYNTHETIC = vocabulary.term("trainedAlgorithmicMedia").uri
CREATED = {"action": "c2pa.created", "digitalSourceType": HUMAN}


@pytest.mark.parametrize(
    "action",
    [
        {"action": "c2pa.edited", "changes": [{"digitalSourceType": SYNTHETIC}]},
        {"action": "c2pa.edited", "parameters": {"deep": [{"digitalSourceType": SYNTHETIC}]}},
        {"action": "c2pa.edited", "digitalSourceType": SYNTHETIC},
    ],
)
def test_synthetic_counts_wherever_an_action_says_it(action: dict[str, Any]) -> None:
    verdict = verify(forge([], [], [CREATED, action]))
    assert (verdict.state, verdict.origin.cls) == (State.TRUSTED, OriginClass.SYNTHETIC)


def test_a_human_statement_inside_an_action_decides_nothing() -> None:
    blank = {"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}
    verdict = verify(
        forge([], [], [blank, {"action": "c2pa.edited", "changes": [{"digitalSourceType": HUMAN}]}])
    )
    assert verdict.origin.cls is OriginClass.UNKNOWN


def test_an_unknown_component_leaves_the_account_incomplete() -> None:
    placed = {
        "action": "c2pa.placed",
        "parameters": {"ingredients": [builder.Reference("c2pa.ingredient.v3")]},
    }
    verdict = verify(forge([{"relationship": "componentOf"}], [], [CREATED, placed]))
    assert (verdict.origin.cls, verdict.origin.complete) == (OriginClass.HUMAN, False)


def test_an_explicit_null_does_not_erase_a_template() -> None:
    template = {"action": "c2pa.edited", "digitalSourceType": SYNTHETIC}
    entries = [CREATED, {"action": "c2pa.edited", "digitalSourceType": None}]
    read = Actions.read({"actions": entries, "templates": [template]})
    assert read.actions[1].source_type == SYNTHETIC
    with pytest.raises(MalformedError, match="two templates"):
        Actions.read({"actions": entries, "templates": [{**template, "digitalSourceType": HUMAN}, template]})


@pytest.mark.parametrize(
    ("value", "cls"),
    [
        (HUMAN, OriginClass.HUMAN),
        ("https" + HUMAN[4:], OriginClass.HUMAN),
        ("digsrctype:digitalCreation", OriginClass.HUMAN),
        ("digitalCreation", OriginClass.HUMAN),
        ("c2pa.digitalCreation", None),
        ("http://c2pa.org/digitalsourcetype/digitalCreation", None),
        ("DIGITALCREATION", None),
        (SYNTHETIC.upper(), None),
        ("TrainedAlgorithmicMedia", OriginClass.SYNTHETIC),
        ("http://c2pa.org/digitalsourcetype/trainedAlgorithmicMedia", OriginClass.SYNTHETIC),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicData", OriginClass.SYNTHETIC),
        ("c2pa.trainedAlgorithmicData", OriginClass.SYNTHETIC),
        ("https://example.org/trainedAlgorithmicMedia", None),
        (7, None),
    ],
)
def test_spellings_of_terms(value: Any, cls: OriginClass | None) -> None:
    term = vocabulary.lookup(value)
    assert (term.cls if term else None) is cls
