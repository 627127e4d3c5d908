"""Laws of stamping: patterns, statements, and any order of stamping, editing and undoing."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provkit.stamp import globs, statements
from provkit.stamp.rules import Rule, Statement
from support.archives import ALL, Archives

SIGNED = Rule(match=("**",), origin_from=Statement(), identity="x")
NAMES = st.text("ab.*?", min_size=1, max_size=4).filter(lambda name: name not in {".", ".."})


def plainly(pattern: str, path: str) -> bool:
    """What patterns mean, without a thought for time."""
    anywhere = "/" not in pattern.rstrip("/") and not pattern.startswith("/")
    body = pattern.removeprefix("/") + ("**" if pattern.endswith("/") else "")
    if body.split("/")[-1] == "**":
        body += "/*"
    found = "(?:[^/]+/)*" if anywhere else ""
    parts = body.split("/")
    for number, part in enumerate(parts):
        if part == "**":
            found += "(?:[^/]+/)*"
            continue
        found += "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in part)
        found += "/" if number < len(parts) - 1 else ""
    return re.fullmatch(found, path) is not None


@given(
    st.lists(st.one_of(NAMES, st.just("**")), min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "/"]),
    st.sampled_from(["", "/"]),
    st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1, max_size=5).map("/".join),
)
def test_patterns_mean_what_they_say(middle: str, before: str, after: str, path: str) -> None:
    assert globs.matches(before + middle + after, path) == plainly(before + middle + after, path)


@settings(deadline=None)  # the first call imports a parser
@given(st.binary(max_size=200), st.sampled_from([b"", b"---\n", b"+++\n", b"<head>", b"\xef\xbb\xbf---\n"]))
def test_any_bytes_state_something_or_nothing(data: bytes, start: bytes) -> None:
    for kind in ("text/html", "text/markdown"):
        assert statements.class_of(start + data, kind, SIGNED) in {None, "human", "ai-assisted", "synthetic"}


LINES = st.lists(
    st.sampled_from(
        ["origin: human", "origin: synthetic", "title: 'a", "b'", 'x: "a', 'b"', "t: [a,", "]", "- origin: human",
         "  origin: human", "text: |", "origin:", "# origin: human", "", "'origin': human", "author: me"]
    ),
    max_size=5,
)  # fmt: skip


@settings(deadline=None)
@given(LINES)
def test_what_is_read_of_yaml_is_what_a_parser_reads(lines: list[str]) -> None:
    yaml = pytest.importorskip("yaml")
    text = "\n".join(lines)
    found = statements.class_of(f"---\n{text}\n---\n".encode(), "text/markdown", SIGNED)
    if found is not None:
        try:
            parsed = yaml.safe_load(text)
        except yaml.YAMLError:
            return  # no generator builds such a page
        assert parsed["origin"] == found


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["a.html", "b.txt", "c.json", "d.md", "e.svg"]),
        st.sampled_from(["stamp", "undo", "write", "append", "delete", "rules", "sidecars"]),
        st.integers(0, 3),
    ),
    max_size=8,
)
CONTENT = {
    "a.html": b"<!DOCTYPE html><html><head><title>%d</title></head><body>x</body></html>\n",
    "b.txt": b"words %d\n",
    "c.json": b'{"a": %d}\n',
    "d.md": b"# title %d\n\nwords\n",
    "e.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="%d"/></svg>',
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
def test_whatever_happens_undo_gives_back_what_was_written(steps: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        world = Archives(Path(name) / "w")
        wanted = world.write({path: data % 0 for path, data in CONTENT.items()})
        for path, what, number in steps:
            if what == "stamp":
                world.stamp()
            elif what == "undo":
                world.stamp()  # what was edited meanwhile can be given back then
                assert {
                    path: why for path, why in world.undo().items() if path in wanted and why is not None
                } == {}
                assert {path: data for path, data in world.read().items() if path in wanted} == wanted
            elif what == "write":
                wanted |= world.write({path: CONTENT[path] % number})
            elif what == "append" and path == "a.html" and path in wanted:
                place = world.root / path
                place.write_bytes(place.read_bytes().replace(b"<body>", b"<body>more "))
                wanted[path] = wanted[path].replace(b"<body>", b"<body>more ")
            elif what == "delete" and path in wanted:
                (world.root / path).unlink()
                del wanted[path]
            elif what == "rules":
                world.rules(ALL.replace("human", ["human", "synthetic", "ai-assisted", "human"][number]))
            elif what == "sidecars":
                world.rules(ALL + 'carriage = "sidecar"\n')
        world.stamp()
        assert world.check(world.trust) == {}
        assert {why for path, why in world.undo().items() if path in wanted} <= {None}
        assert {path: data for path, data in world.read().items() if not path.endswith(".c2pa")} == wanted
