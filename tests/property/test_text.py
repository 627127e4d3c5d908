"""Laws of the text carrier and of the selector codec."""

from __future__ import annotations

import unicodedata

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from provkit.carriers import nfc, selectors, text
from support import forge

stores = st.binary(min_size=0, max_size=80)
hosts = st.text(max_size=60)
plain = settings(deadline=None, max_examples=300)


def naive(run: str) -> bytes | None:
    """Selectors to bytes, one by one."""
    out = bytearray()
    for character in run:
        point = ord(character)
        if 0xFE00 <= point <= 0xFE0F:
            out.append(point - 0xFE00)
        elif 0xE0100 <= point <= 0xE01EF:
            out.append(point - 0xE0100 + 16)
        else:
            return None
    return bytes(out)


@plain
@given(st.binary(max_size=300))
def test_codec_round_trip(data: bytes) -> None:
    run = selectors.encode(data)
    assert run == forge.selectors(data).encode()
    assert selectors.decode(run) == data
    assert selectors.utf8_length(data) == len(run)


def test_codec_of_every_byte() -> None:
    for value in range(256):
        assert selectors.decode(forge.selectors(bytes([value])).encode()) == bytes([value])


@plain
@given(
    st.lists(
        st.one_of(
            st.sampled_from([0xFDFF, 0xFE00, 0xFE0F, 0xFE10, 0xE00FF, 0xE0100, 0xE01EF, 0xE01F0, 0xFEFF, 0x41, 0x1F600, 0x10FE00 & 0x10FFFF]),
            st.integers(0xFE00, 0xFE0F),
            st.integers(0xE0100, 0xE01EF),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_decode_agrees_with_one_by_one(points: list[int]) -> None:
    run = "".join(map(chr, points))
    assert selectors.decode(run.encode()) == naive(run)


def test_decode_of_every_character() -> None:
    """Of all characters exactly 256 are selectors."""
    found = [
        point
        for point in range(0x110000)
        if not 0xD800 <= point <= 0xDFFF
        and (0xFD00 <= point <= 0xFFFF or 0xE0000 <= point <= 0xE0300 or point < 0x300)
        if selectors.decode(chr(point).encode()) is not None
    ]
    assert len(found) == 256


@plain
@given(st.binary(max_size=40))
def test_decode_of_any_bytes(run: bytes) -> None:
    try:
        expected = naive(run.decode())
    except UnicodeDecodeError:
        expected = None
    assert selectors.decode(run) == expected


@plain
@given(hosts, stores)
def test_remove_undoes_embed(host: str, store: bytes) -> None:
    prepared = nfc.prepare(host.encode())
    assume(not text.locate(prepared).wrappers and not text.locate(prepared).damaged)
    whole = text.embed(prepared, store)
    located = text.locate(whole)
    assert [w.store for w in located.wrappers] == [store]
    assert located.wrappers[0].start == len(prepared)
    assert located.wrappers[0].end == len(whole)
    assert text.wrapper_length(store) == len(whole) - len(prepared)
    assert text.remove(whole, located) == prepared


@plain
@given(hosts)
def test_prepare_is_nfc(host: str) -> None:
    data = host.encode()
    prepared = nfc.prepare(data)
    assert prepared == unicodedata.normalize("NFC", host).encode()
    assert nfc.prepare(prepared) == prepared
    if host.isascii():
        assert prepared is data


@plain
@given(hosts, stores, hosts)
def test_wrapper_is_found_anywhere(before: str, store: bytes, after: str) -> None:
    front, back = before.encode(), after.encode()
    assume(not back.startswith(tuple(forge.selectors(bytes([b])).encode() for b in range(256))))
    found = text.locate(front + forge.wrap(store) + back).wrappers
    assert [(w.start, w.store) for w in found] == [(len(front), store)]


@plain
@given(
    st.lists(
        st.sampled_from(
            [
                "\ufeff",
                "x",
                forge.selectors(forge.MAGIC),
                forge.selectors(b"\1\0\0\0\0"),
                "\ufe00",
                forge.selectors(b"\xff"),
            ]
        ),
        max_size=14,
    )
)
def test_strip_twice_is_strip_once(parts: list[str]) -> None:
    data = "".join(parts).encode()
    once = text.remove(data, text.locate(data))
    assert text.remove(once, text.locate(once)) == once


@plain
@given(st.integers(0, 400), stores)
def test_padding_of_both_writers_is_read(gap: int, store: bytes) -> None:
    for fill in (forge.padding_c2pa_text, forge.padding_writerslogic):
        try:
            padding = fill(gap)
        except ValueError:
            continue
        if padding and len(padding) * 4 < gap:
            continue
        found = text.locate(forge.wrap(store, padding=padding)).wrappers
        assert [w.store for w in found] == [store], padding
