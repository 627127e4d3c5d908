"""What an article says about itself; where a parser could see something else, nothing was said."""

from __future__ import annotations

import pytest

from provkit.stamp import statements
from provkit.stamp.rules import Byline, Rule, Statement

RULE = Rule(
    match=("**",),
    origin_from=Statement(
        bylines=(Byline(match="Bot *", origin="synthetic"), Byline(match="Jane *", origin="human"))
    ),
    identity="x",
)


def class_of(data: bytes, media_type: str = "text/markdown") -> str | None:
    return statements.class_of(data, media_type, RULE)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("origin: human", "human"),
        ("Origin: human", "human"),
        ('origin: "human"', "human"),
        ("'origin': 'synthetic'  # by the model", "synthetic"),
        ("origin: ai-assisted # edited", "ai-assisted"),
        ("title: It's C# in depth\norigin: human", "human"),
        ("tags: [a, b]\nlist:\n  - a\n- b\norigin: human", "human"),
        ("text: |\n  origin: synthetic\norigin: human", "human"),
        ("# a comment\n\norigin: human", "human"),
        ("origin: Human", None),
        ("origin: humanoid", None),
        ("origin: [human]", None),
        ("origin:\n  - human", None),
        ("origin: human\n  or not", None),
        ("origin: human\norigin: synthetic", None),
        ("origin: human\nORIGIN: synthetic", None),
        ("origin: &x human", None),
        ("origin: !!str human", None),
        ("origin:human", None),
        (" origin: human", None),
        ('title: "a\norigin: human\nb"', None),
        ("tags: [a,\norigin: human\n]", None),
        ("title: a\u2028origin: human", None),
        ("title: a\x85origin: human", None),
        ("x: @\norigin: human", None),
        ("author: Jane Doe", "human"),
        ("author: 'Bot 7'", "synthetic"),
        ("author: Somebody Else", None),
        ("author: [Jane Doe, Bot 7]", None),
        ("authors: Jane Doe", None),
        ("origin: [x]\nauthor: Jane Doe", None),  # what the key says counts, even if it cannot be read
        ("origin:\nauthor: Jane Doe", None),
        ("", None),
    ],
)
def test_yaml(front: str, expected: str | None) -> None:
    for text in (f"---\n{front}\n---\nbody\n", f"\ufeff---\n{front}\n---\nbody", f"--- \n{front}\n--- \n"):
        assert class_of(text.encode()) == expected
        assert class_of(text.replace("\n", "\r\n").encode()) == expected


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ('origin = "human"', "human"),
        ('title = "x"\norigin = "synthetic"\n[extra]\norigin = "human"', "synthetic"),
        ('[extra]\norigin = "human"', None),
        ('origin = ["human"]\nauthor = "Jane Doe"', None),
        ('origin = "human"\nOrigin = "synthetic"', None),
        ('origin = "human', None),
        ('author = "Jane Doe"', "human"),
    ],
)
def test_toml(front: str, expected: str | None) -> None:
    text = f"+++\n{front}\n+++\nbody\n"
    assert class_of(text.encode()) == expected
    assert class_of(text.replace("\n", "\r\n").encode()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "origin: human\n",
        "---\n---\norigin: human\n---\n",
        "---\norigin: human\n",
        "---\norigin: human\n----\n",
        "text\n---\norigin: human\n---\n",
        "----\norigin: human\n----\n",
    ],
)
def test_no_front_matter(text: str) -> None:
    assert class_of(text.encode()) is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="origin" content="human">', "human"),
        ('<META NAME=Origin CONTENT="synthetic">', "synthetic"),
        ('<meta property="article:author" content="Jane Doe">', "human"),
        ('<meta name="origin" content="human"><meta name="origin" content="synthetic">', None),
        ('<meta name="origin" content="human"><meta name="origin" content="human">', "human"),
        ('<meta property="x" content="a"><meta property="x" content="b"><meta name="origin" content="human">', "human"),
        ('<meta property="article:author" content="Jane Doe"><meta property="article:author" content="Bot 7">', None),
        ('<meta name="origin">', None),
        ('<!-- <meta name="origin" content="human"> -->', None),
        ('<script>"<meta name=origin content=human>"</script>', None),
    ],
)  # fmt: skip
def test_pages(head: str, expected: str | None) -> None:
    page = f"<!DOCTYPE html><html><head>{head}</head><body><p>x</p></body></html>"
    assert class_of(page.encode(), "text/html") == expected


def test_what_readers_wrote_into_a_page_is_no_statement() -> None:
    page = '<html><head></head><body><p>a comment</p><meta name="origin" content="human"></body></html>'
    assert class_of(page.encode(), "text/html") is None


def test_other_text_and_bytes() -> None:
    assert class_of(b"\xff\xfe\x00---\norigin: human\n---\n") is None
    assert class_of(b"") is None
    assert class_of(b"---\ntitle: caf\xe9\norigin: human\n---\n") == "human"


def test_long_lines_cost_little() -> None:
    for line in (
        "a: b" + " " * 250_000 + "c",
        "a: [" + "] " * 120_000,
        "a: '" + "''" * 120_000,
        'a: "' + "\\x" * 120_000,
    ):
        assert class_of(f"---\n{line}\n---\n".encode()) is None
