"""Fetching what a file refers to: the only module that may open a socket.

Nothing in provkit fetches by itself; a caller passes a :class:`Fetcher`, or there is no network.

1. resolve the reference against its base, and hold it against the rules;
2. resolve the name, once, and check every address;
3. connect to one of exactly these addresses; TLS is checked against the name;
4. send a request that says nothing about the sender: no cookie, no credential, no proxy;
5. read the answer within the limits;
6. a redirect starts again at 1.

One deadline covers all of it.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit import http1
from provkit.carriers import links
from provkit.errors import BlockedError, ConfigurationError, FetchError, MalformedError
from provkit.fetch_rules import FetchRules, Target, is_literal, parse
from provkit.http1 import Headers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["FetchRules", "Fetched", "Fetcher", "Headers", "system_resolver"]

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRIED: Final = 4
"""Addresses of one name that a connection is tried to."""
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back, whatever its status.  Immutable, picklable."""

    url: str
    """Where it came from in the end, without a fragment."""
    status: int
    headers: Headers
    body: bytes

    @property
    def media_type(self) -> str | None:
        """What the server calls it, lower case, without parameters: a hint, like any such statement."""
        value = self.headers.get("content-type")
        return value.partition(";")[0].strip().lower() or None if value else None


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the operating system resolves it.

    Raises:
        OSError: there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches over HTTPS what :class:`FetchRules` allow.

    Holds no connection and no state: safe to share between threads, and picklable if its resolver is
    (a function of a module).  Each :meth:`get` or :meth:`post` opens a connection of its own and closes it.
    """

    rules: FetchRules = FetchRules()  # noqa: RUF009 - immutable
    resolver: Callable[[str, int], Sequence[str]] = system_resolver
    """From a name and a port to IP addresses, or an OSError.  Called once for each request, in a thread
    of its own; it is left behind there if it takes longer than the time there is."""
    roots: bytes | None = None
    """Certificates to trust for TLS, PEM; those of the operating system when None."""

    def get(
        self,
        url: str,
        *,
        base: str | None = None,
        accept: tuple[str, ...] = (),
        body_bytes: int | None = None,
    ) -> Fetched:
        """Fetch one address.

        Args:
            url: the address, or with a base a reference relative to it; a fragment is not sent.
            base: where the asset with the reference came from, if it came from the web.
            accept: media types asked for; nothing forces a server to send one of them.
            body_bytes: a limit on the body below that of the rules.

        Returns:
            The answer of any status, body whole.

        Raises:
            BlockedError: a rule refuses it, or size or time ran out.
            FetchError: no such host, no connection, a certificate that does not hold, a broken answer.
            ConfigurationError: the root certificates or the media types asked for cannot be used.
        """
        deadline = time.monotonic() + self.rules.total_seconds
        most = self.rules.body_bytes if body_bytes is None else min(body_bytes, self.rules.body_bytes)
        origin = None if base is None else parse(base)
        target = self.rules.target(_resolved(url, base), origin)
        for _ in range(self.rules.redirects + 1):
            found = self._ask(target, _request(target, accept), most, deadline)
            if isinstance(found, Fetched):
                return found
            target = self.rules.target(_resolved(found, target.url), origin or target)
        raise BlockedError(f"more than {self.rules.redirects} redirects, the last to {target}")

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: tuple[str, ...] = (),
        body_bytes: int | None = None,
    ) -> Fetched:
        """Send something to one address and read the answer; a redirect is not followed.

        Args:
            url: the address, absolute; a fragment is not sent.
            body: what is sent.
            content_type: its media type.
            accept: media types asked for.
            body_bytes: a limit on the body of the answer below that of the rules.

        Raises:
            BlockedError, FetchError, ConfigurationError: as :meth:`get`; a redirect is a BlockedError.
        """
        deadline = time.monotonic() + self.rules.total_seconds
        most = self.rules.body_bytes if body_bytes is None else min(body_bytes, self.rules.body_bytes)
        target = self.rules.target(_resolved(url, None), None)
        found = self._ask(target, _request(target, accept, (content_type, body)), most, deadline)
        if isinstance(found, Fetched):
            return found
        raise BlockedError(f"{target}: redirects, and what is sent to one address is not sent to another")

    def _ask(self, target: Target, request: bytes, most: int, deadline: float) -> Fetched | str:
        """The answer, or where it redirects to."""
        context = _context(self.roots) if target.scheme == "https" else None
        addresses = self._addresses(target, deadline)
        try:
            with _connect(target, addresses, self.rules.connect_seconds, deadline) as plain:
                if context is None:
                    return _talk(plain, target, request, most, self.rules.read_seconds, deadline)
                plain.settimeout(_left(deadline, self.rules.read_seconds))
                # Without suppress_ragged_eofs a body that ends with the connection cannot be cut short.
                with context.wrap_socket(
                    plain, server_hostname=target.host, suppress_ragged_eofs=False
                ) as secure:
                    return _talk(secure, target, request, most, self.rules.read_seconds, deadline)
        except TimeoutError:
            raise BlockedError(f"{target}: the server took too long") from None
        except ssl.SSLCertVerificationError as error:
            raise FetchError(f"{target}: the certificate: {error.verify_message}") from None
        except OSError as error:
            raise FetchError(f"{target}: {error.strerror or error}") from None

    def _addresses(self, target: Target, deadline: float) -> tuple[str, ...]:
        if is_literal(target.host):
            return self.rules.check_addresses(target.host, (target.host,))
        answer: Future[Sequence[str]] = Future()

        def resolve() -> None:
            try:
                answer.set_result(self.resolver(target.host, target.port))
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                answer.set_exception(error)

        # The resolver of the system cannot be told how long it may take.
        threading.Thread(target=resolve, name="provkit-resolver", daemon=True).start()
        try:
            addresses = answer.result(_left(deadline))
        except TimeoutError:
            raise BlockedError(f"{target.host}: its name took too long to resolve") from None
        except OSError as error:
            raise FetchError(f"{target.host} could not be resolved: {error.strerror or error}") from None
        return self.rules.check_addresses(target.host, addresses)


def _resolved(reference: str, base: str | None) -> str:
    try:
        return links.resolve(reference, base)
    except MalformedError as error:
        raise BlockedError(error.message) from None


def _left(deadline: float, most: float = float("inf")) -> float:
    """Seconds that may be waited now; a TimeoutError when none are left."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return min(seconds, most)


def _context(roots: bytes | None) -> ssl.SSLContext:
    # Not create_default_context, which writes the keys of the session where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if roots is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(cadata=roots.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise ConfigurationError(f"the root certificates for TLS cannot be used: {error}") from None
    return context


def _request(target: Target, accept: tuple[str, ...], sent: tuple[str, bytes] | None = None) -> bytes:
    """A request: GET, or POST of what is `sent`, which is a media type and a body."""
    wanted = ", ".join((*accept, "*/*;q=0.1") if accept else ("*/*",))
    types = wanted if sent is None else f"{wanted}, {sent[0]}"
    if not (types.isascii() and types.isprintable()):
        raise ConfigurationError(f"{types!r} are no media types")
    body = (f"Content-Type: {sent[0]}", f"Content-Length: {len(sent[1])}") if sent else ()
    lines = (
        f"{'POST' if sent else 'GET'} {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "User-Agent: provkit",
        f"Accept: {wanted}",
        "Accept-Encoding: identity",
        *body,
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(lines).encode("ascii") + (sent[1] if sent else b"")


def _connect(target: Target, addresses: tuple[str, ...], seconds: float, deadline: float) -> socket.socket:
    failure: OSError | None = None
    for address in addresses[:_TRIED]:
        try:
            return _dial(address, target.port, _left(deadline, seconds))
        except OSError as error:
            failure = error
    raise failure or TimeoutError


def _dial(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address that was checked; nothing is resolved here."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection


def _talk(
    connection: socket.socket, target: Target, request: bytes, most: int, silence: float, deadline: float
) -> Fetched | str:
    def receive(length: int) -> bytes:
        connection.settimeout(_left(deadline, silence))
        return connection.recv(min(length, _PIECE))

    connection.settimeout(_left(deadline, silence))
    connection.sendall(request)
    stream = http1.Stream(receive)
    try:
        head = http1.read_head(stream)
        if head.status in _REDIRECTS:
            places = head.headers.get_all("location")
            if len(places) != 1 or not places[0].isascii():
                raise FetchError("a redirect to nowhere, or to several places")
            return places[0]
        return Fetched(target.url, head.status, head.headers, http1.read_body(stream, head, most))
    except (BlockedError, FetchError) as error:
        raise type(error)(f"{target}: {error.message}") from None
