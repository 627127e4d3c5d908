"""The end of step 9b: actions that name assertions of other manifests (C2PA 2.4 §15.10.3.2.3).

``c2pa.redacted`` and ``c2pa.removed`` can be held against what they name only when the
manifests of the ingredients were validated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.codes import StatusCode
from provkit.manifest import redactions
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from provkit.manifest.assertions import Action
    from provkit.manifest.claim import HashedUri
    from provkit.manifest.validation import Validation


def check(run: Validation, validated: Mapping[str, Validation]) -> bool:
    """Whether the actions of a manifest fit what they name elsewhere.

    Args:
        run: the manifest, its ingredients looked at.
        validated: the manifests of the store that were validated so far, by label.
    """
    good = True
    named = run.claim.redacted if run.claim else ()
    redacts = {redactions.target_of(uri) for uri in named} if named else frozenset()
    for label, actions in run.actions.items():
        for action in actions.actions:
            if action.name == "c2pa.redacted":
                good &= _redacted(run, label, action, redacts, validated)
            elif action.name == "c2pa.removed":
                good &= _removed(run, label, action, validated)
    return good


def _redacted(
    run: Validation,
    label: str,
    action: Action,
    redacts: Container[tuple[str, str] | None],
    validated: Mapping[str, Validation],
) -> bool:
    """It names an assertion of another manifest, which this claim says it redacted."""
    uri = action.parameters.get("redacted")
    target = redactions.target_of(uri) if isinstance(uri, str) else None
    problem = None
    if target is None:
        problem = "names no assertion of another manifest"
    elif target not in redacts:
        problem = "names an assertion that the claim does not redact"
    elif target[0] not in validated or target[1] not in validated[target[0]].contents:
        problem = "names an assertion that no manifest of the ingredients lists"
    if problem is not None:
        run.findings.add(
            StatusCode.ASSERTION_ACTION_REDACTION_MISMATCH,
            run.manifest.assertion_uri(label),
            f"action {action.position} (c2pa.redacted) {problem}",
        )
    return problem is None


def _removed(run: Validation, label: str, action: Action, validated: Mapping[str, Validation]) -> bool:
    """It names component ingredients of other manifests, unchanged."""
    uris = action.ingredients()
    legacy = run.claim is not None and run.claim.version == 1
    if (legacy and not uris) or (uris and all(_is_component(run, uri, validated) for uri in uris)):
        return True
    run.findings.add(
        StatusCode.ASSERTION_ACTION_INGREDIENT_MISMATCH,
        run.manifest.assertion_uri(label),
        f"action {action.position} (c2pa.removed) does not name a component of an earlier manifest",
    )
    return False


def _is_component(run: Validation, uri: HashedUri, validated: Mapping[str, Validation]) -> bool:
    target = stores.parse_uri(uri.url)
    if target is None or target.manifest in (None, run.manifest.label) or not target.path:
        return False
    other = validated.get(target.manifest or "")
    box = other.resolve(target.path) if other is not None else None
    if other is None or box is None:
        return False
    ingredient = other.ingredients.get(target.path[-1])
    if ingredient is None or ingredient.relationship != "componentOf":
        return False
    return run.digests.match(uri, run.claim.alg if run.claim else None, box) is True
