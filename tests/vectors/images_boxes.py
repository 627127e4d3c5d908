"""``box::``: pictures that a general box hash binds, which lists the parts of a file (C2PA 2.4 §15.12.3)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from support import containers
from support import forge as f
from vectors.case import invalid, trusted
from vectors.image_forge import created, forge, plain_jpeg, png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.image_forge import Row

UNKNOWN: Final = "assertion.boxesHash.unknownBox"
MISMATCH: Final = "assertion.boxesHash.mismatch"
_STORE: Final[dict[str, Any]] = {"names": ["C2PA"], "hash": b"\0", "pad": b""}


def _over(data: bytes, *names: str, **fields: Any) -> dict[str, Any]:
    return {"names": list(names), "hash": hashlib.sha256(data).digest(), "pad": b"", **fields}


def _sealed(kind: str, halves: tuple[bytes, bytes], *entries: dict[str, Any]) -> bytes:
    fields = {"boxes": list(entries), "alg": "sha256"}
    return forge(kind, halves, boxes=[f.actions(created()), f.Box("c2pa.hash.boxes", fields)]).sealed()


def cases() -> Iterator[Row]:
    """What is listed, what is not, and what is left out."""
    head, tail = png()
    first, last = _over(head, "PNGh", "IHDR"), _over(tail, "IDAT", "IEND")
    whole = _sealed("png", (head, tail), first, _STORE, last)
    yield "box::png", whole, trusted(), "15.12.3", "Every part of the file is listed."
    text = containers.chunk(b"tEXt", b"Comment\0hello")
    behind = [
        ("trailer", whole + b"hello", "Bytes behind the last part are in no list."),
        ("behind-end", whole + text, "A chunk behind IEND is in no list."),
        ("second", whole + b"".join(png(first=1)), "A second picture behind the first is in no list."),
    ]
    for name, data, reason in behind:
        yield f"box::png-{name}", data, invalid(UNKNOWN), "15.12.3.2", reason
    changed = head + whole[len(head) : len(whole) - len(tail)] + png(first=1)[1]
    yield "box::png-pixel", changed, invalid(MISMATCH), "15.12.3.2", "The pixels are others."
    hidden = _sealed(
        "png", (head, tail), first, _STORE, _over(b"", "IDAT", excluded=True), _over(tail[-12:], "IEND")
    )
    yield (
        "box::png-excluded",
        hidden,
        invalid(MISMATCH, warnings=("STRICT-IMG-11",)),
        "15.12.3.2",
        "What is shown may not be left out.",
    )
    picture = plain_jpeg()
    halves = picture[:20], picture[20:]
    parts = ("DQT", "SOF0", "DHT", "DHT", "SOS", "EOI")
    jpeg = _sealed("jpg", halves, _over(halves[0], "SOI", "APP0"), _STORE, _over(halves[1], *parts))
    yield "box::jpeg", jpeg, trusted(), "15.12.3", "Every part of the file is listed."
    for name, data in (("trailer", jpeg + b"hello"), ("second", jpeg + picture)):
        reason = "What stands behind the last part is in no list."
        yield f"box::jpeg-{name}", data, invalid(UNKNOWN), "15.12.3.2", reason
