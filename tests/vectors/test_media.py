"""Every vector of ``spec/vectors/media`` has the verdict that is written down for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509

import provkit
from interop import identities
from provkit import LimitError, UnsupportedError
from support import vectors
from vectors import case, files, media, media_forge, media_pdf

SPEC: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
FOLDER: Final = vectors.Folder(media_forge.FOLDER, SPEC / "trust")
AT: Final = datetime.fromisoformat(case.PRESENT)
EXPECTED_KEYS: Final = {"state", "failure", "warnings", "origin", "followed"}


@pytest.mark.parametrize("vector", FOLDER.vectors, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any], tmp_path: Path) -> None:
    assert vectors.KEYS <= vector.keys() <= vectors.KEYS | {"manifest", "layout"}
    expected = vector["expected"]
    assert expected.keys() <= EXPECTED_KEYS or expected.keys() == {"error"}
    found = FOLDER.seen(vector, tmp_path)
    why = (vector["reason"], found)
    assert {key: found.get(key) for key in expected} == expected, why
    if "error" not in expected:
        assert found["media_type"] == vector["media_type"]


def test_index_is_sound() -> None:
    FOLDER.assert_sound(files.SCHEMA, "README.md")


def test_a_text_that_quotes_the_delimiters_is_not_signed() -> None:
    """The row ``md::quoted``, before signing."""
    quoted = (FOLDER.path / "md-quoted-alone.markdown").read_bytes()
    with pytest.raises(UnsupportedError, match="quotes a delimiter"):
        provkit.sign(quoted, provkit.Origin.human(), identities.signer("ES256"), media_type="text/markdown")


def test_signing_tells_of_an_encoding_that_hides_text() -> None:
    """The row ``html::charset-pre``, before signing."""
    page = media_forge.plain_page().replace(b"utf-8", b"iso-2022-jp")
    signed = provkit.sign_detailed(page, provkit.Origin.human(), identities.signer("ES256"))
    assert [one.partition(":")[0] for one in signed.warnings] == ["encoding"]


def test_a_page_that_expands_without_end_is_signed_unseen() -> None:
    """The row ``pdf::flate-bomb``, before signing: nothing of it is expanded, so nothing is refused."""
    bomb = media_pdf.bomb()
    signed = provkit.sign(bomb, provkit.Origin.human(), identities.signer("ES256"))
    assert signed.startswith(bomb)


@pytest.mark.slow
def test_a_hundred_thousand_elements_deep() -> None:
    """The row ``html::deep`` in full: the vector has five thousand."""
    deep = media_forge.page(b"", b"<div>" * 100_000)
    assert provkit.verify(deep, trust=FOLDER.trust("root"), at=AT).state == "trusted"
    ended = media_forge.page(b"", b"<div>" * 100_000 + b"</i>" * 100_000)
    with pytest.raises(LimitError):
        provkit.verify(ended, trust=FOLDER.trust("root"), at=AT)


def test_an_update_by_another_does_not_name_the_first_signer() -> None:
    """The row ``pdf::af-swap``: the newest store speaks, and for its own signer."""
    swapped = (FOLDER.path / "pdf-af-swap.pdf").read_bytes()
    verdict = provkit.verify(swapped, trust=FOLDER.trust("root"), at=AT)
    assert verdict.signer is not None
    assert verdict.signer.trust_list is None
    stranger = x509.load_pem_x509_certificate((SPEC / "keys" / "stranger.chain.pem").read_bytes())
    assert verdict.signer.serial == format(stranger.serial_number, "x")


@pytest.mark.slow
def test_generator_gives_the_same_bytes() -> None:
    wanted = media.files()
    assert [name for name, data in wanted.items() if (FOLDER.path / name).read_bytes() != data] == []
