"""Hashed URIs inside assertions: which algorithm their hash has (C2PA 2.4 §15.4)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

import pytest

import provkit
from provkit import State, TrustStore
from provkit.codes import StatusCode
from support import forge as f
from vectors.case import PRESENT
from vectors.keys import TRUST, credential

NOTE: Final = f.Box("org.example.note", {"a": 1})
RAW: Final = NOTE.build(f.Frame(0, 0, b"", b""))[8:]
URL: Final = "self#jumbf=c2pa.assertions/org.example.note"
LISTS: Final = TrustStore.empty().with_anchors((TRUST / "root.pem").read_bytes(), name="root")


def reference(alg: str) -> dict[str, Any]:
    """Without an algorithm of its own."""
    return {"url": URL, "hash": hashlib.new(alg, RAW).digest()}


@pytest.mark.parametrize(
    ("content", "holds"),
    [
        ({"deep": [reference("sha256")]}, True),  # the claim says sha256
        ({"deep": [reference("sha512")]}, False),
        ({"alg": "sha512", "deep": [reference("sha512")]}, True),
        ({"alg": "sha512", "deep": [reference("sha256")]}, False),
        ({"alg": "sha512", "deep": {"alg": "sha384", "x": reference("sha384")}}, True),
        ({"alg": "sha512", "x": {**reference("sha256"), "alg": "sha256"}}, True),
        ({"alg": "com.example.watermark", "x": reference("sha256")}, True),
    ],
)
def test_the_nearest_algorithm_counts(content: Any, holds: bool) -> None:
    boxes = [f.actions(f.created()), NOTE, f.Box("org.example.refers", content), f.data_hash()]
    data = f.Forge(b"A text.\n", credential("es256"), boxes=boxes).text()
    found = provkit.verify(data, trust=LISTS, at=datetime.fromisoformat(PRESENT))
    assert found.state is (State.TRUSTED if holds else State.INVALID), found
    assert (StatusCode.HASHED_URI_MISMATCH in found.statuses.codes()) is not holds
