"""Where the probe sees nothing, there is nothing: no credential, no statement."""

from __future__ import annotations

import html as entities
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import provkit
from property import texts
from provkit import MalformedError, State, UnsupportedError
from provkit.crawl import probe as module
from provkit.crawl import signals
from provkit.crawl.model import Reading
from provkit.crawl.probe import probe
from provkit.crawl.reading import Reader
from provkit.crawl.signals import headers as in_headers
from provkit.crawl.signals import html, xmp
from support import containers, forge
from support.shared import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors"
LARGEST = 4 * 1024 * 1024
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
Headers = list[tuple[str, str]]


class Searcher:
    def find(self, text: bytes, word: bytes, /) -> int:
        return text.find(word)

    def translate(self, text: bytes, table: bytes, /) -> bytes:
        return text.translate(table)


def hold(body: bytes, headers: Headers | None = None) -> None:
    """The law, for both engines."""
    headers = headers or []
    for engine in (None, Searcher()):
        module.use(engine)
        seen = probe(body, headers)
        if not seen.credential:
            try:
                verdict = provkit.verify(body)
            except (UnsupportedError, MalformedError):
                pass
            else:
                assert verdict.state is State.UNSIGNED
                assert verdict.remote is None
            assert not in_headers.credential_links(headers)
        if not seen.signal:
            assert html.signals(body) == ()
            assert in_headers.signals(headers) == ()
            assert xmp.signals(body, seen.media_type) == ()
        if not seen.preference:
            assert html.preferences(body) == ()
            assert in_headers.preferences(headers, seen.media_type) == ()
            assert xmp.preferences(body, seen.media_type) == ()
        if not seen.anything:
            assert signals.read(body, headers, seen.media_type, seen) == ((), (), ())


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_searcher", None)  # and put back what was there


def files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file() and path.stat().st_size <= LARGEST)


@pytest.mark.parametrize("folder", ["inputs", "testfiles", "vectors"])
def test_every_file_of_the_corpus(folder: str) -> None:
    root = VECTORS if folder == "vectors" else shared(folder)
    found = list(files(root))
    assert len(found) > 10
    for path in found:
        hold(path.read_bytes())


def spelled(text: str, how: str) -> str:
    """A word with all of its characters as references."""
    return "".join(how.format(n=ord(one)) for one in text)


def page(head: str, *, quoted: str = "") -> str:
    return (
        f"<!DOCTYPE html>\n<html><head>{quoted}{head}<title>T</title></head><body><p>Text</p></body></html>"
    )


NAMES: dict[str, tuple[str, str]] = {
    # name of what is looked for, and an element with the value to be disguised in place of {}
    "disclosure": ('<meta name="{}" content="ai-generated">', "ai-disclosure"),
    "aigc": ("""<meta name="{}" content='{{"Label":"1"}}'>""", "AIGC"),
    "microdata": (
        '<div itemscope itemtype="https://schema.org/Article"><meta itemprop="{}" content="trainedAlgorithmicMedia"></div>',
        "digitalSourceType",
    ),
    "noai": ('<meta name="robots" content="{}">', "noai"),
    "tdm": ('<meta name="{}" content="1">', "tdm-reservation"),
    "rsl": ('<link rel="license" type="{}" href="x">', "application/rsl+xml"),
    "script": ('<script type="{}">AAAA</script>', "application/c2pa"),
    "link": ('<link rel="{}" href="x">', "c2pa-manifest"),
}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": lambda text: text if text == "digitalSourceType" else text.upper(),
    "title case": lambda text: text if text == "digitalSourceType" else text.title(),
    "decimal": lambda text: spelled(text, "&#{n};"),
    "decimal, zeros": lambda text: spelled(text, "&#000{n};"),
    "hexadecimal": lambda text: spelled(text, "&#x{n:x};"),
    "hexadecimal, upper case": lambda text: spelled(text, "&#X00{n:X};"),
    "last character": lambda text: text[:-1] + spelled(text[-1], "&#{n}"),
    "first character": lambda text: spelled(text[0], "&#x{n:x};") + text[1:],
    "named": lambda text: text.replace("/", "&sol;").replace("+", "&plus;"),
}
CODECS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-be",
    "shift_jis",
    "gbk",
    "latin-1",
)
QUOTES = ("", '<script>var a="</head><body>"</script>', "<!-- </head> -->", "\0", "<title></head></title>")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_disguised_statements(name: str, spelling: str) -> None:
    element, word = NAMES[name]
    disguised = element.format(SPELLINGS[spelling](word))
    for quoted in QUOTES:
        for codec in CODECS:
            body = page(disguised, quoted=quoted).encode(codec)
            hold(body)
            module.use(None)
            seen = probe(body)
            # The law would hold as well if nothing were ever read: it is, in each disguise.
            if name in {"script", "link"}:
                assert seen.html, (quoted, codec)
            elif quoted != "\0":
                assert html.signals(body) or html.preferences(body), (quoted, codec)
            assert entities.unescape(disguised).lower() == element.format(word).lower()


CUT = forge.selectors(forge.MAGIC).encode()[:4]
PIECES = st.sampled_from(
    [
        b"<!DOCTYPE html>", b"<html>", b"<head>", b"</head>", b"<body", b">", b"<script", b"</script>", b' type="application/c2pa"',
        b"<link rel=c2pa-manifest href=x>", b"<meta name=", b"ai-disclosure", b" content=", b"ai-generated ", b"noai", b"robots",
        b"AI-DISCLOSURE=none", b"&#97;", b"&#x", b"2D;", b"&sol;", b"c2", b"pa", b"-manifest", b"\0", b"\xff\xfe", b"\xfe\xff",
        b"-----BEGIN C2PA MANIFEST-----", b" https://a.example/x ", b"-----END C2PA MANIFEST-----", b"\n", b"# ", b" ", b"\xe9",
        "世界".encode(), b"\xef\xbb\xbf", CUT, texts.MAGIC, b"%PDF-1.4", b"<svg>", b"</svg>", b"PK\x03\x04", b"{", b'"', b"'", b"<!--",
        b'{"digitalSourceType":"trainedAlgorithmicMedia","@type":"Article"}', b" type=application/ld+json>", b"\\u0064", b"=",
        b"<meta name=robots content=", b"<meta name=aigc content=", b"&#32", b"&#x2C", b",", b"0", b"1", b"n", b"oai", b"&#110", b"NoAI",
        "\u3000".encode(), "\u3000".encode("utf-16-le"), b'{"Label":"1"}', b"AIGC", b"x", b"+", b"&plus;",
        b"<link rel=license type=application/rsl+xml>", b"<meta name=tdm-reservation content=1>", b"<p itemscope itemprop=",
    ]
)  # fmt: skip


@settings(RELAXED, max_examples=400)
@given(
    st.lists(PIECES | st.binary(max_size=6), max_size=14).map(b"".join),
    st.sampled_from(["", "utf-16-le", "utf-16", "utf-32-be"]),
)
def test_any_composition(body: bytes, codec: str) -> None:
    hold(body.decode("latin-1").encode(codec) if codec else body)


FIELDS = st.sampled_from(
    [
        "AI-Disclosure",
        "aigc",
        "Content-Usage",
        "content-signal",
        "TDM-reservation",
        "x-robots-tag",
        "LINK",
        "Date",
    ]
)
VALUES = st.sampled_from(
    ["mode=none", '{"Label":1}', "train-ai=n", "ai-train=no", "1", "noai", '<x>; rel="c2pa-manifest"', "", "x",
     '<x>; rel="license"; type="application/rsl+xml"', '<x>;rel=license;type="application\\/r\\sl+xml"']
)  # fmt: skip


@settings(RELAXED)
@given(st.lists(st.tuples(FIELDS, VALUES | st.text(max_size=12)), max_size=4))
def test_any_headers(headers: Headers) -> None:
    hold(b"<!DOCTYPE html><html><p>x", headers)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_signed_texts_in_every_encoding(codec: str) -> None:
    hold(texts.signed().decode().encode(codec))
    module.use(None)
    assert probe(texts.signed()).text


@pytest.mark.parametrize("name", sorted(containers.PLAIN))
def test_containers(name: str) -> None:
    media_type, make = containers.PLAIN[name]
    assert probe(make()).media_type == media_type
    hold(make())


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32-be"])
def test_pages_of_the_corpus_in_wide_encodings(codec: str) -> None:
    for path in files(shared("inputs", "html")):
        text = path.read_bytes().decode("utf-8", "replace")
        hold(text.encode(codec))
        hold(text.upper().encode())


def test_readings_of_silent_pages_keep_the_moment_they_were_given() -> None:
    # Made once for pages of one moment: equal moments of different zones are not the same one.
    body = b"<!DOCTYPE html><html><p>x"
    moment = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    east = moment.astimezone(timezone(timedelta(hours=2)))
    reader = Reader()
    assert reader.read(body, captured_at=moment) is reader.read(body, captured_at=moment)
    for at in (moment, east, None):
        found = reader.read(body, captured_at=at)
        assert found == Reading("text/html", captured_at=at)
        assert str(found.captured_at) == str(at)
