"""No flipped byte of a signed picture leaves it trusted or valid, and hardly any makes it look unsigned."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

import provkit
from provkit import ProvkitError, TrustStore, media
from provkit.carriers import containers as carriers
from provkit.carriers import svg
from provkit.signers.base import Signer
from support import containers
from support.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMATS = ("png", "jpeg", "webp", "tiff", "gif", "svg", "docx", "odt", "epub")
SWEPT = tuple(name for name in FORMATS if name != "odt")
"""All but what is one more ZIP."""
SAMPLE = 200
SHARDS = 4
NOW = datetime.now(UTC).replace(microsecond=0)
UNSIGNED: dict[str, dict[int, str]] = {
    "svg": dict.fromkeys(range(4), "no SVG any more, but a text; see svg.is_left_over"),
}
"""Offsets whose flip may make the file unsigned, and why."""


@lru_cache(maxsize=1)
def house() -> tuple[Signer, TrustStore]:
    # The engine has no clock of ours: it wants a certificate that is valid today.
    made = Pki.make(start=NOW - timedelta(days=1), end=NOW + timedelta(days=30))
    return (
        Signer.from_pem(made.chain_pem, made.key_pem),
        TrustStore.empty().with_anchors(made.root_pem, name="house"),
    )


@lru_cache(maxsize=8)
def signed(name: str) -> bytes:
    return provkit.sign(containers.PLAIN[name][1](), provkit.Origin.human(), house()[0])


def outcome(data: bytes) -> str:
    try:
        return str(provkit.verify(data, trust=house()[1]).state)
    except ProvkitError as error:
        return f"error {error.kind}"


def violations(name: str, offsets: Iterable[int]) -> list[str]:
    data = signed(name)
    found = []
    for offset in offsets:
        state = outcome(data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :])
        allowed = {"invalid", "error malformed", "error unsupported", "error limit"}
        if offset in UNSIGNED.get(name, {}):
            allowed.add("unsigned")
        if state not in allowed:
            found.append(f"byte {offset} of {len(data)}: {state}")
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_unchanged_is_trusted(name: str) -> None:
    assert outcome(signed(name)) == "trusted"


@pytest.mark.parametrize("name", FORMATS)
def test_sampled_sweep(name: str) -> None:
    size = len(signed(name))
    offsets = sorted({*range(32), *random.Random(name).sample(range(size), SAMPLE - 32)})
    assert violations(name, offsets) == []


@pytest.mark.parametrize("name", sorted(containers.PLAIN.keys() - {"bigtiff"}))
def test_no_change_outside_the_carrier_hides_it(name: str) -> None:
    """Every bit of every byte that is not the carrier, as far as the locator: it never says *none*."""
    media_type = containers.PLAIN[name][0]
    data = containers.signed(name)
    found = carriers.locate(data, media_type)
    assert found is not None
    inside = {offset for start, length in found.ranges for offset in range(start, start + length)}
    hidden = []
    for offset in sorted(set(range(len(data))) - inside):
        changed = bytearray(data)
        for value in {0, 0xFF, *(data[offset] ^ 1 << bit for bit in range(8))} - {data[offset]}:
            changed[offset] = value
            if is_hidden(bytes(changed)):
                hidden.append((offset, value))
    assert hidden == []


def is_hidden(data: bytes) -> bool:
    try:
        media_type = media.sniff(data)
        if media_type == media.TEXT:
            return not svg.is_left_over(data)
        return carriers.locate(data, media_type) is None
    except ProvkitError:
        return False


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("name", SWEPT)
def test_full_sweep(name: str, shard: int) -> None:
    assert violations(name, range(shard, len(signed(name)), SHARDS)) == []
