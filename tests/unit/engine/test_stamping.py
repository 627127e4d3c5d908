"""A time stamp beside the signature of what the reference engine has signed, in each container."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import pytest

import provkit
from provkit import FetchError, Origin, Purpose, Signer, TrustStore, UnsupportedError
from provkit.carriers import containers as carriers
from provkit.carriers.exchange import exchange
from provkit.limits import DEFAULT_LIMITS
from provkit.manifest import cose
from provkit.manifest import store as stores
from support import containers, pki
from support.tsa import Tsa

NOW: Final = datetime.now(UTC).replace(microsecond=0)
# The engine has no clock of ours: it wants a certificate that is valid today.
LIFE: Final[dict[str, Any]] = {"start": NOW - timedelta(days=1), "end": NOW + timedelta(days=30)}
PKI: Final = pki.Pki.make(**LIFE)
TSA: Final = Tsa.make("PS256", **LIFE)
LISTS: Final = (
    TrustStore.empty()
    .with_anchors(PKI.root_pem, name="house")
    .with_anchors(TSA.root.pem, name="clocks", purpose=Purpose.TIME_STAMPING)
)
NAMES: Final = tuple(name for name in containers.PLAIN if name != "bigtiff")


def signed(name: str, **options: Any) -> bytes:
    signer = Signer.from_pem(PKI.chain_pem, PKI.key_pem)
    return provkit.sign(containers.PLAIN[name][1](), Origin.human(), signer, **options)


@lru_cache(maxsize=len(NAMES))
def stamped(name: str) -> bytes:
    return signed(name, time_stamper=lambda message: TSA.token(message, NOW))


@pytest.mark.parametrize("name", NAMES)
def test_every_container(name: str) -> None:
    data = stamped(name)
    found = provkit.verify(data, trust=LISTS, at=NOW + timedelta(days=3000))
    assert found.state == "trusted"
    assert found.time == provkit.verdict.TimeFact(NOW, "timestamped")
    assert {"timeStamp.trusted", "timeStamp.validated"} <= {str(one) for one in found.statuses.codes()}


def test_it_is_asked_once_and_fits_for_any_length_of_token() -> None:
    for more in (0, 1, 2, 3, 7000):
        asked: list[bytes] = []

        def stamp(message: bytes, more: int = more, asked: list[bytes] = asked) -> bytes:
            asked.append(message)
            note = "x" * more
            info = {"extensions": [{"extn_id": "1.2.3", "extn_value": note.encode()}]} if more else None
            return TSA.token(message, NOW, info=info)

        data = signed("png", time_stamper=stamp)
        assert len(asked) == 1
        assert provkit.verify(data, trust=LISTS).state == "trusted"


def test_a_token_larger_than_the_padding() -> None:
    def stamp(message: bytes) -> bytes:
        info = {"extensions": [{"extn_id": "1.2.3", "extn_value": bytes(12_000)}]}
        return TSA.token(message, NOW, info=info)

    with pytest.raises(UnsupportedError, match="does not fit") as caught:
        signed("png", time_stamper=stamp)
    assert "--sidecar" in str(caught.value.hint)


def test_a_token_that_does_not_hold() -> None:
    with pytest.raises(FetchError, match="other bytes"):
        signed("png", time_stamper=lambda message: TSA.token(message + b"!", NOW))


def test_no_change_of_a_token_keeps_its_time() -> None:
    data = stamped("tiff")
    start = data.index(b"tstTokens")
    kept = []
    for position in range(start + 1, start + 1700, 23):
        changed = bytearray(data)
        changed[position] ^= 1 << position % 8
        found = provkit.verify(bytes(changed), trust=LISTS)
        if found.state == "trusted" and found.time is not None and found.time.basis == "timestamped":
            kept.append(position - start)
    assert kept == []


@pytest.mark.parametrize("name", NAMES)
def test_another_store_of_the_same_length(name: str) -> None:
    data = stamped(name)
    media_type = containers.PLAIN[name][0]
    found = carriers.locate(data, media_type, DEFAULT_LIMITS)
    assert found is not None
    payload = stores.read(found.store, DEFAULT_LIMITS).active.signatures[0].contents[0].payload
    signature = cose.parse(payload)
    store = found.store.replace(signature.signature, bytes(len(signature.signature)))
    changed = exchange(data, media_type, found, store, DEFAULT_LIMITS)
    again = carriers.locate(changed, media_type, DEFAULT_LIMITS)
    assert again is not None
    assert (again.store, again.problems, again.ranges) == (store, found.problems, found.ranges)
    assert exchange(changed, media_type, again, found.store, DEFAULT_LIMITS) == data
    with pytest.raises(ValueError, match="length"):
        exchange(data, media_type, found, store + b"\0", DEFAULT_LIMITS)


def test_a_store_in_several_segments_is_not_exchanged() -> None:
    store = stores_of("jpeg")
    split = containers.jpeg(*containers.packets(store, 4000))
    found = carriers.locate(split, "image/jpeg", DEFAULT_LIMITS)
    assert found is not None
    with pytest.raises(UnsupportedError, match="one segment"):
        exchange(split, "image/jpeg", found, store, DEFAULT_LIMITS)


def stores_of(name: str) -> bytes:
    found = carriers.locate(stamped(name), containers.PLAIN[name][0], DEFAULT_LIMITS)
    assert found is not None
    return found.store
