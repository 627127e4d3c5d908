"""What the manifests of a container state, for the origin that is derived from it.

The engine has checked hashes and signatures; this only reads.  Claims are signed as they
stand, so any spelling of their CBOR will do: older engines wrote indefinite lengths.

Whether an ingredient's own credential holds takes three answers.  What its user recorded when
it was taken in (C2PA 2.4 §15.11.3), what the engine finds beyond that, and, for its signer and the
time it signed at, our own steps: the engine is not asked who is trusted (ADR 0006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import claim as claims
from provkit.manifest import deltas, signature_steps
from provkit.manifest import store as stores
from provkit.manifest.findings import Findings
from provkit.manifest.validation import Validation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from provkit.engine.reading import Reading
    from provkit.limits import Limits
    from provkit.manifest.claim import Claim
    from provkit.manifest.store import Assertion, Manifest
    from provkit.manifest.validation import CredentialJudge
    from provkit.verdict import Status


class Account:
    """Takes in the manifests of one store, each once, however they refer to one another."""

    def __init__(
        self,
        readings: Mapping[str, Reading],
        active: str,
        judge: CredentialJudge,
        at: datetime,
        found: Mapping[str, Iterable[Status]],
        limits: Limits,
    ) -> None:
        """Prepare.

        Args:
            readings: the manifests, decoded, by label.
            active: label of the active one.
            judge: judges the signers of ingredients.
            at: moment to judge them at, aware.
            found: what the engine has against ingredients, by URI of the ingredient assertion.
            limits: bounds on what is read.
        """
        self._readings = readings
        self._judge, self._at, self._found, self._limits = judge, at, found, limits
        self._known: dict[str, Validation] = {}
        self._told: set[tuple[str, Status]] = set()
        """What was recorded or found of which manifest: the same can be said by a thousand ingredients."""
        self.active = self._manifest(readings[active], 1)

    def _manifest(self, reading: Reading, depth: int) -> Validation:
        if depth > self._limits.ingredient_depth:
            raise LimitError(f"ingredients nest deeper than {self._limits.ingredient_depth}")
        manifest = reading.manifest
        run = self._known[manifest.label] = Validation(manifest)
        run.claim = _claim(reading)
        if run.claim is None:
            return run
        labels = [_label(uri.url) for uri in run.claim.created]
        run.created = frozenset(label for label in labels if label)
        listed = {*labels, *(_label(uri.url) for uri in run.claim.gathered)}
        for assertion, content in reading.contents:
            if assertion.label in listed:
                self._assertion(run, assertion, content)
        for label, ingredient in run.ingredients.items():
            self._ingredient(run, label, ingredient, depth)
        return run

    def _assertion(self, run: Validation, assertion: Assertion, content: Any) -> None:
        if isinstance(content, MalformedError):
            run.contents[assertion.label] = None
            return
        try:
            run.contents[assertion.label] = content
            if assertion.base_label in kinds.ACTIONS_LABELS:
                run.actions[assertion.label] = kinds.Actions.read(content)
            elif assertion.base_label in kinds.INGREDIENT_LABELS:
                run.ingredients[assertion.label] = kinds.Ingredient.read(content, assertion.base_label)
        except MalformedError:
            # The engine accepts it; what cannot be read states nothing, and that is unclear.
            run.contents[assertion.label] = None

    def _ingredient(self, run: Validation, label: str, ingredient: kinds.Ingredient, depth: int) -> None:
        target = stores.parse_uri(ingredient.manifest.url) if ingredient.manifest else None
        reading = self._readings.get(target.manifest or "") if target else None
        if reading is None:
            return
        child = self._known.get(reading.manifest.label)
        if child is None:
            child = self._manifest(reading, depth + 1)
            self._signer(child)
            child.assertions_hold = child.rules_hold = child.ingredients_hold = True
        uri = run.manifest.assertion_uri(label)
        for status in (*deltas.recorded(run.contents.get(label)), *self._found.get(uri, ())):
            if status.code not in deltas.JUDGED_ANEW and (child.manifest.label, status) not in self._told:
                self._told.add((child.manifest.label, status))
                child.findings.add(status.code, status.url, status.explanation)
        run.ancestors[label] = child

    def _signer(self, run: Validation) -> None:
        """Whether the ingredient's own signature and signer hold, by our steps."""
        payload = _payload(run.manifest)
        if run.claim is None or payload is None:
            return
        signature_steps.check(run, run.claim, payload, self._judge, self._at, self._limits)
        # What stands in the unsigned header the strict pass has judged, and with more patience for
        # older writers (STRICT-IMG-4).
        frozen = run.findings.freeze()
        run.findings = Findings()
        for status in (*frozen.success, *frozen.informational, *frozen.failure):
            if status.code is not StatusCode.ASSERTION_DATA_HASH_MISMATCH:
                run.findings.add(status.code, status.url, status.explanation)


def _payload(manifest: Manifest) -> bytes | None:
    boxes = manifest.claims[0].contents if len(manifest.claims) == 1 else ()
    return boxes[0].payload if len(boxes) == 1 else None


def _claim(reading: Reading) -> Claim | None:
    if reading.claim is None or _payload(reading.manifest) is None:
        return None
    try:
        version = 2 if reading.manifest.claims[0].label == stores.LABEL_CLAIM else 1
        return claims.from_fields(reading.claim, version)
    except MalformedError:
        return None


def _label(url: str) -> str | None:
    target = stores.parse_uri(url)
    return target.path[-1] if target is not None and target.path else None
