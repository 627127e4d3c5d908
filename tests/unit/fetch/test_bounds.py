"""Servers that send too much, too slowly, or not all."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from provkit import BlockedError, FetchError, fetch
from provkit.fetch import Fetcher, FetchRules
from support import misbehaving
from support.fetching import PUBLIC, SHORT, Names, at, intranet
from support.misbehaving import Line, Server, redirect, response

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence


def flood(line: Line) -> None:
    line.send(response(b"", length=False))
    line.flood(b"x" * 65536)


def flood_of_chunks(line: Line) -> None:
    line.send(response(b"", "Transfer-Encoding: chunked", length=False))
    line.flood(b"1\r\nx\r\n" * 1000)


def flood_of_trailers(line: Line) -> None:
    line.send(response(b"0\r\n", "Transfer-Encoding: chunked", length=False))
    line.flood(b"a: b\r\n" * 1000)


def flood_of_headers(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.flood(b"a: b\r\n" * 1000)


def flood_of_one_header(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\na: ")
    line.flood(b"b" * 1000)


def flood_of_hints(line: Line) -> None:
    line.flood(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def flood_of_nothing(line: Line) -> None:
    line.flood(b"\x00" * 1000)


@pytest.mark.parametrize(
    "answer",
    [
        flood,
        flood_of_chunks,
        flood_of_trailers,
        flood_of_headers,
        flood_of_one_header,
        flood_of_hints,
        flood_of_nothing,
        response(b"x" * 100_001),
        response(b"", "Content-Length: 999999999999", length=False),
        response(b"FFFFFFFFFFFF\r\n", "Transfer-Encoding: chunked", length=False),
        response(b"\x1f\x8b", "Content-Encoding: gzip"),
        response(b"x", "Content-Encoding: identity", "Content-Encoding: br"),
    ],
)
def test_too_much(server: Server, answer: bytes | Callable[[Line], None]) -> None:
    server.answer("/much", answer)
    with pytest.raises(BlockedError, match=r"^https://one\.test:[0-9]+/much: .*(more than|limit|compressed)"):
        intranet(server, body_bytes=100_000).get(at(server, "/much"))


def test_a_limit_may_be_lowered_for_one_request_and_not_raised(server: Server) -> None:
    server.answer("/ten", response(b"0123456789"))
    assert intranet(server).get(at(server, "/ten"), body_bytes=10).body == b"0123456789"
    for rule, asked in ((100, 9), (9, 100)):
        with pytest.raises(BlockedError, match="10 bytes; the limit is 9"):
            intranet(server, body_bytes=rule).get(at(server, "/ten"), body_bytes=asked)


def silent(line: Line) -> None:
    line.wait()


def silent_body(line: Line) -> None:
    line.send(response(b"", "Content-Length: 5", length=False))
    line.wait()


def slow_head(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\na: ")
    line.drip(b"x")


def slow_body(line: Line) -> None:
    line.send(response(b"", "Content-Length: 100000", length=False))
    line.drip(b"x")


def slow_chunks(line: Line) -> None:
    line.send(response(b"", "Transfer-Encoding: chunked", length=False))
    line.drip(b"1\r\nx\r\n")


SLOW = [silent, silent_body, slow_head, slow_body, slow_chunks]


@pytest.mark.parametrize("answer", SLOW)
def test_too_slow_in_all(server: Server, answer: Callable[[Line], None]) -> None:
    server.answer("/slow", answer)
    with pytest.raises(BlockedError, match="took too long"):
        intranet(server, total_seconds=SHORT).get(at(server, "/slow"))


@pytest.mark.parametrize("answer", [silent, silent_body])
def test_too_long_a_silence(server: Server, answer: Callable[[Line], None]) -> None:
    server.answer("/slow", answer)
    with pytest.raises(BlockedError, match="took too long"):
        intranet(server, read_seconds=SHORT).get(at(server, "/slow"))


def test_one_deadline_covers_the_redirects(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(fetch, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    def resolver(host: str, port: int) -> Sequence[str]:
        clock[0] += 20
        return ["127.0.0.1"]

    server.answer("/here", redirect("/ok"))
    rules = FetchRules(allow_private=True, ports=(server.port,), total_seconds=30)
    fetcher = Fetcher(rules, resolver, misbehaving.authority().pem)
    assert fetcher.get(at(server)).status == 200
    with pytest.raises(BlockedError, match="took too long"):
        fetcher.get(at(server, "/here"))


def test_a_handshake_that_does_not_end() -> None:
    def greet(line: Line) -> None:
        line.send(b"\x16\x03\x03\x3f\xff")  # a record of TLS, 16 KB long
        line.drip(b"x")

    with Server(greet=greet) as server, pytest.raises(BlockedError, match="took too long"):
        intranet(server, total_seconds=SHORT).get(at(server))


def test_a_connection_that_is_not_made(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def time_out(address: str, port: int, seconds: float) -> socket.socket:
        waited.append(seconds)
        raise TimeoutError

    monkeypatch.setattr(fetch, "_dial", time_out)
    names = Names(one_test=[["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"]])
    with pytest.raises(BlockedError, match="took too long"):
        intranet(server, names, connect_seconds=2).get(at(server))
    assert waited == [2, 2, 2, 2]  # not more than four addresses, each once


def test_a_name_that_takes_too_long() -> None:
    over = threading.Event()

    def resolver(host: str, port: int) -> Sequence[str]:
        over.wait(20)
        return [PUBLIC]

    with pytest.raises(BlockedError, match="took too long to resolve"):
        Fetcher(FetchRules(total_seconds=SHORT), resolver).get("https://one.test/")
    over.set()


@contextmanager
def cut(server: Server, answer: bytes) -> Iterator[str]:
    def abort(line: Line) -> None:
        line.send(answer)
        line.cut()

    server.answer("/cut", abort)
    yield at(server, "/cut")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        response(b"abc", "Content-Length: 4", length=False),
        response(b"4\r\nabc", "Transfer-Encoding: chunked", length=False),
        response(b"3\r\nabc\r\n", "Transfer-Encoding: chunked", length=False),
        response(b"a body that may have gone on", length=False),
    ],
)
def test_a_connection_that_is_cut(server: Server, answer: bytes) -> None:
    with cut(server, answer) as url, pytest.raises(FetchError):
        intranet(server).get(url)


def test_a_body_shorter_than_said(server: Server) -> None:
    server.answer("/short", response(b"abc", "Content-Length: 4", length=False))
    with pytest.raises(FetchError, match="closed the connection too early"):
        intranet(server).get(at(server, "/short"))


def test_nobody_listens() -> None:
    with Server() as server:
        pass
    with pytest.raises(FetchError, match="refused"):
        intranet(server).get(at(server))
