"""WebP, WAV, AVI: the C2PA chunk."""

from __future__ import annotations

import struct

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import riff
from support import containers as made

STORE = made.store()
CARRIER = made.riff_chunk(b"C2PA", STORE)
OTHER = made.riff_chunk(b"fmt ", b"x" * 17)


@pytest.mark.parametrize("form", [b"WEBP", b"WAVE", b"AVI "])
def test_range_is_the_chunk(form: bytes) -> None:
    data = made.riff(OTHER, CARRIER, form=form)
    assert riff.locate(data) == (STORE, ((12 + len(OTHER), len(CARRIER)),), ())


def test_pad_byte_is_outside() -> None:
    odd = made.store(201)
    data = made.riff(made.riff_chunk(b"C2PA", odd), OTHER)
    assert riff.locate(data) == (odd, ((12, 8 + len(odd)),), ())


def test_none() -> None:
    assert riff.locate(made.riff(OTHER)) is None
    assert riff.locate(made.riff()) is None
    assert riff.locate(made.riff(OTHER) + b"anything behind it") is None
    assert riff.locate(made.riff(made.riff_chunk(b"LIST", b"INFO" + made.riff_chunk(b"C2PA", b"")))) is None


def test_nested_lists_are_not_entered() -> None:
    inner = b"INFO"
    for _ in range(1000):
        inner = b"INFO" + made.riff_chunk(b"LIST", inner)
    assert riff.locate(made.riff(made.riff_chunk(b"LIST", inner), form=b"WAVE")) is None


def test_streams_of_unknown_length() -> None:
    data = b"RIFF\xff\xff\xff\xffWAVE" + OTHER + b"data\xff\xff\xff\xff" + b"sound" * 10
    assert riff.locate(data) is None
    assert riff.locate(data.replace(b"RIFF\xff\xff\xff\xff", b"RIFF\0\0\0\0")) is None
    with pytest.raises(MalformedError, match="looks like"):
        riff.locate(data + CARRIER)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a WebP"),
        (b"RIFX" + made.riff()[4:], "not a WebP"),
        (made.riff(CARRIER, CARRIER), "more than one"),
        (made.riff(OTHER)[:-4], "longer than the file"),
        (made.riff(OTHER, OTHER)[: 12 + len(OTHER)], "shorter than it says"),
        (made.riff(OTHER, CARRIER)[:-2], "longer than the file"),
        (made.riff(made.riff_chunk(b"C2PB", STORE)), "another type"),
        (made.riff(made.riff_chunk(b"C2PA", b"")), "something else"),
        (made.riff(OTHER) + made.riff(CARRIER, form=b"AVIX"), "later part"),
        (made.riff(CARRIER) + made.riff(CARRIER), "later part"),
        (made.riff(b"data" + struct.pack("<I", 100) + b"x") + CARRIER, "looks like"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        riff.locate(data)


@pytest.mark.parametrize("form", [b"WEBP", b"WAVE", b"AVI "])
@pytest.mark.parametrize("size", [200, 201])
def test_removed(form: bytes, size: int) -> None:
    carrier = made.riff_chunk(b"C2PA", made.store(size))
    assert riff.remove(made.riff(OTHER, carrier, form=form)) == made.riff(OTHER, form=form)
    assert riff.remove(made.riff(OTHER, form=form)) == made.riff(OTHER, form=form)


def test_removed_from_the_middle() -> None:
    assert riff.remove(made.riff(CARRIER, OTHER, CARRIER)) == made.riff(OTHER)
    assert riff.remove(made.riff(made.riff_chunk(b"C3PA", STORE), OTHER)) == made.riff(OTHER)
    assert riff.remove(made.riff(made.riff_chunk(b"C2PA", b"?"), OTHER)) == made.riff(OTHER)


def test_in_an_avi_nothing_moves() -> None:
    later = made.riff(OTHER, form=b"AVIX")
    junk = made.riff_chunk(b"JUNK", bytes(len(STORE)))
    film = made.riff(CARRIER, OTHER, form=b"AVI ")
    assert riff.remove(film) == made.riff(junk, OTHER, form=b"AVI ")
    assert riff.remove(made.riff(CARRIER, form=b"AVI ") + later) == made.riff(junk, form=b"AVI ") + later


def test_removed_where_lengths_leave_something_out() -> None:
    odd = made.riff_chunk(b"C2PA", made.store(201))
    data = made.riff(OTHER, odd)
    bare = made.riff(OTHER)
    short = data[:4] + (len(data) - 9).to_bytes(4, "little") + data[8:]
    assert riff.remove(short) == bare, "the padding byte of the last chunk is not counted"
    for open_length in (bytes(4), b"\xff" * 4):
        assert riff.remove(data[:4] + open_length + data[8:]) == bare[:4] + open_length + bare[8:]


def test_removing_is_bounded() -> None:
    with pytest.raises(LimitError, match="parts"):
        riff.remove(made.riff(OTHER * 20), Limits(container_parts=10))
    cut = made.riff(CARRIER)[:-1]
    assert riff.remove(cut) == cut


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        riff.locate(made.riff(*[OTHER] * 20), Limits(container_parts=10))
    with pytest.raises(LimitError, match="parts"):
        riff.locate(made.riff(OTHER) * 20, Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        riff.locate(made.riff(CARRIER), Limits(store_bytes=100))
