"""A server on loopback, and public addresses that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provkit import fetch
from support.misbehaving import Server, response

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        running.answer("/ok", response(b"a store", "Content-Type: Application/C2PA; x=y", "X-A: 1", "x-a: 2"))
        yield running


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Connections to public addresses arrive on loopback; a list of the addresses meant."""
    seen: list[str] = []
    dial = fetch._dial

    def divert(address: str, port: int, seconds: float) -> socket.socket:
        seen.append(address)
        return dial("127.0.0.1", port, seconds)

    monkeypatch.setattr(fetch, "_dial", divert)
    return seen
