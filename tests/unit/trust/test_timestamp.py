from __future__ import annotations

import hashlib
import pickle
import random
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

import cbor2
import pytest
from asn1crypto import cms, core
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from provkit import Purpose, TrustStore, media
from provkit.carriers import containers
from provkit.carriers.source import Memory
from provkit.codes import StatusCode, StatusKind
from provkit.errors import LimitError, ProvkitError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.manifest import store as stores
from provkit.trust import timestamp, token
from provkit.trust.timestamp import TimeStampFinding, verify
from support import testfiles
from support.pki import (
    DER,
    NOW,
    OCSP_SIGNING,
    PEM,
    Pki,
    key_usage,
    make_ca,
    make_leaf,
)
from support.tsa import Tsa, for_stamps, response

MESSAGE: Final = b"what was stamped"
VALIDATED: Final = StatusCode.TIME_STAMP_VALIDATED
TRUSTED: Final = StatusCode.TIME_STAMP_TRUSTED
UNTRUSTED: Final = StatusCode.TIME_STAMP_UNTRUSTED
MALFORMED: Final = StatusCode.TIME_STAMP_MALFORMED
MISMATCH: Final = StatusCode.TIME_STAMP_MISMATCH
OUTSIDE: Final = StatusCode.TIME_STAMP_OUTSIDE_VALIDITY
CREDENTIAL: Final = StatusCode.TIME_STAMP_CREDENTIAL_INVALID


@lru_cache(maxsize=8)
def authority(algorithm: str = "PS256", *, intermediate: bool = True) -> Tsa:
    """The same authority each time it is asked for."""
    return Tsa.make(algorithm, intermediate=intermediate)


def listed(*pems: bytes, purpose: Purpose = Purpose.TIME_STAMPING) -> TrustStore:
    return TrustStore.empty().with_anchors(b"".join(pems), name="clocks", purpose=purpose)


def ask(data: bytes, tsa: Tsa, message: bytes = MESSAGE) -> TimeStampFinding:
    """The answer where the authority's root is listed."""
    return verify(data, message, listed(tsa.root.pem))


def codes(found: TimeStampFinding) -> list[StatusCode]:
    return [code for code, _ in found.statuses]


def refused(found: TimeStampFinding, code: StatusCode) -> None:
    assert codes(found) == [code]
    assert code.kind is StatusKind.INFORMATIONAL
    assert (found.moment, found.trusted) == (None, False)
    assert found.problem


@pytest.mark.parametrize(
    ("algorithm", "options"),
    [
        ("PS256", {}),
        ("PS256", {"digest": "sha384", "imprint": "sha512"}),
        ("PS256", {"named": "rsassa_pkcs1v15"}),
        ("PS256", {"named": "rsassa_pkcs1v15", "digest": "sha512"}),
        ("PS256", {"pss": True}),
        ("PS256", {"pss": True, "digest": "sha384"}),
        ("ES256", {}),
        ("ES256", {"digest": "sha512"}),
        ("ES384", {"digest": "sha384"}),
        ("ES512", {"digest": "sha512"}),
        ("Ed25519", {"digest": "sha512"}),
    ],
)
@pytest.mark.parametrize("whole", [False, True], ids=["token", "response"])
def test_every_kind_of_signature(algorithm: str, options: dict[str, Any], *, whole: bool) -> None:
    tsa = Tsa.make(algorithm)
    data = tsa.token(MESSAGE, NOW, **options)
    found = ask(response(data) if whole else data, tsa)
    assert codes(found) == [VALIDATED, TRUSTED]
    assert (found.moment, found.trusted, found.problem) == (NOW, True, None)
    assert "Time Stamper" in found.statuses[0][1]
    assert "'clocks'" in found.statuses[1][1]
    assert pickle.loads(pickle.dumps(found)) == found
    refused(ask(data, tsa, MESSAGE + b"!"), MISMATCH)


def test_the_imprint_is_asked_for_each_time() -> None:
    tsa = Tsa.make()
    data = tsa.token(MESSAGE, NOW)
    trust = listed(tsa.root.pem)
    assert [verify(data, message, trust).trusted for message in (MESSAGE, b"", MESSAGE)] == [
        True,
        False,
        True,
    ]


def test_an_authority_on_no_list() -> None:
    tsa = Tsa.make()
    data = tsa.token(MESSAGE, NOW)
    signers = listed(tsa.root.pem, purpose=Purpose.CLAIM_SIGNING)
    for trust in (TrustStore.empty(), TrustStore.bundled(), signers, listed(make_ca("Other").pem)):
        found = verify(data, MESSAGE, trust)
        assert codes(found) == [VALIDATED, UNTRUSTED]
        assert (found.moment, found.trusted) == (NOW, False)
    allowed = TrustStore.empty().with_allowed(tsa.certificate.public_bytes(PEM), name="allowed")
    assert not verify(data, MESSAGE, allowed).trusted, "a list of allowed signers says nothing of clocks"


def test_an_intermediate_may_be_listed() -> None:
    tsa = Tsa.make()
    data = tsa.token(MESSAGE, NOW)
    assert verify(data, MESSAGE, listed(tsa.issuer.pem)).trusted
    alone = tsa.token(MESSAGE, NOW, certificates=tsa.chain()[:1])
    assert verify(alone, MESSAGE, listed(tsa.issuer.pem)).trusted
    assert not ask(alone, tsa).trusted, "the way to the root is missing"


def test_the_order_of_certificates_is_free() -> None:
    tsa = Tsa.make()
    for certificates in (tsa.chain()[::-1], (tsa.root.der, *tsa.chain())):
        assert ask(tsa.token(MESSAGE, NOW, certificates=certificates), tsa).trusted


def test_a_certificate_with_no_part_in_it() -> None:
    tsa = Tsa.make()
    for stranger in (make_ca("Stranger").der, Pki.make().chain[0]):
        found = ask(tsa.token(MESSAGE, NOW, certificates=(*tsa.chain(), stranger)), tsa)
        assert codes(found) == [VALIDATED, UNTRUSTED]
        assert "no part in it" in found.statuses[-1][1]


def test_a_certificate_above_the_listed_authority() -> None:
    """Large authorities send along what an older root, on no list, once gave to their own."""
    tsa = Tsa.make()
    older = make_ca("Older Root")
    cross = make_ca("Time Root", issuer=older)
    data = tsa.token(MESSAGE, NOW, certificates=(*tsa.chain(), cross.der))
    assert ask(data, tsa).trusted
    assert verify(data, MESSAGE, listed(tsa.issuer.pem)).trusted
    higher = tsa.token(MESSAGE, NOW, certificates=(*tsa.chain(), cross.der, make_ca("Older Root").der))
    assert ask(higher, tsa).trusted
    odd = make_ca("Odd Root")
    between = make_ca("Older Root", issuer=odd)
    found = ask(tsa.token(MESSAGE, NOW, certificates=(*tsa.chain(), cross.der, between.der)), tsa)
    assert "nobody listed has signed" in (found.problem or "")


def test_distrust() -> None:
    tsa = Tsa.make()
    data = tsa.token(MESSAGE, NOW)
    for pem in (tsa.certificate.public_bytes(PEM), tsa.issuer.pem, tsa.root.pem):
        found = verify(data, MESSAGE, listed(tsa.root.pem).with_distrust(pem, name="burnt"))
        assert codes(found) == [VALIDATED, UNTRUSTED]
        assert found.moment is None
        assert "'burnt'" in (found.problem or "")


def test_judged_at_the_moment_stamped() -> None:
    long_ago = NOW - timedelta(days=200)
    tsa = Tsa.make(start=NOW - timedelta(days=300), end=NOW - timedelta(days=100))
    assert ask(tsa.token(MESSAGE, long_ago), tsa).moment == long_ago
    for at in (NOW, NOW - timedelta(days=350)):
        refused(ask(tsa.token(MESSAGE, at), tsa), OUTSIDE)
    ended = make_ca("Short CA", issuer=tsa.root, end=NOW - timedelta(days=250))
    certificate, _ = make_leaf(
        ended, algorithm="PS256", ekus=None, extra=[for_stamps()], start=NOW - timedelta(days=300)
    )
    late = Tsa(tsa.root, ended, certificate, tsa.key).token(MESSAGE, long_ago)
    assert codes(ask(late, tsa)) == [VALIDATED, UNTRUSTED]


@pytest.mark.parametrize(
    "leaf",
    [
        {"extra": ()},
        {"extra": [for_stamps(critical=False)]},
        {"extra": [for_stamps(OCSP_SIGNING)]},
        {"extra": (), "ekus": ["1.3.6.1.5.5.7.3.4"]},
        {"usage": key_usage(cert_sign=True)},
        {"usage": key_usage()},
        {"basic": x509.BasicConstraints(ca=True, path_length=None)},
        {"algorithm": "RSA1024"},
        {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), b"\x30\x05"), True)]},
    ],
    ids=[
        "no-eku",
        "not-critical",
        "two-ekus",
        "signer",
        "cert-sign",
        "no-ds",
        "ca",
        "rsa-1024",
        "unreadable",
    ],
)
def test_certificates_that_may_not_stamp(leaf: dict[str, Any]) -> None:
    tsa = Tsa.make(leaf.pop("algorithm", "PS256"), **leaf)
    refused(ask(tsa.token(MESSAGE, NOW), tsa), CREDENTIAL)


def test_a_signer_of_claims_stamps_nothing() -> None:
    pki = Pki.make("PS256")
    assert pki.intermediate is not None
    forged = Tsa(pki.root, pki.intermediate, pki.leaf, pki.key).token(MESSAGE, NOW)
    both = listed(pki.root.pem).with_anchors(pki.root.pem, name="signers")
    refused(verify(forged, MESSAGE, both), CREDENTIAL)


def test_another_certificate_than_the_one_that_signed() -> None:
    tsa, other = Tsa.make(), Tsa.make(common_name="Other Stamper")
    swapped = replaced_certificate(tsa.token(MESSAGE, NOW), other)
    refused(ask(swapped, tsa), CREDENTIAL)
    # Named rightly in the signed attributes too, but the key is another one.
    wrong_key = Tsa.make("ES256").with_certificate(tsa.certificate).token(MESSAGE, NOW, named="sha256_rsa")
    refused(ask(wrong_key, tsa), MISMATCH)
    refused(ask(Tsa.make("ES256").with_certificate(tsa.certificate).token(MESSAGE, NOW), tsa), MISMATCH)


def replaced_certificate(data: bytes, other: Tsa) -> bytes:
    """The token with another authority's certificate, named as its signer."""
    content = cms.ContentInfo.load(data)
    fresh = cms.ContentInfo.load(other.token(MESSAGE, NOW))["content"]
    signed = content["content"]
    signed["certificates"] = fresh["certificates"]
    signed["signer_infos"][0]["sid"] = fresh["signer_infos"][0]["sid"]
    return bytes(content.dump(force=True))


def test_a_changed_time() -> None:
    tsa = Tsa.make()
    data = tsa.token(MESSAGE, NOW)
    old, new = NOW.strftime("%Y%m%d%H%M%SZ").encode(), b"20260101000000Z"
    assert old in data
    refused(ask(data.replace(old, new), tsa), MISMATCH)


def attributes(**changes: Any) -> dict[str, Any]:
    """Signed attributes with changes; None removes one."""

    def edit(values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**values, **changes}.items() if value is not None}

    return {"edit_attributes": edit}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (attributes(message_digest=bytes(32)), MISMATCH),
        (attributes(content_type="data"), MALFORMED),
        (attributes(content_type=None), MALFORMED),
        (attributes(message_digest=None), MALFORMED),
        (attributes(signing_certificate_v2=None), MALFORMED),
        (attributes(signing_certificate={"certs": [{"cert_hash": bytes(20)}]}), CREDENTIAL),
        (attributes(signing_certificate_v2={"certs": [{"cert_hash": bytes(32)}]}), CREDENTIAL),
        (attributes(signing_certificate_v2={"certs": []}), MALFORMED),
        ({"edit_signature": lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])}, MISMATCH),
        ({"edit_signature": lambda _: b""}, MISMATCH),
        ({"digest": "sha1"}, MALFORMED),
        ({"imprint": "sha1"}, MALFORMED),
        ({"named": "sha384_rsa"}, MALFORMED),
        ({"named": "sha256_dsa"}, MALFORMED),
        ({"info": {"version": 2}}, MALFORMED),
        ({"info": {"extensions": [{"extn_id": "1.2.3", "critical": True, "extn_value": b""}]}}, MALFORMED),
        ({"signed": {"version": "v1"}}, MALFORMED),
        ({"signed": {"digest_algorithms": [{"algorithm": "sha512"}]}}, MALFORMED),
        ({"signed": {"signer_infos": []}}, MALFORMED),
        ({"signer": {"version": "v3"}}, MALFORMED),
        ({"signer": {"unsigned_attrs": [{"type": "1.2.3", "values": [core.Null()]}]}}, MALFORMED),
        ({"certificates": ()}, MALFORMED),
    ],
)
def test_tokens_that_do_not_hold(options: dict[str, Any], code: StatusCode) -> None:
    tsa = Tsa.make()
    refused(ask(tsa.token(MESSAGE, NOW, **options), tsa), code)


def test_a_certificate_sent_twice() -> None:
    tsa = Tsa.make()
    refused(ask(tsa.token(MESSAGE, NOW, certificates=(*tsa.chain(), tsa.chain()[1])), tsa), MALFORMED)


def test_older_binding_to_the_certificate() -> None:
    tsa = Tsa.make()
    digest = hashlib.sha1(tsa.certificate.public_bytes(DER), usedforsecurity=False).digest()
    older = {"certs": [{"cert_hash": digest}]}
    for changes in (
        {"signing_certificate": older},
        {"signing_certificate": older, "signing_certificate_v2": None},
    ):
        assert ask(tsa.token(MESSAGE, NOW, **attributes(**changes)), tsa).trusted


def test_named_by_its_key() -> None:
    tsa = Tsa.make(
        extra=[for_stamps(), (x509.SubjectKeyIdentifier(b"the key"), False)],
    )
    sid = cms.SignerIdentifier("subject_key_identifier", b"the key")
    assert ask(tsa.token(MESSAGE, NOW, signer={"sid": sid, "version": "v3"}), tsa).trusted
    refused(ask(tsa.token(MESSAGE, NOW, signer={"sid": sid, "version": "v1"}), tsa), MALFORMED)
    other = cms.SignerIdentifier("subject_key_identifier", b"another")
    refused(ask(tsa.token(MESSAGE, NOW, signer={"sid": other, "version": "v3"}), tsa), MALFORMED)


def test_fractions_of_seconds() -> None:
    tsa = Tsa.make()
    at = NOW.replace(microsecond=250_000)
    assert ask(tsa.token(MESSAGE, at), tsa).moment == at


@pytest.mark.parametrize(
    "status",
    [
        {"status": "granted_with_mods"},
        {"status": "rejection"},
        {"status_string": ["well done"]},
        {"fail_info": {"bad_alg"}},
    ],
)
def test_responses_that_do_not_plainly_grant(status: dict[str, Any]) -> None:
    tsa = Tsa.make()
    refused(ask(response(tsa.token(MESSAGE, NOW), **status), tsa), MALFORMED)


def test_one_spelling() -> None:
    tsa = Tsa.make()
    data = tsa.token(MESSAGE, NOW)
    body = data[4:]
    assert data[:2] == b"\x30\x82"
    for other in (
        data + b"\0",
        data + data,
        data[:-1],
        b"",
        b"\x30\x00",
        b"\x30\x80" + body + b"\0\0",  # indefinite length
        b"\x30\x83\0" + data[2:4] + body,  # length in more bytes than it takes
        body,
        response(data) + b"\0",
        response(data)[:-1],
    ):
        refused(ask(other, tsa), MALFORMED)


@pytest.mark.parametrize(
    ("data", "good"),
    [
        ("0500", True),
        ("3003020101", True),
        ("31050101ff0500", True),
        ("010101", False),
        ("02020001", False),
        ("0202ff80", False),
        ("0200", False),
        ("02020080", True),
        ("0300", False),
        ("030100", True),
        ("030101", False),
        ("030201fe", True),
        ("030201ff", False),
        ("03020800", False),
        ("050100", False),
        ("06022a03", True),
        ("06032a8003", False),
        ("0602802a", False),
        ("06012a86", False),
        ("0600", False),
        ("060186", False),
        ("0000", False),
        ("1000", False),
        ("24020400", False),
        ("1f0100", False),
        ("30800000", False),
        ("30810100", False),
        ("3081", False),
        ("30", False),
        ("3001", False),
        ("a00205000500", False),
        ("a0020500", True),
        ("", False),
        ("3085000000000100", False),
    ],
)
def test_der(data: str, *, good: bool) -> None:
    assert token.is_der(bytes.fromhex(data)) is good


def test_bounds() -> None:
    nested = b""
    for _ in range(40):
        nested = b"\x30" + bytes([len(nested)]) + nested
    assert not token.is_der(nested)
    many = b"\x05\x00" * 30_000
    assert not token.is_der(b"\x30\x82" + len(many).to_bytes(2, "big") + many)
    tsa = Tsa.make()
    data = tsa.token(MESSAGE, NOW)
    for limits in (Limits(certificates=1), Limits(certificate_bytes=100), Limits(certificate_bytes=500)):
        with pytest.raises(LimitError):
            verify(data, MESSAGE, listed(tsa.root.pem), limits)


def test_a_long_token_is_judged_but_not_remembered() -> None:
    tsa = Tsa.make()
    long = tsa.token(MESSAGE, NOW, info={"extensions": [{"extn_id": "1.2.3", "extn_value": bytes(40_000)}]})
    timestamp._examine.cache_clear()
    assert ask(long, tsa).trusted
    assert timestamp._examine.cache_info().currsize == 0
    ask(tsa.token(MESSAGE, NOW), tsa)
    assert timestamp._examine.cache_info().currsize == 1


@pytest.mark.slow
def test_every_byte_of_a_token() -> None:
    """One change has no effect: RSA has two names, and both are in use (RFC 3370 §3.2)."""
    draw = random.Random(7)
    for tsa, expected in (
        (authority("Ed25519", intermediate=False), []),
        (authority(intermediate=False), [(0x0B, 0x01)]),
    ):
        data = response(tsa.token(MESSAGE, NOW))
        trust = listed(tsa.root.pem)
        assert verify(data, MESSAGE, trust).trusted
        kept = []
        for position, byte in enumerate(data):
            for value in {0x01, byte ^ (1 << draw.randrange(8))} - {byte}:
                changed = data[:position] + bytes([value]) + data[position + 1 :]
                if verify(changed, MESSAGE, trust).trusted:
                    kept.append((byte, value))
        assert kept == expected


@pytest.mark.slow
def test_every_byte_of_a_token_with_its_way_to_the_root() -> None:
    tsa = authority("Ed25519")
    data = tsa.token(MESSAGE, NOW, certificates=(*tsa.chain(), tsa.root.der))
    draw = random.Random(8)
    for trust in (listed(tsa.root.pem), listed(tsa.issuer.pem)):
        assert verify(data, MESSAGE, trust).trusted
        for position, byte in enumerate(data):
            other = byte ^ draw.choice((1, 0x20, 0x80, draw.randrange(1, 256)))
            changed = data[:position] + bytes([other]) + data[position + 1 :]
            assert not verify(changed, MESSAGE, trust).trusted, position


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 6), st.binary(max_size=6)), max_size=4))
def test_any_bytes_give_an_answer(edits: list[tuple[int, int, bytes]]) -> None:
    tsa = authority()
    good = response(tsa.token(MESSAGE, NOW))
    data = bytearray(good)
    for start, length, new in edits:
        at = start % (len(data) + 1)
        data[at : at + length] = new
    try:
        found = ask(bytes(data), tsa)
    except ProvkitError:
        return
    assert found.trusted == (found.problem is None)
    assert found.statuses
    assert not found.trusted or len(data) == len(good)


# ------------------------------------------------------------------ tokens of the field

DIFFERENT: Final = {
    # The authority's certificate has characters in its name that a PrintableString has not.
    "files/cawg/ims_multiple_manifests.jpg": [CREDENTIAL],
}
"""Answers that differ from the recorded ones for a reason of their own."""


def field() -> list[Any]:
    """Every stamped file that is read as a container."""
    return [
        pytest.param(entry, id=entry["file"].partition("/")[2])
        for entry in testfiles.entries()
        if any(
            "timeStamp." in str(code) for answer in entry["profiles"].values() for code in all_codes(answer)
        )
    ]


def all_codes(answer: dict[str, Any]) -> list[str]:
    return [code for kind in ("success", "informational", "failure") for code in answer.get(kind, ())]


def tokens_of(entry: dict[str, Any]) -> tuple[str, bytes, bytes]:
    """Label of the claim, token and stamped bytes of the active manifest."""
    data = testfiles.content(entry)
    media_type = media.sniff(Memory(data))
    if media_type not in containers.LOCATORS:
        pytest.skip("no container: verified through provkit.verify elsewhere")
    found = containers.locate(data, media_type, DEFAULT_LIMITS)
    assert found is not None
    active = stores.read(found.store).active
    protected, unprotected, _, signature = cbor2.loads(active.signatures[0].contents[0].payload).value
    ((name, header),) = [(key, unprotected[key]) for key in ("sigTst", "sigTst2") if key in unprotected]
    payload = active.claims[0].contents[0].payload if name == "sigTst" else cbor2.dumps(signature)
    return (
        active.claims[0].label,
        header["tstTokens"][0]["val"],
        cbor2.dumps(["CounterSignature", protected, b"", payload]),
    )


@pytest.mark.parametrize("profile", testfiles.PROFILES)
@pytest.mark.parametrize("entry", field())
def test_the_recorded_answers(entry: dict[str, Any], profile: str) -> None:
    """The engine's answers, but for one habit: it asks no list about time stamps of version 1 claims."""
    if profile not in entry["profiles"]:
        pytest.skip("not recorded")
    recorded = [code for code in all_codes(entry["profiles"][profile]) if code.startswith("timeStamp.")]
    claim, data, stamped = tokens_of(entry)
    found = verify(data, stamped, testfiles.profile(profile))
    if entry["file"] in DIFFERENT:
        assert codes(found) == DIFFERENT[entry["file"]]
        return
    if set(codes(found)) == {VALIDATED, UNTRUSTED} and "timeStamp.trusted" in recorded:
        assert claim == "c2pa.claim"
        return
    assert set(map(str, codes(found))) == set(recorded)


def test_there_are_such_files() -> None:
    if not testfiles.entries():
        pytest.skip("needs ../shared/testfiles, which is not part of the repository")
    assert len(field()) > 30
