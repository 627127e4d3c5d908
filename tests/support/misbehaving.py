"""A server on loopback that does whatever a test wants, over TLS with a certificate of its own.

    with Server() as server:
        server.answer("/a", response(b"body"))
        server.answer("/b", endless)

An answer is bytes, or a function that gets a :class:`Line` to write to.  Every thread ends with the
``with`` block: whatever waits, waits on an event that is set there.
"""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from cryptography import x509

from support import pki

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = bytes | Callable[["Line"], None]

NAMES: Final = ("one.test", "two.test")
_DRIP: Final = 0.02
_PATIENCE: Final = 20.0


@lru_cache(maxsize=1)
def authority() -> pki.Authority:
    """Who issued the certificates of the servers."""
    now = datetime.now(UTC)
    return pki.make_ca("Test Server Root", start=now - timedelta(days=1), end=now + timedelta(days=1))


@lru_cache(maxsize=8)
def _context(names: tuple[str, ...]) -> ssl.SSLContext:
    now = datetime.now(UTC)
    san = [x509.DNSName(name) for name in names] + [x509.IPAddress(ip_address("127.0.0.1"))]
    leaf, key = pki.make_leaf(
        authority(),
        ekus=(pki.SERVER_AUTH,),
        extra=[(x509.SubjectAlternativeName(san), False)],
        start=now - timedelta(hours=1),
        end=now + timedelta(hours=1),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "server.pem")
        path.write_bytes(leaf.public_bytes(pki.PEM) + pki.key_pem(key))
        context.load_cert_chain(path)
    return context


class Line:
    """A connection to one client."""

    def __init__(self, connection: socket.socket, stop: threading.Event) -> None:
        self.connection = connection
        self.stop = stop
        self.gone = False

    def send(self, data: bytes) -> bool:
        """Whether the client still listens."""
        if self.stop.is_set():
            return False
        try:
            self.connection.sendall(data)
        except OSError:
            return False
        return True

    def drip(self, piece: bytes) -> None:
        """The same again and again, slowly, until the client has enough."""
        while self.send(piece) and not self.stop.wait(_DRIP):
            pass

    def flood(self, piece: bytes) -> None:
        """The same again and again, as fast as can be, until the client has enough."""
        while self.send(piece):
            pass

    def cut(self) -> None:
        """End the connection without the farewell of TLS."""
        self.gone = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self.stop.wait(_PATIENCE)


class Server:
    """Listens from the start of the ``with`` block to its end.

    Args:
        tls: False: plain HTTP.
        names: what the certificate is for, besides 127.0.0.1.
        greet: takes over each connection before anything is read, instead of TLS and HTTP.
    """

    def __init__(
        self,
        *,
        tls: bool = True,
        names: tuple[str, ...] = NAMES,
        greet: Callable[[Line], None] | None = None,
    ) -> None:
        self.hits = 0
        """Connections that were made."""
        self.requests: list[bytes] = []
        """What was asked, whole."""
        self._answers: dict[str, Answer] = {}
        self._greet = greet
        self._context = _context(names) if tls else None
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def answer(self, path: str, with_what: Answer) -> None:
        """What comes back for a path; anything else is not found."""
        self._answers[path] = with_what

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        # Closing the socket does not wake a thread that waits for a connection; a connection does.
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._listener.close()

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stop.is_set():
                connection.close()
                return
            self.hits += 1
            connection.settimeout(_PATIENCE)
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            if self._greet is not None:
                self._greet(Line(connection, self._stop))
                return
            try:
                if self._context is None:
                    self._talk(connection)
                    return
                with self._context.wrap_socket(connection, server_side=True) as secure:
                    self._talk(secure)
            except OSError:
                return  # the client went away: it is the client that is tested

    def _talk(self, connection: socket.socket) -> None:
        request = b""
        while not _is_whole(request):
            data = connection.recv(65536)
            if not data:
                return
            request += data
        self.requests.append(request)
        answer = self._answers.get(request.split()[1].decode(), response(b"", status="404 Not Found"))
        line = Line(connection, self._stop)
        if isinstance(answer, bytes):
            line.send(answer)
        else:
            answer(line)
        if isinstance(connection, ssl.SSLSocket) and not line.gone:
            connection.unwrap()


def _is_whole(request: bytes) -> bool:
    """Whether the head of a request is there, and the body that it announces."""
    head, end, body = request.partition(b"\r\n\r\n")
    _, _, length = head.partition(b"Content-Length: ")
    return bool(end) and len(body) >= int(length.partition(b"\r\n")[0] or b"0")


def response(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """A response; without ``length`` it ends with the connection."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "\r\n")).encode("latin-1") + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """A response that leads elsewhere."""
    return response(b"", f"Location: {location}", status=status)
