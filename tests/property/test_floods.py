"""Much of one thing: the outcome is right, and it comes without stalling or filling memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import provkit
from property import texts
from provkit import LimitError, Limits
from support import forge

if TYPE_CHECKING:
    from collections.abc import Callable

FEFF = "\ufeff".encode()
MIB = 1024 * 1024


def flood(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[: size - size % len(piece)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(lambda: FEFF + flood("\ufe00".encode(), 60_000_000), "unsigned", id="20 million selectors of 3 bytes"),
        pytest.param(lambda: FEFF + flood("\U000e0100".encode(), 64_000_000), "unsigned", id="64 MB of selectors of 4 bytes"),
        pytest.param(lambda: flood(FEFF, 3_000_000), "unsigned", id="1 million U+FEFF"),
        pytest.param(lambda: flood(FEFF + "\ufe00".encode(), 6_000_000), "unsigned", id="1 million U+FEFF with a selector"),
        pytest.param(lambda: b"Text." + forge.wrap(b"", length=30 * MIB) + flood("\ufe00".encode(), 60_000_000), "invalid", id="a short store declared long"),
        pytest.param(lambda: b"Text." + forge.wrap(b"", length=0xFFFFFFFF) + flood("\ufe00".encode(), 60_000_000), "invalid", id="4 GB declared"),
        pytest.param(lambda: b"Text." + forge.wrap(b"", length=17 * MIB) + flood("\ufe00".encode(), 60_000_000), "error limit", id="17 MB declared and there"),
        pytest.param(lambda: b"Text." + forge.wrap(b"", length=15 * MIB) + flood("\ufe00".encode(), 60_000_000), "invalid", id="15 MB of zeros as a store"),
        pytest.param(lambda: flood(texts.MAGIC, 30_000_000), "invalid", id="a million magics in one run"),
        pytest.param(lambda: flood(texts.MAGIC + b" ", 3_000_000), "error limit", id="magics apart"),
        pytest.param(lambda: flood(FEFF + texts.MAGIC, 3_000_000), "error limit", id="U+FEFF and magic, again and again"),
        pytest.param(lambda: flood(b"x" * 100, 65 * MIB), "error limit", id="more text than the limit"),
        pytest.param(lambda: flood("e\u0301".encode(), 40_000_000) + texts.signed()[len(texts.HOST) :], "invalid", id="40 MB that NFC changes"),
        pytest.param(lambda: b"a" + flood("\u0301".encode(), 2_000_000) + texts.signed()[len(texts.HOST) :], "invalid", id="a million accents on one letter"),
        pytest.param(lambda: flood(b"<!---->", 20_000_000), "unsigned", id="comments"),
        pytest.param(lambda: flood(b"<script", 20_000_000) + b"application/c2pa"[:-1], "unsigned", id="script tags"),
    ],
)  # fmt: skip
def test_flood(data: Callable[[], bytes], expected: str) -> None:
    assert texts.outcome(data()) == expected


def test_flood_of_alternating_marks() -> None:
    """Canonical ordering of many marks of two classes is quadratic in naive code."""
    data = b"a" + "\u0301\u0323".encode() * 20_000 + texts.signed()[len(texts.HOST) :]
    assert texts.outcome(data) == "invalid"


def test_limits_are_obeyed() -> None:
    small = Limits(store_bytes=1000)
    with pytest.raises(LimitError):
        provkit.verify(texts.signed(), trust=texts.trust(), at=texts.AT, limits=small)
    with pytest.raises(LimitError):
        provkit.verify(b"x" * 2000, limits=Limits(text_bytes=1000))
    with pytest.raises(LimitError):
        provkit.verify(b"x" + (texts.MAGIC + b" ") * 4, limits=Limits(carriers=3))
