"""What distrust lists say of the certificates of a chain, of an anchor, and of one that stands alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit.trust.distrust import normal_name
from provkit.trust.store import ListKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cryptography import x509

    from provkit.trust.credential import Credential
    from provkit.trust.store import TrustList, TrustStore


@dataclass(frozen=True, slots=True)
class Disbelief:
    """Why a certificate is not believed, for a span of time or for ever."""

    reason: str
    start: datetime | None
    end: datetime | None

    @property
    def is_bounded(self) -> bool:
        """For a span of time only."""
        return self.start is not None or self.end is not None

    def covers(self, at: datetime, *, stamped: bool) -> bool:
        """Whether it is about what was signed then; without a time stamp that may have been at any time."""
        begun = self.start is None or self.start <= at
        over = self.end is not None and self.end < at
        return not stamped or (begun and not over)


def first(entries: tuple[Disbelief, ...], at: datetime, *, stamped: bool) -> str | None:
    """The reason of the first that covers a time, or None."""
    return next((one.reason for one in entries if one.covers(at, stamped=stamped)), None)


def of_chain(credential: Credential, prints: list[bytes], store: TrustStore) -> Iterator[Disbelief]:
    """Why certificates of a chain are not believed; `prints` are their SHA-256."""
    for entry in _lists(store):
        for position, (fingerprint, certificate) in enumerate(
            zip(prints, credential.certificates, strict=True), 1
        ):
            where = "the signer" if position == 1 else f"certificate {position} of the chain"
            yield from _named(where, fingerprint, certificate, entry)


def of_anchor(der: bytes, certificate: x509.Certificate, store: TrustStore) -> tuple[Disbelief, ...]:
    """Why an anchor vouches for nobody.  A signer could leave it out of the chain, so it is asked for apart."""
    fingerprint = hashlib.sha256(der).digest()
    return tuple(
        one
        for entry in _lists(store)
        for one in _named("the authority above the chain", fingerprint, certificate, entry)
    )


def of_other(der: bytes, certificate: x509.Certificate, store: TrustStore) -> str | None:
    """Why a certificate that stands in no chain is not believed, at any time; or None."""
    fingerprint = hashlib.sha256(der).digest()
    found = (one.reason for entry in _lists(store) for one in _named("it", fingerprint, certificate, entry))
    return next(found, None)


def _lists(store: TrustStore) -> Iterator[TrustList]:
    return (entry for entry in store.lists if entry.kind is ListKind.DISTRUST)


def _named(
    where: str, fingerprint: bytes, certificate: x509.Certificate, entry: TrustList
) -> Iterator[Disbelief]:
    """How a distrust list names a certificate."""
    listed = f"{where} is on the distrust list {entry.name!r}"
    if fingerprint in entry.fingerprints:
        yield Disbelief(listed, None, None)
    for rule in entry.rules:
        if rule.fingerprint is not None:
            hit = rule.fingerprint == fingerprint
        else:
            hit = rule.serial == certificate.serial_number and rule.issuer == normal_name(
                certificate.issuer.rfc4514_string()
            )
        if hit:
            span = f" for what was signed {rule.span}" if rule.span else ""
            why = f": {rule.reason}" if rule.reason else ""
            yield Disbelief(f"{listed}{span}{why}", rule.start, rule.end)


__all__ = ["Disbelief", "first", "of_anchor", "of_chain", "of_other"]
