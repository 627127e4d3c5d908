"""Connections, with what uvicorn leaves without a bound: how many, and how long each may do nothing.

A sender has so long for the head of a request, whether it is the first one of the connection or not;
whoever reads an answer may take any time, while he reads.  One connection more than there may be is
told to come back, and says so to a proxy as any other refusal does.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from provkit.serve.refusals import busy

if TYPE_CHECKING:
    import asyncio

HEAD_SECONDS: Final = 10.0
_LEAVE_SECONDS: Final = 2.0


def _refusal() -> bytes:
    """An answer without a request."""
    made = busy("there are as many connections as there may be").response()
    lines = [b"%s: %s" % header for header in (*made.raw_headers, (b"connection", b"close"))]
    return b"\r\n".join([b"HTTP/1.1 503 Service Unavailable", *lines, b"", bytes(made.body)])


_REFUSAL: Final = _refusal()


class Connection(H11Protocol):
    """One connection.  Takes its bound from ``limit_concurrency`` of uvicorn, in place of uvicorn."""

    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._refused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Asyncio: somebody connected."""
        super().connection_made(transport)
        if self._most is not None and len(self.connections) > self._most:
            self._refused = True
            self.connections.discard(self)  # whoever was refused takes the place of nobody
            transport.write(_REFUSAL)
            with suppress(OSError):  # gone already
                transport.write_eof()  # closing would take the answer from who is still sending
            self._wait(_LEAVE_SECONDS)
        else:
            self._wait(self.head_seconds)

    def data_received(self, data: bytes) -> None:
        """Asyncio: bytes arrived."""
        if self._refused:
            return
        super().data_received(data)
        if self._busy:
            self._forget()

    def on_response_complete(self) -> None:
        """Uvicorn: an answer was written, as far as the sender reads it."""
        super().on_response_complete()
        if not self._busy:
            self._wait(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio: it is over."""
        self._forget()
        super().connection_lost(exc)

    @property
    def _busy(self) -> bool:
        """Whether there is a request that has no answer yet; its handler bounds its time."""
        cycle: Any = self.cycle  # uvicorn's type forgets that there is none at first
        return cycle is not None and not cycle.response_complete

    def _wait(self, seconds: float) -> None:
        self._forget()
        self._timer = self.loop.call_later(seconds, self._late, self.transport.get_write_buffer_size())

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self, unread: int) -> None:
        left = self.transport.get_write_buffer_size()
        if self._busy:
            return
        if 0 < left < unread:  # the last answer is on its way
            self._wait(self.head_seconds)
        else:
            self.transport.abort()


__all__ = ["HEAD_SECONDS", "Connection"]
