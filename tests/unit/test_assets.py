"""Files with something beside them: which credential counts, and what is never read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import provkit
from interop import identities
from provkit import FileAccessError, MalformedError, Origin, State, UnsupportedError
from provkit.assets import find_store, verify_file
from provkit.carriers.carried import Carriage
from provkit.errors import UnsafePathError

if TYPE_CHECKING:
    from pathlib import Path

SIGNER = "ES256"
TRUST = identities.trust(SIGNER)
PAGE = b"<!DOCTYPE html><html><head><title>T</title></head><body><p>Text.</body></html>"


def store_of(data: bytes, origin: Origin | None = None) -> bytes:
    signed = provkit.sign_detailed(
        data, origin or Origin.human(), identities.signer(SIGNER), carriage=Carriage.SIDECAR
    )
    assert signed.manifest is not None
    return signed.manifest


def put(folder: Path, **files: bytes) -> None:
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)


def test_the_sidecar_of_the_whole_name_comes_first(tmp_path: Path) -> None:
    put(tmp_path, a__json=b"{}", a__json__c2pa=store_of(b"{}"), a__c2pa=store_of(b"{}", Origin.synthetic()))
    verdict = verify_file(tmp_path / "a.json", trust=TRUST)
    assert (verdict.state, verdict.carrier, verdict.origin.cls) == ("trusted", "sidecar", "human")
    assert verdict.warnings[0] == "sidecar: the credential is in a.json.c2pa"


def test_a_sidecar_of_the_whole_name_that_does_not_hold_is_said(tmp_path: Path) -> None:
    put(tmp_path, a__json=b"{ }", a__json__c2pa=store_of(b"{}"))
    assert verify_file(tmp_path / "a.json", trust=TRUST).state is State.INVALID


def test_the_sidecar_of_the_stem_counts_only_where_it_holds(tmp_path: Path) -> None:
    put(tmp_path, a__json=b"{}", a__txt=b"other", a__c2pa=store_of(b"{}"))
    verdict = verify_file(tmp_path / "a.json", trust=TRUST)
    assert (verdict.state, verdict.warnings[0]) == ("trusted", "sidecar: the credential is in a.c2pa")
    assert verify_file(tmp_path / "a.txt", trust=TRUST).state is State.UNSIGNED


def test_a_credential_in_the_file_counts_more(tmp_path: Path) -> None:
    inside = provkit.sign(b"Text.", Origin.human(), identities.signer(SIGNER))
    put(tmp_path, a__txt=inside, a__txt__c2pa=store_of(b"Text.", Origin.synthetic()))
    verdict = verify_file(tmp_path / "a.txt", trust=TRUST)
    assert (verdict.carrier, verdict.origin.cls) == ("text", "human")


def test_a_sidecar_that_is_none(tmp_path: Path) -> None:
    put(tmp_path, a__txt=b"Text.", a__txt__c2pa=b"\xff\xd8\xff\xe0 a picture")
    with pytest.raises(MalformedError, match="sidecar"):
        verify_file(tmp_path / "a.txt")


def test_of_an_unknown_type_a_sidecar_speaks(tmp_path: Path) -> None:
    data = b"OTTO" + bytes(60)
    put(tmp_path, a__otf=data)
    with pytest.raises(UnsupportedError):
        verify_file(tmp_path / "a.otf")
    put(tmp_path, a__otf__c2pa=store_of(data))
    assert verify_file(tmp_path / "a.otf", trust=TRUST).state is State.TRUSTED


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    put(tmp_path, away__c2pa=store_of(b"Text."))
    put(inside, a__txt=b"Text.")
    (inside / "a.txt.c2pa").symlink_to(tmp_path / "away.c2pa")
    with pytest.raises(UnsafePathError):
        verify_file(inside / "a.txt", trust=TRUST)
    (inside / "a.txt.c2pa").unlink()
    put(inside, here__c2pa=store_of(b"Text."))
    (inside / "a.txt.c2pa").symlink_to(inside / "here.c2pa")
    assert verify_file(inside / "a.txt", trust=TRUST).state is State.TRUSTED


def linked(reference: str) -> tuple[bytes, bytes]:
    signed = provkit.sign_detailed(
        PAGE, Origin.human(), identities.signer(SIGNER), carriage=Carriage.LINK, reference=reference
    )
    assert signed.manifest is not None
    return signed.data, signed.manifest


def test_a_page_that_names_its_credential(tmp_path: Path) -> None:
    page, store = linked("credentials/a%20b.c2pa")
    (tmp_path / "credentials").mkdir()
    put(tmp_path, page__html=page)
    away = verify_file(tmp_path / "page.html", trust=TRUST)
    assert (away.state, away.remote) == ("unsigned", "credentials/a%20b.c2pa")
    (tmp_path / "credentials" / "a b.c2pa").write_bytes(store)
    verdict = verify_file(tmp_path / "page.html", trust=TRUST)
    assert (verdict.state, verdict.remote) == ("trusted", None)
    put(tmp_path, page__html=page.replace(b"Text", b"Test"))
    assert verify_file(tmp_path / "page.html", trust=TRUST).state is State.INVALID


@pytest.mark.parametrize(
    "reference",
    [
        "../../secret.c2pa",
        "..\\secret.c2pa",
        "C:\\secret.c2pa",
        "%2e%2e/secret.c2pa",
        "/etc/passwd",
        "a/%2e%2e/b",
    ],
)
def test_a_reference_out_of_the_folder(tmp_path: Path, reference: str) -> None:
    page, _ = linked("x" * len(reference))
    put(tmp_path, page__html=page.replace(b"x" * len(reference), reference.encode()))
    with pytest.raises(UnsafePathError):
        verify_file(tmp_path / "page.html", trust=TRUST)


def test_a_url_is_reported_and_nothing_else(tmp_path: Path) -> None:
    page, _ = linked("https://example.org/page.c2pa")
    put(tmp_path, page__html=page)
    verdict = verify_file(tmp_path / "page.html", trust=TRUST)
    assert (verdict.state, verdict.remote) == ("unsigned", "https://example.org/page.c2pa")
    assert "not fetched" in verdict.warnings[-1]


def test_the_store_beside_a_file_is_found(tmp_path: Path) -> None:
    put(tmp_path, a__txt=b"Text.")
    assert find_store(tmp_path / "a.txt") is None
    put(tmp_path, a__txt__c2pa=b"anything")
    assert find_store(tmp_path / "a.txt") == b"anything"


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError):
        verify_file(tmp_path / "a.txt")


@pytest.mark.parametrize("reference", ["//[", "http://[::1", "http://[zz]/", "%ff", "%80abc"])
def test_a_reference_that_is_none(tmp_path: Path, reference: str) -> None:
    page, _ = linked("x" * len(reference))
    put(tmp_path, page__html=page.replace(b"x" * len(reference), reference.encode()))
    with pytest.raises(UnsafePathError, match="no address"):
        verify_file(tmp_path / "page.html", trust=TRUST)


def test_an_empty_name() -> None:
    with pytest.raises(FileAccessError, match="empty"):
        verify_file("")
