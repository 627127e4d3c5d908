"""PNG: the caBX chunk."""

from __future__ import annotations

import struct

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import png
from support import containers as made

STORE = made.store()
CARRIER = made.chunk(b"caBX", STORE)
DATA = made.chunk(b"IDAT", b"pixels")


def test_range_is_the_whole_chunk() -> None:
    found = png.locate(made.png(DATA, CARRIER))
    assert found == (STORE, ((8 + 25 + len(DATA), len(CARRIER)),), ())


def test_none() -> None:
    assert png.locate(made.png(DATA)) is None
    assert png.locate(made.png(DATA) + CARRIER) is None, "behind the end, no reader looks"


def test_a_chunk_of_pixels_is_not_looked_into() -> None:
    assert png.locate(made.png(made.chunk(b"IDAT", CARRIER))) is None
    assert png.locate(made.png(made.chunk(b"tEXt", STORE))) is None


def test_wrong_crc_and_slack_are_problems() -> None:
    found = png.locate(made.png(made.chunk(b"caBX", STORE, crc=1), DATA))
    assert found is not None
    assert [problem for problem in found.problems if "CRC" in problem]
    found = png.locate(made.png(made.chunk(b"caBX", STORE + b"\0\0")))
    assert found is not None
    assert found.store == STORE + b"\0\0"
    assert found.problems == ("2 bytes follow the manifest store in its carrier",)


def test_cut_off_behind_the_store() -> None:
    found = png.locate(made.png(CARRIER, DATA, end=b""))
    assert found is not None
    assert "cut off" in found.problems[0]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a PNG"),
        (made.png(CARRIER, CARRIER), "more than one"),
        (made.png(CARRIER, DATA, CARRIER), "more than one"),
        (made.png(DATA, end=b""), "cut off"),
        (made.png(DATA, end=struct.pack(">I", 1 << 31) + b"IDAT"), "cut off"),
        (made.png(end=struct.pack(">I", 1 << 31) + b"caBX" + STORE), "longer than the file"),
        (made.png(b"\0\0\0\0\0\0\0\0\0\0\0\0"), "no chunk"),
        (made.png(made.chunk(b"caBY", STORE)), "another type"),
        (made.png(made.chunk(b"caBX", b"")), "something else"),
        (made.png(made.chunk(b"caBX", STORE[:-1])), "declares"),
        (made.png(made.chunk(b"caBX", b"\xff\xff\xff\xf0" + STORE[4:])), "declares"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        png.locate(data)


@pytest.mark.parametrize(
    ("chunks", "rest"),
    [
        ([DATA, CARRIER], [DATA]),
        ([CARRIER, DATA, CARRIER], [DATA]),
        ([made.chunk(b"caBX", STORE, crc=7), DATA], [DATA]),
        ([made.chunk(b"caBX", STORE[:50]), DATA], [DATA]),
        ([made.chunk(b"caBX", b""), DATA], [DATA]),
        ([made.chunk(b"caBY", STORE), DATA], [DATA]),
        ([DATA], [DATA]),
    ],
)
def test_removed(chunks: list[bytes], rest: list[bytes]) -> None:
    assert png.remove(made.png(*chunks) + CARRIER) == made.png(*rest) + CARRIER


def test_removing_is_bounded() -> None:
    with pytest.raises(LimitError, match="parts"):
        png.remove(made.png(DATA * 20), Limits(container_parts=10))
    for data in (png.MAGIC, made.png(CARRIER[:-1], end=b"")):
        assert png.remove(data) == data


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        png.locate(made.png(*[DATA] * 20), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        png.locate(made.png(CARRIER), Limits(store_bytes=100))
