from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit import OriginClass
from provkit.crawl.model import Assurance, Permission, Preference
from provkit.crawl.signals import fields, headers

H, A, S = OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC
YES, NO, ASK = Permission.ALLOWED, Permission.DENIED, Permission.CONSTRAINED


@pytest.mark.parametrize(
    ("value", "cls"),
    [
        ('mode=ai-originated; model="x"; provider="y"; reviewed-by="z"; date=@1745286896', S),
        ('model="m; mode=none", mode=ai-modified, provider="y"', A),
        ("mode=none", H),
        ("MODE=Machine-Generated", S),
        ("mode = machine-generated", S),
        ('mode="ai-modified"', A),
        ("mode=other", None),
        ("ai-originated", None),
        ('model="mode=none"', None),
        ("", None),
    ],
)
def test_ai_disclosure(value: str, cls: OriginClass | None) -> None:
    found = headers.signals([("AI-DISCLOSURE", value)])
    assert [one.cls for one in found] == ([] if cls is None else [cls])
    for one in found:
        assert one.source == "header:ai-disclosure"
        assert one.value == value
        assert one.whole
        assert one.assurance is Assurance.DECLARED


def test_values_are_cut() -> None:
    (found,) = headers.signals([("ai-disclosure", "mode=none; x=" + "y" * 900)])
    assert len(found.value) == 200


def test_aigc_header() -> None:
    (found,) = headers.signals([("AIGC", '{"Label":"2"}')])
    assert (found.cls, found.assurance) == (S, Assurance.DETECTED)


def said(name: str, value: str, media_type: str | None = None) -> list[tuple[str, Permission]]:
    return [(one.purpose, one.permission) for one in headers.preferences([(name, value)], media_type)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("train-ai=n, search=y", [("train-ai", NO), ("search", YES)]),
        ("train-ai=n;ext=1", [("train-ai", NO)]),
        ("train-ai=y, train-ai=n", [("train-ai", NO)]),
        ("other=(a b);q=1, train-ai=y", [("train-ai", YES)]),
        ('note="a, b", d=@5, b=:aGk=:, f=?0, x=1.5, train-ai=n', [("train-ai", NO)]),
        ("train-ai=no", []),
        ("Train-AI=n", []),  # keys are in lower case: the whole field is broken
        ("train-ai=n,", []),
        ("train-ai=n search=y", []),
        ("train-ai", []),
        ("", []),
    ],
)
def test_content_usage(value: str, expected: list[tuple[str, Permission]]) -> None:
    assert said("Content-Usage", value) == expected


def test_content_usage_lines_are_one_dictionary() -> None:
    found = headers.preferences([("content-usage", "train-ai=y"), ("Content-Usage", "train-ai=n")])
    assert found == (Preference("train-ai", NO, "header:content-usage", "train-ai=n"),)


def test_content_signal() -> None:
    value = "search=yes, ai-input=yes, ai-train=no, use=reference"
    assert said("Content-Signal", value) == [("search", YES), ("ai-input", YES), ("train-ai", NO)]


@pytest.mark.parametrize(
    ("value", "expected"), [("1", [("tdm", NO)]), ("0", [("tdm", YES)]), ("yes", []), ("10", [])]
)
def test_tdm_reservation(value: str, expected: list[tuple[str, Permission]]) -> None:
    assert said("tdm-reservation", value) == expected


def test_a_policy_makes_a_reservation_a_condition() -> None:
    found = headers.preferences([("TDM-Reservation", "1"), ("tdm-policy", "https://a.example/p.json")])
    assert found == (Preference("tdm", ASK, "header:tdm-reservation", "1; https://a.example/p.json"),)
    assert headers.preferences([("tdm-policy", "https://a.example/p.json")]) == ()


@pytest.mark.parametrize(
    ("value", "media_type", "count"),
    [
        ("noai", None, 1),
        ("noindex, NoAI", None, 1),
        ("noimageai", "text/html", 0),
        ("noimageai", "image/png", 1),
        ("GPTBot: noai", None, 1),
        ("otherbot: noai", None, 0),
        ("otherbot: noindex, noai", None, 0),
        ("max-snippet: 20, noai", None, 1),
        ("noindex", None, 0),
    ],
)
def test_robots_tag(value: str, media_type: str | None, count: int) -> None:
    assert said("X-Robots-Tag", value, media_type) == [("train-ai", NO)] * count


def test_links() -> None:
    value = '<https://a.example/l.xml>; rel="license"; type="application/rsl+xml", <m>; rel="c2pa-manifest"'
    assert headers.preferences([("Link", value)]) == (
        Preference("tdm", ASK, "header:rsl", "https://a.example/l.xml"),
    )
    assert headers.credential_links([("Link", value)]) == ("m",)
    assert headers.preferences([("Link", "<l.html>; rel=license")]) == ()


def test_headers_beyond_a_limit_say_nothing() -> None:
    assert headers.signals([("ai-disclosure", "mode=none" + " " * headers.LONGEST)]) == ()


@given(st.text(alphabet=st.sampled_from('<>;,="\\ ()a-z1y:?@%*n\t') | st.characters(), max_size=60))
def test_any_header_gives_an_answer(value: str) -> None:
    for name in (
        "ai-disclosure",
        "aigc",
        "content-usage",
        "content-signal",
        "tdm-reservation",
        "x-robots-tag",
        "link",
    ):
        headers.signals([(name, value)])
        headers.preferences([(name, value)], "image/png")
    headers.credential_links([("link", value)])
    list(fields.links(value))


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<a>;", "a=1,", '"', "(", "a;", "<", "a=(1 ", "\\", ";=", " "])
def test_long_headers_are_linear(piece: str) -> None:
    # Nothing is timed: quadratic or worse would take hours here.
    value = piece * 300_000
    fields.dictionary(value)
    assert sum(1 for _ in fields.pairs(value)) <= len(value)
    assert sum(1 for _ in fields.links(value)) <= len(value)
