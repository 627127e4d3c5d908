"""``upd::``: updates of pages, structured texts and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import forge as f
from unit.carriers.pdf.making import Made
from vectors import in_place
from vectors import media_forge as media
from vectors.case import invalid, trusted
from vectors.codes import MISMATCH
from vectors.media_forge import PAGE_BODY, PAGE_HEAD, store_objects
from vectors.text_history import Ancestor, ingredient, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vectors.media_forge import MediaForge, Row


def page(boxes: list[f.Box], **changes: Any) -> MediaForge:
    """A page in the making."""
    return media.forge(PAGE_HEAD, PAGE_BODY, media.script, boxes=boxes, **changes)


def markdown(boxes: list[f.Box], **changes: Any) -> MediaForge:
    """A structured text in the making."""
    carry: Callable[[bytes], bytes] = lambda store: media.block(media.inline(store))  # noqa: E731
    return media.forge(b"", media.MARKDOWN, carry, boxes=boxes, kind="text/markdown", **changes)


def pdf(boxes: list[f.Box], **changes: Any) -> MediaForge:
    """A PDF in the making, one revision."""

    def layout(length: int) -> tuple[bytes, bytes]:
        return media.split(Made().update(store_objects(length)).data, length)

    return media.forge(b"", b"", bytes, boxes=boxes, layout=layout, kind="application/pdf", **changes)


def cases() -> Iterator[Row]:
    """All of them."""

    def change(data: bytes) -> bytes:
        return data.replace(b"quick", b"quack")

    for kind, extension, make, media_type in (
        ("html", "html", page, "text/html"),
        ("md", "markdown", markdown, "text/markdown"),
    ):
        for name, data, *rest in in_place.family(kind, make, media.created(media_type), change):
            yield (name, extension, data, *rest)
    yield from documents()
    yield from stores()


def stores() -> Iterator[Row]:
    """An update in a store that is kept apart: the asset is hashed whole, before and after."""
    asset = b'{"a": 1}\n'

    def apart(boxes: list[f.Box], **changes: Any) -> bytes:
        return media.forge(asset, b"", bytes, boxes=boxes, **changes).apart()

    whole = f.data_hash(exclusions=None)
    store = apart(boxes=[media.created("application/json"), whole], seed="first")
    raw = f.children(store)[2][-1]
    parent = Ancestor(f.children(raw)[1], raw)
    box = ingredient(parent)
    update = apart(
        boxes=[f.actions(opened(box)), box],
        manifest_uuid=f.type_uuid("c2um"),
        seed="update",
        edit_manifests=lambda found: [*parent.all, *found],
    )
    for name, content, expected, why in (
        ("note", asset, trusted(), "An update of a store that is kept apart."),
        ("tampered", asset.replace(b"1", b"2"), invalid(MISMATCH), "The asset beside it was changed."),
    ):
        yield f"upd::side-{name}", "json", content, expected, "11.2.3, 15.12", why, {"manifest": update}


def documents() -> Iterator[Row]:
    """A PDF cannot be updated: the lengths and offsets in it are hashed, and what is appended is too."""
    created = media.created("application/pdf")
    first = pdf(boxes=[created, f.data_hash()], seed="first")
    signed, _ = in_place.sealed(first)
    parent = in_place.history(pdf(boxes=[created, f.data_hash()], seed="first"))
    yield (
        "upd::pdf-in-place",
        "pdf",
        in_place.updated(pdf, parent),
        invalid(MISMATCH),
        "15.12.1.1, A.4",
        "An update in the place of the store: the length of its stream and the table of objects are others.",
    )

    def appended(boxes: list[f.Box], **changes: Any) -> MediaForge:
        def layout(length: int) -> tuple[bytes, bytes]:
            again = Made(signed, size=8)
            again.previous = int(signed.rpartition(b"startxref\n")[2].split()[0])
            objects = {
                n + 4 if n > 5 else n: body for n, body in store_objects(length).items() if n in {1, 6, 7}
            }
            moved = {
                n: body.replace(b"7 0 R", b"11 0 R").replace(b"6 0 R", b"10 0 R")
                for n, body in objects.items()
            }
            head, tail = media.split(again.update(moved).data, length)
            return head, tail

        return media.forge(b"", b"", bytes, boxes=boxes, layout=layout, kind="application/pdf", **changes)

    box = ingredient(parent)
    update = appended(
        boxes=[f.actions(opened(box)), box],
        manifest_uuid=f.type_uuid("c2um"),
        seed="update",
    )
    yield (
        "upd::pdf-appended",
        "pdf",
        in_place.sealed(update)[0],
        invalid(MISMATCH),
        "15.12.1, A.4.2.1",
        "An update in a store of its own, behind the one it updates: what follows that is hashed.",
    )
