"""Step 7c: assertions about what is kept elsewhere, and about other manifests (C2PA 2.4 §15.10.3.2, §18).

Cloud data and external references are held to their form.  What they refer to is not fetched,
as the standard asks (§15.10.4.1), and that is said: it was not checked.  Soft bindings,
``c2pa.metadata`` and all other assertions need nothing beyond the steps before (§15.10.3.2.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard

from provkit.codes import StatusCode
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor
from provkit.manifest.claim import HASHES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provkit.manifest.store import Assertion
    from provkit.manifest.validation import Validation

_HARD_BINDINGS: Final = kinds.HARD_BINDINGS | {"c2pa.hash.bmff", "c2pa.hash.multi-asset"}
_NOT_ELSEWHERE: Final = (
    _HARD_BINDINGS | kinds.ACTIONS_LABELS | kinds.INGREDIENT_LABELS | {"c2pa.action", kinds.LABEL_CLOUD_DATA}
)
"""Assertions that have to stand in the manifest itself (§15.10.3.2.1, §15.10.3.2.2)."""
_ABOUT: Final = frozenset(
    {
        kinds.LABEL_CLOUD_DATA,
        kinds.LABEL_EXTERNAL_REFERENCE,
        kinds.LABEL_TIME_STAMP,
        kinds.LABEL_CERTIFICATE_STATUS,
    }
)


def check(run: Validation, declared: tuple[Assertion, ...]) -> bool:
    """Whether each of these assertions has its form."""
    good = True
    for assertion in declared:
        base = assertion.base_label
        if base not in _ABOUT or assertion.label not in run.contents:
            continue
        content = run.contents[assertion.label]
        fields = content if isinstance(content, cbor.MAPS) else {}
        if base == kinds.LABEL_CLOUD_DATA:
            good &= _cloud_data(run, assertion.label, fields)
        elif base == kinds.LABEL_EXTERNAL_REFERENCE:
            good &= _external_reference(run, assertion.label, fields)
        elif base == kinds.LABEL_TIME_STAMP:
            good &= _time_stamps(run, assertion.label, fields)
        else:
            # §15.9: they are about the signers of earlier manifests.  Other entries say nothing.
            values = fields.get("ocspVals")
            found = tuple(one for one in values if isinstance(one, bytes)) if _is_list(values) else ()
            run.certificate_status += found
    return good


def _is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, cbor.LISTS)


def _reject(run: Validation, label: str, code: StatusCode, explanation: str) -> bool:
    run.findings.add(code, run.manifest.assertion_uri(label), explanation)
    return False


def _cloud_data(run: Validation, label: str, fields: Mapping[Any, Any]) -> bool:
    """§15.10.3.2.1: what kind of assertion it is, how large, and where; with its hash."""
    match fields:
        case {"label": str() as kind, "size": int() as size, "location": {"url": str() as url} as location}:
            pass
        case _:
            code = StatusCode.ASSERTION_CLOUD_DATA_MALFORMED
            return _reject(run, label, code, "the reference has no label, size and location with an address")
    if type(size) is not int or size < 1 or not isinstance(location.get("hash"), bytes):
        code = StatusCode.ASSERTION_CLOUD_DATA_MALFORMED
        return _reject(run, label, code, "the reference has no size above zero, or no hash")
    # The clause names one list twice, with two codes: the one that says more is taken (spec/verification.md).
    base = kind.partition("__")[0]
    if base in _HARD_BINDINGS:
        code = StatusCode.ASSERTION_CLOUD_DATA_HARD_BINDING
        return _reject(run, label, code, "the hard binding is kept elsewhere")
    if base in _NOT_ELSEWHERE:
        update = run.manifest.role == "update" and base in kinds.ACTIONS_LABELS
        code = (
            StatusCode.ASSERTION_CLOUD_DATA_ACTIONS if update else StatusCode.ASSERTION_CLOUD_DATA_MALFORMED
        )
        return _reject(run, label, code, f"an assertion {base} may not be kept elsewhere")
    return _location(run, label, location, url)


def _external_reference(run: Validation, label: str, fields: Mapping[Any, Any]) -> bool:
    """§15.10.3.2.2: an address, with both of hash and algorithm or none; the signer does not answer for it."""
    location = fields.get("location")
    url = location.get("url") if isinstance(location, cbor.MAPS) else None
    malformed = StatusCode.ASSERTION_EXTERNAL_REFERENCE_MALFORMED
    if not isinstance(location, cbor.MAPS) or not isinstance(url, str):
        return _reject(run, label, malformed, "the reference has no address")
    if ("alg" in location) != ("hash" in location):
        return _reject(run, label, malformed, "the reference has one of hash and algorithm without the other")
    kind = fields.get("label")
    base = kind.partition("__")[0] if isinstance(kind, str) else None
    if base in _NOT_ELSEWHERE or base == kinds.LABEL_EXTERNAL_REFERENCE:
        return _reject(run, label, malformed, f"an assertion {base} may not be kept elsewhere")
    if label in run.created:
        code = StatusCode.ASSERTION_EXTERNAL_REFERENCE_CREATED
        return _reject(run, label, code, "the reference stands among what the signer answers for")
    if "hash" not in location:
        run.warnings.append(f"external-content: {label} refers to {url[:200]}, which no hash covers")
        return True
    return _location(run, label, location, url)


def _location(run: Validation, label: str, location: Mapping[Any, Any], url: str) -> bool:
    """A hashed address (§8.4.2.2, §15.4.3): it names its own algorithm, and nothing is fetched."""
    alg = location.get("alg")
    if not isinstance(alg, str) or alg not in HASHES:
        code = StatusCode.ALGORITHM_UNSUPPORTED
        return _reject(run, label, code, "the hash of the address names no allowed hash algorithm")
    run.warnings.append(f"external-content: {label} refers to {url[:200]}, which was not fetched or checked")
    return True


def _time_stamps(run: Validation, label: str, fields: Mapping[Any, Any]) -> bool:
    """§15.10.3.2.6: tokens for other manifests, by their labels; kept until those are validated."""
    if not fields:
        code = StatusCode.ASSERTION_TIMESTAMP_MALFORMED
        return _reject(run, label, code, "the assertion is no map with at least one entry")
    found = [
        (name, token) for name, token in fields.items() if isinstance(name, str) and isinstance(token, bytes)
    ]
    run.time_stamps = (*run.time_stamps, *found)
    return True
