from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import provkit
from provkit.crawl import extract
from provkit.crawl.documents import Document
from provkit.crawl.extract import Extractor, decoded, visible_text, without_selectors
from provkit.crawl.model import Reading
from provkit.crawl.reading import Reader
from provkit.crawl.tokens import Counter
from provkit.errors import ConfigurationError
from provkit.trust.store import TrustStore
from support.pki import NOW, Pki

PAGE = b"""<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body><nav>Home</nav>
<h1>A  heron</h1><p>Stood <b>still</b>.<br>Then <span>flew</span>.</p><script>no()</script>
<noscript>no</noscript><!-- no --><ul><li>one</li><li>two</li></ul><svg><text>no</text></svg></body></html>"""


def upper(body: bytes, media_type: str | None, url: str) -> str:
    return f"{media_type} {url} {body.decode().upper()}"


def count_words(text: str) -> int:
    return len(text.split())


def not_text(*_: object) -> int:
    return 5


def fails(*_: object) -> str:
    raise KeyError("whatever")


def test_visible_text_is_what_a_reader_sees() -> None:
    assert visible_text(PAGE, None) == "Home\nA heron\nStood still.\nThen flew.\none\ntwo"
    assert visible_text(b"<!-- nothing -->", None) == ""
    assert visible_text(b"", None) == ""
    assert visible_text(b"<p>" + b"word " * 2_500_000, None).endswith("word"), "more than 10 MB of text"


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/html; charset=iso-8859-1", b"<p>caf\xe9 \x93x\x94"),
        ("text/html", b'<meta charset="windows-1252"><p>caf\xe9 \x93x\x94'),
        ("text/html; charset=utf-16le", "<p>café “x”".encode("utf-16-le")),
        ("text/html; charset=hex", "<p>café “x”".encode()),
        ("text/html; charset=latin1", b"\xef\xbb\xbf" + "<p>café “x”".encode()),
    ],
)
def test_the_encoding_is_the_one_a_browser_takes(media_type: str, body: bytes) -> None:
    text = Extractor()(Document("", "", body, media_type=media_type), Reading("text/html"))
    assert text == "café “x”"


@given(data=st.binary(max_size=300), charset=st.sampled_from([None, "utf-8", "utf-16", "cp1252", "gb18030"]))
def test_any_bytes_have_a_text(data: bytes, charset: str | None) -> None:
    assert isinstance(visible_text(data, charset), str)
    assert isinstance(decoded(data, charset), str)


@pytest.mark.parametrize("how", ["visible", "none"])
@pytest.mark.parametrize(
    ("media_type", "body"),
    [("text/plain", b"A heron.\n"), ("text/markdown", b"# A heron\n"), ("text/html", PAGE)],
)
def test_no_carrier_reaches_training(how: str, media_type: str, body: bytes) -> None:
    pki = Pki.make()
    signer = provkit.Signer.from_pem(pki.chain_pem, pki.key_pem)
    signed = provkit.sign(body, provkit.Origin.human(), signer, media_type=media_type, when=NOW)
    reader = Reader(trust=TrustStore.empty().with_anchors(pki.root_pem, name="x"), at=NOW)
    for asset in (signed, signed.replace("\ufeff".encode(), b""), signed.replace(b"heron", b"crane")):
        document = Document("", "", asset, media_type=media_type)
        text = Extractor(how)(document, reader.read(asset, media_type=media_type))
        assert "heron" in text or "crane" in text
        assert "C2PA" not in text
        assert len(text) <= len(body)
        assert not any(
            c == "\ufeff" or "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef" for c in text
        )


def test_selectors_that_belong_to_characters_stay() -> None:
    assert without_selectors("❤\ufe0f 葛\U000e0100") == "❤\ufe0f 葛\U000e0100"
    assert without_selectors("a\ufeff" + "\ufe01" * 40 + "b") == "ab"


def test_media_without_text_have_none() -> None:
    assert Extractor()(Document("", "", b"\x89PNG"), Reading("image/png")) == ""


def test_functions_of_the_user() -> None:
    here = f"{__name__}:"
    assert Extractor(f"{here}upper")(Document("", "u", b"abc"), Reading("text/plain")) == "text/plain u ABC"
    for name, said in (("not_text", "gave int"), ("fails", "raised KeyError")):
        with pytest.raises(ConfigurationError, match=said):
            Extractor(f"{here}{name}")(Document("", "", b""), Reading(None))
    assert Counter(f"{here}count_words")("two words") == 2
    with pytest.raises(ConfigurationError, match="not a number"):
        Counter("builtins:repr")("x")
    for spec in ("nonsense", "no.such.module:f", "os:nothing", "os:name"):
        with pytest.raises(ConfigurationError):
            Extractor(spec)
        with pytest.raises(ConfigurationError):
            Counter(spec)


def test_the_estimate_rounds_up() -> None:
    assert [Counter()(text) for text in ("", "a", "abcd", "abcde", "äää")] == [0, 1, 1, 2, 2]
    assert Counter().estimated


@pytest.mark.parametrize(
    "charset", ["undefined", "punycode", "idna", "utf-7", "unicode_escape", "raw-unicode-escape", "utf_7"]
)
def test_what_is_no_encoding_of_the_web_is_none(charset: str) -> None:
    # A page names its encoding itself: one such codec always raises, another takes the square of the length.
    body = f'<meta charset="{charset}"><p>+AGE- \\x41 '.encode() + b"a-bcd" * 60_000
    text = Extractor()(Document("", "", body), Reading("text/html"))
    assert text == "+AGE- \\x41 " + "a-bcd" * 60_000


def test_pages_that_a_parser_of_trees_would_take_hours_for() -> None:
    names = b" ".join(b"a%d" % number for number in range(50_000))
    assert visible_text(b"<div " + names + b">x</div>y", None) == "x\ny"
    assert visible_text(b"<b>" * 50_000 + b"x" + b"</i>" * 50_000 + b"<p>y", None) == "x\ny"


def test_a_deep_page_reads_as_a_shallow_one() -> None:
    inside = (
        b"<h1>A &amp; b</h1><script>if (a<b) '</p>'</script><p>c<br>d<svg><g>no</g><svg>no</svg>no</svg>e"
        b"<textarea>f <b></textarea><noscript>no<p></noscript><ul><li>gh</ul><object>no"
    )
    expected = "A & b\nc\ndef <b>\ngh"
    assert visible_text(inside, None) == expected
    assert visible_text(b"<font>" * 1001 + inside, None) == expected


def test_a_page_that_was_read_is_let_go() -> None:
    """Parsers are freed late, because they and their targets hold each other: not with the text of a page."""
    seen = extract._Seen()
    seen.data("a" * 100)
    assert seen.close() == "a" * 100
    assert seen._pieces == []
