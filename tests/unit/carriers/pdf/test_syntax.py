"""PDF objects are read as they are spelled, with the place where they stand."""

from __future__ import annotations

import pytest

from provkit import MalformedError
from provkit.carriers.pdf import syntax
from provkit.carriers.pdf.syntax import Dict, Name, Ref


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        (b"null", None),
        (b"true", True),
        (b" % a comment\n false", False),
        (b"-17", -17),
        (b"+0012", 12),
        (b"4.", 4.0),
        (b"-.5", -0.5),
        (b"/Name", Name("Name")),
        (b"/application#2Fc2pa", Name("application/c2pa")),
        (b"/", Name("")),
        (b"12 3 R", Ref(12, 3)),
        (b"<48 656C6c6>", b"Hell`"),
        (b"()", b""),
        (b"(a(b)c)", b"a(b)c"),
        (rb"(\)\(\\\n\101\0531\z)", b")(\\\nA+1z"),
        (b"(a\\\r\nb\rc\r\nd)", b"ab\nc\nd"),
    ],
)
def test_values(spelled: bytes, value: object) -> None:
    item = syntax.parse(spelled + b" ", 0)
    assert item.value == value
    assert type(item.value) is type(value)
    assert spelled[item.start : item.end] == spelled.split(b"\n ")[-1].strip()


def test_places() -> None:
    data = b"<< /A [1 (x) 2 0 R] /B << /C /D >> >>rest"
    item = syntax.parse(data, 0)
    assert isinstance(item.value, Dict)
    assert data[item.start : item.end] + b"rest" == data
    array = item.value.item("A")
    assert array is not None
    assert data[array.start : array.end] == b"[1 (x) 2 0 R]"
    assert isinstance(array.value, tuple)
    assert [data[one.start : one.end] for one in array.value] == [b"1", b"(x)", b"2 0 R"]
    assert [one.value for one in syntax.strings(item)] == [b"x"]


def test_a_buffer_can_end_early() -> None:
    for data in (b"[1 2 3]", b"(abc(d))", b"<< /A (x) >>", b"<41 42>"):
        assert syntax.parse(data + b"]", 0, len(data)).end == len(data)
        for end in range(len(data)):
            with pytest.raises(MalformedError):
                syntax.parse(data, 0, end)


def test_names_are_the_same_however_spelled() -> None:
    item = syntax.parse(b"<< /#41F 1 /AF 2 >>", 0)
    assert isinstance(item.value, Dict)
    with pytest.raises(MalformedError, match="two entries /AF"):
        item.value.get("AF")
    assert item.value.get("Other") is None


def test_null_is_absence() -> None:
    item = syntax.parse(b"<< /AF null >>", 0)
    assert isinstance(item.value, Dict)
    assert item.value.item("AF") is None


@pytest.mark.parametrize(
    "data",
    [b"", b"<< /A", b"<< /A 1", b"[1 2", b"(abc", b"(abc\\", b"<12", b"<xy>", b"<< 1 2 >>", b">>", b"12abc", b"truer",
     b"1.2.3", b"}", b"\xff", b"[" * 100_000, b"<< /A " * 100_000, b"9" * 5000 + b" "],
    ids=lambda data: repr(data[:12]),
)  # fmt: skip
def test_what_is_no_object(data: bytes) -> None:
    with pytest.raises(MalformedError):
        syntax.parse(data, 0)
