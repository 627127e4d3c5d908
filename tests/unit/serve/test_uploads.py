"""What a request brings is bounded in memory, and a full disk is nobody's fault."""

from __future__ import annotations

import errno
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest
from starlette.requests import Request

from provkit.limits import MIB
from provkit.serve.configuration import Bounds
from provkit.serve.refusals import RefusalError
from provkit.serve.uploads import Form, Room, Spool, read_file, read_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message

    from provkit.serve.tasks import Upload

FORM = {"content-type": "multipart/form-data; boundary=x"}
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%s\r\n--x--\r\n'


@pytest.fixture
def room() -> Iterator[Room]:
    spool = Spool()
    with spool.room() as found:
        yield found
    spool.close()


def request(body: bytes, headers: dict[str, str] | None = None) -> Request:
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)]

    async def receive() -> Message:
        piece = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


def taken(body: bytes, room: Room) -> Upload:
    return anyio.run(read_file, request(body), room, Bounds())


def form(body: bytes, room: Room, headers: dict[str, str] = FORM) -> Form:
    return anyio.run(partial(read_form, request(body, headers), room, Bounds()))


@pytest.mark.parametrize(
    ("size", "inline"), [(0, True), (65536, True), (65537, False), (MIB, False), (3 * MIB + 5, False)]
)
def test_large_files_do_not_stay_in_memory(room: Room, size: int, inline: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    for found in (taken(body, room), form(FILE % body, room).files["file"]):
        assert (found.path is None) == inline
        source = found.source()
        assert source.read(0, source.size) == body


def test_too_large(room: Room) -> None:
    with pytest.raises(RefusalError) as met:
        anyio.run(read_file, request(bytes(2 * MIB)), room, Bounds(body_mb=1))
    assert met.value.status == 413


def test_a_full_disk(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    for ask in (lambda: taken(bytes(MIB), room), lambda: form(FILE % bytes(MIB), room)):
        with pytest.raises(RefusalError) as met:
            ask()
        assert (met.value.status, met.value.kind) == (503, "busy")
        assert "Retry-After" in met.value.headers


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-16", "latin-1", ""])
def test_a_form_is_in_utf_8(room: Room, charset: str) -> None:
    with pytest.raises(RefusalError, match="charset"):
        form(FILE % b"x", room, {"content-type": f'{FORM["content-type"]}; charset="{charset}"'})
    assert form(FILE % b"x", room, {"content-type": f"{FORM['content-type']}; charset=UTF-8"}).files


def test_what_is_compressed_on_the_way_is_not_taken_for_the_file(room: Room) -> None:
    with pytest.raises(RefusalError, match="compressed"):
        anyio.run(read_file, request(b"x", {"content-encoding": "br"}), room, Bounds())
    assert anyio.run(read_file, request(b"x", {"content-encoding": "Identity"}), room, Bounds()).data == b"x"
