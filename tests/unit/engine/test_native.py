from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime
from functools import lru_cache

import pytest

from provkit import Origin
from provkit.engine import native
from provkit.engine.manifest_definition import define
from provkit.errors import ConfigurationError, CredentialError, MalformedError, ProvkitError, UnsupportedError
from provkit.signers.base import Signer
from provkit.trust.store import TrustStore
from support.pki import Pki

# The engine has its own clock and judges by it.
NOW = datetime.now(UTC).replace(microsecond=0)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
TYPE = "image/svg+xml"


@lru_cache(maxsize=1)
def pki() -> Pki:
    from datetime import timedelta

    return Pki.make(start=NOW - timedelta(days=30), end=NOW + timedelta(days=300))


@lru_cache(maxsize=1)
def trust() -> TrustStore:
    return TrustStore.empty().with_anchors(pki().root_pem, name="house")


def sign(signer: Signer | None = None, data: bytes = SVG, media_type: str = TYPE) -> bytes:
    signer = signer or Signer.from_pem(pki().chain_pem, pki().key_pem)
    return native.sign(data, media_type, define(Origin.human(), media_type, NOW, version="0"), signer)


def state(data: bytes, store: TrustStore | None = None) -> str | None:
    report = native.read(data, TYPE, trust() if store is None else store)
    assert report is not None
    return report.state


def test_versions_are_those_that_were_tried() -> None:
    native.check_version(*native.versions())


@pytest.mark.parametrize(
    ("package", "library"),
    [("0.38.0", "0.91.3"), ("0.39.0", "0.91.3"), ("0.38.1", "0.92.0"), ("1.0", "0.91.0"), ("x", "y")],
)
def test_other_versions_are_refused(package: str, library: str) -> None:
    with pytest.raises(ConfigurationError, match="not tested") as caught:
        native.check_version(package, library)
    assert "pip install" in str(caught.value.hint)


def test_what_is_signed_reads_back() -> None:
    signed = sign()
    assert state(signed) == "Valid"
    assert state(signed, TrustStore.empty()) == "Valid"


def test_only_an_asset_without_a_credential_gives_none() -> None:
    assert native.read(SVG, TYPE, trust()) is None


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0\x10", b"garbage"])
def test_what_is_no_asset_is_an_error(data: bytes) -> None:
    with pytest.raises((MalformedError, UnsupportedError)):
        native.read(data, "image/png", trust())


def test_an_error_of_the_key_reaches_the_caller() -> None:
    def broken(message: bytes) -> bytes:
        raise RuntimeError("the token was pulled")

    with pytest.raises(CredentialError, match="callback failed") as caught:
        sign(Signer.from_callback(broken, pki().chain_pem, "ES256"))
    assert "token" not in str(caught.value)


def test_an_interrupt_during_signing_reaches_the_caller() -> None:
    class Interrupted(Signer):
        def sign(self, data: bytes) -> bytes:  # noqa: ARG002
            raise KeyboardInterrupt

    plain = Signer.from_pem(pki().chain_pem, pki().key_pem)
    with pytest.raises(KeyboardInterrupt):
        sign(Interrupted(plain.credential, plain.algorithm))


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG,
        b"<!DOCTYPE svg PUBLIC '[' \"x\" [ ]>" + SVG,
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.decode()).encode(
            "utf-16"
        ),
    ],
)
def test_an_svg_with_entities_is_not_signed(data: bytes) -> None:
    with pytest.raises(UnsupportedError, match="entities"):
        sign(data=data)


def test_an_svg_that_names_its_dtd_is_signed() -> None:
    public = (
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    assert state(sign(data=public + SVG)) == "Valid"


@pytest.mark.parametrize("media_type", ["application/pdf", "text/plain", "image/bmp"])
def test_other_types_are_refused(media_type: str) -> None:
    with pytest.raises(ProvkitError):
        sign(data=b"%PDF-1.4 no", media_type=media_type)


def test_what_is_supported() -> None:
    found = native.supported()
    for name in ("image/jpeg", "image/png", "image/webp", "image/tiff", "image/gif", "image/avif", TYPE):
        assert found[name] == (True, True)
    assert "application/pdf" not in found
    assert found["image/x-nikon-nef"] == native.Support(read=True, write=False)
    assert list(found) == sorted(found)


def test_contexts_are_kept_and_bounded() -> None:
    native._process.contexts.clear()
    signed = sign()
    for number in range(12):
        state(signed, TrustStore.empty().with_anchors(pki().root_pem, name=str(number)))
    assert len(native._process.contexts) <= 8


def test_one_context_serves_many_threads() -> None:
    signed = sign()
    native._process.contexts.clear()
    found: list[str | None] = []
    threads = [threading.Thread(target=lambda: found.append(state(signed))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["Valid"] * 8
    assert len(native._process.contexts) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_makes_its_own_contexts() -> None:
    signed = sign()
    assert state(signed) == "Valid"
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if state(signed) == "Valid" else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_pdf_is_not_read_after_a_fork_that_followed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native._process, "pdf_blocked", True)
    with pytest.raises(UnsupportedError, match="forked"):
        native.read(b"%PDF-1.4", "application/pdf", trust())


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own sockets; the native library is told to use none, which interop tests watch."""

    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert state(sign()) == "Valid"
