"""What validation of one manifest takes from its caller, and what it finds out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from provkit.manifest.findings import Findings, Teller
from provkit.verdict import IngredientFinding, SignerFacts, State, Statuses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from provkit.carriers.boxed import Box
    from provkit.codes import StatusCode
    from provkit.manifest import assertions as kinds
    from provkit.manifest.claim import Claim, HashedUri
    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Assertion, Manifest, Target

HASHERS: Final[dict[str, Callable[[bytes], Any]]] = {
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
"""Allowed hash algorithms (§13.1)."""


class Digests:
    """Hashes of boxes, each computed once: one box can be named ten thousand times."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], tuple[SuperBox, bytes]] = {}

    def match(self, uri: HashedUri, enclosing: str | None, box: SuperBox) -> bool | None:
        """Whether a box has the hash of a hashed URI (§8.4.2.3); None if the algorithm is not allowed (§13.1).

        Args:
            uri: with the wanted hash.
            enclosing: algorithm of the claim, which counts where the URI names none.
            box: what the URI names.
        """
        alg = uri.alg or enclosing or ""
        hasher = HASHERS.get(alg)
        if hasher is None:
            return None
        known = self._known.get((id(box), alg))
        if known is None:  # the box is kept too, so that no other takes over its identity
            known = self._known[id(box), alg] = box, hasher(box.hashed).digest()
        return known[1] == uri.hash


class Binding(Protocol):
    """How the asset at hand is hashed, and what an exclusion in it may be."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What :meth:`feed` noticed that changes no state, ``word: sentence``."""
        ...

    @property
    def exclusion_code(self) -> StatusCode:
        """What an exclusion that is not the carrier found in this asset is called."""
        ...

    def exclusion_problem(self, exclusions: tuple[tuple[int, int], ...]) -> str | None:
        """Why these exclusions are not the carrier found in this asset; None if they are."""
        ...

    def feed(self, update: Callable[[bytes], None]) -> str | None:
        """Pass the signed bytes to ``update``; a reason if the asset cannot be hashed as signed.

        Raises:
            MalformedError: the asset is not of its format any more.
        """
        ...


class Boxed(Protocol):
    """An asset of named boxes, for a general box hash (§18.7)."""

    @property
    def data(self) -> bytes:
        """The asset, whole."""
        ...

    def boxes(self, listed: Collection[str]) -> tuple[Box, ...] | None:
        """Its boxes as far as a hash that lists these names tells them apart; None where none have names.

        Raises:
            MalformedError: what stands where a box has to begin is none.
            LimitError: too many boxes.
        """
        ...


@dataclass(frozen=True, slots=True)
class CredentialFinding:
    """What is known of a signer's chain at the moment of judgement."""

    key: Any
    """Public key of the leaf."""
    facts: SignerFacts
    problems: tuple[str, ...]
    """Rules of the certificate profile (§14.5.1.1) the leaf breaks."""
    trusted: bool
    reason: str
    """Why the chain is trusted or not, one line."""


class TimeStampFinding(Protocol):
    """What is known of a time-stamp token."""

    @property
    def moment(self) -> datetime | None:
        """When the bytes were stamped, UTC; None unless the token holds for them."""
        ...

    @property
    def trusted(self) -> bool:
        """A list for time stamps vouches for the authority at that moment."""
        ...

    @property
    def statuses(self) -> tuple[tuple[StatusCode, str], ...]:
        """Codes, each with one line."""
        ...


class CredentialJudge(Protocol):
    """Judges whoever signed: the claim, or a time stamp of it."""

    def __call__(self, chain: tuple[bytes, ...], at: datetime, *, stamped: bool = False) -> CredentialFinding:
        """Judge an ``x5chain``; raises MalformedError when a certificate does not parse.

        `stamped`: a trusted time stamp vouches for `at` as the time of signing.
        """
        ...

    def identity(self, chain: tuple[bytes, ...], at: datetime, *, stamped: bool) -> CredentialFinding:
        """As a call, for whoever signed an identity assertion: by the lists for identities."""
        ...

    def unaccounted(self, chain: tuple[bytes, ...]) -> str | None:
        """Why not every certificate of a chain that nothing signs has a part in it, or None."""
        ...

    def time_stamp(self, token: bytes, stamped: bytes) -> TimeStampFinding:
        """Judge a time-stamp token, which should be over the bytes `stamped`."""
        ...

    def revocation(
        self,
        responses: Sequence[bytes],
        chain: tuple[bytes, ...],
        at: datetime,
        *,
        stamped: bool,
        of_identity: bool = False,
    ) -> tuple[tuple[StatusCode, str], ...]:
        """Judge stapled OCSP responses about the first certificate of a chain that parses.

        `of_identity`: it signed an identity assertion, so the lists for identities count.
        """
        ...


@dataclass(slots=True)
class Validation:
    """Everything validation learned about the active manifest."""

    manifest: Manifest
    findings: Findings = field(default_factory=Findings)
    claim: Claim | None = None
    signer: SignerFacts | None = None
    created: frozenset[str] = frozenset()
    """Labels of the assertions attributed to the signer."""
    declared: tuple[Assertion, ...] = ()
    """The assertions the claim lists that are there and unchanged, claim order."""
    referenced: set[str] = field(default_factory=set)
    """Absolute URIs of boxes that a hashed URI inside an assertion covers."""
    digests: Digests = field(default_factory=Digests)
    """Hashes of the boxes of the whole store, as far as they were needed."""
    references: int = 0
    """Hashed URIs that were followed inside this manifest."""
    redacted: frozenset[str] = frozenset()
    """Labels of assertions that later manifests took out of this one (§6.8)."""
    stamps: tuple[bytes, ...] = ()
    """Time-stamp tokens that later manifests hold for this one (§15.8.1.2)."""
    time_stamps: tuple[tuple[str, bytes], ...] = ()
    """Labels of earlier manifests, each with a token that this one holds for it (§18.18)."""
    revocation: tuple[bytes, ...] = ()
    """OCSP responses that later manifests hold for signers of earlier ones, DER (§15.9)."""
    certificate_status: tuple[bytes, ...] = ()
    """OCSP responses that this one holds for signers of earlier manifests (§18.19)."""
    bound_by: Validation | None = None
    """The manifest whose hard binding the content was held against: another one for an update (§15.12)."""
    contents: dict[str, Any] = field(default_factory=dict)
    """Decoded content of each declared assertion, by label; None also for one that was redacted."""
    actions: dict[str, kinds.Actions] = field(default_factory=dict)
    """Actions assertions by label, claim order."""
    names_others: bool = False
    """Some action names an assertion of another manifest."""
    ingredients: dict[str, kinds.Ingredient] = field(default_factory=dict)
    ancestors: dict[str, Validation] = field(default_factory=dict)
    """Validations of the manifests of ingredients, by label of the ingredient assertion."""
    warnings: list[str] = field(default_factory=list)
    signature_holds: bool = False
    inside_validity: bool = False
    stamped: datetime | None = None
    """When it was signed, by the word of an authority on a list for time stamps; UTC."""
    signer_trusted: bool = False
    assertions_hold: bool = False
    rules_hold: bool = False
    ingredients_hold: bool = False
    content_holds: bool = False
    _index: dict[int, dict[str, SuperBox | None]] = field(default_factory=dict)

    def resolve(self, path: tuple[str, ...]) -> SuperBox | None:
        """The superbox a path of labels names; None if absent or ambiguous (§8.4).

        As :func:`.store.resolve`, for many questions to one manifest: no box is gone through twice.
        """
        box: SuperBox | None = self.manifest.parts
        for label in path:
            if box is None:
                break
            known = self._index.get(id(box))
            if known is None:
                known = self._index[id(box)] = {}
                for child in box.superboxes:
                    known[child.label] = None if child.label in known else child
            box = known.get(label)
        return box

    def redacted_label(self, target: Target) -> str | None:
        """Label of the redacted assertion of this manifest that a URI names; None if it names none."""
        own = target.manifest in (None, self.manifest.label) and len(target.path) == 2
        return target.path[1] if own and target.path[1] in self.redacted else None

    @property
    def holds(self) -> bool:
        """The manifest is Valid (§14.3.5), leaving its content aside.

        Each part must have been shown; it is not enough that nothing refuted it.
        """
        return (
            self.signature_holds
            and self.inside_validity
            and self.assertions_hold
            and self.rules_hold
            and self.ingredients_hold
            and self.findings.sound
        )

    @property
    def state(self) -> State:
        """State of the asset: the manifest is Valid or Trusted, and its content is at hand (§14.3)."""
        if not (self.holds and self.content_holds):
            return State.INVALID
        return State.TRUSTED if self.signer_trusted else State.VALID

    def ingredient_findings(self) -> tuple[IngredientFinding, ...]:
        """Ingredients as results, with the statuses of their manifests."""
        tell = Teller().tell
        return tuple(
            IngredientFinding(
                label,
                ingredient.relationship,
                ingredient.title,
                tell(self.ancestors[label].findings) if label in self.ancestors else Statuses(),
            )
            for label, ingredient in self.ingredients.items()
        )
