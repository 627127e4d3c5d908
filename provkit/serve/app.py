"""The ASGI application: routes, what every response has, what every request leaves in the log.

app = build_app(Configuration(), provkit.TrustStore.bundled())

It can be mounted into another application, or run by any ASGI server with one process.
"""

from __future__ import annotations

import secrets
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from provkit.serve import logs, page
from provkit.serve.refusals import RefusalError
from provkit.serve.service import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from provkit.serve.configuration import Configuration
    from provkit.trust.store import TrustStore

_STATIC: Final = "/static/"
_HEADERS: Final = (
    (b"content-security-policy", page.POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_KINDS: Final = {404: "not-found", 405: "method"}
_REFUSED: Final = 400
_LINGER_SECONDS: Final = 2
_GONE: Final = 499
"""In the log, the status of a request whose sender did not wait for the answer."""


def build_app(configuration: Configuration, trust: TrustStore) -> Starlette:
    """The application; its workers run between its startup and its shutdown.

    Args:
        configuration: what the operator wrote.
        trust: who may sign.
    """
    service = Service(configuration, trust)
    routes = [
        Route("/v1/verify", service.verify, methods=["POST"]),
        Route("/v1/label", service.label, methods=["POST"]),
        Route("/v1/sign", service.sign, methods=["POST"]),
        Route("/healthz", service.health),
        Route("/readyz", service.readiness),
        Route("/openapi.json", service.description),
    ]
    if configuration.server.metrics:
        routes.append(Route("/metrics", service.numbers))
    if configuration.server.page:
        routes += [
            Route("/", service.show),
            Route("/", service.check, methods=["POST"]),
            Route(_STATIC + "{name}", _static),
        ]
    app = Starlette(
        routes=routes,
        lifespan=_lifespan(service),
        exception_handlers={RefusalError: _refused, HTTPException: _not_there, ClientDisconnect: _gone},
    )
    known = frozenset(route.path for route in routes)
    app.add_middleware(Observed, service=service, known=known)
    return app


def _lifespan(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        try:
            await service.start()
            yield
        finally:
            await service.stop()

    return lifespan


async def _static(request: Request) -> Response:
    asset = page.ASSETS.get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.data, media_type=asset.media_type, headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusalError):
        raise error
    request.state.facts = {"error": error.kind}
    return error.response()


async def _not_there(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    kind = _KINDS.get(error.status_code, "malformed")
    refusal = RefusalError(
        error.status_code, kind, error.detail.lower(), hint="see: /openapi.json", headers=error.headers
    )
    return await _refused(request, refusal)


async def _gone(request: Request, error: Exception) -> Response:
    del error
    request.state.facts = {"error": "gone"}
    return Response(status_code=_GONE)


class Observed:
    """Logs and counts every request, and puts the same headers on every response.

    Args:
        app: what answers.
        service: whose counters.
        known: routes that have a name in the log; a path of a request never gets there.
    """

    def __init__(self, app: ASGIApp, service: Service, known: frozenset[str]) -> None:
        self._app = app
        self._service = service
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        said = dict(scope["headers"])
        ident = secrets.token_hex(8)
        state = scope.setdefault("state", {})
        status = sent = received = 0
        unread = _has_body(said)

        async def count(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                extra = [(name, value) for name, value in _HEADERS if name not in given]
                if b"cache-control" not in given:
                    extra.append((b"cache-control", b"no-store"))
                extra.append((b"x-request-id", ident.encode("ascii")))
                message = {**message, "headers": [*message["headers"], *extra]}
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
                if unread and status >= _REFUSED and not message.get("more_body"):
                    await send({**message, "more_body": True})
                    await _read_on(listen)
                    message = {"type": "http.response.body"}
            await send(message)

        async def listen() -> Message:
            nonlocal received, unread
            message = await receive()
            received += len(message.get("body", b""))
            unread = bool(message.get("more_body"))
            return message

        try:
            await self._app(scope, listen, count)
        except Exception:  # noqa: BLE001 - the boundary: whoever asked gets an answer, the log the reason
            status = 500
            logs.LOGGER.exception("unexpected", extra={"facts": {"id": ident}})
            if not sent:
                await RefusalError(500, "internal", "this is a bug in provkit").response()(
                    scope, receive, count
                )
        finally:
            seconds = time.perf_counter() - began
            route = self._route(scope["path"])
            self._service.metrics.count("provkit_requests_total", route=route, status=str(status))
            self._service.metrics.took(route, seconds)
            logs.event(
                "request",
                id=ident,
                method=scope["method"] if scope["method"] in _METHODS else "other",
                route=route,
                status=status,
                seconds=round(seconds, 4),
                received=received,
                sent=sent,
                **state.get("facts", {}),
            )

    def _route(self, path: str) -> str:
        if path in self._known:
            return path
        return _STATIC if path.startswith(_STATIC) else "other"


def _has_body(headers: dict[bytes, bytes]) -> bool:
    """Whether a sender sends on, whatever he is told."""
    return b"expect" not in headers and (
        b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
    )


async def _read_on(receive: Receive) -> None:
    """Take the rest of a request, for a moment: a proxy that is cut off while it sends reads no answer."""
    with anyio.move_on_after(_LINGER_SECONDS):
        while (await receive()).get("more_body"):
            pass


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})

__all__ = ["Observed", "build_app"]
