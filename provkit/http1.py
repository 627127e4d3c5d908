"""One response of HTTP/1.1 (RFC 9112), read strictly from a connection that is used once.

Sans I/O: the caller passes a function that gives the next bytes.  Everything that two programs
could read in two ways is refused, and every size is bounded before it is believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.errors import BlockedError, FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD_BYTES: Final = 64 * 1024
"""Status line and header of a response, all its interim responses included; servers send 1 KB."""
LINE_BYTES: Final = 16 * 1024
"""One line of it."""
CHUNK_LINE_BYTES: Final = 1024
"""The line with the size of a chunk; extensions are ignored, and nobody sends any."""
TRAILER_BYTES: Final = 16 * 1024
"""Fields after a chunked body, which are ignored."""

_WINDOW: Final = 64 * 1024
_INTERIM: Final = 8
_STATUS: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00\r]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}):[ \t]*+([^\x00\r]*)")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00\r]*)?")
_WITHOUT_BODY: Final = frozenset({204, 205, 304})


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of a response, in their order; names compare without regard to case."""

    fields: tuple[tuple[str, str], ...] = ()
    """Name in lower case and value, decoded as Latin-1."""

    def get_all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        name = name.lower()
        return tuple(value for key, value in self.fields if key == name)

    def get(self, name: str) -> str | None:
        """The values of a field joined with commas (RFC 9110 §5.3); None if it is not there."""
        values = self.get_all(name)
        return ", ".join(values) if values else None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get_all(name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)


@dataclass(frozen=True, slots=True)
class Head:
    """Status and header of a response."""

    version: int
    """Minor version of HTTP/1."""
    status: int
    headers: Headers


class Stream:
    """Bytes from a connection, by the line and by the number.

    Args:
        receive: called with a number, gives at least one byte and at most so many; none at the end.
    """

    __slots__ = ("_buffer", "_receive")

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._buffer = bytearray()

    def line(self, most: int) -> bytes:
        """The next line, without its end.

        Raises:
            BlockedError: it is longer than ``most`` bytes.
            FetchError: the connection ended first.
        """
        looked = 0
        while (end := self._buffer.find(b"\n", looked)) < 0 and len(self._buffer) <= most:
            looked = len(self._buffer)
            data = self._receive(_WINDOW)
            if not data:
                raise FetchError("the server closed the connection too early")
            self._buffer += data
        if end < 0 or end > most:
            raise BlockedError(f"a line of more than {most} bytes in the header")
        found = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return found.removesuffix(b"\r")

    def some(self, most: int) -> bytes:
        """At least one byte and at most so many; none at the end of the connection."""
        if not self._buffer:
            return self._receive(min(most, _WINDOW))
        found = bytes(self._buffer[:most])
        del self._buffer[:most]
        return found

    def exactly(self, length: int, into: bytearray) -> None:
        """Append the next ``length`` bytes.

        Raises:
            FetchError: the connection ended first.
        """
        while length:
            data = self.some(length)
            if not data:
                raise FetchError("the server closed the connection too early")
            into += data
            length -= len(data)


def read_head(stream: Stream) -> Head:
    """Status and header of the response; interim responses are skipped.

    Raises:
        FetchError: the bytes are no response.
        BlockedError: it is too large.
    """
    left = HEAD_BYTES
    for _ in range(_INTERIM):
        head, left = _one_head(stream, left)
        if head.status == 101:
            raise FetchError("the server switches to a protocol that nobody asked for")
        if head.status >= 200:
            return head
    raise BlockedError(f"more than {_INTERIM} interim responses")


def _one_head(stream: Stream, left: int) -> tuple[Head, int]:
    line = stream.line(min(left, LINE_BYTES))
    left -= len(line) + 2
    status = _STATUS.fullmatch(line)
    if status is None:
        raise FetchError("the server does not answer in HTTP/1.1")
    fields = []
    while line := stream.line(max(0, min(left, LINE_BYTES))):
        left -= len(line) + 2
        field = _FIELD.fullmatch(line)
        # This refuses a continued line too, which RFC 9112 §5.2 lets a recipient do.
        if field is None:
            raise FetchError("the server sends a line in the header that is no field")
        fields.append((field[1].decode("ascii").lower(), field[2].decode("latin-1").strip(" \t")))
    return Head(int(status[1]), int(status[2]), Headers(tuple(fields))), left


def read_body(stream: Stream, head: Head, most: int) -> bytes:
    """The body of a response to GET, framed by RFC 9112 §6.3.

    Raises:
        FetchError: it is framed in no way, or in two, or it ends too early.
        BlockedError: it has more than ``most`` bytes, or is compressed, which nobody asked for.
    """
    if head.status in _WITHOUT_BODY:
        return b""
    coding = head.headers.get("content-encoding")
    if coding is not None and coding.lower() not in {"", "identity"}:
        raise BlockedError(f"a body compressed with {coding[:40]!r}, which was not asked for")
    transfer = head.headers.get("transfer-encoding")
    length = _declared(head.headers)
    if transfer is not None:
        if transfer.lower() != "chunked" or length is not None or head.version == 0:
            raise FetchError("a body whose end cannot be told: odd transfer-encoding")
        return _chunked(stream, most)
    if length is None:
        return _until_closed(stream, most)
    if length > most:
        raise BlockedError(f"a body of {length} bytes; the limit is {most}")
    body = bytearray()
    stream.exactly(length, body)
    return bytes(body)


def _declared(headers: Headers) -> int | None:
    values = {value.strip(" \t") for field in headers.get_all("content-length") for value in field.split(",")}
    if not values:
        return None
    value = values.pop()
    if values or not _LENGTH.fullmatch(value):
        raise FetchError("a body whose end cannot be told: odd content-length")
    return int(value)


def _too_large(most: int) -> BlockedError:
    return BlockedError(f"a body of more than {most} bytes, the limit")


def _until_closed(stream: Stream, most: int) -> bytes:
    body = bytearray()
    while data := stream.some(most + 1 - len(body)):
        body += data
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _chunked(stream: Stream, most: int) -> bytes:
    body = bytearray()
    while True:
        chunk = _CHUNK.fullmatch(stream.line(CHUNK_LINE_BYTES))
        if chunk is None:
            raise FetchError("the server sends a chunk without a size")
        size = int(chunk[1], 16)
        if size == 0:
            break
        if size > most - len(body):
            raise _too_large(most)
        stream.exactly(size, body)
        if stream.line(CHUNK_LINE_BYTES):
            raise FetchError("the server sends a chunk of another size than it says")
    left = TRAILER_BYTES
    while line := stream.line(max(0, left)):
        left -= len(line) + 2
    return bytes(body)
