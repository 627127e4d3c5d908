"""What an input of a crawl gives: documents, what sites say about themselves, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from provkit.crawl.caps import domain_of

if TYPE_CHECKING:
    from datetime import datetime

BODY_BYTES: Final = 64 * 1024 * 1024
"""Most of one body that is held in memory, bytes; the rest of a longer one is left out, and said so."""

SITE_BYTES: Final = 512 * 1024
"""Most of one ``robots.txt`` that is kept, bytes: RFC 9309 §2.5 asks for 500 KiB at least."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it was captured, before anything was made of it.  Immutable and picklable."""

    id: str
    """The identifier the input gives it; else ``sha256:`` of its bytes."""
    url: str
    """Where it was found; the empty string when the input does not say."""
    body: bytes
    """Its bytes without transfer and content codings: what a hash in a credential is over."""
    headers: tuple[tuple[str, str], ...] = ()
    """Of the HTTP response, in their order; one with two values stands here twice."""
    media_type: str | None = None
    """What the input calls it, a hint."""
    truncated: bool = False
    """The body is not all of it, so no hash can hold."""
    converted: bool = False
    """Text that somebody took out of the document (WET): most credentials did not come along."""
    captured_at: datetime | None = None
    """Aware."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file by which a host says how it may be used, met among the documents."""

    kind: str
    """``robots`` or ``tdmrep``."""
    host: str
    """As :func:`provkit.crawl.caps.domain_of` gives it."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that holds no document."""

    why: str
    """One word: ``request``, ``revisit``, ``status``, ``type`` and so on."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an input gave less than it should have."""

    path: str
    code: str
    """``cut`` (the file ends in the middle of a record), ``damaged``, ``headers``, ``row``, ``coding`` or
    ``unreadable``."""
    message: str
    """One sentence; raw, so escape it before it reaches a terminal."""
    position: int | None = None
    """Byte, line or row in the file where it shows."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The end of a part of an input, and where what follows on it begins."""

    position: int
    """Byte, row group or file; at or behind the end of the part."""
    rows: int = 0
    """Lines in the part: the next one counts its own from 1."""


Entry = Document | SiteFile | Skipped | Problem | Edge


def site_file(url: str, body: bytes) -> SiteFile | None:
    """The file at `url` as a word of its host, if it stands where such files stand."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    kind = {"/robots.txt": "robots", "/.well-known/tdmrep.json": "tdmrep"}.get(path)
    return SiteFile(kind, domain_of(url), body[:SITE_BYTES]) if kind else None


__all__ = [
    "BODY_BYTES",
    "SITE_BYTES",
    "Document",
    "Edge",
    "Entry",
    "Problem",
    "SiteFile",
    "Skipped",
    "site_file",
]
