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


def test_a_first_directory_that_is_elsewhere() -> None:
    """Nothing there names the width of an image, so a store that is left is looked for."""
    data = made.tiff([*PLAIN, ENTRY])
    at = len(data).to_bytes(4, "little")
    empty = bytes(6)
    for directory in (empty, b"\1\0" + bytes(16)):
        with pytest.raises(MalformedError, match="no directory of an image"):
            tiff.locate(data[:4] + at + data[8:] + directory)


def test_previews_have_stores_of_their_own() -> None:
    for inner in (made.jpeg(*made.packets(STORE)), made.png(made.chunk(b"caBX", STORE))):
        assert tiff.locate(made.tiff([*PLAIN, (0x0201, 7, inner)])) is None
        assert tiff.locate(made.tiff([(0x0201, 7, inner)])) is None


@pytest.mark.parametrize("order", made.ORIENTATIONS)
@pytest.mark.parametrize("big", [False, True])
def test_removed(order: str, big: bool) -> None:
    long = (270, 2, b"a description")
    data = made.tiff([*PLAIN, long], [PLAIN[0], ENTRY, (60000, 2, b"another one")], order=order, big=big)
    wide = 20 if big else 12
    rest = tiff.remove(data)
    assert len(rest) == len(data)
    assert STORE not in rest
    assert tiff.locate(rest) is None
    changed = [i for i, (a, b) in enumerate(zip(data, rest, strict=True)) if a != b]
    second = data.index(b"a description") - (3 * wide + (8 if big else 4))
    assert min(changed) >= second - 8, "nothing before the directory moves"
    for value in (b"a description", b"another one"):
        assert rest.index(value) == data.index(value)
    assert tiff.remove(rest) == rest


def test_removed_at_the_end_cuts_the_file() -> None:
    data = made.tiff([*PLAIN, ENTRY])
    bare = made.tiff(PLAIN)
    assert tiff.remove(data) == bare + bytes(12)


def test_a_directory_of_nothing_else_leaves_the_chain() -> None:
    data = made.tiff(PLAIN, [ENTRY])
    rest = tiff.remove(data)
    assert rest == made.tiff(PLAIN) + data[len(made.tiff(PLAIN)) : -len(STORE)]
    middle = made.tiff(PLAIN, [ENTRY], PLAIN)
    assert tiff.locate(tiff.remove(middle)) is None
    assert tiff.remove(made.tiff([ENTRY], PLAIN))[4:8] == (26).to_bytes(4, "little")
    with pytest.raises(MalformedError, match="nothing but"):
        tiff.remove(made.tiff([ENTRY]))


def test_removing_damaged_entries() -> None:
    assert tiff.locate(tiff.remove(made.tiff([*PLAIN, ENTRY, ENTRY]))) is None
    assert tiff.locate(tiff.remove(made.tiff([*PLAIN, (0xCD42, 7, STORE)]))) is None
    far = made.tiff([*PLAIN, (0xCD41, 7, b"abcd")])
    assert tiff.locate(tiff.remove(far)) is None
    picture = b"picture" * 20
    kept = tiff.remove(made.tiff([*PLAIN, (0xCD41, 7, picture)]))
    assert picture in kept, "only what looks like a store is erased"
    greedy = made.tiff([*PLAIN, (0xCD41, 7, STORE + picture)])
    assert picture in tiff.remove(greedy), "and of it what it says it holds"


def test_removing_is_bounded() -> None:
    with pytest.raises(LimitError, match="parts"):
        tiff.remove(made.tiff(PLAIN * 10), Limits(container_parts=10))
    for data in (
        b"",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        made.tiff(PLAIN, loop=True),
    ):
        assert tiff.remove(data) == data


def test_big() -> None:
    assert tiff.is_big(made.tiff(PLAIN, big=True))
    assert not tiff.is_big(made.tiff(PLAIN))


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        tiff.locate(made.tiff(PLAIN * 10), Limits(container_parts=10))
    with pytest.raises(LimitError, match="parts"):
        tiff.locate(made.tiff(*[PLAIN] * 10), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        tiff.locate(made.tiff([ENTRY]), Limits(store_bytes=100))
