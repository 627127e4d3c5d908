"""Laws of structured text: signing adds one block and nothing else, and nothing in it can change unnoticed."""

from __future__ import annotations

import ast
import base64
import hashlib
import itertools
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from provkit import ConfigurationError, ProvkitError
from provkit.carriers import structured
from provkit.carriers.carried import Carried, FrontMatter, RangeBinding
from provkit.carriers.structured import blocks, front_matter
from provkit.carriers.structured.blocks import BEGIN, DATA_URI, END
from provkit.carriers.structured.syntaxes import SPELLINGS, SYNTAXES

if TYPE_CHECKING:
    from collections.abc import Iterator

STORE = b"\0\0\0\x28jumb\0\0\0\x20jumdc2pa" + bytes(range(200))
TYPES = st.sampled_from(sorted(SYNTAXES))
LINES = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=20),
        st.sampled_from(
            ["---", "+++", "...", "a: b", "#!/bin/sh", "<?xml?>", "<?php", "# coding: utf-8", "%YAML 1.2",
             "\\relax", "; x", "(x)", "@a{", "", "\ufeff", "# -*- a -*-", "{", "package a", "a \\"]
        ),
    ),
    max_size=8,
)  # fmt: skip
NEWLINES = st.sampled_from(["\n", "\r\n"])
FRONTS = st.sampled_from(list(FrontMatter))


def parts(data: bytes, carried: Carried) -> list[tuple[int, int] | None]:
    assert isinstance(carried.binding, RangeBinding)
    return list(carried.binding.accepted)


def holds(data: bytes, media_type: str, exclusion: tuple[int, int]) -> bool:
    """Whether a text with these bytes, which hash as they did, would be called intact."""
    found = structured.read(data)
    binding = found.binding
    if found.problem is not None or not isinstance(binding, RangeBinding):
        return False
    if binding.exclusion_problem((exclusion,)) is not None:
        return False
    return binding.fit((media_type,)).problem is None


@given(TYPES, LINES, NEWLINES, st.binary(min_size=1, max_size=60), FRONTS)
def test_signing_and_stripping(
    media_type: str, lines: list[str], newline: str, tail: bytes, front: FrontMatter
) -> None:
    data = newline.join(lines).encode()
    store = STORE + tail
    try:
        place = structured.place(data, media_type, front=front)
    except ProvkitError:
        assert structured.read(data) == Carried()
        return
    signed = place.embed(store)
    found = structured.read(signed)
    assert found.problem is None
    assert found.stores == (store,)
    assert structured.remove(signed) == data
    exclusion = (place.start, place.length(store))
    assert exclusion in parts(signed, found)
    rest = signed[: place.start] + signed[sum(exclusion) :]
    assert hashlib.sha256(rest).digest() == place.digest(0)
    ours = len(rest) - len(data)
    assert rest in (
        data,
        data + b"\r",
        data[: place.start] + rest[place.start :][:ours] + data[place.start :],
    )
    assert rest[place.start :][:ours] in {b"", b"\n", b"\r\n"} or rest == data + b"\r"
    assert holds(signed, media_type, exclusion)


@given(st.lists(st.one_of(st.binary(max_size=8), st.sampled_from(
    [BEGIN, END, DATA_URI, b"\n", b"\r\n", b" ", b"# ", b"<!-- ", b" -->", b"https://a/b", base64.b64encode(STORE)]
)), max_size=12))  # fmt: skip
def test_reading_is_total(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for ask in (structured.read, structured.remove):
        try:
            ask(data)
        except ProvkitError:
            continue
    found = structured.read(data)
    for one in parts(data, found) if found.binding else ():
        assert one is not None
        start, length = one
        beside = data[start : found.start] + data[found.start + found.length : start + length]
        assert beside.removeprefix(b"\xef\xbb\xbf").strip(b"\r\n") == b""


HOSTS = (
    ("text/x-python", b"x = 1\n"),
    ("text/x-python", b"#!/bin/python\r\nx = 1\r\n"),
    ("text/x-shellscript", b"#!/bin/sh\n"),
    ("text/x-tex", b"\\relax\n"),
    ("text/x-ini", b"; a\n[b]\n"),
    ("text/x-rst", b"Title\n=====\n"),
    ("text/css", b"a{}\r\n"),
    ("text/markdown", b"# T\n"),
    ("text/markdown", b"---\na: b\n---\n# T\n"),
    ("application/xml", b"<a/>"),
    ("application/sql", b"select 1;\n"),
)


@pytest.mark.parametrize("front", list(FrontMatter))
@pytest.mark.parametrize(("media_type", "host"), HOSTS)
def test_no_byte_of_the_exclusion_changes_unnoticed(media_type: str, host: bytes, front: FrontMatter) -> None:
    place = structured.place(host, media_type, front=front)
    signed = place.embed(STORE)
    exclusion = (place.start, place.length(STORE))
    for at in range(place.start, sum(exclusion)):
        # All of base64 is alike: there a few values do.
        within = place.start + 80 < at < sum(exclusion) - 50
        for value in b"\n\r #A+=\xff" if within else range(256):
            if value == signed[at]:
                continue
            changed = signed[:at] + bytes((value,)) + signed[at + 1 :]
            found = structured.read(changed)
            assert found != Carried(), (at, value)
            if found.stores == (STORE,):
                assert not holds(changed, media_type, exclusion), (at, value)


BODIES = (
    b"<?php\none();\n",
    b"one\ntwo\n",
    b"one\r\ntwo\r\n",
    b"\none\n\n",
    b"one",
    b"#!/bin/sh\none\n",
    b"#!/bin/sh\r\none\r\n",
    b"---\na: b\n---\n# T\n",
    b"+++\r\na = 1\r\n+++\r\n# T\r\n",
)
URL = b"https://example.org/" + b"a" * 80


def respelled(length: int, reference: bytes | None) -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    """Every block of this many bytes, in every comment, form and line end; None pads an address."""
    for prefix, suffix in sorted(SPELLINGS | {(b"", b"")}):
        sign, ending = prefix + b" " * bool(prefix), b" " * bool(suffix) + suffix
        for newline, lines in itertools.product((b"\n", b"\r\n"), (False, True)):
            gap = newline + sign if lines else b" "
            for before, behind in itertools.product((b"", b"\n", b"\r\n"), (b"", newline)):
                head = before + sign + BEGIN + gap
                tail = gap + END + ending + behind
                inner = reference
                if inner is None:
                    inner = b"http://b/".ljust(length - len(head) - len(tail), b"b")
                if len(head) + len(inner) + len(tail) == length:
                    yield (prefix, suffix), head + inner + tail


@pytest.mark.parametrize("front", list(FrontMatter))
@pytest.mark.parametrize("media_type", sorted(SYNTAXES))
def test_only_comments_of_the_signed_language_pass(media_type: str, front: FrontMatter) -> None:
    signed_any = False
    for body, url in itertools.product(BODIES, (None, URL)):
        if url and body not in {BODIES[0], BODIES[1], BODIES[-1], BODIES[-2]}:
            continue
        try:
            place = structured.place(body, media_type, front=front, url=url.decode() if url else None)
        except ProvkitError:
            continue
        signed = place.embed(STORE)
        start, stop = place.start, place.start + place.length(STORE)
        assert holds(signed, media_type, (start, stop - start))
        signed_any = True
        store = None if url else DATA_URI + base64.b64encode(STORE)
        for sign, other in respelled(stop - start, store):
            changed = signed[:start] + other + signed[stop:]
            if changed == signed or not holds(changed, media_type, (start, stop - start)):
                continue
            if front_matter.inside(body, SYNTAXES[media_type]) is not None:
                # Nobody signs an address; the form around it is the one that was signed.
                assert url
                assert sign == ((b"", b"") if front is FrontMatter.LITERAL else (b"#", b""))
            else:
                # Another comment of the same language may be as long, with another line end.
                assert sign in SYNTAXES[media_type].spellings
                assert url or sign != (SYNTAXES[media_type].prefix, SYNTAXES[media_type].suffix)
    assert signed_any


@given(st.binary(max_size=40), st.sampled_from(sorted(SYNTAXES)))
def test_no_address_ends_a_comment(path: bytes, media_type: str) -> None:
    address = b"https://h/" + path
    if not blocks.is_address(address):
        with pytest.raises(ConfigurationError):
            structured.place(b"\n", media_type, url=address.decode("latin-1"))
        return
    for prefix, suffix in SPELLINGS:
        assert not suffix or suffix not in address
        assert prefix in {b"//", b"..", b"--", b"#", b"%", b"NOTE", b"REM", b"::"} or prefix not in address
    assert not set(address) & set(b" \t\r\n\\\"'`$&|;<>(){}*!^\0")


KEYS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=6), st.text("xyz é#", max_size=10), min_size=1, max_size=4
)


@given(KEYS, NEWLINES)
def test_toml_and_its_front_matter_stay_readable(values: dict[str, str], newline: str) -> None:
    body = "".join(f'{key} = "{value}"{newline}' for key, value in values.items())
    signed = structured.place(body.encode(), "application/toml").embed(STORE).decode()
    assert tomllib.loads(signed) == values
    page = f"+++{newline}{body}+++{newline}# T{newline}"
    signed = structured.place(page.encode(), "text/markdown").embed(STORE).decode()
    assert tomllib.loads(signed.split("+++")[1]) == values


@given(
    KEYS,
    NEWLINES,
    st.sampled_from(["", "---\n", "%YAML 1.1\n---\n"]),
    st.sampled_from(["", "k: |+\n  x\n\n", "k: |\n  x"]),
)
def test_yaml_and_its_front_matter_stay_readable(
    values: dict[str, str], newline: str, head: str, last: str
) -> None:
    yaml: Any = pytest.importorskip("yaml", reason="needs PyYAML")
    body = "".join(f'{key}: "{value}"\n' for key, value in values.items())
    host = (head + body + last).replace("\n", newline)
    signed = structured.place(host.encode(), "application/yaml").embed(STORE).decode()
    assert yaml.safe_load(signed) == yaml.safe_load(host)
    page = f"---\n{body}---\n# T\n".replace("\n", newline)
    signed = structured.place(page.encode(), "text/markdown").embed(STORE).decode()
    assert yaml.safe_load(signed.removeprefix("---" + newline).split(newline + "---")[0]) == values


@pytest.mark.parametrize(
    "host", [b"x = 1\n", b"#!/bin/python\nx = 1", b"# coding: latin-1\nx = '\xe4'\n", b'"doc"\n', b""]
)
def test_python_stays_the_same_program(host: bytes) -> None:
    signed = structured.place(host, "text/x-python").embed(STORE)
    assert ast.dump(ast.parse(signed)) == ast.dump(ast.parse(host))


@pytest.mark.parametrize(
    "host", [b"<a/>", b'<?xml version="1.0" encoding="utf-8"?>\r\n<a>b</a>\r\n', b"<!DOCTYPE a>\n<a/>\n"]
)
def test_xml_stays_well_formed(host: bytes) -> None:
    signed = structured.place(host, "application/xml").embed(STORE)
    assert etree.tostring(etree.fromstring(signed)) == etree.tostring(etree.fromstring(host))


def test_css_stays_the_same() -> None:
    tinycss2: Any = pytest.importorskip("tinycss2", reason="needs tinycss2")
    host = b"a > b { color: red }\n"
    for text in (host, b'@charset "utf-8";\n' + host):
        signed = structured.place(text, "text/css").embed(STORE)
        assert _rules(tinycss2, signed) == _rules(tinycss2, text)


def _rules(tinycss2: Any, sheet: bytes) -> list[str]:
    rules, _ = tinycss2.parse_stylesheet_bytes(sheet, skip_comments=True, skip_whitespace=True)
    return [rule.serialize() for rule in rules]


@pytest.mark.parametrize(
    "piece", [BEGIN, END, BEGIN + END, BEGIN + b"\n", DATA_URI, b"-", b"-----BEGIN ", b" ", b"\n"]
)
def test_floods(piece: bytes) -> None:
    data = piece * (64 * 1024 * 1024 // len(piece) - 1)
    for ask in (structured.read, structured.remove, lambda flood: structured.place(flood, "text/x-python")):
        try:
            ask(data)
        except ProvkitError:
            continue
