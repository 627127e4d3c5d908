"""A megabyte of much of one thing, for every carrier: what a verifier must not spend a fortune on."""

from __future__ import annotations

import base64
import importlib
import itertools
import zlib
from functools import partial
from typing import TYPE_CHECKING, Final

from support import containers as made
from support import forge

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE: Final = 1_000_000
FEFF: Final = "\ufeff".encode()
MAGIC: Final = forge.selectors(forge.MAGIC).encode()
_BOMB: Final = 100_000_000


def _fill(piece: bytes, size: int = SIZE) -> bytes:
    return (piece * (size // len(piece) + 1))[: size - size % len(piece)]


def _store(content: bytes) -> bytes:
    """A manifest store around anything."""
    return forge.superbox(forge.type_uuid("c2pa"), "c2pa", content)


def _manifest(*parts: bytes) -> bytes:
    return _store(
        forge.superbox(
            forge.type_uuid("c2ma"), "urn:c2pa:00000000-0000-4000-8000-000000000000", b"".join(parts)
        )
    )


def _claim(content: bytes) -> bytes:
    return _manifest(forge.superbox(forge.type_uuid("c2cl"), "c2pa.claim.v2", forge.box(b"cbor", content)))


def _assertions(one: bytes, size: int) -> bytes:
    box = [
        forge.superbox(forge.type_uuid("cbor"), f"a{number}", forge.box(b"cbor", one))
        for number in range(size)
    ]
    return _manifest(forge.superbox(forge.type_uuid("c2as"), "c2pa.assertions", b"".join(box)))


def _deflated() -> bytes:
    """A compressed manifest of a few bytes that unpacks to megabytes in boxes in boxes."""
    content = forge.box(b"free", bytes(15_000_000))
    for _ in range(6):
        content = forge.superbox(forge.type_uuid("c2as"), "c2pa.assertions", content)
    name = "urn:c2pa:00000000-0000-4000-8000-000000000000"
    packed = importlib.import_module("brotli").compress(
        forge.superbox(forge.type_uuid("c2ma"), name, content), quality=5
    )
    return _store(forge.superbox(forge.type_uuid("c2cm"), name, forge.box(b"brob", packed)))


def _nested_boxes() -> bytes:
    content = b""
    for _ in range(4000):
        content = forge.superbox(forge.type_uuid("c2ma"), "m", content)
    return _store(content)


def _pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Objects one after the other, with the table that a reader wants."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(places) + 1,
        trailer,
        len(data),
    )
    return data + head + table + end


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def _previous() -> bytes:
    """Cross-reference tables that name each other."""
    data = b"%PDF-1.7\n"
    last = 0
    for _ in range(8000):
        place = len(data)
        data += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R /Prev %d >>\n" % last
        last = place
    return data + b"startxref\n%d\n%%%%EOF\n" % last


def _page(content: bytes) -> bytes:
    return b"<!DOCTYPE html><html><head><title>x</title>" + content + b"</head><body>x</body></html>"


def _boxes_in_boxes() -> bytes:
    content = b""
    for kind in itertools.islice(itertools.cycle((b"moov", b"trak", b"meta", b"udta")), 100_000):
        content = made.box(kind, content) if len(content) < 3000 else content
    return content * 300


_SCRIPT: Final = b'<script type="application/c2pa">%s</script>'
_BLOCK: Final = b"-----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,%s -----END C2PA MANIFEST-----"

STORES: Final[dict[str, Callable[[], bytes]]] = {
    "boxes in boxes": _nested_boxes,
    "empty boxes": lambda: _store(_fill(forge.superbox(forge.type_uuid("c2ma"), "m", b""), 300_000)),
    "assertions": lambda: _assertions(b"\xa0", 4000),
    "CBOR lists in lists": lambda: _claim(b"\x81" * 300_000 + b"\x80"),
    "CBOR of empty maps": lambda: _claim(b"\x9a\x00\x04\x93\xe0" + b"\xa0" * 300_000),
    "CBOR that declares much": lambda: _claim(b"\x9b\x00\x00\x00\xff\xff\xff\xff\xff" + b"\xf6" * 1000),
    "CBOR indefinite": lambda: _claim(b"\x9f" * 300_000),
    "CBOR of small numbers": lambda: _claim(b"\x9a\x00\x04\x93\xe0" + b"\x01" * 300_000),
    "a certificate of nothing": lambda: _manifest(
        forge.superbox(
            forge.type_uuid("c2cs"),
            "c2pa.signature",
            forge.box(b"cbor", b"\xd2\x84\x5a\x00\x04\x93\xe0" + bytes(300_000)),
        )
    ),
}
"""Stores that carriers of a third of a megabyte can hold."""

_CARRIERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "text": lambda store: b"Text." + forge.wrap(store),
    "page": lambda store: _page(_SCRIPT % base64.b64encode(store)),
    "PNG": lambda store: made.png(made.chunk(b"caBX", store)),
}


def _held(carry: Callable[[bytes], bytes], name: str) -> bytes:
    return carry(STORES[name]())


INPUTS: Final[dict[str, Callable[[], bytes]]] = {
    "text of selectors": lambda: FEFF + _fill("\ufe00".encode()),
    "text of magics": lambda: _fill(MAGIC),
    "text of magics apart": lambda: _fill(FEFF + MAGIC + b" "),
    "text that NFC changes": lambda: _fill("e\u0301".encode()) + forge.wrap(b""),
    "text of accents": lambda: b"a" + _fill("\u0301\u0323".encode()) + forge.wrap(b""),
    "text that grows in NFC": lambda: _fill("\U0001d160".encode()) + forge.wrap(b""),
    "comments of structured text": lambda: _fill(b"# -----BEGIN C2PA MANIFEST-----\n"),
    "blocks of structured text": lambda: _fill(b"# " + _BLOCK % b"AAAA" + b"\n"),
    "a page of start tags": lambda: b"<html>" + _fill(b"<div>"),
    "a page of open comments": lambda: b"<html>" + _fill(b"<!--"),
    "a page of templates": lambda: b"<html>" + _fill(b"<template>"),
    "a page of attributes": lambda: b"<html><head " + _fill(b"a=b "),
    "a page of many names": lambda: b"<html><head " + b" ".join(b"a%d=1" % one for one in range(120_000)),
    "a page of entities": lambda: _page(b'<link rel="' + _fill(b"&#x63;") + b'">'),
    "a page of links": lambda: _page(_fill(b'<link rel=c2pa-manifest href="a">')),
    "a page of stores": lambda: _page(_fill(_SCRIPT % b"AAAA")),
    "a page of end tags": lambda: b"<html><body>" + _fill(b"<b>", 500_000) + _fill(b"</i>", 500_000),
    "a page of formatting": lambda: b"<html><body>" + _fill(b"<a><b><i>"),
    "a page of frames": lambda: b"<html><body>" + _fill(b"<table><tr><td>"),
    "PDF: lists in lists": lambda: _pdf(b"<< /AF " + b"[" * SIZE),
    "PDF: maps in maps": lambda: _pdf(b"<< /AF " + b"<< /A " * (SIZE // 6)),
    "PDF: tables that name each other": _previous,
    "PDF: many objects": lambda: _pdf(b"<< /AF [" + b"2 0 R " * 100_000 + b"] >>", *[b"<< /AFRelationship /C2PA_Manifest >>"] * 5000),
    "PDF: zeros deflated": lambda: _pdf(b"<< /Type /Catalog >>", _stream(zlib.compress(bytes(_BOMB), 9), b"/Filter /FlateDecode /Type /ObjStm /N 9 /First 9")),
    "PDF: a table deflated": lambda: _pdf(b"<< >>")[:-60] + b"9 0 obj\n" + _stream(zlib.compress(bytes(_BOMB), 9), b"/Filter /FlateDecode /Type /XRef /W [1 1 1] /Size 9 /Root 1 0 R") + b"\nendobj\nstartxref\n70\n%%EOF\n",
    "PNG chunks": lambda: made.png(made.chunk(b"IDAT", b"") * (SIZE // 12)),
    "PNG texts deflated": lambda: made.png(made.chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(_BOMB), 9))),
    "JPEG segments": lambda: made.jpeg(made.segment(0xE1, b"") * (SIZE // 4)),
    "JPEG stores": lambda: made.jpeg(*made.packets(made.store()) * 4000),
    "SVG elements": lambda: made.svg(b"<c2pa:manifest>" + _fill(b"<g>")),
    "SVG of laughs": lambda: b"<!DOCTYPE svg [" + b"".join(b'<!ENTITY l%d "%s">' % (one, b"&l%d;" % (one - 1) * 10) for one in range(1, 9000)) + b"]>" + made.svg(b"&l8999;"),
    "GIF blocks": lambda: made.gif(b"!\xfe" + _fill(b"\1x") + b"\0"),
    "TIFF entries": lambda: made.tiff([(1, 3, b"")] * 20_000),
    "RIFF chunks": lambda: made.riff(made.riff_chunk(b"abcd", b"") * (SIZE // 8)),
    "BMFF boxes": lambda: made.bmff(made.box(b"free", b"") * (SIZE // 8)),
    "BMFF boxes in boxes": lambda: made.bmff(_boxes_in_boxes()),
    "ID3 frames": lambda: made.id3(made.frame(b"TIT2", b"") * (SIZE // 10)),
    "ZIP entries": lambda: made.archive(*((f"{one}", b"") for one in range(9000))),
    "PNG: a megabyte of empty maps": lambda: made.png(made.chunk(b"caBX", _claim(b"\x9a\x00\x0f\x1b\x30" + b"\xa0" * 990_000))),
    "PNG: a compressed manifest": lambda: made.png(made.chunk(b"caBX", _deflated())),
    "text: a compressed manifest": lambda: b"Text." + forge.wrap(_deflated()),
    "ZIP of zeros": lambda: made.archive(("mimetype", b"x"), ("a", bytes(_BOMB)), method=8),
    **{f"{kind}: {name}": partial(_held, carry, name) for kind, carry in _CARRIERS.items() for name in STORES},
}  # fmt: skip
"""Each about a megabyte, some less."""
