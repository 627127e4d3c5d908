"""Pages: what they carry, where a store goes, and decoys."""

from __future__ import annotations

import base64
import hashlib

import pytest
from lxml import etree

from provkit.carriers import html
from provkit.codes import StatusCode
from provkit.errors import (
    AlreadySignedError,
    ConfigurationError,
    LimitError,
    MalformedError,
    ProvkitError,
    UnsupportedError,
)
from provkit.limits import Limits
from support.shared import shared

LIMITS = Limits()
STORE = bytes(range(100))
TEXT = base64.b64encode(STORE)
CARRIER = b'<script type="application/c2pa">' + TEXT + b"</script>"
LINK = b'<link rel="c2pa-manifest" href="a.c2pa" type="application/c2pa">'
PAGE = b"<!DOCTYPE html>\n<html>\n<head>\n<title>x</title>\n%s</head>\n<body><p>x</p>\n%s</body>\n</html>\n"
MULTIPLE = StatusCode.MANIFEST_HTML_MULTIPLE_MANIFESTS
MISMATCH = StatusCode.ASSERTION_DATA_HASH_MISMATCH


def page(head: bytes = b"", body: bytes = b"") -> bytes:
    return PAGE.replace(b"%s", head, 1).replace(b"%s", body, 1)


def code(data: bytes) -> StatusCode | None:
    carried = html.read(data, LIMITS)
    assert not (carried.problem and carried.stores)
    return carried.problem.code if carried.problem else None


def is_carried(data: bytes, carrier: bytes = CARRIER) -> bool:
    carried = html.read(data, LIMITS)
    start = data.index(carrier)
    if carried.problem is not None or carried.stores != (STORE,):
        return False
    assert (carried.start, carried.length) == (start, len(carrier))
    assert carried.binding is not None
    assert carried.binding.exclusion_problem(((start, len(carrier)),)) is None
    assert carried.binding.exclusion_problem(((start, len(carrier) - 1),)) is not None
    return True


@pytest.mark.parametrize(
    "data",
    [
        page(CARRIER),
        page(CARRIER).replace(b"\n", b"\r\n"),
        CARRIER,
        b"\xef\xbb\xbf" + CARRIER,
        b"<p>".join((CARRIER, b"x")),
        page().replace(b"</head>", b"</head> <!-- x -->" + CARRIER),
        page(b"<style><!-- </style>" + CARRIER),
        page(b"<script>var a='</head><body>'</script>" + CARRIER),
        page(b"<!-- a --!>" + CARRIER),
        page(b"<!-->" + CARRIER),
        page(b"<noscript><style>p{}</style></noscript>" + CARRIER),
        b"<title>x</title>&#32;" + CARRIER,
    ],
)
def test_found_in_the_head(data: bytes) -> None:
    assert is_carried(data)


@pytest.mark.parametrize(
    "tag",
    [
        b"<SCRIPT TYPE='application/c2pa'>",
        b"<script type=application/c2pa>",
        b"<script/type=application/c2pa>",
        b'<script\ntype = "APPLICATION/C2PA">',
        b"<script type='application&#47;c2pa'>",
        b"<script type='application&sol;c2pa'>",
        b"<script type='&#97;pplication/&#x63;2pa'>",
        b"<script type='&#97pplication/&#x00063;2p&#0065;'>",
        b'<script type="application/c2pa" >',
    ],
)
@pytest.mark.parametrize("end", [b"</script>", b"</SCRIPT\n>"])
def test_every_spelling_of_the_tags(tag: bytes, end: bytes) -> None:
    carrier = tag + b"\n" + TEXT + b" " + end
    assert is_carried(page(carrier), carrier)


DECOYS = {
    "comment": b"<!-- " + CARRIER + b" -->",
    "title": b"<title>" + CARRIER + b"</title>",
    "style": b"<style>" + CARRIER + b"</style>",
    "attribute": b"<meta content='" + CARRIER + b"'>",
    "string": b"<script>var a = '<script type=\"application/c2pa\">'</script>",
    "escaped": b"<script><!-- <script type='application/c2pa'>x</script> --></script>",
    "other type": b"<script type='application/c2pa; charset=utf-8'>" + TEXT + b"</script>",
    "second type": b"<script type='text/plain' type='application/c2pa'>" + TEXT + b"</script>",
}
BODY_DECOYS = {
    "comment": b"<!-- " + CARRIER + b" -->",
    "textarea": b"<textarea>" + CARRIER + b"</textarea>",
    "xmp": b"<xmp>" + CARRIER + b"</xmp>",
    "plaintext": b"<plaintext>" + CARRIER,
    "srcdoc": b"<iframe srcdoc='" + CARRIER + b"'></iframe>",
    "attribute": b"<a title='<script type=\"application/c2pa\">'>",
    "processing instruction": b"<?x application/c2pa ?>",
    "section": b"<![CDATA[ application/c2pa ]]>",
    "section in svg": b"<svg><![CDATA[" + CARRIER + b"]]></svg>",
    "escaped": b"<pre>&lt;script type=application/c2pa></pre>",
    "text": b"<p>c2pa-manifest and application/c2pa</p>",
}


@pytest.mark.parametrize("name", DECOYS)
def test_decoy_in_the_head_neither_hides_nor_doubles(name: str) -> None:
    decoy = DECOYS[name]
    assert html.read(page(decoy), LIMITS) == html.read(b"", LIMITS)
    signed = html.place(page(decoy), LIMITS).embed(STORE)
    assert html.read(signed, LIMITS).stores == (STORE,)
    assert html.remove(signed, LIMITS) == page(decoy)


@pytest.mark.parametrize("name", BODY_DECOYS)
def test_decoy_in_the_body_neither_hides_nor_doubles(name: str) -> None:
    decoy = page(b"", BODY_DECOYS[name])
    assert html.read(decoy, LIMITS) == html.read(b"", LIMITS)
    signed = html.place(decoy, LIMITS).embed(STORE)
    assert html.read(signed, LIMITS).stores == (STORE,)
    assert html.remove(signed, LIMITS) == decoy


@pytest.mark.parametrize(
    "template",
    [
        b"<template>" + CARRIER + b"</template>",
        b"<template><div><template></template>" + CARRIER + b"</div></template>",
        b"<template><svg><path d='M0 0'/></svg>x</template>",
    ],
)
def test_templates_are_no_part_of_the_page(template: bytes) -> None:
    data = page(template + CARRIER)
    assert html.read(data, LIMITS).stores == (STORE,)
    if CARRIER in template:
        assert html.read(page(template), LIMITS).problem is None
        signed = html.place(page(template), LIMITS).embed(STORE)
        assert html.read(signed, LIMITS).stores == (STORE,)
        assert html.remove(signed, LIMITS) == page(template)


@pytest.mark.parametrize(
    "data",
    [
        page(CARRIER + CARRIER),
        page(CARRIER + LINK),
        page(LINK + LINK),
        page(b"<!-->" + CARRIER + CARRIER),
        page(b"<!-- a --!>" + CARRIER + CARRIER),
        page(b"<noscript>" + CARRIER + b"</noscript>" + CARRIER),
        page(b"<noscript>" + LINK + b"</noscript>" + CARRIER),
        page(CARRIER, CARRIER),
        page(CARRIER, b"<svg>" + CARRIER + b"</svg>"),
        page(CARRIER, LINK),
        page(CARRIER + CARRIER.replace(b"<script type=", b"<script type='application/c2pa' x=")),
    ],
)
def test_more_than_one(data: bytes) -> None:
    assert code(data) is MULTIPLE
    assert html.remove(data, LIMITS) == data.replace(CARRIER, b"").replace(LINK, b"") or b" x=" in data


@pytest.mark.parametrize(
    ("carrier", "word"),
    [
        (CARRIER.replace(b"<script ", b"<script onload=x "), "other attributes"),
        (CARRIER.replace(b'c2pa">', b'c2pa" async>'), "other attributes"),
        (CARRIER.replace(b'c2pa">', b"c2pa\" type='text/plain'>"), "other attributes"),
        (CARRIER.replace(b"</script>", b"</script x=y>"), "end tag"),
        (CARRIER.replace(TEXT, TEXT[:40] + b"\n" + TEXT[40:]), "plain base64"),
        (CARRIER.replace(TEXT, TEXT[:40] + b"*" + TEXT[40:]), "plain base64"),
        (CARRIER.replace(TEXT, TEXT[:-3] + b"x=="), "plain base64"),
        (CARRIER.replace(TEXT, TEXT.rstrip(b"=")), "plain base64"),
        (CARRIER.replace(TEXT, TEXT + TEXT), "plain base64"),
        (CARRIER.replace(TEXT, b"<!-- -->" + TEXT), "plain base64"),
        (CARRIER.replace(b"</script>", b""), "does not end"),
    ],
)
def test_found_and_not_plain(carrier: bytes, word: str) -> None:
    assert carrier != CARRIER
    carried = html.read(page(carrier), LIMITS)
    assert carried.problem is not None
    assert carried.problem.code is MISMATCH
    assert word in carried.problem.explanation


def test_empty_script() -> None:
    assert code(page(CARRIER.replace(TEXT, b" "))) is StatusCode.GENERAL_ERROR


@pytest.mark.parametrize("body", [CARRIER, b"<svg>" + CARRIER + b"</svg>", b"<div><p>" + CARRIER])
def test_outside_the_head(body: bytes) -> None:
    data = page(b"", body)
    assert code(data) is MISMATCH
    with pytest.raises(UnsupportedError, match="outside the head"):
        html.place(data, LIMITS)
    assert html.remove(data, LIMITS) == data.replace(CARRIER, b"")


@pytest.mark.parametrize(
    "data",
    [
        page(b"<title/>" + CARRIER),
        page(b"<scr\0ipt type=application/c2pa>" + TEXT + b"</script>"),
        page(b"<script type=application/c\x002pa>" + TEXT + b"</script>"),
        page(b"<template><svg><template></template>" + CARRIER + b"</template>" + CARRIER),
        page(CARRIER).decode("latin-1").encode("utf-16"),
        page(CARRIER).decode("latin-1").encode("utf-16-le"),
    ],
)
def test_what_readers_disagree_on_is_never_guessed(data: bytes) -> None:
    assert code(data) is StatusCode.GENERAL_ERROR
    with pytest.raises(ProvkitError):
        html.place(data, LIMITS)


def test_noscript_ends_the_head_for_readers_without_scripts() -> None:
    pixel = page(b"<noscript><img src=x></noscript>")
    placement = html.place(pixel, LIMITS)
    assert placement.start == pixel.index(b"<noscript>")
    assert code(page(b"<noscript><img src=x></noscript>" + CARRIER)) is MISMATCH


def test_one_meaning_as_xml_and_as_html() -> None:
    data = (
        b'<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head>'
        b"<title>x</title>%s</head><body><p>x</p></body></html>"
    )
    xhtml = data.replace(b"%s", b"")
    for link in (None, "a.c2pa?x=1&y=2"):
        signed = html.place(xhtml, LIMITS, link=link).embed(STORE)
        tree = etree.fromstring(signed)
        assert len(tree[0]) == 2
    section = data.replace(b"%s", b"<style>/*<![CDATA[ </style>" + CARRIER + b"<style>]]>*/</style>")
    assert code(section) is StatusCode.GENERAL_ERROR


XHTML = b'xmlns%s="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><h:html '
        + XHTML % b":h"
        + b"><h:head><h:title>x</h:title></h:head><h:body/></h:html>",
        b"<html " + XHTML % b"" + b"/>",
        b"<html " + XHTML % b"" + b"><head/></html>",
    ],
)
def test_what_is_well_formed_stays_so_or_is_refused(data: bytes) -> None:
    etree.fromstring(data)
    for link in (None, "a.c2pa"):
        with pytest.raises(UnsupportedError, match="XML") as caught:
            html.place(data, LIMITS, link=link)
        assert "head" in (caught.value.hint or "")
    broken = data.replace(b"<html ", b"<br><html ").replace(b"<h:html", b"<br><h:html")
    assert html.read(html.place(broken, LIMITS).embed(STORE), LIMITS).stores == (STORE,)


def test_link() -> None:
    carried = html.read(page(LINK), LIMITS)
    assert (carried.reference, carried.stores, carried.binding, carried.problem) == ("a.c2pa", (), None, None)
    spelled = b"<LINK REL='x C2PA-Manifest' href=&#97;.c2pa>"
    assert html.read(page(spelled), LIMITS).reference == "a.c2pa"
    for broken in (b"<link rel=c2pa-manifest>", b"<link rel=c2pa-manifest href=' '>"):
        assert code(page(broken)) is StatusCode.MANIFEST_INACCESSIBLE
    assert code(page(b"", LINK)) is StatusCode.MANIFEST_INACCESSIBLE


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (b"<base href='https://example.org/x/y'>", "https://example.org/x/a.c2pa"),
        (b"<base href=//example.org/>", "//example.org/a.c2pa"),
        (b"<base href=' \\\\example.org\\ '>", "//example.org/a.c2pa"),
        (b"<base href=../>", "../a.c2pa"),
        (b"<base href=file:///tmp/>", "file:///tmp/a.c2pa"),
        (b"<base href='https://[x'>", "https://[x/a.c2pa"),
        (b"<base href=x/ ><base href=y/ >", "x/a.c2pa"),
        (b"<base target=x><base href=x/ >", "x/a.c2pa"),
        (b"<base href=javascript:x/ >", "a.c2pa"),
        (b"<!-- <base href=x/ > --><template><base href=y/ ></template>", "a.c2pa"),
    ],
)
def test_a_link_is_relative_to_the_base_of_the_page(base: bytes, expected: str) -> None:
    assert html.read(page(base + LINK), LIMITS).reference == expected
    for data in (page(base), page(b"", base)):
        assert html.read(html.place(data, LIMITS, link="a.c2pa").embed(STORE), LIMITS).reference == expected


PLACES = [
    b"<html><head><title>x</title>\n|</head><body>x",
    b"<title>x</title>\n|<body>x",
    b"<title>x</title>\n|x",
    b"<!DOCTYPE html>\n|<p>x",
    b"|hello <b>x</b>",
    b"\xef\xbb\xbf|<p>x",
    b"<head><title>x</title><!-- </head> --><script>'</head>'</script>|</head>",
    b"<head>|</head> <meta name=x> <p>x",
    b"<head></head> <meta charset=utf-8>| <p>x\xc3\xa4",
    b"<head><title>x</title>|<frameset><frame></frameset>",
    b"<html><title>x</title>\r\n|",
    b"|",
    b"|just text, a < b",
    b"<!-- x -->|",
    b"|foo<!--</xmp>--></xmp>",
]


@pytest.mark.parametrize("marked", PLACES)
@pytest.mark.parametrize("link", [None, "x.c2pa", 'https://example.org/?a=1&b="2"'])
def test_places(marked: bytes, link: str | None) -> None:
    data = marked.replace(b"|", b"")
    placement = html.place(data, LIMITS, link=link)
    signed = placement.embed(STORE)
    start = marked.index(b"|")
    assert signed[:start] == data[:start]
    assert signed.endswith(data[start:])
    assert html.remove(signed, LIMITS) == data
    if link is None:
        assert signed[start:].startswith(CARRIER)
        assert (placement.start, placement.length(STORE)) == (start, len(CARRIER))
        assert placement.digest(0) == hashlib.sha256(data).digest()
    else:
        assert (placement.start, placement.length(STORE)) == (None, 0)
        assert html.read(signed, LIMITS).reference == link
        assert placement.digest(0) == hashlib.sha256(signed).digest()
    with pytest.raises(AlreadySignedError):
        html.place(signed, LIMITS)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"<head><title>x", MalformedError),
        (b"<head><!-- x", MalformedError),
        (b"<head><meta a='", MalformedError),
        (page().decode().encode("utf-16"), UnsupportedError),
        (page().decode().encode("utf-16-be"), UnsupportedError),
        (page(b"<title>\x1b$B</title>"), UnsupportedError),
        (b"<title>x</title><p><meta charset=big5>\xa4\xa4", UnsupportedError),
        (page(b"<template><svg><style></style></svg></template>"), UnsupportedError),
    ],
)
def test_refused(data: bytes, error: type[ProvkitError]) -> None:
    with pytest.raises(error):
        html.place(data, LIMITS)


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (page(CARRIER), set()),
        (page(b"<script>x()</script>" + CARRIER), {"active-content"}),
        (page(CARRIER, b"<a onclick='x()'>"), {"active-content"}),
        (page(CARRIER, b"<a href='JavaScript:x()'>"), {"active-content"}),
        (page(CARRIER, b"<IMG SRC=a.png>"), {"sub-resources"}),
        (page(b"<link rel=stylesheet href=a.css>" + CARRIER), {"sub-resources"}),
        (page(b"<script src=a.js></script>" + CARRIER), {"active-content", "sub-resources"}),
        (page(b"<script type='application/ld+json'>{}</script>" + CARRIER), set()),
        (page(b"<meta charset=utf-8>" + CARRIER), set()),
        (page(b"<meta charset=windows-1252>" + CARRIER), set()),
        (page(b"<meta charset='iso-2022-jp'>" + CARRIER), {"encoding"}),
        (
            page(b"<meta http-equiv=content-type content='text/html; charset=Shift_JIS'>" + CARRIER),
            {"encoding"},
        ),
        (page(CARRIER, b"\x1b$B"), {"encoding"}),
        (b"\xef\xbb\xbf" + page(b"<meta charset='iso-2022-jp'>" + CARRIER), set()),
    ],
)
def test_warnings(data: bytes, rules: set[str]) -> None:
    assert {warning.split(":")[0] for warning in html.read(data, LIMITS).warnings} == rules
    bare = html.remove(data, LIMITS)
    assert {warning.split(":")[0] for warning in html.place(bare, LIMITS).warnings} == rules


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JAVASCRIPT:x", "java\nscript:x", "data:,x", "file:///x", "C:\\x.c2pa", "ftp://x/y", "http:x",
     "https:///x", "mailto:x", "", " ", " a.c2pa", "a\0", "a\ud800", "x" * 9000, "x-y+z.1:a"],
)  # fmt: skip
def test_a_link_to_nothing_on_the_web_is_refused(link: str) -> None:
    with pytest.raises(ConfigurationError, match="link to the credential") as caught:
        html.place(page(), LIMITS, link=link)
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    "link", ["HTTPS://a/b", "//a/b", "./a:b", "../a b", "?a:b", "#jumbf=c2pa", "\xe9.c2pa", "1:2"]
)
def test_other_links_are_written(link: str) -> None:
    assert html.read(html.place(page(), LIMITS, link=link).embed(STORE), LIMITS).reference == link


@pytest.mark.parametrize("program", [b"<?php echo 1 ?>", b"<?= $x ?>", b"<?PHP\n", b"<?php"])
def test_a_template_is_no_page(program: bytes) -> None:
    for data in (page(b"", program), page(program + b"</title>"), page(b"<title>" + program + b"</title>")):
        with pytest.raises(UnsupportedError, match="PHP begins at byte") as caught:
            html.place(data, LIMITS)
        assert "--sidecar" in (caught.value.hint or "")


def test_other_instructions_are_no_template() -> None:
    for instruction in (b"<?xml-stylesheet href=x?>", b"<?phpx ?>", b"&lt;?php", b"<? = ?>"):
        html.place(page(b"", instruction), LIMITS)


@pytest.mark.parametrize("start", [b"\0<html>", b"<\0p>", b"<p>\0<b>", b"<p>a\0<", b"<\0", b"\0<"])
def test_nul_beside_a_tag_is_no_wide_encoding(start: bytes) -> None:
    assert code(start + page(CARRIER)) is not StatusCode.GENERAL_ERROR
    html.place(start + page(), LIMITS)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("start", ["<!DOCTYPE html>", "<p>", "<?xml?>", "x</p>"])
def test_wide_encodings_are_known(codec: str, start: str) -> None:
    with pytest.raises(UnsupportedError, match="UTF-16 or UTF-32"):
        html.place((start + "<p>x").encode(codec), LIMITS)


@pytest.mark.parametrize(
    "flood",
    [b"<link>", b"<script></script>", b"<template></template>", b"<base>", b"<svg>", b"<svg><g/><g/>", b"<noscript>"],
)  # fmt: skip
def test_parts_that_are_looked_at_one_by_one(flood: bytes) -> None:
    limits = Limits(container_parts=60)
    for data in (page(flood * 61, b"application/c2pa"), page(CARRIER, flood * 61)):
        with pytest.raises(LimitError, match="more than 60"):
            html.read(data, limits)
    with pytest.raises(LimitError, match="more than 60"):
        html.place(page(b"<link>" * 61), limits)
    assert html.read(page(CARRIER, b"<p>x</p><!-- x -->" * 500), limits).stores == (STORE,)


def test_limits() -> None:
    with pytest.raises(LimitError):
        html.read(page(CARRIER), Limits(store_bytes=20))
    with pytest.raises(LimitError):
        html.read(page(CARRIER * 30), Limits(carriers=20))


@pytest.mark.parametrize("tag", [b"</x>", b"<body>", b"<BODY a=b>"])
def test_tags_that_are_compared_with_each_open_element(tag: bytes) -> None:
    assert html.read(page(CARRIER, b"<b>" * 400 + tag * 1000), LIMITS).stores == (STORE,)
    with pytest.raises(LimitError, match="too many end tags"):
        html.read(page(CARRIER, b"<b>" * 8000 + tag * 60_000), LIMITS)


def test_removal_that_leaves_another() -> None:
    data = b"<" + CARRIER + b'script type="application/c2pa">' + TEXT + b"</script>"
    assert b"application/c2pa" not in html.remove(data, LIMITS)
    with pytest.raises(MalformedError):
        html.remove(page(b"<script type=application/c2pa>"), LIMITS)


@pytest.mark.parametrize(
    "flood",
    [b"<div>", b"<", b"<img ", b"<!-- ", b"<a b='", b"&#97;", b"2pa", b"<svg>", b"<svg><a></z>", b"<template>",
     b"<noscript>", b"<noscript><template></template>", b"<script><!--<script>", b"<!--<script", b"<title></titl",
     b"<a =", b"<svg><script type=application/c2pa>", b"<script src ", b" onaaa    ", CARRIER],
)  # fmt: skip
def test_floods_end(flood: bytes) -> None:
    for data in (flood * 2000 + CARRIER, CARRIER + flood * 2000):
        for do in (html.read, html.place, html.remove):
            try:
                do(data, LIMITS)
            except ProvkitError:
                continue


def test_a_hundred_thousand_nested_elements() -> None:
    assert html.read(page(CARRIER, b"<div>" * 100_000), LIMITS).stores == (STORE,)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("trusted/html-trusted-page0-trainedAlgorithmicMedia.html", None),
        ("valid-untrusted/html-untrusted-page1.html", None),
        ("tampered-content/html-script-in-body-page1.html", MISMATCH),
        ("malformed/html-empty-script-page1.html", StatusCode.GENERAL_ERROR),
        ("no-manifest/html-two-manifests-page0.html", MULTIPLE),
    ],
)
def test_pages_of_others(name: str, expected: StatusCode | None) -> None:
    data = shared("testfiles", "files", *name.split("/")).read_bytes()
    assert code(data) is expected
    assert bool(html.read(data, LIMITS).stores) is (expected is None)
    assert b"application/c2pa" not in html.remove(data, LIMITS)


@pytest.mark.parametrize("name", ["ai_ml.html", "index.html", "chapter-12.xhtml"])
def test_pages_of_the_field(name: str) -> None:
    data = shared("inputs", "html", name).read_bytes()
    signed = html.place(data, LIMITS).embed(STORE)
    assert html.read(signed, LIMITS).stores == (STORE,)
    assert html.remove(signed, LIMITS) == data
    if name.endswith(".xhtml"):
        etree.fromstring(signed)


def test_others_find_what_we_write() -> None:
    c2pa_text = pytest.importorskip("c2pa_text")
    for data in (page(), b"<title>x</title><p>y", b"<p>x", page().replace(b"\n", b"\r\n")):
        inline = c2pa_text.extract_html(html.place(data, LIMITS).embed(STORE).decode())
        assert (inline.method, inline.manifest) == ("inline", STORE)
        named = c2pa_text.extract_html(html.place(data, LIMITS, link="a.c2pa").embed(STORE).decode())
        assert (named.method, named.reference) == ("reference", "a.c2pa")
