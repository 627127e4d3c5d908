"""Running the service with uvicorn: one process for HTTP, workers for files, and an orderly end."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from provkit.errors import ConfigurationError
from provkit.serve import logs
from provkit.serve.app import build_app
from provkit.serve.connections import Connection
from provkit.serve.crew import REPLACE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.serve.configuration import Configuration
    from provkit.trust.store import TrustStore

_CONNECTIONS: Final = 8
"""Open connections for each request that may be at work."""
_HEADER_BYTES: Final = 32 * 1024
_IDLE_SECONDS: Final = 5
_SPARE_SECONDS: Final = 15
"""For what comes after: a worker to be replaced, an answer to be read."""
_SIGNALS: Final = ("SIGTERM", "SIGINT", "SIGHUP")


class _Server(uvicorn.Server):
    """Says where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, started: Callable[[str], None]) -> None:
        super().__init__(config)
        self._said = started

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self.servers:
            host, port, *_ = self.servers[0].sockets[0].getsockname()
            self._said(f"http://{f'[{host}]' if ':' in host else host}:{port}")


def run(configuration: Configuration, trust: TrustStore, started: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGHUP or Ctrl-C; then finish what was accepted, and return.

    Args:
        configuration: what the operator wrote.
        trust: who may sign.
        started: told the address once requests are answered.

    Raises:
        ConfigurationError: the service does not start; the log says more.
    """
    logs.write_to_stderr()
    server, bounds = configuration.server, configuration.limits
    # Sent, waiting for a worker, at work.
    job = bounds.job_seconds + (configuration.urls.seconds if configuration.urls.enabled else 0)
    longest = bounds.upload_seconds + max(job, REPLACE_SECONDS) + job + _SPARE_SECONDS
    app = build_app(configuration, trust)
    problems: list[ConfigurationError] = []
    config = uvicorn.Config(
        _keep_problem(app, problems),
        host=server.host,
        port=server.port,
        lifespan="on",
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here asks who sends
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=int(longest) + 1,
        limit_concurrency=bounds.concurrency * _CONNECTIONS,
        h11_max_incomplete_event_size=_HEADER_BYTES,
    )
    try:
        line = config.bind_socket()
    except SystemExit as error:  # uvicorn's way to say that it cannot
        raise ConfigurationError(
            f"cannot listen on {server.host}, port {server.port}", hint="is the port taken?"
        ) from error
    service = _Server(config, started)
    # uvicorn puts back what it found, and raises the signal again when it is done.
    for name in _SIGNALS:
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), service.handle_exit)
    try:
        service.run(sockets=[line])
    except SystemExit as error:  # uvicorn's way to say that the application did not start
        found = problems[0] if problems else ConfigurationError("the service did not start; the log says why")
        raise found from error
    logs.event("stopped")


def _keep_problem(app: Any, problems: list[ConfigurationError]) -> Any:
    """The application, which tells us what uvicorn would only log: why it did not start."""

    async def kept(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        try:
            await app(scope, receive, send)
        except ConfigurationError as error:
            problems.append(error)
            raise

    return kept


__all__ = ["run"]
