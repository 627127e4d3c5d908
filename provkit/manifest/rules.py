"""Rules of a manifest by its type: bindings, redactions, ingredients, actions (C2PA 2.4 §15.10, §18.15, §18.16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, external_steps, redactions
from provkit.manifest import store as stores
from provkit.manifest.claim import HashedUri

if TYPE_CHECKING:
    from provkit.limits import Limits
    from provkit.manifest.assertions import Action
    from provkit.manifest.claim import Claim
    from provkit.manifest.store import Assertion
    from provkit.manifest.validation import Validation

_INCEPTIONS: Final = frozenset({"c2pa.created", "c2pa.opened"})
_IN_UPDATES: Final = frozenset({"c2pa.edited.metadata", "c2pa.opened", "c2pa.published", "c2pa.redacted"})
"""The actions of an update manifest (§11.2.3)."""
_TAKEN_OUT: Final = "redacted"
"""In place of the relationship of an ingredient that was redacted: nobody can tell any more (§6.8)."""
_WATERMARKED: Final = frozenset({"c2pa.watermarked", "c2pa.watermarked.bound"})


def check(run: Validation, claim: Claim, declared: tuple[Assertion, ...], limits: Limits) -> bool:
    """Steps 7b, 7c, 8, 9a and 9b of spec/verification.md; True when every rule holds."""
    update = _is_update(run)
    # Evaluated one by one on purpose: a reader wants every finding, not the first.
    results = [
        True if update else _hard_binding(run, declared),
        _redactions(run, claim),
        _ingredients(run, declared),
        _actions(run, claim, declared, limits),
        external_steps.check(run, declared),
    ]
    if update:
        results.append(_update(run))
    return all(results)


def _is_update(run: Validation) -> bool:
    return run.manifest.kind != "standard" and run.manifest.role == "update"


def _url(run: Validation, label: str) -> str:
    return run.manifest.assertion_uri(label)


def _claim_url(run: Validation) -> str:
    return run.manifest.uri(run.manifest.claims[0].label)


def _hard_binding(run: Validation, declared: tuple[Assertion, ...]) -> bool:
    """Step 8a: exactly one hard binding, attributed to the signer (§10.2.2, §15.10.1)."""
    add = run.findings.add
    bindings = [assertion for assertion in declared if assertion.base_label in kinds.HARD_BINDINGS]
    if len(bindings) > 1:
        add(
            StatusCode.ASSERTION_MULTIPLE_HARD_BINDINGS,
            _url(run, bindings[1].label),
            "two assertions bind the content",
        )
        return False
    if not bindings or bindings[0].label not in run.created:
        add(
            StatusCode.CLAIM_HARD_BINDINGS_MISSING,
            _claim_url(run),
            "the hard binding is only gathered, so the signer does not stand behind it"
            if bindings
            else "the claim lists no assertion that binds the content",
        )
        return False
    if run.manifest.kind == "compressed" and bindings[0].base_label == kinds.LABEL_DATA_HASH:
        add(
            StatusCode.MANIFEST_COMPRESSED_INVALID,
            _claim_url(run),
            "a compressed manifest binds its content by c2pa.hash.data, which excludes each other (§18.5.1)",
        )
        return False
    return True


def _update(run: Validation) -> bool:
    """Step 8c: an update manifest adds to another and says nothing about the content (§11.2.3, §15.10.1.3)."""
    add = run.findings.add
    good = True
    named = [assertion for assertion in run.declared if assertion.base_label in kinds.INGREDIENT_LABELS]
    found = tuple(run.ingredients.values())
    if len(named) != 1 or any(one.relationship != "parentOf" or one.manifest is None for one in found):
        add(
            StatusCode.MANIFEST_UPDATE_WRONG_PARENTS,
            _claim_url(run),
            "an update manifest has one ingredient, its parent, and that has a manifest",
        )
        good = False
    for assertion in run.declared:
        if assertion.base_label.startswith(("c2pa.hash.", "c2pa.thumbnail")):
            add(
                StatusCode.MANIFEST_UPDATE_INVALID,
                _url(run, assertion.label),
                "an update manifest has a hard binding or a thumbnail",
            )
            good = False
    for label, actions in run.actions.items():
        for action in actions.actions:
            if action.name not in _IN_UPDATES:
                add(
                    StatusCode.MANIFEST_UPDATE_INVALID,
                    _url(run, label),
                    f"action {action.position} ({action.name[:60]}) is none of an update manifest",
                )
                good = False
    return good


def _redactions(run: Validation, claim: Claim) -> bool:
    """Steps 7b, 8b, 9b: a claim redacts no hard binding, nothing of its own and no actions (§6.8, §15.10.3.1)."""
    add = run.findings.add
    good = True
    for uri in claim.redacted:
        target = stores.parse_uri(uri)
        label = target.path[-1] if target is not None and target.path else ""
        if target is None or target.manifest in (None, run.manifest.label):
            add(StatusCode.ASSERTION_SELF_REDACTED, uri, "the claim redacts an assertion of its own")
        elif stores.base_label(label) in kinds.ACTIONS_LABELS:
            add(StatusCode.ASSERTION_ACTION_REDACTED, uri, "the claim redacts a list of actions")
        elif redactions.is_protected(label):
            add(StatusCode.ASSERTION_HARD_BINDING_REDACTED, uri, "the claim redacts a hard binding")
        else:
            continue
        good = False
    return good


def _ingredients(run: Validation, declared: tuple[Assertion, ...]) -> bool:
    """Step 9a: ingredients are readable and at most one is the parent (§15.11.3, §18.16)."""
    add = run.findings.add
    good = True
    for assertion in declared:
        if assertion.base_label not in kinds.INGREDIENT_LABELS or assertion.label not in run.contents:
            continue
        try:
            run.ingredients[assertion.label] = kinds.Ingredient.read(
                run.contents[assertion.label], assertion.base_label
            )
        except MalformedError as error:
            add(StatusCode.ASSERTION_INGREDIENT_MALFORMED, _url(run, assertion.label), error.message)
            good = False
    for label in run.redacted:
        if stores.base_label(label) in kinds.INGREDIENT_LABELS and label in run.contents:
            run.ingredients[label] = kinds.REDACTED_INGREDIENT
    parents = [
        label for label, ingredient in run.ingredients.items() if ingredient.relationship == "parentOf"
    ]
    if len(parents) > 1:
        add(
            StatusCode.MANIFEST_MULTIPLE_PARENTS,
            _url(run, parents[1]),
            "two ingredients are said to be the parent",
        )
        good = False
    for label, ingredient in run.ingredients.items():
        if ingredient.manifest is None and ingredient.relationship != "inputTo":
            add(StatusCode.INGREDIENT_UNKNOWN_PROVENANCE, _url(run, label), "the ingredient has no manifest")
    return good


def _actions(run: Validation, claim: Claim, declared: tuple[Assertion, ...], limits: Limits) -> bool:
    """Step 9b: actions (§15.10.3.2.3, §18.15)."""
    add = run.findings.add
    good = True
    for assertion in declared:
        if assertion.base_label not in kinds.ACTIONS_LABELS or assertion.label not in run.contents:
            continue
        try:
            run.actions[assertion.label] = kinds.Actions.read(run.contents[assertion.label])
        except MalformedError as error:
            add(StatusCode.ASSERTION_ACTION_MALFORMED, _url(run, assertion.label), error.message)
            good = False
    if sum(len(actions.actions) for actions in run.actions.values()) > limits.actions:
        raise LimitError(f"the manifest has more than {limits.actions} actions")
    if claim.version > 1 and good and not _is_update(run):
        good = _inception(run)
    for label, actions in run.actions.items():
        for action in actions.actions:
            good &= _action(run, label, action)
    return good


def _inception(run: Validation) -> bool:
    """The first action of the first attributed actions assertion, and only it, says how the asset began."""
    add = run.findings.add
    first = next((label for label in run.actions if label in run.created), None) or next(
        iter(run.actions), None
    )
    if first is None:
        add(
            StatusCode.ASSERTION_ACTION_MALFORMED,
            _claim_url(run),
            "the claim lists no actions assertion that says how the content began",
        )
        return False
    begin = run.actions[first].actions[0]
    if begin.name not in _INCEPTIONS:
        add(
            StatusCode.ASSERTION_ACTION_MALFORMED,
            _url(run, first),
            f"the first action is {begin.name[:60]!r}, not c2pa.created or c2pa.opened",
        )
        return False
    count = sum(action.name in _INCEPTIONS for actions in run.actions.values() for action in actions.actions)
    if count > 1:
        add(
            StatusCode.ASSERTION_ACTION_MALFORMED,
            _url(run, first),
            f"{count} actions say how the content began; one is allowed",
        )
        return False
    if begin.name == "c2pa.created" and not isinstance(begin.source_type, str):
        add(
            StatusCode.ASSERTION_ACTION_MALFORMED,
            _url(run, first),
            "c2pa.created has no digitalSourceType (§18.15.2)",
        )
        return False
    return True


def _action(run: Validation, label: str, action: Action) -> bool:
    """What single actions need: ingredients of the right kind, soft bindings (§18.15)."""
    add = run.findings.add
    url = _url(run, label)
    if action.name in ("c2pa.opened", "c2pa.placed"):
        wanted = "parentOf" if action.name == "c2pa.opened" else "componentOf"
        found = _relationships(run, action)
        wrong_count = len(found) != 1 if action.name == "c2pa.opened" else not found
        legacy = run.claim is not None and run.claim.version == 1 and not found
        if not legacy and (wrong_count or any(one not in (wanted, _TAKEN_OUT) for one in found)):
            add(
                StatusCode.ASSERTION_ACTION_INGREDIENT_MISMATCH,
                url,
                f"action {action.position} ({action.name}) does not name its {wanted} ingredient",
            )
            return False
    if action.name in ("c2pa.transcoded", "c2pa.repackaged"):
        found = _relationships(run, action)
        if any(relationship not in ("parentOf", _TAKEN_OUT) for relationship in found):
            add(
                StatusCode.ASSERTION_ACTION_INGREDIENT_MISMATCH,
                url,
                f"action {action.position} ({action.name}) names an ingredient that is not its parent",
            )
            return False
    if action.name in _WATERMARKED and not any(
        base.startswith(kinds.LABEL_SOFT_BINDING) for base in run.contents
    ):
        add(
            StatusCode.ASSERTION_ACTION_SOFT_BINDING_MISSING,
            url,
            f"action {action.position} names no soft binding",
        )
        return False
    if action.name in ("c2pa.redacted", "c2pa.removed"):
        run.names_others = True  # see related_steps
    if "relatedAssertions" in action.parameters and not _are_related(run, action):
        add(
            StatusCode.ASSERTION_ACTION_MALFORMED,
            url,
            f"relatedAssertions of action {action.position} names something else than assertions of this manifest",
        )
        return False
    return True


def _are_related(run: Validation, action: Action) -> bool:
    """``relatedAssertions``: one or more of this manifest, no ingredients and no actions (§15.10.3.2.3)."""
    value = action.parameters["relatedAssertions"]
    if not isinstance(value, cbor.LISTS) or not value:
        return False
    for entry in value:
        uri = HashedUri.read(entry)
        target = stores.parse_uri(uri.url) if uri is not None else None
        if target is None or target.manifest not in (None, run.manifest.label) or not target.path:
            return False
        base = stores.base_label(target.path[-1])
        if target.path[-1] not in run.contents or base in kinds.INGREDIENT_LABELS | kinds.ACTIONS_LABELS:
            return False
    return True


def _relationships(run: Validation, action: Action) -> list[str | None]:
    uris = action.ingredients()
    if uris is None:
        return [None]
    found: list[str | None] = []
    for uri in uris:
        target = stores.parse_uri(uri.url)
        if target is not None and run.redacted_label(target) is not None:
            found.append(_TAKEN_OUT)
            continue
        own = target is not None and target.manifest in (None, run.manifest.label)
        ingredient = (
            run.ingredients.get(target.path[-1]) if target is not None and own and target.path else None
        )
        found.append(ingredient.relationship if ingredient else None)
    return found
