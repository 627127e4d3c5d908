"""Signed texts with a history, made from the oldest manifest on, for :mod:`cases_updates` and others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors.keys import credential
from vectors.text_forge import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

INGREDIENT: Final = "c2pa.ingredient.v3"
UPDATE: Final = f.type_uuid("c2um")
MARK: Final = bytes.fromhex("caa98eee9d4df80e86ad4dffca263973")
"""What the place of a redacted assertion begins with."""
NOTE: Final = f.Box("org.example.note", {"a": "note"})
FRAME: Final = f.Frame(0, 0, b"", b"")


@dataclass(frozen=True)
class Ancestor:
    """A manifest that can be an ingredient's."""

    label: str
    raw: bytes
    """The superbox, as it stands in stores."""
    before: tuple[bytes, ...] = ()
    """The manifests its own ingredients need, oldest first."""
    recorded: bytes = b""
    """The superbox, as it was when a hash was taken; `raw` when empty."""

    @property
    def all(self) -> tuple[bytes, ...]:
        """With those before it."""
        return (*self.before, self.raw)

    def uri(self) -> dict[str, Any]:
        """Its hashed URI."""
        return {"url": f"self#jumbf=/c2pa/{self.label}", "hash": f.hash_of((self.recorded or self.raw)[8:])}

    def signature(self) -> dict[str, Any]:
        """The hashed URI of its signature box."""
        box = f.children(self.recorded or self.raw)[2][-1]
        return {"url": f"self#jumbf=/c2pa/{self.label}/c2pa.signature", "hash": f.hash_of(box[8:])}

    def assertion(self, label: str) -> str:
        """URI of one of its assertions."""
        return f"self#jumbf=/c2pa/{self.label}/c2pa.assertions/{label}"

    def edited(self, edit: Callable[[bytes], bytes | None], *, noticed: bool = False) -> Ancestor:
        """With every assertion box changed by `edit`, which returns None to drop one.

        Hashes are those from before, unless `noticed`.
        """
        uuid, label, parts = f.children(self.raw)
        store_uuid, store_label, boxes = f.children(parts[0])
        kept = [found for box in boxes if (found := edit(box)) is not None]
        parts[0] = f.superbox(store_uuid, store_label, b"".join(kept))
        raw = f.superbox(uuid, label, b"".join(parts))
        return Ancestor(self.label, raw, self.before, b"" if noticed else (self.recorded or self.raw))

    def without(self, label: str, *, noticed: bool = False) -> Ancestor:
        """With one assertion taken out."""
        return self.edited(lambda box: None if f.children(box)[1] == label else box, noticed=noticed)

    def blanked(
        self, label: str, *, data: bytes = bytes(8), salt: bytes | None = None, noticed: bool = False
    ) -> Ancestor:
        """With one assertion replaced by a box that holds nothing."""
        blank = f.superbox(f.type_uuid("uuid"), label, f.box(b"uuid", MARK + data), salt=salt)
        return self.edited(lambda box: blank if f.children(box)[1] == label else box, noticed=noticed)


def ancestor(
    *boxes: f.Box,
    source: str = "digitalCreation",
    before: Iterable[bytes] = (),
    key: str = "es256",
    **changes: Any,
) -> Ancestor:
    """A manifest for the usual text, with more assertions."""
    changes = {
        "boxes": [f.actions(f.created(source)), *boxes, f.data_hash()],
        "seed": "ancestor",
        "edit_manifests": lambda found: [*before, *found],
        **changes,
    }
    made = f.Forge(HOST, credential(key), **changes)
    store = f.find_store(made.text())[2]
    return Ancestor(made.label(), f.children(store)[2][-1], tuple(before))


def ingredient(
    parent: Ancestor,
    relationship: str = "parentOf",
    number: int = 0,
    failure: Iterable[str] = (),
    **fields: Any,
) -> f.Box:
    """An ingredient assertion about it; a field of None is left out."""
    results = {"success": [], "informational": [], "failure": [{"code": code} for code in failure]}
    content: dict[str, Any] = {
        "relationship": relationship,
        "dc:title": "before",
        "activeManifest": parent.uri(),
        "claimSignature": parent.signature(),
        "validationResults": {"activeManifest": results},
        **fields,
    }
    content = {name: value for name, value in content.items() if value is not None}
    return f.Box(f"{INGREDIENT}__{number}" if number else INGREDIENT, content, salt=None)


def opened(*boxes: f.Box) -> dict[str, Any]:
    """The action that says what was opened."""
    entries = [
        {"url": f"self#jumbf=c2pa.assertions/{box.label}", "hash": f.hash_of(box.build(FRAME)[8:])}
        for box in boxes
    ]
    return {"action": "c2pa.opened", "parameters": {"ingredients": entries}}


def child(parent: Ancestor, *more: f.Box, actions: Iterable[dict[str, Any]] = (), **changes: Any) -> bytes:
    """A signed text made from an earlier one, which it keeps as its parent."""
    box = changes.pop("box", None) or ingredient(parent)
    changes = {
        "boxes": [f.actions(opened(box), *actions), box, *more, f.data_hash()],
        "edit_manifests": lambda found: [*parent.all, *found],
        "seed": "child",
        **changes,
    }
    return f.Forge(HOST, credential("es256"), **changes).text()


def updated(parent: Ancestor, *more: f.Box, box: f.Box | None = None, **changes: Any) -> f.Forge:
    """An update of a signed text: its content stays, its store grows."""
    changes = {
        "boxes": [box or ingredient(parent), *more],
        "edit_manifests": lambda found: [*parent.all, *found],
        "manifest_uuid": UPDATE,
        "seed": "update",
        **changes,
    }
    return f.Forge(HOST, credential("es256"), **changes)


def latest(made: f.Forge, before: Iterable[bytes]) -> Ancestor:
    """The active manifest of what was made, to go on from."""
    store = f.find_store(made.text())[2]
    return Ancestor(made.label(), f.children(store)[2][-1], tuple(before))


def packed(data: bytes) -> bytes:
    """Brotli (RFC 7932) that stores and does not compress: the same bytes from every version of an encoder."""
    out, bits, count = bytearray(), 0, 0

    def put(value: int, width: int) -> None:
        nonlocal bits, count
        bits |= value << count
        count += width
        while count >= 8:
            out.append(bits & 0xFF)
            bits >>= 8
            count -= 8

    put(0, 1)  # a window of 64 KiB
    for start in range(0, len(data), 1 << 16):
        part = data[start : start + (1 << 16)]
        put(0, 1)  # not the last block
        put(0, 2)  # its length has four nibbles
        put(len(part) - 1, 16)
        put(1, 1)  # stored
        put(0, -count % 8)
        out += part
    put(3, 2)  # the last block, and empty
    put(0, -count % 8)
    return bytes(out)


def compressed(manifest: bytes, payload: bytes | None = None, label: str | None = None) -> bytes:
    """A compressed manifest that holds another."""
    name = label or f.children(manifest)[1]
    return f.superbox(
        f.type_uuid("c2cm"), name, f.box(b"brob", packed(manifest) if payload is None else payload)
    )
