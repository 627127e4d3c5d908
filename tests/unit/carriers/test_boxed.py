"""Containers as the rows of boxes that a general box hash lists (§18.7.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.carriers.boxed import Box, Boxed
from provkit.errors import LimitError, MalformedError
from provkit.limits import DEFAULT_LIMITS
from support import containers as c

GIF_HEAD = b"GIF89a\x02\0\x02\0\x80\0\0" + bytes(6)
IMAGE = b"\x2c" + bytes(4) + b"\x02\0\x02\0\0" + b"\x02\x01\x44\0"
COMMENT = b"\x21\xfe\x02hi\0"
XMP = b"\x21\xff\x0bXMP DataXMP\x02<>\0"


def rows(data: bytes, media_type: str, at: int = -1, size: int = 0, *listed: str) -> tuple[Box, ...]:
    found = Boxed(data, media_type, (at, size), DEFAULT_LIMITS).boxes(frozenset(listed))
    assert found is not None
    return found


def names(boxes: tuple[Box, ...]) -> list[str]:
    return [box.name for box in boxes]


def test_png() -> None:
    store = c.chunk(b"caBX", b"x" * 9)
    data = c.png(store, c.chunk(b"tEXt", b"k\0v"), c.chunk(b"IDAT", b"")) + b"more"
    found = rows(data, "image/png", 33, len(store))
    assert names(found) == ["PNGh", "IHDR", "C2PA", "tEXt", "IDAT", "IEND", "c2pa.after"]
    assert [box.aside for box in found] == [False, False, False, True, False, False, False]
    text = found[3]
    assert text.free == (text.start + 8, text.end)  # length and type stay hashed, the CRC need not
    assert found[-1].end == len(data)


def test_jpeg() -> None:
    exif = c.segment(0xE1, b"Exif\0\0rest")
    scan = c.segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56\xff\xd9"
    data = c.jpeg(c.segment(0xEB, b"y" * 7), exif, c.segment(0xE1, b"other"), scan=scan)
    found = rows(data, "image/jpeg", 20, 11)
    assert names(found) == ["SOI", "APP0", "C2PA", "APP1", "APP1", "SOS", "RST0", "EOI"]
    assert found[5].end - found[5].start == 10 + 4  # the scan is part of its segment, a stuffed 0xFF too
    assert found[6].end - found[6].start == 2 + 1
    assert [box.free[1] - box.free[0] for box in found[3:5]] == [10, 0]


def test_images_behind_the_first() -> None:
    one = c.jpeg()
    assert names(rows(one + one, "image/jpeg")) == ["SOI", "APP0", "SOS", "EOI"] * 2
    assert names(rows(one + one, "image/jpeg", -1, 0, "c2pa.after"))[-1] == "c2pa.after"
    assert names(rows(one + b"trailer", "image/jpeg"))[-1] == "c2pa.after"


def test_fill_bytes_belong_to_no_box() -> None:
    data = b"\xff\xd8" + c.JFIF + b"\xff\xff" + c.segment(0xDB, b"") + c.SCAN
    found = rows(data, "image/jpeg")
    assert names(found) == ["SOI", "APP0", "DQT", "SOS", "EOI"]
    assert found[2].start - found[1].end == 2


def test_gif() -> None:
    store = b"\x21\xff\x0bC2PA_GIF\x01\0\0\x01x\0"
    data = GIF_HEAD + store + COMMENT + XMP + b"\x21\xf9\x04\0\0\0\0\0" + IMAGE + b"\x3b"
    found = rows(data, "image/gif", len(GIF_HEAD), len(store))
    assert names(found) == ["GIF89a", "LSD", "C2PA", "21FE", "21FF", "21F9", "2C", "TBID", "3B"]
    assert data[slice(*found[3].free)] == b"\x02hi\0"
    assert data[slice(*found[4].free)] == b"\x02<>\0"
    assert [box.name for box in found if box.aside] == ["21FE", "21FF"]
    assert found[1].end == len(GIF_HEAD)  # with its colour table


def test_riff() -> None:
    listed = c.riff_chunk(b"LIST", b"INFOdata")
    data = c.riff(c.riff_chunk(b"VP8 ", b"odd"), listed, c.riff_chunk(b"C2PA", b"store"))
    found = rows(data, "image/webp", len(data) - 14, 13)
    assert names(found) == ["WEBP", "VP8 ", "INFO", "C2PA"]
    assert [box.end for box in found] == [12, 24, 40, len(data)]  # padding belongs to its chunk


def test_no_names_for_other_formats() -> None:
    assert Boxed(b"II*\0", "image/tiff", (0, 0), DEFAULT_LIMITS).boxes(frozenset()) is None


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (c.png(end=b""), "image/png"),
        (c.png(c.chunk(b"IDAT", b"")[:-1], end=b""), "image/png"),
        (c.jpeg(scan=b""), "image/jpeg"),
        (c.jpeg(scan=b"\xff"), "image/jpeg"),
        (c.jpeg(scan=b"\x01\x02\x03\x04"), "image/jpeg"),
        (c.jpeg(scan=b"\xff\xdb\0\x01\xff\xd9"), "image/jpeg"),
        (c.jpeg(scan=b"\xff\xdb\xff\xff\xff\xd9"), "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (GIF_HEAD + IMAGE, "image/gif"),
        (GIF_HEAD + IMAGE[:-1], "image/gif"),
        (GIF_HEAD + b"\x55", "image/gif"),
        (b"RIFX", "image/webp"),
        (b"RIFF\x20\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x20\0\0\0WEBPVP8 \xff\0\0\0", "image/webp"),
    ],
)
def test_what_cannot_be_walked(data: bytes, media_type: str) -> None:
    with pytest.raises(MalformedError):
        rows(data, media_type)


def test_boxes_are_counted() -> None:
    data = c.png(*[c.chunk(b"tEXt", b"")] * 9)
    with pytest.raises(LimitError):
        Boxed(data, "image/png", (-1, 0), replace(DEFAULT_LIMITS, container_parts=8)).boxes(frozenset())


@settings(max_examples=150)
@given(
    st.sampled_from(
        [
            ("image/png", c.png(c.chunk(b"IDAT", b"abc"))),
            ("image/jpeg", c.jpeg()),
            ("image/gif", GIF_HEAD + COMMENT + IMAGE + b"\x3b"),
            ("image/webp", c.riff(c.riff_chunk(b"VP8 ", b"odd"))),
        ]
    ),
    st.integers(0, 80),
    st.integers(0, 255),
)
def test_any_bytes_give_boxes_or_an_error(sample: tuple[str, bytes], at: int, value: int) -> None:
    media_type, data = sample
    at %= len(data)
    changed = data[:at] + bytes([value]) + data[at + 1 :]
    try:
        found = rows(changed, media_type)
    except MalformedError:
        return
    ends = [0, *(box.end for box in found)]
    # In order, none overlaps another, and all of the file is in one but fill bytes.
    assert all(before <= box.start < box.end for before, box in zip(ends, found, strict=False))
    assert ends[-1] == len(changed)
