"""A verdict as plain data: the JSON contract, version 1.

The shape is described by :mod:`provkit.report.model` and published as ``schemas/verdict.json``;
a test holds the two together.  Nothing here is imported but what a verdict is made of, so that
reading one verdict costs nothing more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.errors import ProvkitError
    from provkit.verdict import OriginFinding, SignerFacts, Status, Statuses, Verdict

SCHEMA_URN: Final = "urn:provkit:schema:verdict:1"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no verdict."""

    kind: str
    """Stable word: ``unreadable``, ``malformed``, ``unsupported``, ``limit``, ``internal`` ..."""
    message: str
    hint: str | None = None

    @classmethod
    def of(cls, error: ProvkitError) -> Failure:
        """The facts of an error."""
        return cls(error.kind, error.message, error.hint)


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one path: a verdict, or the reason why there is none.  Picklable."""

    path: str
    """As the user wrote it, or ``-``."""
    verdict: Verdict | None
    error: Failure | None = None


def result_data(result: Result) -> dict[str, Any]:
    """One entry of ``results``; every key is always there."""
    data: dict[str, Any] = sound(_data(result))
    return data


def _data(result: Result) -> dict[str, Any]:
    from provkit.report import statements

    verdict, error = result.verdict, result.error
    if verdict is None:
        failure = error or Failure("internal", "no verdict")
        return {
            "path": result.path,
            "media_type": None,
            "state": None,
            "error": {"kind": failure.kind, "message": failure.message, "hint": failure.hint},
            "origin": None,
            "signer": None,
            "time": None,
            "statuses": {"success": [], "informational": [], "failure": []},
            "ingredients": [],
            "warnings": [],
            "carrier": None,
            "manifest": None,
            "generator": None,
            "title": None,
            "assertions": [],
            **statements.nothing(),
        }
    return {
        "path": result.path,
        "media_type": verdict.media_type,
        "state": str(verdict.state),
        "error": None,
        "origin": _origin(verdict.origin),
        "signer": _signer(verdict.signer) if verdict.signer else None,
        "time": ({"value": _time(verdict.time.value), "basis": verdict.time.basis} if verdict.time else None),
        "statuses": _statuses(verdict.statuses),
        "ingredients": [
            {
                "label": entry.label,
                "relationship": entry.relationship,
                "title": entry.title,
                "statuses": _statuses(entry.statuses),
            }
            for entry in verdict.ingredients
        ],
        "warnings": list(verdict.warnings),
        "carrier": verdict.carrier,
        "manifest": verdict.manifest,
        "generator": verdict.generator,
        "title": verdict.title,
        "assertions": list(verdict.assertions),
        **statements.data(verdict, _signer),
    }


def to_json(results: list[Result]) -> str:
    """The whole document, ASCII only, ending in a line feed."""
    document = {"schema": SCHEMA_URN, "results": [result_data(result) for result in results]}
    return f"{json.dumps(document, ensure_ascii=True, indent=2)}\n"


def to_json_line(result: Result) -> str:
    """One result on one line, ASCII only, ending in a line feed."""
    return f"{json.dumps(result_data(result), ensure_ascii=True, separators=(',', ':'))}\n"


def _origin(origin: OriginFinding) -> dict[str, Any]:
    return {
        "class": str(origin.cls),
        "source_type": origin.source_type,
        "attributed": origin.attributed,
        "complete": origin.complete,
        "evidence": [
            {
                "source_type": entry.source_type,
                "class": str(entry.cls),
                "attributed": entry.attributed,
                "where": entry.where,
            }
            for entry in origin.evidence
        ],
        "notes": list(origin.notes),
    }


def _signer(signer: SignerFacts) -> dict[str, Any]:
    return {
        "name": signer.name,
        "organization": signer.organization,
        "issuer": signer.issuer,
        "serial": signer.serial,
        "algorithm": signer.algorithm,
        "not_before": _time(signer.not_before),
        "not_after": _time(signer.not_after),
        "fingerprint": signer.fingerprint,
        "trust_list": signer.trust_list,
        "development": signer.development,
        "distrusted": signer.distrusted,
    }


def _statuses(statuses: Statuses) -> dict[str, list[dict[str, Any]]]:
    return {
        "success": [_status(status) for status in statuses.success],
        "informational": [_status(status) for status in statuses.informational],
        "failure": [_status(status) for status in statuses.failure],
    }


def _status(status: Status) -> dict[str, Any]:
    return {"code": str(status.code), "url": status.url, "explanation": status.explanation}


def _time(value: datetime) -> str:
    return f"{value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def sound(value: Any) -> Any:
    r"""`value` without lone surrogates, spelled out as ``\udcNN``: many JSON readers refuse them.

    They come from file names that are not UTF-8 and from JSON assertions.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {key: sound(entry) for key, entry in value.items()}
    return [sound(entry) for entry in value] if isinstance(value, list) else value


__all__ = ["SCHEMA_URN", "Failure", "Result", "result_data", "to_json", "to_json_line"]
