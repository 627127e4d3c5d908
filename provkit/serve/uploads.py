"""What a request brings, read within its limits: size, time, and how many at once.

Small uploads stay in memory.  Others become files in a folder of the service, which nobody else can
enter; they are removed with the request, and the folder with the service.
"""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import anyio
from anyio import to_thread
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from provkit.limits import MIB
from provkit.serve.logs import LOGGER
from provkit.serve.refusals import RefusalError, busy
from provkit.serve.tasks import Upload

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.requests import Request

    from provkit.serve.configuration import Bounds

_INLINE: Final = 64 * 1024
"""Uploads up to so many bytes go to a worker through its pipe; a pipe holds about as much."""
_NAME: Final = 255
_FIELDS: Final = 4
_FILES: Final = 3
FIELD_BYTES: Final = 64 * 1024
"""Longest field of a form that is no file, bytes."""
TEXT_BYTES: Final = 8 * MIB
"""The same for a text that somebody pasted, bytes."""
_CHARSETS: Final = frozenset({b"utf-8", b"utf8", b"us-ascii"})


class Spool:
    """The folder of a running service for what does not stay in memory."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="provkit-serve-")

    def room(self) -> Room:
        """A place for one request."""
        return Room(Path(self._folder.name))

    def close(self) -> None:
        """Remove the folder and what is in it."""
        self._folder.cleanup()


class Room:
    """The files of one request; leaving the ``with`` block removes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for path in self._paths:
            with suppress(OSError):  # goes with the folder
                path.unlink(missing_ok=True)

    def new(self) -> Path:
        """A name that is free; whatever is written there goes with the request."""
        path = self._folder / secrets.token_hex(12)
        self._paths.append(path)
        return path

    def keep(self, data: bytes) -> Upload:
        """Bytes as an upload."""
        return Upload(data) if len(data) <= _INLINE else Upload(None, str(self.add(self.new(), data)))

    def add(self, path: Path, data: bytes) -> Path:
        """Write bytes to the end of a file; returns its name."""
        with path.open("ab") as file:
            file.write(data)
        return path

    def keep_file(self, file: UploadFile) -> Upload:
        """A part of a form as an upload."""
        if (file.size or 0) <= _INLINE:
            return Upload(file.file.read())
        path = self.new()
        with path.open("xb") as kept:
            while piece := file.file.read(MIB):
                kept.write(piece)
        return Upload(None, str(path))


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a form."""

    files: dict[str, Upload] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """What the sender calls each file; raw."""
    fields: dict[str, str] = field(default_factory=dict)


class Gate:
    """Lets so many in at once, and tells the others to come back."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.inside = 0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Stay inside for a ``with`` block.

        Raises:
            RefusalError: it is full.
        """
        if self.inside >= self._most:
            raise busy()
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


async def read_body(request: Request, bounds: Bounds, most: int) -> bytes:
    """The body of a request that is a few bytes.

    Raises:
        RefusalError: it is larger than `most` bytes or takes too long.
    """
    with _deadline(bounds):
        return b"".join([piece async for piece in _pieces(request, most)])
    raise _too_slow(bounds)


async def read_file(request: Request, room: Room, bounds: Bounds) -> Upload:
    """The body of a request, which is a file; large ones are never in memory as a whole.

    Raises:
        RefusalError: it is too large, takes too long, or there is no room for it.
    """
    path: Path | None = None
    held = bytearray()
    with _deadline(bounds), disk():
        async for piece in _pieces(request, bounds.body_mb * MIB):
            held += piece
            if len(held) > MIB:
                path = await to_thread.run_sync(room.add, path or room.new(), bytes(held))
                held.clear()
        if path is None:
            return await to_thread.run_sync(room.keep, bytes(held))
        return Upload(None, str(await to_thread.run_sync(room.add, path, bytes(held))))
    raise _too_slow(bounds)


async def read_form(request: Request, room: Room, bounds: Bounds, longest: int = FIELD_BYTES) -> Form:
    """The form in the body of a request; no field that is no file is longer than `longest` bytes.

    Raises:
        RefusalError: it cannot be read, is too large, takes too long, or there is no room for it.
    """
    _read_charset(request)
    with _deadline(bounds), disk():
        parser = MultiPartParser(
            request.headers,
            _pieces(request, bounds.body_mb * MIB),
            max_files=_FILES,
            max_fields=_FIELDS,
            max_part_size=longest,
        )
        try:
            parts = await parser.parse()
        except MultiPartException as error:
            raise _no_form(error.message) from error
        except (ValueError, LookupError, TypeError) as error:  # a broken header
            raise _no_form("it cannot be read") from error
        try:
            return await to_thread.run_sync(_sorted, parts.multi_items(), room)
        finally:
            await parts.close()
    raise _too_slow(bounds)


def _read_charset(request: Request) -> None:
    """A form is in UTF-8 (RFC 7578 §4.6).

    Python knows character sets that take more time than a request may: punycode is quadratic.
    """
    _, found = parse_options_header(request.headers.get("content-type", ""))
    if found.get(b"charset", b"utf-8").lower() not in _CHARSETS:
        raise _no_form("its charset is not UTF-8")


def _sorted(items: list[tuple[str, Any]], room: Room) -> Form:
    form = Form()
    for name, value in items:
        if name in form.fields or name in form.files:
            raise _no_form(f"the field {name[:40]!r} is there twice")
        if isinstance(value, UploadFile):
            form.files[name] = room.keep_file(value)
            form.names[name] = (value.filename or "-")[:_NAME]
        else:
            form.fields[name] = value
    return form


def _no_form(why: str) -> RefusalError:
    return RefusalError(
        400, "malformed", f"the form: {why[:200].rstrip('.')}", hint="send multipart/form-data"
    )


@contextmanager
def _deadline(bounds: Bounds) -> Iterator[None]:
    try:
        with anyio.fail_after(bounds.upload_seconds):
            yield
    except TimeoutError as error:
        raise _too_slow(bounds) from error


@contextmanager
def disk() -> Iterator[None]:
    """Answers for a disk that is full: nobody's file is at fault, and the next one may find room.

    Raises:
        RefusalError: there is no room.
    """
    try:
        yield
    except OSError as error:
        LOGGER.error("no-room", extra={"facts": {"errno": error.errno}})
        raise busy("there is no room for uploads at the moment") from error


def _too_slow(bounds: Bounds) -> RefusalError:
    return RefusalError(
        408, "limit", f"sending the request took longer than {bounds.upload_seconds:g} seconds"
    )


async def _pieces(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    headers = request.headers
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusalError(
            400, "malformed", "the body is compressed", hint="send it as it is, without Content-Encoding"
        )
    declared = headers.get("content-length", "")
    if "transfer-encoding" in headers and declared:  # two lengths: RFC 9112 §6.1
        raise RefusalError(400, "malformed", "the request has two lengths", headers={"Connection": "close"})
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise _too_large(limit)
    total = 0
    async for piece in request.stream():
        total += len(piece)
        if total > limit:
            raise _too_large(limit)
        yield piece


def _too_large(limit: int) -> RefusalError:
    return RefusalError(413, "limit", f"the request is larger than {limit} bytes")


__all__ = ["TEXT_BYTES", "Form", "Gate", "Room", "Spool", "disk", "read_body", "read_file", "read_form"]
