"""crJSON: a manifest store as the JSON-LD view that C2PA 2.4 describes for reports.

It follows the reference engine where the description leaves room.  The view cannot be verified
and is no input format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provkit.verdict import Statuses

if TYPE_CHECKING:
    from provkit.report.view import ManifestView, Part, SignatureView
    from provkit.verdict import Status, Verdict

_CONTEXT: Final = {"@vocab": "https://c2pa.org/crjson", "extras": "https://c2pa.org/crjson/extras"}


def crjson(manifests: tuple[ManifestView, ...], verdict: Verdict | None, version: str) -> dict[str, Any]:
    """The view of a store.

    Args:
        manifests: the active one first.
        verdict: of the active manifest; None when there is none.
        version: of this program.
    """
    return {
        "@context": _CONTEXT,
        "manifests": [_manifest(manifest, verdict if manifest.active else None) for manifest in manifests],
        "jsonGenerator": {"name": "provkit", "version": version},
    }


def _manifest(manifest: ManifestView, verdict: Verdict | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "label": manifest.label,
        "isUpdateManifest": manifest.is_update,
        "isCompressedManifest": manifest.kind == "compressed",
        "assertions": {part.label: _content(part) for part in manifest.assertions},
    }
    for claim in manifest.claims:
        data["claim.v2" if claim.label.startswith("c2pa.claim.v2") else "claim"] = _content(claim)
    data["signature"] = _signature(manifest.signatures[0]) if manifest.signatures else {}
    statuses = verdict.statuses if verdict is not None else Statuses()
    data["validationResults"] = {
        "success": [_status(entry) for entry in statuses.success],
        "informational": [_status(entry) for entry in statuses.informational],
        "failure": [_status(entry) for entry in statuses.failure],
    }
    return data


def _content(part: Part) -> Any:
    if part.problem is not None:
        return {"error": part.problem}
    return {} if part.content is None else part.content


def _signature(signature: SignatureView) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if signature.algorithm is not None:
        data["algorithm"] = signature.algorithm.lower()
    if signature.certificates:
        leaf = signature.certificates[0]
        data["certificateInfo"] = {
            "serialNumber": leaf.serial,
            "issuer": leaf.issuer,
            "subject": leaf.subject,
            "validity": {"notBefore": leaf.not_before, "notAfter": leaf.not_after},
        }
    return data


def _status(status: Status) -> dict[str, Any]:
    data: dict[str, Any] = {"code": str(status.code), "explanation": status.explanation}
    return data if status.url is None else {**data, "url": status.url}


__all__ = ["crjson"]
