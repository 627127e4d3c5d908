"""JPEG XL: a box of its own."""

from __future__ import annotations

import struct

import pytest

from provkit import LimitError, Limits, MalformedError, UnsupportedError
from provkit.carriers import containers, jxl
from support import containers as made

STORE = made.store()
HEAD = jxl.MAGIC + made.box(b"ftyp", b"jxl \0\0\0\0jxl ")
CODE = made.box(b"jxlc", b"\xff\x0a" + bytes(60))
OTHER = STORE.replace(b"jumdc2pa", b"jumdj360").replace(b"c2pa\0", b"j360\0")


def test_range_is_the_box() -> None:
    assert jxl.locate(HEAD + STORE + CODE) == (STORE, ((len(HEAD), len(STORE)),), ())
    assert jxl.locate(HEAD + CODE + OTHER + STORE) is not None


def test_none() -> None:
    for data in (HEAD + CODE, HEAD + OTHER + CODE, HEAD + b"\0\0\0\0jxlc" + bytes(9), b"\xff\x0a" + bytes(9)):
        assert jxl.locate(data) is None
        assert containers.remove(data, "image/jxl") == data


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a JPEG XL"),
        (HEAD + CODE[:-1], "cut off"),
        (HEAD + STORE[:-1], "longer than the file"),
        (HEAD + STORE + STORE, "more than one"),
        (HEAD + b"\0\0\0\x07abcd" + STORE, "no box"),
        (HEAD + struct.pack(">I4sQ", 1, b"jumb", len(STORE) + 8) + STORE[8:], "something else"),
        (HEAD + STORE.replace(b"jumb", b"jumc", 1), "something else"),
        (jxl.MAGIC + struct.pack(">I", 20 + len(STORE)) + HEAD[16:] + STORE + CODE, "another type"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        jxl.locate(data)


def test_compressed_boxes_are_not_looked_into() -> None:
    with pytest.raises(UnsupportedError, match="compressed"):
        jxl.locate(HEAD + made.box(b"brob", b"jumb" + bytes(20)) + CODE)


def test_no_byte_of_the_carrier_makes_it_vanish() -> None:
    data = HEAD + STORE + CODE
    for offset in range(len(data) - len(CODE)):
        for flip in (1, 0x20, 0x80):
            changed = data[:offset] + bytes((data[offset] ^ flip,)) + data[offset + 1 :]
            try:
                assert jxl.locate(changed) is not None, offset
            except MalformedError:
                continue


def test_removed() -> None:
    assert containers.remove(HEAD + STORE + CODE, "image/jxl") == HEAD + CODE
    assert containers.remove(HEAD + CODE + OTHER + STORE, "image/jxl") == HEAD + CODE + OTHER


def test_engine_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(made.PLAIN, "jxl", ("image/jxl", lambda: HEAD + CODE))
    data = made.signed("jxl")
    found = containers.locate(data, "image/jxl")
    assert found is not None
    assert made.exclusions(found.store) == found.ranges
    assert containers.remove(data, "image/jxl") == HEAD + CODE


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        jxl.locate(HEAD + made.box(b"free", b"") * 20, Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        jxl.locate(HEAD + STORE, Limits(store_bytes=100))
