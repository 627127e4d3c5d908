"""Reading one response of HTTP/1.1."""

from __future__ import annotations

import http.client
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provkit import BlockedError, FetchError
from provkit.http1 import HEAD_BYTES, LINE_BYTES, Head, Headers, Stream, read_body, read_head

OK = b"HTTP/1.1 200 OK\r\n"


def read(data: bytes, piece: int = 65536, most: int = 1000) -> tuple[Head, bytes]:
    """A response that comes in pieces of so many bytes."""
    position = 0

    def receive(length: int) -> bytes:
        nonlocal position
        found = data[position : position + min(length, piece)]
        position += len(found)
        return found

    stream = Stream(receive)
    head = read_head(stream)
    return head, read_body(stream, head, most)


@pytest.mark.parametrize("piece", [1, 2, 7, 65536])
@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"Content-Length: 3\r\n\r\nabcdef", b"abc"),
        (b"Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc", b"abc"),
        (b"Content-Length: 3, 3\r\n\r\nabc", b"abc"),
        (b"Content-Length:\t003 \r\n\r\nabc", b"abc"),
        (b"Content-Length: 0\r\n\r\nabc", b""),
        (b"\r\nabc", b"abc"),
        (b"Content-Encoding: Identity\r\n\r\nabc", b"abc"),
        (b"Transfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n01 ;x=y\r\nc\r\n0\r\nT: x\r\n\r\n", b"abc"),
        (b"Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\nrest", b"0123456789"),
        (b"Empty:\r\n\r\nabc", b"abc"),
    ],
)
def test_bodies(data: bytes, body: bytes, piece: int) -> None:
    head, found = read(OK + data, piece)
    assert (head.status, head.version, found) == (200, 1, body)


@pytest.mark.parametrize(
    "status", [b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.0 200 OK", b"HTTP/1.1 200 \xc3\xa4"]
)
def test_status_lines(status: bytes) -> None:
    assert read(status + b"\n\nabc") == (Head(0 if b"1.0" in status else 1, 200, Headers()), b"abc")


@pytest.mark.parametrize("status", [204, 205, 304])
def test_without_a_body(status: int) -> None:
    assert read(f"HTTP/1.1 {status} X\r\nContent-Length: 5\r\n\r\nabcde".encode())[1] == b""


def test_interim_responses_are_skipped() -> None:
    assert read(b"HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n" * 7 + OK + b"\r\nabc") == (
        Head(1, 200, Headers()),
        b"abc",
    )
    with pytest.raises(BlockedError, match="interim"):
        read(b"HTTP/1.1 100 Continue\r\n\r\n" * 8 + OK + b"\r\nabc")


def test_fields() -> None:
    head, _ = read(OK + b"A:  b c \r\na:\xe9\r\nB-C: d:e\r\n\r\n")
    assert list(head.headers) == [("a", "b c"), ("a", "é"), ("b-c", "d:e")]
    assert len(head.headers) == 3
    assert 1 not in head.headers


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n" + OK + b"\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 099 X\r\n\r\n",
        b"HTTP/1.1 2000 X\r\n\r\n",
        b"HTTP/1.1 200OK\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"<html>\r\n\r\n",
        b"\x16\x03\x03\r\n\r\n",
        OK,
        OK + b"a: b\r\n",
        OK + b"a: b\r\n c\r\n\r\n",
        OK + b" a: b\r\n\r\n",
        OK + b"a : b\r\n\r\n",
        OK + b"a\r\n\r\n",
        OK + b": b\r\n\r\n",
        OK + b"a: b\x00\r\n\r\n",
        OK + b"a: b\rc: d\r\n\r\n",
        OK + b"a: b\r\r\n\r\n",
        OK + b"\xe9: b\r\n\r\n",
        OK + b"Content-Length: 4\r\n\r\nabc",
        OK + b"Content-Length: -1\r\n\r\nabc",
        OK + b"Content-Length: +3\r\n\r\nabc",
        OK + b"Content-Length: 0x3\r\n\r\nabc",
        OK + b"Content-Length: 3_0\r\n\r\nabc",
        OK + b"Content-Length:\r\n\r\nabc",
        OK + b"Content-Length: 3, 4\r\n\r\nabc",
        OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        OK + b"Content-Length: \xb2\r\n\r\nabc",
        OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: identity\r\n\r\nabc",
        OK + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_what_is_no_response(data: bytes) -> None:
    for piece in (1, 65536):
        with pytest.raises(FetchError):
            read(data, piece)


@pytest.mark.parametrize(
    "data",
    [
        OK + b"a: " + b"b" * LINE_BYTES + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"b" * LINE_BYTES,
        OK + b"a: b\r\n" * HEAD_BYTES,
        b"HTTP/1.1 200 "
        + b"b" * 16_000
        + (b"\r\na: " + b"b" * 16_300) * 3
        + b"\r\nc: "
        + b"b" * 1000
        + b"\r\n\r\n",
        OK + (b"a: " + b"b" * 15_000 + b"\r\n") * 5 + b"\r\n",
        OK + b"\r\n" + b"x" * 1001,
        OK + b"Content-Length: 1001\r\n\r\n" + b"x" * 1001,
        OK + b"Transfer-Encoding: chunked\r\n\r\n3E9\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 1001,
        OK + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 2000,
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 10_000,
        OK + b"Content-Encoding: gzip\r\n\r\n",
        OK + b"Content-Encoding: identity, identity\r\n\r\n",
    ],
)
def test_what_is_too_much(data: bytes) -> None:
    for piece in (100, 65536):
        with pytest.raises(BlockedError):
            read(data, piece)


def test_a_body_of_exactly_the_limit() -> None:
    body = b"x" * 1000
    assert read(OK + b"\r\n" + body)[1] == body
    assert read(OK + b"Content-Length: 1000\r\n\r\n" + body)[1] == body
    assert read(OK + b"Transfer-Encoding: chunked\r\n\r\n3E8\r\n" + body + b"\r\n0\r\n\r\n")[1] == body


PIECES = st.sampled_from(
    [
        OK,
        b"\r\n",
        b"\n",
        b"\r",
        b":",
        b" ",
        b"a",
        b"0",
        b"3",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked\r\n",
        b"3\r\nabc\r\n",
        b"0\r\n\r\n",
        b"\x00",
        b"HTTP/1.1 103 x\r\n\r\n",
    ]
)


def outcome(data: bytes, piece: int) -> object:
    try:
        return read(data, piece)
    except (BlockedError, FetchError) as error:
        return error.kind, error.message


@given(st.binary() | st.lists(PIECES).map(b"".join), st.integers(1, 20))
@example(OK + b"Content-Length: 3\r\n\r\nabc", 1)
def test_any_bytes_mean_the_same_in_any_pieces(data: bytes, piece: int) -> None:
    assert outcome(data, piece) == outcome(data, 65536)


class Wire:
    """What http.client wants of a socket."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.data)


@given(st.lists(PIECES).map(b"".join))
@example(b"Content-Length: 3\r\n\r\nabc")
@example(b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
@example(b"Content-Length: 3\r\n\r\na")
def test_what_is_read_is_what_another_implementation_reads(data: bytes) -> None:
    data = OK + data
    try:
        head, body = read(data)
    except (BlockedError, FetchError):
        return
    other = http.client.HTTPResponse(Wire(data))  # type: ignore[arg-type]
    other.begin()
    assert (other.status, other.read()) == (head.status, body)
