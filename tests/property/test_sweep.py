"""No single change of a signed text leaves it trusted or valid, and none makes it look unsigned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cbor2
import pytest

from property import texts
from support import forge

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARDS = 4
FLIPS = tuple(1 << bit for bit in range(8))


def changes(data: bytes, offset: int) -> Iterator[tuple[str, bytes]]:
    """Every change tried at one offset: bit flips, two values, an insertion, a deletion."""
    here = data[offset]
    values = {here ^ flip for flip in FLIPS} | {0x00, 0xFF}
    for value in sorted(values - {here}):
        yield (
            f"byte {offset}: {here:#04x} to {value:#04x}",
            data[:offset] + bytes([value]) + data[offset + 1 :],
        )
    for value in (0x20, here):
        yield f"byte {offset}: {value:#04x} inserted", data[:offset] + bytes([value]) + data[offset:]
    yield f"byte {offset}: deleted", data[:offset] + data[offset + 1 :]


def violations(data: bytes, offsets: range) -> list[str]:
    return [
        f"{what}: {problem}"
        for offset in offsets
        for what, changed in changes(data, offset)
        if (problem := texts.broken(changed)) is not None
    ]


@pytest.mark.parametrize("algorithm", texts.ALGORITHMS)
def test_unchanged_is_trusted(algorithm: str) -> None:
    assert texts.outcome(texts.signed(algorithm)) == "trusted"


@pytest.mark.parametrize("algorithm", texts.ALGORITHMS)
def test_sampled_sweep(algorithm: str) -> None:
    data = texts.signed(algorithm)
    assert violations(data, range(0, len(data), 61)) == []


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("algorithm", texts.ALGORITHMS)
def test_full_sweep(algorithm: str, shard: int) -> None:
    data = texts.signed(algorithm)
    assert violations(data, range(shard, len(data), SHARDS)) == []


def uncovered(store: bytes) -> list[int]:
    """Offsets of the bytes of a store that no hash and no signature covers."""
    manifest = forge.children(store)[2][0]
    parts = forge.children(manifest)[2]
    covered: set[int] = set()

    def cover(piece: bytes) -> None:
        start = store.index(piece)
        covered.update(range(start, start + len(piece)))

    for assertion in forge.children(parts[0])[2]:
        cover(assertion[8:])
    cover(forge.children(parts[1])[2][0][8:])
    protected, _, _, signature = cbor2.loads(forge.children(parts[2])[2][0][8:]).value
    cover(protected)
    cover(signature)
    return [offset for offset in range(len(store)) if offset not in covered]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_value_of_every_uncovered_byte(shard: int) -> None:
    """All 255 other values where only parsing protects: headers, descriptions, the unsigned header."""
    data = texts.signed("Ed25519")
    start, length, store = forge.find_store(data)
    found = []
    for offset in uncovered(store)[shard::SHARDS]:
        for value in range(256):
            if value != store[offset]:
                changed = store[:offset] + bytes([value]) + store[offset + 1 :]
                rebuilt = data[:start] + forge.wrap(changed) + data[start + length :]
                if texts.broken(rebuilt) is not None:
                    found.append(f"store byte {offset}: {store[offset]:#04x} to {value:#04x}")
    assert found == []


@pytest.mark.parametrize("algorithm", texts.ALGORITHMS)
def test_truncation(algorithm: str) -> None:
    data = texts.signed(algorithm)
    cuts = [len(data) * percent // 100 for percent in range(1, 100)]
    found = {cut: texts.outcome(data[:cut]) for cut in cuts if cut > len(texts.HOST)}
    assert set(found.values()) <= {"invalid"}


def test_truncation_everywhere() -> None:
    data = texts.signed()
    host = len(texts.HOST)
    allowed = {
        "invalid",
        "error malformed",  # cut inside a character before the magic is complete
        "unsigned",  # cut before the wrapper, or right behind its U+FEFF, which a warning says
    }
    for cut in range(1, len(data)):
        found = texts.outcome(data[:cut])
        assert found in allowed, cut
        if cut > host + 3:
            assert found != "unsigned", cut


def test_swapped_neighbours() -> None:
    """Two adjacent selectors exchanged, over the whole wrapper."""
    data = texts.signed("Ed25519")
    host = texts.HOST.decode()
    characters = list(data.decode()[len(host) :])
    found = []
    for i in range(len(characters) - 1):
        if characters[i] != characters[i + 1]:
            swapped = [*characters[:i], characters[i + 1], characters[i], *characters[i + 2 :]]
            if texts.broken((host + "".join(swapped)).encode()) is not None:
                found.append(i)
    assert found == []
