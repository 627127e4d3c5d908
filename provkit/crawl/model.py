"""What a crawl learns about a document, and what a policy makes of it.

Origin and usage are two questions: who or what made it, and whether it may be used.  No usage
preference ever sets an origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.verdict import Verdict


class Assurance(StrEnum):
    """How well the class of a document is known, strongest first."""

    VERIFIED_TRUSTED = "verified-trusted"
    """A credential that holds, by a signer on a list."""
    VERIFIED_UNTRUSTED = "verified-untrusted"
    """A credential that holds, by anybody."""
    DECLARED = "declared"
    """Somebody says so without a signature: a header, a meta element, metadata of a file."""
    DATED = "dated"
    """An archive captured it before the date the policy names."""
    DETECTED = "detected"
    """A detector that the caller brings says so."""
    NONE = "none"


class Damage(StrEnum):
    """Why a credential that was there says nothing."""

    DAMAGED = "damaged"
    """What is left of one that a text tool or a converter took apart."""
    TRUNCATED = "truncated"
    """The body was cut off while it was captured, so no hash can hold."""
    UNVERIFIABLE = "unverifiable"
    """It is there and cannot be judged: unsupported, remote and not fetched, behind a limit."""
    INVALID = "invalid"
    """It is whole and does not hold."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One unsigned statement about origin, with its source."""

    cls: OriginClass
    source: str
    """Where it was read, for example ``header:ai-disclosure``, ``html:meta``, ``jsonld``, ``xmp``, ``aigc``."""
    value: str
    """As written, cut to 200 characters."""
    assurance: Assurance = Assurance.DECLARED
    """*declared*, or *detected* for what a detector says or a label that is only suspected."""
    whole: bool = True
    """It speaks of the whole document, not of a part of it or of a picture in it."""


class Permission(StrEnum):
    """What a usage preference says about one purpose."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONSTRAINED = "constrained"
    """Under conditions that a person has to read."""


@dataclass(frozen=True, slots=True)
class Preference:
    """One statement about use, with its source."""

    purpose: str
    """``train-ai``, ``search``, ``ai-input`` or ``tdm`` (any text and data mining)."""
    permission: Permission
    source: str
    """For example ``header:content-usage``, ``robots:content-signal``, ``html:tdm-reservation``, ``cawg``."""
    value: str
    """As written, cut to 200 characters."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one response says about its own origin and use.  Immutable and picklable."""

    media_type: str | None
    """As sniffed from the bytes; None where nothing known stands there."""
    cls: OriginClass = OriginClass.UNKNOWN
    assurance: Assurance = Assurance.NONE
    damage: Damage | None = None
    verdict: Verdict | None = None
    """Of a credential that was found; None when there was nothing to verify."""
    signals: tuple[Signal, ...] = ()
    preferences: tuple[Preference, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Statements that do not agree, one sentence each."""
    notes: tuple[str, ...] = ()
    """``code: sentence``; every code is one that ``provkit explain`` knows."""
    signer: str | None = None
    """SHA-256 of the certificate of a signer whose credential holds, lower-case hexadecimal."""
    categories: tuple[str, ...] = ()
    """schema.org types and ``org.provkit.origin`` categories the document states for itself."""
    captured_at: datetime | None = None
    """When an archive captured it, aware."""
    purpose: str | None = None
    """What it was made for, as a listed signer whose credential holds states (``org.provkit.origin``);
    cut to 200 characters."""


class Action(StrEnum):
    """What happens to a document."""

    KEEP = "keep"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy makes of a reading."""

    action: Action
    weight: float
    """Relative to 1 for an unknown document; 0 exactly when excluded."""
    reasons: tuple[str, ...]
    """``code: sentence``, the deciding one first."""
    stratum: str
    """Where it is counted: ``human``, ``ai-assisted``, ``synthetic``, ``unknown``, with ``declared-`` before
    a class that no trusted signer stands behind, ``detected-`` before one that only a detector states,
    ``dated-human`` for what is old enough, ``purposed-synthetic`` for what a listed signer made on purpose."""
