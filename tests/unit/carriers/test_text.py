"""Where wrappers are found, and where not."""

from __future__ import annotations

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import nfc, text
from support import forge

STORE = b"a store"
WRAPPER = forge.wrap(STORE)


def test_magic_is_the_one_of_the_standard() -> None:
    points = [0xE0133, 0xE0122, 0xE0140, 0xE0131, 0xE0144, 0xE0148, 0xE0144, 0xFE00]
    assert text.embed(b"", b"").decode()[1:9] == "".join(map(chr, points))
    assert text.embed(b"", b"").decode()[9:] == "\ufe01" + "\ufe00" * 4


def test_offsets_are_bytes() -> None:
    host = "Grüße".encode()
    (wrapper,) = text.locate(host + WRAPPER).wrappers
    assert (wrapper.start, wrapper.end, wrapper.store) == (len(host), len(host + WRAPPER), STORE)


def test_wrappers_come_in_file_order() -> None:
    found = text.locate(WRAPPER + b"x" + forge.wrap(b"other"))
    assert [wrapper.store for wrapper in found.wrappers] == [STORE, b"other"]
    assert found.damaged == ()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"x" + WRAPPER[3:], "U+FEFF"),
        (b"x" + forge.wrap(STORE, version=3), "version 3"),
        (b"x" + forge.wrap(STORE, length=1 << 31), "declares a store of 2147483648 bytes"),
        (b"x" + forge.wrap(STORE, length=3), "neither store nor padding"),
        (b"x" + WRAPPER.decode()[:10].encode(), "header"),
        (b"x" + WRAPPER.decode()[:4].encode(), "first characters"),
    ],
)
def test_damage_has_a_reason(data: bytes, word: str) -> None:
    found = text.locate(data)
    assert found.wrappers == ()
    (damage,) = found.damaged
    assert word in damage.reason
    assert damage.start == 1
    assert text.remove(data, found) == b"x"


def test_a_damaged_one_beside_a_good_one() -> None:
    found = text.locate(forge.wrap(STORE, version=3) + b"x" + WRAPPER)
    assert (len(found.wrappers), len(found.damaged)) == (1, 1)


def test_limits() -> None:
    with pytest.raises(LimitError, match="candidates"):
        text.locate((WRAPPER + b"x") * 4, Limits(carriers=3))
    with pytest.raises(LimitError, match="store"):
        text.locate(forge.wrap(b"x" * 100), Limits(store_bytes=99))


@pytest.mark.parametrize("bad", [b"\xff", b"a\xc0\x80", b"\xed\xa0\x80", "ü".encode("latin-1")])
def test_what_is_not_utf8(bad: bytes) -> None:
    with pytest.raises(MalformedError, match="not UTF-8"):
        nfc.check_utf8(bad)


def test_prepare() -> None:
    assert nfc.prepare("e\u0301".encode()) == "é".encode()
    assert nfc.prepare("\u2126".encode()) == "Ω".encode()
    assert nfc.prepare("ﬁ½".encode()) == "ﬁ½".encode()
