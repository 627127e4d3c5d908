"""Rules of a standard manifest: bindings, actions, ingredients (C2PA 2.4 §15.10.3, §18.15, §18.16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from provkit.limits import Limits
    from provkit.manifest.assertions import Action
    from provkit.manifest.claim import Claim
    from provkit.manifest.store import Assertion
    from provkit.manifest.validation import Validation

_INCEPTIONS = frozenset({"c2pa.created", "c2pa.opened"})


def check(run: Validation, claim: Claim, declared: tuple[Assertion, ...], limits: Limits) -> bool:
    """Steps 8 and 9 of spec/verification.md; True when every rule holds."""
    # Evaluated one by one on purpose: a reader wants every finding, not the first.
    results = [
        _hard_binding(run, declared),
        _redactions(run, claim),
        _ingredients(run, declared),
        _actions(run, claim, declared, limits),
    ]
    return all(results)


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
    if bindings[0].base_label != kinds.LABEL_DATA_HASH:
        # §9.2.4 and §A.7-A.9: carriers without a box structure are bound by c2pa.hash.data.
        add(
            StatusCode.CLAIM_HARD_BINDINGS_MISSING,
            _url(run, bindings[0].label),
            "this medium is bound by c2pa.hash.data",
        )
        return False
    return True


def _redactions(run: Validation, claim: Claim) -> bool:
    """Step 8b: a manifest does not redact its own assertions (§6.8); others come later."""
    good = True
    for uri in claim.redacted:
        target = stores.parse_uri(uri)
        if target is None or target.manifest in (None, run.manifest.label):
            run.findings.add(
                StatusCode.ASSERTION_SELF_REDACTED, uri, "the claim redacts an assertion of its own"
            )
            good = False
        else:
            run.findings.unsupported.append("redacted assertions of other manifests")
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
        if ingredient.manifest is None:
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
    if claim.version > 1 and good:
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
        if not legacy and (wrong_count or any(relationship != wanted for relationship in found)):
            add(
                StatusCode.ASSERTION_ACTION_INGREDIENT_MISMATCH,
                url,
                f"action {action.position} ({action.name}) does not name its {wanted} ingredient",
            )
            return False
    if action.name == "c2pa.watermarked.bound" and not any(
        base.startswith(kinds.LABEL_SOFT_BINDING) for base in run.contents
    ):
        add(
            StatusCode.ASSERTION_ACTION_SOFT_BINDING_MISSING,
            url,
            f"action {action.position} names no soft binding",
        )
        return False
    if action.name == "c2pa.redacted":
        run.findings.unsupported.append("redactions")
    return True


def _relationships(run: Validation, action: Action) -> list[str | None]:
    uris = action.ingredients()
    if uris is None:
        return [None]
    found: list[str | None] = []
    for uri in uris:
        target = stores.parse_uri(uri.url)
        own = target is not None and target.manifest in (None, run.manifest.label)
        ingredient = (
            run.ingredients.get(target.path[-1]) if target is not None and own and target.path else None
        )
        found.append(ingredient.relationship if ingredient else None)
    return found
