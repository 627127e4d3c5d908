"""Statements that are only read: terms of use, models that took part, records of origin.

Anybody may have written them, so any content is read as far as it makes sense, and no further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provkit.manifest import cbor
from provkit.statements.model import Check, Disclosure, Record, UsageTerm

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 2000
"""Characters of a text that are kept; what `provkit sign` takes is no longer."""
MOST: Final = 100
"""Entries of a list that are kept."""
_PURPOSES: Final = frozenset({"data_mining", "ai_inference", "ai_training", "ai_generative_training"})
_USES: Final = {use.lower(): use for use in ("allowed", "notAllowed", "constrained")}


def usage(content: Any, *, attributed: bool, where: str) -> Iterator[UsageTerm]:
    """The entries of a training-mining assertion, those of known purposes first.

    The entries stand under ``entries``, or, as older specifications had it, at the top.  Either label
    is found with the keys of the other, and the value in other cases than the standard's.
    """
    if not isinstance(content, cbor.MAPS):
        return
    entries = content.get("entries", content)
    terms = (
        list(_terms(entries, attributed=attributed, where=where)) if isinstance(entries, cbor.MAPS) else []
    )
    yield from (term for term in terms if term.purpose is not None)
    yield from (term for term in terms if term.purpose is None)


def _terms(entries: Any, *, attributed: bool, where: str) -> Iterator[UsageTerm]:
    for key, entry in entries.items():
        use = entry.get("use") if isinstance(entry, cbor.MAPS) else None
        if not isinstance(key, str) or not isinstance(use, str):
            continue
        prefix, _, purpose = key.partition(".")
        # The schema of CAWG has the one spelling, its text the other.
        info = entry.get("constraint_info", entry.get("constraints_info"))
        yield UsageTerm(
            key=key[:LONGEST],
            purpose=purpose if prefix in ("cawg", "c2pa") and purpose in _PURPOSES else None,
            use=_USES.get(use.lower(), use[:LONGEST]),
            constraint=text(info),
            attributed=attributed,
            where=where,
        )


def disclosure(content: Any, *, attributed: bool, where: str) -> Disclosure:
    """A ``c2pa.ai-disclosure`` (§18.28); what it does not say, or not as text, is None."""
    fields = content if isinstance(content, cbor.MAPS) else {}
    profile = fields.get("contentProfile")
    domains = fields.get("scientificDomain")
    return Disclosure(
        model_type=text(fields.get("modelType")),
        model_name=text(fields.get("modelName")),
        model_identifier=text(fields.get("modelIdentifier")),
        oversight=text(profile.get("humanOversightLevel")) if isinstance(profile, cbor.MAPS) else None,
        # The schema has a list, the example of the standard a single text.
        domains=texts([domains] if isinstance(domains, str) else domains),
        attributed=attributed,
        where=where,
    )


def record(content: Any, *, attributed: bool, where: str) -> Record:
    """An ``org.provkit.origin`` assertion; what it does not say, or not as text, is None."""
    fields = content if isinstance(content, cbor.MAPS) else {}
    checks = fields.get("verification")
    return Record(
        category=text(fields.get("category")),
        purpose=text(fields.get("purpose")),
        checks=tuple(
            Check(
                text(one.get("method")), text(one.get("by")), text(one.get("when")), text(one.get("result"))
            )
            for one in cbor.items(checks)[:MOST]
            if isinstance(one, cbor.MAPS)
        ),
        limits=texts(fields.get("limits")),
        attributed=attributed,
        where=where,
    )


def text(value: Any) -> str | None:
    """A text that says something, shortened; None for anything else."""
    stripped = value.strip()[:LONGEST] if isinstance(value, str) else ""
    return stripped or None


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list, shortened."""
    found = (text(one) for one in cbor.items(value)[:MOST])
    return tuple(one for one in found if one is not None)
