"""The development set of ``../shared/testfiles``: its files, its trust profiles, the answers recorded for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from provkit import Purpose, TrustStore
from support.shared import SHARED, shared

AT: Final = datetime(2026, 11, 20, 20, tzinfo=UTC)
"""The recorded day; some certificates of the set begin at noon."""
PROFILES: Final = ("none", "official", "all")

_OFFICIAL: Final = ("official/C2PA-TRUST-LIST.pem",)
_OFFICIAL_TIME: Final = ("official/C2PA-TSA-TRUST-LIST.pem",)
_MORE: Final = ("interim/anchors.pem", "test/test_cert_root_bundle.pem", "test/revocation_test_root.pem")
_ALLOWED: Final = ("interim/allowed.pem", "test/allowed_list.pem")


def entries() -> list[dict[str, Any]]:
    """Every file with its recorded answers; none where the set is absent."""
    manifest = SHARED / "testfiles" / "manifest.json"
    if not manifest.exists():
        return []
    found: list[dict[str, Any]] = json.loads(manifest.read_bytes())["files"]
    return found


def pairs() -> list[dict[str, Any]]:
    """Assets with a store beside them, with the recorded answers; none where the set is absent."""
    manifest = SHARED / "testfiles" / "manifest.json"
    if not manifest.exists():
        return []
    found: list[dict[str, Any]] = json.loads(manifest.read_bytes())["sidecar_pairs"]
    return found


def content(entry: dict[str, Any]) -> bytes:
    """The bytes of a file of the set."""
    return shared("testfiles", entry["file"]).read_bytes()


@lru_cache(maxsize=len(PROFILES))
def profile(name: str) -> TrustStore:
    """A trust profile of the set's header."""
    store = TrustStore.empty()
    if name == "none":
        return store
    everything = name == "all"
    for file in (*_OFFICIAL, *(_MORE if everything else ())):
        store = store.with_anchors(shared("trust", file).read_bytes(), name=file)
    # The interim list holds both kinds of authorities.
    for file in (*_OFFICIAL_TIME, *(_MORE[:1] if everything else ())):
        data = shared("trust", file).read_bytes()
        store = store.with_anchors(data, name=f"{file} (time)", purpose=Purpose.TIME_STAMPING)
    for file in _ALLOWED if everything else ():
        store = store.with_allowed(shared("trust", file).read_bytes(), name=file)
    return store
