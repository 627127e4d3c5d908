from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit import OriginClass
from provkit.crawl.model import Assurance, Permission, Preference
from provkit.crawl.signals import html, page

H, A, S = OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC
TRAINED = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"


def seen(head: str, body: str = "") -> list[tuple[OriginClass, str, bool]]:
    data = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()
    return [(one.cls, one.source, one.whole) for one in html.signals(data)]


def wanted(head: str, body: str = "") -> tuple[Preference, ...]:
    return html.preferences(f"<html><head>{head}</head><body>{body}</body></html>".encode())


@pytest.mark.parametrize(
    ("value", "cls"),
    [("none", H), ("ai-assisted", A), ("ai-generated", S), ("ai-autonomous", S), ("mixed", A), ("autonomous", S), (" AI-Generated ", S)],
)  # fmt: skip
def test_disclosure_in_meta_and_attribute(value: str, cls: OriginClass) -> None:
    assert seen(f'<meta name="ai-disclosure" content="{value}">') == [(cls, "html:meta", True)]
    assert seen("", f'<p ai-disclosure="{value}">x</p>') == [(cls, "html:attribute", False)]


def test_unknown_values_say_nothing() -> None:
    assert seen('<meta name="ai-disclosure" content="perhaps">') == []
    assert seen("", "<p ai-disclosure>x</p>") == []
    assert seen('<meta name="generator" content="ai-generated">') == []


def test_the_first_meta_wins() -> None:
    two = '<meta name="ai-disclosure" content="none"><meta name="ai-disclosure" content="ai-generated">'
    assert seen(two) == [(H, "html:meta", True)]
    assert seen('<meta name="ai-disclosure" content="?">' + two) == []


@pytest.mark.parametrize("tag", ["html", "body", "BODY"])
def test_attributes_of_the_root_speak_for_all(tag: str) -> None:
    data = f"<{tag} AI-Disclosure=ai-assisted><p>x".encode()
    assert [(one.cls, one.whole) for one in html.signals(data)] == [(A, True)]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- {} -->", "<script>var a='{}'</script>", "<style>{}</style>", "<template>{}</template>",
        "<title>{}</title>", "<textarea>{}</textarea>", "<p title='{}'>", "&lt;{}",
    ],
)  # fmt: skip
def test_what_is_no_element_says_nothing(hidden: str) -> None:
    inner = '<meta name="ai-disclosure" content="ai-generated">'
    if hidden.startswith("&lt;"):
        inner = inner.removeprefix("<")
    assert seen("", hidden.format(inner)) == []
    assert seen("", hidden.format(inner) + "<b ai-disclosure=none>") == [(H, "html:attribute", False)]


def test_the_head_may_be_quoted_in_a_script() -> None:
    head = '<script>var a="</head><body>"</script><meta name="ai-disclosure" content="ai-generated">'
    assert seen(head) == [(S, "html:meta", True)]


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]
)
def test_encodings(codec: str) -> None:
    text = '<html><meta name="&#97;&#x69;-disclosure" content="ai&#45;generated"><p>é</p></html>'
    assert [one.cls for one in html.signals(text.encode(codec))] == [S]


@pytest.mark.parametrize(
    ("content", "assurance"),
    [
        ('{"Label":"1","ContentProducer":"x","ProduceID":"","ReservedCode1":""}', Assurance.DECLARED),
        ('{"Label":1}', Assurance.DECLARED),
        ('{"AIGC":{"Label":"2"}}', Assurance.DETECTED),
        ('{"Label":"3"}', Assurance.DETECTED),
        ('{"Label":"4"}', None),
        ('{"Label":true}', None),
        ("[1]", None),
        ("1", None),
        ("[" * 9000, None),
    ],
)
def test_aigc(content: str, assurance: Assurance | None) -> None:
    quoted = content.replace('"', "&quot;")
    found = html.signals(f'<html><meta name="AIGC" content="{quoted}">'.encode())
    assert [(one.cls, one.source, one.assurance) for one in found] == (
        [] if assurance is None else [(S, "aigc", assurance)]
    )


def ld(*things: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in things)


@pytest.mark.parametrize(
    ("value", "cls"),
    [
        (TRAINED, S),
        ("TrainedAlgorithmicMediaDigitalSource", S),
        ("schema:CompositeWithTrainedAlgorithmicMediaDigitalSource", A),
        ("http://schema.org/DigitalCaptureDigitalSource", H),
        ("https://schema.org/MultiFrameComputationalCaptureDigitalSource", H),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", S),
        ("trainedAlgorithmicMedia", S),
        ({"@id": TRAINED}, S),
        ([{"@value": "trainedAlgorithmicMedia"}], S),
        ("https://schema.org/ScreenCaptureDigitalSource", None),
        ("something", None),
        (5, None),
        (None, None),
    ],
)
def test_source_types_in_json_ld(value: object, cls: OriginClass | None) -> None:
    thing = {"@context": "https://schema.org", "@type": "NewsArticle", "digitalSourceType": value}
    assert seen(ld(thing)) == ([] if cls is None else [(cls, "jsonld", True)])


@pytest.mark.parametrize(
    "thing",
    [
        {"@type": "Article", "image": {"@type": "ImageObject", "digitalSourceType": TRAINED}},
        {"@type": "ImageObject", "digitalSourceType": TRAINED},
        {"@type": ["Article", "ImageObject"], "digitalSourceType": TRAINED},
        {"digitalSourceType": TRAINED},
        {"@type": "WebPage", "hasPart": {"@type": "Article", "digitalSourceType": TRAINED}},
        {"@type": "WebPage", "primaryImageOfPage": {"@type": "ImageObject", "digitalSourceType": TRAINED}},
        {"@type": "WebPage", "mainEntity": {"@type": "ImageObject", "digitalSourceType": TRAINED}},
        {"@type": "Article", "comment": [{"@type": "Comment", "digitalSourceType": TRAINED}]},
        {
            "@type": "Article",
            "hasPart": {"x": {"mainEntity": {"@type": "Article", "digitalSourceType": TRAINED}}},
        },
        {"@graph": [{"@type": "Article"}, {"@type": "Comment", "digitalSourceType": TRAINED}]},
        [{"@type": "BlogPosting"}, {"@type": "BlogPosting", "digitalSourceType": TRAINED}],
    ],
)
def test_a_part_does_not_speak_for_the_page(thing: object) -> None:
    assert seen(ld(thing)) == [(S, "jsonld", False)]


@pytest.mark.parametrize(
    "things",
    [
        [{"@graph": [{"@type": "WebPage"}, {"@type": "Article", "digitalSourceType": TRAINED}, {"@type": "ImageObject"}]}],
        [{"@type": "WebPage", "mainEntity": {"@type": "Article", "digitalSourceType": TRAINED}}],
        [{"@type": "Article", "mainEntityOfPage": {"@type": "WebPage", "digitalSourceType": TRAINED}}],
        [{"@type": "Organization"}, [{"@type": "Review", "schema:digitalSourceType": TRAINED}]],
        [{"@graph": [{"@id": "#a", "@type": "Article"}, {"@id": "#a", "digitalSourceType": TRAINED}]}],
        [{"@type": "https://schema.org/Article", "https://schema.org/digitalSourceType": TRAINED}],
    ],
)  # fmt: skip
def test_the_page_and_its_work_speak_for_all(things: list[object]) -> None:
    assert seen(ld(*things)) == [(S, "jsonld", True)]


def test_wrapped_and_broken_scripts() -> None:
    inner = json.dumps({"@type": "Article", "digitalSourceType": TRAINED})
    assert seen(f'<script type="application/ld+json">//<![CDATA[\n{inner}\n//]]></script>')
    assert seen(f'<script type=" Application/LD+JSON; charset=utf-8">{inner}</script>')
    assert seen(f'<script type="application/ld+json">{inner}') == []  # it does not end
    assert seen(f'<script type="application/ld+json">{inner[:-1]}</script>') == []
    assert seen(f'<script type="text/javascript">{inner}</script>') == []
    deep = '{"a":' * 100_000 + '"digitalSourceType"'
    assert seen(f'<script type="application/ld+json">{deep}</script>') == []


def test_nesting_is_bounded() -> None:
    thing: object = {"@type": "Article", "digitalSourceType": TRAINED}
    for _ in range(30):
        thing = {"mainEntity": thing}
    assert seen(ld(thing)) == []


def test_microdata() -> None:
    article = '<article itemscope itemtype="https://schema.org/Article">{}</article>'
    for value in (
        f'<meta itemprop="digitalSourceType" content="{TRAINED}">',
        f'<link itemprop="x digitalSourceType" href="{TRAINED}">',
        '<p><span itemprop="digitalSourceType">trainedAlgorithmicMedia</span></p>',
    ):
        assert seen("", article.format(value)) == [(S, "microdata", True)]
    image = f'<div itemprop="image" itemscope itemtype="https://schema.org/ImageObject"><meta itemprop="digitalSourceType" content="{TRAINED}"></div>'
    assert seen("", article.format(image)) == [(S, "microdata", False)]
    outside = f'</div><meta itemprop="digitalSourceType" content="{TRAINED}">'
    assert seen("", f'<div itemscope itemtype="https://schema.org/Article">{outside}') == []
    own = article.format(image + f'<meta itemprop="digitalSourceType" content="{TRAINED}">')
    assert seen("", own) == [(S, "microdata", True), (S, "microdata", False)]


def test_categories() -> None:
    def of(head: str) -> tuple[str, ...]:
        return html.categories(f"<html>{head}".encode())

    assert of(ld({"@type": "Review", "author": {"@type": "Person"}})) == ("Review",)
    assert of(ld({"@type": ["NewsArticle", "Report"]}, {"@type": "Comment"})) == ("NewsArticle", "Report")
    assert of(ld({"@type": "Product", "review": {"@type": "Review"}})) == ()
    assert of('<div itemscope itemtype="http://schema.org/Comment">') == ("Comment",)
    assert of('<div itemscope itemtype="http://other.example/Comment">') == ()


def test_noai() -> None:
    no = Preference("train-ai", Permission.DENIED, "html:robots", "NoIndex, NOAI, noimageai")
    assert wanted('<META NAME=Robots CONTENT="NoIndex, NOAI, noimageai">') == (no,)
    assert wanted('<meta name="robots" content="noimageai">') == ()
    assert wanted('<meta name="description" content="noai">') == ()


def test_tdm_reservation() -> None:
    assert wanted('<meta name="tdm-reservation" content="1">') == (
        Preference("tdm", Permission.DENIED, "html:tdm-reservation", "1"),
    )
    policy = '<meta name="tdm-policy" content="https://a.example/p">'
    assert wanted(policy + '<meta name="tdm-reservation" content="1">') == (
        Preference("tdm", Permission.CONSTRAINED, "html:tdm-reservation", "1; https://a.example/p"),
    )
    assert wanted('<meta name="tdm-reservation" content="0">')[0].permission is Permission.ALLOWED
    assert wanted('<meta name="tdm-reservation" content="2">' + policy) == ()


def test_rsl() -> None:
    expected = Preference("tdm", Permission.CONSTRAINED, "html:rsl", "/l.xml")
    assert wanted('<link rel="license" type="application/rsl+xml" href="/l.xml">') == (expected,)
    assert wanted('<link rel="license" href="/l.xml">') == ()
    (inline,) = wanted('<script type="application/rsl+xml"><rsl/></script>')
    assert inline.value == "<rsl/>"


PIECES = st.sampled_from(
    [
        "<html", "<body", "<meta", "<link", "<p", "<script", "</script>", "</p>", ">", " ", "=", '"', "'", "<!--", "-->", "\0",
        " name=", " content=", " ai-disclosure=", "ai-disclosure", "ai-generated", " itemscope", " itemprop=digitalSourceType",
        " itemtype=https://schema.org/Article", '{"digitalSourceType":"trainedAlgorithmicMedia"}', " type=application/ld+json",
        "&#97;", "&", "robots", "noai", "tdm-reservation", "1", "<template>", "</template>", "[", "{", "é",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=30), st.sampled_from(["utf-8", "utf-16", "utf-32-be"]))
def test_any_page_gives_an_answer(pieces: list[str], codec: str) -> None:
    data = "".join(pieces).encode(codec, "replace")
    html.signals(data)
    html.preferences(data)
    html.categories(data)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    found = page.read(data)
    html.signals_of(found)
    html.preferences_of(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [b"<p>", b"<p ai-disclosure=none>", b"</p>", b"<div itemscope itemprop=a itemtype=x>", b"<meta name=ai-disclosure>",
     b"<script type=application/ld+json>[[{}]]</script>", b"<!--", b"<p ", b"<script>", b"<p itemprop=digitalSourceType>"],
)  # fmt: skip
def test_floods_are_linear(piece: bytes) -> None:
    # Nothing is timed: quadratic time would be far longer than the suite.
    data = piece * (250_000 // len(piece))
    html.signals(data)
    html.categories(data)


def test_a_graph_of_one_name_is_linear() -> None:
    graph = [{"@id": "#a", "@type": "Article", "digitalSourceType": TRAINED}] * 30_000
    assert seen(ld({"@graph": graph})) == [(S, "jsonld", True)]
