"""GIF: the application extension."""

from __future__ import annotations

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import gif
from support import containers as made

STORE = made.store(600)
CARRIER = made.gif_extension(STORE)
COMMENT = b"!\xfe" + made.sub_blocks(b"a comment")
LOOP = made.gif_extension(b"\1\0\0", b"NETSCAPE2.0")


def test_range_is_the_extension() -> None:
    data = made.gif(COMMENT, CARRIER, LOOP)
    assert gif.locate(data) == (STORE, ((19 + len(COMMENT), len(CARRIER)),), ())


def test_none() -> None:
    assert gif.locate(made.gif()) is None
    assert gif.locate(made.gif(COMMENT, LOOP)) is None
    assert gif.locate(made.gif()[:-1] + CARRIER + b";") is None, "its place is before the first image"
    assert gif.locate(made.gif()[:19] + b";") is None


def test_other_cuts_are_a_problem() -> None:
    found = gif.locate(made.gif(made.gif_extension(STORE, size=200)))
    assert found is not None
    assert found.store == STORE
    assert "sub-blocks" in found.problems[0]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a GIF"),
        (b"GIF89a", "cut off"),
        (made.gif(CARRIER, CARRIER), "more than one"),
        (made.gif(CARRIER, COMMENT, CARRIER), "more than one"),
        (made.gif(made.gif_extension(STORE, b"C2PA_GIF\2\0\0")), "version"),
        (made.gif(made.gif_extension(STORE, b"C2PA_GIG\1\0\0")), "another type"),
        (made.gif(made.gif_extension(b"")), "something else"),
        (made.gif(b"?", CARRIER), "no block"),
        (made.gif(CARRIER)[:300], "inside the manifest store"),
        (made.gif(COMMENT)[:25], "cut off"),
        (made.gif(COMMENT)[: 19 + len(COMMENT)], "cut off"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        gif.locate(data)


def test_a_walk_that_goes_astray_is_noticed() -> None:
    """A colour table of another size: what is called an image there is none."""
    for flags in (0x81, 0x82, 0x87):
        data = made.gif(CARRIER)
        with pytest.raises(MalformedError):
            gif.locate(data[:10] + bytes((flags,)) + data[11:])
    comma = made.gif(b",", CARRIER)
    with pytest.raises(MalformedError, match="no image"):
        gif.locate(comma)
    with pytest.raises(MalformedError, match="no image"):
        gif.locate(made.gif(b";", CARRIER))


def test_odd_images_without_a_store() -> None:
    plain = made.gif()
    assert gif.locate(plain[:6] + bytes(4) + plain[10:]) is None, "a screen of no size"
    assert gif.locate(plain[:24]) is None, "nothing behind the comma"


@pytest.mark.parametrize(
    ("blocks", "rest"),
    [
        ([COMMENT, CARRIER, LOOP], [COMMENT, LOOP]),
        ([CARRIER, CARRIER], []),
        ([made.gif_extension(STORE, b"C2PA_GIG\1\0\0"), LOOP], [LOOP]),
        ([made.gif_extension(b"")], []),
        ([COMMENT], [COMMENT]),
    ],
)
def test_removed(blocks: list[bytes], rest: list[bytes]) -> None:
    assert gif.remove(made.gif(*blocks)) == made.gif(*rest)


def test_removing_is_bounded() -> None:
    with pytest.raises(LimitError, match="parts"):
        gif.remove(made.gif(*[COMMENT] * 20), Limits(container_parts=10))
    for data in (b"GIF89a", made.gif(COMMENT)[:25]):
        assert gif.remove(data) == data


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        gif.locate(made.gif(*[COMMENT] * 20), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        gif.locate(made.gif(CARRIER), Limits(store_bytes=100))
