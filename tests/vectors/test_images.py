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


@pytest.mark.parametrize("vector", FOLDER.vectors, ids=lambda vector: vector["id"])
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
