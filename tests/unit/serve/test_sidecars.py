"""Files with a credential beside them say so, and hand it out; nothing else is handed out."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from provkit import ConfigurationError
from provkit.carriers.links import parse_link_header
from provkit.limits import Limits
from provkit.serve.sidecars import Sidecars

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp

STORE = b"\0\0\0\x10jumb a store"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.json", "deep/b c:ä.json", "plain.txt", ".hidden"):
        (folder / name).write_bytes(b"content of " + name.encode())
    for name in ("a.json", "deep/b c:ä.json", ".hidden"):
        (folder / f"{name}.c2pa").write_bytes(STORE)
    (tmp_path / "outside.c2pa").write_bytes(b"secret")
    (folder / "out.c2pa").symlink_to(tmp_path / "outside.c2pa")
    (folder / "out").write_bytes(b"content of out")
    return folder


class Client:
    """Asks an application without a network."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> httpx.Response:
        return anyio.run(partial(self._ask, method, path, headers or {}))

    async def _ask(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, headers=headers)


def client(site: Path) -> Client:
    return Client(Sidecars(Starlette(routes=[Mount("/", StaticFiles(directory=site))]), site))


@pytest.mark.parametrize("path", ["/a.json", "/deep/b%20c%3A%C3%A4.json"])
def test_a_file_names_its_credential(site: Path, path: str) -> None:
    found = client(site).get(path)
    assert found.content.startswith(b"content of")
    (name,) = parse_link_header(found.headers["link"])
    store = client(site).get(str(found.url.join(name)))
    assert (store.status_code, store.content) == (200, STORE)
    assert store.headers["content-type"] == "application/c2pa"


def test_head_and_a_cached_copy(site: Path) -> None:
    first = client(site).get("/a.json")
    again = client(site).get("/a.json", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["link"] == first.headers["link"]
    head = client(site).get("/a.json.c2pa", "HEAD")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(STORE)))
    store = client(site).get(
        "/a.json.c2pa", headers={"If-None-Match": first.headers["etag"], "Range": "bytes=0-1"}
    )
    assert (store.status_code, store.content) == (200, STORE)


@pytest.mark.parametrize("path", ["/plain.txt", "/nothing.txt", "/", "/deep", "/.hidden", "/out"])
def test_nothing_is_named_where_nothing_is(site: Path, path: str) -> None:
    assert "link" not in client(site).get(path).headers


@pytest.mark.parametrize(
    "path",
    ["/nothing.c2pa", "/out.c2pa", "/%2e%2e/outside.c2pa", "/deep/../../outside.c2pa", "/deep%5c..%5ca.c2pa",
     "/a%00.c2pa", "//etc/passwd.c2pa", "/" + "x" * 5000 + ".c2pa"],
)  # fmt: skip
def test_nothing_else_is_handed_out(site: Path, path: str) -> None:
    seen = []

    async def rest(request: Request) -> Response:
        seen.append(request.url.path)
        return PlainTextResponse("the application", 404)

    app = Starlette(routes=[Route("/{path:path}", rest)])
    found = Client(Sidecars(app, site)).get(path)
    assert (found.status_code, found.text) == (404, "the application")
    assert len(seen) == 1


def test_who_may_not_have_the_file_may_not_have_its_credential(site: Path) -> None:
    password = base64.b64encode(b"u:p").decode()

    async def guarded(request: Request) -> Response:
        if request.headers.get("authorization") != f"Basic {password}":
            return PlainTextResponse("no", 401)
        return PlainTextResponse("the file", headers={"Cache-Control": "private"})

    app = Sidecars(Starlette(routes=[Route("/{name}", guarded)]), site)
    refused = Client(app).get("/a.json.c2pa")
    assert (refused.status_code, refused.text) == (401, "no")
    given = Client(app).get("/a.json.c2pa", headers={"Authorization": f"Basic {password}"})
    assert given.content == STORE
    assert given.headers["cache-control"] == "private"


def test_an_application_that_does_not_know_head(site: Path) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        wanted = scope["method"] == "GET"  # type: ignore[index]
        answer = PlainTextResponse("the file" if wanted else "?", 200 if wanted else 405)
        await answer(scope, receive, send)  # type: ignore[arg-type]

    assert Client(Sidecars(app, site)).get("/a.json.c2pa").content == STORE


def test_a_prefix(site: Path) -> None:
    app = Starlette(routes=[Mount("/files", StaticFiles(directory=site))])
    served = Client(Sidecars(app, site, prefix="/files"))
    assert served.get("/files/a.json").headers["link"] == '<a.json.c2pa>; rel="c2pa-manifest"'
    assert served.get("/files/a.json.c2pa").content == STORE
    assert served.get("/a.json.c2pa").status_code == 404


def test_a_store_that_is_too_large_is_left_to_the_application(site: Path) -> None:
    async def rest(request: Request) -> Response:
        return PlainTextResponse("the application")

    app = Sidecars(Starlette(routes=[Route("/{name}", rest)]), site, limits=Limits(store_bytes=4))
    assert Client(app).get("/a.json.c2pa").text == "the application"


def test_posts_are_left_alone(site: Path) -> None:
    assert client(site).get("/a.json.c2pa", "POST").status_code == 405


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such folder"):
        Sidecars(Starlette(), tmp_path / "nothing")
