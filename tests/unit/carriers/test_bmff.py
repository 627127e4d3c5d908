"""AVIF, HEIC, MP4: the uuid box."""

from __future__ import annotations

import struct

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import bmff
from support import containers as made

STORE = made.store()
CARRIER = made.c2pa_box(STORE)
FREE = made.box(b"free", bytes(4))
MERKLE = made.c2pa_box(b"\xa1\x61a\x01", b"merkle")


def test_range_is_the_box() -> None:
    data = made.bmff(FREE, CARRIER)
    assert bmff.locate(data) == (STORE, ((len(made.FTYP) + len(FREE), len(CARRIER)),), ())


def test_long_and_open_boxes() -> None:
    long = struct.pack(">I4sQ", 1, b"uuid", len(CARRIER) + 8) + CARRIER[8:]
    found = bmff.locate(made.bmff(long))
    assert found == (STORE, ((len(made.FTYP), len(long)),), ())
    found = bmff.locate(made.bmff() + b"\0\0\0\0" + CARRIER[4:])
    assert found is not None
    assert found.store == STORE
    assert bmff.locate(made.bmff() + b"\0\0\0\0mdat" + bytes(100)) is None


def test_hashes_of_fragments_are_no_store() -> None:
    assert bmff.locate(made.bmff(MERKLE, MERKLE)) is None
    at = len(made.FTYP) + len(CARRIER)
    found = bmff.locate(made.bmff(made.c2pa_box(STORE, offset=at), MERKLE))
    assert found is not None
    assert not found.problems
    found = bmff.locate(made.bmff(made.c2pa_box(STORE, offset=at + 1), MERKLE))
    assert found is not None
    assert "not there" in found.problems[0]


def test_none() -> None:
    assert bmff.locate(made.bmff(FREE, made.box(b"uuid", bytes(16) + b"x"))) is None
    assert bmff.locate(made.bmff() + b"\0\0\0") is None


def test_an_updated_file_says_so() -> None:
    found = bmff.locate(made.bmff(made.c2pa_box(STORE, b"original"), made.c2pa_box(STORE, b"update")))
    assert found is not None
    assert len(found.ranges) == 2
    assert "updated" in found.problems[-1]


def test_version_is_a_problem() -> None:
    found = bmff.locate(made.bmff(CARRIER[:24] + b"\1" + CARRIER[25:]))
    assert found is not None
    assert "version" in found.problems[0]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (made.bmff(CARRIER, CARRIER), "more than one"),
        (made.bmff(CARRIER, made.c2pa_box(STORE, b"update")), "more than one"),
        (made.bmff()[:-1], "cut off"),
        (made.bmff() + struct.pack(">I4sQ", 1, b"mdat", 1 << 62), "cut off"),
        (made.bmff(struct.pack(">I4s", 1, b"mdat"))[: len(made.FTYP) + 8], "cut off"),
        (made.FTYP + CARRIER[:-1], "longer than the file"),
        (made.bmff(struct.pack(">I4s", 7, b"free"), CARRIER), "looks like"),
        (made.bmff(struct.pack(">I4sQ", 1, b"free", 8), CARRIER), "looks like"),
        (made.bmff(made.c2pa_box(STORE, b"manifesto")), "purpose"),
        (made.bmff(made.c2pa_box(STORE, b"merkle")), "for hashes"),
        (made.bmff(made.c2pa_box(b"")), "something else"),
        (made.bmff(CARRIER.replace(b"uuid", b"uuie")), "another type"),
        (made.bmff(CARRIER.replace(made.UUID, bytes(16))), "another type"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        bmff.locate(data)


def hole(size: int) -> bytes:
    return made.box(b"free", bytes(size - 8))


def test_removed() -> None:
    assert bmff.remove(made.bmff(FREE, CARRIER)) == made.bmff(FREE, hole(len(CARRIER)))
    assert bmff.remove(made.bmff() + CARRIER) == made.bmff(), "the last box is cut off"
    assert bmff.remove(made.bmff() + CARRIER + MERKLE) == made.bmff()
    assert bmff.remove(made.bmff() + b"\0\0\0\0" + CARRIER[4:]) == made.bmff()
    assert bmff.remove(made.bmff(FREE)) == made.bmff(FREE)


def test_removed_with_a_long_header() -> None:
    long = struct.pack(">I4sQ", 1, b"uuid", len(CARRIER) + 8) + CARRIER[8:]
    rest = bmff.remove(made.bmff(long))
    assert rest == made.bmff(struct.pack(">I4sQ", 1, b"free", len(long)) + bytes(len(long) - 16))
    assert bmff.locate(rest) is None


@pytest.mark.parametrize(
    "damaged",
    [
        CARRIER.replace(b"manifest", b"manifess", 1),
        CARRIER.replace(b"uuid", b"uuie", 1),
        CARRIER.replace(made.UUID, bytes(16), 1),
        made.c2pa_box(b"?"),
        made.c2pa_box(STORE, b"original") + made.c2pa_box(STORE, b"update"),
    ],
)
def test_damaged_boxes_are_removed(damaged: bytes) -> None:
    rest = bmff.remove(made.bmff(damaged))
    assert len(rest) == len(made.bmff(damaged))
    assert bmff.locate(rest) is None


def test_removing_is_bounded() -> None:
    with pytest.raises(LimitError, match="parts"):
        bmff.remove(made.bmff(FREE * 20), Limits(container_parts=10))
    cut = made.bmff() + CARRIER[:-1]
    assert bmff.remove(cut) == cut


def test_covers_have_stores_of_their_own() -> None:
    """Also in a film with something behind its last box."""
    for inner in (made.png(made.chunk(b"caBX", STORE)), made.jpeg(*made.packets(STORE))):
        film = made.bmff(made.box(b"moov", inner))
        for tail in (b"", b"\0", bytes(20)):
            assert bmff.locate(film + tail) is None


def test_a_type_box_that_never_ends() -> None:
    data = made.bmff(CARRIER)
    for length in (0, len(made.FTYP) + len(CARRIER)):
        with pytest.raises(MalformedError):
            bmff.locate(length.to_bytes(4) + data[4:])


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        bmff.locate(made.bmff(*[FREE] * 20), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        bmff.locate(made.bmff(CARRIER), Limits(store_bytes=100))
