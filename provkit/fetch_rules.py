"""What may be fetched, decided without touching a network (spec/fetching.md).

Addresses to fetch come out of files and headers that strangers wrote, so a verifier could be
made to ask its own network for things.  Whatever is not plainly harmless is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from provkit.carriers import links
from provkit.errors import BlockedError, ConfigurationError, MalformedError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ADDRESSES: Final = 64
"""Addresses one name may have: real ones have fewer than twenty."""

_SHOWN: Final = 200
_PORTS: Final = {"https": 443, "http": 80}
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# What a program may take for a number takes other forms than four decimal bytes: 127.1, 0x7f000001.
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEPT: Final = "/?%:@!$&'()*+,;=-._~[]|"

# The registries of special-purpose addresses of IANA (RFC 6890 and its updates), spelled out: what
# the ipaddress module calls global differs between releases of Python.
_NEVER: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this host
            "169.254.0.0/16",  # link-local; the metadata of clouds
            "168.63.129.16/32",  # a public address that on Azure is the host of the machine
            "192.0.0.0/24",  # protocol assignments; the metadata of Oracle's cloud
            "192.88.99.0/24",  # relays of 6to4
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
_PRIVATE: Final = tuple(
    map(
        IPv4Network,
        (
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by the customers of a provider
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.0.2.0/24",  # documentation
            "192.168.0.0/16",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
        ),
    )
)
_GLOBAL_6: Final = IPv6Network("2000::/3")
_NEVER_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address in disguise
            "3fff::/20",  # documentation
        ),
    )
)
_PRIVATE_6: Final = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))
_TRANSLATED: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv4-mapped, and the prefix of NAT64: judged as the IPv4 address that they stand for."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that has been taken apart, and may be asked."""

    scheme: str
    host: str
    """Lower case; a name, or a literal address without brackets."""
    port: int
    path: str
    """Path and query as they are sent: ASCII, and never empty."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host, port: RFC 6454 §4."""
        return (self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """Host and port as the ``Host`` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address, without a fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def __str__(self) -> str:
        """The address as messages have it: not longer than anybody reads."""
        url = self.url
        return url if len(url) <= _SHOWN else f"{url[:_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What a :class:`provkit.Fetcher` may ask for, and how much it may spend on it.

    Immutable, picklable, safe to share between threads.

    Raises:
        ConfigurationError: when made with values that make no sense.
    """

    schemes: tuple[str, ...] = ("https",)
    """``https``, ``http``; without TLS nobody vouches for what comes back."""

    same_origin: bool = True
    """Only scheme, host and port of the base; without a base, redirects stay with the first address."""

    hosts: frozenset[str] | None = None
    """The only hosts that may be asked, lower case; any when None."""

    ports: tuple[int, ...] = (443,)
    """Ports that may be asked."""

    allow_private: bool = False
    """Loopback, private and shared addresses too: for tests and intranets.  Link-local ones never."""

    redirects: int = 1
    """Redirects followed in all."""

    body_bytes: int = 64 * 1024 * 1024
    """Largest body, bytes; it is held in memory."""

    connect_seconds: float = 5.0
    """Longest wait for a connection to one address."""

    read_seconds: float = 10.0
    """Longest silence of the server."""

    total_seconds: float = 30.0
    """Longest time for everything, from the name to the last byte, redirects included."""

    def __post_init__(self) -> None:
        if not self.schemes or any(scheme not in _PORTS for scheme in self.schemes):
            raise ConfigurationError(f"schemes that can be fetched are https and http, not {self.schemes!r}")
        if not self.ports or any(not 0 < port < 65536 for port in self.ports):
            raise ConfigurationError(f"{self.ports!r} are no ports")
        if self.redirects < 0 or self.body_bytes < 0:
            raise ConfigurationError("redirects and bytes of a body cannot be less than none")
        seconds = (self.connect_seconds, self.read_seconds, self.total_seconds)
        if not all(0 < value <= 86_400 for value in seconds):
            raise ConfigurationError("times to wait are more than zero and at most a day")

    def target(self, url: str, origin: Target | None = None) -> Target:
        """Take an absolute address apart and hold it against every rule but that on IP addresses.

        Args:
            url: absolute; a fragment is dropped.
            origin: what it has to be of the same origin with, if the rules ask for that.

        Raises:
            BlockedError: it may not be asked for.
        """
        found = parse(url)
        if found.scheme not in self.schemes:
            raise BlockedError(f"{found}: {found.scheme} is not fetched")
        if self.same_origin and origin is not None and found.origin != origin.origin:
            raise BlockedError(
                f"{found}: not of the same origin as {origin}",
                hint="allow other origins if you trust where it leads",
            )
        if self.hosts is not None and found.host not in self.hosts:
            raise BlockedError(f"{found}: the host is not one of those allowed")
        if found.port not in self.ports:
            raise BlockedError(f"{found}: port {found.port} is not asked")
        if not self.allow_private and "." not in found.host and ":" not in found.host:
            raise BlockedError(f"{found}: a name without a dot means something only in its own network")
        return found

    def check_addresses(self, host: str, addresses: Sequence[str]) -> tuple[str, ...]:
        """All addresses a name resolved to, each once and in their order, if every one may be asked.

        One private address among public ones refuses them all: whoever runs the name runs them all.

        Raises:
            BlockedError: one of them may not be asked, or there are none, or too many.
        """
        if not 0 < len(addresses) <= MOST_ADDRESSES:
            raise BlockedError(f"{host} has {len(addresses)} addresses")
        for address in addresses:
            if not is_allowed(address, private=self.allow_private):
                raise BlockedError(f"{host} has the address {address}, which is not a public one")
        return tuple(dict.fromkeys(addresses))


def parse(url: str) -> Target:
    """Take an absolute address apart.

    Raises:
        BlockedError: it is none, or one that programs understand in different ways.
    """
    try:
        whole = links.resolve(url)
    except MalformedError as error:
        raise BlockedError(error.message) from None
    scheme, _, rest = whole.partition("#")[0].partition("://")
    if scheme not in _PORTS:
        raise BlockedError(f"{scheme[:80]}: is not fetched")
    end = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    if not authority.isascii():
        raise BlockedError(f"the host {authority[:80]!r} is not in ASCII", hint="write it in its xn-- form")
    authority = authority.lower()
    if "@" in authority:
        raise BlockedError("an address with a user name or a password in it")
    if _PERCENT.search(path):
        raise BlockedError("an address with a broken percent-encoding")
    if not path.startswith("/"):
        path = "/" + path
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(.*))?", authority)
    if match is None or (match[2] and not _PORT.fullmatch(match[2])):
        raise BlockedError(f"{authority[:80]!r} is no host and port")
    port = int(match[2]) if match[2] else _PORTS[scheme]
    return Target(scheme, _host(match[1]), port, quote(path, safe=_KEPT))


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            address = IPv6Address(text[1:-1])
        except AddressValueError:
            raise BlockedError(f"{text[:80]!r} is no IPv6 address") from None
        if address.scope_id is not None:
            raise BlockedError(f"{text[:80]!r} means something only on one machine")
        return str(address)
    labels = text.split(".")
    if len(text) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise BlockedError(f"{text[:80]!r} is no name of a host")
    if _NUMERIC.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(text))
        except AddressValueError:
            raise BlockedError(f"{text[:80]!r} is an odd way to write an IPv4 address") from None
    return text


def is_literal(host: str) -> bool:
    """Whether the host of a :class:`Target` is an address and not a name."""
    return ":" in host or _NUMERIC.fullmatch(host.rpartition(".")[2]) is not None


def is_allowed(address: str, *, private: bool = False) -> bool:
    """Whether an IP address belongs to the public Internet, or may be asked all the same.

    Args:
        address: as a resolver gives it; what is none is not allowed.
        private: loopback, private, shared and documentation addresses are allowed too.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.scope_id is not None:
            return False
        for network in _TRANSLATED:
            if found in network:
                found = IPv4Address(int(found) & 0xFFFF_FFFF)
                break
    if isinstance(found, IPv4Address):
        if any(found in network for network in _NEVER):
            return False
        return private or not any(found in network for network in _PRIVATE)
    if found in _GLOBAL_6:
        return not any(found in network for network in _NEVER_6)
    return private and any(found in network for network in _PRIVATE_6)
