"""Asking authorities, against OpenSSL's on loopback, and against ones that answer wrongly."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from asn1crypto import core, tsp
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

import provkit
from provkit import (
    BlockedError,
    ConfigurationError,
    CredentialError,
    Fetcher,
    FetchError,
    Origin,
    Purpose,
    Signer,
    TrustStore,
)
from provkit.carriers.carried import Carriage
from provkit.carriers.source import Memory
from provkit.signers.authorities import TimeStampAuthority, chosen, fetch_status
from support import pki
from support.authorities import Authorities
from support.tsa import Tsa
from unit.carriers.pdf.making import BODY, Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from provkit.verdict import Verdict

NOW: Final = datetime.now(UTC).replace(microsecond=0)
LIFE: Final[dict[str, Any]] = {"start": NOW - timedelta(days=2), "end": NOW + timedelta(days=30)}
TSA: Final = Tsa.make("PS256", **LIFE)
TEXT: Final = b"The quick brown fox jumps over the lazy dog.\n"
PAGE: Final = b"<!doctype html><html><head><title>x</title></head><body>x</body></html>\n"
PDF_TYPE: Final = "application/pdf"


def made(url: str | None = None, algorithm: str = "ES256", *, intermediate: bool = True) -> pki.Pki:
    """A signer whose certificate names a responder."""
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url or "http://unused.example/")
    )
    extra = [(x509.AuthorityInformationAccess([access]), False)] if url else ()
    return pki.Pki.make(algorithm, intermediate=intermediate, extra=extra, **LIFE)


PKI: Final = made()


def signer(of: pki.Pki = PKI) -> Signer:
    return Signer.from_pem(of.chain_pem, of.key_pem)


def lists(of: pki.Pki = PKI, *, clocks: bool = True) -> TrustStore:
    store = TrustStore.empty().with_anchors(of.root_pem, name="signers")
    return store.with_anchors(TSA.root.pem, name="clocks", purpose=Purpose.TIME_STAMPING) if clocks else store


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Authorities]:
    with Authorities(tmp_path, TSA) as running:
        yield running


def stamped(local: Authorities, data: bytes = TEXT, of: pki.Pki = PKI, **options: Any) -> bytes:
    return provkit.sign(
        data, Origin.human(), signer(of), time_stamper=TimeStampAuthority(local.url), **options
    )


def codes(verdict: Verdict) -> set[str]:
    about = ("timeStamp.", "signingCredential.ocsp.")
    return {str(code) for code in verdict.statuses.codes() if code.startswith(about)}


GOOD: Final = {"timeStamp.validated", "timeStamp.trusted", "signingCredential.ocsp.skipped"}


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (TEXT, "text/plain"),
        (PAGE, "text/html"),
        (b"# Title\n", "text/markdown"),
        (b"x = 1\n", "text/x-python"),
    ],
)
def test_signing_with_a_time_stamp(local: Authorities, data: bytes, media_type: str) -> None:
    signed = stamped(local, data, media_type=media_type)
    # In a text two requests in a hundred are asked for a second token, of another length.
    assert len(local.asked) in ((1, 2) if media_type == "text/plain" else (1,))
    found = provkit.verify(signed, trust=lists(), at=NOW + timedelta(days=3000))
    assert (found.state, codes(found), found.warnings) == ("trusted", GOOD, ())
    assert found.time is not None
    assert found.time.basis == "timestamped"
    assert NOW <= found.time.value <= datetime.now(UTC)


def test_a_pdf_and_a_sidecar(local: Authorities) -> None:
    signed = stamped(local, Made().update(BODY).data)
    assert provkit.verify(signed, trust=lists()).state == "trusted"
    apart = provkit.sign_detailed(
        Memory(b"{}"),
        Origin.human(),
        signer(),
        carriage=Carriage.SIDECAR,
        media_type="application/json",
        time_stamper=TimeStampAuthority(local.url),
    )
    found = provkit.verify(apart.data, manifest=apart.manifest, trust=lists())
    assert (found.state, codes(found)) == ("trusted", GOOD)
    assert len(local.asked) == 2


def test_the_request_asks_for_certificates_and_tells_no_content(local: Authorities) -> None:
    stamped(local)
    request = tsp.TimeStampReq.load(local.asked[0], strict=True)
    assert request["cert_req"].native is True
    assert request["nonce"].native is not None
    assert request["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert TEXT not in local.asked[0]


def test_an_unlisted_authority_is_told(local: Authorities) -> None:
    found = provkit.sign_detailed(TEXT, Origin.human(), signer(), time_stamper=TimeStampAuthority(local.url))
    assert [warning.partition(":")[0] for warning in found.warnings] == ["time-stamp"]
    unlisted = provkit.verify(found.data, trust=lists(clocks=False))
    assert (unlisted.state, codes(unlisted) - GOOD) == ("trusted", {"timeStamp.untrusted"})


def test_any_key_signs_with_a_time_stamp(local: Authorities) -> None:
    for algorithm in ("Ed25519", "PS256"):
        of = made(algorithm=algorithm)
        assert provkit.verify(stamped(local, of=of), trust=lists(of)).state == "trusted"


def reply_of(status: int) -> bytes:
    return bytes(core.Sequence.load(b"0\x0b0\x09\x02\x01" + bytes((status,)) + b"0\x04\x0c\x02n\x1b").dump())


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda _: b"", "form of RFC 3161"),
        (lambda _: b"<html>", "form of RFC 3161"),
        (lambda _: bytes(core.Integer(5).dump()), "form of RFC 3161"),
        (lambda reply: reply[:-1], "form of RFC 3161"),
        (lambda reply: reply + b"\0", "form of RFC 3161"),
        (lambda _: reply_of(2), "refuses: rejection; n[?]"),
        (lambda reply: reply[:-1] + bytes((reply[-1] ^ 1,)), "does not hold"),
    ],
    ids=["empty", "page", "number", "cut", "more", "rejection", "signature"],
)
def test_answers_that_are_no_time_stamp(
    local: Authorities, edit: Callable[[bytes], bytes], said: str
) -> None:
    local.edit = edit
    with pytest.raises(FetchError, match=said):
        stamped(local)


def test_an_answer_to_another_request(local: Authorities) -> None:
    first: list[bytes] = []
    local.edit = lambda reply: first[0] if first else (first.append(reply), reply)[1]  # type: ignore[func-returns-value]
    stamped(local)
    with pytest.raises(FetchError, match="nonce differs"):
        stamped(local)


def test_an_answer_too_large(local: Authorities) -> None:
    local.edit = lambda reply: reply + bytes(200_000)
    with pytest.raises(BlockedError, match="limit"):
        stamped(local)


def test_an_answer_of_another_status(local: Authorities) -> None:
    local.status = 503
    with pytest.raises(FetchError, match="status 503"):
        stamped(local)


def test_nobody_there(tmp_path: Path) -> None:
    with Authorities(tmp_path, TSA) as local:
        url = local.url
    with pytest.raises(FetchError):
        provkit.sign(TEXT, Origin.human(), signer(), time_stamper=TimeStampAuthority(url))


def test_rules_for_a_chosen_address() -> None:
    rules = chosen("http://one.example:8080/tsa")
    assert (rules.schemes, rules.ports, rules.allow_private, rules.redirects) == (
        ("https", "http"),
        (8080,),
        True,
        0,
    )
    for url in ("ftp://one.example/", "one.example", "https://user@one.example/"):
        with pytest.raises(BlockedError):
            chosen(url)
    # The metadata of clouds are refused as ever.
    with pytest.raises(BlockedError, match="not a public"):
        TimeStampAuthority("http://169.254.169.254/")(b"x")
    authority = TimeStampAuthority("https://one.example/", Fetcher())
    assert pickle.loads(pickle.dumps(authority)) == authority


# Functions of the caller's own


def test_a_function_that_stamps() -> None:
    for make in (TSA.token, lambda *given: _response(TSA.token(*given))):
        signed = provkit.sign(
            TEXT, Origin.human(), signer(), time_stamper=lambda message, make=make: make(message, NOW)
        )
        found = provkit.verify(signed, trust=lists())
        assert found.time is not None
        assert (found.state, found.time.value) == ("trusted", NOW)


def _response(token: bytes) -> bytes:
    from support.tsa import response

    return response(token)


@pytest.mark.parametrize("more", [12_000])
@pytest.mark.parametrize(("data", "media_type"), [(TEXT, "text/plain"), (PAGE, "text/html")])
def test_a_token_larger_than_most(data: bytes, media_type: str, more: int) -> None:
    """There is room for it the second time."""
    asked: list[bytes] = []

    def stamp(message: bytes) -> bytes:
        asked.append(message)
        return TSA.token(
            message, NOW, info={"extensions": [{"extn_id": "1.2.3", "extn_value": b"\xff" * more}]}
        )

    signed = provkit.sign(data, Origin.human(), signer(), media_type=media_type, time_stamper=stamp)
    assert provkit.verify(signed, trust=lists()).state == "trusted"
    assert len(asked) in (2, 3)


@pytest.mark.parametrize(
    ("stamper", "error", "said"),
    [
        (lambda message: TSA.token(message + b"!", NOW), FetchError, "over other bytes"),
        (lambda message: TSA.token(message, NOW + timedelta(days=31)), FetchError, "not valid at"),
        (lambda message: TSA.token(message, NOW)[:-1], FetchError, "cannot be used"),
        (lambda _: "text", CredentialError, "returned str"),
        (lambda _: 1 / 0, CredentialError, "ZeroDivisionError"),
    ],
)
def test_functions_that_do_not_stamp(
    stamper: Callable[[bytes], Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        provkit.sign(TEXT, Origin.human(), signer(), time_stamper=stamper)


def test_a_clock_outside_the_validity_of_the_signer() -> None:
    old = Tsa.make("PS256", start=NOW - timedelta(days=900), end=NOW + timedelta(days=30))
    with pytest.raises(FetchError, match="signer's certificate is not valid") as caught:
        provkit.sign(
            TEXT,
            Origin.human(),
            signer(),
            time_stamper=lambda message: old.token(message, NOW - timedelta(days=100)),
        )
    assert "clock" in str(caught.value.hint)


# Revocation


def test_stapling(local: Authorities) -> None:
    of = made(local.url)
    assert of.intermediate is not None
    local.knows(of.leaf, of.intermediate)
    stapled = fetch_status(signer(of))
    signed = stamped(local, of=of, stapled=stapled)
    found = provkit.verify(signed, trust=lists(of), at=NOW + timedelta(days=3000))
    assert (found.state, codes(found)) == (
        "trusted",
        {"timeStamp.validated", "timeStamp.trusted", "signingCredential.ocsp.notRevoked"},
    )
    # Without a list for time stamps it is about another day than the one asked about.
    later = provkit.verify(signed, trust=lists(of, clocks=False), at=NOW + timedelta(days=3))
    assert "signingCredential.ocsp.skipped" in codes(later)


def test_a_delegated_responder_and_a_root_that_issues(local: Authorities) -> None:
    of = made(local.url, intermediate=False)
    ekus = x509.ExtendedKeyUsage([x509.ObjectIdentifier(pki.OCSP_SIGNING)])
    responder = pki.make_leaf(of.root, ekus=None, extra=[(ekus, False)], algorithm="ES384", **LIFE)
    local.knows(of.leaf, of.root, responder=responder)
    with pytest.raises(CredentialError, match="issuer of the certificate is not at hand"):
        fetch_status(signer(of))
    stapled = fetch_status(signer(of), issuers=of.root_pem)
    found = provkit.verify(stamped(local, of=of, stapled=stapled), trust=lists(of))
    assert "signingCredential.ocsp.notRevoked" in codes(found)


def test_a_revoked_certificate_signs_nothing(local: Authorities) -> None:
    of = made(local.url)
    assert of.intermediate is not None
    local.knows(of.leaf, of.intermediate, revoked=NOW - timedelta(hours=1))
    with pytest.raises(CredentialError, match=r"revoked at .*keyCompromise"):
        fetch_status(signer(of))


def test_a_responder_that_does_not_know(local: Authorities) -> None:
    of, other = made(local.url), made()
    assert of.intermediate is not None
    local.knows(other.leaf, of.intermediate)
    with pytest.raises(FetchError, match="does not know"):
        fetch_status(signer(of))
    local.edit = lambda _: b"no"
    with pytest.raises(FetchError, match="not DER"):
        fetch_status(signer(of))
    local.status = 404
    with pytest.raises(FetchError, match="status 404"):
        fetch_status(signer(of))


def test_no_responder_and_damaged_issuers() -> None:
    with pytest.raises(CredentialError, match="names no OCSP responder"):
        fetch_status(signer())
    with pytest.raises(CredentialError, match="cannot be read"):
        fetch_status(signer(), issuers=b"-----BEGIN CERTIFICATE-----\n")


def test_stapling_needs_a_time_stamp() -> None:
    with pytest.raises(ConfigurationError, match="with a time stamp only"):
        provkit.sign(TEXT, Origin.human(), signer(), stapled=b"0\0")
