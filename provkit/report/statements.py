"""What a manifest states beside the origin, for reports: as plain data, and in words.

The words are for people and quote the file: whoever prints them escapes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provkit.statements.model import Disclosure, IdentityFinding, Record, StatedPart, UsageTerm
    from provkit.verdict import SignerFacts, Verdict

_USES: Final = {"allowed": "allowed", "notAllowed": "not allowed", "constrained": "constrained"}
_PURPOSES: Final = {
    "data_mining": "data mining",
    "ai_inference": "input of a model",
    "ai_training": "training of models that do not generate",
    "ai_generative_training": "training of models that generate",
}
_OVERSIGHT: Final = {
    "fully_autonomous": "working by itself",
    "prompt_guided": "guided by a person's prompts",
    "human_validated": "checked by a person",
}


def data(verdict: Verdict, signer: Callable[[SignerFacts], dict[str, Any]]) -> dict[str, Any]:
    """The entries of a result (version 1 of the contract) that are statements."""
    return {
        "usage": [_usage(one) for one in verdict.usage],
        "disclosures": [_disclosure(one) for one in verdict.disclosures],
        "parts": [_part(one) for one in verdict.parts],
        "records": [_record(one) for one in verdict.records],
        "identities": [_identity(one, signer) for one in verdict.identities],
    }


def nothing() -> dict[str, Any]:
    """The same entries where there is no verdict."""
    return {"usage": [], "disclosures": [], "parts": [], "records": [], "identities": []}


def _usage(term: UsageTerm) -> dict[str, Any]:
    return {
        "key": term.key,
        "purpose": term.purpose,
        "use": term.use,
        "constraint": term.constraint,
        "attributed": term.attributed,
        "where": term.where,
    }


def _disclosure(one: Disclosure) -> dict[str, Any]:
    return {
        "model_type": one.model_type,
        "model_name": one.model_name,
        "model_identifier": one.model_identifier,
        "oversight": one.oversight,
        "domains": list(one.domains),
        "attributed": one.attributed,
        "where": one.where,
    }


def _part(part: StatedPart) -> dict[str, Any]:
    return {
        "action": part.action,
        "source_type": part.source_type,
        "class": str(part.cls),
        "ranges": [
            {
                "kind": one.kind,
                "said": one.said,
                "fragment": one.fragment,
                "start": one.start,
                "end": one.end,
            }
            for one in part.ranges
        ],
        "name": part.name,
        "description": part.description,
        "role": part.role,
        "attributed": part.attributed,
        "where": part.where,
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "category": record.category,
        "purpose": record.purpose,
        "checks": [
            {"method": one.method, "by": one.by, "when": one.when, "result": one.result}
            for one in record.checks
        ],
        "limits": list(record.limits),
        "attributed": record.attributed,
        "where": record.where,
    }


def _identity(found: IdentityFinding, signer: Callable[[SignerFacts], dict[str, Any]]) -> dict[str, Any]:
    return {
        "state": str(found.state),
        "sig_type": found.sig_type,
        "roles": list(found.roles),
        "holder": signer(found.holder) if found.holder else None,
        "references": list(found.references),
        "time": f"{found.time:%Y-%m-%dT%H:%M:%SZ}" if found.time else None,
        "statuses": [{"code": str(one.code), "explanation": one.explanation} for one in found.statuses],
        "attributed": found.attributed,
        "where": found.where,
    }


def words(verdict: Verdict, quote: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """What is stated, a name and a sentence each, but for the codes of identities.

    Args:
        verdict: of a file whose credential holds.
        quote: makes a text of the file harmless and sets it apart.
    """
    for one in verdict.disclosures:
        yield "model", _model(one, quote)
    for part in verdict.parts:
        yield "part", _changed(part, quote)
    # The old assertion and the new one often say the same, side by side.
    yield from dict.fromkeys(("use", _term(term, quote)) for term in verdict.usage)
    for record in verdict.records:
        yield from _recorded(record, quote)
    for found in verdict.identities:
        yield "identity", _named(found, quote)


def _behind(sentence: str, *, attributed: bool) -> str:
    return sentence if attributed else f"{sentence} (not attributed to the signer)"


def _model(one: Disclosure, quote: Callable[[str], str]) -> str:
    name = one.model_name or one.model_identifier
    parts = [quote(name) if name else "a model that is not named"]
    if one.model_identifier and one.model_identifier != name:
        parts.append(quote(one.model_identifier))
    if one.model_type and one.model_type != "c2pa.types.model":
        parts.append(f"of type {quote(one.model_type)}")
    if one.oversight:
        parts.append(_OVERSIGHT.get(one.oversight) or f"oversight {quote(one.oversight)}")
    if one.domains:
        parts.append(f"for {', '.join(map(quote, one.domains))}")
    return _behind(", ".join(parts), attributed=one.attributed)


def _changed(part: StatedPart, quote: Callable[[str], str]) -> str:
    what = f"{quote(part.action)}, {part.cls}"
    where = "; ".join(quote(one.said) for one in part.ranges) or "a part that is not described"
    more = [quote(text) for text in (part.name, part.description) if text]
    return _behind(f"{what}: {where}{f', {chr(44).join(more)}' if more else ''}", attributed=part.attributed)


def _term(term: UsageTerm, quote: Callable[[str], str]) -> str:
    purpose = _PURPOSES.get(term.purpose or "") or quote(term.key)
    use = _USES.get(term.use) or quote(term.use)
    if term.use == "constrained":
        use = f"constrained: {quote(term.constraint)}" if term.constraint else "constrained, so not allowed"
    return _behind(f"{purpose}: {use}", attributed=term.attributed)


def _recorded(record: Record, quote: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    attributed = record.attributed
    if record.category:
        yield "category", _behind(quote(record.category), attributed=attributed)
    if record.purpose:
        yield "purpose", _behind(quote(record.purpose), attributed=attributed)
    for one in record.checks:
        said = [quote(one.method or "a check that is not described")]
        said += [f"by {quote(one.by)}"] if one.by else []
        said += [quote(one.when)] if one.when else []
        result = f": {quote(one.result)}" if one.result else ""
        yield "check", _behind(f"{', '.join(said)}{result}", attributed=attributed)
    for limit in record.limits:
        yield "limit", _behind(quote(limit), attributed=attributed)


def _named(found: IdentityFinding, quote: Callable[[str], str]) -> str:
    said = [str(found.state)]
    holder = found.holder
    if holder is not None and found.state != "invalid":
        who = quote(holder.name)
        if holder.organization and holder.organization != holder.name:
            who = f"{who} of {quote(holder.organization)}"
        listed = (
            f"list {quote(holder.trust_list)}" if holder.trust_list else "on no list for identities used here"
        )
        said.append(f"{who} ({listed})")
    if found.roles:
        said.append(f"as {', '.join(map(quote, found.roles))}")
    said.append(f"about {', '.join(map(quote, found.references)) or 'nothing that can be told'}")
    return f"{', '.join(said)}; this is not who signed the credential"


__all__ = ["data", "nothing", "words"]
