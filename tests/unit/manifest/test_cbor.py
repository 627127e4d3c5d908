"""CBOR that is refused, and tags that do nothing."""

from __future__ import annotations

import pytest

from provkit import MalformedError
from provkit.manifest import cbor


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\xa0\0",
        b"\xa1\x61a",
        b"\xa2\x61a\x01\x61a\x02",
        b"\x62\xff\xff",
        b"\xd8\x1c\x80",
        b"\xd8\x1d\x00",
        b"\xd8\x19\x00",
        b"\xd9\x01\x00\x80",
        b"\x81" * 40 + b"\0",
        b"\x9b" + b"\xff" * 8,
        b"\x5b" + b"\x7f" * 8,
        b"\x1c",
        b"\xf8\x05",
    ],
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        cbor.decode(data)


@pytest.mark.parametrize(
    "tag", [0, 1, 2, 3, 4, 5, 30, 35, 36, 37, 100, 258, 260, 261, 1004, 43000, 55799, 12345]
)
def test_tags_are_inert(tag: int) -> None:
    found = cbor.decode(cbor.encode(cbor.Tag(tag, "(a+)+$")))
    assert isinstance(found, cbor.Tag)
    assert (found.tag, found.value) == (tag, "(a+)+$")


@pytest.mark.parametrize(
    "data",
    [b"\xbf\x61a\x01\xff", b"\xa1\x78\x01a\x01", b"\xa1\x61a\x18\x01", b"\xa1\x61a\x19\x00\xff", b"\x80", b"\xa1\x61a\x9f\xff", b"\x01"],
)  # fmt: skip
def test_claims_are_definite_and_shortest(data: bytes) -> None:
    with pytest.raises(MalformedError):
        cbor.decode_claim(data)


def test_claims_may_have_their_own_order_and_floats() -> None:
    assert cbor.decode_claim(b"\xa2\x61b\x01\x61a\x02") == {"b": 1, "a": 2}
    assert cbor.decode_claim(b"\xa1\x61a\xf9\x3c\x00") == {"a": 1.0}
    assert cbor.decode_claim(b"\xa1\x61a\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a") == {"a": 1.1}


def test_encoding_is_deterministic() -> None:
    assert cbor.encode({"bb": 1, "a": 2}) == b"\xa2\x61a\x02\x62bb\x01"
