"""Every vector of ``spec/vectors/images`` has the verdict that is written down for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from cryptography import x509

import provkit
from provkit import LimitError, UnsupportedError
from provkit.signers.base import Signer
from support import vectors
from vectors import files, image_keys, images, images_ingredients

FOLDER: Final = vectors.Folder(image_keys.FOLDER, image_keys.TRUST_FOLDER)
EXPECTED_KEYS = {"state", "failure", "warnings", "origin"}

KNOWN = {
    "cl::png-dup-label": "assertion.missing: the engine's error is all that is reported",
    "cl::png-trailing": "general.error: the engine's error is all that is reported",
    "cl::png-alg-unknown": "general.error: the engine speaks of time stamps",
}
"""Vectors answered with another refusal than the one asked for.  None may be trusted or valid."""
_OF_AN_INGREDIENT: Final = "invalid without a reason: the engine's failures about ingredients are left out"
KNOWN |= dict.fromkeys(
    (
        "ing::tampered",
        "ing::component",
        "ing::inputto",
        "ing::resealed",
        "ing::wrong-key",
        "ing::exchanged",
    ),
    _OF_AN_INGREDIENT,
)
ACCEPTED = {
    "ing::update-binding": "trusted: neither the engine nor the strict pass asks update manifests for a binding",
}
"""Vectors that are accepted and must not be: defects."""


def marked(vector: dict[str, Any]) -> Any:
    known = {**KNOWN, **ACCEPTED}.get(vector["id"])
    marks = [pytest.mark.xfail(reason=known, raises=AssertionError, strict=True)] if known else []
    return pytest.param(vector, id=vector["id"], marks=marks)


@pytest.mark.parametrize("vector", [marked(vector) for vector in FOLDER.vectors])
def test_vector(vector: dict[str, Any]) -> None:
    assert vectors.KEYS <= vector.keys() <= vectors.KEYS | {"manifest"}
    expected = vector["expected"]
    assert expected.keys() <= EXPECTED_KEYS or expected.keys() == {"error"}
    found = FOLDER.seen(vector)
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
    vector = next(vector for vector in FOLDER.vectors if vector["id"] == name)
    assert vector["expected"].get("state") == "invalid"
    assert FOLDER.seen(vector).get("state", "error") in {"invalid", "error"}


def test_index_is_sound() -> None:
    FOLDER.assert_sound(files.SCHEMA, "README.md")


def test_generator_gives_the_same_bytes() -> None:
    wanted = images.files()
    assert [name for name, data in wanted.items() if (FOLDER.path / name).read_bytes() != data] == []


def test_certificates_last() -> None:
    soon = datetime.now(UTC) + timedelta(days=5 * 365)
    for path in image_keys.KEYS.glob("*.chain.pem"):
        if path.name.removesuffix(".chain.pem") in image_keys.TIMES:
            continue
        for certificate in x509.load_pem_x509_certificates(path.read_bytes()):
            assert certificate.not_valid_after_utc > soon, path.name


@pytest.mark.parametrize("name", ["svg-laughs.svg", "svg-xxe.svg"])
def test_entities_are_not_signed(name: str) -> None:
    keys = image_keys.KEYS
    signer = Signer.from_pem((keys / "es256.chain.pem").read_bytes(), (keys / "es256.key.pem").read_bytes())
    with pytest.raises((UnsupportedError, provkit.MalformedError)):
        provkit.sign((FOLDER.path / name).read_bytes(), provkit.Origin.human(), signer)


@pytest.mark.slow
def test_three_hundred_generations_are_a_limit() -> None:
    """The row of the catalogue; the vector has forty, which is past our bound and not past the engine's."""
    with pytest.raises(LimitError):
        provkit.verify(images_ingredients.chain(300).sealed(), trust=FOLDER.trust("root"))
