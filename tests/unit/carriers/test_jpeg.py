"""JPEG: runs of APP11 segments."""

from __future__ import annotations

import struct

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers import jpeg
from support import containers as made

STORE = made.store()
RUN = made.packets(STORE, 100)
WHOLE = made.packets(STORE)
DQT = made.segment(0xDB, bytes(65))
OTHER = made.segment(
    0xEB,
    b"JP"
    + struct.pack(">HI", 0x0211, 1)
    + STORE.replace(b"jumdc2pa", b"jumdcacb").replace(b"c2pa\0", b"j360\0"),
)


@pytest.mark.parametrize("run", [RUN, WHOLE])
def test_range_is_the_run(run: list[bytes]) -> None:
    found = jpeg.locate(made.jpeg(DQT, *run, DQT))
    assert found == (STORE, ((2 + len(made.JFIF) + len(DQT), len(b"".join(run))),), ())


def test_none() -> None:
    assert jpeg.locate(made.jpeg(DQT)) is None
    assert jpeg.locate(made.jpeg(DQT, scan=b"\xff\xd9")) is None
    assert jpeg.locate(made.jpeg(DQT) + b"".join(WHOLE)) is None, "behind the first scan nothing is looked at"
    assert jpeg.locate(made.jpeg(b"\xff" * 5 + DQT, b"\xff\x01")) is None
    assert jpeg.locate(made.jpeg(b"stray bytes", DQT)) is None


def test_other_boxes_live_there_too() -> None:
    assert jpeg.locate(made.jpeg(OTHER)) is None
    assert jpeg.locate(made.jpeg(made.segment(0xEB, b"HDR_RI ver=11"))) is None
    instance_3 = OTHER.replace(b"\x02\x11", b"\0\3", 1)
    found = jpeg.locate(made.jpeg(OTHER, *RUN, instance_3))
    assert found is not None
    assert found.store == STORE
    assert not found.problems


@pytest.mark.parametrize(
    ("segments", "word"),
    [
        ([RUN[0], DQT, *RUN[1:]], "split"),
        ([RUN[0], b"\xff", *RUN[1:]], "split"),
        ([RUN[0], *RUN[2:], RUN[1]], "split"),
        ([*RUN[:-1], DQT], "split"),
        ([*RUN, RUN[1]], "stands apart"),
        ([RUN[0], RUN[1].replace(b"jumb", b"jumc", 1), *RUN[2:]], "split"),
        ([*RUN, *RUN], "more than one"),
        ([*WHOLE, *made.packets(STORE, instance=3)], "more than one"),
        ([made.segment(0xEA, WHOLE[0][4:])], "another type"),
        ([WHOLE[0].replace(b"JP", b"JQ", 1)], "damaged"),
        ([WHOLE[0][:40]], "split|damaged|cut off|more than one|too short"),
        ([b"\xff\xd9", *WHOLE], "ends before"),
        ([b"stray", *WHOLE], "no marker"),
        ([b"\xff\xda\0\x20" + bytes(30), *WHOLE], "start of scan"),
    ],
)
def test_malformed(segments: list[bytes], word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        jpeg.locate(made.jpeg(*segments))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "SOI"),
        (b"\xff\xd8", "cut off"),
        (made.jpeg(DQT, scan=b""), "cut off"),
        (made.jpeg(scan=b"\xff\xe1\xff\xff"), "cut off"),
        (made.jpeg(*RUN[:2], scan=b""), "the manifest store"),
        (made.jpeg(RUN[0], RUN[1][:-1], scan=b""), "the manifest store"),
    ],
)
def test_cut_off(data: bytes, word: str) -> None:
    with pytest.raises(MalformedError, match=word):
        jpeg.locate(data)


def test_problems() -> None:
    for segments, word in [
        (made.packets(STORE, 100, first=0), "count from 0"),
        (made.packets(STORE, instance=0x0311), "0x0311"),
        (made.packets(STORE + b"\0"), "follow"),
    ]:
        found = jpeg.locate(made.jpeg(*segments))
        assert found is not None
        assert word in found.problems[0]
    found = jpeg.locate(made.jpeg(*RUN, scan=b""))
    assert found is not None
    assert "cut off" in found.problems[0]


@pytest.mark.parametrize("instance", [0, 1, 16, 0x0211])
def test_instance_numbers_of_real_writers(instance: int) -> None:
    found = jpeg.locate(made.jpeg(*made.packets(STORE, instance=instance)))
    assert found is not None
    assert found.problems == ()


def test_a_length_that_swallows_the_carrier() -> None:
    data = made.jpeg(*WHOLE, DQT)
    whole = 16 + len(WHOLE[0])
    for length in (16 + 256, whole, whole + len(DQT)):
        with pytest.raises(MalformedError, match="manifest store"):
            jpeg.locate(data[:4] + struct.pack(">H", length) + data[6:])


def test_pictures_inside_have_stores_of_their_own() -> None:
    """A thumbnail in Exif, a preview behind the picture: what they carry is theirs."""
    inner = made.jpeg(*WHOLE)
    assert jpeg.locate(made.jpeg(made.segment(0xE1, b"Exif\0\0" + inner), DQT)) is None
    assert jpeg.locate(made.jpeg(made.segment(0xE0, b"JFXX\0\x10" + inner), DQT)) is None
    assert jpeg.locate(made.jpeg(DQT) + inner) is None


@pytest.mark.parametrize(
    ("segments", "rest"),
    [
        ([DQT, *RUN, DQT], [DQT, DQT]),
        ([RUN[0], DQT, *RUN[1:]], [DQT]),
        ([*RUN[:-1], DQT], [DQT]),
        ([RUN[0], *RUN[2:], RUN[1], OTHER], [OTHER]),
        ([*RUN, *WHOLE], []),
        ([OTHER, *RUN], [OTHER]),
        ([RUN[0], RUN[1].replace(b"\x02\x11", b"\x02\x12", 1), *RUN[2:]], []),
        ([made.segment(0xEA, WHOLE[0][4:]), DQT], [DQT]),
        ([b"\xff" * 3 + b"\xff\x01" + DQT], [b"\xff" * 3 + b"\xff\x01" + DQT]),
    ],
)
def test_removed(segments: list[bytes], rest: list[bytes]) -> None:
    assert jpeg.remove(made.jpeg(*segments)) == made.jpeg(*rest)
    assert jpeg.locate(made.jpeg(*rest)) is None


def test_removing_is_bounded() -> None:
    with pytest.raises(LimitError, match="parts"):
        jpeg.remove(made.jpeg(*[DQT] * 20), Limits(container_parts=10))
    for data in (b"", b"\xff\xd8", made.jpeg(scan=b"\xff\xe1\xff\xff")):
        assert jpeg.remove(data) == data


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        jpeg.locate(made.jpeg(*[DQT] * 20), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        jpeg.locate(made.jpeg(*RUN), Limits(store_bytes=100))
