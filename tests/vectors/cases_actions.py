"""``cl::``: the rules for actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.codes import ACTION
from vectors.text_forge import gathered, signed

if TYPE_CHECKING:
    from collections.abc import Iterator


def cases() -> Iterator[Case]:
    """All of them."""
    yield from actions_rules()


def actions_rules() -> Iterator[Case]:
    def made(*entries: Any, **fields: Any) -> bytes:
        return signed(boxes=[f.actions(*entries, **fields), f.data_hash()])

    edited = {"action": "c2pa.edited"}
    for name, data, why in (
        ("no-actions", signed(boxes=[f.data_hash()]), "No actions assertion."),
        ("actions-empty", made(), "An actions assertion without actions."),
        (
            "actions-list",
            signed(boxes=[f.Box("c2pa.actions.v2", [f.created()]), f.data_hash()]),
            "The actions assertion is no map.",
        ),
        (
            "action-unnamed",
            made({"digitalSourceType": f.BASE + "digitalCreation"}),
            "An action without a name.",
        ),
        ("first-action", made(edited, f.created()), "The first action neither creates nor opens."),
        ("first-action-only", made(edited), "The only action neither creates nor opens."),
        (
            "two-created",
            made(f.created(), f.created("trainedAlgorithmicMedia")),
            "Two actions say how the text began: by a person, and by a model.",
        ),
        (
            "two-created-apart",
            signed(
                boxes=[
                    f.actions(f.created()),
                    f.actions(f.created("trainedAlgorithmicMedia"), label="c2pa.actions.v2__1"),
                    f.data_hash(),
                ]
            ),
            "The same over two assertions.",
        ),
        ("dst-missing", made(f.created(None)), "c2pa.created needs a digitalSourceType (18.15.2)."),
        ("dst-number", made(f.created(None, digitalSourceType=5)), "A digitalSourceType that is no text."),
        ("templates-map", made(f.created(), templates={"action": "*"}), "templates is no list."),
        (
            "template-unnamed",
            made(f.created(), templates=[{"description": "x"}]),
            "A template for no action.",
        ),
        (
            "agent-index",
            made(f.created(softwareAgentIndex=1), softwareAgents=[{"name": "x"}]),
            "An agent that is not listed.",
        ),
        ("parameters-list", made(f.created(parameters=[1])), "parameters is no map."),
    ):
        yield Case(f"cl::{name}", data, invalid(ACTION), "18.15.2, 15.10.3.2.3", why)
    yield Case(
        "cl::dst-template",
        made(
            f.created(None),
            templates=[{"action": "c2pa.created", "digitalSourceType": f.BASE + "trainedAlgorithmicMedia"}],
        ),
        trusted("synthetic"),
        "18.15.6.1",
        "The template supplies the source type: a reader without templates would miss it.",
    )
    yield Case(
        "cl::dst-template-star",
        made(f.created(None), templates=[{"action": "*", "digitalSourceType": f.BASE + "digitalCreation"}]),
        trusted("human"),
        "18.15.6.1",
        "A template for every action.",
    )
    yield Case(
        "cl::dst-template-named-wins",
        made(
            f.created(None),
            templates=[
                {"action": "*", "digitalSourceType": f.BASE + "digitalCreation"},
                {"action": "c2pa.created", "digitalSourceType": f.BASE + "trainedAlgorithmicMedia"},
            ],
        ),
        trusted("synthetic"),
        "18.15.6.1",
        "The template of the same name beats the one for all.",
    )
    yield Case(
        "cl::dst-template-own-wins",
        made(
            f.created("digitalCreation"),
            templates=[{"action": "*", "digitalSourceType": f.BASE + "trainedAlgorithmicMedia"}],
        ),
        trusted("human"),
        "18.15.6.1",
        "What the action says beats the template.",
    )
    opened = {"action": "c2pa.opened"}
    yield Case(
        "cl::opened-alone",
        made(opened),
        invalid("assertion.action.ingredientMismatch"),
        "18.15.2",
        "c2pa.opened names no ingredient.",
    )
    yield Case(
        "cl::placed-alone",
        made(f.created(), {"action": "c2pa.placed"}),
        invalid("assertion.action.ingredientMismatch"),
        "18.15",
        "c2pa.placed names no ingredient.",
    )
    yield Case(
        "cl::watermarked",
        made(f.created(), {"action": "c2pa.watermarked.bound"}),
        invalid("assertion.action.softBindingMissing"),
        "18.15",
        "A bound watermark without a soft binding.",
    )
    yield Case(
        "cl::actions-v1",
        signed(boxes=[f.actions(f.created(), label="c2pa.actions"), f.data_hash()]),
        trusted(),
        "18.15",
        "The deprecated label is read.",
    )
    yield Case(
        "cl::actions-gathered",
        signed(boxes=[gathered(f.actions(f.created("trainedAlgorithmicMedia"))), f.data_hash()]),
        trusted("synthetic", attributed=False),
        "15.10.3.2.3, 18.15.2",
        "Clauses disagree whether the first actions may be gathered; both are read.",
    )
