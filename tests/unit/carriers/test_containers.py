"""The door to the locators: removing, and what is not signed."""

from __future__ import annotations

import pytest

from provkit import MalformedError, UnsupportedError
from provkit.carriers import containers
from support import containers as made

STORE = made.store()


def test_removed_from_every_container() -> None:
    for media_type, carry in made.CARRY.values():
        rest = containers.remove(carry(STORE), media_type)
        assert containers.locate(rest, media_type) is None
        assert containers.remove(rest, media_type) == rest


def test_not_removed_from_other_types() -> None:
    with pytest.raises(UnsupportedError, match="image/bmp"):
        containers.remove(b"BM", "image/bmp")


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("image/jpeg", made.jpeg(b"stray", *made.packets(STORE))),
        ("image/png", made.png(made.chunk(b"caBX", STORE)[:-1], end=b"")),
        ("image/svg+xml", made.svg(made.svg_manifest(STORE), b"<g>")),
        ("image/svg+xml", made.svg(made.svg_manifest(STORE).replace(b"</c2pa", b"|/c2pa"))),
        ("image/tiff", made.tiff([(0xCD41, 7, STORE)])),
        ("video/mp4", made.bmff() + made.c2pa_box(STORE)[:-1]),
    ],
)
def test_what_cannot_be_delimited_is_said(media_type: str, data: bytes) -> None:
    with pytest.raises(MalformedError, match="cannot be taken off") as caught:
        containers.remove(data, media_type)
    assert "save it anew" in (caught.value.hint or "")


def test_a_bare_code_stream_is_not_signed() -> None:
    with pytest.raises(UnsupportedError, match="no room"):
        containers.check_signable(b"\xff\x0a" + bytes(9), "image/jxl")


def test_big_tiff_is_not_signed() -> None:
    plain = [(256, 3, b"\1\0")]
    for order in made.ORIENTATIONS:
        big = made.tiff(plain, order=order, big=True)
        with pytest.raises(UnsupportedError, match="BigTIFF") as caught:
            containers.check_signable(big, "image/tiff")
        assert "classic TIFF" in (caught.value.hint or "")
        containers.check_signable(made.tiff(plain, order=order), "image/tiff")
        containers.check_signable(big, "image/png")
