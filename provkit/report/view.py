"""A manifest store as plain values: what it says, judged by nobody.

Never raises for what is in the store: what cannot be read is shown as such.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provkit.errors import ProvkitError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, cose

if TYPE_CHECKING:
    from cryptography import x509

    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Assertion, Manifest, ManifestStore

_MAX_DEPTH: Final = 40


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
    try:
        parsed = cose.parse(box.contents[0].payload, limits)
    except ProvkitError as error:
        return SignatureView(size, None, (), (), error.message)
    headers = (*parsed.time_stamps, *(("rVals",) if parsed.revocation_values else ()))
    try:
        from provkit.trust.credential import load_credential

        certificates = tuple(
            _certificate(entry) for entry in load_credential(parsed.chain, limits).certificates
        )
    except ProvkitError as error:
        return SignatureView(size, parsed.algorithm, (), headers, error.message)
    return SignatureView(size, parsed.algorithm, certificates, headers)


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
    if isinstance(value, list | tuple):
        return [plain(entry, depth + 1) for entry in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    return str(value)


__all__ = ["CertificateView", "ManifestView", "Part", "SignatureView", "plain", "view"]
