"""Updates of signed assets of any kind: the content stays where it is, and the store grows (C2PA 2.4 §11.2.3).

For :mod:`media_updates` and :mod:`images_updates`, which know how each kind is made and signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors.case import invalid, trusted
from vectors.codes import MISMATCH
from vectors.text_history import NOTE, UPDATE, Ancestor, ingredient, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vectors.image_forge import ImageForge

    Make = Callable[..., ImageForge]
    """Makes a forge around an asset, from boxes and other changes."""

FORBIDDEN: Final = "manifest.update.invalid"
METADATA: Final = {"action": "c2pa.edited.metadata"}
RULE: Final = "11.2.3, 15.12.1.1"


def sealed(made: ImageForge) -> tuple[bytes, bytes]:
    """A signed asset and its store."""
    stores: list[bytes] = []
    carry = made.carry

    def keep(store: bytes) -> bytes:
        stores.append(store)
        return carry(store)

    made.carry = keep
    data = made.sealed()
    return data, stores[-1]


def history(made: ImageForge) -> Ancestor:
    """The active manifest of an asset in the making."""
    return Ancestor(made.label(), f.children(sealed(made)[1])[2][-1])


def updated(make: Make, parent: Ancestor, *more: f.Box, **changes: Any) -> bytes:
    """An update of a signed asset."""
    box = ingredient(parent)
    return sealed(
        make(
            boxes=[f.actions(opened(box), *changes.pop("actions", ())), box, *more],
            edit_manifests=lambda found: [*parent.all, *found],
            manifest_uuid=UPDATE,
            seed="update",
            **changes,
        )
    )[0]


def family(
    kind: str, make: Make, created: f.Box, change: Callable[[bytes], bytes], first: str = "human"
) -> Iterator[tuple[str, bytes, Any, str, str]]:
    """Good updates of an asset, and what an update may not do.

    Args:
        kind: what the ids begin with.
        make: makes a forge.
        created: actions of the first manifest.
        change: changes the content of a signed asset.
        first: origin of the first manifest.
    """
    parent = history(make(boxes=[created, NOTE, f.data_hash()], seed="first"))
    note = f.Box("org.example.more", {"b": 1})
    good = updated(make, parent, note, actions=[METADATA])
    yield f"upd::{kind}-note", good, trusted(first), RULE, "An update that adds an assertion."
    yield (
        f"upd::{kind}-tampered",
        change(good),
        invalid(MISMATCH),
        RULE,
        "The content was changed after its update.",
    )
    gone = parent.without(NOTE.label)
    redaction = {
        "action": "c2pa.redacted",
        "reason": "x",
        "parameters": {"redacted": parent.assertion(NOTE.label)},
    }
    yield (
        f"upd::{kind}-redacted",
        updated(
            make,
            gone,
            actions=[redaction],
            fields={"redacted_assertions": [parent.assertion(NOTE.label)]},
        ),
        trusted(first),
        "6.8, 11.2.3, 15.11.3.3.1",
        "An update takes a note of its parent out, and says so.",
    )
    yield (
        f"upd::{kind}-edited",
        updated(make, parent, actions=[{"action": "c2pa.edited"}]),
        invalid(FORBIDDEN),
        "11.2.3, 15.10.1.3",
        "An update that says the content was edited.",
    )
    yield (
        f"upd::{kind}-hash",
        updated(make, parent, f.data_hash()),
        invalid(FORBIDDEN),
        "11.2.3, 15.10.1.3",
        "An update with a hard binding of its own.",
    )
