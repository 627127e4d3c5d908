"""MP3 and FLAC: an object in an ID3 tag."""

from __future__ import annotations

import pytest

from provkit import LimitError, Limits, MalformedError, UnsupportedError
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


COVER = made.frame(b"APIC", b"\0image/png\0\3\0" + made.png(made.chunk(b"caBX", STORE)))


def test_covers_have_stores_of_their_own() -> None:
    assert id3.locate(made.id3(COVER)) is None
    data = made.id3(COVER, made.geob(STORE))
    found = id3.locate(data)
    assert found is not None
    assert id3.remove(data) == made.id3(COVER)


@pytest.mark.parametrize("major", [3, 4])
@pytest.mark.parametrize("padding", [0, 20, 300])
def test_removed(major: int, padding: int) -> None:
    title = made.frame(b"TIT2", b"\0a title" * 30, major)
    for frames in ([title, made.geob(STORE, major)], [made.geob(STORE, major), title]):
        data = made.id3(*frames, major=major, padding=padding)
        assert id3.remove(data) == made.id3(title, major=major, padding=padding)


def test_removed_with_its_tag() -> None:
    data = made.id3(made.geob(STORE))
    assert id3.remove(data) == made.id3()[10:]
    assert id3.remove(made.id3(made.geob(STORE), padding=5)) == made.id3(padding=5)
    assert id3.remove(b"no tag") == b"no tag"


def test_a_footer_is_put_right() -> None:
    def footed(*frames: bytes) -> bytes:
        data = made.id3(*frames)
        head = data[:5] + b"\x10" + data[6:10]
        end = 10 + len(b"".join(frames))
        return head + data[10:end] + b"3DI" + head[3:] + data[end:]

    assert id3.remove(footed(TITLE, made.geob(STORE))) == footed(TITLE)
    assert id3.remove(footed(made.geob(STORE))) == made.id3()[10:]


def test_damaged_frames_are_removed() -> None:
    for damaged in (made.frame(b"GEOC", made.geob(STORE)[10:]), made.geob(b"?"), made.geob(STORE) * 2):
        assert id3.remove(made.id3(TITLE, damaged)) == made.id3(TITLE)


def test_an_extended_header_is_left_alone() -> None:
    data = made.id3(made.syncsafe(6) + b"\1\0", made.geob(STORE))
    extended = data[:5] + b"\x40" + data[6:]
    assert id3.locate(extended) is not None
    with pytest.raises(UnsupportedError, match="extended header"):
        id3.remove(extended)


def test_a_head_that_lies_hides_nothing() -> None:
    data = made.id3(made.geob(STORE))
    for at, value in ((5, 0x40), (8, 0), (9, 1)):
        with pytest.raises(MalformedError):
            id3.locate(data[:at] + bytes((value,)) + data[at + 1 :])


def test_removing_is_bounded() -> None:
    with pytest.raises(LimitError, match="parts"):
        id3.remove(made.id3(TITLE * 20), Limits(container_parts=10))
    cut = made.id3(made.geob(STORE))[:100]
    assert id3.remove(cut) == cut


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        id3.locate(made.id3(*[TITLE] * 20), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        id3.locate(made.id3(made.geob(STORE)), Limits(store_bytes=100))
