"""``or::``: which one class a valid manifest states (design of spec/origin.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import forge as f
from vectors.case import Case, invalid, trusted, valid
from vectors.codes import MISMATCH
from vectors.text_forge import gathered, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNTHETIC = "trainedAlgorithmicMedia"
MIXED = "compositeWithTrainedAlgorithmicMedia"


def made(*entries: Any, more: tuple[f.Box, ...] = (), **fields: Any) -> bytes:
    """A text with these actions and these further assertions."""
    return signed(boxes=[f.actions(*entries, **fields), *more, f.data_hash()])


def edited(source: str | None = None) -> dict[str, Any]:
    """An edit, with a source type or without."""
    return (
        {"action": "c2pa.edited"}
        if source is None
        else {"action": "c2pa.edited", "digitalSourceType": f.BASE + source}
    )


DISCLOSURE = f.Box("c2pa.ai-disclosure", {"modelType": "c2pa.types.model"})


def metadata(value: str, label: str = "c2pa.metadata") -> f.Box:
    """A metadata assertion with a source type."""
    return f.Box(
        label,
        payload=('{"Iptc4xmpExt:DigitalSourceType":"' + value + '"}').encode(),
        kind=b"json",
        uuid=f.type_uuid("json"),
    )


def cases() -> Iterator[Case]:
    """All vectors of origin."""
    for term, cls in {
        "digitalCapture": "human", "computationalCapture": "human", "negativeFilm": "human", "positiveFilm": "human", "print": "human",
        "humanEdits": "human", "digitalCreation": "human", "compositeCapture": "human", "algorithmicallyEnhanced": "human",
        "screenCapture": "unknown", "dataDrivenMedia": "unknown", "composite": "unknown", "virtualRecording": "unknown",
        MIXED: "ai-assisted", "compositeSynthetic": "ai-assisted", SYNTHETIC: "synthetic", "algorithmicMedia": "synthetic",
        "minorHumanEdits": "human", "digitalArt": "human", "softwareImage": "unknown",
    }.items():  # fmt: skip
        retired = term in {"minorHumanEdits", "digitalArt", "softwareImage"}
        why = "A retired term is read, never written." if retired else "The class of this term."
        yield Case(f"or::term-{term}", made(f.created(term)), trusted(cls), "8.1 of the digest", why)
    for name, value, cls, why in (
        ("https", f"https{f.BASE[4:]}{SYNTHETIC}", "synthetic", "The https spelling."),
        ("slash", f.BASE + SYNTHETIC + "/", "synthetic", "A trailing slash."),
        ("qcode", f"digsrctype:{SYNTHETIC}", "synthetic", "The IPTC short form."),
        ("data", f.C2PA_BASE + "trainedAlgorithmicData", "synthetic", "C2PA's own term for data."),
        ("legacy-data", "c2pa.trainedAlgorithmicData", "synthetic", "The old spelling of C2PA's own term."),
        ("empty", f.C2PA_BASE + "empty", "unknown", "A blank start alone says nothing."),
        (
            "unknown-term",
            f.BASE + "digitalCreationn",
            "unknown",
            "A term that is not in the vocabulary: unknown, and never human.",
        ),
        (
            "wrong-base",
            f.C2PA_BASE + "trainedAlgorithmicMedia",
            "synthetic",
            "A term of AI under the base of the other vocabulary: a statement against interest.",
        ),
        (
            "wrong-base-human",
            f.C2PA_BASE + "digitalCreation",
            "unknown",
            "A human term under the base of the other vocabulary exists nowhere.",
        ),
        ("prefix-human", "c2pa.digitalCreation", "unknown", "A human term behind a prefix exists nowhere."),
        (
            "case",
            f.BASE + "TRAINEDALGORITHMICMEDIA",
            "synthetic",
            "A term of AI in other letter case: a statement against interest.",
        ),
        ("case-human", f.BASE + "DIGITALCREATION", "unknown", "Any other term is compared with its case."),
        ("other-url", "https://example.org/digitalCreation", "unknown", "A vocabulary of somebody's own."),
    ):
        yield Case(f"or::{name}", made(f.created(value)), trusted(cls), "18.15.4.5", why)
    human, machine = f.created(), f.created(SYNTHETIC)
    yield Case(
        "or::dst-unknown",
        made(f.created("http://cv.iptc.org/newscodes/digitalsourcetype/inventedSource")),
        trusted("unknown"),
        "8.1 of the digest",
        "An invented source type.",
    )
    yield Case(
        "or::synthetic-then-human-edits",
        made(machine, edited("humanEdits")),
        trusted("synthetic", attributed=True),
        "8.2 of the digest",
        "A human edit does not launder generated text.",
    )
    yield Case(
        "or::human-then-synthetic-edit",
        made(human, edited(SYNTHETIC)),
        trusted("synthetic"),
        "8.2 of the digest",
        "An own action that generated makes it synthetic, as stated.",
    )
    yield Case(
        "or::human-then-mixed",
        made(human, edited(MIXED)),
        trusted("ai-assisted"),
        "8.2 of the digest",
        "A generative edit of human text.",
    )
    yield Case(
        "or::human-then-edit",
        made(human, edited()),
        trusted("human"),
        "8.2 of the digest",
        "An edit without a source type.",
    )
    yield Case(
        "or::composite-human-edits",
        made(f.created("composite"), edited("humanEdits")),
        trusted("unknown"),
        "8.2 of the digest",
        "A mix of unknown parts stays unknown, however it was edited.",
    )
    yield Case(
        "or::empty-human-edits",
        made(f.created(f.C2PA_BASE + "empty"), edited("humanEdits")),
        trusted("human"),
        "8.2 of the digest",
        "A blank page, then a person wrote.",
    )
    yield Case(
        "or::empty-synthetic",
        made(f.created(f.C2PA_BASE + "empty"), edited(SYNTHETIC)),
        trusted("synthetic"),
        "8.2 of the digest",
        "A blank page, then a model wrote.",
    )
    yield Case(
        "or::gathered-human",
        signed(boxes=[gathered(f.actions(human)), f.data_hash()]),
        trusted("unknown", attributed=False),
        "10.2.2",
        "Human, but only gathered: the signer does not stand behind it.",
    )
    yield Case(
        "or::gathered-synthetic",
        signed(boxes=[gathered(f.actions(machine)), f.data_hash()]),
        trusted("synthetic", attributed=False),
        "10.2.2",
        "A statement against interest is believed, and marked as not attributed.",
    )
    yield Case(
        "or::created-human-gathered-synthetic",
        made(human, more=(gathered(f.actions(edited(SYNTHETIC), label="c2pa.actions.v2__1")),)),
        trusted("synthetic", attributed=False),
        "8.2 of the digest",
        "The gathered statement against interest wins over the attributed one.",
    )
    yield Case(
        "or::disclosure-only",
        made(f.created(f.C2PA_BASE + "empty"), more=(DISCLOSURE,)),
        trusted("ai-assisted"),
        "18.28",
        "A disclosure without a telling source type: a model took part.",
    )
    yield Case(
        "or::disclosure-human",
        made(human, more=(DISCLOSURE,)),
        trusted("ai-assisted"),
        "18.28",
        "A disclosure beside human: a model took part.",
    )
    yield Case(
        "or::disclosure-synthetic",
        made(machine, more=(DISCLOSURE,)),
        trusted("synthetic", attributed=True),
        "18.28",
        "A disclosure never downgrades.",
    )
    yield Case(
        "or::incomplete",
        made(human, allActionsIncluded=False),
        trusted("human", complete=False),
        "18.15",
        "Human, and the signer does not say that all actions are listed.",
    )
    yield Case(
        "or::incomplete-absent",
        made(human, allActionsIncluded=None),
        trusted("human", complete=False),
        "18.15",
        "allActionsIncluded is null.",
    )
    yield Case(
        "or::complete-number",
        made(human, allActionsIncluded=1),
        trusted("human", complete=False),
        "18.15",
        "Only true is true.",
    )
    yield Case(
        "or::metadata-synthetic",
        made(human, more=(metadata(f.BASE + SYNTHETIC),)),
        trusted("synthetic"),
        "18.17",
        "The metadata says that a model made it.",
    )
    yield Case(
        "or::metadata-human",
        made(f.created(f.C2PA_BASE + "empty"), more=(metadata(f.BASE + "digitalCreation"),)),
        trusted("human"),
        "18.17",
        "Attributed metadata tells how a blank start went on.",
    )
    yield Case(
        "or::metadata-cawg",
        made(human, more=(metadata(f.BASE + SYNTHETIC, "cawg.metadata"),)),
        trusted("synthetic"),
        "9.3 of the digest",
        "The same in cawg.metadata.",
    )
    for relationship, cls in (
        ("componentOf", "ai-assisted"),
        ("parentOf", "synthetic"),
        ("inputTo", "human"),
    ):
        ingredient = f.Box(
            "c2pa.ingredient.v3", {"relationship": relationship, "digitalSourceType": f.BASE + SYNTHETIC}
        )
        yield Case(
            f"or::ingredient-{relationship}",
            made(human, more=(ingredient,)),
            trusted(cls),
            "8.2 of the digest",
            f"A synthetic ingredient as {relationship}.",
        )
    yield Case(
        "or::unlisted-synthetic",
        made(machine),
        valid("synthetic"),
        "8.2 of the digest",
        "Believed although the signer is on no list.",
        trust="none",
    )
    yield Case(
        "or::tampered",
        made(machine).replace(b"quick", b"quack"),
        invalid(MISMATCH),
        "15.3",
        "Nothing is taken from a credential that does not hold.",
    )
