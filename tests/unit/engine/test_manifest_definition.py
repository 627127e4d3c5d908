from __future__ import annotations

import json
from typing import Any

import pytest

from provkit import Origin
from provkit.engine.manifest_definition import Definition, Source, define
from provkit.errors import ConfigurationError
from support.pki import NOW


def make(origin: Origin, *sources: Source, **more: Any) -> Definition:
    return define(origin, "image/png", NOW, version="0.1.0", sources=sources, **more)


def actions(definition: Definition) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = definition.manifest["assertions"][0]["data"]["actions"]
    return found


def source(relationship: Any, **more: Any) -> Source:
    return Source(b"x", "image/png", relationship, **more)


def test_every_assertion_is_created_and_the_whole_is_json() -> None:
    definition = make(
        Origin.synthetic(model="m", title="T", purpose="test", training_mining={"ai-training": "notAllowed"})
    )
    assert all(entry["created"] is True for entry in definition.manifest["assertions"])
    assert definition.manifest["title"] == "T"
    assert definition.manifest["claim_generator_info"] == [
        {"name": "provkit", "version": "0.1.0", "specVersion": "2.4.0"}
    ]
    assert json.loads(json.dumps(definition.manifest)) == definition.manifest


def test_a_date_is_plain_text() -> None:
    assert actions(make(Origin.human()))[0]["when"] == "2026-06-01T12:00:30Z"


def test_all_actions_are_included() -> None:
    data = make(Origin.human()).manifest["assertions"][0]["data"]
    assert data["allActionsIncluded"] is True
    assert [entry["action"] for entry in data["actions"]] == ["c2pa.created"]


def test_a_parent_is_opened_and_the_change_carries_the_declared_type() -> None:
    definition = make(Origin.ai_assisted(), source("parentOf", title="before"))
    opened, edited = actions(definition)
    assert opened["action"] == "c2pa.opened"
    assert "digitalSourceType" not in opened
    assert opened["parameters"]["ingredientIds"] == [definition.ingredients[0].description["label"]]
    assert edited["action"] == "c2pa.edited"
    assert edited["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert definition.ingredients[0].description["title"] == "before"


def test_what_a_person_does_to_a_parent_is_an_edit() -> None:
    edited = actions(make(Origin.human(), source("parentOf")))[1]
    assert edited["digitalSourceType"].endswith("/humanEdits")


def test_a_transcoded_copy_states_no_origin_of_its_own() -> None:
    copied = actions(make(Origin.human(), source("parentOf"), change="c2pa.transcoded"))[1]
    assert copied["action"] == "c2pa.transcoded"
    assert "digitalSourceType" not in copied


def test_components_are_placed() -> None:
    definition = make(Origin.human(), source("componentOf"), source("componentOf"))
    created, *placed = actions(definition)
    assert created["action"] == "c2pa.created"
    assert [entry["action"] for entry in placed] == ["c2pa.placed", "c2pa.placed"]
    labels = [entry.description["label"] for entry in definition.ingredients]
    assert [entry["parameters"]["ingredientIds"] for entry in placed] == [[labels[0]], [labels[1]]]


def test_an_input_belongs_to_the_action_that_used_it() -> None:
    created = actions(make(Origin.synthetic(), source("inputTo")))[0]
    assert created["parameters"]["ingredientIds"] == ["provkit:ingredient:0"]
    assert created["parameters"]["dc:format"] == "image/png"


def test_two_parents_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="2 parents"):
        make(Origin.human(), source("parentOf"), source("parentOf"))
