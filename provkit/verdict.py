"""What verification found, as facts.  Turning facts into yes or no is a policy's job."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.codes import StatusCode, StatusKind
    from provkit.policy import Policy
    from provkit.statements.model import Disclosure, IdentityFinding, Record, StatedPart, UsageTerm


class State(StrEnum):
    """The four outcomes (C2PA 2.4 §14.3).  Broken never looks unsigned."""

    TRUSTED = "trusted"
    """Intact, and the signer chains to a listed anchor."""
    VALID = "valid"
    """Intact, but the signer is on no list that was consulted."""
    INVALID = "invalid"
    """A credential is present and does not hold for these bytes."""
    UNSIGNED = "unsigned"
    """No credential was found.  This is no finding about the content."""


class OriginClass(StrEnum):
    """What a signer states about where the content comes from."""

    HUMAN = "human"
    AI_ASSISTED = "ai-assisted"
    SYNTHETIC = "synthetic"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """One result of one check."""

    code: StatusCode
    """Code of C2PA 2.4 §15.2.2.3."""
    url: str | None
    """JUMBF URI of the box the result is about; None when it is about the asset."""
    explanation: str
    """One line for people.  May quote the file: escape before printing."""

    @property
    def kind(self) -> StatusKind:
        return self.code.kind


@dataclass(frozen=True, slots=True)
class Statuses:
    """Results of one manifest, by kind, in the order they were found."""

    success: tuple[Status, ...] = ()
    informational: tuple[Status, ...] = ()
    failure: tuple[Status, ...] = ()

    def codes(self) -> tuple[StatusCode, ...]:
        """All codes: success, informational, failure."""
        return tuple(s.code for s in (*self.success, *self.informational, *self.failure))


@dataclass(frozen=True, slots=True)
class SignerFacts:
    """Who signed, as the certificate says it."""

    name: str
    """Common name, else organisation, else the whole subject."""
    organization: str | None
    """Organisation (O) of the subject."""
    issuer: str
    """Issuer, RFC 4514."""
    serial: str
    """Serial number, lower-case hexadecimal without leading zeros."""
    algorithm: str
    """COSE algorithm name, for example ``ES256``."""
    not_before: datetime
    """Start of the certificate's validity, UTC."""
    not_after: datetime
    """End of the certificate's validity, UTC."""
    fingerprint: str
    """SHA-256 of the certificate, lower-case hexadecimal."""
    trust_list: str | None = None
    """Name of the list that vouches for the signer; None unless trusted."""
    development: bool = False
    """The certificate says of itself that it is for development."""
    distrusted: str | None = None
    """Why a distrust list names the signer; None unless one does."""


@dataclass(frozen=True, slots=True)
class TimeFact:
    """When the content was signed, and how well that is known."""

    value: datetime
    """UTC."""
    basis: str
    """``timestamped`` (a trusted authority vouches) or ``claimed`` (the signer says so)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place that says something about origin."""

    source_type: str
    """The value as written, normally a digital source type URI."""
    cls: OriginClass
    """The class this value alone stands for."""
    attributed: bool
    """Listed in ``created_assertions``: the signer stands behind it (C2PA 2.4 §10.2.2)."""
    where: str
    """JUMBF URI of the assertion, with ``#`` and a path inside it."""


@dataclass(frozen=True, slots=True)
class OriginFinding:
    """The one class derived from a manifest, with everything it was derived from."""

    cls: OriginClass = OriginClass.UNKNOWN
    source_type: str | None = None
    """The value that decided the class."""
    attributed: bool = False
    """The deciding evidence is attributed to the signer."""
    complete: bool = False
    """The signer states that all actions are listed (``allActionsIncluded``), and no part of
    unknown provenance was built in."""
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    """Why the class is what it is, where that is not obvious."""


@dataclass(frozen=True, slots=True)
class IngredientFinding:
    """One ingredient assertion and what validation said about it."""

    label: str
    relationship: str
    title: str | None
    statuses: Statuses


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of verifying one asset.

    Has no truth value on purpose: ``if verdict`` would read unsigned content as forged,
    or a broken credential as a good one.  Compare :attr:`state`, or hold the verdict
    against a :class:`provkit.Policy`.  Immutable and picklable.
    """

    state: State
    media_type: str
    """Type found by looking at the bytes, never the one the caller believed."""
    carrier: str | None = None
    """Where the store was found: ``text`` (A.8); None when unsigned."""
    manifest: str | None = None
    """URN of the active manifest."""
    statuses: Statuses = field(default_factory=Statuses)
    signer: SignerFacts | None = None
    time: TimeFact | None = None
    origin: OriginFinding = field(default_factory=OriginFinding)
    ingredients: tuple[IngredientFinding, ...] = ()
    generator: str | None = None
    """Name and version of the claim generator, as the claim states it."""
    title: str | None = None
    """``dc:title`` of the claim."""
    assertions: tuple[str, ...] = ()
    """Labels of the assertions the claim lists; like all a claim says, empty unless the claim holds."""
    usage: tuple[UsageTerm, ...] = ()
    """Terms of use the manifest states; like all statements, empty unless the manifest holds."""
    disclosures: tuple[Disclosure, ...] = ()
    """Models that are stated to have taken part."""
    parts: tuple[StatedPart, ...] = ()
    """Parts of the content that actions are stated to have changed."""
    records: tuple[Record, ...] = ()
    """Records of origin: category, purpose, checks, limits of use."""
    identities: tuple[IdentityFinding, ...] = ()
    """Identities that stand behind assertions; none of them is the signer, or changes the state."""
    remote: str | None = None
    """Where the asset says its credential is, as it spells it, when none is at hand; not fetched."""
    warnings: tuple[str, ...] = ()
    """Facts that change no state but that a reader should know, ``word: sentence``."""

    @classmethod
    def unsigned(cls, media_type: str, remote: str | None, warnings: tuple[str, ...] = ()) -> Verdict:
        """The verdict on an asset without a credential at hand."""
        if remote is not None:
            said = f"the file names a credential at {remote[:200]}, which was not fetched"
            warnings = (*warnings, f"remote-manifest: {said}")
        return cls(State.UNSIGNED, media_type, remote=remote, warnings=warnings)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a Verdict is neither true nor false: compare verdict.state, or call verdict.require(policy)"
        )

    def require(self, policy: Policy) -> Verdict:
        """Return self if the policy is satisfied.

        Raises:
            PolicyError: with every requirement that is not met in ``reasons``.
        """
        policy.check(self)
        return self
