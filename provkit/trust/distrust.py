"""Certificates that are not believed, whatever vouches for them.

What people write is :mod:`provkit.trust.distrust_file`; this is what the verifier looks at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class DistrustRule:
    """One entry.  Either :attr:`fingerprint`, or :attr:`issuer` and :attr:`serial`."""

    issuer: str | None = None
    """Issuer as :func:`normal_name` gives it."""
    serial: int | None = None
    """Serial number."""
    fingerprint: bytes | None = None
    """SHA-256 of the certificate, 32 bytes."""
    reason: str | None = None
    """Why, for people."""
    start: datetime | None = None
    """Only what was signed from then on; UTC."""
    end: datetime | None = None
    """Only what was signed up to then; UTC."""

    @property
    def span(self) -> str:
        """When it counts, for people; empty for ever."""
        parts = (("from", self.start), ("until", self.end))
        return " ".join(f"{word} {moment:%Y-%m-%d %H:%M}" for word, moment in parts if moment is not None)


def normal_name(rfc4514: str) -> str:
    """A distinguished name for comparison: letter case and runs of white space do not count."""
    return " ".join(rfc4514.casefold().split())


__all__ = ["DistrustRule", "normal_name"]
