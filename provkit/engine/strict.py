"""What the engine leaves unchecked: every byte of the carrier that no hash and no signature covers.

A data hash leaves the carrier out, a hashed URI covers single boxes, and the signature covers
the claim.  What is in none of them can be changed without the engine noticing, so here it has
to have one spelling and to say nothing.  Rules are numbered as in spec/containers.md; a rule
that honest older writers break only caps the state at *valid*, or is only told.

Runs after the engine has accepted; hashes and signatures are not checked again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from provkit.codes import StatusCode
from provkit.engine import envelope, left_out, stated
from provkit.engine.reading import Reading, parse_signature
from provkit.engine.tally import Tally
from provkit.errors import LimitError, MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, cose, jumbf
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provkit.carriers.found import Found
    from provkit.manifest.store import ManifestStore
    from provkit.manifest.validation import Boxed
    from provkit.verdict import Status

_LABEL_IDENTITY: Final = "cawg.identity"


@dataclass(frozen=True, slots=True)
class StrictFinding:
    """What the strict pass found."""

    store: ManifestStore | None
    """The store; None when it cannot be read."""
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """Its manifests, decoded, by label."""
    failures: tuple[Status, ...] = ()
    """The credential does not hold; each explanation names its rule."""
    warnings: tuple[str, ...] = ()
    """What older writers did, ``rule: sentence``."""
    capped: bool = False
    """The state is *valid* at most: some unsigned bytes could be others."""


class _Pass(Tally):
    """One run over one store."""

    __slots__ = ("limits", "readings")

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.readings: list[Reading] = []

    def result(self, store: ManifestStore | None) -> StrictFinding:
        readings = {reading.manifest.label: reading for reading in self.readings}
        return StrictFinding(store, readings, tuple(self.failures), tuple(self.warnings), self.capped)


def check(
    found: Found,
    limits: Limits = DEFAULT_LIMITS,
    *,
    members: frozenset[str] | None = None,
    boxed: Boxed | None = None,
) -> StrictFinding:
    """Hold a located store against the rules.

    Args:
        found: the carrier, as located in this asset.
        limits: bounds on what is read.
        members: of an archive, the files that a hash has to cover; None for any other asset.
        boxed: the asset as boxes, all of which a box hash has to cover.

    Raises:
        LimitError: a bound was reached before an answer.
    """
    run = _Pass(limits)
    for problem in found.problems:
        run.fail(1, StatusCode.GENERAL_ERROR, None, problem)
    try:
        # The reader is exact: what it reads, written again, is what it read, or it refuses.
        store = stores.read(found.store, limits)
    except MalformedError as error:
        if not found.problems:
            run.fail(2, StatusCode.GENERAL_ERROR, None, f"the manifest store: {error.message}")
        return run.result(None)
    stray = store.stray()
    if stray is not None:
        run.fail(3, StatusCode.GENERAL_ERROR, None, f"{stray}; no signature covers that")
    for manifest in store.manifests:
        reading = Reading(manifest, limits)
        run.readings.append(reading)
        _manifest(run, reading)
    if sum(1 for reading in run.readings for _ in _references(reading)) > limits.ingredients:
        raise LimitError(f"the store names more than {limits.ingredients} ingredients")
    # The last manifest is the active one (§15.5.1).
    updates, bound = _updates(run)
    for reading in run.readings:
        _contents(run, reading, counts=reading in updates or reading is bound)
    if bound is None:
        why = "the update leads to no manifest that binds the content"
        run.fail(15, StatusCode.CLAIM_HARD_BINDINGS_MISSING, run.readings[-1].manifest.uri(), why)
    else:
        left_out.ranges(run, bound, found.ranges, grown=bool(updates))
        if members is not None:
            left_out.members(run, bound, members)
        if boxed is not None:
            left_out.boxes(run, bound, boxed)
    _stated(run)
    if len(store.manifests) > 1:
        _strangers(run)
    return run.result(store)


def _manifest(run: _Pass, reading: Reading) -> None:
    """Rules 3, 4, 5 and 8, for the active manifest and for those of ingredients alike."""
    manifest = reading.manifest
    stray = manifest.stray()
    if stray is not None:
        if manifest.box.uuid == jumbf.UUID_MANIFEST_ALIAS:
            run.note(3, "a manifest has the type of an older edition", cap=True)
        else:
            run.fail(3, StatusCode.GENERAL_ERROR, manifest.uri(), f"{stray}; no signature covers that")
    claim = reading.claim or {}
    if manifest.kind == "compressed":
        # One content has many compressed spellings, and no hash covers which one the active manifest has.
        run.note(3, "a manifest is compressed", cap=True)
    if reading.claim is None and len(manifest.claims) == 1:
        url = manifest.uri(manifest.claims[0].label)
        run.fail(2, StatusCode.CLAIM_CBOR_INVALID, url, "the claim is not one map in CBOR")
    else:
        _labels(run, reading, claim)
    _signatures(run, reading)
    _update(run, reading)
    listed = _listed(run, reading, claim)
    named: set[str] = set(_urls(claim)) if manifest.others else set()
    seen: set[str] = set()
    for assertion, content in reading.contents:
        if assertion.label in seen:
            url = manifest.assertion_uri(assertion.label)
            run.fail(8, StatusCode.ASSERTION_UNDECLARED, url, "another assertion has this label already")
        seen.add(assertion.label)
        if listed is not None and assertion.label not in listed:
            url = manifest.assertion_uri(assertion.label)
            run.fail(8, StatusCode.ASSERTION_UNDECLARED, url, "the claim does not list this assertion")
        if manifest.others and not isinstance(content, MalformedError):
            named.update(_urls(content))
    _older_boxes(run, reading, named)


def _contents(run: _Pass, reading: Reading, *, counts: bool) -> None:
    """Rules 8 and 12: assertions can be read.  Those of ingredients change no state (§15.11.3)."""
    for assertion, content in reading.contents:
        if isinstance(content, MalformedError):
            code = StatusCode.ASSERTION_CBOR_INVALID
            if isinstance(content, kinds.InvalidJsonError):
                code = StatusCode.ASSERTION_JSON_INVALID
            rule, why = 8, content.message
        elif assertion.base_label == _LABEL_IDENTITY and not _is_identity(content):
            # The engine is told not to read these, because reading them may mean fetching.
            rule, code, why = 12, StatusCode.ASSERTION_CBOR_INVALID, "the identity assertion is incomplete"
        else:
            continue
        if counts:
            run.fail(rule, code, reading.manifest.assertion_uri(assertion.label), why)
        else:
            run.note(rule, "an ingredient has an assertion that is damaged or incomplete", cap=False)


def _signatures(run: _Pass, reading: Reading) -> None:
    """Rules 4 and 5, which are those of :mod:`.envelope`, for every signature box of a manifest."""
    manifest = reading.manifest
    for box in manifest.signatures:
        if len(box.contents) != 1:
            continue
        payload = box.contents[0].payload
        signature = reading.signature
        if signature is None:  # there are several
            signature = parse_signature(payload, run.limits)
        if isinstance(signature, cose.AlgorithmError):
            run.fail(5, StatusCode.ALGORITHM_UNSUPPORTED, manifest.uri(box.label), signature.message)
            continue
        for remark in envelope.remarks(signature, payload, run.limits, v1=reading.is_v1):
            if remark.code is not None:
                run.fail(remark.rule, remark.code, manifest.uri(box.label), remark.sentence)
            else:
                run.note(remark.rule, remark.sentence, cap=remark.cap)


def _is_identity(content: Any) -> bool:
    """The required fields of CAWG identity 1.1 §5.2; what they say is not judged."""
    match content:
        case {"signer_payload": {"referenced_assertions": [*_], "sig_type": str()}, "signature": bytes()}:
            return True
        case _:
            return False


def _older_boxes(run: _Pass, reading: Reading, named: set[str]) -> None:
    """Rule 10: data boxes and credentials of older editions stand where a hashed URI covers them."""
    for store in reading.manifest.others:
        for box in store.superboxes:
            if box.label in named:
                continue
            if reading.is_v1:
                run.note(10, "a data box or credential of an older edition is covered by no hash", cap=True)
            else:
                url = reading.manifest.uri(store.label, box.label)
                run.fail(10, StatusCode.GENERAL_ERROR, url, "no hash covers this box")


def _urls(value: Any) -> Iterator[str]:
    """Last labels of all URIs in hashed-URI maps, however deep; depth is bounded by the decoder."""
    if isinstance(value, cbor.MAPS):
        url = value.get("url", value.get("identifier"))
        if isinstance(url, str):
            yield url.rpartition("/")[2]
        for item in value.values():
            yield from _urls(item)
    elif isinstance(value, cbor.LISTS):
        for item in value:
            yield from _urls(item)
    elif isinstance(value, cbor.Tag):
        yield from _urls(value.value)


def _labels(run: _Pass, reading: Reading, claim: Mapping[str, Any]) -> None:
    """Rule 3: no hash covers the labels of the claim and of its signature, so each has one spelling."""
    manifest = reading.manifest
    if manifest.sealed is not None:
        return  # rule 3 has said so
    if [box.label for box in manifest.claims] not in ([stores.LABEL_CLAIM], [stores.LABEL_CLAIM_V1]):
        run.fail(3, StatusCode.CLAIM_MISSING, manifest.uri(), "the manifest has no one box labelled as claim")
        return
    target = stores.parse_uri(claim.get("signature"))
    path = (manifest.signatures[0].label,) if len(manifest.signatures) == 1 else ()
    if target is None or target.manifest not in (None, manifest.label) or target.path != path:
        run.fail(
            3,
            StatusCode.CLAIM_SIGNATURE_MISSING,
            manifest.uri(),
            "the claim's signature URI does not name the one signature box",
        )
    elif target.manifest is None and not stores.is_name(manifest.label, 1):
        why = "no URI of the claim signs the label of the manifest, and it is more than a name"
        run.fail(3, StatusCode.CLAIM_MALFORMED, manifest.uri(), why)


def _listed(run: _Pass, reading: Reading, fields: Mapping[str, Any]) -> frozenset[str] | None:
    """Labels of the assertions the claim lists; None when it cannot be told.

    Rule 8: each once, by a URI that names it (§8.4).  The engine takes what follows the last slash.
    """
    manifest = reading.manifest
    entries = [
        entry
        for name in ("assertions", "created_assertions", "gathered_assertions")
        for entry in cbor.items(fields.get(name))
    ]
    if not entries:
        return None
    found: set[str] = set()
    for entry in entries:
        url = entry.get("url") if isinstance(entry, cbor.MAPS) else None
        target = stores.parse_uri(url)
        match target.path if target is not None and target.manifest in (None, manifest.label) else ():
            case (stores.LABEL_ASSERTIONS, label) if label in found:
                uri = manifest.assertion_uri(label)
                run.fail(8, StatusCode.CLAIM_MALFORMED, uri, "the claim lists the assertion twice")
            case (stores.LABEL_ASSERTIONS, label):
                found.add(label)
            case _:
                why = f"the claim lists {str(url)[:80]!r}, which names no assertion of its manifest"
                run.fail(8, StatusCode.ASSERTION_MISSING, manifest.uri(), why)
    return frozenset(found)


def _stated(run: _Pass) -> None:
    """Rules 18 and 19, which are those of :mod:`.stated`."""
    failures, warnings = stated.findings(run.readings, run.limits)
    for status in failures:
        run.fail(18, status.code, status.url, status.explanation)
    run.warnings += warnings
    for status in stated.placeholders(run.readings, run.limits):
        run.fail(19, status.code, status.url, status.explanation)


def _update(run: _Pass, reading: Reading) -> None:
    """Rule 15: an update manifest has no hard binding of its own (§11.2.3)."""
    if reading.manifest.role != "update":
        return
    for assertion, _ in reading.contents:
        if assertion.base_label.startswith("c2pa.hash."):
            url = reading.manifest.assertion_uri(assertion.label)
            run.fail(15, StatusCode.MANIFEST_UPDATE_INVALID, url, "an update manifest has a hard binding")


def _updates(run: _Pass) -> tuple[list[Reading], Reading | None]:
    """The update manifests from the active one on, and the manifest that binds the content (§15.12)."""
    by_label = {reading.manifest.label: reading for reading in run.readings}
    updates: list[Reading] = []
    reading: Reading | None = run.readings[-1]
    for _ in range(run.limits.ingredient_depth):
        if reading is None or reading.manifest.role != "update":
            return updates, reading
        updates.append(reading)
        reading = next((by_label.get(label) for label in _references(reading)), None)
    return updates, None


def _strangers(run: _Pass) -> None:
    """Rule 9: every manifest is the active one, or one that an ingredient, in turn, refers to."""
    by_label = {reading.manifest.label: reading for reading in run.readings}
    waiting = [run.readings[-1]]
    seen = {waiting[0].manifest.label}
    while waiting:
        for label in _references(waiting.pop()):
            if label in by_label and label not in seen:
                seen.add(label)
                waiting.append(by_label[label])
    for label, reading in by_label.items():
        if label not in seen:
            run.fail(
                9,
                StatusCode.GENERAL_ERROR,
                reading.manifest.uri(),
                "the store holds a manifest that nothing in the active one refers to",
            )


def _references(reading: Reading) -> Iterator[str]:
    """Labels of the manifests that ingredients of a manifest name."""
    for assertion, content in reading.contents:
        if assertion.base_label not in kinds.INGREDIENT_LABELS or not isinstance(content, cbor.MAPS):
            continue
        for name in ("activeManifest", "c2pa_manifest"):
            reference = content.get(name)
            uri = reference.get("url") if isinstance(reference, cbor.MAPS) else None
            target = stores.parse_uri(uri)
            if target is not None and target.manifest is not None:
                yield target.manifest
