"""References to a manifest store elsewhere."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provkit.carriers.links import LONGEST_URL, parse_link_header, points_inside, resolve
from provkit.errors import MalformedError

BASE = "http://a/b/c/d;p?q"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://a/b>; rel="c2pa-manifest"', ["https://a/b"]),
        ("<b>;rel=c2pa-manifest", ["b"]),
        ("<b>;REL=C2PA-Manifest", ["b"]),
        ("<b> ; rel = c2pa-manifest ; type=x", ["b"]),
        ("\t< b >\t;\trel=\tc2pa-manifest\t", ["b"]),
        ('<b>; rel="next c2pa-manifest\tx"', ["b"]),
        ('<b>; rel="c2pa-\\manifest"', ["b"]),
        ('<a>; rel=next, <b>; rel="c2pa-manifest", <c>; rel=c2pa-manifest', ["b", "c"]),
        ('<b>; title="a, <x>; rel=c2pa-manifest"; rel="c2pa-manifest"', ["b"]),
        ('<b>; title="a\\", <x>; rel=c2pa-manifest"; rel="c2pa-manifest"', ["b"]),
        ("<a,b;c>; rel=c2pa-manifest", ["a,b;c"]),
        ("<b>; rel=c2pa-manifest, nonsense, <c>; rel=c2pa-manifest", ["b", "c"]),
        ("<b>; rel=c2pa-manifest nonsense, <c>; rel=c2pa-manifest", ["b", "c"]),
        (", ,<b>;;;rel=c2pa-manifest,,", ["b"]),
        ("<>; rel=c2pa-manifest", [""]),
        ("<#jumbf=c2pa>; rel=c2pa-manifest", ["#jumbf=c2pa"]),
        ('<b>; anchor=""; rel=c2pa-manifest', ["b"]),
        # The first parameter of a name counts.
        ("<b>; rel=next; rel=c2pa-manifest", []),
        ("<b>; rel=c2pa-manifest; rel=next", ["b"]),
        # About something else.
        ("<b>; rel=c2pa-manifest; anchor=https://other/", []),
        ('<b>; rel=c2pa-manifest; anchor="#x"', []),
        # No such relation.
        ("<b>; rel=c2pa-manifests", []),
        ("<b>; rel=x-c2pa-manifest", []),
        ("<b>; rev=c2pa-manifest", []),
        ("<b>; rel", []),
        ("<b>; rel=", []),
        ('<b>; title="rel=c2pa-manifest', []),
        ("<b>", []),
        ("b; rel=c2pa-manifest", []),
        ("<b; rel=c2pa-manifest", []),
        ('"<b>; rel=c2pa-manifest"', []),
        ("", []),
    ],
)
def test_link_header(header: str, found: list[str]) -> None:
    assert list(parse_link_header(header)) == found


LINKISH = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            ";",
            ",",
            '"',
            "\\",
            "=",
            " ",
            "\t",
            "rel",
            "anchor",
            "c2pa-manifest",
            "a",
            "\x00",
            "é",
            "\n",
        ]
    )
).map("".join)


@given(LINKISH | st.text())
@example("<b>; rel=c2pa-manifest")
def test_any_header_gives_references_that_stand_in_it(header: str) -> None:
    for reference in parse_link_header(header):
        assert f"<{reference}>" in header.replace("\t", "").replace(" ", "") or f"{reference}" in header
        assert ">" not in reference


@given(LINKISH)
def test_what_stands_before_a_whole_link_and_a_comma_does_not_hide_it(before: str) -> None:
    """Unless it opens a quotation or an address that has no end yet."""
    if re.search(r'["<>\\]', before) is None:
        assert parse_link_header(f"{before},<b>;rel=c2pa-manifest") == ("b",)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<,",
        "<>",
        "<>;",
        ";",
        ",",
        '<>;a="',
        '<>;a="\\',
        "<> ",
        " ",
        "\t;",
        '<>;rel="c2pa-manifest" ',
        "a",
        '"',
    ],
)
def test_a_flood_of_one_piece_ends(piece: str) -> None:
    """Quadratic work would be half a minute or more here."""
    size = 500_000
    assert set(parse_link_header(piece * (size // len(piece)))) <= {"", '>;rel="c2pa-manifest" '}


# RFC 3986, §5.4.1 and §5.4.2.
EXAMPLES = {
    "g": "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q#s",
    "g#s": "http://a/b/c/g#s",
    "g?y#s": "http://a/b/c/g?y#s",
    ";x": "http://a/b/c/;x",
    "g;x": "http://a/b/c/g;x",
    "g;x?y#s": "http://a/b/c/g;x?y#s",
    "": "http://a/b/c/d;p?q",
    ".": "http://a/b/c/",
    "./": "http://a/b/c/",
    "..": "http://a/b/",
    "../": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../": "http://a/",
    "../../g": "http://a/g",
    "../../../g": "http://a/g",
    "../../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    ".g": "http://a/b/c/.g",
    "g..": "http://a/b/c/g..",
    "..g": "http://a/b/c/..g",
    "./../g": "http://a/b/g",
    "./g/.": "http://a/b/c/g/",
    "g/./h": "http://a/b/c/g/h",
    "g/../h": "http://a/b/c/h",
    "g;x=1/./y": "http://a/b/c/g;x=1/y",
    "g;x=1/../y": "http://a/b/c/y",
    "g?y/./x": "http://a/b/c/g?y/./x",
    "g?y/../x": "http://a/b/c/g?y/../x",
    "g#s/./x": "http://a/b/c/g#s/./x",
    "g#s/../x": "http://a/b/c/g#s/../x",
}


@pytest.mark.parametrize(("reference", "meant"), EXAMPLES.items())
def test_the_examples_of_the_rfc(reference: str, meant: str) -> None:
    assert resolve(reference, BASE) == meant


@pytest.mark.parametrize(
    ("reference", "base", "meant"),
    [
        ("HTTPS://a/b", None, "https://a/b"),
        (" \n https://a/b?#\t", None, "https://a/b?#"),
        ("x", "https://a", "https://a/x"),
        ("?x", "https://a", "https://a?x"),
        ("x", "https://a/b?c#d", "https://a/x"),
        ("https://a/é", None, "https://a/é"),
    ],
)
def test_resolve(reference: str, base: str | None, meant: str) -> None:
    assert resolve(reference, base) == meant


@pytest.mark.parametrize(
    ("reference", "base"),
    [
        ("x", None),
        ("//a/x", None),
        ("", None),
        ("x", "y"),
        ("x", "file:///etc/passwd"),
        ("https:x", BASE),
        ("https:///x", BASE),
        ("g:h", BASE),
        ("javascript:alert(1)", BASE),
        ("data:,x", BASE),
        ("self#jumbf=c2pa", None),
        ("/a b", BASE),
        ("/a\nb", BASE),
        ("/a\\b", BASE),
        ("/a\x00", BASE),
        ("/a\x7f", BASE),
        ("/\ud800", BASE),
        ("/<b>", BASE),
        ("x", "https://a/ b"),
        ("x" * (LONGEST_URL + 1), BASE),
    ],
)
def test_what_is_no_reference(reference: str, base: str | None) -> None:
    with pytest.raises(MalformedError):
        resolve(reference, base)


URLISH = st.lists(
    st.sampled_from(["/", ".", "..", "?", "#", ":", "a", "b", ";", "=", "@", "%2e", "//", "1"])
).map("".join)


@given(URLISH | st.text())
def test_any_reference_resolves_to_something_that_stays_so(reference: str) -> None:
    try:
        found = resolve(reference, "https://host.test/x/y")
    except MalformedError:
        return
    assert resolve(found) == found
    assert resolve(found, BASE) == found


@given(URLISH)
def test_the_host_is_that_of_another_implementation(reference: str) -> None:
    """Two programs that read another host in one reference make a hole between them."""
    base = "https://host.test/x/y"
    try:
        found = resolve(reference, base)
    except MalformedError:
        return
    assert urlsplit(found).netloc == urlsplit(urljoin(base, reference)).netloc


@pytest.mark.parametrize(
    ("reference", "base", "inside"),
    [
        ("#jumbf=c2pa", None, True),
        ("#jumbf=/c2pa", None, True),
        ("#jumbf=c2pa/urn:c2pa:x/c2pa.claim", None, True),
        ("d;p?q#jumbf=c2pa", BASE, True),
        ("http://a/b/c/d;p?q#jumbf=c2pa", BASE + "#x", True),
        ("d;p#jumbf=c2pa", BASE, False),
        ("http://a/b/c/d;p?q#jumbf=c2pa", None, False),
        ("#jumbf=c2pax", None, False),
        ("#jumbf=", None, False),
        ("#", None, False),
        ("", None, False),
        ("store.c2pa", BASE, False),
    ],
)
def test_points_inside(reference: str, base: str | None, inside: bool) -> None:
    assert points_inside(reference, base) is inside
