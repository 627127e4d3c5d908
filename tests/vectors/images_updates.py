"""``upd::``: updates of pictures, beside those of :mod:`images_ingredients`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors import image_forge as images
from vectors import in_place
from vectors.case import invalid
from vectors.codes import CLAIM, GENERAL, MISMATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.image_forge import Row

RELATIVE: Final = {"signature": "self#jumbf=c2pa.signature"}
LISTED_ONCE: Final = "STRICT-IMG-8"


def jpeg(boxes: list[f.Box], **changes: Any) -> images.ImageForge:
    """A JPEG in the making."""
    return images.forge("jpg", boxes=boxes, **changes)


def svg(boxes: list[f.Box], **changes: Any) -> images.ImageForge:
    """A drawing in the making."""
    return images.forge("svg", boxes=boxes, **changes)


def png(boxes: list[f.Box], **changes: Any) -> images.ImageForge:
    """A PNG in the making."""
    return images.forge(boxes=boxes, **changes)


def cases() -> Iterator[Row]:
    """All of them."""
    created = f.actions(images.created())
    yield from in_place.family(
        "jpeg", jpeg, created, lambda data: data[:-9] + bytes((data[-9] ^ 1,)) + data[-8:]
    )
    yield from in_place.family("svg", svg, created, lambda data: data.replace(b"blue", b"plum"))
    yield from exclusions(created)
    yield from names()


def exclusions(created: f.Box) -> Iterator[Row]:
    """What the hash of a parent leaves out, an update does not make good."""
    hole = f.data_hash(
        exclusions=lambda frame: [
            {"start": frame.start, "length": frame.length},
            {"start": frame.start + frame.length + 50, "length": 4},
        ],
        hash=lambda frame: f.hash_of(frame.content[: frame.start + 50] + frame.content[frame.start + 54 :]),
    )
    for kind, make in (("png", png), ("jpeg", jpeg)):
        parent = in_place.history(make(boxes=[created, hole], seed="first"))
        yield (
            f"upd::{kind}-hole",
            in_place.updated(make, parent),
            invalid(MISMATCH),
            "15.12.1.1, STRICT-IMG-7",
            "The hash of the parent leaves four bytes of the picture out, which anybody can change.",
        )

    unread = f.Box("org.example.note", payload=b"\x01\x02")
    parent = in_place.history(png(boxes=[created, unread, f.data_hash()], seed="first"))
    yield (
        "upd::png-unread-assertion",
        in_place.updated(png, parent),
        invalid("assertion.cbor.invalid"),
        "15.10.3, STRICT-IMG-8",
        "An update of a manifest with an assertion that is no CBOR; it binds the content.",
    )


def names() -> Iterator[Row]:
    """Labels that nothing signs, and claims that name assertions in other ways."""
    store = f.superbox(f.type_uuid("c2db"), "words that nobody signed", b"")
    yield (
        "cl::png-databoxes-label",
        images.signed(edit_parts=lambda parts: [*parts, store]),
        invalid(GENERAL),
        "11.1.4, STRICT-IMG-3",
        "A store of data boxes that is empty, with a label of its own.",
    )

    def older(claim: dict[str, Any]) -> dict[str, Any]:
        listed = claim.pop("created_assertions")
        claim.pop("claim_generator_info")
        return {**claim, "assertions": listed, "claim_generator": "forge/1", "dc:format": "image/png"}

    yield (
        "cl::png-v1-label",
        images.signed(
            fields=RELATIVE, edit_claim=older, claim_label="c2pa.claim", urn="words that nobody signed"
        ),
        invalid(CLAIM),
        "8.1, STRICT-IMG-3",
        "The manifest of a claim of version 1 is labelled with words, and no URI of the claim names it.",
    )
    yield (
        "cl::png-listed-twice",
        images.signed(
            edit_claim=lambda claim: {**claim, "gathered_assertions": claim["created_assertions"][:1]}
        ),
        invalid(CLAIM),
        "10.2.2, STRICT-CLAIM-3",
        "An assertion that the signer stands behind, and does not.",
    )
    for name, url in (
        ("slashes", "self#jumbf=c2pa.assertions//c2pa.hash.data"),
        ("dot", "self#jumbf=c2pa.assertions/./c2pa.hash.data"),
        ("case", "self#JUMBF=c2pa.assertions/c2pa.hash.data"),
        ("bare", "c2pa.assertions/c2pa.hash.data"),
        ("http", "http://example.org/c2pa.assertions/c2pa.hash.data"),
    ):
        binding = f.data_hash()
        binding.url = url
        yield (
            f"cl::png-uri-{name}",
            images.signed(boxes=[f.actions(images.created()), binding]),
            invalid("assertion.missing", "assertion.undeclared"),
            "8.4, 15.10.1",
            "The claim lists the hard binding by something that is no JUMBF URI of it.",
        )
