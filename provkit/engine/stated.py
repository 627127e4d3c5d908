"""What the standard asks of assertions and the engine does not: rules 18 and 19 of spec/containers.md.

The engine accepts references whose hashes are wrong, external references that the signer answers for,
cloud data without an allowed hash, time-stamp assertions without an entry, redactions that are only
said, and anything beside the zeros where an assertion was redacted.  The steps are those of
:mod:`provkit.manifest`; of claims of version 1 they are not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.manifest import assertion_steps, cbor, external_steps, redactions
from provkit.manifest import assertions as kinds
from provkit.manifest import claim as claims
from provkit.manifest import store as stores
from provkit.manifest.claim import HashedUri
from provkit.manifest.validation import Digests, Validation
from provkit.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provkit.engine.reading import Reading
    from provkit.limits import Limits
    from provkit.manifest.store import Manifest


def findings(readings: Sequence[Reading], limits: Limits) -> tuple[tuple[Status, ...], tuple[str, ...]]:
    """Rule 18: what is wrong with the assertions of the active manifest, and what is worth a warning.

    Args:
        readings: the manifests of a store, decoded, the active one last.
        limits: bounds on what is read.

    Raises:
        LimitError: a bound was reached before an answer.
    """
    reading = readings[-1]
    if reading.is_v1 or reading.claim is None:
        return (), ()
    run = Validation(reading.manifest)
    try:
        claim = run.claim = claims.from_fields(reading.claim, 2)
    except MalformedError:
        return (), ()
    run.created = frozenset(uri.url.rpartition("/")[2] for uri in claim.created)
    for assertion, content in reading.contents:
        if isinstance(content, MalformedError):
            continue
        run.contents[assertion.label] = content
        if assertion.content is not None and kinds.may_refer(assertion.content):
            url = reading.manifest.assertion_uri(assertion.label)
            assertion_steps.check_references(run, url, content, limits)
    external_steps.check(run, reading.manifest.assertions)
    _redacted_actions(run, {one.manifest.label: one for one in readings})
    return run.findings.freeze().failure, tuple(run.warnings)


def _redacted_actions(run: Validation, readings: Mapping[str, Reading]) -> None:
    """``c2pa.redacted`` names an assertion that the claim redacts, and that the other claim lists (§15.10.3.2.3)."""
    redacts = {redactions.target_of(uri) for uri in run.claim.redacted} if run.claim else set()
    for label, content in run.contents.items():
        if stores.base_label(label) not in kinds.ACTIONS_LABELS:
            continue
        try:
            actions = kinds.Actions.read(content).actions
        except MalformedError:
            continue  # the engine has its own reading of them
        for action in actions:
            if action.name != "c2pa.redacted":
                continue
            uri = action.parameters.get("redacted")
            target = redactions.target_of(uri) if isinstance(uri, str) else None
            if target is None or target not in redacts or not _lists(readings.get(target[0]), target[1]):
                run.findings.add(
                    StatusCode.ASSERTION_ACTION_REDACTION_MISMATCH,
                    run.manifest.assertion_uri(label),
                    f"action {action.position} (c2pa.redacted) names no assertion of another manifest "
                    "that the claim redacts",
                )


def _lists(reading: Reading | None, label: str) -> bool:
    """Whether the claim of a manifest lists an assertion."""
    claim = (reading.claim if reading is not None else None) or {}
    return any(
        isinstance(entry, cbor.MAPS) and str(entry.get("url")).rpartition("/")[2] == label
        for name in ("assertions", "created_assertions", "gathered_assertions")
        for entry in claim.get(name) or ()
    )


def placeholders(readings: Sequence[Reading], limits: Limits) -> tuple[Status, ...]:
    """Rule 19 (STRICT-REDACT-1): where an assertion was redacted stand its label and zeros, or a hash covers it.

    Raises:
        LimitError: ingredients nest too deep.
    """
    if len(readings) < 2:
        return ()
    manifests = {one.manifest.label: one.manifest for one in readings}
    found = redactions.collect(manifests, readings[-1].manifest.label, limits)
    return tuple(
        Status(
            StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISMATCH,
            manifests[label].assertion_uri(assertion.label),
            "what stands in the place of a redacted assertion is more than its label and zeros",
        )
        for label, redacted in found.items()
        for assertion in manifests[label].assertions
        if assertion.label in redacted
        and not redactions.is_plain(assertion.box)
        and not _is_recorded(readings, manifests[label])
    )


def _is_recorded(readings: Sequence[Reading], manifest: Manifest) -> bool:
    """Whether an ingredient assertion has the hash of the manifest as it stands."""
    digests = Digests()
    for reading in readings:
        alg = (reading.claim or {}).get("alg")
        for assertion, content in reading.contents:
            if assertion.base_label not in kinds.INGREDIENT_LABELS or not isinstance(content, cbor.MAPS):
                continue
            uri = HashedUri.read(content.get("activeManifest", content.get("c2pa_manifest")))
            target = stores.parse_uri(uri.url) if uri is not None else None
            if uri is None or target is None or target.manifest != manifest.label:
                continue
            if digests.match(uri, alg if isinstance(alg, str) else None, manifest.box):
                return True
    return False
