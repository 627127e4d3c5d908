"""What ``provkit weigh`` makes of some files, to hold what an adapter makes of them against."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provkit.crawl import inputs, results
from provkit.crawl.extract import Extractor
from provkit.crawl.tokens import Counter
from provkit.trust.store import TrustStore
from support.pki import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from provkit.crawl.policy import Policy

_THINNED = "cap.thinned"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A finished run."""

    inputs: Sequence[Path]
    root: Path
    trust: TrustStore
    out: Path
    records: Mapping[str, dict[str, Any]]
    """By address."""
    kept: frozenset[str]
    """Addresses."""

    def same_but_for_caps(self, row: Mapping[str, Any]) -> None:
        """Assert that the columns of an annotated row say what the record says."""
        record = self.records[row["url"]]
        metadata = record["metadata"]
        assert bare(row["provenance"]) == bare(metadata["provenance"])
        assert row["text"] == record["text"]
        for name in ("bytes", "tokens", "stratum"):
            assert row[name] == metadata[name], name
        reasons = list(row["reasons"])
        if metadata["reasons"][0].startswith(_THINNED):
            assert (row["action"], reasons) == ("keep", metadata["reasons"][1:])
        else:
            assert (row["action"] == "keep") is (row["url"] in self.kept)
            assert (row["sample_weight"], reasons) == (metadata["sample_weight"], metadata["reasons"])


def bare(value: Any) -> Any:
    """`value` without keys that hold nothing: tables fill them in."""
    if isinstance(value, dict):
        return {key: bare(entry) for key, entry in value.items() if entry is not None}
    return [bare(entry) for entry in value] if isinstance(value, list) else value


def run(paths: Sequence[Path], root: Path, policy: Policy, out: Path) -> Weighed:
    """Weigh files as of the moment of the tests, with one root that is trusted."""
    trust = TrustStore.empty().with_anchors(root.read_bytes(), name=root.name)
    sources = inputs.expand([str(path) for path in paths])
    results.weigh_all(results.Order(sources, policy, trust, Extractor(), Counter(), str(out), NOW))
    records: dict[str, dict[str, Any]] = {}
    kept = set()
    for path in sorted(out.glob("*/*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            record = json.loads(line)
            url = record["metadata"]["url"]
            assert url not in records
            records[url] = record
            if path.parent.name == "kept":
                kept.add(url)
    return Weighed(paths, root, trust, out, records, frozenset(kept))
