"""Every text and container of the development set gives the recorded state, or differs for a reason written down."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import provkit
from provkit import ProvkitError, Purpose, TrustStore, media
from support.shared import SHARED, shared

pytestmark = pytest.mark.interop
# The recorded day; some certificates of the set begin at noon.
AT = datetime(2026, 11, 20, 20, tzinfo=UTC)
DIFFERENCES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "differences.json").read_bytes())
MANIFEST = SHARED / "testfiles" / "manifest.json"
# Of some files the recorded state hangs on CAWG identity alone, which is not judged here.
IDENTITY = {
    "adobe_connected_identities.jpg",
    "ims_multiple_manifests.jpg",
    "signer_payload_mismatch.jpg",
    "unresolvable_did.jpg",
}
TYPES = {entry.media_type for entry in media.FORMATS} | {"audio/mp4", "image/heif", "video/quicktime"}
OUTCOMES = {"manifest", "no-manifest", "remote-unfetched"}
FILES: list[dict[str, Any]] = (
    [
        entry
        for entry in json.loads(MANIFEST.read_bytes())["files"]
        if entry["media_type"] in TYPES and entry["profiles"]["all"]["outcome"] in OUTCOMES
    ]
    if MANIFEST.exists()
    else []
)
STATES = {"Trusted": {"trusted"}, "Valid": {"valid"}, "Invalid": {"invalid"}, None: {"unsigned"}}


@lru_cache(maxsize=1)
def everything() -> TrustStore:
    """Profile ``all`` of the manifest's header."""
    store = TrustStore.empty()
    for file in (
        "official/C2PA-TRUST-LIST.pem",
        "interim/anchors.pem",
        "test/test_cert_root_bundle.pem",
        "test/revocation_test_root.pem",
    ):
        store = store.with_anchors(shared("trust", file).read_bytes(), name=file)
    # The interim list holds both kinds of authorities.
    for file in ("official/C2PA-TSA-TRUST-LIST.pem", "interim/anchors.pem"):
        stamping = Purpose.TIME_STAMPING
        store = store.with_anchors(
            shared("trust", file).read_bytes(), name=f"{file} (time)", purpose=stamping
        )
    for file in ("interim/allowed.pem", "test/allowed_list.pem"):
        store = store.with_allowed(shared("trust", file).read_bytes(), name=file)
    return store


def test_the_set_is_there() -> None:
    shared("testfiles", "manifest.json")
    assert FILES


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: Path(entry["file"]).name)
def test_recorded_state(entry: dict[str, Any]) -> None:
    if Path(entry["file"]).name in IDENTITY:
        pytest.skip("the recorded state hangs on a CAWG identity")
    data = shared("testfiles", entry["file"]).read_bytes()
    recorded = entry["profiles"]["all"]["state"]
    try:
        verdict = provkit.verify(data, trust=everything(), at=AT)
    except ProvkitError as error:
        ours, codes = f"error {error.kind}", set[str]()
    else:
        ours, codes = str(verdict.state), {str(status.code) for status in verdict.statuses.failure}
    difference = DIFFERENCES.get(entry["file"])
    if difference is None:
        assert ours in STATES[recorded], codes
        return
    assert difference["recorded"] == recorded
    assert ours not in STATES[recorded], "this file no longer differs: take it off the list"
    assert ours == difference["ours"]
    assert set(difference["codes"]) <= codes


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: Path(entry["file"]).name)
def test_recorded_source_types(entry: dict[str, Any]) -> None:
    """What the other verifier read as source types is among our evidence."""
    if not entry["score"]["source_types"] or entry["file"] in DIFFERENCES:
        pytest.skip("not fit for scoring, or a listed difference")
    verdict = provkit.verify(shared("testfiles", entry["file"]).read_bytes(), trust=everything(), at=AT)
    if verdict.state in {"trusted", "valid"}:
        assert set(entry["source_types"]) <= {evidence.source_type for evidence in verdict.origin.evidence}


def test_list_of_differences_is_sound() -> None:
    for file, difference in DIFFERENCES.items():
        assert difference.keys() == {"recorded", "ours", "codes", "reason"}
        assert difference["reason"]
        assert not FILES or file in {entry["file"] for entry in FILES}
