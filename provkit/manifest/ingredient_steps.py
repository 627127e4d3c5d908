"""Step 9c: manifests of ingredients, validated as far as the active one vouches for them (§15.11.3).

The active manifest signs, by hash, which manifest an ingredient had.  A manifest that does
not have that hash is not that ingredient's, and the active manifest is void.  What is wrong
*inside* an ingredient's manifest is the ingredient's affair: it is reported with it, and
nothing it states counts.  The content of an ingredient is not at hand and is not checked.

Work is bounded: each manifest is validated once however often it is named, nesting is
limited, and a cycle ends at the manifest it began with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.codes import StatusCode
from provkit.errors import LimitError
from provkit.manifest import store as stores
from provkit.manifest.assertion_steps import hash_matches

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.limits import Limits
    from provkit.manifest.assertions import Ingredient
    from provkit.manifest.claim import HashedUri
    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Manifest, ManifestStore
    from provkit.manifest.validation import Validation


class Family:
    """The manifests of one store while they are validated.  Lives for one validation."""

    def __init__(
        self, store: ManifestStore, validate: Callable[[Manifest], Validation], limits: Limits
    ) -> None:
        self._own = store.manifests
        self._by_label = {manifest.label: manifest for manifest in (*store.elsewhere, *store.manifests)}
        self._validate = validate
        self._limits = limits
        self._done: dict[str, Validation] = {}
        self._named = 0
        self._known: set[str] = set()

    def check(self, run: Validation, depth: int = 1) -> bool:
        """Validate the ingredients of a manifest and theirs; False if the manifest is void by one."""
        self._done[run.manifest.label] = run
        self._known.add(run.manifest.label)
        if depth > self._limits.ingredient_depth:
            raise LimitError(f"ingredients nest deeper than {self._limits.ingredient_depth}")
        good = True
        for label, ingredient in run.ingredients.items():
            if ingredient.manifest is None:
                continue
            self._named += 1
            if self._named > self._limits.ingredients:
                raise LimitError(f"the store names more than {self._limits.ingredients} ingredients")
            good &= self._ingredient(run, label, ingredient, ingredient.manifest, depth)
        return good

    def _ingredient(
        self, run: Validation, label: str, ingredient: Ingredient, uri: HashedUri, depth: int
    ) -> bool:
        add = run.findings.add
        url = run.manifest.assertion_uri(label)
        target = stores.parse_uri(uri.url)
        manifest = self._by_label.get(target.manifest or "") if target and not target.path else None
        if manifest is None:
            add(
                StatusCode.INGREDIENT_MANIFEST_MISSING,
                url,
                "the manifest of the ingredient is not in the store",
            )
            return False
        self._known.add(manifest.label)
        if not self._is_same(run, url, manifest, uri):
            return False
        if not self._is_signed_alike(run, url, manifest, ingredient):
            return False
        child = self._done.get(manifest.label)
        if child is None:
            child = self._validate(manifest)
            # A void grandchild makes the child void, and that is the child's affair.
            child.ingredients_hold = self.check(child, depth + 1)
        run.ancestors[label] = child
        for what in child.findings.unsupported:
            if what not in run.findings.unsupported:
                run.findings.unsupported.append(what)
        return True

    def _is_same(self, run: Validation, url: str, manifest: Manifest, uri: HashedUri) -> bool:
        match = hash_matches(uri, run.claim.alg if run.claim else None, manifest.box.hashed)
        if match:
            run.findings.add(
                StatusCode.INGREDIENT_MANIFEST_VALIDATED, url, "the ingredient's manifest is unchanged"
            )
        elif match is None:
            run.findings.add(
                StatusCode.ALGORITHM_UNSUPPORTED, url, "the ingredient's hash has no allowed algorithm"
            )
        else:
            # §15.11.3: a redaction changes the hash of a manifest but not of its signature box.
            if run.claim is not None and run.claim.redacted:
                run.findings.unsupported.append("redacted assertions of other manifests")
            run.findings.add(
                StatusCode.INGREDIENT_MANIFEST_MISMATCH,
                url,
                "the ingredient's manifest was changed after signing",
            )
        return match is True

    def _is_signed_alike(self, run: Validation, url: str, manifest: Manifest, ingredient: Ingredient) -> bool:
        """Version 3 names the signature box too (§18.16.12)."""
        uri = ingredient.signature
        if uri is None:
            return True
        target = stores.parse_uri(uri.url)
        box: SuperBox | None = None
        if target is not None and target.manifest == manifest.label:
            box = stores.resolve(manifest, target.path)
        if box is None:
            run.findings.add(
                StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISSING,
                url,
                "the ingredient's signature is not in its manifest",
            )
            return False
        match = hash_matches(uri, run.claim.alg if run.claim else None, box.hashed)
        if not match:
            run.findings.add(
                StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISMATCH,
                url,
                "the ingredient's signature is another one",
            )
        return match is True

    def strangers(self) -> tuple[Manifest, ...]:
        """Manifests of the store that no ingredient led to."""
        return tuple(manifest for manifest in self._own if manifest.label not in self._known)
