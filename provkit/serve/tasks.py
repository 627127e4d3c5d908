"""What the service asks of its worker processes, and what they answer.  Picklable values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from provkit.carriers.source import Source
    from provkit.serve.configuration import Identity
    from provkit.trust.store import TrustStore

Want = Literal["verify", "label", "page"]


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes somebody sent: small ones as they are, others in a file of the service."""

    data: bytes | None
    path: str | None = None
    """Of a file that the request owns; None where `data` is."""

    def source(self) -> Source:
        """The bytes, held in memory or mapped from the file.

        Raises:
            FileAccessError: the file is gone.
        """
        from provkit.carriers.source import Memory
        from provkit.files import read_file

        return Memory(self.data if self.data is not None else read_file(self.path or ""))


@dataclass(frozen=True, slots=True)
class Setup:
    """What every worker of a crew knows."""

    trust: TrustStore
    """Who may sign."""
    memory_bytes: int
    """Address space of the process, bytes."""
    patient: bool = False
    """The crew gives way to others where there are too few processors."""
    fetch_seconds: float | None = None
    """Time for fetching, seconds; None where nothing is fetched."""
    body_bytes: int = 0
    """Largest thing fetched, bytes."""
    identities: dict[str, Identity] = field(default_factory=dict)
    """Keys that this crew signs with, as files; the other crews have none."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judge an upload, or what is at an address."""

    want: Want
    name: str
    """As the result calls it."""
    upload: Upload | None = None
    url: str | None = None
    manifest: Upload | None = None
    """A store kept apart from the upload."""
    pasted: bool = False
    """Came through a form field, in which line ends are not kept."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign an upload."""

    upload: Upload
    declaration: dict[str, Any]
    """``class`` and whatever else :class:`provkit.Origin` takes."""
    identity: str
    media_type: str | None
    resign: bool
    """Keep the credential that the upload carries as its history."""
    parent: Upload | None
    """A signed file that the upload was made from."""
    out: str
    """Where the result goes: a name in the folder of the service that is free."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out of a task."""

    status: int
    """Of HTTP."""
    body: str = ""
    """JSON, or HTML for a page."""
    facts: dict[str, str] = field(default_factory=dict)
    """Words for log and metrics: ``state``, ``origin``, ``label``, ``error``; nothing a file says."""
    media_type: str = "application/json"
    apart: bool = False
    """For signing: what was written is the credential alone."""


__all__ = ["Answer", "Judge", "Setup", "Sign", "Upload", "Want"]
