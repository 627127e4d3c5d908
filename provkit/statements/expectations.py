"""What the signer of an identity expected to stand around it (CAWG identity 1.2 §5.2, §7.1).

The claim (``expected_partial_claim``), the certificate of the claim's signer
(``expected_claim_generator``), and other identities (``expected_countersigners``), all optional.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provkit import statements
from provkit.errors import LimitError, MalformedError, UnsupportedError
from provkit.manifest import cbor, cose
from provkit.manifest import store as stores
from provkit.manifest.validation import HASHERS
from provkit.statements.codes import IdentityCode as Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.limits import Limits
    from provkit.manifest.validation import Validation

_LISTS: Final = ("assertions", "created_assertions", "gathered_assertions")
_COUNTERSIGNERS: Final = "expected_countersigners"


def problems(run: Validation, label: str, payload: Any, limits: Limits) -> Iterator[tuple[Code, str]]:
    """What is otherwise than expected.

    Args:
        run: the manifest.
        label: of the identity assertion.
        payload: its ``signer_payload``.
        limits: bounds on what is read.
    """
    expected = payload.get(_COUNTERSIGNERS)
    others = _others(run, label) if expected is not None else {}
    if expected is not None:
        yield from _countersigners(expected, others)
    claim = payload.get("expected_partial_claim")
    if claim is not None and not _is_hash(claim, _partial_claims(run, {label, *others})):
        yield Code.EXPECTED_CLAIM_MISMATCH, "the claim is not the one that the identity was given for"
    generator = payload.get("expected_claim_generator")
    if generator is not None:
        leaf = _signer(run, limits)
        if leaf is None or not _is_hash(generator, (leaf, cbor.encode(leaf))):
            why = "the claim is signed by another than the identity was given for"
            yield Code.EXPECTED_GENERATOR_MISMATCH, why


def _others(run: Validation, label: str) -> dict[str, Any]:
    """The payloads of the other identity assertions, without what they expect of others, by label."""
    found: dict[str, Any] = {}
    for other, content in run.contents.items():
        if other == label or stores.base_label(other) != statements.LABEL_IDENTITY:
            continue
        payload = content.get("signer_payload") if isinstance(content, cbor.MAPS) else None
        fields = payload if isinstance(payload, cbor.MAPS) else {}
        found[other] = {name: value for name, value in fields.items() if name != _COUNTERSIGNERS}
    return found


def _countersigners(expected: Any, others: dict[str, Any]) -> Iterator[tuple[Code, str]]:
    entries = expected if isinstance(expected, cbor.LISTS) else ()
    wanted = [cbor.encode(one.get("partial_signer_payload")) for one in entries if isinstance(one, cbor.MAPS)]
    there = [cbor.encode(payload) for payload in others.values()]
    if not set(there) <= set(wanted):
        yield Code.UNEXPECTED_COUNTERSIGNER, "another identity stands beside it that it did not expect"
    if not set(wanted) <= set(there) or len(wanted) < len(entries):
        yield Code.EXPECTED_COUNTERSIGNER_MISSING, "an identity that it expected beside it is not there"


def _partial_claims(run: Validation, blank: set[str]) -> Iterator[bytes]:
    """The claim with zeros for the hashes of identity assertions, in deterministic CBOR and in its own order."""
    if run.claim is None:
        return
    fields = dict(run.claim.fields)
    for name in _LISTS:
        if isinstance(fields.get(name), list | tuple):
            fields[name] = [_blanked(entry, blank) for entry in fields[name]]
    yield cbor.encode(fields)
    yield cbor.encode_as_is(fields)


def _blanked(entry: Any, blank: set[str]) -> Any:
    match entry:
        case {"url": str() as url, "hash": bytes() as digest} if url.rpartition("/")[2] in blank:
            return {name: bytes(len(digest)) if name == "hash" else value for name, value in entry.items()}
        case _:
            return entry


def _signer(run: Validation, limits: Limits) -> bytes | None:
    """The certificate of the claim's signer, DER; None where it cannot be told."""
    boxes = run.manifest.signatures
    if len(boxes) != 1 or len(boxes[0].contents) != 1:
        return None
    try:
        return cose.parse(boxes[0].contents[0].payload, limits).chain[0]
    except (MalformedError, UnsupportedError, LimitError):
        return None


def _is_hash(value: Any, of: Any) -> bool:
    """A hash map (``alg`` and ``hash``) is of one of some bytes."""
    match value:
        case {"hash": bytes() as digest}:
            alg = value.get("alg", "sha256")
        case _:
            return False
    hasher = HASHERS.get(alg) if isinstance(alg, str) else None
    return hasher is not None and any(hasher(data).digest() == digest for data in of)
