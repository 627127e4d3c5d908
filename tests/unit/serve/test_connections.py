"""Connections on which nothing happens do not stay, and one too many is told so."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from provkit.serve.connections import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
LARGE = bytes(8 << 20)


class Hasty(Connection):
    head_seconds = 0.2


class Patient(Connection):
    head_seconds = 600.0


def line_of(kind: type[Connection]) -> list[Connection]:
    """The connections of a kind that are open."""
    return [one for one in gc.get_objects() if type(one) is kind and one in one.connections]


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    body = LARGE if scope["path"] == "/large" else b"yes"
    if scope["path"] == "/late":
        for line in line_of(Patient):
            line._late(0)  # the time for the head of a request has no meaning now
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(kind: type[Connection] = Hasty, **options: Any) -> AsyncIterator[int]:
    config = uvicorn.Config(answer, port=0, http=kind, ws="none", lifespan="off", log_config=None, **options)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HT", GET, GET + b"GET"], ids=["nothing", "half", "one", "more"]
)
def test_a_connection_on_which_nothing_happens_ends(begun: bytes) -> None:
    async def run() -> bytes:
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun)
            try:
                return await reader.read(-1)
            except ConnectionError:
                return b""
            finally:
                writer.close()

    assert asyncio.run(run()).endswith(b"yes") == begun.startswith(GET)


def test_who_waits_for_an_answer_or_reads_one_is_not_cut_off() -> None:
    async def run() -> None:
        async with served(Patient) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            writer.write(GET.replace(b"/ ", b"/late "))
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(3) == b"yes"
            writer.write(GET.replace(b"/ ", b"/large "))
            await reader.readuntil(b"\r\n\r\n")
            (line,) = line_of(Patient)
            left = line.transport.get_write_buffer_size()
            assert left > 0
            line._late(left + 1)  # some of it was read since
            assert not line.transport.is_closing()
            line._late(left)  # nothing was
            assert line.transport.is_closing()
            writer.close()

    asyncio.run(run())


def test_one_connection_too_many_is_told_to_come_back_and_takes_no_place() -> None:
    async def run() -> None:
        async with served(Patient, limit_concurrency=2) as port:
            lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
            for reader, writer in lines[2:]:
                writer.write(GET)
                answer = await reader.read(-1)
                assert answer.startswith(b"HTTP/1.1 503")
                assert b"\r\nretry-after: 1\r\n" in answer
                assert answer.endswith(b'"hint":"try again"}}')
            for reader, writer in lines[:2]:
                writer.write(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                assert (await reader.read(-1)).endswith(b"yes")
            # The two that were refused are still there, and two others find a place.
            for _ in range(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(GET)
                assert (await reader.readline()).startswith(b"HTTP/1.1 200")
                lines.append((reader, writer))
            for _, writer in lines:
                writer.close()

    asyncio.run(run())
