"""Signing: what is refused, and what is said about what was done."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

import provkit
from interop import identities
from provkit import (
    AlreadySignedError,
    ConfigurationError,
    CredentialError,
    LimitError,
    Limits,
    MalformedError,
    Origin,
    Signer,
    UnsupportedError,
)
from provkit.carriers.carried import Carriage
from support import forge, pki

SIGNER = "ES256"


def sign(data: bytes, **options: object) -> bytes:
    return provkit.sign(data, Origin.human(), identities.signer(SIGNER), **options)  # type: ignore[arg-type]


def test_already_signed() -> None:
    signed = sign(b"Text.\n")
    for data in (
        signed,
        signed + b"more",
        b"x" + signed[9:],
        signed[:-4],
        b"Text." + signed[9:],
        b"x" + forge.wrap(b"", version=2),
    ):
        with pytest.raises(AlreadySignedError) as caught:
            sign(data)
        assert "strip" in str(caught.value.hint)


def test_strip_then_sign_again() -> None:
    signed = sign(b"Text.\n")
    assert provkit.strip(signed) == b"Text.\n"
    assert provkit.verify(sign(provkit.strip(signed)), trust=identities.trust(SIGNER)).state == "trusted"
    assert provkit.strip(b"Text.\n") == b"Text.\n"


def test_nfc_is_said() -> None:
    accents = "Crème brûlée"
    plain = provkit.sign_detailed(accents.encode(), Origin.human(), identities.signer(SIGNER))
    assert not plain.normalized
    decomposed = unicodedata.normalize("NFD", accents).encode()
    changed = provkit.sign_detailed(decomposed, Origin.human(), identities.signer(SIGNER))
    assert changed.normalized
    assert provkit.strip(changed.data) == accents.encode()


def test_hidden_characters_are_counted() -> None:
    hidden = provkit.sign_detailed(
        "Te\U000e0041xt\u202e.".encode(), Origin.human(), identities.signer(SIGNER)
    )
    assert hidden.hidden_characters == 2
    assert (
        provkit.sign_detailed(
            "Done \u2714\ufe0f".encode(), Origin.human(), identities.signer(SIGNER)
        ).hidden_characters
        == 0
    )


@pytest.mark.parametrize(
    "media_type",
    [
        "image/png",
        "application/pdf",
        "nonsense",
        "TEXT/PLAIN ",
    ],
)
def test_other_media_types_are_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedError):
        sign(b"Text.\n", media_type=media_type)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\xff\xfeT\0", UnsupportedError),
        (b"%PDF-1.7", MalformedError),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), MalformedError),
        ("Grüße".encode("latin-1"), MalformedError),
        (b"<svg/>", MalformedError),
    ],
)
def test_what_is_no_text(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        sign(data)


def test_limit() -> None:
    with pytest.raises(LimitError):
        sign(b"x" * 100, limits=Limits(text_bytes=99))


@pytest.mark.parametrize(
    "shift", [timedelta(days=-300), timedelta(days=300)], ids=["expired", "not yet valid"]
)
def test_certificate_outside_its_validity(shift: timedelta) -> None:
    now = datetime.now(UTC)
    made = pki.Pki.make(start=now + shift, end=now + shift + timedelta(days=1))
    with pytest.raises(CredentialError, match="valid"):
        provkit.sign(b"x", Origin.human(), Signer.from_pem(made.chain_pem, made.key_pem))


def test_callback_with_another_key() -> None:
    made, other = identities.identity("Ed25519"), forge.Credential.load
    credential = other(made.chain_pem, made.key_pem, "Ed25519")
    good = Signer.from_callback(credential.sign, made.chain_pem)
    assert (
        provkit.verify(provkit.sign(b"x", Origin.human(), good), trust=identities.trust("Ed25519")).state
        == "trusted"
    )
    bad = Signer.from_callback(lambda _: bytes(64), made.chain_pem)
    with pytest.raises(CredentialError):
        provkit.sign(b"x", Origin.human(), bad)


def test_when() -> None:
    moment = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    verdict = provkit.verify(sign(b"x", when=moment))
    assert verdict.time is not None
    assert (verdict.time.value, verdict.time.basis) == (moment, "claimed")
    assert provkit.verify(sign(b"x", when=None)).time is None


def test_json_is_signed_beside() -> None:
    with pytest.raises(ConfigurationError, match="file of its own"):
        sign(b"{}", media_type="application/json")
    signed = provkit.sign_detailed(
        b'{"a": 1}', Origin.synthetic(), identities.signer(SIGNER), media_type="application/json"
    )
    assert signed.data == b'{"a": 1}'
    verdict = provkit.verify(signed.data, manifest=signed.manifest, trust=identities.trust(SIGNER))
    assert (verdict.state, verdict.carrier) == ("trusted", "sidecar")
    changed = provkit.verify(b'{"a": 2}', manifest=signed.manifest, trust=identities.trust(SIGNER))
    assert changed.state == "invalid"
    assert provkit.verify(signed.data).state == "unsigned"


@pytest.mark.parametrize(
    "data", [b"OTTO\0\1" + bytes(40), b"\xff\xfeT\0", "Grüße".encode("latin-1"), b"Text"]
)
def test_any_bytes_have_room_for_a_sidecar(data: bytes) -> None:
    signed = provkit.sign_detailed(data, Origin.human(), identities.signer(SIGNER), carriage=Carriage.SIDECAR)
    assert signed.data == data
    assert provkit.verify(data, manifest=signed.manifest, trust=identities.trust(SIGNER)).state == "trusted"


def test_no_sidecar_beside_what_carries_a_credential() -> None:
    with pytest.raises(AlreadySignedError, match="counts more"):
        provkit.sign_detailed(
            sign(b"Text."), Origin.human(), identities.signer(SIGNER), carriage=Carriage.SIDECAR
        )


def test_a_credential_in_the_asset_counts_more_than_one_beside_it() -> None:
    data = sign(b"Text.")
    other = provkit.sign_detailed(
        b"Text.", Origin.synthetic(), identities.signer(SIGNER), carriage=Carriage.SIDECAR
    )
    verdict = provkit.verify(data, manifest=other.manifest, trust=identities.trust(SIGNER))
    assert (verdict.carrier, verdict.origin.cls) == ("text", "human")


def test_a_sidecar_is_resigned_with_its_history() -> None:
    signer = identities.signer(SIGNER)
    first = provkit.sign_detailed(b"{}", Origin.human(), signer, media_type="application/json")
    second = provkit.sign_detailed(
        b"{}",
        Origin.ai_assisted(),
        signer,
        media_type="application/json",
        resign=True,
        manifest=first.manifest,
    )
    verdict = provkit.verify(b"{}", manifest=second.manifest, trust=identities.trust(SIGNER))
    assert verdict.state == "trusted"
    assert [one.relationship for one in verdict.ingredients] == ["parentOf"]
