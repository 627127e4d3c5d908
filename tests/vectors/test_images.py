"""Every vector of ``spec/vectors/images`` has the verdict that is written down for it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

import provkit
from provkit import ProvkitError, UnsupportedError
from provkit.signers.base import Signer
from provkit.trust import TrustStore
from vectors import images

FOLDER = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "images"
INDEX = json.loads((FOLDER / "index.json").read_bytes())
VECTOR_KEYS = {"id", "file", "sha256", "media_type", "trust", "at", "expected", "clause", "reason"}
EXPECTED_KEYS = {"state", "failure", "warnings", "origin"}

KNOWN = {
    "svg::shrink-inject": "error malformed: the empty element that was reopened is read as a damaged carrier",
    "svg::shrink-inject-ns": "error malformed: the element of the other name space is read as a carrier",
    "cl::png-dup-label": "assertion.missing: the engine's error is all that is reported",
    "cl::png-trailing": "general.error: the engine's error is all that is reported",
    "cl::png-alg-unknown": "general.error: the engine speaks of time stamps",
}
"""Vectors answered with another refusal than the one asked for.  None may be trusted or valid."""


@lru_cache(maxsize=16)
def trust(name: str) -> TrustStore:
    store = TrustStore.empty()
    for kind, files in INDEX["trust"][name].items():
        for file in files:
            data = (FOLDER / "trust" / file).read_bytes()
            match kind:
                case "anchors":
                    store = store.with_anchors(data, name=file)
                case "allowed":
                    store = store.with_allowed(data, name=file)
                case "distrust":
                    store = store.with_distrust(data, name=file)
                case _:
                    pytest.fail(f"unknown kind of list {kind!r}")
    return store


def seen(vector: dict[str, Any]) -> dict[str, Any]:
    """What provkit says, in the words of the index."""
    data = (FOLDER / vector["file"]).read_bytes()
    try:
        verdict = provkit.verify(data, trust=trust(vector["trust"]), at=datetime.fromisoformat(vector["at"]))
    except ProvkitError as error:
        return {"error": error.kind}
    return {
        "state": str(verdict.state),
        "media_type": verdict.media_type,
        "failure": sorted({str(status.code) for status in verdict.statuses.failure}),
        "warnings": sorted(warning.partition(":")[0] for warning in verdict.warnings),
        "origin": str(verdict.origin.cls),
    }


def marked(vector: dict[str, Any]) -> Any:
    known = KNOWN.get(vector["id"])
    marks = [pytest.mark.xfail(reason=known, raises=AssertionError, strict=True)] if known else []
    return pytest.param(vector, id=vector["id"], marks=marks)


@pytest.mark.parametrize("vector", [marked(vector) for vector in INDEX["vectors"]])
def test_vector(vector: dict[str, Any]) -> None:
    assert vector.keys() == VECTOR_KEYS
    expected = vector["expected"]
    assert expected.keys() <= EXPECTED_KEYS or expected.keys() == {"error"}
    found = seen(vector)
    why = (vector["reason"], found)
    assert found.get("error") == expected.get("error"), why
    if "error" in expected:
        return
    assert found["media_type"] == vector["media_type"]
    exact = {key: found[key] for key in ("state", "origin", "warnings") if key in expected}
    assert exact == {key: expected[key] for key in exact}, why
    # The engine names consequences too, and not in every version the same: only contained.
    assert set(expected["failure"]) <= set(found["failure"]), why
    if expected["state"] in {"trusted", "unsigned"}:
        assert not found["failure"], why
    if expected["state"] == "valid":
        assert found["failure"] == ["signingCredential.untrusted"], why


@pytest.mark.parametrize("name", KNOWN)
def test_known_differences_are_refused(name: str) -> None:
    vector = next(vector for vector in INDEX["vectors"] if vector["id"] == name)
    assert vector["expected"].get("state") == "invalid"
    assert seen(vector).get("state", "error") in {"invalid", "error"}


def test_index_is_sound() -> None:
    assert (FOLDER / "index.json").read_bytes().isascii()
    assert INDEX.keys() == {"schema", "version", "trust", "vectors"}
    assert INDEX["schema"] == images.SCHEMA
    ids = [vector["id"] for vector in INDEX["vectors"]]
    assert len(set(ids)) == len(ids)
    files = {vector["file"] for vector in INDEX["vectors"]}
    there = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert files | {"index.json", "README.md"} == there
    for vector in INDEX["vectors"]:
        data = (FOLDER / vector["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == vector["sha256"], vector["id"]
        assert vector["trust"] in INDEX["trust"]


def test_generator_gives_the_same_bytes() -> None:
    wanted = images.files()
    assert [name for name, data in wanted.items() if (FOLDER / name).read_bytes() != data] == []


def test_certificates_last() -> None:
    soon = datetime.now(UTC) + timedelta(days=5 * 365)
    for path in (FOLDER / "keys").glob("*.chain.pem"):
        for certificate in x509.load_pem_x509_certificates(path.read_bytes()):
            assert certificate.not_valid_after_utc > soon, path.name


@pytest.mark.parametrize("name", ["svg-laughs.svg", "svg-xxe.svg"])
def test_entities_are_not_signed(name: str) -> None:
    keys = FOLDER / "keys"
    signer = Signer.from_pem((keys / "es256.chain.pem").read_bytes(), (keys / "es256.key.pem").read_bytes())
    with pytest.raises((UnsupportedError, provkit.MalformedError)):
        provkit.sign((FOLDER / name).read_bytes(), provkit.Origin.human(), signer)
