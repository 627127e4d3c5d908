"""Stapled OCSP responses, good and bad, part by part (RFC 6960, C2PA 2.4 §15.9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from provkit import TrustStore
from provkit.codes import StatusCode, StatusKind
from provkit.errors import LimitError
from provkit.limits import DEFAULT_LIMITS
from provkit.trust import revocation
from provkit.trust.credential import load_credential
from support.pki import DER, NOW, OCSP_SIGNING, PEM, Authority, Pki, key_usage, make_ca, make_leaf

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.pki import PrivateKey

PKI: Final = Pki.make()
CREDENTIAL: Final = load_credential(PKI.chain)
REVOKED: Final = StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED
FINE: Final = StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED
UNKNOWN: Final = StatusCode.SIGNING_CREDENTIAL_OCSP_UNKNOWN
SKIPPED: Final = StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED
DAY: Final = timedelta(days=1)


def usage(*oids: str) -> tuple[x509.ExtensionType, bool]:
    return x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in oids or (OCSP_SIGNING,)]), False


def delegate(
    issuer: Authority | None = None, algorithm: str = "ES256", **options: Any
) -> tuple[x509.Certificate, PrivateKey]:
    """A responder that an issuer asked to answer; that of the signer when None."""
    chosen = issuer or PKI.intermediate
    options = {"ekus": None, "extra": [usage()], "common_name": "Responder", **options}
    return make_leaf(chosen, algorithm=algorithm, **options)


def response(
    *,
    of: Pki = PKI,
    responder: tuple[x509.Certificate, PrivateKey] | None = None,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    this: datetime = NOW - DAY,
    following: datetime | None = NOW + DAY,
    since: datetime | None = None,
    reason: x509.ReasonFlags | None = None,
    certificate: x509.Certificate | None = None,
    issuer: Authority | None = None,
    certificates: tuple[x509.Certificate, ...] | None = None,
    named: ocsp.OCSPResponderEncoding = ocsp.OCSPResponderEncoding.HASH,
    binding: hashes.HashAlgorithm | None = None,
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> bytes:
    """An OCSP response; everything can be something else than it should be."""
    above = issuer or of.intermediate or of.root
    signer, key = responder or (above.certificate, above.key)
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=certificate or of.leaf,
            issuer=above.certificate,
            algorithm=binding or hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if since else status,
            this_update=this,
            next_update=following,
            revocation_time=since,
            revocation_reason=reason,
        )
        .responder_id(named, signer)
    )
    sent = certificates if certificates is not None else (signer,) if responder else ()
    if sent:
        builder = builder.certificates(list(sent))
    for value, critical in extra:
        builder = builder.add_extension(value, critical)
    edwards = type(key).__name__.startswith("Ed")
    return builder.sign(key, None if edwards else hashes.SHA256()).public_bytes(DER)


def ask(
    *responses: bytes,
    at: datetime = NOW,
    stamped: bool = False,
    trust: TrustStore | None = None,
    of: Pki = PKI,
    unlisted: bool = True,
) -> tuple[StatusCode, str]:
    credential = load_credential(of.chain)
    lists = trust or TrustStore.empty()
    ((code, why),) = revocation.verify(responses, credential, lists, at, stamped=stamped, unlisted=unlisted)
    assert why
    assert why.isprintable()
    return code, why


def test_nobody_speaks_for_a_signer_on_no_list() -> None:
    listed = TrustStore.empty().with_anchors(PKI.root_pem, name="a")
    friends = TrustStore.empty().with_allowed(PKI.leaf_pem, name="f")
    distrusted = listed.with_distrust(PKI.leaf_pem, name="d")
    for data, code in ((response(), FINE), (response(since=NOW - DAY), REVOKED)):
        for trust in (listed, friends, distrusted):
            assert ask(data, trust=trust, unlisted=False)[0] is code
        skipped, why = ask(data, unlisted=False)
        assert (skipped, "no list vouches" in why) == (SKIPPED, True)
    assert "revoked at" in ask(response(since=NOW - DAY), unlisted=False)[1]


def test_nothing_stapled() -> None:
    assert ask() == (SKIPPED, "no revocation information is stapled, and none was fetched")


@pytest.mark.parametrize("named", list(ocsp.OCSPResponderEncoding))
@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "Ed25519"])
def test_a_good_answer(algorithm: str, named: ocsp.OCSPResponderEncoding) -> None:
    for data in (
        response(responder=delegate(algorithm=algorithm), named=named),
        response(of=(own := Pki.make(algorithm)), named=named),
    ):
        of = PKI if data.find(b"Responder") >= 0 else own
        assert ask(data, of=of)[0] is FINE
        assert ask(data, of=Pki.make(common_name="Somebody Else"))[0] is SKIPPED
    for binding in (hashes.SHA256(), hashes.SHA384(), hashes.SHA512()):
        assert ask(response(binding=binding))[0] is FINE


def test_the_moment_that_counts_has_to_be_covered() -> None:
    data = response()
    for at, code in (
        (NOW - DAY, FINE),
        (NOW + DAY, FINE),
        (NOW - 2 * DAY, SKIPPED),
        (NOW + 2 * DAY, SKIPPED),
    ):
        assert ask(data, at=at)[0] is code
        assert ask(data, at=at, stamped=True)[0] is code
    assert "not about" in ask(data, at=NOW + 2 * DAY)[1]
    open_ended = response(this=NOW, following=None)
    assert ask(open_ended, at=NOW + DAY)[0] is FINE
    assert ask(open_ended, at=NOW + DAY + timedelta(seconds=1))[0] is SKIPPED


def test_revoked() -> None:
    since = NOW - timedelta(days=10)
    data = response(since=since, reason=x509.ReasonFlags.key_compromise)
    code, why = ask(data)
    assert (code, code.kind) == (REVOKED, StatusKind.FAILURE)
    assert f"{since:%Y-%m-%d %H:%M}" in why
    assert "keyCompromise" in why
    # A revocation stays: an old answer, and one younger than the moment asked about, count.
    for at in (NOW + 900 * DAY, since, since - DAY):
        assert ask(data, at=at)[0] is REVOKED
    # Unless a time stamp shows that it was signed before.
    assert ask(data, at=since - DAY, stamped=True)[0] is FINE
    for at in (since, since + DAY):
        assert ask(data, at=at, stamped=True)[0] is REVOKED
    bare = response(since=since)
    assert ask(bare) == (REVOKED, f"the signer's certificate was revoked at {since:%Y-%m-%d %H:%M} UTC")


def test_a_revocation_that_was_lifted() -> None:
    data = response(since=NOW - 10 * DAY, reason=x509.ReasonFlags.remove_from_crl)
    assert ask(data)[0] is FINE
    assert ask(data, at=NOW + 2 * DAY)[0] is SKIPPED
    held = response(since=NOW - 10 * DAY, reason=x509.ReasonFlags.certificate_hold)
    assert ask(held)[0] is REVOKED


def test_unknown_to_the_responder() -> None:
    code, _ = ask(response(status=ocsp.OCSPCertStatus.UNKNOWN))
    assert (code, code.kind) == (UNKNOWN, StatusKind.INFORMATIONAL)


def test_several_answers() -> None:
    good, bad = response(), response(since=NOW - DAY)
    unknown, foreign = response(status=ocsp.OCSPCertStatus.UNKNOWN), response(of=Pki.make())
    for several, code in (
        ((good, bad), REVOKED),
        ((bad, good), REVOKED),
        ((unknown, good), FINE),
        ((foreign, good), FINE),
        ((foreign, unknown), UNKNOWN),
        ((foreign, b"0\0"), SKIPPED),
    ):
        assert ask(*several)[0] is code


NAMED: Final = ocsp.OCSPResponderEncoding.NAME
STRANGER: Final = make_ca("Stranger")
OTHER: Final = make_leaf(PKI.intermediate, common_name="Other")[0]


def flipped(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", "not DER"),
        (lambda: b"no", "not DER"),
        (lambda: b"0\0", "cannot be read"),
        (lambda: response() + b"\0", "not DER"),
        (lambda: ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(DER), "could not answer"),
        (lambda: response(certificate=OTHER), "another certificate"),
        (lambda: response(issuer=STRANGER), "another certificate"),
        (lambda: response(responder=(STRANGER.certificate, STRANGER.key)), "did not ask"),
        (lambda: response(responder=delegate(STRANGER)), "did not ask"),
        (lambda: response(responder=delegate(extra=[])), "not meant for OCSP"),
        (lambda: response(responder=delegate(usage=key_usage())), "not meant for signatures"),
        (lambda: response(responder=delegate(end=NOW - DAY)), "not valid then"),
        (lambda: response(responder=delegate(sha1=True)), "did not ask|weak"),
        (lambda: response(responder=delegate(algorithm="RSA1024")), "weak"),
        (lambda: flipped(response(), -1), "not signed by its responder"),
        (lambda: response(responder=delegate(), certificates=()), "not signed|another responder"),
        (lambda: response(responder=delegate(), certificates=(delegate()[0], OTHER)), "no part in it"),
        (lambda: response(certificates=(PKI.root.certificate,)), "did not ask"),
        (lambda: response(responder=delegate(), named=NAMED).replace(b"Responder", b"Pesponder", 1), "another responder"),
        (lambda: response(extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True),)), "must be understood"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)  # fmt: skip
def test_answers_that_nobody_stands_behind(make: Callable[[], bytes], said: str) -> None:
    code, why = ask(make())
    assert (code, code.kind) == (SKIPPED, StatusKind.INFORMATIONAL)
    assert any(part in why for part in said.split("|")), why


def test_a_signature_by_sha1() -> None:
    own = Pki.make("PS256")
    data = response(of=own)
    assert ask(data, of=own)[0] is FINE
    sha256, sha1 = (bytes.fromhex(f"06092a864886f70d0101{end}") for end in ("0b", "05"))
    assert data.count(sha256) == 1
    code, why = ask(data.replace(sha256, sha1), of=own)
    assert (code, "not signed by its responder" in why) == (SKIPPED, True)


def test_extensions_that_need_not_be_understood() -> None:
    assert ask(response(extra=((x509.OCSPNonce(b"12345678"), False),)))[0] is FINE
    assert ask(response(certificates=(PKI.intermediate.certificate,)))[0] is FINE  # type: ignore[union-attr]


def test_the_issuer_may_be_a_listed_authority() -> None:
    alone = Pki.make(intermediate=False)
    data = response(of=alone)
    assert ask(data, of=alone)[0] is SKIPPED
    assert ask(data, of=alone, trust=TrustStore.empty().with_anchors(alone.root_pem, name="a"))[0] is FINE


def test_a_distrusted_responder() -> None:
    certificate, key = delegate()
    data = response(responder=(certificate, key), since=NOW - DAY)
    assert ask(data)[0] is REVOKED
    trust = TrustStore.empty().with_distrust(certificate.public_bytes(PEM), name="d")
    code, why = ask(data, trust=trust)
    assert (code, "distrusted responder" in why) == (SKIPPED, True)


def test_bounds() -> None:
    with pytest.raises(LimitError):
        ask(*[b"0\0"] * (DEFAULT_LIMITS.certificates + 1))
    with pytest.raises(LimitError):
        ask(bytes(DEFAULT_LIMITS.certificate_bytes + 1))
    # Larger than what is remembered, and still looked at.
    assert ask(bytes(DEFAULT_LIMITS.certificate_bytes))[0] is SKIPPED


@pytest.mark.parametrize("delegated", [False, True])
def test_no_change_of_a_response_keeps_what_it_says(*, delegated: bool) -> None:
    data = response(responder=delegate() if delegated else None)
    assert ask(data)[0] is FINE
    kept = [
        position
        for position in range(len(data))
        if ask(bytes((*data[:position], data[position] ^ 1 << position % 8, *data[position + 1 :])))[0]
        is not SKIPPED
    ]
    assert kept == []


def test_every_cut_is_nothing() -> None:
    data = response()
    assert {ask(data[:length])[0] for length in range(0, len(data), 7)} == {SKIPPED}
