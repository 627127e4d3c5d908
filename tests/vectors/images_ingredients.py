"""``ing::``: pictures with a history, and attacks on it.

A family is made from the oldest on: each child holds the manifests before it and an ingredient
assertion that names its parent by hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors.case import error, invalid, trusted
from vectors.codes import MISMATCH, SIGNATURE
from vectors.image_forge import created, forge, png, store_of, swap
from vectors.image_keys import wrong_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vectors.image_forge import ImageForge, Row

INGREDIENT: Final = "c2pa.ingredient.v3"
CHANGED: Final = "ingredient.manifest.mismatch"
HELD: Final = (
    "claimSignature.validated",
    "claimSignature.insideValidity",
    "assertion.hashedURI.match",
    "assertion.dataHash.match",
)
FRAME: Final = f.Frame(0, 0, b"", b"")


@dataclass(frozen=True)
class Ancestor:
    """A manifest that can be an ingredient's."""

    label: str
    raw: bytes
    """The superbox."""
    before: tuple[bytes, ...] = ()
    """The manifests its own ingredients need, oldest first."""

    @property
    def all(self) -> tuple[bytes, ...]:
        """With those before it."""
        return (*self.before, self.raw)

    def uri(self, raw: bytes | None = None) -> dict[str, Any]:
        """Its hashed URI; the hash is that of `raw` where one is given."""
        return {"url": f"self#jumbf=/c2pa/{self.label}", "hash": f.hash_of((raw or self.raw)[8:])}

    def signature(self) -> dict[str, Any]:
        """The hashed URI of its signature box."""
        box = f.children(self.raw)[2][-1]
        return {"url": f"self#jumbf=/c2pa/{self.label}/c2pa.signature", "hash": f.hash_of(box[8:])}

    def edited(self, edit: Callable[[bytes], bytes]) -> Ancestor:
        """Changed after it was signed."""
        changed = edit(self.raw)
        if changed == self.raw or len(changed) != len(self.raw):
            raise ValueError("nothing changed, or the length did")
        return Ancestor(self.label, changed, self.before)


def ancestor(made: ImageForge, before: Sequence[bytes] = ()) -> Ancestor:
    """The active manifest of a picture."""
    return Ancestor(made.label(), f.children(store_of(made.sealed()))[2][-1], tuple(before))


def ingredient(parent: Ancestor | None, relationship: str = "parentOf", number: int = 0) -> f.Box:
    """An ingredient assertion about it."""
    content: dict[str, Any] = {
        "relationship": relationship,
        "dc:title": "before",
        "dc:format": "image/png",
        "instanceID": f"xmp:iid:before-{number}",
    }
    if parent is not None:
        held = [{"code": code, "url": f"self#jumbf=/c2pa/{parent.label}/c2pa.signature"} for code in HELD[:2]]
        content |= {
            "activeManifest": parent.uri(),
            "claimSignature": parent.signature(),
            "validationResults": {"activeManifest": {"success": held, "informational": [], "failure": []}},
        }
    return f.Box(f"{INGREDIENT}__{number}" if number else INGREDIENT, content)


def begun(*boxes: f.Box) -> dict[str, Any]:
    """The action that says what became of the ingredients."""
    entries = [
        {"url": f"self#jumbf=c2pa.assertions/{box.label}", "hash": f.hash_of(box.build(FRAME)[8:])}
        for box in boxes
    ]
    return {"action": "c2pa.opened", "parameters": {"ingredients": entries}}


EDITED: Final = {"action": "c2pa.edited", "digitalSourceType": f.BASE + "humanEdits"}


def child(
    parent: Ancestor, *actions: dict[str, Any], relationship: str = "parentOf", **changes: Any
) -> ImageForge:
    """A picture made from another."""
    box = ingredient(parent, relationship)
    start = begun(box) if relationship == "parentOf" else created()
    return forge(
        boxes=[f.actions(start, *actions), box, f.data_hash()],
        edit_manifests=lambda found: [*parent.all, *found],
        **changes,
    )


def made(source: str, seed: str = "first", **changes: Any) -> Ancestor:
    """A picture without history."""
    return ancestor(forge(boxes=[f.actions(created(source)), f.data_hash()], seed=seed, **changes))


def histories() -> Iterator[Row]:
    human, synthetic = made("digitalCreation"), made("trainedAlgorithmicMedia")
    yield (
        "ing::parent",
        child(human, EDITED).sealed(),
        trusted("human"),
        "15.11",
        "A picture made by hand, and edited by hand.",
    )
    yield (
        "ing::ai-parent",
        child(synthetic, EDITED).sealed(),
        trusted("synthetic"),
        "18.16, spec/origin.md",
        "A generated picture; its child states human edits only.",
    )
    yield (
        "ing::ai-component",
        child(synthetic, {"action": "c2pa.edited"}, relationship="componentOf").sealed(),
        trusted("ai-assisted"),
        "18.16, spec/origin.md",
        "A generated part in a picture that is stated to be made by hand.",
    )
    grown = ancestor(child(human, EDITED, seed="second"), human.all)
    yield (
        "ing::grandparent",
        child(grown, EDITED).sealed(),
        trusted("human"),
        "15.11",
        "Three generations.",
    )
    yield (
        "ing::diamond",
        diamonds(20).sealed(),
        trusted("human"),
        "15.11",
        "Twenty generations, each with two ways to the one before: a million ways, and each manifest is read once.",
    )
    yield (
        "ing::deep",
        chain(40).sealed(),
        error("limit"),
        "provkit limits: 32 generations",
        "Forty generations; the runner makes three hundred, the bound of the reference engine is 200.",
    )


def chain(length: int) -> ImageForge:
    """As many generations."""
    last = made("digitalCreation", who="stranger")
    for number in range(length - 2):
        last = ancestor(child(last, EDITED, seed=f"link {number}", who="stranger"), last.all)
    return child(last, EDITED)


def diamonds(count: int) -> ImageForge:
    """Generations that name the one before twice."""
    last = made("digitalCreation")
    picture = forge()
    for number in range(count):
        boxes = [ingredient(last), ingredient(last, "componentOf", 1)]
        placed = {**begun(boxes[1]), "action": "c2pa.placed"}
        picture = forge(
            boxes=[f.actions(begun(boxes[0]), placed), *boxes, f.data_hash()],
            edit_manifests=lambda found, before=last.all: [*before, *found],
            seed=f"diamond {number}",
        )
        last = ancestor(picture, last.all)
    return picture


def attacks() -> Iterator[Row]:
    human = made("digitalCreation")
    flipped = human.edited(swap(b"digitalCreation", b"digitalCreatiom", 1))
    for name, relationship in (
        ("tampered", "parentOf"),
        ("component", "componentOf"),
        ("inputto", "inputTo"),
    ):
        picture = child(human, EDITED, relationship=relationship)
        picture.edit_manifests = lambda found: [flipped.raw, *found]
        yield (
            f"ing::{name}",
            picture.sealed(),
            invalid(CHANGED),
            "15.11.3.3",
            f"The manifest of an ingredient ({relationship}) was changed after it was referred to.",
        )
    alone = child(human, EDITED)
    alone.edit_manifests = lambda found: found
    yield (
        "ing::missing",
        alone.sealed(),
        invalid("ingredient.manifest.missing"),
        "15.11.3.3",
        "The manifest of the parent is not in the store.",
    )
    yield (
        "ing::resealed",
        child(flipped, EDITED).sealed(),
        invalid("assertion.hashedURI.mismatch"),
        "15.11.3.3",
        "The parent was changed before it was referred to, so the reference fits, and it does not hold.",
    )
    forged = made("digitalCreation", sign=wrong_key().sign)
    yield (
        "ing::wrong-key",
        child(forged, EDITED).sealed(),
        invalid(SIGNATURE),
        "15.11.3.3",
        "The parent is signed with another key than that of its certificate.",
    )
    other = made("digitalCreation", seed="another")
    exchanged = child(human, EDITED)
    exchanged.edit_manifests = lambda found: [renamed(other, human), *found]
    yield (
        "ing::exchanged",
        exchanged.sealed(),
        invalid(CHANGED),
        "15.11.3.3",
        "Another good manifest stands under the parent's label.",
    )
    nobody = f.Box("cawg.identity", {"signature": b"x"})
    unfinished = ancestor(
        forge(boxes=[f.actions(created("digitalCreation")), nobody, f.data_hash()], seed="unfinished")
    )
    yield (
        "ing::incomplete-identity",
        child(unfinished, EDITED).sealed(),
        trusted("human", "STRICT-IMG-12"),
        "15.11.3",
        "An identity in the parent lacks its fields: what is wrong inside an ingredient changes no state.",
    )
    twice = [ingredient(human), ingredient(human, "parentOf", 1)]
    yield (
        "ing::two-parents",
        forge(
            boxes=[f.actions(begun(*twice), EDITED), *twice, f.data_hash()],
            edit_manifests=lambda found: [*human.all, *found],
        ).sealed(),
        invalid(),
        "15.11.3, 18.16",
        "Two parents: a picture is made from one.",
    )


def renamed(source: Ancestor, target: Ancestor) -> bytes:
    """A manifest under the label of another."""
    return source.raw.replace(source.label.encode(), target.label.encode())


def updates() -> Iterator[Row]:
    """Update manifests and redactions."""
    human = made("digitalCreation")
    update = partial(f.Box, "c2pa.metadata", kind=b"json", uuid=f.type_uuid("json"))
    note = update(payload=b'{"@context":{"dc":"http://purl.org/dc/elements/1.1/"},"dc:title":"a title"}')
    box = ingredient(human)
    yield (
        "ing::update",
        forge(
            boxes=[f.actions(begun(box)), box, note],
            manifest_uuid=f.type_uuid("c2um"),
            edit_manifests=lambda found: [*human.all, *found],
        ).sealed(),
        trusted("human"),
        "11.2.3, 15.12.1.1",
        "An update manifest adds a title; the binding is the parent's, whose carrier has grown since.",
    )
    yield (
        "ing::update-pixel",
        forge(
            halves=png(first=1),
            boxes=[f.actions(begun(box)), box, note],
            manifest_uuid=f.type_uuid("c2um"),
            edit_manifests=lambda found: [*human.all, *found],
        ).sealed(),
        invalid(MISMATCH),
        "11.2.3, 15.12.1.1",
        "An update manifest around another picture than its parent's.",
    )
    yield (
        "ing::update-edit",
        forge(
            boxes=[f.actions(begun(box), EDITED), box, note],
            manifest_uuid=f.type_uuid("c2um"),
            edit_manifests=lambda found: [*human.all, *found],
        ).sealed(),
        invalid("manifest.update.invalid"),
        "11.2.4, 15.11",
        "An update manifest with an edit.",
    )
    yield (
        "ing::update-binding",
        forge(
            boxes=[f.actions(begun(box)), box, f.data_hash()],
            manifest_uuid=f.type_uuid("c2um"),
            edit_manifests=lambda found: [*human.all, *found],
        ).sealed(),
        invalid("manifest.update.invalid"),
        "11.2.4, 15.11",
        "An update manifest with a hard binding of its own.",
    )
    noted = ancestor(
        forge(boxes=[f.actions(created()), f.Box("org.example.note", {"a": 1}), f.data_hash()], seed="noted")
    )
    yield (
        "ing::redacted",
        redacted(noted, "org.example.note").sealed(),
        trusted("human"),
        "6.8, 15.11.3.3",
        "A note of the parent is taken out, and listed as redacted.",
    )
    for name, label, code, why in (
        ("hash", "c2pa.hash.data", "assertion.hardBinding.redacted", "hard binding"),
        ("actions", "c2pa.actions.v2", "assertion.action.redacted", "actions"),
    ):
        yield (
            f"ing::redact-{name}",
            redacted(human, label).sealed(),
            invalid(code),
            "6.8, 15.10.3.2",
            f"The {why} of the parent: taken out, and listed as redacted.",
        )
    yield (
        "ing::redact-undone",
        redacted(human, "c2pa.hash.data", remove=False).sealed(),
        invalid("assertion.notRedacted"),
        "6.8, 15.10.3.2",
        "Listed as redacted, and still there.",
    )


def redacted(parent: Ancestor, label: str, *, remove: bool = True) -> ImageForge:
    """A child that redacts an assertion of its parent."""
    uri = f"self#jumbf=/c2pa/{parent.label}/c2pa.assertions/{label}"
    act = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}}
    picture = child(parent, act, fields={"redacted_assertions": [uri]})
    if remove:
        kind, name, (assertions, *rest) = f.children(parent.raw)
        kept = [box for box in f.children(assertions)[2] if f.children(box)[1] != label]
        store = f.superbox(f.type_uuid("c2as"), "c2pa.assertions", b"".join(kept))
        picture.edit_manifests = lambda found: [f.superbox(kind, name, store + b"".join(rest)), *found]
    return picture


def many() -> Iterator[Row]:
    """More assertions than anybody needs."""
    notes = [f.Box(f"org.example.n__{number}", {}, salt=None) for number in range(1, 1001)]
    yield (
        "cl::png-many",
        forge(boxes=[f.actions(created()), f.data_hash(), *notes]).sealed(),
        error("limit"),
        "provkit limits: 1,000 assertions",
        "A thousand and two assertions; the reference engine stops at 100,000.",
    )


def cases() -> Iterator[Row]:
    """All of them."""
    yield from histories()
    yield from attacks()
    yield from updates()
    yield from many()
