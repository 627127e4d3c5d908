"""Validation of one manifest, in the numbered steps of spec/verification.md.

The caller supplies three things that are not in the store: how the content is hashed, how
a certificate chain is judged, and the moment to judge at (see :mod:`.validation`).
Nothing here touches a clock, a file or a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.manifest import assertion_steps, box_hash, rules, signature_steps
from provkit.manifest import assertions as kinds
from provkit.manifest import claim as claims
from provkit.manifest import store as stores
from provkit.manifest.assertions import DataHash
from provkit.manifest.compressed import DecoderMissingError
from provkit.manifest.ingredient_steps import Family
from provkit.manifest.validation import HASHERS

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.claim import Claim
    from provkit.manifest.store import ManifestStore
    from provkit.manifest.validation import Binding, Boxed, CredentialJudge, Validation


def validate(
    store: ManifestStore,
    binding: Binding,
    judge: CredentialJudge,
    at: datetime,
    limits: Limits,
    carriers: tuple[tuple[int, int], ...] = (),
    boxed: Boxed | None = None,
) -> Validation:
    """Validate the active manifest of a store (C2PA 2.4 §15).

    Args:
        store: taken apart.
        binding: how the content is hashed.
        judge: judges signers and time stamps.
        at: moment to judge at, aware.
        limits: bounds on the work.
        carriers: where the store stands in the asset now, ``(start, length)`` in bytes, in every way
            that a data hash may leave it out; only an update manifest needs it.
        boxed: the asset as boxes, where a box hash may bind it.

    Raises:
        LimitError: a bound was reached before an answer.
    """
    family = Family(store, lambda run: _manifest(run, judge, at, limits), limits)
    run = family.begin(store.active)
    # Step 3: the shape of what no hash covers.
    stray = store.stray() or next(
        filter(None, (manifest.stray() for manifest in store.manifests if manifest.sealed is None)), None
    )
    if stray is not None:
        run.findings.add(StatusCode.GENERAL_ERROR, run.manifest.uri(), f"{stray}; no signature covers that")
    if store.active.kind == "compressed" and not isinstance(store.active.sealed, MalformedError):
        # §18.5.1, STRICT-PACK-1: here a data hash binds all content, and one content has many spellings.
        run.findings.add(
            StatusCode.MANIFEST_COMPRESSED_INVALID,
            run.manifest.uri(),
            "the active manifest is compressed, and no hash covers how",
        )
    if run.claim is None:
        return run
    run.ingredients_hold = family.check(run)
    for stranger in family.strangers():
        run.findings.add(StatusCode.GENERAL_ERROR, stranger.uri(), "no ingredient leads to this manifest")
    _content(run, binding, carriers, boxed, limits)
    return run


def _manifest(run: Validation, judge: CredentialJudge, at: datetime, limits: Limits) -> None:
    """Steps 4 to 9b: all that one manifest shows by itself."""
    sealed = run.manifest.sealed
    if isinstance(sealed, DecoderMissingError):
        run.findings.unsupported.append(f"{sealed.message}; {sealed.hint}")
    elif sealed is not None:
        run.findings.add(StatusCode.MANIFEST_COMPRESSED_INVALID, run.manifest.uri(), sealed.message)
    if sealed is not None:
        return
    claim_bytes = _claim(run, limits)
    if run.claim is None or claim_bytes is None:
        return
    signature_steps.check(run, run.claim, claim_bytes, judge, at, limits)
    run.declared = assertion_steps.check(run, run.claim, limits)
    run.rules_hold = rules.check(run, run.claim, run.declared, limits)


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
    for strict in (True, False):
        # A claim in another form than the deterministic one is invalid, and what else it is is told too.
        try:
            run.claim = claims.read(payload, version, limits.cbor_depth, strict=strict)
            break
        except claims.MissingFieldError as error:
            add(StatusCode.CLAIM_MALFORMED, url, error.message)
            return None
        except MalformedError as error:
            if strict:
                add(StatusCode.CLAIM_CBOR_INVALID, url, error.message)
    if run.claim is None:
        return None
    # The label of a manifest is signed only through URIs in the claim: hold it to the grammar.
    if not stores.is_name(manifest.label, version) and (version > 1 or not _names(run.claim, manifest.label)):
        add(StatusCode.CLAIM_MALFORMED, url, "the manifest's label is no C2PA URN (§8.1)")
    return payload


def _names(claim: Claim, label: str) -> bool:
    """Whether the claim signs the label of its manifest, by the URI of its signature."""
    target = stores.parse_uri(claim.signature)
    return target is not None and target.manifest == label


def _content(
    run: Validation,
    binding: Binding,
    carriers: tuple[tuple[int, int], ...],
    boxed: Boxed | None,
    limits: Limits,
) -> None:
    """Step 10: the content is the one that was signed (§15.12)."""
    bound = _bound(run, limits)
    if bound is None or bound.claim is None:
        url = run.manifest.uri(run.manifest.claims[0].label)
        why = "the update leads to no manifest that holds and binds the content"
        run.findings.add(StatusCode.CLAIM_HARD_BINDINGS_MISSING, url, why)
        return
    add = run.findings.add
    bindings = [a for a in bound.declared if a.base_label in kinds.HARD_BINDINGS]
    if len(bindings) != 1:
        return  # step 8 has said so
    label = bindings[0].label
    url = bound.manifest.assertion_uri(label)
    if bindings[0].base_label == box_hash.LABEL and boxed is not None:
        _boxes(run, bound, label, boxed)
        return
    if bindings[0].base_label != kinds.LABEL_DATA_HASH:
        # §9.2.4 and §A.7-A.9: carriers without a box structure are bound by c2pa.hash.data.
        add(StatusCode.CLAIM_HARD_BINDINGS_MISSING, url, "this medium is bound by c2pa.hash.data")
        return
    if label not in bound.contents:
        return  # step 7 has said so
    try:
        data_hash = DataHash.read(bound.contents[label])
    except MalformedError as error:
        add(StatusCode.ASSERTION_DATA_HASH_MALFORMED, url, error.message)
        return
    hasher = HASHERS.get(data_hash.alg or bound.claim.alg or "")
    if hasher is None:
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, "the data hash names no allowed hash algorithm")
        return
    run.bound_by = bound
    ways = [data_hash.exclusions]
    if bound is not run:
        ways = _grown(data_hash.exclusions, carriers) or ways
    for number, exclusions in enumerate(ways, 1):
        problem = _compare(binding, exclusions, hasher(b""), data_hash.hash)
        if problem is None:
            run.content_holds = True
            add(StatusCode.ASSERTION_DATA_HASH_MATCH, url, "the content is as it was signed")
            return
        if number == len(ways):
            add(problem[0], url, problem[1])


def _boxes(run: Validation, bound: Validation, label: str, boxed: Boxed) -> None:
    """Step 10 for a general box hash (§15.12.3)."""
    add, url = run.findings.add, bound.manifest.assertion_uri(label)
    if label not in bound.contents or bound.claim is None:
        return  # step 7 has said so
    try:
        view = box_hash.BoxHash.read(bound.contents[label])
    except MalformedError as error:
        add(StatusCode.ASSERTION_BOXES_HASH_MALFORMED, url, error.message)
        return
    try:
        boxes = boxed.boxes(frozenset(view.names))
    except MalformedError as error:
        why = f"{error.message}, so it is not what was signed"
        add(StatusCode.ASSERTION_BOXES_HASH_MISMATCH, url, why)
        return
    if boxes is None:
        add(StatusCode.CLAIM_HARD_BINDINGS_MISSING, url, "this format has no boxes with names (§18.7.3)")
        return
    run.bound_by = bound
    problem = box_hash.compare(view, boxes, boxed.data, bound.claim.alg)
    if problem is not None:
        add(problem[0], url, problem[1])
        return
    run.content_holds = True
    add(StatusCode.ASSERTION_BOXES_HASH_MATCH, url, "the content is as it was signed")
    if view.left_out:
        why = f"not signed: {', '.join(view.left_out)[:120]}"
        add(StatusCode.ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT, url, why)


def _compare(
    binding: Binding, exclusions: tuple[tuple[int, int], ...], state: Any, wanted: bytes
) -> tuple[StatusCode, str] | None:
    """Why the content without the exclusions has not the wanted hash; None if it has (§15.12.1)."""
    problem = binding.exclusion_problem(exclusions)
    if problem is not None:
        return binding.exclusion_code, problem
    try:
        problem = binding.feed(state.update)
    except MalformedError as error:
        why = f"{error.message}, so it is not what was signed"
        return StatusCode.ASSERTION_DATA_HASH_MISMATCH, why
    if problem is not None:
        return StatusCode.ASSERTION_DATA_HASH_MALFORMED, problem
    if state.digest() != wanted:
        return StatusCode.ASSERTION_DATA_HASH_MISMATCH, "the content was changed after signing"
    return None


def _bound(run: Validation, limits: Limits) -> Validation | None:
    """The manifest that binds the content: the nearest parent that is no update, if all on the way hold (§15.12).

    STRICT-UPDATE-1: a hash that nobody answers for binds nothing.
    """
    if run.manifest.kind == "standard":
        return run
    for _ in range(limits.ingredient_depth):
        if run.manifest.role == "standard":
            return run
        parents = [
            run.ancestors.get(label)
            for label, ingredient in run.ingredients.items()
            if ingredient.relationship == "parentOf"
        ]
        if len(parents) != 1 or parents[0] is None or not parents[0].holds:
            return None
        run = parents[0]
    return None


def _grown(
    exclusions: tuple[tuple[int, int], ...], carriers: tuple[tuple[int, int], ...]
) -> list[tuple[tuple[int, int], ...]]:
    """What a data hash leaves out now that updates made the store longer: from the same place on (§15.12.1.1)."""
    if len(exclusions) != 1:
        return []
    return [(carrier,) for carrier in carriers if carrier[0] == exclusions[0][0]]
