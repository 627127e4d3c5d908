from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.crawl.model import Permission
from provkit.crawl.signals import paths, robots

YES, NO, ASK = Permission.ALLOWED, Permission.DENIED, Permission.CONSTRAINED


def said(text: str, path: str = "/", agent: str | None = None) -> list[tuple[str, Permission, str]]:
    found = robots.preferences(text.encode(), path, agent)
    return [(one.purpose, one.permission, one.source) for one in found]


def usage(text: str, path: str = "/", agent: str | None = None) -> list[tuple[str, Permission]]:
    return [(purpose, permission) for purpose, permission, _ in said(text, path, agent)]


AIPREF = """User-agent: *
Allow: /
Content-Usage: train-ai=n, search=y  # what is left
Content-Usage: /open/ train-ai=y
Content-Usage: /open/not train-ai=n
Content-Usage: /open/not train-ai=y, search=y
Content-Usage: /images/*.png$ train-ai=n

User-Agent: Special
Content-Usage: train-ai=y
"""


@pytest.mark.parametrize(
    ("path", "agent", "expected"),
    [
        ("/", None, [("train-ai", NO), ("search", YES)]),
        ("/open/x", None, [("train-ai", YES)]),
        ("/open/nothing", None, [("train-ai", NO), ("search", YES)]),
        ("/images/a/b.png", None, [("train-ai", NO)]),
        ("/images/b.png?x", None, [("train-ai", NO), ("search", YES)]),
        ("/open/not", "special", [("train-ai", YES)]),
        ("/", "Other", [("train-ai", NO), ("search", YES)]),
        ("/%6Fpen/x", None, [("train-ai", YES)]),
    ],
)
def test_content_usage(path: str, agent: str | None, expected: list[tuple[str, Permission]]) -> None:
    assert usage(AIPREF, path, agent) == expected


def test_content_signal() -> None:
    text = "User-Agent: *\nContent-Signal: search=yes, ai-input=yes, ai-train=no\nAllow: /\n"
    expected = [("search", YES), ("ai-input", YES), ("train-ai", NO)]
    assert usage(text) == expected
    assert usage(text.splitlines()[1]) == expected  # before any group
    assert {source for _, _, source in said(text)} == {"robots:content-signal"}


def test_license() -> None:
    found = robots.preferences(
        b"License: https://a.example/license.xml\r\nUser-agent: *\r\nAllow: /\r\n", "/"
    )
    assert [(one.purpose, one.permission, one.source, one.value) for one in found] == [
        ("tdm", ASK, "robots:license", "https://a.example/license.xml")
    ]


def test_crawlers_of_model_makers() -> None:
    text = (
        "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /private\nAllow: /private/open\n\n"
        "User-agent: *\nDisallow: /\n\nUser-agent: ClaudeBot\nDisallow: /\nAllow: /$\n"
    )
    assert said(text, "/") == []
    assert said(text, "/private/x") == [
        ("train-ai", NO, "robots:agent:gptbot"),
        ("train-ai", NO, "robots:agent:claudebot"),
        ("train-ai", NO, "robots:agent:ccbot"),
    ]
    assert said(text, "/private/open/x") == [("train-ai", NO, "robots:agent:claudebot")]
    # Who keeps everybody out says nothing about use.
    assert said("User-agent: *\nDisallow: /\n") == []
    assert said("User-agent: Google-Extended\nDisallow:\n") == []
    assert said("User-agent: Google-Extended\nDisallow: /\n") == [
        ("train-ai", NO, "robots:agent:google-extended")
    ]


def test_groups_of_one_agent_are_one() -> None:
    text = "User-agent: GPTBot\nDisallow: /a\n\nUser-agent: gptbot\nDisallow: /b\n"
    assert said(text, "/a") == said(text, "/b") == [("train-ai", NO, "robots:agent:gptbot")]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/x", True),
        ("/a", "/b", False),
        ("/*.png$", "/a.png", True),
        ("/*.png$", "/a.png.txt", False),
        ("/*.png$", "/a.png/b.png", True),
        ("/a*b*c", "/axxbxxc", True),
        ("/a*b*c", "/axxcxxb", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/ab*ba$", "/aba", False),
        ("*", "/x", True),
        ("/ä", "/%C3%A4", True),
        ("/%c3%a4", "/ä", True),
        ("/a%2fb", "/a/b", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert paths.matches(paths.normal(pattern), paths.normal(path)) is expected


@given(st.text(alphabet="ab*", max_size=8), st.text(alphabet="ab", max_size=8), st.booleans())
def test_patterns_mean_what_a_regular_expression_means(pattern: str, path: str, anchored: bool) -> None:
    import re

    expected = re.match(pattern.replace("*", ".*") + ("$" if anchored else ""), path) is not None
    assert paths.matches(pattern + "$" * anchored, path) is expected


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_file_gives_an_answer(data: bytes, path: str) -> None:
    robots.preferences(data, path)
    robots.tdmrep(data, path)


@given(
    st.lists(
        st.sampled_from(
            ["user-agent: *\n", "content-usage: ", "/a* ", "train-ai=n", "\n", ":", "#", "$", "disallow: "]
        )
    )
)
def test_any_lines_give_an_answer(lines: list[str]) -> None:
    robots.preferences("".join(lines).encode(), "/a")


@pytest.mark.slow
def test_floods_are_bounded() -> None:
    robots.preferences(
        b"User-agent: *\n" + b"Content-Usage: /*a*a*a*a* train-ai=n\n" * 20_000, "/" + "b" * 5000
    )
    agents = b"".join(b"User-agent: a%d\n" % one for one in range(5000))
    robots.preferences(agents + b"Disallow: /\n" * 50_000, "/")


def test_tdmrep() -> None:
    rules = (
        b'[{"location":"/open/*","tdm-reservation":0},'
        b'{"location":"/p/*.jpg$","tdm-reservation":1,"tdm-policy":"https://a.example/p.json"},'
        b'{"location":"/p","tdm-reservation":1},{"location":"/q","tdm-reservation":2}]'
    )
    found = {path: robots.tdmrep(rules, path) for path in ("/open/a", "/p/a.jpg", "/p/a", "/q", "/")}
    assert [(one.permission, one.source) for one in found["/open/a"]] == [(YES, "tdmrep.json")]
    assert [(one.permission, one.value) for one in found["/p/a.jpg"]] == [
        (ASK, "1; https://a.example/p.json")
    ]
    assert [one.permission for one in found["/p/a"]] == [NO]
    assert found["/q"] == found["/"] == ()


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[1]", b"[" * 9999, b'[{"location":1}]', b'[{"location":"/","tdm-reservation":true}]'],
)
def test_what_is_no_tdmrep_says_nothing(data: bytes) -> None:
    assert robots.tdmrep(data, "/") == ()
