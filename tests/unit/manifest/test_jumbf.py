"""Boxes that are refused."""

from __future__ import annotations

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.manifest import jumbf
from support import forge

UUID = forge.type_uuid("cbor")
GOOD = forge.superbox(UUID, "label", forge.box(b"cbor", b"\xa0"), salt=b"s" * 16)


def test_a_box() -> None:
    box = jumbf.parse(GOOD)
    assert (box.uuid, box.label, box.salt, box.superboxes) == (UUID, "label", b"s" * 16, ())
    assert [(c.type, c.payload) for c in box.contents] == [(b"cbor", b"\xa0")]
    assert box.hashed == GOOD[8:]
    assert jumbf.superbox(UUID, "label", jumbf.content_box(b"cbor", b"\xa0"), salt=b"s" * 16) == GOOD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\x08jum",
        b"\0\0\0\x08jumb",
        GOOD[:-1],
        GOOD + b"\0",
        b"\0\0\0\0" + GOOD[4:],
        b"\0\0\0\x01" + GOOD[4:],
        GOOD.replace(b"jumd", b"jumx"),
        forge.box(b"jumb", forge.box(b"jumd", UUID)),
        forge.box(b"jumb", forge.box(b"jumd", UUID + b"\x03label")),
        forge.superbox(UUID, "", b""),
        forge.superbox(UUID, "a/b", b""),
        forge.superbox(UUID, "a\x1bb", b""),
        forge.superbox(UUID, "a\ufeffb", b""),
        forge.superbox(UUID, b"a\xffb", b""),
        forge.superbox(UUID, "a", b"", toggles=0x01),
        forge.superbox(UUID, "a", b"", toggles=0x23),
        forge.superbox(UUID, "a", b"", toggles=0x07),
        forge.superbox(UUID, "a", b"", toggles=0x0B, private=b"x" * 31),
        forge.superbox(UUID, "a", b"", private=b"x"),
        forge.superbox(UUID, "a", b"", toggles=0x13),
        forge.superbox(UUID, "a", b"\0\0\0"),
        forge.superbox(UUID, "a", b"\0\0\0\x07cbor"),
    ],
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        jumbf.parse(data)


def test_limits() -> None:
    inner = b""
    for _ in range(17):
        inner = forge.superbox(UUID, "n", inner)
    with pytest.raises(LimitError, match="deeper"):
        jumbf.parse(inner)
    with pytest.raises(LimitError, match="boxes"):
        jumbf.parse(forge.superbox(UUID, "n", forge.box(b"free", b"") * 100), Limits(jumbf_boxes=50))
    with pytest.raises(LimitError, match="bytes"):
        jumbf.parse(GOOD, Limits(store_bytes=10))
