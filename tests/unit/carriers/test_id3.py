"""MP3 and FLAC: an object in an ID3 tag."""

from __future__ import annotations

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import id3
from support import containers as made

STORE = made.store()
TITLE = made.frame(b"TIT2", b"\0a title")


@pytest.mark.parametrize("major", [3, 4])
@pytest.mark.parametrize("kind", [b"application/c2pa", b"application/x-c2pa-manifest-store"])
def test_range_is_the_object(major: int, kind: bytes) -> None:
    data = made.id3(made.geob(STORE, major, kind), major=major, padding=20)
    assert id3.locate(data) == (STORE, ((data.index(STORE), len(STORE)),), ())


def test_wide_strings() -> None:
    content = b"\1application/c2pa\0" + "\ufeffĀb".encode("utf-16-le") + b"\0\0" + b"\xff\xfe\0\0" + STORE
    found = id3.locate(made.id3(TITLE, made.frame(b"GEOB", content)))
    assert found is not None
    assert found.store == STORE


def test_none() -> None:
    assert id3.locate(b"") is None
    assert id3.locate(b"\xff\xfb\x90\0" + STORE) is None
    assert id3.locate(made.id3(TITLE, padding=10)) is None
    assert id3.locate(made.id3(made.geob(b"other", kind=b"text/plain"))) is None
    assert id3.locate(made.id3(TITLE, major=2)) is None


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"ID3", "cut off"),
        (made.id3(TITLE)[:15], "cut off"),
        (made.id3(made.geob(STORE), made.geob(STORE)), "more than one"),
        (made.id3(made.geob(STORE, kind=b"application/c2pb")), "another type"),
        (made.id3(made.geob(STORE).replace(b"GEOB", b"GEOC")), "another type"),
        (made.id3(made.frame(b"GEOB", b"\0application/c2pa\0name")), "damaged"),
        (made.id3(made.geob(b"")), "something else"),
        (made.id3(made.geob(STORE), major=2), "looks like"),
        (made.id3(b"\0" + made.geob(STORE)), "padding"),
        (made.id3(b"ABCD\0\0\x7f\x7f\0\0" + made.geob(STORE)), "looks like"),
    ],
)
def test_malformed(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        id3.locate(data)


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        id3.locate(made.id3(*[TITLE] * 20), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        id3.locate(made.id3(made.geob(STORE)), Limits(store_bytes=100))
