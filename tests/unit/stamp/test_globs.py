from __future__ import annotations

import pytest

from provkit import ConfigurationError
from provkit.stamp.globs import matches


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**/*.html", "a.html", True),
        ("**/*.html", "x/y/a.html", True),
        ("*.html", "x/y/a.html", True),
        ("/*.html", "x/a.html", False),
        ("/*.html", "a.html", True),
        ("posts/*.md", "posts/a.md", True),
        ("posts/*.md", "posts/x/a.md", False),
        ("posts/**/*.md", "posts/a.md", True),
        ("posts/**/b/*.md", "posts/a/b/b/c.md", True),
        ("drafts/", "x/drafts/y/z.md", True),
        ("/drafts/", "x/drafts/y", False),
        ("drafts/**", "drafts", False),
        ("drafts/**", "drafts/a/b", True),
        ("drafts/", "drafts", False),
        ("a?c.txt", "abc.txt", True),
        ("a?c.txt", "a/c.txt", False),
        ("[!a]*.txt", "b1.txt", True),
        ("[!a]*.txt", "a1.txt", False),
        ("*.TXT", "a.txt", False),
        ("*", "line\nbreak", True),
        ("*.md", "\udcff.md", True),
        ("**", "a/b", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


@pytest.mark.parametrize("pattern", ["", "./a", "../a", "a//b", "x" * 513])
def test_no_patterns(pattern: str) -> None:
    with pytest.raises(ConfigurationError):
        matches(pattern, "a")


def test_hostile_names_cost_little() -> None:
    assert not matches("**/" * 20 + "*a*a*a*a*a*a*b", "/".join(["a" * 200] * 100))
