"""Variation selectors as bytes: nothing but a run of them is read, whatever looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.carriers import selectors

FIRST, LAST = 0xFE00, 0xE01EF
POINTS = st.one_of(
    st.sampled_from([0xFE00, 0xFE0F, 0xE0100, LAST]),
    st.integers(0xFDF0, 0xFEFF),
    st.integers(0xE0000, 0xE02FF),
    st.integers(0, 0x10FFFF).filter(lambda point: not 0xD800 <= point <= 0xDFFF),
)


def byte_of(point: int) -> int | None:
    """As the standard draws it (§A.8.3.1), one character at a time."""
    if FIRST <= point <= FIRST + 15:
        return point - FIRST
    return point - 0xE0100 + 16 if 0xE0100 <= point <= LAST else None


def decoded(points: list[int]) -> list[int] | None:
    found = selectors.decode("".join(map(chr, points)).encode())
    return None if found is None else list(found)


def test_selectors_are_read() -> None:
    assert decoded([0xFE00, 0xFE0F, 0xE0100, LAST]) == [0, 15, 16, 255]
    assert decoded([]) == []


@pytest.mark.parametrize(
    "points",
    [
        [0xE01F0],
        [0xE01FF, 0xFE00],
        [0xE01F0, 0xE01FF, 0xFE0F],  # what the first adds to the next does not hide it
        [0xE01F0, 0xFEFF, 0xFE00],
        [LAST, 0xFE10],
        [0xFE00, 0xE00FF],
        [0x41],
    ],
)
def test_what_looks_like_a_selector_is_none(points: list[int]) -> None:
    assert decoded(points) is None


@pytest.mark.slow
@given(st.lists(POINTS, max_size=12))
def test_a_run_is_what_each_of_its_characters_is(points: list[int]) -> None:
    wanted = [byte_of(point) for point in points]
    assert decoded(points) == (None if None in wanted else wanted)


@pytest.mark.slow
@given(st.binary(max_size=300))
def test_bytes_come_back(data: bytes) -> None:
    run = selectors.encode(data)
    assert selectors.decode(run) == data
    assert selectors.utf8_length(data) == len(run)


@pytest.mark.parametrize("run", [b"\xf3\xa0\x84", b"\xef\xb8\x80\xff", b"\xed\xa0\x80"])
def test_other_bytes_are_no_run(run: bytes) -> None:
    assert selectors.decode(run) is None
