"""Laws of the HTML carrier, with html5lib as the judge of what is in a head."""

from __future__ import annotations

import base64
import contextlib

import html5lib
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from provkit.carriers import html
from provkit.carriers.html import second, tokenizer
from provkit.carriers.html.elements import Budget, Where, is_type
from provkit.carriers.html.head import Head
from provkit.carriers.html.survey import may_carry, survey
from provkit.errors import ProvkitError
from provkit.limits import Limits

LIMITS = Limits()
STORE = b"a store"
CARRIER = b'<script type="application/c2pa">' + base64.b64encode(STORE) + b"</script>"
# Not here: `template`, which html5lib does not know, and `command`, which the standard dropped.
PARTS = [
    b"<html>", b"<head>", b"</head>", b"<body>", b"</body>", b"</html>", b"<title>t</title>", b"<meta charset=utf-8>",
    b"<!-- c -->", b"<!-->", b"<!--x--!>", b"<!--", b"-->", b"<style>p</style>", b"<script>a='<!-- <script>'</script>",
    b"<script>", b"</script>", b"<noscript>", b"</noscript>", b"<p>", b"x", b" ", b"\r\n", b"&#32;", b"&Tab;", b"&nbsp;",
    b"<br>", b"</br>", b"</p>", b"<div>", b"<link rel=x>", b"<base href=x>", b"<!doctype html>", b"<frameset>",
    b"<noframes>a</noframes>", b"<title>", b"</title>", b"<textarea>", b"</textarea>", b"<?pi?>", b"</x>", b"<x>",
    b"<a b='>", b"'>", b"<svg>", b"</svg>", b"<object>", b"<iframe>", b"<bgsound>", b"<basefont>", b"</", b"<", b"</ >",
    b"<!x>", b"<![CDATA[ x ]]>", b"<head/>", b"<title/>", b"\xc3\xa4", b"<SCRIPT TYPE=application/c2pa>QQ==</SCRIPT>",
]  # fmt: skip
soups = st.lists(st.sampled_from(PARTS), max_size=9).map(b"".join)
around = st.tuples(soups, soups).map(lambda two: two[0] + CARRIER + two[1])
plain = settings(deadline=None, max_examples=300)


def is_script(tag: object) -> bool:
    return isinstance(tag, str) and tag.rpartition("}")[2] == "script"


def in_heads(data: bytes) -> list[bool]:
    """For each carrier of a page, whether html5lib puts it into the head."""
    tree = html5lib.parse(data.decode(), treebuilder="etree", namespaceHTMLElements=False)
    parents = {child: parent for parent in tree.iter() for child in parent}
    scripts = [node for node in tree.iter() if is_script(node.tag) and is_type(node.get("type"))]
    return [parents[node].tag == "head" for node in scripts]


@plain
@given(around)
def test_the_head_is_that_of_html5lib(data: bytes) -> None:
    head = Head(data, Budget(1000), has_scripting=False)
    wanted = in_heads(data)
    assert sum(one.where is Where.HEAD for one in head.elements) == sum(wanted)
    found = survey(data, LIMITS, has_candidates=True)
    # Behind a frameset html5lib drops what stands where nothing may: we count it.
    if b"<frameset>" not in data and found.doubt is None and b"<noscript>" not in data:
        assert len(found.associations) == len(wanted)


@plain
@given(around)
def test_what_is_read_is_the_one_script_in_the_head(data: bytes) -> None:
    carried = html.read(data, LIMITS)
    if carried.stores:
        assert sum(in_heads(data)) == 1
        assert data[carried.start : carried.start + carried.length].lower().endswith(b"</script>")


@plain
@given(soups, st.binary(min_size=1, max_size=40))
def test_removing_undoes_embedding(data: bytes, store: bytes) -> None:
    try:
        placement = html.place(data, LIMITS)
    except ProvkitError:
        assume(False)  # noqa: FBT003
    signed = placement.embed(store)
    assert len(signed) == len(data) + placement.length(store)
    assert html.remove(signed, LIMITS) == data
    carried = html.read(signed, LIMITS)
    assert (carried.stores, carried.start, carried.length) == (
        (store,),
        placement.start,
        placement.length(store),
    )
    linked = html.place(data, LIMITS, link="a b.c2pa?x&y")
    assert html.remove(linked.embed(store), LIMITS) == data
    assert html.read(linked.embed(store), LIMITS).reference == "a b.c2pa?x&y"


@plain
@given(
    st.one_of(st.binary(max_size=80), soups, st.text("<>!-/ ='\"ab&#;\0\r\n", max_size=60).map(str.encode))
)
def test_tokens_cover_any_bytes(data: bytes) -> None:
    pos = 0
    while pos < len(data):
        one = tokenizer.token(data, pos)
        assert one.start == pos < one.end <= len(data)
        pos = one.end


@plain
@given(st.one_of(st.binary(max_size=80), around, st.tuples(st.binary(max_size=20), around).map(b"".join)))
def test_any_bytes_give_a_value_or_our_error(data: bytes) -> None:
    for do in (html.read, html.place, html.remove):
        with contextlib.suppress(ProvkitError):
            do(data, LIMITS)


@plain
@given(around, st.integers(1, 40))
def test_the_second_parser_does_not_care_about_windows(data: bytes, window: int) -> None:
    whole = second.count(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(second, "_WINDOW", window)
        assert second.count(data) == whole


letters = st.tuples(st.sampled_from("application/c2pa"), st.integers(0, 4), st.integers(0, 3))


def spelled(character: str, way: int, zeros: int) -> str:
    code = ord(character)
    forms = (
        character,
        character.upper(),
        f"&#{'0' * zeros}{code};",
        f"&#x{'0' * zeros}{code:x};",
        f"&#X{code:X};",
    )
    return forms[way]


@plain
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=16, max_size=16))
def test_the_probe_sees_every_spelling(ways: list[tuple[int, int]]) -> None:
    value = "".join(spelled(character, *way) for character, way in zip("application/c2pa", ways, strict=True))
    data = f"<script type='{value}'>YSBzdG9yZQ==</script>".encode()
    assert may_carry(data)
    assert html.read(data, LIMITS).stores == (STORE,)


PAGE = b"<html><head><title>x</title>" + CARRIER + b"</head><body><p>x</p></body></html>"


def test_no_changed_byte_in_the_carrier_goes_unseen() -> None:
    """Each is a problem, no carrier any more, another store, or a spelling HTML treats alike."""
    start = PAGE.index(CARRIER)
    alike = set()
    for pos in range(start, start + len(CARRIER)):
        for value in range(256):
            if value == PAGE[pos]:
                continue
            changed = PAGE[:pos] + bytes((value,)) + PAGE[pos + 1 :]
            carried = html.read(changed, LIMITS)
            if carried.stores == (STORE,):
                assert (carried.start, carried.length) == (start, len(CARRIER))
                alike.add((CARRIER[pos - start : pos - start + 1], bytes((value,))))
            else:
                assert carried.problem is not None or carried.stores != (STORE,)
    spaces = {b"\t", b"\n", b"\f", b"\r", b"/"}
    allowed = {(b" ", one) for one in spaces}
    allowed |= {
        (bytes((one,)), bytes((one ^ 0x20,)))
        for one in b"scripttypeapplication/c2pa"
        if one ^ 0x20 != one and chr(one).isalpha()
    }
    assert alike <= allowed
    assert (b"s", b"S") in alike
