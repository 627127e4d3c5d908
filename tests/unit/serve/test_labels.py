"""Which label a verdict gives, and that its badge is inert."""

from __future__ import annotations

from dataclasses import replace

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.origin.vocabulary import terms
from provkit.serve.labels import LabelCode, Reason, badge, label_data, label_of
from provkit.serve.model import LabelModel
from provkit.verdict import Evidence, OriginClass, OriginFinding, State, Verdict
from unit.report.made import NASTY, verdict

CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
CREATION = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"


def stated(cls: OriginClass, source_type: str | None = None, state: State = State.TRUSTED) -> Verdict:
    return replace(verdict(state), origin=OriginFinding(cls, source_type, attributed=True, complete=True))


@pytest.mark.parametrize(
    ("cls", "source_type", "state", "code", "reason"),
    [
        (OriginClass.SYNTHETIC, None, State.TRUSTED, LabelCode.AI_GENERATED, Reason.STATED),
        (OriginClass.SYNTHETIC, None, State.VALID, LabelCode.AI_GENERATED, Reason.STATED),
        (OriginClass.AI_ASSISTED, None, State.VALID, LabelCode.AI_EDITED, Reason.STATED),
        (OriginClass.HUMAN, CAPTURE, State.TRUSTED, LabelCode.CAMERA_CAPTURED, Reason.STATED),
        (OriginClass.HUMAN, CREATION, State.TRUSTED, LabelCode.HUMAN_MADE, Reason.STATED),
        (OriginClass.HUMAN, CAPTURE, State.VALID, LabelCode.NOT_STATED, Reason.UNLISTED_SIGNER),
        (OriginClass.HUMAN, CREATION, State.VALID, LabelCode.NOT_STATED, Reason.UNLISTED_SIGNER),
        (OriginClass.UNKNOWN, None, State.TRUSTED, LabelCode.NOT_STATED, Reason.NO_ORIGIN),
        (OriginClass.HUMAN, CAPTURE, State.INVALID, LabelCode.BROKEN, Reason.DOES_NOT_HOLD),
        (OriginClass.UNKNOWN, None, State.UNSIGNED, LabelCode.NOT_STATED, Reason.NO_CREDENTIAL),
    ],
)
def test_labels(
    cls: OriginClass, source_type: str | None, state: State, code: LabelCode, reason: Reason
) -> None:
    found = label_of(stated(cls, source_type, state))
    assert (found.code, found.reason) == (code, reason)
    assert (found.signer is None) == (reason is not Reason.STATED)


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.uri)
def test_only_captures_are_called_that(term: object) -> None:
    uri = term.uri  # type: ignore[attr-defined]
    found = label_of(stated(OriginClass.HUMAN, uri))
    assert (found.code is LabelCode.CAMERA_CAPTURED) == uri.endswith(
        ("/digitalCapture", "/computationalCapture")
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("trainedAlgorithmicMedia", "a model"),
        ("algorithmicMedia", "an algorithm that was not trained on samples"),
    ],
)
def test_an_algorithm_is_not_called_a_model(name: str, said: str) -> None:
    uri = f"http://cv.iptc.org/newscodes/digitalsourcetype/{name}"
    found = label_of(stated(OriginClass.SYNTHETIC, uri))
    assert found.code is LabelCode.AI_GENERATED
    assert f"states that {said} generated this" in found.sentence


@pytest.mark.parametrize(
    ("where", "cls", "code", "said"),
    [
        ("a", OriginClass.SYNTHETIC, LabelCode.AI_GENERATED, "states that a model generated this."),
        (
            "b",
            OriginClass.SYNTHETIC,
            LabelCode.AI_GENERATED,
            "names a source whose credential states that a model generated it.",
        ),
        (
            "b",
            OriginClass.AI_ASSISTED,
            LabelCode.AI_EDITED,
            "names a source whose credential states that a model generated it.",
        ),
    ],
)
def test_a_signer_is_not_said_to_state_what_another_one_states(
    where: str, cls: OriginClass, code: LabelCode, said: str
) -> None:
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    evidence = Evidence(uri, OriginClass.SYNTHETIC, attributed=True, where=f"self#jumbf=/c2pa/{where}/x")
    made = stated(cls, uri)
    found = label_of(replace(made, manifest="a", origin=replace(made.origin, evidence=(evidence,))))
    assert found.code is code
    assert said in found.sentence


@given(name=st.text(max_size=300) | st.just(NASTY))
def test_a_badge_is_inert(name: str) -> None:
    made = stated(OriginClass.SYNTHETIC)
    assert made.signer is not None
    found = label_of(replace(made, signer=replace(made.signer, name=name)))
    shown = badge(found)
    assert shown.isascii()
    assert shown.isprintable()
    (outer,) = html5lib.parseFragment(shown, namespaceHTMLElements=False)
    assert [element.tag for element in outer.iter()] == ["span", "span"]
    assert set(outer.attrib) == {"class", "data-label", "title"}
    assert set(outer[0].attrib) == {"class"}
    LabelModel.model_validate(label_data(found), strict=False)


def test_what_speaks_against_relying_on_it_is_said() -> None:
    made = stated(OriginClass.AI_ASSISTED, state=State.VALID)
    found = label_of(replace(made, origin=replace(made.origin, complete=False)))
    assert "on no list used here" in found.sentence
    assert "Not all that was done" in found.sentence
