"""What reading and embedding answer in the media whose stores our own engine validates.

Text, structured text, HTML, PDF and sidecars each have a module with three functions:
``read`` finds what the asset carries, ``place`` prepares it for a store to come, and
``remove`` takes out what is there.  They parse no manifest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from provkit.carriers.source import feed
from provkit.codes import StatusCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.carriers.source import Source
    from provkit.manifest.validation import Binding


class Carriage(StrEnum):
    """Where the store of a signed asset goes."""

    EMBEDDED = "embedded"
    """Into the asset."""
    SIDECAR = "sidecar"
    """Into a file beside it; the asset stays as it is, byte for byte."""
    LINK = "link"
    """Into a file elsewhere, which the asset names: HTML (§A.7.1.2) and structured text (§A.9.3)."""


class FrontMatter(StrEnum):
    """How a block stands in front matter (spec/structured-text.md)."""

    COMMENT = "comment"
    """In one comment line, which parsers of the host pass over."""
    LITERAL = "literal"
    """In three lines as §A.9.3.2 draws it, which most parsers refuse."""


class Problem(NamedTuple):
    """Why what stands in the asset is no credential that could hold."""

    code: StatusCode
    explanation: str
    """One sentence without a full stop; says where, in bytes of the asset."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What an asset carries.  All empty: nothing, so the asset is unsigned."""

    stores: tuple[bytes, ...] = ()
    """Manifest stores, oldest first, the last active; more than one only in PDF, one for each
    update section."""
    start: int = 0
    """Offset of the carrier of the active store, bytes of the asset."""
    length: int = 0
    """Bytes of that carrier."""
    binding: Binding | None = None
    """How the asset is hashed; there is one whenever there are stores."""
    reference: str | None = None
    """Where the asset says its store is, as spelled in it: a URL, or a path relative to it."""
    problem: Problem | None = None
    """The asset is *invalid* for this reason, whatever else was found."""
    warnings: tuple[str, ...] = ()
    """``rule: sentence``; what a reader should know about the asset, signed or not."""


class Fit(NamedTuple):
    """Whether a carrier can stand in content of the types that were signed."""

    problem: str | None
    """Why it cannot; one sentence without a full stop."""
    warning: str | None
    """``rule: sentence``, when the types do not tell."""


class Spelled(Protocol):
    """A carrier that is spelled in one of several ways, and no hash covers which."""

    def against(self, media_types: tuple[str, ...], exclusion: tuple[int, int] | None, /) -> Fit:
        """Whether it is spelled as content of these types has it, and left out as that is."""
        ...


@dataclass(slots=True)
class RangeBinding:
    """The bytes of an asset but for one range, or all of them (C2PA 2.4 §15.12.1)."""

    source: Source
    accepted: tuple[tuple[int, int] | None, ...]
    """What the data hash may leave out, ``(start, length)``: exactly one of these; None is nothing."""
    carrier: str
    """What stands in the range, for explanations, for example "the script element"."""
    exclusion_code: StatusCode = StatusCode.ASSERTION_DATA_HASH_MISMATCH
    """What an exclusion that is none of the accepted ones is called."""
    warnings: tuple[str, ...] = ()
    spelled: Spelled | None = None
    """Judged by :meth:`fit`, where the spelling of the carrier stands in the range."""
    _chosen: tuple[int, int] | None = field(default=None, init=False)

    def exclusion_problem(self, exclusions: tuple[tuple[int, int], ...]) -> str | None:
        """Why these exclusions are none of the accepted ones; None if they are."""
        if len(exclusions) > 1:
            return f"the data hash leaves out {len(exclusions)} ranges; it is one at most, {self.carrier}"
        chosen = exclusions[0] if exclusions else None
        if chosen in self.accepted:
            self._chosen = chosen
            return None
        stands = next((f"bytes {one[0]} to {sum(one)}" for one in self.accepted if one), "nowhere in it")
        left = f"bytes {chosen[0]} to {sum(chosen)}" if chosen else "nothing"
        return f"the data hash leaves out {left}; {self.carrier} stands at {stands}"

    def fit(self, media_types: tuple[str, ...]) -> Fit:
        """Whether the carrier can stand in content that was signed as these types."""
        if self.spelled is None:
            return Fit(None, None)
        return self.spelled.against(media_types, self._chosen)

    def feed(self, update: Callable[[bytes], None]) -> str | None:
        """Pass on all bytes but those of the exclusion."""
        start, length = self._chosen or (self.source.size, 0)
        feed(self.source, 0, start, update)
        feed(self.source, start + length, self.source.size, update)
        return None


class Placement(Protocol):
    """A place in an asset for a store that is still to be built (see :mod:`provkit.manifest.builder`)."""

    @property
    def start(self) -> int | None:
        """Offset of the exclusion in the signed asset; None if nothing is left out of the hash."""
        ...

    @property
    def zero_cost(self) -> int:
        """Bytes that one more zero byte in the store adds to the carrier, about."""
        ...

    def length(self, store: bytes, /) -> int:
        """Bytes of the exclusion when it carries ``store``."""
        ...

    def digest(self, length: int, /) -> bytes:
        """SHA-256 of the signed asset without the exclusion, when that has ``length`` bytes."""
        ...

    def embed(self, store: bytes, /) -> bytes:
        """The signed asset; for a PDF only what is appended to it."""
        ...
