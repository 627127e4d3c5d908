"""TIFF, both byte orders and both sizes."""

from __future__ import annotations

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import tiff
from support import containers as made

STORE = made.store()
ENTRY = (0xCD41, 7, STORE)
PLAIN = [(256, 3, b"\1\1"), (257, 3, b"\2\2")]


@pytest.mark.parametrize("order", made.ORIENTATIONS)
@pytest.mark.parametrize("big", [False, True])
def test_ranges_are_count_and_data(order: str, big: bool) -> None:
    data = made.tiff(PLAIN, [*PLAIN, ENTRY], order=order, big=big)
    found = tiff.locate(data)
    assert found is not None
    assert found.store == STORE
    assert found.problems == ()
    (count, width), span = found.ranges
    assert span == (data.index(STORE), len(STORE))
    byte_order = "little" if order == "<" else "big"
    assert width == (8 if big else 4)
    assert int.from_bytes(data[count : count + width], "little" if order == "<" else "big") == len(STORE)
    assert (
        int.from_bytes(data[count - 4 : count - 2], "little" if byte_order == "little" else "big") == 0xCD41
    )


def test_data_before_the_directory_comes_first() -> None:
    data = made.tiff([ENTRY])
    head, rest = data[:4], data[8:26]
    moved = head + (8 + len(STORE)).to_bytes(4, "little") + STORE
    moved += rest.replace(data.index(STORE).to_bytes(4, "little"), (8).to_bytes(4, "little"))
    found = tiff.locate(moved)
    assert found is not None
    assert found.ranges == ((8, len(STORE)), (8 + len(STORE) + 6, 4))


def test_first_directory_of_several_is_read_too() -> None:
    found = tiff.locate(made.tiff([*PLAIN, ENTRY], PLAIN))
    assert found is not None


def test_none() -> None:
    assert tiff.locate(made.tiff(PLAIN, PLAIN)) is None
    assert tiff.locate(made.tiff(PLAIN, big=True)) is None


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a TIFF"),
        (b"II*\0", "cut off"),
        (b"II*\0\0\0\0\0", "no directory"),
        (b"II*\0\xff\xff\xff\xff", "cut off"),
        (b"II*\0\x08\0\0\0\xff\xff", "cut off"),
        (b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + b"\xff" * 8, "cut off"),
        (made.tiff(PLAIN, loop=True), "circle"),
        (made.tiff(PLAIN, PLAIN, loop=True), "circle"),
        (made.tiff([ENTRY, ENTRY]), "more than one"),
        (made.tiff([ENTRY], [ENTRY]), "more than one"),
        (made.tiff(PLAIN, [ENTRY], PLAIN), "neither"),
        (made.tiff([(0xCD41, 1, STORE)]), "type 1"),
        (made.tiff([(0xCD42, 7, STORE)]), "another tag"),
        (made.tiff([(0xCD41, 7, b"abcd")]), "no manifest store"),
        (made.tiff([(0xCD41, 7, b"x" * 100)]), "something else"),
        (made.tiff([ENTRY])[:-1], "no manifest store"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        tiff.locate(data)


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        tiff.locate(made.tiff(PLAIN * 10), Limits(container_parts=10))
    with pytest.raises(LimitError, match="parts"):
        tiff.locate(made.tiff(*[PLAIN] * 10), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        tiff.locate(made.tiff([ENTRY]), Limits(store_bytes=100))
