"""Who may sign: lists of anchors, of allowed signers, and of what is no longer believed.

    store = TrustStore.bundled().with_anchors(pem, name="our house CA")

A list that cannot be used is a :class:`provkit.ConfigurationError`, never a shorter list: the
alternative is a verifier that calls everybody untrusted and does not say why.
"""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit.errors import ConfigurationError
from provkit.trust import oids, pem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.trust.distrust import DistrustRule

_SHA256_BYTES: Final = 32
_USE_ALLOWED: Final = (
    "list a single signer with an allowed list (--allowed); anchors are certification authorities"
)


class Purpose(StrEnum):
    """What a list vouches for.  They are never mixed (C2PA 2.4 §14.4.1)."""

    CLAIM_SIGNING = "claim-signing"
    TIME_STAMPING = "time-stamping"
    IDENTITY = "identity"
    """Whoever signs identity assertions (CAWG identity 1.2); no such list is bundled."""


class ListKind(StrEnum):
    """How a list is used."""

    ANCHORS = "anchors"
    """Certification authorities: whoever chains to one is trusted."""
    ALLOWED = "allowed"
    """Single signers, trusted as such (C2PA 2.4 §14.4.3, private credential store)."""
    DISTRUST = "distrust"
    """Certificates that are not believed, whatever else vouches for them."""


@dataclass(frozen=True, slots=True)
class TrustList:
    """One list, as loaded.  Immutable, picklable."""

    name: str
    """Shown to people as what vouches for a signer."""
    kind: ListKind
    """What being listed means."""
    purpose: Purpose | None
    """What the list vouches for; None for a distrust list, which counts for every purpose."""
    certificates: tuple[bytes, ...] = ()
    """Listed certificates, DER, in file order, without repetitions."""
    fingerprints: frozenset[bytes] = frozenset()
    """SHA-256 of each listed end-entity certificate (allowed and distrust lists), 32 bytes each."""
    rules: tuple[DistrustRule, ...] = ()
    """Entries of a distrust list."""
    ekus: frozenset[str] = oids.CLAIM_SIGNER_EKUS
    """Extended key usages, dotted, one of which a signer must carry for this list to vouch for it."""
    date: date | None = None
    """Day of the list's last change, where it is known."""
    source: str | None = None
    """Where a bundled list was published."""
    bundled: bool = False
    """The list came with provkit."""

    @property
    def entries(self) -> int:
        """Number of entries: certificates, fingerprints without a certificate, or rules."""
        return max(len(self.certificates), len(self.fingerprints), len(self.rules))

    def _parts(self) -> Iterator[bytes]:
        yield f"{self.name}\0{self.kind}\0{self.purpose}\0{sorted(self.ekus)}".encode()
        yield from self.certificates
        yield b"fingerprints"
        yield from sorted(self.fingerprints)
        for rule in self.rules:
            yield repr(rule).encode()


@dataclass(frozen=True, slots=True, eq=False)
class TrustStore:
    """Every list that is consulted.  Immutable, picklable, hashable, safe between threads.

    Two stores with the same contents are equal and have the same :attr:`digest`, so results
    can be cached under it.  ``with_*`` return a new store.
    """

    lists: tuple[TrustList, ...] = ()
    """The lists, in the order they were added."""
    digest: bytes = field(init=False, repr=False)
    """SHA-256 over the contents of all lists."""

    def __post_init__(self) -> None:
        outer = hashlib.sha256(b"provkit trust store 1")
        for entry in self.lists:
            inner = hashlib.sha256()
            for part in entry._parts():  # noqa: SLF001 - same module
                inner.update(len(part).to_bytes(8, "big"))
                inner.update(part)
            outer.update(inner.digest())
        object.__setattr__(self, "digest", outer.digest())

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, TrustStore) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    @staticmethod
    def empty() -> TrustStore:
        """A store without lists: every signer is untrusted."""
        return _EMPTY

    @staticmethod
    def bundled() -> TrustStore:
        """The official C2PA lists that came with provkit, for both purposes.

        Read once per process.

        Raises:
            ConfigurationError: the installation is damaged.
        """
        return _bundled()

    @property
    def is_empty(self) -> bool:
        """No list can vouch for anybody; distrust lists do not count."""
        return not any(entry.kind is not ListKind.DISTRUST for entry in self.lists)

    @property
    def bundled_date(self) -> date | None:
        """Day of the oldest bundled list; None when none is used."""
        return min((entry.date for entry in self.lists if entry.bundled and entry.date), default=None)

    def with_anchors(
        self, data: bytes, *, name: str, purpose: Purpose = Purpose.CLAIM_SIGNING, date: date | None = None
    ) -> TrustStore:
        """Add certification authorities.

        Each must be a CA (``basicConstraints`` with cA true; version 1 roots are refused), allowed
        to sign certificates, with an RSA key of 2048 bits or more, P-256, P-384, P-521 or Ed25519,
        and not signed with MD5 or SHA-1 unless it is self-signed (nobody checks that signature).
        Expired ones are kept and vouch for what was signed in their time.  An intermediate may be
        an anchor.

        Args:
            data: PEM certificates; text between the blocks is skipped.
            name: shown as what vouches for a signer.
            purpose: what the authorities vouch for.
            date: day of the list's last change, for display.

        Raises:
            ConfigurationError: no certificate, or one that cannot be an anchor; the certificate is named.
        """
        from provkit.trust.vetting import anchor_problem

        ders = _pem(data, name)
        for position, der in enumerate(ders, 1):
            problem = anchor_problem(der)
            if problem is not None:
                raise ConfigurationError(
                    f"trust list {name!r}: certificate {position} ({problem.subject}) {problem.message}",
                    hint=_USE_ALLOWED if problem.is_leaf else None,
                )
        return self._with(TrustList(name, ListKind.ANCHORS, purpose, ders, ekus=_ekus(purpose), date=date))

    def with_allowed(self, data: bytes, *, name: str, date: date | None = None) -> TrustStore:
        """Add single signers, trusted as such whoever issued them (C2PA 2.4 §14.4.3).

        Args:
            data: PEM certificates, or lines with the base64 of the SHA-256 of a DER certificate;
                empty lines and lines that start with ``#`` are skipped.
            name: shown as what vouches for a signer.
            date: day of the list's last change, for display.

        Raises:
            ConfigurationError: nothing in it, or something that is neither.
        """
        ders: tuple[bytes, ...] = ()
        if pem.has_blocks(data):
            ders = _readable(_pem(data, name), name)
            prints = frozenset(hashlib.sha256(der).digest() for der in ders)
        else:
            prints = frozenset(_fingerprint_lines(data, name))
        return self._with(
            TrustList(
                name,
                ListKind.ALLOWED,
                Purpose.CLAIM_SIGNING,
                certificates=ders,
                fingerprints=prints,
                date=date,
            )
        )

    def with_distrust(self, data: bytes, *, name: str, date: date | None = None) -> TrustStore:
        """Add certificates that are not believed, wherever in a chain they stand.

        Args:
            data: PEM certificates, or TOML as :mod:`provkit.trust.distrust_file` describes it.
            name: shown in the explanation.
            date: day of the list's last change, for display.

        Raises:
            ConfigurationError: nothing in it, or an entry that cannot be understood.
        """
        if pem.has_blocks(data):
            ders = _readable(_pem(data, name), name)
            prints = frozenset(hashlib.sha256(der).digest() for der in ders)
            entry = TrustList(
                name, ListKind.DISTRUST, None, certificates=ders, fingerprints=prints, date=date
            )
        else:
            from provkit.trust.distrust_file import parse_rules

            entry = TrustList(name, ListKind.DISTRUST, None, rules=parse_rules(data, name), date=date)
        return self._with(entry)

    def _with(self, entry: TrustList) -> TrustStore:
        return TrustStore((*self.lists, entry))


_EMPTY: Final = TrustStore()


def _ekus(purpose: Purpose) -> frozenset[str]:
    return frozenset({oids.TIME_STAMPING}) if purpose is Purpose.TIME_STAMPING else oids.CLAIM_SIGNER_EKUS


def _pem(data: bytes, name: str) -> tuple[bytes, ...]:
    """The certificates of a list, each once.

    Raises:
        ConfigurationError: damaged, or none.
    """
    try:
        found = pem.certificates(data)
    except ValueError as error:
        raise ConfigurationError(f"trust list {name!r}: {error}", hint="the file may be cut off") from None
    if not found:
        raise ConfigurationError(
            f"trust list {name!r}: no certificate found",
            hint="expected PEM text with BEGIN CERTIFICATE lines",
        )
    return tuple(dict.fromkeys(found))


def _readable(ders: tuple[bytes, ...], name: str) -> tuple[bytes, ...]:
    from provkit.trust.vetting import unreadable

    for position, der in enumerate(ders, 1):
        if unreadable(der):
            raise ConfigurationError(
                f"trust list {name!r}: certificate {position} is not an X.509 certificate"
            )
    return ders


def _fingerprint_lines(data: bytes, name: str) -> Iterator[bytes]:
    found = False
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(b"#"):
            continue
        try:
            value = binascii.a2b_base64(line, strict_mode=True)
        except binascii.Error:
            value = b""
        if len(value) != _SHA256_BYTES:
            raise ConfigurationError(
                f"trust list {name!r}: line {number} is not the base64 of a SHA-256",
                hint="an allowed list holds PEM certificates, or one base64 SHA-256 a line",
            )
        found = True
        yield value
    if not found:
        raise ConfigurationError(f"trust list {name!r}: no entry found")


def _packaged(name: str) -> bytes:
    # importlib.resources would load thirty modules to read one file.
    from pkgutil import get_data

    data = get_data("provkit.trust", f"lists/{name}")
    if data is None:
        raise OSError(f"{name} is not in the package")
    return data


@lru_cache(maxsize=1)
def _bundled() -> TrustStore:
    # The lists were vetted when they were bundled (a test does it again), so what is checked
    # here is that they are those lists: parsing 52 certificates would cost every run 100 ms.
    import json

    lists: list[TrustList] = []
    try:
        for entry in json.loads(_packaged("index.json")):
            data = _packaged(entry["file"])
            if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                raise ConfigurationError(
                    f"bundled list {entry['name']!r} is damaged", hint="install provkit again"
                )
            purpose = Purpose(entry["purpose"])
            lists.append(
                TrustList(
                    name=entry["name"],
                    kind=ListKind.ANCHORS,
                    purpose=purpose,
                    certificates=_pem(data, entry["name"]),
                    # The official list vouches for one usage only (C2PA 2.4 §14.4.1).
                    ekus=frozenset({oids.CLAIM_SIGNING})
                    if purpose is Purpose.CLAIM_SIGNING
                    else _ekus(purpose),
                    date=date.fromisoformat(entry["date"]),
                    source=entry["source"],
                    bundled=True,
                )
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            "the bundled trust lists cannot be read", hint="install provkit again"
        ) from error
    return TrustStore(tuple(lists))
