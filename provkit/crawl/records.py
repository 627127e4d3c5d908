"""One document as it is written for training: ``{id, text, metadata}``, one line of JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provkit.crawl.model import Damage
from provkit.verdict import State

if TYPE_CHECKING:
    from provkit.crawl.decide import Standing
    from provkit.crawl.model import Decision, Reading
    from provkit.crawl.spool import Item


def line(item: Item, text: bytes, decision: Decision, standing: Standing) -> bytes:
    """The record of a document, with its line end.

    Args:
        item: the document.
        text: UTF-8.
        decision: of the policy, after the caps.
        standing: what the policy counts the document as.
    """
    made = record(item, text.decode("utf-8", "replace"), decision, standing)
    return f"{json.dumps(made, ensure_ascii=True, separators=(',', ':'))}\n".encode("ascii")


def record(item: Item, text: str, decision: Decision, standing: Standing) -> dict[str, Any]:
    """The record of a document: nothing but what JSON in UTF-8 can hold.

    Args:
        item: the document.
        text: of it.
        decision: of the policy, before or after the caps.
        standing: what the policy counts the document as.
    """
    made: dict[str, Any] = {
        "id": item.id,
        "text": text,
        "metadata": {
            "url": item.url,
            "media_type": item.reading.media_type,
            "bytes": item.bytes,
            "tokens": item.tokens,
            "captured_at": None if item.reading.captured_at is None else item.reading.captured_at.isoformat(),
            "stratum": decision.stratum,
            "sample_weight": decision.weight,
            "reasons": list(decision.reasons),
            "provenance": provenance(item.reading, standing),
        },
    }
    return {name: _encodable(value) for name, value in made.items()}


def _encodable(value: Any) -> Any:
    """`value` without lone surrogates, which JSON can spell and no strict loader takes."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: _encodable(part) for name, part in value.items()}
    return [_encodable(part) for part in value] if isinstance(value, list) else value


def provenance(reading: Reading, standing: Standing) -> dict[str, Any]:
    """What is known of where a document comes from, and how it may be used: two questions, kept apart."""
    return {
        "class": str(standing.cls),
        "assurance": str(standing.assurance),
        "stated_class": str(reading.cls),
        "state": state_of(reading),
        "damage": None if reading.damage is None else str(reading.damage),
        "signer": _signer(reading),
        "evidence": [*_credential(reading), *_signals(reading)],
        "usage": [
            {
                "purpose": entry.purpose,
                "permission": str(entry.permission),
                "source": entry.source,
                "value": entry.value,
            }
            for entry in reading.preferences
        ],
        "conflicts": list(reading.conflicts),
        "notes": list(reading.notes),
    }


def state_of(reading: Reading) -> str | None:
    """State of the credential; None where there is one and no state can be known: *damage* says why."""
    if reading.damage is not None and reading.damage is not Damage.INVALID:
        return None
    return str(State.UNSIGNED if reading.verdict is None else reading.verdict.state)


def _signer(reading: Reading) -> dict[str, Any] | None:
    signer = None if reading.verdict is None else reading.verdict.signer
    # Nobody is named by a credential that does not hold: `signer` of a reading is None then.
    if signer is None or reading.signer is None:
        return None
    return {"name": signer.name, "sha256": reading.signer, "trust_list": signer.trust_list}


def _credential(reading: Reading) -> list[dict[str, Any]]:
    if reading.verdict is None:
        return []
    return [
        {
            "source": "credential",
            "class": str(entry.cls),
            "value": entry.source_type,
            "attributed": entry.attributed,
        }
        for entry in reading.verdict.origin.evidence
    ]


def _signals(reading: Reading) -> list[dict[str, Any]]:
    return [
        {"source": signal.source, "class": str(signal.cls), "value": signal.value, "whole": signal.whole}
        for signal in reading.signals
    ]


__all__ = ["line", "provenance", "record", "state_of"]
