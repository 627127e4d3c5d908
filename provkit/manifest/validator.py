"""Validation of one manifest, in the numbered steps of spec/verification.md.

The caller supplies three things that are not in the store: how the content is hashed, how
a certificate chain is judged, and the moment to judge at (see :mod:`.validation`).
Nothing here touches a clock, a file or a network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.manifest import assertion_steps, ingredient_steps, rules, signature_steps
from provkit.manifest import assertions as kinds
from provkit.manifest import claim as claims
from provkit.manifest import store as stores
from provkit.manifest.assertions import DataHash
from provkit.manifest.validation import HASHERS, Validation

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.claim import Claim
    from provkit.manifest.store import Manifest, ManifestStore
    from provkit.manifest.validation import Binding, CredentialJudge

_URN: Final = re.compile(
    r"urn:c2pa:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?::[!-9;-~]{0,32}(?::[0-9]+_[0-9]+)?)?"
)


def validate(
    store: ManifestStore, binding: Binding, judge: CredentialJudge, at: datetime, limits: Limits
) -> Validation:
    """Validate the active manifest of a store (C2PA 2.4 §15).

    Raises:
        LimitError: a bound was reached before an answer.
    """
    family = ingredient_steps.Family(store, lambda manifest: _manifest(manifest, judge, at, limits), limits)
    run = _manifest(store.active, judge, at, limits)
    # Step 3: the shape of what no hash covers.
    stray = store.stray() or next(filter(None, (m.stray() for m in store.manifests)), None)
    if stray is not None:
        run.findings.add(StatusCode.GENERAL_ERROR, run.manifest.uri(), f"{stray}; no signature covers that")
    if run.claim is None:
        return run
    run.ingredients_hold = family.check(run)
    for stranger in family.strangers():
        run.findings.add(StatusCode.GENERAL_ERROR, stranger.uri(), "no ingredient leads to this manifest")
    _content(run, run.claim, binding)
    return run


def _manifest(manifest: Manifest, judge: CredentialJudge, at: datetime, limits: Limits) -> Validation:
    """Steps 4 to 9b: all that one manifest shows by itself."""
    run = Validation(manifest)
    if manifest.kind != "standard":
        run.findings.unsupported.append(f"{manifest.kind} manifests")
        return run
    claim_bytes = _claim(run, limits)
    if run.claim is None or claim_bytes is None:
        return run
    signature_steps.check(run, run.claim, claim_bytes, judge, at, limits)
    run.declared = assertion_steps.check(run, run.claim, limits)
    run.rules_hold = rules.check(run, run.claim, run.declared, limits)
    return run


def _claim(run: Validation, limits: Limits) -> bytes | None:
    """Step 4: exactly one claim, well-formed, with its required fields (§15.6)."""
    manifest, add = run.manifest, run.findings.add
    if len(manifest.claims) != 1:
        code = StatusCode.CLAIM_MULTIPLE if manifest.claims else StatusCode.CLAIM_MISSING
        add(code, manifest.uri(), f"the manifest has {len(manifest.claims)} claims, not one")
        return None
    box = manifest.claims[0]
    url = manifest.uri(box.label)
    version = {stores.LABEL_CLAIM: 2, stores.LABEL_CLAIM_V1: 1}.get(box.label)
    if version is None:
        add(
            StatusCode.CLAIM_MISSING, url, f"the claim box is labelled {box.label!r}, which is no known claim"
        )
        return None
    if len(box.contents) != 1 or box.contents[0].type != b"cbor":
        add(StatusCode.CLAIM_CBOR_INVALID, url, "the claim box does not hold one CBOR box")
        return None
    payload = box.contents[0].payload
    try:
        run.claim = claims.read(payload, version, limits.cbor_depth)
    except claims.MissingFieldError as error:
        add(StatusCode.CLAIM_MALFORMED, url, error.message)
        return None
    except MalformedError as error:
        add(StatusCode.CLAIM_CBOR_INVALID, url, error.message)
        return None
    # The label of a manifest is signed only through URIs in the claim: hold it to the grammar.
    if version > 1 and not _URN.fullmatch(manifest.label):
        add(StatusCode.CLAIM_MALFORMED, url, "the manifest's label is no C2PA URN (§8.1)")
    return payload


def _content(run: Validation, claim: Claim, binding: Binding) -> None:
    """Step 10: the content is the one that was signed (§15.12.1)."""
    add = run.findings.add
    bindings = [a for a in run.declared if a.base_label in kinds.HARD_BINDINGS]
    if len(bindings) != 1 or bindings[0].base_label != kinds.LABEL_DATA_HASH:
        return  # step 8 has said so
    label = bindings[0].label
    url = run.manifest.assertion_uri(label)
    if label not in run.contents:
        return  # step 7 has said so
    try:
        data_hash = DataHash.read(run.contents[label])
    except MalformedError as error:
        add(StatusCode.ASSERTION_DATA_HASH_MALFORMED, url, error.message)
        return
    hasher = HASHERS.get(data_hash.alg or claim.alg or "")
    if hasher is None:
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, "the data hash names no allowed hash algorithm")
        return
    problem = binding.exclusion_problem(data_hash.exclusions)
    if problem is not None:
        add(binding.exclusion_code, url, problem)
        return
    state = hasher(b"")
    try:
        problem = binding.feed(state.update)
    except MalformedError as error:
        add(StatusCode.ASSERTION_DATA_HASH_MISMATCH, url, f"{error.message}, so it is not what was signed")
        return
    if problem is not None:
        add(StatusCode.ASSERTION_DATA_HASH_MALFORMED, url, problem)
    elif state.digest() != data_hash.hash:
        add(StatusCode.ASSERTION_DATA_HASH_MISMATCH, url, "the content was changed after signing")
    else:
        run.content_holds = True
        add(StatusCode.ASSERTION_DATA_HASH_MATCH, url, "the content is as it was signed")
