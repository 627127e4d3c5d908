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
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from provkit.limits import MIB
from provkit.serve.refusals import RefusalError, busy
from provkit.serve.tasks import Upload

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.requests import Request

    from provkit.serve.configuration import Bounds

_INLINE: Final = 64 * 1024
"""Uploads up to so many bytes go to a worker through its pipe; a pipe holds about as much."""
_NAME: Final = 255
_FIELDS: Final = 16
_FILES: Final = 3
TEXT_BYTES: Final = 8 * MIB
"""Longest field of a form that is no file, bytes."""


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
        if len(data) <= _INLINE:
            return Upload(data)
        path = self.new()
        with path.open("xb") as file:
            file.write(data)
        return Upload(None, str(path))

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


async def read_body(request: Request, bounds: Bounds, most: int | None = None) -> bytes:
    """The body of a request.

    Raises:
        RefusalError: it is too large or takes too long.
    """
    with _deadline(bounds):
        return b"".join([piece async for piece in _pieces(request, bounds, most)])
    raise _too_slow(bounds)


async def read_form(request: Request, room: Room, bounds: Bounds) -> Form:
    """The form in the body of a request.

    Raises:
        RefusalError: it cannot be read, is too large or takes too long.
    """
    with _deadline(bounds):
        parser = MultiPartParser(
            request.headers,
            _pieces(request, bounds),
            max_files=_FILES,
            max_fields=_FIELDS,
            max_part_size=TEXT_BYTES,
        )
        try:
            parts = await parser.parse()
        except RefusalError:
            raise
        except MultiPartException as error:
            raise _no_form(error.message) from error
        except (ValueError, LookupError, TypeError) as error:  # a charset that is none, a broken header
            raise _no_form("it cannot be read") from error
        try:
            return await to_thread.run_sync(_sorted, parts.multi_items(), room)
        finally:
            await parts.close()
    raise _too_slow(bounds)


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


def _too_slow(bounds: Bounds) -> RefusalError:
    return RefusalError(
        408, "limit", f"sending the request took longer than {bounds.upload_seconds:g} seconds"
    )


async def _pieces(request: Request, bounds: Bounds, most: int | None = None) -> AsyncGenerator[bytes, None]:
    limit = bounds.body_mb * MIB if most is None else most
    declared = request.headers.get("content-length", "")
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


__all__ = ["TEXT_BYTES", "Form", "Gate", "Room", "Spool", "read_body", "read_form"]
