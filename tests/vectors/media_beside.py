"""``side::`` and ``net::``: stores in files beside an asset, and addresses that files name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from support import containers
from vectors.case import error, invalid, trusted, unsigned
from vectors.codes import MISMATCH
from vectors.image_forge import png
from vectors.media_forge import MARKDOWN, beside, block, link, plain_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.media_forge import Row

JSON: Final = b'{"a": 1}\n'
UNSAFE: Final = error("unsafe")
RULE: Final = "15.5.3.1"
JPEG: Final = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"
XMP: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
    b'dcterms:provenance="http://127.0.0.1:9/a.c2pa"/></rdf:RDF></x:xmpmeta>'
)


def cases() -> Iterator[Row]:
    yield from sidecars()
    yield from references()
    chunk = containers.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    away = b"".join(png(chunk))
    yield (
        "net::default-off",
        "png",
        away,
        unsigned("remote-manifest", followed="blocked"),
        "11.3",
        "XMP names a store on the machine itself: reported, not fetched, and refused when fetching is allowed.",
    )


def sidecars() -> Iterator[Row]:
    own, said = beside(JSON, kind="application/json"), trusted("human", "sidecar")
    where = {"path": "site/a.json"}
    yield (
        "side::good",
        "json",
        JSON,
        said,
        RULE,
        "A store in a file with the same name and .c2pa behind it.",
        {**where, "beside": (("site/a.json.c2pa", own),)},
    )
    yield (
        "side::stem",
        "json",
        JSON,
        said,
        RULE,
        "A store in a file with the same name and .c2pa for its ending.",
        {**where, "beside": (("site/a.c2pa", own),)},
    )
    yield (
        "side::stem-of-another",
        "json",
        JSON,
        unsigned(),
        RULE,
        "The same, and it belongs to another file of that name.",
        {**where, "beside": (("site/a.c2pa", beside(b"[]\n", kind="application/json")),)},
    )
    yield (
        "side::changed",
        "json",
        JSON.replace(b"1", b"2"),
        invalid(MISMATCH, warnings=("sidecar",)),
        "15.12.1",
        "The file was changed.",
        {**where, "beside": (("site/a.json.c2pa", own),)},
    )
    yield (
        "side::symlink",
        "json",
        JSON,
        UNSAFE,
        RULE,
        "The sidecar is a link out of the folder.",
        {**where, "beside": (("secret.c2pa", own), ("site/a.json.c2pa", "../secret.c2pa"))},
    )
    yield (
        "side::symlink-inside",
        "json",
        JSON,
        said,
        RULE,
        "The sidecar is a link within the folder.",
        {**where, "beside": (("site/b.c2pa", own), ("site/a.json.c2pa", "b.c2pa"))},
    )
    for name, content in (("wrong-type", JPEG), ("cut", own[:-9]), ("longer", own + b"\0"), ("empty", b"")):
        yield (
            f"side::{name}",
            "json",
            JSON,
            error("malformed"),
            RULE,
            "The sidecar is no manifest store, or not one whole.",
            {**where, "beside": (("site/a.json.c2pa", content),)},
        )


def references() -> Iterator[Row]:
    for name, href in (
        ("dots", b"../../x.c2pa"),
        ("backslash", b"..\\..\\x"),
        ("drive", b"C:\\x"),
        ("encoded", b"%2e%2e/x.c2pa"),
        ("absolute", b"/etc/x.c2pa"),
        ("encoded-slash", b"..%2fx.c2pa"),
    ):
        page = plain_page(link(href))
        yield (
            f"side::traversal-{name}",
            "html",
            page,
            UNSAFE,
            "A.7.1.2",
            "The page names a file outside its folder, and a store that fits lies there.",
            {"path": "site/x/page.html", "beside": (("x.c2pa", beside(page)), ("site/x.c2pa", beside(page)))},
        )
    page = plain_page(link(b"../../secret.c2pa"))
    yield (
        "html::link-traversal",
        "html",
        page,
        UNSAFE,
        "A.7.1.2",
        "The page names a file two folders above it.",
        {"path": "site/x/page.html", "beside": (("secret.c2pa", beside(page)),)},
    )
    page = plain_page(link(b"credentials/a.c2pa"))
    yield (
        "html::link-beside",
        "html",
        page,
        trusted("human", "sidecar"),
        "A.7.1.2",
        "The page names a file in a folder beside it.",
        {"path": "site/page.html", "beside": (("site/credentials/a.c2pa", beside(page)),)},
    )
    based = plain_page(b'<base href="https://127.0.0.1/">' + link(b"a.c2pa"))
    yield (
        "html::base-href",
        "html",
        based,
        unsigned("remote-manifest", followed="blocked"),
        "A.7.1.2",
        "The address is relative to the base of the page, not to the file: the store beside it is not asked.",
        {"path": "site/page.html", "beside": (("site/a.c2pa", beside(based)),)},
    )
    up = plain_page(b'<base href="../">' + link(b"a.c2pa"))
    yield (
        "html::base-up",
        "html",
        up,
        UNSAFE,
        "A.7.1.2",
        "The base of the page is the folder above it.",
        {"path": "site/page.html", "beside": (("a.c2pa", beside(up)),)},
    )
    text = block(b"../../x.c2pa") + MARKDOWN
    yield (
        "side::traversal-text",
        "markdown",
        text,
        invalid("manifest.structuredText.malformedReference"),
        "A.9.5",
        "A block in a text names a path: it is no address.",
    )
