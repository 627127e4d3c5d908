"""A manifest store as plain values: what it says, judged by nobody.

Never raises for what is in the store: what cannot be read is shown as such.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from provkit.errors import MalformedError, ProvkitError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, cose

if TYPE_CHECKING:
    from cryptography import x509

    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Assertion, Manifest, ManifestStore

_MAX_DEPTH: Final = 40
_ALGORITHMS: Final = {number: name for name, number in cose.ALGORITHM_NUMBERS.items()}
_STAMPS: Final = ("sigTst", "sigTst2")


@dataclass(frozen=True, slots=True)
class Part:
    """A box with content."""

    label: str
    size: int
    """Bytes of the whole box."""
    content: Any
    """Plain JSON values; None when there is nothing to show or it cannot be read."""
    problem: str | None = None
    """Why the content cannot be read."""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """One certificate of the signature."""

    subject: dict[str, str]
    issuer: dict[str, str]
    serial: str
    not_before: str
    not_after: str


@dataclass(frozen=True, slots=True)
class SignatureView:
    """The signature box."""

    size: int
    algorithm: str | None
    certificates: tuple[CertificateView, ...]
    headers: tuple[str, ...]
    """Time stamps and revocation values that are there."""
    problem: str | None = None
    stamped: datetime | None = None
    """Time in the first time stamp that can be read, UTC; whether it counts, nobody asked here."""


@dataclass(frozen=True, slots=True)
class ManifestView:
    """One manifest."""

    label: str
    kind: str
    size: int
    active: bool
    claims: tuple[Part, ...]
    assertions: tuple[Part, ...]
    signatures: tuple[SignatureView, ...]
    created: frozenset[str]
    """Labels of the assertions that the claim lists as created."""
    is_update: bool = False
    """It updates another; a compressed one may, too."""


def view(store: ManifestStore, limits: Limits = DEFAULT_LIMITS) -> tuple[ManifestView, ...]:
    """Every manifest of a store, the active one first."""
    return tuple(
        _manifest(manifest, limits, active=manifest is store.active) for manifest in reversed(store.manifests)
    )


def _manifest(manifest: Manifest, limits: Limits, *, active: bool) -> ManifestView:
    claims = tuple(_claim(box, limits) for box in manifest.claims)
    return ManifestView(
        label=manifest.label,
        kind=manifest.kind,
        size=len(manifest.box.raw),
        active=active,
        claims=claims,
        assertions=tuple(_assertion(entry, limits) for entry in manifest.assertions),
        signatures=tuple(_signature(box, limits) for box in manifest.signatures),
        created=frozenset(_labels(claims)),
        is_update=manifest.role == "update",
    )


def _labels(claims: tuple[Part, ...]) -> list[str]:
    found: list[str] = []
    for claim in claims:
        fields = claim.content if isinstance(claim.content, dict) else {}
        entries = fields.get("created_assertions", fields.get("assertions", ()))
        for entry in entries if isinstance(entries, list) else ():
            url = entry.get("url") if isinstance(entry, dict) else None
            if isinstance(url, str):
                found.append(url.rpartition("/")[2])
    return found


def _claim(box: SuperBox, limits: Limits) -> Part:
    try:
        content = cbor.decode(box.contents[0].payload, max_depth=limits.cbor_depth) if box.contents else None
    except ProvkitError as error:
        return Part(box.label, len(box.raw), None, error.message)
    return Part(box.label, len(box.raw), plain(content))


def _assertion(assertion: Assertion, limits: Limits) -> Part:
    box = assertion.box
    try:
        content = plain(kinds.decode(assertion, limits.cbor_depth))
    except ProvkitError as error:
        return Part(assertion.label, len(box.raw), None, error.message)
    return Part(assertion.label, len(box.raw), content)


def _signature(box: SuperBox, limits: Limits) -> SignatureView:
    size = len(box.raw)
    if not box.contents:
        return SignatureView(size, None, (), (), "the signature box is empty")
    payload = box.contents[0].payload
    try:
        protected, unprotected = _headers(payload, limits)
        number = protected.get(1)
        algorithm = _ALGORITHMS.get(number) if isinstance(number, int) else None
        chain = cose.chain_of(protected, unprotected, limits)
    except ProvkitError as error:
        return SignatureView(size, None, (), (), error.message)
    stamps = [bucket[name] for name in _STAMPS for bucket in (unprotected, protected) if name in bucket]
    revocation = "rVals" in protected or "rVals" in unprotected
    headers = tuple(name for name in _STAMPS if name in protected or name in unprotected)
    if revocation:
        headers = (*headers, "rVals")
    try:
        from provkit.trust.credential import load_credential

        certificates = tuple(_certificate(entry) for entry in load_credential(chain, limits).certificates)
    except ProvkitError as error:
        return SignatureView(size, algorithm, (), headers, error.message)
    return SignatureView(size, algorithm, certificates, headers, stamped=_stamped(stamps, limits))


def _headers(payload: bytes, limits: Limits) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """Signed and unsigned header, however they are spelled: older writers were not strict."""
    match cbor.decode(payload, max_depth=limits.cbor_depth):
        case cbor.Tag(tag=cbor.TAG_COSE_SIGN1, value=(bytes() as protected, Mapping() as unprotected, *_)):
            header = cbor.decode(protected, max_depth=limits.cbor_depth) if protected else {}
            if isinstance(header, Mapping):
                return header, unprotected
        case _:
            pass
    raise MalformedError("the signature is not a tagged COSE_Sign1")


def _stamped(stamps: list[Any], limits: Limits) -> datetime | None:
    for values in stamps:
        tokens = values.get("tstTokens") if isinstance(values, Mapping) else None
        for entry in tokens if isinstance(tokens, cbor.LISTS) else ():
            token = entry.get("val") if isinstance(entry, Mapping) else None
            if isinstance(token, bytes) and len(token) <= limits.certificates * limits.certificate_bytes:
                moment = _token_time(token)
                if moment is not None:
                    return moment
    return None


def _token_time(token: bytes) -> datetime | None:
    """Time in an RFC 3161 token, or in the response that older headers hold; None if unreadable."""
    from asn1crypto import cms, tsp

    try:
        try:
            content = cms.ContentInfo.load(token, strict=True)
            if content["content_type"].native != "signed_data":
                return None
            signed = content["content"]
        except (ValueError, TypeError):
            signed = tsp.TimeStampResp.load(token, strict=True)["time_stamp_token"]["content"]
        info = tsp.TSTInfo.load(signed["encap_content_info"]["content"].contents)
        moment = info["gen_time"].native
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo else None


def _certificate(certificate: x509.Certificate) -> CertificateView:
    return CertificateView(
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
    )


def _name(name: x509.Name) -> dict[str, str]:
    parts: dict[str, str] = {}
    for attribute in name:
        key = attribute.rfc4514_attribute_name
        value = attribute.value if isinstance(attribute.value, str) else attribute.value.hex()
        parts[key] = f"{parts[key]}, {value}" if key in parts else value
    return parts


def plain(value: Any, depth: int = 0) -> Any:
    """A decoded value with nothing in it but what JSON has; bytes as ``b64'…'`` (crJSON)."""
    if depth > _MAX_DEPTH:
        return "..."
    if isinstance(value, bytes):
        return f"b64'{base64.b64encode(value).decode('ascii')}'"
    if isinstance(value, cbor.Tag):
        return plain(value.value, depth + 1)
    if isinstance(value, Mapping):
        return {str(key): plain(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, cbor.LISTS):
        return [plain(entry, depth + 1) for entry in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    return str(value)


__all__ = ["CertificateView", "ManifestView", "Part", "SignatureView", "plain", "view"]
