"""A block is found where it stands, whole, and nowhere else."""

from __future__ import annotations

import base64
import itertools

import pytest

from provkit import (
    AlreadySignedError,
    ConfigurationError,
    LimitError,
    Limits,
    MalformedError,
    UnsupportedError,
)
from provkit.carriers import structured
from provkit.carriers.carried import Fit, FrontMatter, RangeBinding
from provkit.carriers.structured.blocks import BEGIN, BOM, DATA_URI, END
from provkit.carriers.structured.syntaxes import SPELLINGS, SYNTAXES, type_of_name
from support.shared import shared

STORE = b"\0\0\0\x28jumb\0\0\0\x20jumdc2pa" + bytes(range(200))
URI = DATA_URI + base64.b64encode(STORE)
BLOCK = BEGIN + b" " + URI + b" " + END
HASH = b"# " + BLOCK
WEB = b"https://example.com/store.c2pa"


def code(data: bytes) -> str | None:
    problem = structured.read(data).problem
    return None if problem is None else str(problem.code).rpartition(".")[2]


def accepted(data: bytes) -> set[tuple[int, int] | None]:
    binding = structured.read(data).binding
    assert isinstance(binding, RangeBinding)
    return set(binding.accepted)


@pytest.mark.parametrize(("prefix", "suffix"), sorted(SPELLINGS), ids=lambda part: part.decode())
def test_every_spelling_is_found_in_any_file(prefix: bytes, suffix: bytes) -> None:
    host = b"text\n"
    line = prefix + b" " + BLOCK + (b" " + suffix if suffix else b"")
    for data in (line + b"\n" + host, host + b"\n" + line, line, host + line + b"\r\nmore"):
        found = structured.read(data)
        assert found.problem is None
        assert found.stores == (STORE,)
        assert data[found.start :][: found.length] == line


def test_no_spelling_is_one_byte_from_another() -> None:
    signs = [(prefix, suffix) for prefix, suffix in SPELLINGS if prefix not in {b"%", b";"}]
    for one, two in itertools.combinations(signs, 2):
        if (len(one[0]), len(one[1])) == (len(two[0]), len(two[1])):
            changed = sum(a != b for a, b in zip(b"|".join(one), b"|".join(two), strict=True))
            assert changed > 1, (one, two)


def fit(data: bytes, *media_types: str, exclusion: tuple[int, int] | None = None) -> Fit:
    binding = structured.read(data).binding
    assert isinstance(binding, RangeBinding)
    chosen = exclusion or binding.accepted[0]
    assert chosen is not None
    assert binding.exclusion_problem((chosen,)) is None
    return binding.fit(media_types)


@pytest.mark.parametrize(
    ("data", "media_type", "fits"),
    [
        (b"// " + BLOCK + b"\nint a;\n", "text/x-c", True),
        (b"// " + BLOCK + b"\nint a;\n", "text/javascript", True),
        (b"// " + BLOCK + b"\nid\n", "text/x-shellscript", False),
        (b"-- " + BLOCK + b"\nint a;\n", "text/x-c", False),
        (b"/*! " + BLOCK + b" */\nselect 1;\n", "application/sql", False),
        (b"/*! " + BLOCK + b" */\nfn a() {}\n", "text/x-rust", False),
        (HASH + b"\ntext\n", "text/markdown", False),
        (b"<!-- " + BLOCK + b" -->\ntext\n", "text/markdown", True),
        (b"<!-- " + BLOCK + b" -->\r\ntext\n", "text/markdown", False),
        (b"<!-- " + BLOCK + b" -->\ntext\r\n", "text/markdown", True),
        (b"---\n<!-- " + BLOCK + b" -->\na: b\n---\n", "text/markdown", False),
        (b"% " + BLOCK + b"\n\\relax\n", "text/x-tex", True),
        (b"% " + BLOCK + b"\nx\n", "text/x-tex", True),
        (b"text\n\n.. " + BLOCK, "text/x-rst", True),
        (b"text\n.. " + BLOCK, "text/x-rst", False),
        (b"puts \\\n" + HASH + b"\nx\n", "text/x-tcl", False),
        (b"::\r\necho ^\r\n:: " + BLOCK, "text/x-batch", False),
        (b"x\r\n:: " + BEGIN + b" https://a/%41 " + END, "text/x-batch", False),
        (b"x\r\n:: " + BEGIN + b" https://a/41 " + END, "text/x-batch", True),
        (b"%% " + BEGIN + b" https://a/@b " + END, "text/x-bibtex", False),
        (b"%% " + BEGIN + b" https://a/@b " + END, "text/x-tex", True),
    ],
)
def test_only_a_comment_of_the_signed_type_fits(data: bytes, media_type: str, fits: bool) -> None:
    found = fit(data, media_type)
    assert (found.problem is None) is fits
    assert found.warning is None


def test_all_signed_types_have_to_agree() -> None:
    data = b"// " + BLOCK + b"\nint a;\n"
    assert fit(data, "text/x-c", "text/x-java; charset=utf-8", "text/plain") == Fit(None, None)
    assert fit(data, "text/x-c", "text/x-python").problem is not None


@pytest.mark.parametrize(
    ("front", "others"),
    [
        (FrontMatter.COMMENT, (b"\n".join((BEGIN, URI, END)), b"\n".join((BEGIN, URI, END, b"")))),
        (FrontMatter.LITERAL, (HASH + b"\n",)),
    ],
)
def test_front_matter_shows_which_form_was_signed(front: FrontMatter, others: tuple[bytes, ...]) -> None:
    place = structured.place(b"---\na: b\n---\n", "text/markdown", front=front)
    exclusion = (place.start, place.length(STORE))
    assert fit(place.embed(STORE), "text/markdown", exclusion=exclusion).problem is None
    for other in others:
        changed = place.before + other + place.after
        assert fit(changed, "text/markdown", exclusion=(place.start, len(other))).problem is not None


@pytest.mark.parametrize("types", [(), ("text/plain",), ("application/x-unheard-of",)])
def test_without_a_signed_type_the_first_line_tells_or_a_warning_does(types: tuple[str, ...]) -> None:
    warned = fit(b"// " + BLOCK + b"\nx\n", *types)
    assert warned.problem is None
    assert (warned.warning or "").startswith("comment-sign: ")
    for host, sign, fits in (
        (b"#!/bin/sh\nid\n", b"# ", True),
        (b"#!/bin/sh\nid\n", b"// ", False),
        (b"#!/usr/bin/env python3\r\nid\r\n", b"-- ", False),
        (b"<?php\nid();\n", b"-- ", False),
        (b"<?php\nid();\n", b"// ", True),
    ):
        found = fit(host + b"\n" + sign + BLOCK, *types)
        assert (found.problem is None, found.warning) == (fits, None)
    assert fit(b"#!/usr/bin/env node\n\n// " + BLOCK, *types).problem is None


def test_a_sign_of_one_byte_has_to_fit_the_text_when_no_type_was_signed() -> None:
    assert fit(b"% " + BLOCK + b"\n\\documentclass{article}\n").problem is None
    assert fit(HASH + b"\n\\documentclass{article}\n").problem is not None
    assert fit(b"% " + BLOCK + b"\nprint(1)\n").problem is not None
    assert fit(b"; " + BLOCK + b"\n[a]\n").problem is not None
    assert fit(HASH + b"\n%YAML 1.2\n---\na: b\n").problem is None


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_ranges(newline: bytes) -> None:
    size, ending = len(HASH), len(newline)
    assert accepted(HASH + newline + b"x = 1") == {(0, size + ending), (0, size)}
    assert accepted(HASH) == {(0, size)}
    at = 1 + ending
    assert accepted(b"x" + newline + HASH) == {(at - 1, size + 1), (1, size + ending)}
    fence = b"---" + newline
    inner = fence + HASH + newline + b"a: b" + newline + fence
    assert accepted(inner) == {(len(fence), size), (len(fence), size + ending)}
    # A byte order mark changes how the text is read, so it is never left out.
    assert accepted(BOM + HASH + newline + b"x") == {(3, size), (3, size + ending)}


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("prefix", [b"", b"# ", b"// "])
def test_three_lines(newline: bytes, prefix: bytes) -> None:
    block = newline.join(prefix + part for part in (BEGIN, URI, END))
    data = b"---" + newline + block + newline + b"a: b" + newline + b"---" + newline
    found = structured.read(data)
    assert found.stores == (STORE,)
    assert data[found.start :][: found.length] == block
    mixed = data.replace(prefix + URI, b"% " + URI)
    assert code(mixed) in {"mismatch", "malformedReference"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"<!-- " + BEGIN + b" not a url " + END + b" -->\n# T\n", "malformedReference", id="words"),
        pytest.param(b"# " + BEGIN + b"   " + END + b"\n", "emptyReference", id="empty"),
        pytest.param(b"# " + BEGIN + b" ftp://example.com/a " + END + b"\n", "noResolutionPath", id="ftp"),
        pytest.param(b"# " + BEGIN + b" file:///a " + END + b"\n", "noResolutionPath", id="file"),
        pytest.param(b"# " + BEGIN + b" https://a b " + END + b"\n", "malformedReference", id="space in URL"),
        pytest.param(b"# " + BEGIN + b" data:text/plain,a " + END + b"\n", "malformedReference", id="other data"),
        pytest.param(HASH.replace(b"AAAA", b"AA AA", 1), "malformedReference", id="space in base64"),
        pytest.param(HASH.replace(b"AAAA", b"AA*AA", 1), "malformedReference", id="star in base64"),
        pytest.param(HASH.replace(b"== ", b"= "), "malformedReference", id="padding cut"),
        pytest.param(HASH.replace(b" data", b"  data"), "malformedReference", id="two spaces"),
        pytest.param(b"x = 1 " + HASH + b"\n", "mismatch", id="code before"),
        pytest.param(b"/* " + BLOCK + b" */ x()\n", "mismatch", id="code behind"),
        pytest.param(b"<!-- " + BLOCK + b" */\n", "mismatch", id="comment closed by another"),
        pytest.param(b"<!-- " + BLOCK + b"\n", "mismatch", id="comment not closed"),
        pytest.param(HASH + b" \n", "mismatch", id="space behind"),
        pytest.param(BLOCK + b"\n", "mismatch", id="no comment"),
        pytest.param(b"\n".join((BEGIN, URI, END)) + b"\n", "mismatch", id="three lines without a fence"),
        pytest.param(b"---\n" + BLOCK + b"\n---\n", "mismatch", id="one bare line in front matter"),
        pytest.param(b"a\n---\n" + b"\n".join((BEGIN, URI, END)) + b"\n---\n", "mismatch", id="no front matter"),
        pytest.param(b"# " + BEGIN + b" https://a/;id; " + END + b"\n", "malformedReference", id="code in URL"),
        pytest.param(b"# " + BEGIN + b" https://a?coding:utf-7 " + END, "malformedReference", id="cookie"),
        pytest.param(b"\n".join((b"# " + BEGIN, URI[:50], URI[50:], END)), "mismatch", id="wrapped"),
        pytest.param(HASH.replace(b"END C2PA MAN", b"END C2PA\nMAN"), "mismatch", id="wrapped in END"),
        pytest.param(b"# " + BEGIN + b" " + URI + b"\n", "noManifest", id="no END"),
        pytest.param(b"text\n\n# " + BEGIN + b" " + WEB, "noManifest", id="address without END"),
        pytest.param(URI + b" " + END + b"\n", "noManifest", id="no BEGIN"),
        pytest.param(b"<a/>\n\n<?c2pa " + BEGIN + b" data:appl", "noManifest", id="cut in the media type"),
        pytest.param(b"text\n\n# " + BEGIN + b" " + DATA_URI + b"AAAA", "noManifest", id="cut in the store"),
        pytest.param(HASH + b"\nx\n" + HASH + b"\n", "multipleReferences", id="two"),
        pytest.param(HASH + b"\n```\n" + BEGIN + b"\n", "multipleReferences", id="and a quoted BEGIN"),
        pytest.param(b"`" + BEGIN + b"` `" + END + b"`\n" + HASH, "multipleReferences", id="behind quoted ones"),
        pytest.param(b"---\n" + HASH + b"\n---\n<!-- " + BLOCK + b" -->\n", "multipleReferences", id="twice"),
    ],
)  # fmt: skip
def test_problems(data: bytes, expected: str) -> None:
    assert code(data) == expected
    assert structured.read(data).stores == ()
    with pytest.raises(AlreadySignedError):
        structured.place(data, "text/x-python")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"A block begins with `" + BEGIN + b"` and ends with `" + END + b"`.\n",
        b"Text\n```\n" + BEGIN + b"\n<reference>\n" + END + b"\n```\nmore\n",
        b"Text\n    # " + BEGIN + b" ... " + END + b"\nmore\n",
        b"Text\n# " + BEGIN + b" <reference> " + END + b"\nmore\n",
        END + b" " + BEGIN,
        BEGIN * 3,
    ],
)
def test_quoted_delimiters_are_no_block(data: bytes) -> None:
    assert structured.read(data) == structured.read(b"nothing")
    assert structured.remove(data) == data
    if data:
        with pytest.raises(UnsupportedError, match="quotes a delimiter"):
            structured.place(data, "text/markdown")


def test_an_address_is_passed_on() -> None:
    found = structured.read(b"# " + BEGIN + b" " + WEB + b" " + END + b"\nx\n")
    assert (found.stores, found.reference, found.problem) == ((), WEB.decode(), None)
    assert found.binding is not None
    place = structured.place(b"x\n", "text/x-python", url=WEB.decode())
    assert structured.read(place.embed(STORE)).reference == WEB.decode()
    assert place.length(STORE) == place.length(b"")
    for bad in ("ftp://a/b", "https://", "https://a b", "https://ä.example/", "a.c2pa", "https://a/\n"):
        with pytest.raises(ConfigurationError):
            structured.place(b"x\n", "text/x-python", url=bad)
    for sign in " !$&'()*;[]{}<>\\^`|\"":
        with pytest.raises(ConfigurationError, match="web address"):
            structured.place(b"a{}\n", "text/css", url=f"https://a/{sign}b")
    structured.place(b"a\n", "text/x-python", url="https://[2001:db8::1]:8080/a%20b?c=d,e+f#g~h@i")
    with pytest.raises(ConfigurationError, match="web address"):
        structured.place(b"a\n", "text/x-python", url="https://a/?coding=utf-7")
    with pytest.raises(ConfigurationError, match="batch"):
        structured.place(b"a\n", "text/x-batch", url="https://a/%41")
    with pytest.raises(ConfigurationError, match="bibtex acts on the character '@'"):
        structured.place(b"a\n", "text/x-bibtex", url="https://a/@book")


@pytest.mark.parametrize(
    ("media_type", "host"),
    [
        ("text/x-python", b"#!/usr/bin/env python3\nx = 1\n"),
        ("text/x-python", b"# coding: latin-1\nx = 1\n"),
        ("text/x-python", b"\n# vim: set fileencoding=utf-8 :\nx = 1\n"),
        ("text/x-python", BOM + b"x = 1\n"),
        ("application/xml", b'<?xml version="1.0"?>\n<a/>\n'),
        ("application/xml", b"<!DOCTYPE a>\n<a/>\n"),
        ("text/css", b'@charset "utf-8";\n'),
        ("text/x-php", b"<?php\necho 1;\n"),
        ("text/x-php", b"<p><?= 1 ?></p><?php\n"),
        ("application/yaml", b"%YAML 1.2\n---\na: b\n"),
        ("text/x-go", b"//go:build linux\n\npackage a\n"),
        ("text/x-tex", b"% !TEX root = a.tex\n"),
        ("text/x-scss", b"---\n---\na { b: c }\n"),
        ("text/javascript", b"// @flow\nlet a;\n"),
        ("text/x-dockerfile", b"# syntax=docker/dockerfile:1\nFROM a\n"),
        ("text/x-batch", b"@echo off\r\n"),
        ("text/x-rst", b"Title\n=====\n"),
        ("text/markdown", b"---\n\na rule above\n"),
        ("text/markdown", b"---\nno front matter\n"),
        ("text/x-shellscript", b"#!/bin/sh\ncat <<EOF\nhi\nEOF\nif a; then\n  exit 1\nfi\nexit 0\n\n"),
        ("text/x-shellscript", b"#!/bin/sh\ncat <<-'A' <<B\n\tA\nB\nx=$((1 << n)) # <<C\nread <<< EOF\n"),
        ("text/x-shellscript", b"#!/bin/sh\necho $((1<<2)); cat <<'A B' <<-\\C <<$D\nA B\nC\n$D\n"),
        ("text/x-shellscript", b'#!/bin/sh\ncd "$(dirname "$0")"; cat "$(basename "$0").txt" $01 "$0/x"\n'),
        ("text/markdown", b"title: x\n\n```sh\na\n```\n\n~~~~\n```\n~~~\n~~~~~ \n`` a ```\n"),
        ("text/x-perl", b"#!/usr/bin/perl\n=pod\n\n=cut\nprint 1;\n"),
        ("application/yaml", b"#cloud-config\na: b\n"),
    ],
)
def test_a_reserved_first_line_sends_the_block_to_the_end(media_type: str, host: bytes) -> None:
    signed = structured.place(host, media_type).embed(STORE)
    assert signed.startswith(host)
    assert END in signed.splitlines()[-1]
    assert structured.remove(signed) == host


@pytest.mark.parametrize(
    ("media_type", "host"),
    [
        ("text/x-perl", b"#!/usr/bin/perl\nprint <DATA>;\n__DATA__\na\n"),
        ("text/x-ruby", b"#!/usr/bin/ruby\n__END__\na\n"),
        ("text/x-php", b"<?php\n?>\n<p>shown</p>\n"),
        ("text/x-php", b"<p>no code</p>\n"),
        ("text/x-rst", b"Title\n=====\n\nno line end"),
        ("text/x-shellscript", b"#!/bin/sh\necho \\"),
        ("text/x-shellscript", b'#!/bin/sh\ntail -n 1 "$0"\nexit\n# data\n'),
        ("text/x-shellscript", b"#!/bin/sh\ncat <<EOF\nhi\n"),
        ("text/x-shellscript", b"#!/bin/sh\ncat <<'A' <<-\"B\"\nhi\nA\n"),
        ("text/x-shellscript", b"#!/bin/sh\ncat <<'A B'\nhi\n"),
        ("text/x-shellscript", b"#!/bin/sh\necho $((1<<2)); cat <<-\\A\nhi\n"),
        ("text/x-shellscript", b"#!/bin/sh\ntail -1 $0; exit 0\ndata\n"),
        ("text/x-shellscript", b"#!/bin/sh\n# usage\ngrep '^#' \"${0}\"\n"),
        ("text/markdown", b"title: x\n\n~~~~\n~~~\n"),
        ("text/x-perl", b"#!/usr/bin/perl\nprint 1;\n\n=pod\n\nx\n"),
        ("text/x-batch", b"echo 1 ^"),
        ("text/x-powershell", b"echo 1\n# SIG # Begin signature block\n# x\n# SIG # End signature block\n"),
        ("application/yaml", b"#cloud-config\na: |+\n  x\n"),
        ("application/yaml", b"## template: jinja\na: |\n  x"),
        ("application/yaml", b"#!/bin/x\na: b"),
        ("application/yaml", b"$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
        ("text/plain", b"a\n"),
        ("text/csv", b"a,b\n"),
        ("application/json", b"{}\n"),
        ("image/svg+xml", b"<svg/>\n"),
    ],
)
def test_no_place(media_type: str, host: bytes) -> None:
    with pytest.raises(UnsupportedError) as caught:
        structured.place(host, media_type)
    assert caught.value.hint is not None


def test_what_cannot_be_signed() -> None:
    with pytest.raises(MalformedError, match="carriage return"):
        structured.place(b"a\rb\r", "text/x-python")
    with pytest.raises(MalformedError, match="zero"):
        structured.place("a = 1\n".encode("utf-16-le"), "text/x-python")
    with pytest.raises(LimitError):
        structured.place(b"x" * 11, "text/x-python", Limits(text_bytes=10))
    with pytest.raises(LimitError):
        structured.read(HASH, Limits(store_bytes=10))
    with pytest.raises(LimitError):
        structured.read((BEGIN + END) * 5, Limits(carriers=4))
    with pytest.raises(AlreadySignedError, match="already"):
        structured.place(HASH, "text/x-python")


def test_front_matter() -> None:
    host = b"---\ntitle: A\n---\n# T\n"
    assert structured.place(host, "text/markdown").embed(STORE) == host[:4] + HASH + b"\n" + host[4:]
    literal = structured.place(host, "text/markdown", front=FrontMatter.LITERAL).embed(STORE)
    assert literal == b"\n".join((b"---", BEGIN, URI, END, host[4:]))
    for signed in (literal, structured.place(host, "text/markdown").embed(STORE)):
        assert structured.read(signed).stores == (STORE,)
        assert structured.remove(signed) == host


def test_a_template_that_looks_like_another_language() -> None:
    for host, media_type in ((b"\\cd /tmp\n", "text/x-shellscript"), (b"(1)\n", "text/x-julia")):
        signed = structured.place(host, media_type).embed(STORE)
        assert signed.startswith(b"# ")
        assert fit(signed, media_type) == Fit(None, None)


def test_a_carriage_return_before_the_block_at_the_end_is_hashed() -> None:
    host = b"#!/bin/sh\r\necho\r\n"
    place = structured.place(host, "text/x-shellscript")
    assert place.start == len(host) + 1
    assert structured.remove(place.embed(STORE)) == host


def test_remove_leaves_what_it_cannot_tell_apart() -> None:
    assert structured.remove(b"x\n" + HASH + b"\ny\n") == b"x\ny\n"
    assert structured.remove(b"x\n" + HASH + b"\n") == b"x\n"
    for data in (b"x = 1 " + HASH, HASH + b"\n" + HASH, b"# " + BEGIN + b" " + URI):
        with pytest.raises(MalformedError, match="safely"):
            structured.remove(data)


def test_names() -> None:
    assert type_of_name("a/b/Makefile") == "text/x-makefile"
    assert type_of_name("C:\\a\\CMakeLists.txt") == "text/x-cmake"
    assert type_of_name("a.PY") == "text/x-python"
    assert type_of_name(".env") == "text/x-config"
    for name in ("a.txt", "a.csv", "a.json", "a.html", "a.svg", "py", "", ".py", "a."):
        assert type_of_name(name) is None
    extensions = [extension for one in SYNTAXES.values() for extension in one.extensions]
    assert len(extensions) == len(set(extensions))


def test_media_types() -> None:
    for name in structured.ALIASES:
        found = structured.syntax_of(name.upper() + "; charset=utf-8")
        assert found is not None
    rss = structured.syntax_of("application/rss+xml")
    assert rss is not None
    assert rss.media_type == "application/xml"
    assert structured.syntax_of("application/xhtml+xml") is None


@pytest.mark.parametrize(
    "name",
    ["trusted/st-trusted-digitalCreation.py", "trusted/st-trusted-trainedAlgorithmicMedia.md",
     "valid-untrusted/st-untrusted-algorithmicMedia.yaml", "tampered-content/st-tampered.js",
     "tampered-content/st-tampered.css"],
)  # fmt: skip
def test_files_of_another_writer(name: str) -> None:
    data = shared("testfiles", "files", *name.split("/")).read_bytes()
    found = structured.read(data)
    assert found.problem is None
    assert found.start == 0
    assert found.stores[0][4:8] == b"jumb"
    assert structured.remove(data) == data.partition(b"\n")[2]
