"""What statements are, as results.  Every text in them is as the file has it: escape before printing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.codes import StatusKind
    from provkit.statements.codes import IdentityCode
    from provkit.verdict import OriginClass, SignerFacts


@dataclass(frozen=True, slots=True)
class UsageTerm:
    """One entry of a training-mining assertion (CAWG 1.1, and C2PA before 2.0)."""

    key: str
    """As written, for example ``cawg.ai_training``."""
    purpose: str | None
    """``data_mining``, ``ai_inference``, ``ai_training`` (not generative) or ``ai_generative_training``;
    None for a key of somebody's own."""
    use: str
    """``allowed``, ``notAllowed`` or ``constrained``; anything else as written.  Constrained without more
    information means not allowed."""
    constraint: str | None
    """What the constraint is."""
    attributed: bool
    """The signer stands behind it (``created_assertions``)."""
    where: str
    """JUMBF URI of the assertion."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A ``c2pa.ai-disclosure`` (C2PA 2.4 §18.28): a model that took part."""

    model_type: str | None
    """Required by the standard; None where it is missing."""
    model_name: str | None
    model_identifier: str | None
    """URI or package URL."""
    oversight: str | None
    """``fully_autonomous``, ``prompt_guided`` or ``human_validated`` (§18.28.3); anything else as written."""
    domains: tuple[str, ...]
    """``scientificDomain``."""
    attributed: bool
    where: str
    """JUMBF URI of the assertion."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check somebody made before signing, as the signer reports it."""

    method: str | None
    by: str | None
    when: str | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """An ``org.provkit.origin`` assertion (spec/origin.md)."""

    category: str | None
    """Source category."""
    purpose: str | None
    """What the content was made for."""
    checks: tuple[Check, ...]
    limits: tuple[str, ...]
    """Limits of use, a sentence each."""
    attributed: bool
    where: str
    """JUMBF URI of the assertion."""


@dataclass(frozen=True, slots=True)
class Range:
    """A range of a region of interest (C2PA 2.4 §18.2)."""

    kind: str
    """``textual``, ``spatial``, ``temporal``, ``frame`` or ``identified``; anything else as written."""
    said: str
    """Which range, in words."""
    fragment: str | None = None
    """Of a textual range: the part of the document it is in."""
    start: int | None = None
    """First character, frame or page; None where the range does not say one."""
    end: int | None = None
    """Last character, frame or page, as `start`."""


@dataclass(frozen=True, slots=True)
class StatedPart:
    """A part of the content that an action is said to have changed."""

    action: str
    source_type: str | None
    """Digital source type of the region, else of the action."""
    cls: OriginClass
    """What that source type stands for."""
    ranges: tuple[Range, ...]
    name: str | None
    description: str | None
    role: str | None
    attributed: bool
    where: str
    """JUMBF URI of the assertion, with ``#`` and a path inside it."""


class IdentityState(StrEnum):
    """What is known of an identity assertion.  None of it says anything of the credential around it."""

    TRUSTED = "trusted"
    """It holds, and a list for identities vouches for whoever signed it."""
    VALID = "valid"
    """It holds, and no list for identities that was consulted knows who signed it."""
    INVALID = "invalid"
    """It does not hold."""
    NOT_CHECKED = "not-checked"
    """It can only be checked by asking somebody, or is of a kind this version does not know."""


@dataclass(frozen=True, slots=True)
class IdentityStatus:
    """One result of one check of an identity assertion."""

    code: IdentityCode
    explanation: str

    @property
    def kind(self) -> StatusKind:
        return self.code.kind


@dataclass(frozen=True, slots=True)
class IdentityFinding:
    """A ``cawg.identity`` assertion (CAWG identity 1.2): somebody who stands behind assertions.

    That is another than the signer of the claim, and changes nothing about the signer or the state.
    """

    state: IdentityState
    sig_type: str | None
    """Kind of credential; None where it cannot be told."""
    roles: tuple[str, ...]
    """What part the named actor says to have had, for example ``cawg.creator``."""
    holder: SignerFacts | None
    """Whoever signed, as the certificate says it; None unless the signature holds."""
    references: tuple[str, ...]
    """Labels of the assertions that it is about."""
    time: datetime | None
    """When it was signed, UTC, where a time stamp of a listed authority vouches for that."""
    statuses: tuple[IdentityStatus, ...]
    attributed: bool
    where: str
    """JUMBF URI of the assertion."""
