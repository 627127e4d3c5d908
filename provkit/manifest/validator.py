"""Validation of one manifest, in the numbered steps of spec/verification.md.

The caller supplies three things that are not in the store: how the content is hashed
(:class:`Binding`), how a certificate chain is judged (:class:`CredentialJudge`), and the
moment to judge at.  Nothing here touches a clock, a file or a network.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, cose, rules
from provkit.manifest import claim as claims
from provkit.manifest import store as stores
from provkit.manifest.assertions import DataHash
from provkit.manifest.claim import Claim, HashedUri
from provkit.manifest.findings import Findings
from provkit.verdict import IngredientFinding, SignerFacts, State, Statuses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.store import Assertion, Manifest, ManifestStore

_URN: Final = re.compile(
    r"urn:c2pa:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?::[!-9;-~]{0,32}(?::[0-9]+_[0-9]+)?)?"
)
_HASHERS: Final[dict[str, Callable[[bytes], Any]]] = {
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
_ASSERTION_PREFIX: Final = f"{stores.URI_PREFIX}{stores.LABEL_ASSERTIONS}/"
# Assertions whose meaning reaches outside the manifest; judged in a later version.
_LATER: Final = frozenset(
    {"c2pa.cloud-data", "c2pa.external-reference", "c2pa.time-stamp", "c2pa.certificate-status"}
)


class Binding(Protocol):
    """How the asset at hand is hashed, and what an exclusion in it may be."""

    def exclusion_problem(self, exclusions: tuple[tuple[int, int], ...]) -> str | None:
        """Why these exclusions are not the carrier found in this asset; None if they are."""
        ...

    def feed(self, update: Callable[[bytes], None]) -> str | None:
        """Pass the signed bytes to ``update``; a reason if the asset cannot be hashed as signed.

        Raises:
            MalformedError: the asset is not of its format any more.
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


class CredentialJudge(Protocol):
    """Judges an ``x5chain``."""

    def __call__(self, chain: tuple[bytes, ...], at: datetime) -> CredentialFinding:
        """Judge; raises MalformedError when a certificate does not parse."""
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
    contents: dict[str, Any] = field(default_factory=dict)
    """Decoded content of each declared assertion, by label."""
    actions: dict[str, kinds.Actions] = field(default_factory=dict)
    """Actions assertions by label, claim order."""
    ingredients: dict[str, kinds.Ingredient] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    signature_holds: bool = False
    inside_validity: bool = False
    signer_trusted: bool = False
    assertions_hold: bool = False
    rules_hold: bool = False
    content_holds: bool = False

    @property
    def state(self) -> State:
        """State by the definitions of §14.3: each must have been shown, not merely not refuted."""
        valid = (
            self.signature_holds
            and self.inside_validity
            and self.assertions_hold
            and self.rules_hold
            and self.content_holds
            and self.findings.sound
        )
        if not valid:
            return State.INVALID
        return State.TRUSTED if self.signer_trusted else State.VALID

    def ingredient_findings(self) -> tuple[IngredientFinding, ...]:
        """Ingredients as results; they carry no statuses until their manifests are validated."""
        return tuple(
            IngredientFinding(label, ingredient.relationship, ingredient.title, Statuses())
            for label, ingredient in self.ingredients.items()
        )


def validate(
    store: ManifestStore, binding: Binding, judge: CredentialJudge, at: datetime, limits: Limits
) -> Validation:
    """Validate the active manifest of a store (C2PA 2.4 §15).

    Raises:
        LimitError: a bound was reached before an answer.
    """
    run = Validation(store.active)
    # Step 3: the shape of what no hash covers.
    stray = store.stray() or next(filter(None, (m.stray() for m in store.manifests)), None)
    if stray is not None:
        run.findings.add(StatusCode.GENERAL_ERROR, run.manifest.uri(), f"{stray}; no signature covers that")
    if run.manifest.kind != "standard":
        run.findings.unsupported.append(f"{run.manifest.kind} manifests")
        return run
    claim_bytes = _claim(run, limits)
    if run.claim is None or claim_bytes is None:
        return run
    _signature(run, run.claim, claim_bytes, judge, at, limits)
    declared = _assertions(run, run.claim, limits)
    run.rules_hold = rules.check(run, run.claim, declared, limits)
    _other_manifests(run, store)
    _content(run, run.claim, declared, binding)
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


def _signature(
    run: Validation, claim: Claim, claim_bytes: bytes, judge: CredentialJudge, at: datetime, limits: Limits
) -> None:
    """Steps 5 and 6: the signature box, its credential, the signature, its time (§15.7-15.9)."""
    manifest, add = run.manifest, run.findings.add
    box = _own(manifest, claim.signature)
    if box is None or box not in manifest.signatures or len(manifest.signatures) != 1:
        add(
            StatusCode.CLAIM_SIGNATURE_MISSING,
            manifest.uri(manifest.claims[0].label),
            "the claim's signature URI names no signature box in this manifest",
        )
        return
    url = manifest.uri(box.label)
    try:
        if len(box.contents) != 1 or box.contents[0].type != b"cbor":
            raise MalformedError("the signature box does not hold one CBOR box")
        signature = cose.parse(box.contents[0].payload, limits)
    except cose.AlgorithmError as error:
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, error.message)
        return
    except cose.ChainError as error:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, error.message)
        return
    except MalformedError as error:
        add(StatusCode.CLAIM_SIGNATURE_MISMATCH, url, error.message)
        return
    try:
        finding = judge(signature.chain, at)
    except MalformedError as error:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, error.message)
        return
    run.signer = finding.facts
    _credential(run, finding, url)
    try:
        cose.verify(
            finding.key,
            signature.algorithm,
            signature.signature,
            cose.to_be_signed(signature.protected, claim_bytes),
        )
    except cose.AlgorithmError as error:
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, error.message)
    except cose.SignatureMismatchError as error:
        add(StatusCode.CLAIM_SIGNATURE_MISMATCH, url, str(error))
    else:
        run.signature_holds = True
        add(StatusCode.CLAIM_SIGNATURE_VALIDATED, url, "the claim signature holds")
    if signature.stray is not None:
        # §15.12.1.1: inside an exclusion stand only the store and marked, zero padding.
        add(StatusCode.ASSERTION_DATA_HASH_MISMATCH, url, signature.stray)
    _moment(run, finding, signature, at, url)
    run.signer = _with_algorithm(finding.facts, signature.algorithm)


def _with_algorithm(facts: SignerFacts, algorithm: str) -> SignerFacts:
    if facts.algorithm == algorithm:
        return facts
    from dataclasses import replace

    return replace(facts, algorithm=algorithm)


def _credential(run: Validation, finding: CredentialFinding, url: str) -> None:
    add = run.findings.add
    for problem in finding.problems:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, problem)
    if finding.trusted:
        run.signer_trusted = True
        add(StatusCode.SIGNING_CREDENTIAL_TRUSTED, url, finding.reason)
    else:
        add(StatusCode.SIGNING_CREDENTIAL_UNTRUSTED, url, finding.reason)


def _moment(
    run: Validation, finding: CredentialFinding, signature: cose.CoseSign1, at: datetime, url: str
) -> None:
    """Validity of the certificate at the moment of judgement; time stamps and OCSP come later."""
    add = run.findings.add
    facts = finding.facts
    if facts.not_before <= at <= facts.not_after:
        run.inside_validity = True
        add(
            StatusCode.CLAIM_SIGNATURE_INSIDE_VALIDITY, url, "the signer's certificate is within its validity"
        )
        if signature.time_stamps:
            run.warnings.append(
                "time-stamp: this version does not evaluate time stamps; any time shown is claimed"
            )
    elif signature.time_stamps:
        run.findings.unsupported.append("a time stamp, which a certificate outside its validity hangs on")
    else:
        add(
            StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
            url,
            f"the signer's certificate is valid from {facts.not_before:%Y-%m-%d %H:%M} "
            f"to {facts.not_after:%Y-%m-%d %H:%M} UTC only, and no time stamp vouches for an earlier moment",
        )
    if signature.revocation_values:
        run.findings.unsupported.append("stapled revocation information (OCSP)")
    else:
        add(
            StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
            url,
            "no revocation information is stapled, and none was fetched",
        )


def _assertions(run: Validation, claim: Claim, limits: Limits) -> tuple[Assertion, ...]:
    """Step 7: every declared assertion is there and unchanged, and none is undeclared (§15.10)."""
    manifest, add = run.manifest, run.findings.add
    by_label: dict[str, Assertion] = {}
    for assertion in manifest.assertions:
        if assertion.label in by_label:
            url = manifest.assertion_uri(assertion.label)
            add(StatusCode.ASSERTION_UNDECLARED, url, "two assertions have the same label")
        by_label[assertion.label] = assertion
    if len(claim.created) + len(claim.gathered) > limits.assertions:
        raise LimitError(f"the claim lists more than {limits.assertions} assertions")
    declared: dict[str, Assertion] = {}
    good = True
    for uri in (*claim.created, *claim.gathered):
        found = _declared(run, claim, uri, by_label)
        if found is None:
            good = False
        elif found.label in declared:
            add(
                StatusCode.CLAIM_MALFORMED,
                manifest.uri(manifest.claims[0].label),
                f"{uri.url} is listed twice",
            )
        else:
            declared[found.label] = found
        if uri is claim.created[-1]:
            run.created = frozenset(declared)
    for label in by_label.keys() - declared.keys():
        url = manifest.assertion_uri(label)
        add(StatusCode.ASSERTION_UNDECLARED, url, "the claim does not list this assertion")
    for label, assertion in declared.items():
        good &= _decode(run, label, assertion, limits)
    run.assertions_hold = good
    return tuple(declared.values())


def _declared(
    run: Validation, claim: Claim, uri: HashedUri, by_label: Mapping[str, Assertion]
) -> Assertion | None:
    manifest, add = run.manifest, run.findings.add
    label = uri.url.removeprefix(_ASSERTION_PREFIX)
    if label is uri.url or "/" in label:  # not the short form nearly everybody writes
        target = stores.parse_uri(uri.url)
        if target is not None and target.manifest not in (None, manifest.label):
            add(
                StatusCode.ASSERTION_OUTSIDE_MANIFEST,
                uri.url,
                "the claim lists an assertion of another manifest",
            )
            return None
        if target is None or len(target.path) != 2 or target.path[0] != stores.LABEL_ASSERTIONS:
            add(StatusCode.ASSERTION_MISSING, uri.url, "the URI names no assertion")
            return None
        label = target.path[1]
    url = manifest.assertion_uri(label)
    assertion = by_label.get(label)
    if assertion is None:
        add(StatusCode.ASSERTION_MISSING, url, "the claim lists an assertion that is not there")
        return None
    match = hash_matches(uri, claim.alg, assertion.box.hashed)
    if match is None:
        add(
            StatusCode.ALGORITHM_UNSUPPORTED,
            url,
            f"hash algorithm {uri.alg or claim.alg!s:.40} is not allowed",
        )
        return None
    if not match:
        add(StatusCode.ASSERTION_HASHED_URI_MISMATCH, url, "the assertion was changed after signing")
        return None
    add(StatusCode.ASSERTION_HASHED_URI_MATCH, url, "the assertion is as it was signed")
    return assertion


def hash_matches(uri: HashedUri, enclosing: str | None, data: bytes) -> bool | None:
    """Whether ``data`` has the hash of a hashed URI; None if the algorithm is not allowed (§13.1)."""
    hasher = _HASHERS.get(uri.alg or enclosing or "")
    return None if hasher is None else bool(hasher(data).digest() == uri.hash)


def _decode(run: Validation, label: str, assertion: Assertion, limits: Limits) -> bool:
    url = run.manifest.assertion_uri(label)
    base = assertion.base_label
    if base in _LATER:
        run.findings.unsupported.append(f"the assertion {base}")
    try:
        content = kinds.decode(assertion, limits.cbor_depth)
    except kinds.InvalidJsonError as error:
        run.findings.add(StatusCode.ASSERTION_JSON_INVALID, url, error.message)
        return False
    except MalformedError as error:
        run.findings.add(StatusCode.ASSERTION_CBOR_INVALID, url, error.message)
        return False
    run.contents[label] = content
    if assertion.content is None or b"self#jumbf" not in assertion.content.payload:
        return True
    return _references(run, url, content)


def _references(run: Validation, url: str, content: Any) -> bool:
    """Hashed URIs inside an assertion name boxes of this manifest, unchanged (§15.10.3)."""
    claim = run.claim
    good = True
    for uri in _hashed_uris(content):
        target = stores.parse_uri(uri.url)
        if target is None:
            continue  # an external reference: fetched by nobody here
        if target.manifest not in (None, run.manifest.label):
            continue  # another manifest of the store: see _other_manifests
        box = stores.resolve(run.manifest, target.path)
        if box is None:
            run.findings.add(StatusCode.HASHED_URI_MISSING, url, f"{uri.url} names nothing in this manifest")
            good = False
            continue
        match = hash_matches(uri, claim.alg if claim else None, box.hashed)
        if match is None:
            run.findings.add(
                StatusCode.ALGORITHM_UNSUPPORTED, url, f"the hash of {uri.url} has no allowed algorithm"
            )
        elif not match:
            run.findings.add(
                StatusCode.HASHED_URI_MISMATCH, url, f"{uri.url} was changed after it was referenced"
            )
        good = good and match is True
    return good


def _hashed_uris(value: Any) -> Iterator[HashedUri]:
    """Every hashed URI in a decoded value; depth is bounded by the decoder."""
    if isinstance(value, cbor.MAPS):
        uri = HashedUri.read(value)
        if uri is not None:
            yield uri
        for inner in value.values():
            yield from _hashed_uris(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _hashed_uris(inner)


def _other_manifests(run: Validation, store: ManifestStore) -> None:
    """Manifests of ingredients are validated in a later version; until then nothing vouches for them."""
    if any(ingredient.has_manifest for ingredient in run.ingredients.values()):
        run.findings.unsupported.append("ingredients with manifests of their own")
    elif len(store.manifests) > 1:
        run.findings.add(
            StatusCode.GENERAL_ERROR,
            store.manifests[0].uri(),
            "the store holds a manifest that no ingredient of the active one refers to",
        )


def _own(manifest: Manifest, uri: str) -> Any:
    target = stores.parse_uri(uri)
    if target is None or target.manifest not in (None, manifest.label):
        return None
    return stores.resolve(manifest, target.path)


def _content(run: Validation, claim: Claim, declared: tuple[Assertion, ...], binding: Binding) -> None:
    """Step 10: the content is the one that was signed (§15.12.1)."""
    add = run.findings.add
    bindings = [a for a in declared if a.base_label in kinds.HARD_BINDINGS]
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
    hasher = _HASHERS.get(data_hash.alg or claim.alg or "")
    if hasher is None:
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, "the data hash names no allowed hash algorithm")
        return
    problem = binding.exclusion_problem(data_hash.exclusions)
    if problem is not None:
        add(StatusCode.ASSERTION_DATA_HASH_MALFORMED, url, problem)
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
