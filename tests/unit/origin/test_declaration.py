"""Declarations that contradict themselves, and what good ones write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from provkit.errors import ConfigurationError
from provkit.origin import vocabulary
from provkit.origin.declaration import Origin
from provkit.verdict import OriginClass

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@pytest.mark.parametrize(
    ("origin", "media_type", "term"),
    [
        (Origin.human(), "text/plain", IPTC + "digitalCreation"),
        (Origin.human(), "text/csv", IPTC + "digitalCreation"),
        (Origin.human(source_type="digitalCapture"), "text/plain", IPTC + "digitalCapture"),
        (Origin.ai_assisted(), "text/plain", IPTC + "compositeWithTrainedAlgorithmicMedia"),
        (Origin.synthetic(), "text/plain", IPTC + "trainedAlgorithmicMedia"),
        (Origin.synthetic(), "text/csv", "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData"),
    ],
)
def test_source_types(origin: Origin, media_type: str, term: str) -> None:
    assert origin.source_type_uri(media_type) == term
    first = origin.assertions(media_type, None)[0].content
    assert first["allActionsIncluded"] is True
    assert first["actions"][0] == {
        "action": "c2pa.created",
        "digitalSourceType": term,
        "parameters": {"dc:format": media_type},
    }


@pytest.mark.parametrize(
    "stated",
    [
        {"class": "human", "model": "acme"},
        {"class": "human", "oversight": "human_validated"},
        {"class": "human", "source_type": "trainedAlgorithmicMedia"},
        {"class": "synthetic", "source_type": "digitalCreation"},
        {"class": "human", "source_type": "digitalArt"},
        {"class": "human", "source_type": "invented"},
        {"class": "unknown"},
        {"class": "robot"},
        {"class": "human", "training_mining": {"nonsense": "allowed"}},
        {"class": "human", "training_mining": {"ai-training": "maybe"}},
        {"class": "human", "category": "nonsense"},
        {"class": "human", "title": "x" * 3000},
        {"class": "human", "surprise": 1},
        {"class": "synthetic", "oversight": "none"},
    ],
)
def test_contradictions(stated: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Origin.of(stated.pop("class"), **stated)


def test_disclosure_goes_with_models_only() -> None:
    when = datetime(2026, 6, 1, 14, 30, tzinfo=UTC)
    labels = [draft.label for draft in Origin.human().assertions("text/plain", when)]
    assert labels == ["c2pa.actions.v2"]
    drafts = Origin.synthetic(model="m", model_identifier="pkg:m", oversight="prompt_guided").assertions(
        "text/plain", when
    )
    disclosure = {draft.label: draft.content for draft in drafts}["c2pa.ai-disclosure"]
    assert disclosure == {
        "modelType": "c2pa.types.model",
        "modelName": "m",
        "modelIdentifier": "pkg:m",
        "contentProfile": {"humanOversightLevel": "prompt_guided"},
    }
    assert drafts[0].content["actions"][0]["when"].value == "2026-06-01T14:30:00Z"


def test_vocabulary_is_closed_under_its_own_spelling() -> None:
    for term in vocabulary.terms():
        assert vocabulary.lookup(term.uri) is term
        assert vocabulary.lookup(term.uri + "/") is term
        assert vocabulary.lookup(term.uri.replace("http:", "https:")) is term
        assert vocabulary.lookup(term.uri + "x") is None
        assert vocabulary.lookup("x" + term.uri) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        b"digitalCreation",
        "",
        " ",
        "/",
        "http://",
        IPTC,
        "\ud800",
        "x" * 100_000,
        ["digitalCreation"],
    ],
)
def test_what_is_no_term(value: object) -> None:
    assert vocabulary.lookup(value) is None


def test_only_human_terms_are_human() -> None:
    machine = [
        term.uri
        for term in vocabulary.terms()
        if "lgorithmicMedia" in term.uri or "Data" in term.uri or "ynthetic" in term.uri
    ]
    assert machine
    assert all(term.cls is not OriginClass.HUMAN for term in vocabulary.terms() if term.uri in machine)
