"""Containers with a manifest store in them: by hand, around any bytes, and by the reference engine."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import c2pa
from PIL import Image

from provkit.manifest import cbor, jumbf
from provkit.manifest import store as stores
from provkit.signers import development
from provkit.trust import oids

if TYPE_CHECKING:
    from collections.abc import Callable

UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
ORIENTATIONS: Final = ("<", ">")


def store(size: int = 200) -> bytes:
    """Bytes with the head of a manifest store and nothing sensible in it."""
    filler = bytes(i * 7 % 251 for i in range(size))
    return jumbf.superbox(jumbf.UUID_STORE, "c2pa", jumbf.content_box(b"free", filler))


def damaged(data: bytes, seed: int, count: int) -> bytes:
    """So many bytes changed, runs cut out or runs put in, always the same for a seed."""
    changed = bytearray(data)
    dice = random.Random(seed)
    for _ in range(count):
        at = dice.randrange(len(changed))
        match dice.randrange(3):
            case 0:
                changed[at] = dice.randrange(256)
            case 1:
                del changed[at : at + dice.randrange(1, 20)]
            case _:
                changed[at:at] = dice.randbytes(dice.randrange(1, 20))
    return bytes(changed)


# Parts


def chunk(kind: bytes, data: bytes, crc: int | None = None) -> bytes:
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def png(*chunks: bytes, end: bytes | None = None) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    tail = chunk(b"IEND", b"") if end is None else end
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + tail


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def packets(data: bytes, size: int = 64_000, instance: int = 0x0211, first: int = 1) -> list[bytes]:
    """APP11 segments of a store, ``size`` bytes of it in each."""
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return [
        segment(
            0xEB,
            b"JP" + struct.pack(">HI", instance, first + i) + (data[:8] if i else b"") + part,
        )
        for i, part in enumerate(parts)
    ]


JFIF: Final = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
SCAN: Final = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\x34\xff\0\x56\xff\xd9"


def jpeg(*segments: bytes, scan: bytes = SCAN) -> bytes:
    return b"\xff\xd8" + JFIF + b"".join(segments) + scan


def riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def riff(*chunks: bytes, form: bytes = b"WEBP") -> bytes:
    return riff_chunk(b"RIFF", form + b"".join(chunks))


def sub_blocks(data: bytes, size: int = 255) -> bytes:
    cut = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(bytes((len(part),)) + part for part in cut) + b"\0"


def gif_extension(data: bytes, name: bytes = b"C2PA_GIF\x01\0\0", size: int = 255) -> bytes:
    return b"!\xff\x0b" + name + sub_blocks(data, size)


def gif(*blocks: bytes) -> bytes:
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    return b"GIF89a" + screen + b"".join(blocks) + b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"


def tiff(
    *directories: list[tuple[int, int, bytes]], order: str = "<", big: bool = False, loop: bool = False
) -> bytes:
    """Directories in a chain; long values stand behind them all."""
    wide = "Q" if big else "I"
    number = "Q" if big else "H"
    width = 8 if big else 4
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    if big:
        head += struct.pack(order + "HH", 8, 0)
    entry = 4 + 2 * width
    sizes = [struct.calcsize("<" + number) + len(d) * entry + width for d in directories]
    pos = len(head) + width
    starts = [pos + sum(sizes[:i]) for i in range(len(sizes))]
    at = pos + sum(sizes)
    out = head + struct.pack(order + wide, pos)
    values = b""
    for i, directory in enumerate(directories):
        out += struct.pack(order + number, len(directory))
        for tag, kind, value in directory:
            out += struct.pack(order + "HH" + wide, tag, kind, len(value))
            if len(value) <= width:
                out += value.ljust(width, b"\0")
            else:
                out += struct.pack(order + wide, at + len(values))
                values += value
        following = starts[i + 1] if i + 1 < len(starts) else starts[0] if loop else 0
        out += struct.pack(order + wide, following)
    return out + values


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def c2pa_box(data: bytes, purpose: bytes = b"manifest", offset: int = 0) -> bytes:
    extra = b"" if purpose in {b"merkle", b"update"} else struct.pack(">Q", offset)
    return box(b"uuid", UUID + bytes(4) + purpose + b"\0" + extra + data)


FTYP: Final = box(b"ftyp", b"avif\0\0\0\0avifmif1")
MDAT: Final = box(b"mdat", b"x" * 50)


def bmff(*boxes: bytes) -> bytes:
    return FTYP + b"".join(boxes) + MDAT


SVG_OPEN: Final = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:c2pa="http://c2pa.org/manifest">'


def svg_manifest(data: bytes) -> bytes:
    return b"<metadata><c2pa:manifest>" + base64.b64encode(data) + b"</c2pa:manifest></metadata>"


def svg(*parts: bytes, head: bytes = b"") -> bytes:
    return head + SVG_OPEN + b"".join(parts) + b"<rect width='1'/></svg>"


def syncsafe(value: int) -> bytes:
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(name: bytes, data: bytes, major: int = 4) -> bytes:
    size = syncsafe(len(data)) if major == 4 else struct.pack(">I", len(data))
    return name + size + b"\0\0" + data


def geob(data: bytes, major: int = 4, kind: bytes = b"application/c2pa") -> bytes:
    return frame(b"GEOB", b"\0" + kind + b"\0c2pa\0c2pa manifest store\0" + data, major)


def id3(*frames: bytes, major: int = 4, padding: int = 0) -> bytes:
    body = b"".join(frames) + bytes(padding)
    return b"ID3" + bytes((major, 0, 0)) + syncsafe(len(body)) + body + b"\xff\xfb\x90\0" + b"sound" * 20


def archive(*files: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in files:
            made.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


CREDENTIAL: Final = "META-INF/content_credential.c2pa"

CARRY: Final[dict[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "png": ("image/png", lambda s: png(chunk(b"caBX", s), chunk(b"IDAT", b"x"))),
    "jpeg": ("image/jpeg", lambda s: jpeg(*packets(s))),
    "jpeg-split": ("image/jpeg", lambda s: jpeg(*packets(s, 100))),
    "webp": ("image/webp", lambda s: riff(riff_chunk(b"VP8L", b"abc"), riff_chunk(b"C2PA", s))),
    "wav": ("audio/wav", lambda s: riff(riff_chunk(b"data", b"abcd"), riff_chunk(b"C2PA", s), form=b"WAVE")),
    "gif": ("image/gif", lambda s: gif(gif_extension(s))),
    "tiff-le": ("image/tiff", lambda s: tiff([(256, 3, b"\1\0"), (0xCD41, 7, s)])),
    "tiff-be": ("image/tiff", lambda s: tiff([(256, 3, b"\0\1")], [(0xCD41, 7, s)], order=">")),
    "bigtiff": ("image/tiff", lambda s: tiff([(256, 3, b"\1\0"), (0xCD41, 7, s)], big=True)),
    "bmff": ("image/avif", lambda s: bmff(c2pa_box(s))),
    "svg": ("image/svg+xml", lambda s: svg(svg_manifest(s))),
    "id3": ("audio/mpeg", lambda s: id3(geob(s), padding=10)),
    "zip": ("application/zip", lambda s: archive(("mimetype", b"x"), (CREDENTIAL, s))),
}
"""One container of each kind: media type, and the bytes around a store."""


# The reference engine

_KINDS: Final = f"{oids.EMAIL_PROTECTION}\n{oids.DOCUMENT_SIGNING}\n{oids.CLAIM_SIGNING}\n"


@lru_cache(maxsize=8)
def _identity(algorithm: str) -> development.DevelopmentIdentity:
    # The engine has no clock of ours: it wants a certificate that is valid today.
    return development.make_development_identity(algorithm=algorithm, now=datetime.now(UTC))


def picture(kind: str, **options: Any) -> bytes:
    """A small picture as Pillow writes it."""
    image = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def sound() -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    return riff(riff_chunk(b"fmt ", form), riff_chunk(b"data", bytes(1000)), form=b"WAVE")


def film() -> bytes:
    lists = riff_chunk(b"LIST", b"hdrl" + riff_chunk(b"avih", bytes(56)))
    return riff(lists, riff_chunk(b"LIST", b"movi" + riff_chunk(b"00dc", b"x" * 40)), form=b"AVI ")


def document(part: str = "word/document.xml", method: int = zipfile.ZIP_STORED) -> bytes:
    """An OOXML file of one main part."""
    kinds = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return archive(("[Content_Types].xml", kinds.encode()), (part, b"<w/>" * 20), method=method)


def book(media_type: str = "application/epub+zip", method: int = zipfile.ZIP_STORED) -> bytes:
    """An EPUB, or an ODF file: the first file names the type, and is never compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo("mimetype"), media_type)
        made.writestr(zipfile.ZipInfo("META-INF/container.xml"), b"<container/>" * 9, compress_type=method)
    return out.getvalue()


PLAIN: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "jpeg": ("image/jpeg", lambda: picture("JPEG")),
    "png": ("image/png", lambda: picture("PNG")),
    "gif": ("image/gif", lambda: picture("GIF")),
    "webp": ("image/webp", lambda: picture("WEBP")),
    "tiff": ("image/tiff", lambda: picture("TIFF")),
    "bigtiff": ("image/tiff", lambda: picture("TIFF", big_tiff=True)),
    "avif": ("image/avif", lambda: picture("AVIF")),
    "svg": ("image/svg+xml", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="1"/></svg>'),
    "wav": ("audio/wav", sound),
    "avi": ("video/x-msvideo", film),
    "mp3": ("audio/mpeg", lambda: b"\xff\xfb\x90\0" + bytes(413)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", document),
    "odt": (
        "application/vnd.oasis.opendocument.text",
        lambda: book("application/vnd.oasis.opendocument.text"),
    ),
    "epub": ("application/epub+zip", book),
}
"""Unsigned files the engine signs."""


@lru_cache(maxsize=64)
def signed(name: str, algorithm: str = "ES256", ballast: int = 0) -> bytes:
    """A file of :data:`PLAIN` signed by the engine, ``ballast`` bytes of assertion in its store."""
    media_type, make = PLAIN[name]
    identity = _identity(algorithm)
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
    }
    assertions: list[dict[str, Any]] = [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]
    if ballast:
        assertions.append({"label": "org.example.ballast", "data": {"x": "x" * ballast}})
    settings = {
        "trust": {"trust_anchors": identity.root_pem.decode(), "trust_config": _KINDS},
        "builder": {"thumbnail": {"enabled": False}},
    }
    definition = {"claim_generator_info": [{"name": "test", "version": "1"}], "assertions": assertions}
    info = c2pa.C2paSignerInfo(algorithm.lower().encode(), identity.chain_pem, identity.key_pem, None)
    out = io.BytesIO()
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(json.dumps(definition), context=context) as builder,
    ):
        builder.sign(signer, media_type, io.BytesIO(make()), out)
    return out.getvalue()


def exclusions(data: bytes) -> tuple[tuple[int, int], ...] | None:
    """What the data hash of a store's active manifest leaves out; None if it has no data hash."""
    for assertion in stores.read(data).active.assertions:
        if assertion.base_label == "c2pa.hash.data" and assertion.content is not None:
            value = cbor.decode(assertion.content.payload)
            return tuple((one["start"], one["length"]) for one in value.get("exclusions") or ())
    return None
