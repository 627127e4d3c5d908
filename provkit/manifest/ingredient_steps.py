"""Step 9c: manifests of ingredients, validated as far as the active one vouches for them (§15.11.3).

The active manifest signs, by hash, which manifest an ingredient had.  A manifest that does
not have that hash is not that ingredient's, and the active manifest is void.  A manifest that
something was redacted in may have another hash than it had: it is held against the hash of its
signature box, and then against its own signature (§15.11.3.3.1).  What is wrong *inside* an
ingredient's manifest is the ingredient's affair: it is reported with it, and nothing it states
counts.  The content of an ingredient is not at hand and is not checked.

Work is bounded: each manifest is validated once however often it is named, each box is hashed
once, nesting is limited, and a cycle ends at the manifest it began with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode
from provkit.errors import LimitError
from provkit.manifest import deltas, redactions, related_steps
from provkit.manifest import store as stores
from provkit.manifest.validation import Digests, Validation

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.limits import Limits
    from provkit.manifest.assertions import Ingredient
    from provkit.manifest.claim import HashedUri
    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Manifest, ManifestStore

_STAMPS: Final = 4
"""Time stamps that later manifests hold for one, of which one has to be good; each costs a signature."""


class Family:
    """The manifests of one store while they are validated.  Lives for one validation."""

    def __init__(self, store: ManifestStore, validate: Callable[[Validation], None], limits: Limits) -> None:
        """Prepare.

        Args:
            store: all manifests.
            validate: takes steps 4 to 9b for one manifest.
            limits: bounds on ingredients.

        Raises:
            LimitError: ingredients nest too deep.
        """
        self._own = store.manifests
        self._by_label = {manifest.label: manifest for manifest in (*store.elsewhere, *store.manifests)}
        self._validate = validate
        self._limits = limits
        self._digests = Digests()
        self._done: dict[str, Validation] = {}
        self._named = 0
        self._told: set[tuple[str, str]] = set()
        self._known: set[str] = set()
        self._stamps: dict[str, list[bytes]] = {}
        self._responses: tuple[bytes, ...] = ()
        self._redacted: dict[str, frozenset[str]] = {}
        if len(self._by_label) > 1:  # one alone has nobody to redact it
            self._redacted = redactions.collect(self._by_label, store.active.label, limits)

    def begin(self, manifest: Manifest) -> Validation:
        """What one manifest shows by itself; its ingredients are still to be looked at."""
        run = Validation(manifest, digests=self._digests)
        if len(self._by_label) > 1:
            run.redacted = self._redacted.get(manifest.label, frozenset())
            run.stamps = tuple(self._stamps.get(manifest.label, ())[:_STAMPS])
            run.revocation = self._responses
        self._validate(run)
        return run

    def check(self, run: Validation, depth: int = 1) -> bool:
        """Validate the ingredients of a manifest and theirs; False if the manifest is void by one."""
        self._done[run.manifest.label] = run
        self._known.add(run.manifest.label)
        if depth > self._limits.ingredient_depth:
            raise LimitError(f"ingredients nest deeper than {self._limits.ingredient_depth}")
        for label, token in run.time_stamps:
            self._stamps.setdefault(label, []).append(token)
        self._responses += run.certificate_status
        good = True
        for label, ingredient in run.ingredients.items():
            if ingredient.manifest is None:
                continue
            self._named += 1
            if self._named > self._limits.ingredients:
                raise LimitError(f"the store names more than {self._limits.ingredients} ingredients")
            good &= self._ingredient(run, label, ingredient, ingredient.manifest, depth)
        if run.names_others:
            good &= related_steps.check(run, self._done)
        return good

    def _ingredient(
        self, run: Validation, label: str, ingredient: Ingredient, uri: HashedUri, depth: int
    ) -> bool:
        url = run.manifest.assertion_uri(label)
        target = stores.parse_uri(uri.url)
        manifest = self._by_label.get(target.manifest or "") if target and not target.path else None
        if manifest is None:
            run.findings.add(
                StatusCode.INGREDIENT_MANIFEST_MISSING,
                url,
                "the manifest of the ingredient is not in the store",
            )
            return False
        self._known.add(manifest.label)
        redacted = manifest.label in self._redacted
        if not redacted and not self._is_same(run, url, manifest, uri):
            return False
        sealed = manifest.sealed is not None  # what is in it nobody can tell
        if not sealed and not self._is_signed_alike(run, url, manifest, ingredient, needed=redacted):
            return False
        child = self._done.get(manifest.label)
        if child is None:
            child = self.begin(manifest)
            # A void grandchild makes the child void, and that is the child's affair.
            child.ingredients_hold = self.check(child, depth + 1)
        run.ancestors[label] = child
        for what in child.findings.unsupported:
            if what not in run.findings.unsupported:
                run.findings.unsupported.append(what)
        if redacted and not self._is_what_is_left(run, url, child, uri):
            return False
        news = deltas.carry_over(run.contents.get(label), child.findings)
        if news is not None:
            run.warnings.append(f"ingredient-delta: {label}: {news}")
        return True

    def _match(self, run: Validation, uri: HashedUri, box: SuperBox) -> bool | None:
        return self._digests.match(uri, run.claim.alg if run.claim else None, box)

    def _is_same(self, run: Validation, url: str, manifest: Manifest, uri: HashedUri) -> bool:
        """§15.11.3.3.2: the manifest has the hash it had."""
        match = self._match(run, uri, manifest.box)
        if match:
            run.findings.add(
                StatusCode.INGREDIENT_MANIFEST_VALIDATED, url, "the ingredient's manifest is unchanged"
            )
        elif match is None:
            run.findings.add(
                StatusCode.ALGORITHM_UNSUPPORTED, url, "the ingredient's hash has no allowed algorithm"
            )
        else:
            run.findings.add(
                StatusCode.INGREDIENT_MANIFEST_MISMATCH,
                url,
                "the ingredient's manifest was changed after signing",
            )
        return match is True

    def _is_signed_alike(
        self, run: Validation, url: str, manifest: Manifest, ingredient: Ingredient, *, needed: bool
    ) -> bool:
        """§15.11.3.3.1: the signature box is the one it was; version 3 names it (§18.16.12)."""
        uri = ingredient.signature
        if uri is None and not needed:
            return True
        target = stores.parse_uri(uri.url) if uri is not None else None
        box: SuperBox | None = None
        if target is not None and target.manifest == manifest.label:
            box = stores.resolve(manifest, target.path)
        if uri is None or box is None:
            run.findings.add(
                StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISSING,
                url,
                "the ingredient's signature is not in its manifest"
                if uri is not None
                else "assertions of the ingredient were redacted, and its signature was not recorded",
            )
            return False
        match = self._match(run, uri, box)
        if not match:
            run.findings.add(
                StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISMATCH,
                url,
                "the ingredient's signature is another one",
            )
        elif needed:
            run.findings.add(
                StatusCode.INGREDIENT_CLAIM_SIGNATURE_VALIDATED,
                url,
                "the ingredient's signature is unchanged",
            )
        return match is True

    def _is_what_is_left(self, run: Validation, url: str, child: Validation, uri: HashedUri) -> bool:
        """STRICT-REDACT-1: what no hash covers any more, the ingredient's own signature has to cover."""
        if StatusCode.ASSERTION_NOT_REDACTED in child.findings.failed:
            self._tell_what_is_there(run, child)
            return False
        if self._match(run, uri, child.manifest.box):
            return True  # it was recorded as it is now
        problem = None
        if not (child.signature_holds and child.assertions_hold):
            problem = "what is left of the redacted manifest is not what its own signature covers"
        elif child.manifest.kind == "compressed":
            problem = "a redacted manifest is compressed, and no hash covers how"
        elif any(
            assertion.label in child.redacted and not redactions.is_plain(assertion.box)
            for assertion in child.manifest.assertions
        ):
            problem = "what stands in the place of a redacted assertion is more than its label and zeros"
        if problem is not None:
            run.findings.add(StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISMATCH, url, problem)
        return problem is None

    def _tell_what_is_there(self, run: Validation, child: Validation) -> None:
        """Once for each two manifests, however many ingredients name the same one."""
        pair = run.manifest.label, child.manifest.label
        if pair in self._told:
            return
        self._told.add(pair)
        for one in child.findings.failure:
            if one.code is StatusCode.ASSERTION_NOT_REDACTED:
                run.findings.add(one.code, one.url, one.explanation)

    def strangers(self) -> tuple[Manifest, ...]:
        """Manifests of the store that no ingredient led to."""
        return tuple(manifest for manifest in self._own if manifest.label not in self._known)
