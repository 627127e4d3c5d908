"""What the engine reports, in the words of this project.  Pure: takes its JSON and its error texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from provkit.codes import StatusCode, StatusKind
from provkit.errors import LimitError, MalformedError, ProvkitError, UnsupportedError
from provkit.manifest import cbor
from provkit.verdict import Status, Statuses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EngineState = Literal["Trusted", "Valid", "Invalid"]

_ALIASES: Final = {
    # Written by c2pa-rs, and in no edition of the standard since 2.2.
    "signingCredential.expired": StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
    "signingCredential.revoked": StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED,
    "signingCredential.ocsp.notRevoked": StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED,
    "claim.required.missing": StatusCode.CLAIM_MALFORMED,
    "assertion.required.missing": StatusCode.ASSERTION_MISSING,
    # Older spellings, kept in the results that ingredients carry.
    "claimSignature.outsideValidityPeriod": StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
    "timestamp.mismatch": StatusCode.TIME_STAMP_MISMATCH,
    "timestamp.untrusted": StatusCode.TIME_STAMP_UNTRUSTED,
}
_CONTENT: Final = frozenset(
    {
        StatusCode.ASSERTION_DATA_HASH_MISMATCH,
        StatusCode.ASSERTION_BMFF_HASH_MISMATCH,
        StatusCode.ASSERTION_BOXES_HASH_MISMATCH,
        StatusCode.ASSERTION_COLLECTION_HASH_MISMATCH,
    }
)
"""What the engine says of a content that does not fit its hash, in several wordings."""
_CHANGED: Final = "the content was changed after signing"
_CODES: Final = {code.value: code for code in StatusCode} | _ALIASES
_EXPLANATION_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class IngredientDelta:
    """What the engine found about one ingredient beyond what the ingredient assertion recorded."""

    label: str
    """Label of the ingredient assertion."""
    uri: str
    """JUMBF URI of the ingredient assertion, which may stand in an ingredient's own manifest."""
    statuses: Statuses


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What the engine says about the credential of an asset.  Not a verdict."""

    state: EngineState | None
    """The engine's state; None when the manifest is remote only, and so was not looked at."""
    manifest: str | None = None
    """Label of the active manifest; None when the engine did not get that far."""
    statuses: Statuses = field(default_factory=Statuses)
    """Results for the active manifest, by our kinds."""
    ingredients: tuple[IngredientDelta, ...] = ()
    embedded: bool = True
    """The store was found in the asset (or handed in with it), not behind a URL."""
    remote_url: str | None = None
    """Where the asset says that its manifest is; nothing was fetched."""
    signed_at: str | None = None
    """Time of the time stamp as the engine reports it, ISO 8601; None without one."""
    other_codes: tuple[str, ...] = ()
    """Successes and notes with codes outside C2PA 2.4, for example of CAWG."""
    error: str | None = None
    """The engine stopped with this error instead of reporting; ``state`` is Invalid then."""

    @property
    def codes(self) -> frozenset[StatusCode]:
        """All codes about the active manifest."""
        return frozenset(self.statuses.codes())


def from_json(document: Mapping[str, Any], *, embedded: bool, remote_url: str | None) -> EngineReport:
    """A report from the engine's own JSON document.

    Raises:
        MalformedError: the document is not of the engine's shape.
    """
    state = document.get("validation_state")
    if state not in get_args(EngineState):
        raise MalformedError("the engine reports no state for this asset")
    results = document.get("validation_results") or {}
    others: list[str] = []
    label = document.get("active_manifest")
    manifest = (document.get("manifests") or {}).get(label) or {}
    deltas = tuple(
        IngredientDelta(uri.rpartition("/")[2], uri, _statuses(delta.get("validationDeltas") or {}, others))
        for delta in results.get("ingredientDeltas") or ()
        for uri in (str(delta.get("ingredientAssertionURI", "")),)
    )
    statuses = _statuses(results.get("activeManifest") or {}, others)
    return EngineReport(
        state=state,
        manifest=label,
        statuses=statuses,
        ingredients=deltas,
        embedded=embedded,
        remote_url=remote_url,
        signed_at=(manifest.get("signature_info") or {}).get("time"),
        other_codes=tuple(dict.fromkeys(others)),
    )


def _statuses(results: Mapping[str, Any], others: list[str]) -> Statuses:
    success: list[Status] = []
    informational: list[Status] = []
    failure: list[Status] = []
    by_kind = {
        StatusKind.SUCCESS: success,
        StatusKind.INFORMATIONAL: informational,
        StatusKind.FAILURE: failure,
    }
    for listed in by_kind:
        for entry in results.get(listed.value) or ():
            written = str(entry.get("code", ""))
            code = _CODES.get(written)
            explanation = _line(str(entry.get("explanation") or written))
            if code is None:
                if listed is not StatusKind.FAILURE:
                    others.append(written)
                    continue
                code = StatusCode.GENERAL_ERROR
                explanation = f"{_line(written)}: {explanation}"
            if code in _CONTENT:
                explanation = _CHANGED
            by_kind[code.kind].append(Status(code, entry.get("url"), explanation))
    return Statuses(tuple(success), tuple(informational), tuple(failure))


def recorded(ingredient: Any) -> tuple[Status, ...]:
    """Failures that an ingredient assertion itself records (C2PA 2.4 §18.16), which the engine does not repeat.

    Args:
        ingredient: content of the assertion, of any version.
    """
    fields = ingredient if isinstance(ingredient, cbor.MAPS) else {}
    results = fields.get("validationResults")
    active = results.get("activeManifest") if isinstance(results, cbor.MAPS) else None
    listed = active.get("failure") if isinstance(active, cbor.MAPS) else fields.get("validationStatus")
    found: list[Status] = []
    for entry in listed if isinstance(listed, list | tuple) else ():
        written = entry.get("code") if isinstance(entry, cbor.MAPS) else None
        code = _CODES.get(written, StatusCode.GENERAL_ERROR) if isinstance(written, str) else None
        if code is not None and code.kind is StatusKind.FAILURE:
            why = (
                "the content was changed before it was taken in" if code in _CONTENT else _line(str(written))
            )
            url = entry.get("url")
            found.append(Status(code, url if isinstance(url, str) else None, f"recorded: {why}"))
    return tuple(found)


def _line(text: str) -> str:
    if not text.isprintable():
        text = (text.splitlines() or [""])[0]
    return text[:_EXPLANATION_LENGTH]


_REMOTE: Final = re.compile(r"Remote: must fetch remote manifests from url (\S+)")
_LIMIT: Final = re.compile(
    r"too deep|deply nested|too many|too large|exceeds|recursion|maximum|limit", re.IGNORECASE
)
_ALGORITHM: Final = re.compile(r"unknown ?algorithm", re.IGNORECASE)
# Errors about the store itself.  The store is there, so the asset is not unsigned, and it does
# not hold: that is a verdict.  Errors about the asset around it are none.
_OF_THE_STORE: Final = frozenset(
    {
        "Assertion",
        "AssertionNotFound",
        "Decoding",
        "Json",
        "Manifest",
        "ResourceNotFound",
        "Signature",
        "Verify",
    }
)
_STORE_CODES: Final = (
    ("AssertionNotFound", "", StatusCode.ASSERTION_MISSING),
    ("Manifest", "missing hard binding", StatusCode.CLAIM_HARD_BINDINGS_MISSING),
    ("Manifest", "claim", StatusCode.CLAIM_MALFORMED),
)


def from_error(kind: str, message: str) -> EngineReport:
    """A report when the engine stopped because of the credential.

    Args:
        kind: the engine's word for the error, for example ``Verify``; empty for an unnamed one.
        message: its text.

    Raises:
        MalformedError, UnsupportedError, LimitError: it stopped because of anything else.
    """
    remote = _REMOTE.match(message)
    if remote:
        return EngineReport(state=None, embedded=False, remote_url=remote[1])
    detail = _line(message.removeprefix(f"{kind}: "))
    if _ALGORITHM.search(message):
        failure = Status(StatusCode.ALGORITHM_UNSUPPORTED, None, f"the credential cannot be read: {detail}")
        return EngineReport(state="Invalid", statuses=Statuses(failure=(failure,)), error=detail)
    if kind in _OF_THE_STORE and not _LIMIT.search(detail):
        code = next(
            (code for name, part, code in _STORE_CODES if name == kind and part in detail),
            StatusCode.GENERAL_ERROR,
        )
        failure = Status(code, None, f"the credential cannot be read: {detail}")
        return EngineReport(state="Invalid", statuses=Statuses(failure=(failure,)), error=detail)
    raise asset_error(kind, message)


def asset_error(kind: str, message: str) -> ProvkitError:
    """The error of ours that fits an error of the engine about the asset itself."""
    detail = _line(message.removeprefix(f"{kind}: "))
    if _LIMIT.search(detail):
        return LimitError(f"a bound of the reference engine was reached: {detail}")
    if kind == "NotSupported" or "prerelease" in detail or "not supported" in detail:
        return UnsupportedError(f"the reference engine does not read this asset: {detail}")
    return MalformedError(f"the asset cannot be read: {detail or kind}")


def failures(deltas: Iterable[IngredientDelta]) -> tuple[Status, ...]:
    """All failures about ingredients."""
    return tuple(status for delta in deltas for status in delta.statuses.failure)
