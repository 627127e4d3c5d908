"""What the engine reports, in the words of this project.  Pure: takes its JSON and its error texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from provkit.codes import StatusCode, StatusKind
from provkit.errors import LimitError, MalformedError, ProvkitError, UnsupportedError
from provkit.manifest.deltas import CHANGED_CONTENT, CODES, one_line
from provkit.verdict import Status, Statuses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EngineState = Literal["Trusted", "Valid", "Invalid"]

_CHANGED: Final = "the content was changed after signing"


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
            code = CODES.get(written)
            explanation = one_line(str(entry.get("explanation") or written))
            if code is None:
                if listed is not StatusKind.FAILURE:
                    others.append(written)
                    continue
                code = StatusCode.GENERAL_ERROR
                explanation = f"{one_line(written)}: {explanation}"
            if code in CHANGED_CONTENT:
                explanation = _CHANGED
            by_kind[code.kind].append(Status(code, entry.get("url"), explanation))
    return Statuses(tuple(success), tuple(informational), tuple(failure))


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
    detail = one_line(message.removeprefix(f"{kind}: "))
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
    detail = one_line(message.removeprefix(f"{kind}: "))
    if _LIMIT.search(detail):
        return LimitError(f"a bound of the reference engine was reached: {detail}")
    if kind == "NotSupported" or "prerelease" in detail or "not supported" in detail:
        return UnsupportedError(f"the reference engine does not read this asset: {detail}")
    return MalformedError(f"the asset cannot be read: {detail or kind}")


def failures(deltas: Iterable[IngredientDelta]) -> tuple[Status, ...]:
    """All failures about ingredients."""
    return tuple(status for delta in deltas for status in delta.statuses.failure)
