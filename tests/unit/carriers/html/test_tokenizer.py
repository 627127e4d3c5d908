"""The tokenizer against the cases of html5lib, which browsers use as well."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from provkit.carriers.html import tokenizer
from provkit.carriers.html.entities import decode
from provkit.carriers.html.tokenizer import Kind
from support.shared import shared

FILES = [
    "contentModelFlags",
    "domjs",
    "entities",
    "escapeFlag",
    "namedEntities",
    "numericEntities",
    "pendingSpecChanges",
    "test1",
    "test2",
    "test3",
    "test4",
    "unicodeChars",
    "unicodeCharsProblematic",
    "xmlViolation",
]
# What an XML tree cannot hold is respelled there; bytes need no such thing.
NOT_APPLICABLE = {"Non-XML character", "Non-XML space", "Double hyphen in comment"}
RAW_STATES = {"RCDATA state", "RAWTEXT state", "Script data state"}


def string(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8", "surrogatepass")


def replaced(data: bytes) -> str:
    return string(data).replace("\0", "\ufffd")


class Run:
    """Tokens of one input in the notation of the cases; of a document type only that there is one."""

    def __init__(self, data: bytes, state: str, last: str) -> None:
        self.data = data
        self.out: list[Any] = []
        pos = 0
        if state in RAW_STATES:
            pos = self.raw(last.encode(), is_rcdata=state == "RCDATA state")
        elif state == "PLAINTEXT state":
            self.text(replaced(data))
            pos = len(data)
        elif state == "CDATA section state":
            end = data.find(b"]]>")
            self.text(string(data if end < 0 else data[:end]))
            pos = len(data) if end < 0 else end + 3
        while pos < len(data):
            one = tokenizer.token(data, pos)
            assert one.start == pos < one.end
            pos = one.end
            self.emit(one)

    def text(self, text: str) -> None:
        if text and self.out and self.out[-1][0] == "Character":
            self.out[-1][1] += text
        elif text:
            self.out.append(["Character", text])

    def raw(self, name: bytes, *, is_rcdata: bool) -> int:
        data = self.data
        end = tokenizer.raw_end(data, 0, name) if name else None
        stop = len(data) if end is None else end.start
        if end is None and name:
            # An end tag that the input ends in is dropped.
            found = (
                tokenizer._script_end(data, 0)
                if name == b"script"
                else tokenizer._first(tokenizer._ENDS[name], data, 0)
            )
            stop = stop if found < 0 else found
        text = replaced(data[:stop])
        self.text(decode(text, is_attribute=False) if is_rcdata else text)
        if end is None:
            return len(data)
        self.emit(end)
        return end.end

    def emit(self, one: tokenizer.Token) -> None:
        raw = self.data[one.start : one.end]
        match one.kind:
            case Kind.TEXT:
                self.text(decode(string(raw), is_attribute=False))
            case Kind.COMMENT:
                self.out.append(["Comment", comment(raw, one.is_cut)])
            case Kind.DOCTYPE:
                self.out.append(["DOCTYPE"])
            case Kind.START:
                values: dict[str, str] = {}
                for key, value in tokenizer.attributes(self.data, one):
                    values.setdefault(replaced(key), decode(replaced(value), is_attribute=True))
                slash = [True] if tokenizer.is_self_closing(self.data, one) else []
                self.out.append(["StartTag", replaced(one.name), values, *slash])
            case Kind.END:
                self.out.append(["EndTag", replaced(one.name)])
            case _:
                pass


def comment(raw: bytes, is_cut: bool) -> str:
    if raw.startswith(b"<!--"):
        return replaced(re.sub(rb"(?:--!?|-)\Z" if is_cut else rb"(?:\A-?>|--!?>)\Z", b"", raw[4:]))
    text = raw[2:] if raw[1:2] in {b"!", b"/"} else raw[1:]
    return replaced(text if is_cut else text[:-1])


def unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), value)
    if isinstance(value, list):
        return [unescaped(one) for one in value]
    if isinstance(value, dict):
        return {unescaped(key): unescaped(one) for key, one in value.items()}
    return value


def wanted(tokens: list[Any]) -> list[Any]:
    out: list[Any] = []
    for one in tokens:
        if one[0] == "Character" and out and out[-1][0] == "Character":
            out[-1] = ["Character", out[-1][1] + one[1]]
        else:
            out.append(["DOCTYPE"] if one[0] == "DOCTYPE" else one)
    return out


@pytest.mark.parametrize("name", FILES)
def test_html5lib_cases(name: str) -> None:
    path = shared("vectors", "html5lib", "tokenizer", f"{name}.test")
    document = json.loads(path.read_text(encoding="utf-8"))
    ran = 0
    failed = []
    for case in document.get("tests") or document["xmlViolationTests"]:
        if case["description"] in NOT_APPLICABLE:
            continue
        text, output = case["input"], case["output"]
        if case.get("doubleEscaped"):
            text, output = unescaped(text), unescaped(output)
        joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        for state in case.get("initialStates", ["Data state"]):
            got = Run(joined.encode("utf-8", "surrogatepass"), state, case.get("lastStartTag", "")).out
            ran += 1
            if got != wanted(output):
                failed.append((case["description"], state, got, wanted(output)))
    assert failed == []
    assert ran > 0


@pytest.mark.parametrize(
    ("script", "rest"),
    [
        (b"</script>", b""),
        (b"<!--<script></script>--></script>", b""),
        (b"<!--<script></script></script>x", b"x"),
        (b"<!--></script>x", b"x"),
        (b"<!--<scriptx></script>x", b"x"),
        (b"<!--<script>--></script>x", b"x"),
        (b"</scriptx></SCRIPT a=b>x", b"x"),
    ],
)
def test_where_a_script_ends(script: bytes, rest: bytes) -> None:
    end = tokenizer.raw_end(script, 0, b"script")
    assert end is not None
    assert script[end.end :] == rest


@pytest.mark.parametrize(
    "script", [b"", b"<!--<script></script>", b"</script", b"</script a='>", b"</scripty>"]
)
def test_a_script_without_an_end(script: bytes) -> None:
    assert tokenizer.raw_end(script, 0, b"script") is None


def test_self_closing_is_no_part_of_a_value() -> None:
    for tag, is_closing in (
        (b"<a/>", True),
        (b"<a b=c/>", False),
        (b"<a b='/'>", False),
        (b"<a b=c />", True),
        (b"<a b/>", True),
    ):
        assert tokenizer.is_self_closing(tag, tokenizer.token(tag, 0)) is is_closing
