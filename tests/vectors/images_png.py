"""``img::`` and ``png::``: pictures as they should be, and attacks on a PNG."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Any

from support import containers
from support import forge as f
from vectors.case import error, invalid, trusted, unsigned, valid
from vectors.codes import GENERAL, MALFORMED, MISMATCH
from vectors.image_forge import (
    SVG_PLAIN,
    by_engine,
    carrier,
    carry_jpeg,
    carry_png,
    created,
    forge,
    patched,
    plain_jpeg,
    png,
    signed,
    store_of,
    swap,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vectors.image_forge import Row


def good() -> Iterator[Row]:
    yield "img::png", signed(), trusted(), "A.3.2", "A PNG as it should be."
    yield "img::jpeg", signed("jpg"), trusted(), "A.3.1", "A JPEG as it should be."
    many = forge("jpg", carry=lambda store: carry_jpeg(store, 500)).sealed()
    yield "img::jpeg-parts", many, trusted(), "A.3.1", "A store in several segments, one behind the other."
    yield "img::svg", signed("svg"), trusted(), "A.3.3", "An SVG as it should be."
    for kind in ("png", "jpg", "svg"):
        name = f"img::{kind}-engine"
        yield name, by_engine(name, kind), trusted(), "A.3", "Signed by provkit through c2pa-python."
    made = f.actions(created("trainedAlgorithmicMedia"))
    data = signed(boxes=[made, f.data_hash()])
    yield "img::png-synthetic", data, trusted("synthetic"), "18.15", "Declared as made by a model."
    yield "img::png-plain", b"".join(png()), unsigned(), "15.5.1", "A PNG without a credential."
    yield "img::jpeg-plain", plain_jpeg(), unsigned(), "15.5.1", "A JPEG without a credential."
    yield "img::svg-plain", SVG_PLAIN, unsigned(), "15.5.1", "An SVG without a credential."


def png_cases() -> Iterator[Row]:
    good_, (head, tail) = signed(), png()
    start, end = carrier(good_)
    chunk = good_[start:end]
    text = containers.chunk(b"tEXt", b"Comment\0hello")
    yield (
        "png::pixel",
        head + chunk + png(first=1)[1],
        invalid(MISMATCH),
        "15.12.1",
        "One pixel was changed, and the checksums put right.",
    )
    yield (
        "png::text-chunk",
        good_[:-12] + text + good_[-12:],
        invalid(MISMATCH),
        "15.12.1",
        "A text chunk was added.",
    )
    yield "png::reencode", b"".join(png(level=1)), unsigned(), "15.5.1", "Saved again by something else."
    yield (
        "png::resign",
        signed(who="stranger"),
        valid(),
        "14.4",
        "Taken off and signed by somebody nobody knows.",
    )
    yield (
        "png::dup-store",
        good_[:-12] + chunk + good_[-12:],
        error("malformed"),
        "A.3.2",
        "The carrier twice.",
    )
    yield (
        "png::two-signers",
        head + chunk + carry_png(store_of(signed(who="stranger"))) + tail,
        error("malformed"),
        "A.3.2",
        "Two carriers, each genuine somewhere.",
    )
    yield (
        "png::crc",
        good_[: end - 1] + bytes([good_[end - 1] ^ 1]) + good_[end:],
        invalid(GENERAL),
        "A.3.2",
        "The checksum of the carrier is wrong; no hash covers it.",
    )
    yield (
        "png::jumbf-len",
        patched(lambda s: b"\xff\xff\xff\xf0" + s[4:]),
        error("malformed"),
        "11.1",
        "The store says that it is four gigabytes long.",
    )
    yield (
        "png::jumbf-half",
        patched(lambda s: s[: len(s) // 2]),
        error("malformed"),
        "11.1",
        "Half of the store.",
    )
    yield (
        "png::jumbf-trailing",
        patched(lambda s: s + b"unsigned"),
        invalid(GENERAL),
        "11.1",
        "Bytes follow the store in its carrier.",
    )

    def nested(depth: int) -> bytes:
        inner = f.box(b"cbor", b"\xa0")
        for _ in range(depth):
            inner = f.superbox(f.type_uuid("cbor"), "n", inner)
        return inner

    yield (
        "png::jumbf-deep",
        signed(edit_parts=lambda parts: [*parts, nested(64)]),
        error("limit"),
        "11.1",
        "Superboxes nested 64 deep: a bound of this reader, not a verdict.",
    )
    yield (
        "png::cose-pad",
        patched(swap(bytes(28), b"read this, nobody signed it!", 1)),
        invalid(MISMATCH),
        "10.3.2, 15.12.1.1",
        "A text in the padding of the signature.",
    )
    yield (
        "png::cose-entry",
        signed(unprotected={"note": "nobody signed this"}),
        invalid(MISMATCH),
        "10.3.2, 15.12.1.1",
        "An entry of its own in the unsigned header.",
    )
    yield (
        "png::dh-pad",
        signed(boxes=[f.actions(created()), f.data_hash(pad=b"room for a message")]),
        invalid(MALFORMED),
        "18.5",
        "The padding of the data hash is not zero, and sealed so.",
    )
    replaced = head + containers.chunk(b"tEXt", b"Comment\0".ljust(len(chunk) - 12, b"x")) + tail
    yield (
        "png::overwritten",
        replaced,
        unsigned(),
        "15.5.1",
        "A comment of the same size in place of the carrier.",
    )
    yield (
        "png::detached-overwrite",
        replaced,
        invalid(MISMATCH),
        "15.12.1",
        "The same, and the store handed in beside the file: its exclusion names no store in it.",
        "root",
        store_of(good_),
    )
    yield (
        "png::detached",
        b"".join(png()),
        trusted(),
        "A.4, 15.12.1",
        "A store beside the file it was made for, without exclusions.",
        "root",
        store_of(signed(boxes=[f.actions(created()), f.data_hash(exclusions=None)])),
    )
    yield (
        "png::detached-other",
        png(first=1)[0] + png(first=1)[1],
        invalid(MISMATCH),
        "A.4, 15.12.1",
        "The same store beside another picture.",
        "root",
        store_of(signed(boxes=[f.actions(created()), f.data_hash(exclusions=None)])),
    )

    def exclusion(start: Callable[[f.Frame], int], length: Callable[[f.Frame], int], digest: Any) -> bytes:
        box = f.data_hash(exclusions=lambda x: [{"start": start(x), "length": length(x)}], hash=digest)
        return signed(boxes=[f.actions(created()), box])

    def sha(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    yield (
        "png::excl-idat",
        exclusion(
            lambda x: x.start,
            lambda x: len(x.content) - x.start + x.length,
            lambda x: sha(x.content[: x.start]),
        ),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion goes to the end of the file: the picture is not bound at all.",
    )
    yield (
        "png::excl-chunk",
        exclusion(
            lambda x: x.start,
            lambda x: x.length + 20,
            lambda x: sha(x.content[: x.start] + x.content[x.start + 20 :]),
        ),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion covers twenty bytes of the picture.",
    )
    yield (
        "png::excl-header",
        exclusion(lambda _: 0, lambda x: x.start + x.length, lambda x: sha(x.content[x.start :])),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion begins at the head of the file: the size of the picture is not bound.",
    )
    yield (
        "png::excl-minus4",
        exclusion(
            lambda x: x.start + 4,
            lambda x: x.length - 4,
            lambda x: sha(x.content[: x.start] + struct.pack(">I", x.length - 12) + x.content[x.start :]),
        ),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion is four bytes short, and the hash is right for that.",
    )
    yield (
        "png::excl-two",
        signed(
            boxes=[
                f.actions(created()),
                f.data_hash(
                    exclusions=lambda x: [
                        {"start": x.start, "length": x.length},
                        {"start": x.start + x.length + 60, "length": 30},
                    ],
                    hash=lambda x: sha(x.content[: x.start + 60] + x.content[x.start + 90 :]),
                ),
            ]
        ),
        invalid(MISMATCH),
        "15.12.1",
        "A second exclusion in the middle of the picture.",
    )
    yield (
        "png::excl-none",
        signed(boxes=[f.actions(created()), f.data_hash(exclusions=None)]),
        invalid(MISMATCH),
        "15.12.1",
        "No exclusion, as for a store beside the file.",
    )
    yield (
        "png::size-bomb",
        signed(halves=png(size=(60000, 60000))),
        trusted(),
        "15.12.1",
        "Says that it is 60000 by 60000: bytes are hashed, no picture is decoded.",
    )
    archive = containers.archive(("a.txt", b"hello"))
    yield (
        "img::wrong-magic",
        archive,
        unsigned(),
        "A.6",
        "A ZIP under the name of a PNG: what it is, is told by its bytes.",
    )
    yield (
        "png::transplant",
        png(first=7)[0] + chunk + png(first=7)[1],
        invalid(MISMATCH),
        "15.12.1",
        "The carrier of one picture in another.",
    )
    yield "png::append", good_ + b"more", invalid(MISMATCH), "15.12.1", "Bytes behind the end."
