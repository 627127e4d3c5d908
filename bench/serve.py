"""The service over loopback: requests a second and the slowest of a hundred, with and without hostile files.

The clients run on the same machine, so they take their share of its cores.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import provkit
from bench.measure import Row
from bench.text import text_of
from support import containers, hostile
from unit.serve.running import Running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONCURRENCY = 32
"""As many as the service lets in by default: nobody may be sent away."""
SECONDS = 6.0
HOSTILE = 10
"""One file in so many is hostile."""
_CONFIGURATION = """
[server]
port = 0
[trust]
bundled = false
anchors = ["dev/root.pem"]
"""


def rows() -> list[Row]:
    """All measurements of this module."""
    with tempfile.TemporaryDirectory() as folder, Running(Path(folder), _CONFIGURATION) as service:
        text = service.sign(text_of(20_000), provkit.Origin.human())
        picture = service.sign(_jpeg(1_000_000), provkit.Origin.human())
        hostiles = [make() for make in hostile.INPUTS.values()]
        found: list[Row] = []
        for name, data in (("20 KB text", text), ("1 MB JPEG", picture)):
            alone = _load(service, lambda data=data: cycle([(data, True)]))  # type: ignore[misc]
            mixed = _load(service, lambda data=data: _mixed(data, hostiles))  # type: ignore[misc]
            found += [
                Row(
                    f"serve: verify {name}",
                    "req/s",
                    {"all good": alone[0], "10% hostile": mixed[0]},
                    "all good",
                ),
                Row(
                    f"serve: verify {name}, median",
                    "ms",
                    {"all good": alone[1], "10% hostile": mixed[1]},
                    "all good",
                ),
                Row(
                    f"serve: verify {name}, p99",
                    "ms",
                    {"all good": alone[2], "10% hostile": mixed[2]},
                    "all good",
                ),
            ]
        return found


def _jpeg(size: int) -> bytes:
    """A picture of about a size: what does not fit into the picture goes into segments of its own."""
    plain = containers.picture("JPEG")
    parts = [containers.segment(0xEF, bytes(60_000)) for _ in range((size - len(plain)) // 60_000)]
    return plain[:2] + b"".join(parts) + plain[2:]


def _mixed(data: bytes, hostiles: list[bytes]) -> Iterator[tuple[bytes, bool]]:
    """One hostile file, of every kind in turn, and then good ones."""
    bad = cycle(hostiles)
    while True:
        yield next(bad), False
        for _ in range(HOSTILE - 1):
            yield data, True


def _load(service: Running, files: Callable[[], Iterator[tuple[bytes, bool]]]) -> tuple[float, float, float]:
    """Good files a second, and the milliseconds that half and all but one in a hundred took at most."""
    taken: list[float] = []
    statuses: set[int] = set()

    async def client(source: Iterator[tuple[bytes, bool]], end: float) -> None:
        address = urlsplit(service.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while time.perf_counter() < end:
            data, good = next(source)
            start = time.perf_counter()
            writer.write(
                b"POST /v1/verify HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(data) + data
            )
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            statuses.add(int(head[9:12]))
            if good:
                taken.append(time.perf_counter() - start)
        writer.close()
        await writer.wait_closed()

    async def run(seconds: float) -> None:
        source = files()
        end = time.perf_counter() + seconds
        await asyncio.gather(*(client(source, end) for _ in range(CONCURRENCY)))

    asyncio.run(run(1.0))
    taken.clear()
    asyncio.run(run(SECONDS))
    assert max(statuses) < 500, statuses
    cuts = statistics.quantiles(taken, n=100)
    return len(taken) / SECONDS, cuts[49] * 1000, cuts[98] * 1000


if __name__ == "__main__":
    from bench.__main__ import table

    print(table(rows()))
