from __future__ import annotations

import pytest

from provkit.crawl import probe as module
from provkit.crawl.probe import Probe, probe
from provkit.crawl.signals import html as in_page
from support import forge

PAGE = b"<!DOCTYPE html><html><head><title>T</title>%s</head><body><p>Text &amp; more</p>%s</body></html>"


class Searcher:
    """What stringzilla does."""

    def __init__(self) -> None:
        self.calls = 0

    def find(self, text: bytes, word: bytes, /) -> int:
        self.calls += 1
        return text.find(word)

    def translate(self, text: bytes, table: bytes, /) -> bytes:
        self.calls += 1
        return text.translate(table)


@pytest.fixture(params=["without", "with"], autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_searcher", None if request.param == "without" else Searcher())


@pytest.mark.parametrize(
    "page",
    [
        PAGE % (b"", b""),
        b"\xef\xbb\xbf  <html><body>x",
        PAGE % (b"", "Grüße, 世界 – “quoted” ✔\ufe0f".encode()),
        PAGE % (b"", "世界".encode() * 4000),
        PAGE % (b"", "Grüße".encode("latin-1") * 500),
        PAGE % (b"", "日本語".encode("shift_jis") * 500),
        PAGE % (b"", b"&#8217; &#160; &#x2019; &#39; &#x27; &#47; &#x2F; &copy; &#038;"),
        PAGE % (b'<meta name="generator" content="AI Writer 3">', b""),
        PAGE % (b"<script>var a='</head><body>'</script>", b""),
        PAGE % (b'<meta name="robots" content="index, noimageindex"><link rel="license" href="/terms">', b""),
        PAGE % (b'<script type="application/ld+json">{"@context":"https://schema.org"}</script>', b""),
        # Words of other words, and parts of ours: style sheets and programs are full of them.
        PAGE
        % (b"<style>.ui-dialog{border-bottom-right-radius:2px}</style>", b"campaign Noah noain aigce 12pa"),
    ],
)
def test_a_page_with_nothing_is_silent(page: bytes) -> None:
    assert probe(page) == Probe("text/html")
    assert not probe(page).anything


@pytest.mark.parametrize("text", [b"hello", b"", b"{}\n", b"\x1f\x8b\x08", "Grüße".encode("utf-16")])
def test_other_bodies_are_silent(text: bytes) -> None:
    assert not probe(text).anything


@pytest.mark.parametrize(
    ("inserted", "flag"),
    [
        (b'<script type="application/c2pa">AAAA</script>', "html"),
        (b'<SCRIPT TYPE="APPLICATION/C2PA">AAAA</SCRIPT>', "html"),
        (b'<link rel="C2pa-Manifest" href="x">', "html"),
        (b'<link rel="c2pa&#x2d;manifest" href="x">', "html"),
        (b'<script type="application&sol;c2pa">AAAA</script>', "html"),
        (b'<script type="application/c&#50;pa">AAAA</script>', "html"),
        (
            b"<!-- -----BEGIN C2PA MANIFEST----- https://a.example/x -----END C2PA MANIFEST----- -->",
            "structured",
        ),
        (b'<meta name="ai-disclosure" content="none">', "signal"),
        (b'<META NAME="AI-Disclosure" CONTENT="NONE">', "signal"),
        (b'<meta name="&#97;i-disclosure" content="none">', "signal"),
        (b'<meta name="&#0000097i-disclosure" content="none">', "signal"),
        (b'<meta name="&#X61;i-disclosure" content="none">', "signal"),
        (b'<meta name="AIGC" content="{}">', "signal"),
        (b'<script type="application/ld+json">{"digitalSourceType":"x"}</script>', "signal"),
        (b'<meta name="robots" content="noai">', "preference"),
        (b'<meta name="robots" content="NoAI">', "preference"),
        (b'<meta name="TDM-Reservation" content="1">', "preference"),
        (b'<link rel="license" type="application/rsl+xml" href="x">', "preference"),
        (b'<link rel="license" type="application/rsl&plus;xml" href="x">', "preference"),
    ],
)
@pytest.mark.parametrize("rest", [b"", "é".encode(), "世界".encode() * 99, b"\xe9\xe8"])
def test_everything_that_is_looked_for_is_seen(inserted: bytes, flag: str, rest: bytes) -> None:
    for codec in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        page = PAGE % (inserted, rest)
        if codec != "utf-8":
            if flag == "structured":
                continue  # in UTF-16 there is no block, see verify
            page = page.decode("latin-1").encode(codec)
        assert getattr(probe(page), flag), codec


@pytest.mark.parametrize("word", ["application/c2pa", "c2pa-manifest", "ai-disclosure", "aigc", "digitalSourceType",
                                  "noai", "tdm-reservation", "rsl+xml"])  # fmt: skip
def test_no_character_of_a_word_can_be_disguised(word: str) -> None:
    for index, character in enumerate(word):
        for form in ("&#{n};", "&#00{n};", "&#x{n:x};", "&#X0{n:X};"):
            for one in (character, character.upper()):
                disguised = word[:index] + form.format(n=ord(one)) + word[index + 1 :]
                assert probe(PAGE % (b'<meta name="%s">' % disguised.encode(), b"")).anything, disguised


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    "content", ["\u3000noai\u3000", "index,noai\u2003", "all&#44noai&#x20", "&#x2CNoAI&#32", "noa&#105\u3000"]
)
def test_a_word_alone_may_stand_beside_anything_that_readers_take_away(codec: str, content: str) -> None:
    page = f'<!DOCTYPE html><html><head><meta name="robots" content="{content}"></head>'.encode(codec)
    assert in_page.preferences(page)
    assert probe(page).preference


def test_references_that_spell_none_of_the_words_state_nothing() -> None:
    # Addresses are hidden from collectors in this way.
    found = probe(PAGE % (b"", b'<a title="&#117;&#x73;&#64;&#x5A;&plus;&#0;&#9999999999;&#xfffffffff;">'))
    assert (found.signal, found.preference, found.stated) == (False, False, False)
    assert found.html  # which is for the reader of pages to say


def test_selectors_of_a_wrapper_are_seen_whole_and_cut() -> None:
    run = forge.selectors(forge.MAGIC).encode()
    assert probe(b"text " + run).text
    assert probe(b"text \xef\xbb\xbf" + run[:4]).text
    assert probe(b"t\xe9xt " + run).text
    assert not probe("emoji ✔\ufe0f \U000e0100".encode()).text


def test_containers_are_always_looked_into() -> None:
    assert probe(b"\x89PNG\r\n\x1a\n") == Probe(
        "image/png", container=True, signal=True, preference=True, stated=True
    )
    pdf = probe(b"%PDF-1.7\n")
    assert pdf.pdf
    assert pdf.media_type == "application/pdf"


def test_a_left_over_of_an_svg_is_no_silent_text() -> None:
    # See provkit.carriers.svg.is_left_over: verify raises for it.
    from provkit.carriers import svg

    store = b"<xvg>" + b"A" * svg._STORE_OFFSET
    assert not probe(store).container
    left = b"<xvg><m>" + b"A" * svg._STORE_OFFSET + svg._STORE + b"</m></svg>"
    assert svg.is_left_over(left)
    assert probe(left).container


@pytest.mark.parametrize(
    ("header", "flag"),
    [
        (("AI-Disclosure", "mode=none"), "signal"),
        (("aigc", "{}"), "signal"),
        (("Content-Usage", "train-ai=n"), "preference"),
        (("content-signal", "ai-train=no"), "preference"),
        (("TDM-Reservation", "1"), "preference"),
        (("X-Robots-Tag", "noindex, NoAI"), "preference"),
        (("x-robots-tag", "noimageai"), "preference"),
        (("Link", '<x>; rel="license"; type="application/r\\sl+xml"'), "preference"),
        (("LINK", '<x>; rel="c2pa-manifest"'), "linked"),
    ],
)
def test_headers_are_seen(header: tuple[str, str], flag: str) -> None:
    found = probe(PAGE % (b"", b""), [("Server", "x"), header])
    assert getattr(found, flag)
    assert found.anything


def test_other_headers_are_not() -> None:
    found = probe(
        PAGE % (b"", b""),
        [
            ("Link", '<a.css>; rel="preload"'),
            ("Content-Type", "text/html"),
            ("X-Robots-Tag", "noindex, noimageindex"),
        ],
    )
    assert found == Probe("text/html")


def test_what_a_header_states_the_body_need_not() -> None:
    found = probe(PAGE % (b"", b""), [("Content-Usage", "train-ai=n")])
    assert (found.preference, found.stated) == (True, False)
    assert probe(PAGE % (b'<meta name="robots" content="noai">', b"")).stated


def test_headers_are_looked_through_once() -> None:
    assert module.heard([("Date", "x"), ("Via", "y")]) is module.NOTHING_HEARD
    headers = [("Content-ENCODING", "gzip"), ("X-Robots-Tag", "noai")]
    assert module.CODED in module.heard(headers)
    assert probe(b"<html>", headers, module.heard(headers)) == probe(b"<html>", headers)


def test_use_switches_the_engine() -> None:
    searcher = Searcher()
    module.use(searcher)
    assert not probe(PAGE % (b"", "世界".encode() * 99)).anything
    assert searcher.calls


def test_stringzilla_blanks_as_we_do() -> None:
    stringzilla = pytest.importorskip("stringzilla")
    module.use(stringzilla)
    every = bytes(range(1, 256)) * 300
    assert module._ascii(every) == every.translate(module._ASCII_ONLY)
    assert not probe(PAGE % (b"", "Grüße 世界".encode() * 900)).anything
    assert probe(PAGE % (b'<meta name="ai-disclosure">', "世界".encode())).signal
