"""What is taken off a container is the credential, all of it, and nothing else."""

from __future__ import annotations

import io
import json
import struct
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from provkit import LimitError, MalformedError, TrustStore, UnsupportedError
from provkit.carriers import containers
from provkit.engine import native
from support import containers as made
from support.shared import SHARED, shared

if TYPE_CHECKING:
    from pathlib import Path

STORE = made.store(120)
MANIFEST = SHARED / "testfiles" / "manifest.json"
FILES: list[dict[str, Any]] = (
    [
        entry
        for entry in json.loads(MANIFEST.read_bytes())["files"]
        if entry["media_type"] in containers.LOCATORS
    ]
    if MANIFEST.exists()
    else []
)
INVERTIBLE = {"jpeg", "png", "webp", "svg", "wav", "avi", "mp3", "docx", "odt", "epub"}
"""What the engine adds to these is the carrier alone, and lengths that count it."""
REAL = {
    "Landscape_6.jpg": "image/jpeg",
    "earth_apollo17.jpg": "image/jpeg",
    "hopper.gif": "image/gif",
    "hopper.png": "image/png",
    "hopper.tif": "image/tiff",
    "hopper.webp": "image/webp",
    "sample5.svg": "image/svg+xml",
}


def engine_signed(monkeypatch: pytest.MonkeyPatch, data: bytes, media_type: str) -> bytes:
    monkeypatch.setitem(made.PLAIN, "given", (media_type, lambda: data))
    return made.signed.__wrapped__("given")


def pixels(data: bytes) -> list[bytes]:
    """All frames, decoded."""
    with Image.open(io.BytesIO(data)) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(image.convert("RGBA").tobytes())
        return frames


def is_gone(data: bytes, media_type: str) -> bool:
    return (
        containers.locate(data, media_type) is None
        and native.read(data, media_type, TrustStore.empty()) is None
        and containers.remove(data, media_type) == data
    )


# What the reference engine signs


@pytest.mark.parametrize("name", made.PLAIN)
def test_engine_signed(name: str) -> None:
    media_type, make = made.PLAIN[name]
    signed = made.signed(name)
    rest = containers.remove(signed, media_type)
    assert is_gone(rest, media_type)
    assert (rest == make()) == (name in INVERTIBLE)
    if media_type.startswith("image/") and name != "svg":
        assert pixels(rest) == pixels(make())
    if name == "gif":
        assert rest == make().replace(b"GIF87a", b"GIF89a", 1), "extensions are of version 89a"
    if name == "avif":
        assert len(rest) == len(signed), "offsets count from the start of the file"
    if media_type == "image/tiff":
        # The engine writes the directory anew behind the picture, and the store behind it.
        found = containers.locate(signed, media_type)
        assert found is not None
        assert len(rest) == found.ranges[1][0]
        head = 16 if name == "bigtiff" else 8
        assert rest[head : len(make())] == make()[head:]


@pytest.mark.parametrize("name", REAL)
def test_real_files(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    data = shared("inputs", "image", name).read_bytes()
    media_type = REAL[name]
    rest = containers.remove(engine_signed(monkeypatch, data, media_type), media_type)
    assert is_gone(rest, media_type)
    if media_type == "image/tiff":
        assert pixels(rest) == pixels(data)
    elif media_type == "image/gif":
        assert (rest[:6], rest[6:]) == (b"GIF89a", data[6:])
    else:
        assert rest == data


NS = b'xmlns="http://www.w3.org/2000/svg"'


@pytest.mark.parametrize(
    "document",
    [
        b"<svg %s><rect/></svg>" % NS,
        b'<?xml version="1.0"?>\n<svg %s\n width="1" ><title>a</title></svg>\n' % NS,
        b"<svg %s><title>a</title><metadata></metadata></svg>" % NS,
        b"<svg %s><rect/><metadata>\n<a/></metadata></svg>" % NS,
        b'<svg %s xmlns:c2pa="http://c2pa.org/manifest"><c2pa:x/><rect/></svg>' % NS,
        b"<svg %s xmlns:c2pa='http://c2pa.org/manifest' ><metadata> </metadata></svg>" % NS,
        b"<svg %s><g><metadata>x</metadata></g></svg>" % NS,
    ],
)
def test_drawings(monkeypatch: pytest.MonkeyPatch, document: bytes) -> None:
    signed = engine_signed(monkeypatch, document, "image/svg+xml")
    assert containers.remove(signed, "image/svg+xml") == document


def test_drawings_that_had_what_the_engine_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty first metadata and an unused name space look as if the engine had made them."""
    for extra, element in ((b' xmlns:c2pa="http://c2pa.org/manifest"', b""), (b"", b"<metadata></metadata>")):
        document = b"<svg %s%s>%s<rect/></svg>" % (NS, extra, element)
        rest = containers.remove(engine_signed(monkeypatch, document, "image/svg+xml"), "image/svg+xml")
        assert rest == b"<svg %s><rect/></svg>" % NS


def test_sound_with_a_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine writes the tag anew, without padding; the sound and the title stay."""
    sound = made.id3()[10:]
    for major in (3, 4):
        data = made.id3(made.frame(b"TIT2", b"\0a title", major), major=major, padding=20)
        rest = containers.remove(engine_signed(monkeypatch, data, "audio/mpeg"), "audio/mpeg")
        assert is_gone(rest, "audio/mpeg")
        assert rest.endswith(sound)
        assert b"a title" in rest


def test_indexes_of_films_stay_right(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = engine_signed(monkeypatch, made.film(), "video/x-msvideo")
    index = made.riff_chunk(b"idx1", b"00dc" + bytes(12))
    longer = made.riff_chunk(b"RIFF", signed[8:] + index)
    rest = containers.remove(longer, "video/x-msvideo")
    assert is_gone(rest, "video/x-msvideo")
    assert len(rest) == len(longer)
    assert rest.index(index) == longer.index(index)


# Files of others


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"].rpartition("/")[2])
def test_files_of_others(entry: dict[str, Any]) -> None:
    path: Path = shared("testfiles", entry["file"])
    data = path.read_bytes()
    try:
        found = containers.locate(data, entry["media_type"])
    except MalformedError:
        found = None
        assert containers.remove(data, entry["media_type"]) != data
    rest = containers.remove(data, entry["media_type"])
    assert containers.locate(rest, entry["media_type"]) is None
    if found is not None:
        assert found.store not in rest
        assert len(rest) <= len(data)


# Damage


@pytest.mark.parametrize("name", sorted(made.CARRY))
def test_a_changed_byte_in_the_carrier(name: str) -> None:
    """Removed as well where it can be delimited; else it is said, and nothing is returned."""
    media_type, carry = made.CARRY[name]
    data = carry(STORE)
    found = containers.locate(data, media_type)
    assert found is not None
    removed = 0
    for start, length in found.ranges:
        for offset in range(start, start + length):
            changed = data[:offset] + bytes((data[offset] ^ 1,)) + data[offset + 1 :]
            try:
                rest = containers.remove(changed, media_type)
            except MalformedError:
                continue
            assert containers.locate(rest, media_type) is None
            removed += rest != changed
    assert removed >= sum(length for _, length in found.ranges) * 9 // 10


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(made.CARRY)), seed=st.integers(0, 2**32), count=st.integers(1, 6))
def test_damaged_at_random(name: str, seed: int, count: int) -> None:
    media_type, carry = made.CARRY[name]
    total(made.damaged(carry(STORE), seed, count), media_type)


@settings(max_examples=200, deadline=None)
@given(media_type=st.sampled_from(sorted(containers.LOCATORS)), data=st.data())
def test_any_bytes(media_type: str, data: st.DataObject) -> None:
    heads = [carry(STORE)[:40] for kind, carry in made.CARRY.values() if kind == media_type]
    head = data.draw(st.sampled_from([b"", *heads]))
    total(head + data.draw(st.binary(max_size=300)), media_type)


def total(data: bytes, media_type: str) -> None:
    try:
        rest = containers.remove(data, media_type)
    except (MalformedError, LimitError, UnsupportedError):
        return
    assert len(rest) <= len(data)
    assert containers.locate(rest, media_type) is None


def test_many_entries_for_one_store_are_erased_once() -> None:
    store = made.store(2_000_000)
    count = 60_000
    at = 8 + 2 + 12 * (count + 1) + 4
    width = struct.pack("<HHII", 256, 3, 1, 1)
    entry = struct.pack("<HHII", 0xCD41, 7, len(store), at)
    directory = struct.pack("<H", count + 1) + width + entry * count + bytes(4)
    head = b"II*\0" + struct.pack("<I", 8)
    rest = containers.remove(head + directory + store + b"tail", "image/tiff")
    emptied = struct.pack("<H", 1) + width + bytes(4 + 12 * count)
    assert rest == head + emptied + bytes(len(store)) + b"tail"
