"""Pictures, carriers, and a forge that puts stores into them.

The same keys give the same bytes.  Two things are made once and then kept: the plain JPEG (Pillow
changes between versions), and the files that provkit and the engine sign (random identifiers).
"""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from support import containers
from support import forge as f
from vectors.image_keys import FOLDER, KEYS, credential

if TYPE_CHECKING:
    from collections.abc import Callable

Row = tuple[Any, ...]
"""Id, bytes, verdict, clause, reason; the lists where they are not ``root``; a store beside the file."""

SVG_HEAD: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:c2pa="http://c2pa.org/manifest" width="64" height="64">'
    b"<metadata><c2pa:manifest>"
)
SVG_TAIL: Final = b'</c2pa:manifest></metadata><rect width="64" height="64" fill="blue"/></svg>'
SVG_PLAIN: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">'
    b'<rect width="64" height="64" fill="blue"/></svg>'
)


def pixels(first: int = 0) -> bytes:
    """64 rows of a gradient, unfiltered."""
    return b"".join(
        b"\0" + bytes((first if x == y == 0 else (x * 2 + y * 2) & 0xFF) for x in range(64))
        for y in range(64)
    )


def png(
    *before: bytes, first: int = 0, size: tuple[int, int] = (64, 64), level: int = 0, end: bytes = b""
) -> tuple[bytes, bytes]:
    """A picture in two halves, between which the store goes; stored blocks, so always the same bytes."""
    head = b"\x89PNG\r\n\x1a\n" + containers.chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    body = containers.chunk(b"IDAT", zlib.compress(pixels(first), level))
    return head + b"".join(before), body + end + containers.chunk(b"IEND", b"")


def plain_jpeg() -> bytes:
    """The plain JPEG, made once."""
    path = FOLDER / "img-jpeg-plain.jpg"
    if not path.exists():
        from PIL import Image

        out = io.BytesIO()
        Image.frombytes("L", (64, 64), b"".join(pixels()[y * 65 + 1 : y * 65 + 65] for y in range(64))).save(
            out, "JPEG", quality=60
        )
        path.write_bytes(out.getvalue())
    return path.read_bytes()


def carry_png(store: bytes) -> bytes:
    """One caBX chunk."""
    return containers.chunk(b"caBX", store)


def carry_jpeg(store: bytes, size: int = 64_000) -> bytes:
    """APP11 segments."""
    return b"".join(containers.packets(store, size))


@dataclass
class ImageForge(f.Forge):
    """The forge, around a picture: `host` and `tail` are its halves."""

    carry: Callable[[bytes], bytes] = carry_png
    pad: int = 64

    def sealed(self) -> bytes:
        """The signed picture.

        Raises:
            RuntimeError: the size did not settle.
        """
        length = 4000
        for _ in range(9):
            carrier = self.carry(self._store(0, length, self.pad))
            if len(carrier) == length:
                return self.host + carrier + self.tail
            length = len(carrier)
        raise RuntimeError("the size did not settle")

    def _store(self, nonce: int, length: int, pad: int) -> bytes:
        content = self.host + self.tail
        frame = f.Frame(len(self.host), length, hashlib.sha256(content).digest(), content)
        raws = [entry.build(frame) for entry in self.boxes]
        claim = self.encode_claim(self.edit_claim(self._claim(raws, nonce)))
        parts = [
            f.superbox(f.type_uuid("c2as"), "c2pa.assertions", b"".join(raws)),
            f.superbox(f.type_uuid("c2cl"), self.claim_label, f.box(b"cbor", claim)),
            f.superbox(f.type_uuid("c2cs"), "c2pa.signature", f.box(b"cbor", self.cose(claim, pad))),
        ]
        manifest = f.superbox(self.manifest_uuid, self.label(), b"".join(self.edit_parts(parts)))
        manifests = b"".join(self.edit_manifests([manifest]))
        return self.edit_store(f.superbox(f.type_uuid("c2pa"), "c2pa", manifests))


def created(source: str | None = "digitalCreation", **fields: Any) -> dict[str, Any]:
    """A ``c2pa.created`` action of a picture."""
    return f.created(source, **{"parameters": {"dc:format": "image/png"}, **fields})


def forge(
    kind: str = "png",
    halves: tuple[bytes, bytes] | None = None,
    who: str = "es256",
    boxes: list[f.Box] | None = None,
    **changes: Any,
) -> ImageForge:
    """A good picture in the making."""
    if halves is None:
        if kind == "png":
            halves = png()
        elif kind == "jpg":
            halves = plain_jpeg()[:20], plain_jpeg()[20:]  # behind SOI and JFIF
        else:
            halves = SVG_HEAD, SVG_TAIL
    carry = {"png": carry_png, "jpg": carry_jpeg, "svg": base64.b64encode}[kind]
    boxes = [f.actions(created()), f.data_hash()] if boxes is None else boxes
    return ImageForge(*(halves[0], credential(who), halves[1]), boxes=boxes, **{"carry": carry, **changes})


def signed(kind: str = "png", halves: tuple[bytes, bytes] | None = None, **changes: Any) -> bytes:
    """A sealed picture."""
    return forge(kind, halves, **changes).sealed()


def carrier(data: bytes) -> tuple[int, int]:
    """Start and end of the caBX chunk."""
    start = data.index(b"caBX") - 4
    return start, start + 12 + int.from_bytes(data[start : start + 4], "big")


def store_of(data: bytes) -> bytes:
    """The store in the caBX chunk."""
    start, end = carrier(data)
    return data[start + 8 : end - 4]


def patched(edit: Callable[[bytes], bytes]) -> bytes:
    """The good PNG with its store edited, the chunk around it right, and nothing sealed."""
    data = signed()
    start, end = carrier(data)
    changed = edit(store_of(data))
    if changed == store_of(data):
        raise ValueError("nothing changed")
    return data[:start] + carry_png(changed) + data[end:]


def swap(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    """Exchanges bytes for as many."""
    return lambda store: store.replace(old, new.ljust(len(old), b"\0"), count)


def by_engine(name: str, kind: str) -> bytes:
    """A picture signed by provkit through the reference engine, made once."""
    path = FOLDER / f"{name.replace('::', '-')}.{kind}"
    if not path.exists():
        import provkit
        from provkit.signers.base import Signer

        signer = Signer.from_pem(
            (KEYS / "es256.chain.pem").read_bytes(), (KEYS / "es256.key.pem").read_bytes(), algorithm="ES256"
        )
        plain = {"png": b"".join(png()), "jpg": plain_jpeg(), "svg": SVG_PLAIN}[kind]
        path.write_bytes(provkit.sign(plain, provkit.Origin.human(), signer, when=datetime.now(UTC)))
    return path.read_bytes()
