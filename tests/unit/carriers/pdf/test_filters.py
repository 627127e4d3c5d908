"""Structural streams are expanded within bounds, whatever predicts their rows."""

from __future__ import annotations

import zlib

import pytest
from pypdf.filters import FlateDecode
from pypdf.generic import DictionaryObject, NameObject, NumberObject

from provkit import LimitError, MalformedError
from provkit.carriers.pdf import filters, syntax
from provkit.carriers.pdf.syntax import Dict

ROWS = bytes(range(1, 61)) + bytes(range(200, 260 - 4)) * 2


def dictionary(entries: bytes) -> Dict:
    value = syntax.parse(b"<< %s >>" % entries, 0).value
    assert isinstance(value, Dict)
    return value


def test_plain_and_compressed() -> None:
    assert filters.decode(b"abc", dictionary(b""), 2) == b"abc"
    assert filters.decode(zlib.compress(b"abc"), dictionary(b"/Filter /FlateDecode"), 3) == b"abc"
    assert filters.decode(zlib.compress(b"abc"), dictionary(b"/Filter [/FlateDecode] /DecodeParms [null]"), 3)


@pytest.mark.parametrize("kinds", [(2,), (0,), (1,), (3,), (4,), (0, 1, 2, 3, 4)])
@pytest.mark.parametrize(("columns", "colors"), [(4, 1), (2, 2), (1, 4)])
def test_predictors_as_pypdf_undoes_them(kinds: tuple[int, ...], columns: int, colors: int) -> None:
    width = columns * colors
    lines = [ROWS[at : at + width] for at in range(0, len(ROWS) - width, width)]
    data = b"".join(bytes((kinds[at % len(kinds)],)) + line for at, line in enumerate(lines))
    parameters = b"/Predictor 12 /Columns %d /Colors %d" % (columns, colors)
    expected = FlateDecode.decode(
        zlib.compress(data),
        DictionaryObject(
            {
                NameObject("/Predictor"): NumberObject(12),
                NameObject("/Columns"): NumberObject(columns),
                NameObject("/Colors"): NumberObject(colors),
            }
        ),
    )
    got = filters.decode(
        zlib.compress(data), dictionary(b"/Filter /FlateDecode /DecodeParms << %s >>" % parameters), 10_000
    )
    assert got == expected


@pytest.mark.parametrize(
    ("raw", "entries"),
    [
        (b"abc", b"/Filter /LZWDecode"),
        (b"abc", b"/Filter [/FlateDecode /FlateDecode]"),
        (b"abc", b"/Filter /FlateDecode"),
        (zlib.compress(b"abc")[:-2], b"/Filter /FlateDecode"),
        (zlib.compress(b"abcd"), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>"),
        (zlib.compress(b"\7abcd"), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>"),
        (zlib.compress(b"abcd"), b"/Filter /FlateDecode /DecodeParms << /Predictor 2 /Columns 4 >>"),
        (zlib.compress(b"abcd"), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 1000000 >>"),
        (zlib.compress(b"abcd"), b"/Filter /FlateDecode /DecodeParms [<< >> << >>]"),
    ],
)
def test_what_is_refused(raw: bytes, entries: bytes) -> None:
    with pytest.raises(MalformedError):
        filters.decode(raw, dictionary(entries), 1000)


def test_a_bomb_is_not_expanded() -> None:
    with pytest.raises(LimitError, match="1000 bytes"):
        filters.decode(zlib.compress(bytes(10_000_000)), dictionary(b"/Filter /FlateDecode"), 1000)
