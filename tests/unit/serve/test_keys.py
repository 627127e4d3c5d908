"""API keys and their quotas."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provkit import ConfigurationError
from provkit.serve.configuration import Key
from provkit.serve.keys import Ledger, digest, holder, new_key
from provkit.serve.refusals import RefusalError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)


def key(name: str = "a", value: str = "secret", per_day: int = 3) -> Key:
    return Key(name=name, hash=digest(value), origins=("human",), identities=("x",), per_day=per_day)


def test_a_new_key_is_known_by_its_hash_alone() -> None:
    value, hashed = new_key()
    assert value != new_key()[0]
    assert value not in hashed
    one = Key(name="a", hash=hashed, origins=("human",), identities=("x",))
    assert holder(f"Bearer {value}", [key(), one]) is one
    assert holder(f"bearer  {value} ", [one]) is one


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic secret", "Bearer SECRET", "secret", f"Bearer {'x' * 9999}"],
)
def test_nobody(header: str | None) -> None:
    with pytest.raises(RefusalError) as met:
        holder(header, [key()])
    assert met.value.status == 401
    assert met.value.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("kept", [True, False])
def test_a_quota_is_for_a_day(tmp_path: Path, kept: bool) -> None:
    path = str(tmp_path / "ledger") if kept else None
    ledger = Ledger(path)
    one = key()
    days = [ledger.take(one, NOW) for _ in range(3)]
    with pytest.raises(RefusalError) as met:
        ledger.take(one, NOW)
    assert (met.value.status, met.value.headers["Retry-After"]) == (429, "3601")
    ledger.take(key("b"), NOW)
    ledger.give_back(one, days[0])
    ledger.take(one, NOW)
    ledger.take(one, NOW + timedelta(hours=1))
    ledger.close()
    if path is not None:  # counts outlive the service
        again = Ledger(path)
        with pytest.raises(RefusalError):
            again.take(one, NOW)
        again.close()


def test_two_services_share_a_ledger(tmp_path: Path) -> None:
    ledgers = [Ledger(str(tmp_path / "ledger")) for _ in range(2)]
    one = key(per_day=20)

    def take(number: int) -> bool:
        try:
            ledgers[number % 2].take(one, NOW)
        except RefusalError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(40))) == 20
    for ledger in ledgers:
        ledger.close()


def test_what_cannot_be_counted_is_not_signed() -> None:
    ledger = Ledger(None)
    ledger.close()  # as when the disk is full, or another process holds the file
    with pytest.raises(RefusalError) as met:
        ledger.take(key(), NOW)
    assert (met.value.status, met.value.headers["Retry-After"]) == (503, "1")
    ledger.give_back(key(), "2026-06-01")  # stays counted, which harms nobody


def test_a_ledger_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ledger"):
        Ledger(str(tmp_path))
