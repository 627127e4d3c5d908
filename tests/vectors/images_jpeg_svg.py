"""``jpg::`` and ``svg::``: attacks on the carriers of JPEG and SVG."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from support import containers
from vectors.case import error, invalid, trusted, unsigned
from vectors.codes import MISMATCH
from vectors.image_forge import SVG_HEAD, SVG_PLAIN, SVG_TAIL, carry_jpeg, forge, plain_jpeg, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.image_forge import Row

XMP: Final = (
    b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="http://127.0.0.1:9/a.c2pa"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
LAUGHS: Final = (
    b'<!DOCTYPE svg [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>'
)
XXE: Final = (
    b'<!DOCTYPE svg [<!ENTITY canary SYSTEM "file:///etc/hostname">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><text>&canary;</text></svg>'
)


def jpeg_cases() -> Iterator[Row]:
    plain = plain_jpeg()
    data = forge("jpg", carry=lambda store: carry_jpeg(store, 900)).sealed()
    first = 20 + 2 + int.from_bytes(data[22:24], "big")
    table = data.index(b"\xff\xdb", first)
    end = table + 2 + int.from_bytes(data[table + 2 : table + 4], "big")
    yield (
        "jpg::split-app11",
        data[:first] + data[table:end] + data[first:table] + data[end:],
        error("malformed"),
        "A.3.1",
        "A table was moved between two parts of the carrier.",
    )
    yield (
        "jpg::swapped-parts",
        data[:20] + _second(data, first) + data[20:first] + data[first + len(_second(data, first)) :],
        error("malformed"),
        "A.3.1",
        "Parts of the carrier in another order.",
    )
    marked = plain[:20] + containers.segment(0xE1, XMP), plain[20:]
    yield (
        "jpg::xmp-remote",
        signed("jpg", marked),
        trusted(),
        "11.3",
        "XMP names a remote credential; the embedded one counts, and nothing is fetched.",
    )
    yield (
        "jpg::xmp-only",
        b"".join(marked),
        unsigned("remote-manifest"),
        "11.3",
        "XMP names a remote credential and there is no other: nothing is fetched.",
    )
    good_ = signed("jpg")
    yield (
        "jpg::comment",
        good_[:-2] + containers.segment(0xFE, b"hello") + good_[-2:],
        invalid(MISMATCH),
        "15.12.1",
        "A comment was added.",
    )
    yield "jpg::append", good_ + b"more", invalid(MISMATCH), "15.12.1", "Bytes behind the end."


def _second(data: bytes, at: int) -> bytes:
    return data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]


def svg_cases() -> Iterator[Row]:
    good_ = signed("svg")
    coded = good_[len(SVG_HEAD) : -len(SVG_TAIL)]
    yield (
        "svg::append",
        good_ + b"<!-- more -->",
        invalid(MISMATCH),
        "15.12.1",
        "A comment behind the root.",
    )
    yield (
        "svg::fill",
        good_.replace(b'"blue"', b'"pink"'),
        invalid(MISMATCH),
        "15.12.1",
        "Another colour.",
    )
    yield (
        "svg::ws",
        SVG_HEAD + coded[:76] + b"\n" + coded[76:] + SVG_TAIL,
        error("malformed"),
        "A.3.3",
        "A line break in the base64.",
    )
    element = b"<metadata><c2pa:manifest>" + coded + b"</c2pa:manifest></metadata>"
    yield (
        "svg::two",
        good_.replace(b"</svg>", element + b"</svg>"),
        error("malformed"),
        "A.3.3",
        "Two carriers.",
    )
    yield (
        "svg::comment-manifest",
        SVG_PLAIN.replace(b"</svg>", b"<!--" + element + b"--></svg>"),
        unsigned(),
        "A.3.3",
        "The carrier stands in a comment only.",
    )
    yield (
        "svg::shrink-inject",
        shrunk(),
        invalid(MISMATCH),
        "15.12.1",
        (
            "The padding of the signature was cut, all lengths were put right, and an element was put in "
            "the room, inside the exclusion."
        ),
    )
    yield (
        "svg::shrink-inject-ns",
        shrunk(b' xmlns:c2pa="urn:x"'),
        invalid(MISMATCH),
        "15.12.1",
        ("The same, and the element that is reopened is of another name space."),
    )
    yield "svg::laughs", LAUGHS, unsigned(), "A.3.3", "Entities in entities: none is resolved."
    yield (
        "svg::xxe",
        XXE,
        error("malformed"),
        "A.3.3",
        "An entity that is another file: it is not read, and could hold a carrier.",
    )


def shrunk(attribute: bytes = b"") -> bytes:
    """Cut 600 of 996 bytes of padding, close the manifest early, and inject an element."""
    made = forge("svg", pad=996)
    full = made.sealed()
    length = len(full) - len(SVG_HEAD) - len(SVG_TAIL)
    short = base64.b64encode(made._store(0, length, 396))
    injected = b'</c2pa:manifest></metadata><rect width="9" height="9" fill="red"/><metadata id="'
    closing = b'"><c2pa:manifest' + attribute + b">"
    room = length - len(short) - len(injected) - len(closing)
    return SVG_HEAD + short + injected + b"x" * room + closing + SVG_TAIL
