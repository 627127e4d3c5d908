"""``upd::`` and ``pack::``: update manifests, and manifests that are compressed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.codes import MALFORMED, MISMATCH
from vectors.keys import credential
from vectors.text_forge import HOST
from vectors.text_history import (
    INGREDIENT,
    NOTE,
    Ancestor,
    ancestor,
    child,
    compressed,
    ingredient,
    latest,
    opened,
    packed,
    updated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

UNBOUND: Final = "claim.hardBindings.missing"
PARENTS: Final = "manifest.update.wrongParents"
UPDATE: Final = "manifest.update.invalid"
PACKED: Final = "manifest.compressed.invalid"
DELTA: Final = "ingredient-delta"
METADATA: Final = {"action": "c2pa.edited.metadata"}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from good_updates()
    yield from changed_content()
    yield from wrong_parents()
    yield from forbidden()
    yield from compression()


def good_updates() -> Iterator[Case]:
    first = ancestor()
    note = updated(first, NOTE)
    yield Case("upd::note", note.text(), trusted("human"), "11.2.3", "An update that adds an assertion.")
    yield Case(
        "upd::actions",
        updated(first, f.actions(opened(ingredient(first)), METADATA)).text(),
        trusted("human"),
        "11.2.3",
        "An update with actions that leave the content as it is.",
    )
    second = latest(note, first.all)
    yield Case(
        "upd::twice",
        updated(second, seed="second update").text(),
        trusted("human"),
        "15.12",
        "The hard binding is that of the first manifest, two updates ago.",
    )
    yield Case(
        "upd::standard-child",
        child(second),
        trusted("human"),
        "15.11.2.2",
        "An edited text whose parent had been updated.",
    )
    old = {"relationship": "parentOf", "dc:title": "x", "dc:format": "text/plain", "instanceID": "y"}
    box = f.Box("c2pa.ingredient.v2", {**old, "c2pa_manifest": first.uri()})
    yield Case(
        "upd::older-ingredient",
        updated(first, box=box).text(),
        trusted("human"),
        "11.2.3",
        "The parent is named by an ingredient assertion of version 2.",
    )
    yield Case(
        "upd::synthetic",
        updated(ancestor(source="trainedAlgorithmicMedia"), NOTE).text(),
        trusted("synthetic"),
        "spec/origin.md",
        "What was generated stays so when an update is added.",
    )
    yield Case(
        "upd::parent-unlisted",
        updated(ancestor(key="stranger"), NOTE).text(),
        trusted("unknown"),
        "14.3, spec/origin.md",
        "A listed signer updates the text of an unlisted one: trusted, and the origin is not his word.",
    )


def changed_content() -> Iterator[Case]:
    good = updated(ancestor(), NOTE).text()
    yield Case(
        "upd::tampered",
        good.replace(b"quick", b"quack"),
        invalid(MISMATCH),
        "15.12.1.1",
        "The text was changed after its update.",
    )
    yield Case(
        "upd::shifted",
        b"More. " + good,
        invalid(MALFORMED),
        "11.2.3",
        "The store begins elsewhere than when the text was signed.",
    )
    yield Case(
        "upd::appended",
        good + b"More.\n",
        invalid(MISMATCH),
        "15.12.1.1",
        "Text behind the wrapper of an updated text.",
    )
    short = ancestor(
        boxes=[
            f.actions(f.created()),
            f.data_hash(exclusions=lambda frame: [{"start": frame.start - 2, "length": frame.length + 2}]),
        ]
    )
    yield Case(
        "upd::exclusion",
        updated(short).text(),
        invalid(MALFORMED),
        "15.12.1.3.1, STRICT-TEXT-4",
        "The first manifest left out more than its wrapper, and an update does not mend that.",
    )


def wrong_parents() -> Iterator[Case]:
    first = ancestor()

    def case(
        name: str, made: f.Forge, codes: tuple[str, ...], clause: str, reason: str, *warnings: str
    ) -> Case:
        return Case(f"upd::{name}", made.text(), invalid(*codes, warnings=warnings), clause, reason)

    alone: dict[str, Any] = {"edit_manifests": lambda found: found}
    yield case(
        "no-parent",
        updated(first, boxes=[NOTE], **alone),
        (PARENTS, UNBOUND),
        "15.10.1.3",
        "An update of nothing.",
    )
    yield case(
        "component",
        updated(first, box=ingredient(first, "componentOf")),
        (PARENTS, UNBOUND),
        "15.10.1.3",
        "The ingredient of an update is a component.",
    )
    yield case(
        "two-parents",
        updated(first, ingredient(first, number=1)),
        ("manifest.multipleParents", PARENTS, UNBOUND),
        "15.10.1.3",
        "Two parents.",
    )
    yield case(
        "parent-and-input",
        updated(first, f.Box(f"{INGREDIENT}__1", {"relationship": "inputTo"})),
        (PARENTS,),
        "15.10.1.3",
        "A second ingredient beside the parent.",
    )
    yield case(
        "no-manifest",
        updated(first, boxes=[f.Box(INGREDIENT, {"relationship": "parentOf"})], **alone),
        (PARENTS, UNBOUND),
        "11.2.3",
        "A parent without a manifest.",
    )
    yield case(
        "parent-gone",
        updated(first, **alone),
        ("ingredient.manifest.missing", UNBOUND),
        "15.12",
        "The manifest that binds the content is not in the store.",
    )
    changed = replace(
        first, raw=first.raw.replace(b"digitalCreation", b"digitalCapture_"), recorded=first.raw
    )
    yield case(
        "parent-changed",
        updated(changed),
        ("ingredient.manifest.mismatch", UNBOUND),
        "15.11.3.3.2",
        "The manifest that binds the content was changed after the update.",
    )
    void = ancestor(edit_signature=lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))
    yield case(
        "parent-void",
        updated(void),
        (UNBOUND,),
        "15.12, STRICT-UPDATE-1",
        "The signature of the manifest that binds the content never held: nobody answers for its hash.",
        DELTA,
    )
    middle = latest(updated(first, f.actions({"action": "c2pa.edited"})), first.all)
    yield case(
        "middle-void",
        updated(middle, seed="second update"),
        (UNBOUND,),
        "15.12, STRICT-UPDATE-1",
        "Between the manifest that binds the content and the active one stands one that does not hold.",
        DELTA,
    )


def forbidden() -> Iterator[Case]:
    first = ancestor()
    for name, box, reason in (
        ("edited", f.actions({"action": "c2pa.edited"}), "An update that says the content was edited."),
        ("created", f.actions(f.created()), "An update that says the content was created."),
        ("hash", f.data_hash(), "An update with a hard binding of its own."),
        ("parts", f.Box("c2pa.hash.multi-asset", {"parts": []}), "An update with hashes of parts."),
        ("thumbnail", f.Box("c2pa.thumbnail.claim", {"a": 1}), "An update with a thumbnail."),
    ):
        yield Case(f"upd::{name}", updated(first, box).text(), invalid(UPDATE), "11.2.3, 15.10.1.3", reason)


def compression() -> Iterator[Case]:
    boxes = f.Box("c2pa.hash.boxes", {"alg": "sha256", "boxes": []})
    picture = ancestor(boxes=[f.actions(f.created("trainedAlgorithmicMedia")), boxes], seed="picture")

    def with_component(raw: bytes, label: str = picture.label) -> bytes:
        part = Ancestor(label, raw, recorded=raw)
        box = ingredient(part, "componentOf", claimSignature=picture.signature())
        return f.Forge(
            HOST,
            credential("es256"),
            boxes=[f.actions(f.created()), box, f.data_hash()],
            edit_manifests=lambda found: [raw, *found],
        ).text()

    good = compressed(picture.raw)
    yield Case(
        "pack::ingredient",
        with_component(good),
        trusted("ai-assisted"),
        "11.2.4, 15.5.4",
        "The manifest of a component is compressed; its hash covers it as it stands.",
    )
    yield Case(
        "pack::ingredient-changed",
        with_component(good).replace(f.selectors(b"brob").encode(), f.selectors(b"broc").encode()),
        invalid("ingredient.manifest.mismatch"),
        "11.1.3.2",
        "The compressed manifest of a component was changed after signing.",
    )
    for name, raw, reason in (
        ("cut", compressed(picture.raw, packed(picture.raw)[:-40]), "The compressed bytes end early."),
        ("junk", compressed(picture.raw, b"\xff" * 40), "The compressed bytes are none."),
        (
            "trailing",
            compressed(picture.raw, packed(picture.raw) + b"x"),
            "A byte follows what is compressed.",
        ),
        ("label", compressed(picture.raw, label=picture.label[:-1] + "f"), "The two labels differ."),
        ("nested", compressed(good), "A compressed manifest in a compressed one."),
    ):
        label = f.children(raw)[1]
        yield Case(
            f"pack::{name}",
            with_component(raw, label),
            trusted("unknown", DELTA),
            "15.5.4",
            f"{reason} The component states nothing, and the text is as it was signed.",
        )
    text = ancestor()
    yield Case(
        "pack::data-hash",
        child(replace(text, raw=compressed(text.raw), recorded=b""), box=_packed_parent(text)),
        trusted("unknown", DELTA),
        "18.5.1",
        "A compressed parent binds its content by a data hash: it does not hold, so its origin is not known.",
    )
    yield Case(
        "pack::active",
        _packed_active(),
        invalid(PACKED),
        "18.5.1, STRICT-PACK-1",
        "The active manifest of a text is compressed.",
    )
    yield Case(
        "pack::active-update",
        updated(text, edit_manifests=lambda found: [text.raw, compressed(found[0])]).text(),
        invalid(PACKED),
        "18.5.1, STRICT-PACK-1",
        "A compressed update: nothing covers how it is compressed.",
    )


def _packed_parent(text: Ancestor) -> f.Box:
    """The ingredient assertion for a parent whose manifest was compressed since."""
    raw = compressed(text.raw)
    uri = {"url": f"self#jumbf=/c2pa/{text.label}", "hash": f.hash_of(raw[8:])}
    return ingredient(text, activeManifest=uri)


def _packed_active() -> bytes:
    boxes = [f.actions(f.created()), f.data_hash()]
    return f.Forge(
        HOST, credential("es256"), boxes=boxes, edit_manifests=lambda found: [compressed(found[0])]
    ).text()
