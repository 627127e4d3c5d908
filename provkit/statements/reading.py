"""Goes through the assertions of a manifest that holds and reads every statement there is a reader for."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from provkit import statements
from provkit.manifest import assertions as kinds
from provkit.manifest import store as stores
from provkit.statements import regions, stated
from provkit.statements.model import IdentityState
from provkit.statements.stated import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.validation import CredentialJudge, Validation
    from provkit.statements.model import IdentityFinding, StatedPart
    from provkit.verdict import TimeFact

IDENTITIES: Final = 20
"""Identity assertions that are checked: each costs signature checks and a path to an authority."""
_READERS: Final = {
    **dict.fromkeys(statements.LABELS_USAGE, "usage"),
    kinds.LABEL_AI_DISCLOSURE: "disclosures",
    kinds.LABEL_ORIGIN: "records",
}
"""The field that an assertion is read into."""
_NAMES: Final = {
    "usage": "terms of use",
    "disclosures": "models",
    "records": "records",
    "parts": "parts",
    "identities": "identities",
}


def read(
    run: Validation,
    stated: list[str],
    parts: list[str],
    time: TimeFact | None,
    judge: CredentialJudge,
    at: datetime,
    limits: Limits,
) -> statements.Statements:
    """All statements of a manifest; arguments as of :func:`provkit.statements.of`.

    The labels in `stated` are those of the assertions there is a reader for, and in `parts` those of
    the actions assertions that say which parts were changed.
    """
    simple: dict[str, list[str]] = {}
    identities: list[str] = []
    for label in stated:
        field = _READERS.get(stores.base_label(label))
        if field is not None:
            simple.setdefault(field, []).append(label)
        else:
            identities.append(label)
    found: dict[str, Iterator[Any]] = {field: _simple(run, field, labels) for field, labels in simple.items()}
    if parts:
        found["parts"] = _parts(run, parts)
    if identities:
        stamped = time.value if time is not None and time.basis == "timestamped" else None
        found["identities"] = _identities(run, identities, judge, at, stamped, limits)
    warnings: list[str] = []
    fields: dict[str, Any] = {}
    for field, results in found.items():
        most = IDENTITIES if field == "identities" else MOST
        some = fields[field] = tuple(islice(results, most))
        if len(some) == most and next(results, None) is not None:
            warnings.append(
                f"statements-cut: the credential has more than {most} {_NAMES[field]}; the rest is not shown"
            )
    for one in fields.get("identities", ()):
        if one.state is IdentityState.INVALID:
            warnings.append(
                f"identity: an identity named in the credential does not hold ({one.statuses[0].code}); "
                "this says nothing about who signed the credential"
            )
            break
    return statements.Statements(fields, tuple(warnings))


def _simple(run: Validation, field: str, labels: list[str]) -> Iterator[Any]:
    for label in labels:
        content, attributed = run.contents[label], label in run.created
        where = run.manifest.assertion_uri(label)
        if field == "usage":
            yield from stated.usage(content, attributed=attributed, where=where)
        elif field == "records":
            yield stated.record(content, attributed=attributed, where=where)
        else:
            yield stated.disclosure(content, attributed=attributed, where=where)


def _parts(run: Validation, labels: list[str]) -> Iterator[StatedPart]:
    for label in labels:
        attributed, where = label in run.created, run.manifest.assertion_uri(label)
        yield from regions.parts(run.actions[label], run.contents[label], attributed=attributed, where=where)


def _identities(
    run: Validation,
    labels: list[str],
    judge: CredentialJudge,
    at: datetime,
    stamped: datetime | None,
    limits: Limits,
) -> Iterator[IdentityFinding]:
    from provkit.statements.identity import Examiner

    examiner = Examiner(run, judge, at, stamped, limits)
    yield from map(examiner.examine, labels)
