"""What every adapter to a framework does and no framework helps with: settings in, plain records out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from provkit.crawl import records
from provkit.crawl.policy import Policy
from provkit.crawl.presets import PRESETS
from provkit.files import read_file
from provkit.trust.store import TrustStore

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from provkit.crawl.model import Reading


def policy_of(which: str | os.PathLike[str]) -> Policy:
    """A policy by the name of a preset, or from a file.

    Raises:
        ConfigurationError: there is none of that name, or something in the file cannot be used.
        FileAccessError, LimitError: the file cannot be read.
    """
    path = Path(which)
    is_file = path.suffix or path.name != str(which) or path.exists()
    return Policy.load(path) if is_file and str(which) not in PRESETS else Policy.preset(str(which))


def trust_of(files: Sequence[str | os.PathLike[str]]) -> TrustStore:
    """The bundled lists, and certification authorities of one's own.

    Args:
        files: PEM certificates.

    Raises:
        ConfigurationError: a file holds no certificate, or one that cannot vouch for anybody.
        FileAccessError, LimitError: a file cannot be read.
    """
    store = TrustStore.bundled()
    for path in files:
        # Never the whole path: the name goes into records that people publish.
        store = store.with_anchors(read_file(path), name=Path(path).name)
    return store


def record_of(reading: Reading, policy: Policy, url: str | None = None) -> dict[str, Any]:
    """What was found and what the policy makes of it: text, numbers, lists and dicts, as JSON has them.

    Keys are those that ``provkit weigh`` writes into ``metadata``: ``sample_weight``, ``stratum``,
    ``reasons``, ``provenance``; and ``action``, ``keep`` or ``exclude``.

    Args:
        reading: of the document.
        policy: decides.
        url: the document's address, for rules that look at it.
    """
    decision = policy.decide(reading, url)
    return {
        "action": str(decision.action),
        "sample_weight": decision.weight,
        "stratum": decision.stratum,
        "reasons": list(decision.reasons),
        "provenance": records.provenance(reading, policy.standing(reading)),
    }


__all__ = ["policy_of", "record_of", "trust_of"]
