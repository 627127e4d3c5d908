"""Step 7a: every declared assertion is there and unchanged, and nothing is undeclared (C2PA 2.4 §15.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, redactions
from provkit.manifest import store as stores
from provkit.manifest.claim import HashedUri
from provkit.manifest.validation import HASHERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.limits import Limits
    from provkit.manifest.claim import Claim
    from provkit.manifest.store import Assertion
    from provkit.manifest.validation import Validation

_ASSERTION_PREFIX: Final = f"{stores.URI_PREFIX}{stores.LABEL_ASSERTIONS}/"


def check(run: Validation, claim: Claim, limits: Limits) -> tuple[Assertion, ...]:
    """Step 7a: every declared assertion is there and unchanged, or redacted, and none is undeclared (§15.10)."""
    manifest, add = run.manifest, run.findings.add
    by_label: dict[str, Assertion] = {}
    good = True
    for assertion in manifest.assertions:
        if assertion.label in by_label:
            url = manifest.assertion_uri(assertion.label)
            add(StatusCode.ASSERTION_UNDECLARED, url, "two assertions have the same label")
            good = False
        by_label[assertion.label] = assertion
    if len(claim.created) + len(claim.gathered) > limits.assertions:
        raise LimitError(f"the claim lists more than {limits.assertions} assertions")
    declared: dict[str, Assertion] = {}
    named: set[str] = set()
    for uri in (*claim.created, *claim.gathered):
        label = _label(run, uri)
        if label is not None and label in named:
            add(
                StatusCode.CLAIM_MALFORMED,
                manifest.uri(manifest.claims[0].label),
                f"{uri.url} is listed twice",
            )
        elif label is not None and label in run.redacted:
            # Its label stays signed, so that what was taken out is not forgotten; its content says nothing.
            run.contents[label] = None
            good &= _is_redacted(run, label, by_label.get(label))
        elif label is not None and _is_intact(run, claim, uri, label, by_label.get(label)):
            declared[label] = by_label[label]
        else:
            good = False
        if label is not None:
            named.add(label)
        if uri is claim.created[-1]:
            run.created = (
                frozenset((*declared, *(run.redacted & named))) if run.redacted else frozenset(declared)
            )
    for label in by_label:
        if label not in named:
            url = manifest.assertion_uri(label)
            add(StatusCode.ASSERTION_UNDECLARED, url, "the claim does not list this assertion")
            good = False
    for assertion in declared.values():
        good &= _decode(run, assertion, limits)
    run.assertions_hold = _other_boxes(run, claim, limits) and good
    return tuple(declared.values())


def _other_boxes(run: Validation, claim: Claim, limits: Limits) -> bool:
    """Data boxes and credentials of older versions stand only where a hashed URI covers them."""
    info = claim.fields.get("claim_generator_info")
    good = True
    if info is not None and "self#jumbf" in repr(info):
        good = check_references(run, run.manifest.uri(run.manifest.claims[0].label), info, limits)
    for store in run.manifest.others:
        for box in store.superboxes:
            url = run.manifest.uri(store.label, box.label)
            if url not in run.referenced:
                run.findings.add(StatusCode.GENERAL_ERROR, url, "no hash covers this box")
                good = False
    return good


def _label(run: Validation, uri: HashedUri) -> str | None:
    """Label of the assertion of this manifest that an entry of the claim names; None if it names none."""
    label = uri.url.removeprefix(_ASSERTION_PREFIX)
    if label != uri.url and "/" not in label:  # the short form nearly everybody writes
        return label
    target = stores.parse_uri(uri.url)
    if target is not None and target.manifest not in (None, run.manifest.label):
        run.findings.add(
            StatusCode.ASSERTION_OUTSIDE_MANIFEST, uri.url, "the claim lists an assertion of another manifest"
        )
        return None
    if target is None or len(target.path) != 2 or target.path[0] != stores.LABEL_ASSERTIONS:
        run.findings.add(StatusCode.ASSERTION_MISSING, uri.url, "the URI names no assertion")
        return None
    return target.path[1]


def _is_redacted(run: Validation, label: str, assertion: Assertion | None) -> bool:
    """A redacted assertion is gone, or only zeros are left of it (§6.8, §15.11.3.3.1)."""
    if assertion is None or redactions.is_blank(assertion.box):
        return True
    url = run.manifest.assertion_uri(label)
    run.findings.add(
        StatusCode.ASSERTION_NOT_REDACTED, url, "the assertion is said to be redacted, and is still there"
    )
    return False


def _is_intact(
    run: Validation, claim: Claim, uri: HashedUri, label: str, assertion: Assertion | None
) -> bool:
    add = run.findings.add
    url = run.manifest.assertion_uri(label)
    if assertion is None:
        add(StatusCode.ASSERTION_MISSING, url, "the claim lists an assertion that is not there")
        return False
    match = run.digests.match(uri, claim.alg, assertion.box)
    if match is None:
        name = str(uri.alg or claim.alg)[:40]
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, f"hash algorithm {name!r} is not allowed")
        return False
    if not match:
        add(StatusCode.ASSERTION_HASHED_URI_MISMATCH, url, "the assertion was changed after signing")
        return False
    add(StatusCode.ASSERTION_HASHED_URI_MATCH, url, "the assertion is as it was signed")
    return True


def _decode(run: Validation, assertion: Assertion, limits: Limits) -> bool:
    label = assertion.label
    url = run.manifest.assertion_uri(label)
    try:
        content = kinds.decode(assertion, limits.cbor_depth)
    except kinds.InvalidJsonError as error:
        run.findings.add(StatusCode.ASSERTION_JSON_INVALID, url, error.message)
        return False
    except MalformedError as error:
        run.findings.add(StatusCode.ASSERTION_CBOR_INVALID, url, error.message)
        return False
    box = assertion.content
    if box is not None and box.type == b"json" and assertion.base_label in kinds.IN_CBOR and _is_later(run):
        run.findings.add(
            StatusCode.ASSERTION_CBOR_INVALID, url, "the assertion is JSON where CBOR is defined"
        )
        return False
    run.contents[label] = content
    if box is None or not kinds.may_refer(box):
        return True
    return check_references(run, url, content, limits)


def _is_later(run: Validation) -> bool:
    return run.claim is not None and run.claim.version > 1


def check_references(run: Validation, url: str, content: Any, limits: Limits) -> bool:
    """Hashed URIs inside an assertion name boxes of this manifest, unchanged (§15.10.3.3)."""
    good = True
    for uri in _hashed_uris(content):
        run.references += 1
        if run.references > limits.references:
            raise LimitError(f"the manifest has more than {limits.references} hashed URIs")
        target = stores.parse_uri(uri.url)
        if target is None:
            continue  # an external reference: fetched by nobody here
        if target.manifest not in (None, run.manifest.label):
            continue  # another manifest of the store: see ingredient_steps
        if run.redacted and run.redacted_label(target) is not None:
            continue  # §6.8: what was taken out cannot be compared any more
        box = run.resolve(target.path)
        if box is None:
            run.findings.add(StatusCode.HASHED_URI_MISSING, url, f"{uri.url} names nothing in this manifest")
            good = False
            continue
        match = run.digests.match(uri, run.claim.alg if run.claim else None, box)
        if match is None:
            run.findings.add(
                StatusCode.ALGORITHM_UNSUPPORTED, url, f"the hash of {uri.url} has no allowed algorithm"
            )
        elif match:
            run.referenced.add(run.manifest.uri(*target.path))
        else:
            run.findings.add(
                StatusCode.HASHED_URI_MISMATCH, url, f"{uri.url} was changed after it was referenced"
            )
        good = good and match is True
    return good


def _hashed_uris(value: Any, alg: str | None = None) -> Iterator[HashedUri]:
    """Every hashed URI in a decoded value; depth is bounded by the decoder.

    One without an algorithm has that of the nearest map around it that names one (§15.4).  Other things
    have an ``alg`` too, a soft binding for example, so only hash algorithms count.
    """
    if isinstance(value, cbor.MAPS):
        uri = HashedUri.read(value)
        if uri is not None:
            yield uri if uri.alg is not None or alg is None else uri._replace(alg=alg)
        named = value.get("alg")
        if isinstance(named, str) and named in HASHERS:
            alg = named
        for inner in value.values():
            yield from _hashed_uris(inner, alg)
    elif isinstance(value, cbor.LISTS):
        for inner in value:
            yield from _hashed_uris(inner, alg)
    elif isinstance(value, cbor.Tag):
        yield from _hashed_uris(value.value, alg)
