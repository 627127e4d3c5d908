"""Fetchers for a server on loopback, and names that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.fetch import Fetcher, FetchRules
from support import misbehaving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.misbehaving import Server


PUBLIC = "93.184.215.14"
SHORT = 0.3
"""Seconds: a deadline that a server which does not end runs into."""


class Names:
    """A resolver with a protocol; what it says for a name may change from call to call."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002 - the interface has it
        self.asked.append(host)
        answers = self.answers.get(host, [["127.0.0.1"]])
        return answers[min(self.asked.count(host), len(answers)) - 1]


def intranet(server: Server, names: Names | None = None, **rules: object) -> Fetcher:
    """One that may ask the server."""
    merged = {"allow_private": True, "ports": (server.port,), **rules}
    return Fetcher(FetchRules(**merged), names or Names(), misbehaving.authority().pem)  # type: ignore[arg-type]


def internet(server: Server, names: Names, **rules: object) -> Fetcher:
    """One with the rules for addresses as they are by default."""
    return intranet(server, names, allow_private=False, **rules)


def at(server: Server, path: str = "/ok", host: str = "one.test", scheme: str = "https") -> str:
    """An address of the server."""
    return f"{scheme}://{host}:{server.port}{path}"
