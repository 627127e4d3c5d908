"""Sidecars for any ASGI application that serves files: tells where a credential is, and hands it out.

    app = Sidecars(app, "site")                       # Starlette, FastAPI, any other
    app.add_middleware(Sidecars, folder="site")       # the same, as Starlette does it

A file with a credential beside it (``NAME.EXT.c2pa``) is answered with ``Link: <NAME.EXT.c2pa>;
rel="c2pa-manifest"`` (C2PA 2.4 §15.5.3.2), and a request for the credential itself with the store.  The
application answers everything else, and decides alone who may have a file: where it refuses one, its
credential is refused as well.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from anyio import to_thread

from provkit.carriers.links import RELATION
from provkit.carriers.sidecar import MEDIA_TYPE, SUFFIX
from provkit.errors import ConfigurationError, FileAccessError, LimitError
from provkit.files import read_file
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED: Final = frozenset({"GET", "HEAD"})
_LINKED: Final = frozenset({200, 206, 304})
_REFUSED: Final = 300
_NO_SUCH_METHOD: Final = 405
_NO_ANSWER: Final = 500
_KEPT: Final = frozenset({b"cache-control", b"vary", b"access-control-allow-origin"})
_CONDITIONS: Final = frozenset(
    {b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"if-range", b"range"}
)


class Sidecars:
    """The middleware.

    Args:
        app: what serves the files.
        folder: where the files are; the path of a request is a path below it.
        prefix: what the path of a request begins with before that.
        limits: ``store_bytes`` bounds what is handed out.

    Raises:
        ConfigurationError: there is no such folder.
    """

    def __init__(
        self,
        app: ASGIApp,
        folder: str | os.PathLike[str],
        *,
        prefix: str = "/",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._app = app
        self._folder = Path(os.path.realpath(folder))
        self._prefix = f"/{prefix.strip('/')}/".replace("//", "/")
        self._limits = limits
        if not self._folder.is_dir():
            raise ConfigurationError(f"no such folder: {self._folder}", hint="name the folder that is served")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] not in _ASKED:
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path.endswith(SUFFIX):
            store = await to_thread.run_sync(self._store, path)
            if store is not None:
                await self._hand_out(scope, receive, send, store)
                return
        elif await to_thread.run_sync(self._find, path + SUFFIX):
            send = _linking(send, path)
        await self._app(scope, receive, send)

    def _find(self, path: str) -> Path | None:
        """The sidecar that a path means, if it is a file of the folder and no link out of it."""
        if not path.startswith(self._prefix) or "\0" in path or "\\" in path:
            return None
        below = path[len(self._prefix) :]
        if not below or any(part in {"", ".", ".."} or part.startswith(".") for part in below.split("/")):
            return None
        try:
            found = Path(os.path.realpath(self._folder / below))
            return found if found.is_relative_to(self._folder) and found.is_file() else None
        except (OSError, ValueError):  # a name that no file can have
            return None

    def _store(self, path: str) -> bytes | None:
        found = self._find(path)
        if found is None:
            return None
        try:
            return read_file(found, Limits(file_bytes=self._limits.store_bytes))
        except (FileAccessError, LimitError):  # gone, or no credential that anybody could use
            return None

    async def _hand_out(self, scope: Scope, receive: Receive, send: Send, store: bytes) -> None:
        """Answer with a credential, if the application would give the file that it belongs to."""
        asset = _for_asset(scope)
        status, headers = await self._asked(asset, "HEAD")
        if status == _NO_SUCH_METHOD:
            status, headers = await self._asked(asset, "GET")
        if status >= _REFUSED:
            await self._app(asset, receive, send)
            return
        headers += [
            (b"content-type", MEDIA_TYPE.encode("ascii")),
            (b"content-length", str(len(store)).encode("ascii")),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else store})

    async def _asked(self, asset: Scope, method: str) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Status of the file, and those headers that go for its credential too."""
        status = _NO_ANSWER
        kept: list[tuple[bytes, bytes]] = []

        async def look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                kept.extend((name, value) for name, value in message["headers"] if name.lower() in _KEPT)

        await self._app({**asset, "method": method}, _nothing, look)
        return status, kept


def _for_asset(scope: Scope) -> Scope:
    """The request for the file that the credential in a request belongs to; nothing makes it partial."""
    path: str = scope["path"].removesuffix(SUFFIX)
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _CONDITIONS]
    return {**scope, "path": path, "raw_path": quote(path).encode("ascii"), "headers": headers}


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _linking(send: Send, path: str) -> Send:
    """`send`, with the header on a good answer; a name as it stands in the folder of the file."""
    name = quote(path.rpartition("/")[2] + SUFFIX, safe="")
    # A name with a colon in it must not be taken for an address (RFC 3986 §4.2); quote spells it out.
    link = f'<{name}>; rel="{RELATION}"'.encode("ascii")

    async def linked(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in _LINKED:
            message = {**message, "headers": [*message["headers"], (b"link", link)]}
        await send(message)

    return linked


__all__ = ["Sidecars"]
