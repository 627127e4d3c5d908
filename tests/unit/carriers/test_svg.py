"""SVG: base64 in the manifest element."""

from __future__ import annotations

import base64

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import svg
from support import containers as made

STORE = made.store()
TEXT = base64.b64encode(STORE)
MANIFEST = made.svg_manifest(STORE)
DOCTYPE = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"'


def entities(value: bytes) -> bytes:
    return b"<!DOCTYPE svg [ <!ENTITY a " + value + b"> ]>"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n",
        b"<!-- > -->",
        DOCTYPE + b">",
        DOCTYPE + b" [] >",
        entities(b'"http://www.w3.org/2000/svg"'),
    ],
)
def test_range_is_the_base64(head: bytes) -> None:
    data = made.svg(MANIFEST, head=head)
    found = svg.locate(data)
    assert found == (STORE, ((data.index(TEXT), len(TEXT)),), ())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        made.svg(),
        made.svg(b"<!--" + MANIFEST + b"-->"),
        made.svg(b"<![CDATA[" + MANIFEST + b"]]>"),
        made.svg(b"<manifest>a list of goods</manifest>"),
        made.svg(b"<text>manifest</text>", head=DOCTYPE + b">"),
        made.svg().decode().encode("utf-16"),
        made.svg(b"&a;", head=entities(b'"lol"')),
        made.svg(b"<text a='<'>broken", b"<"),
    ],
)
def test_none(data: bytes) -> None:
    assert svg.locate(data) is None


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (made.svg(MANIFEST, MANIFEST), "more than one"),
        (made.svg(MANIFEST.replace(TEXT, TEXT[:40] + b"\n" + TEXT[40:])), "plain base64"),
        (made.svg(MANIFEST.replace(TEXT, TEXT + b"\n")), "plain base64"),
        (made.svg(MANIFEST.replace(TEXT, b"")), "empty"),
        (made.svg(MANIFEST.replace(TEXT, b"bm90IG9uZQ==")), "something else"),
        (made.svg(MANIFEST.replace(TEXT, TEXT[:40] + b"<!-- -->" + TEXT[40:])), "markup"),
        (made.svg(MANIFEST.replace(TEXT, TEXT[:40] + b"<g/>" + TEXT[40:])), "markup"),
        (made.svg(b"<metadata><c2pa:manifest/></metadata>"), "empty"),
        (made.svg(b"<g>" + MANIFEST + b"</g>"), "where none belongs"),
        (made.svg(b"<c2pa:manifest>" + TEXT + b"</c2pa:manifest>"), "where none belongs"),
        (
            made.svg(MANIFEST.replace(b"c2pa:", b"x:").replace(b"<x:m", b"<x:m", 1)).replace(
                b"xmlns:c2pa", b"xmlns:x"
            ),
            "where none belongs",
        ),
        (made.svg(b"<a b='<'/>", MANIFEST), "not well-formed"),
        (made.svg(b"<!-- ", MANIFEST), "not well-formed"),
        (made.svg(MANIFEST, b"<!-- manifest"), "not well-formed"),
        (made.svg(MANIFEST.replace(b"</c2pa:", b"</c2pb:")), "markup"),
        (made.svg(b"&a;", head=entities(b'"&#60;c2pa:&#109;anifest>"')), "entities"),
        (made.svg(b"&a;", head=entities(b'SYSTEM "file:///etc/hostname"')), "entities"),
        (made.svg(b"&a;", head=entities(b'"' + MANIFEST.replace(b'"', b"'") + b'"')), "entities"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        svg.locate(data)


@pytest.mark.parametrize("rest", [b"<g>", b"<a b='<'/>", b"<!-- ", b"</g>"])
def test_markup_behind_the_store_that_can_hold_no_other_is_left_to_its_hash(rest: bytes) -> None:
    found = svg.locate(made.svg(MANIFEST, rest))
    assert found is not None
    assert found.store == STORE
    assert found == svg.locate(made.svg(MANIFEST, rest)[:-6])


@pytest.mark.parametrize(
    "other", [b"<g>" + TEXT + b"</g>", b"<x:manifest xmlns:x='http://c2pa.org/manifest'/>"]
)
def test_another_behind_the_store_is_seen(other: bytes) -> None:
    data = made.svg(MANIFEST, other)
    try:
        found = svg.locate(data)
    except MalformedError:
        return
    assert found is not None
    assert found.problems


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp500"])
def test_other_encodings_are_no_hiding_place(codec: str) -> None:
    with pytest.raises(MalformedError, match="encoding"):
        svg.locate(made.svg(MANIFEST).decode().encode(codec))


@pytest.mark.parametrize("again", [b"<c2pa:manifest>", b"<c2pa:manifest xmlns:c2pa='urn:x'>"])
def test_shrink_and_inject_leaves_an_empty_element(again: bytes) -> None:
    """The store can be read, so it is the hash that does not hold; the carrier has a problem too."""
    inside = b"</c2pa:manifest></metadata><rect fill='red'/><metadata>" + again
    data = made.svg(MANIFEST.replace(TEXT, TEXT + inside))
    found = svg.locate(data)
    assert found is not None
    assert found.store == STORE
    assert found.ranges == ((data.index(TEXT), len(TEXT)),)
    assert "is empty" in found.problems[0]


@pytest.mark.parametrize(
    "changed",
    [
        MANIFEST.replace(b"<c2pa:", b"|c2pa:", 1),
        MANIFEST.replace(b"<c2pa:manifest", b"<c2pa;manifest"),
        MANIFEST.replace(b"manifest>", b"manigest>"),
        MANIFEST.replace(b"manifest>", b"manigest>", 1),
        MANIFEST.replace(b"</c2pa:", b"|/c2pa:"),
        MANIFEST.replace(b"c2pa:manifest", b"desc"),
    ],
)
def test_a_carrier_without_its_name_is_not_overlooked(changed: bytes) -> None:
    with pytest.raises(MalformedError):
        svg.locate(made.svg(changed))


def test_pictures_inside_have_stores_of_their_own() -> None:
    for inner in (made.png(made.chunk(b"caBX", STORE)), made.jpeg(*made.packets(STORE))):
        link = b"<image href='data:image/png;base64," + base64.b64encode(inner) + b"'/>"
        assert svg.locate(made.svg(link)) is None
    stray = base64.b64encode(bytes(16 // 4 * 3) + b"jumdc2pa\0")
    assert svg.locate(made.svg(b"<image href='data:," + stray + b"'/>")) is None
    assert svg.locate(made.svg(b"<!--<desc>" + TEXT + b"</desc>-->")) is None


def test_left_over() -> None:
    signed = made.svg(MANIFEST)
    for damaged in (b"=" + signed[1:], signed.replace(b"<svg", b"<swg", 1) + b"\n"):
        assert svg.is_left_over(damaged)
    for other in (
        b"",
        b"</svg>",
        made.svg(),
        b"about " + signed + b" and more",
        b"<code> " + TEXT + b"</svg>",
    ):
        assert not svg.is_left_over(other)


@pytest.mark.parametrize(
    ("data", "rest"),
    [
        (made.svg(MANIFEST), made.svg().replace(b' xmlns:c2pa="http://c2pa.org/manifest"', b"")),
        (
            made.svg(b"<g/>", MANIFEST),
            made.svg(b"<g/>", b"<metadata></metadata>").replace(b" xmlns:c2pa=", b" xmlns:c2pa="),
        ),
        (made.svg(MANIFEST, b"<c2pa:x/>"), made.svg(b"<c2pa:x/>")),
        (made.svg(MANIFEST, MANIFEST), made.svg(b"<metadata></metadata>")),
        (made.svg(MANIFEST.replace(TEXT, b"?")), made.svg()),
        (made.svg(MANIFEST.replace(TEXT, TEXT + b"<g/>")), made.svg()),
        (made.svg(b"<metadata><c2pa:manifest/></metadata>"), made.svg()),
        (made.svg(MANIFEST.replace(b"c2pa:manifest", b"desc")), made.svg()),
        (
            made.svg(MANIFEST.replace(b"<metadata>", b"<metadata><a/>")),
            made.svg(b"<metadata><a/></metadata>"),
        ),
        (made.svg(b"plain"), made.svg(b"plain")),
    ],
)
def test_removed(data: bytes, rest: bytes) -> None:
    declaration = b' xmlns:c2pa="http://c2pa.org/manifest"'
    if b"c2pa:x" not in rest and b"plain" not in rest:
        rest = rest.replace(declaration, b"")
    assert svg.remove(data) == rest
    assert svg.locate(svg.remove(data)) is None


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        svg.locate(made.svg(b"<g/>" * 20, MANIFEST), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        svg.locate(made.svg(MANIFEST), Limits(store_bytes=100))


def test_deep_nesting() -> None:
    deep = b"<g>" * 50_000 + b"</g>" * 50_000
    found = svg.locate(made.svg(MANIFEST, deep))
    assert found is not None
    assert found.store == STORE
