"""Time stamps in signatures, from the bytes of a text to the verdict (C2PA 2.4 §10.3.2.5, §15.8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import ocsp

import provkit
from provkit import Purpose, TrustStore, Verdict
from support import forge as f
from support import testfiles
from support.pki import DER, NOW, Pki
from support.shared import shared
from support.tsa import Tsa, response

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT: Final = b"The quick brown fox jumps over the lazy dog.\n"
SIGNED: Final = NOW - timedelta(days=100)
"""Inside the validity of the signer, which ended the day before :data:`NOW`."""
EXPIRED: Final = Pki.make("Ed25519", expired=True)
CURRENT: Final = Pki.make("Ed25519")
TSA: Final = Tsa.make("Ed25519", start=NOW - timedelta(days=365))


def lists(pki: Pki, *, clocks: bool = True) -> TrustStore:
    store = TrustStore.empty().with_anchors(pki.root_pem, name="signers")
    if clocks:
        store = store.with_anchors(TSA.root.pem, name="clocks", purpose=Purpose.TIME_STAMPING)
    return store


def stamped(
    *times: datetime,
    name: str = "sigTst2",
    edit: Callable[[bytes], bytes] = lambda message: message,
    whole: bool = False,
    tsa: Tsa = TSA,
) -> Callable[[bytes], bytes]:
    """Puts time stamps into a signature."""

    def change(raw: bytes) -> bytes:
        protected, header, _, signature = cbor2.loads(raw).value
        message = edit(f.canonical(["CounterSignature", protected, b"", cbor2.dumps(signature)]))
        tokens = [tsa.token(message, at) for at in times]
        entries = [{"val": response(one) if whole else one} for one in tokens]
        header = {**header, name: {"tstTokens": entries}}
        return cbor2.dumps(cbor2.CBORTag(18, [protected, header, None, signature]))

    return change


class EarlyForge(f.Forge):
    """Stamps the claim before it is signed, in the way of version 1."""

    def cose(self, claim: bytes, pad: int = 0) -> bytes:
        protected, header, _, signature = cbor2.loads(super().cose(claim, pad)).value
        message = f.canonical(["CounterSignature", protected, b"", claim])
        header = {**header, "sigTst": {"tstTokens": [{"val": response(TSA.token(message, SIGNED))}]}}
        return cbor2.dumps(cbor2.CBORTag(18, [protected, header, None, signature]))


def text(pki: Pki, *, early: bool = False, **changes: Any) -> bytes:
    credential = f.Credential.load(pki.chain_pem, pki.key_pem, "Ed25519")
    return (EarlyForge if early else f.Forge)(TEXT, credential, **changes).text()


def version_1(pki: Pki, *, early: bool = True, **changes: Any) -> bytes:
    """A text with a claim of version 1: one list of assertions, and a generator as text."""

    def older(claim: dict[str, Any]) -> dict[str, Any]:
        listed = claim.pop("created_assertions")
        claim.pop("claim_generator_info")
        return {**claim, "assertions": listed, "claim_generator": "forge/1", "dc:format": "text/plain"}

    return text(pki, early=early, claim_label="c2pa.claim", edit_claim=older, **changes)


def codes(verdict: Verdict) -> set[str]:
    """Those about time and the signer."""
    about = ("timeStamp.", "claimSignature.", "signingCredential.trusted", "signingCredential.untrusted")
    return {str(code) for code in verdict.statuses.codes() if code.startswith(about)}


def basis(verdict: Verdict) -> str | None:
    return verdict.time.basis if verdict.time else None


GOOD: Final = {"timeStamp.validated", "timeStamp.trusted"}
UNLISTED: Final = {"timeStamp.validated", "timeStamp.untrusted"}
INSIDE: Final = {"claimSignature.validated", "claimSignature.insideValidity", "signingCredential.trusted"}
OUTSIDE: Final = {
    "claimSignature.validated",
    "claimSignature.outsideValidity",
    "signingCredential.untrusted",
}


@pytest.mark.parametrize("whole", [False, True], ids=["token", "response"])
def test_a_credential_outlives_its_certificate(*, whole: bool) -> None:
    data = text(EXPIRED, edit_cose=stamped(SIGNED, whole=whole))
    found = provkit.verify(data, trust=lists(EXPIRED), at=NOW)
    assert (found.state, codes(found)) == ("trusted", GOOD | INSIDE)
    assert found.time == provkit.verdict.TimeFact(SIGNED, "timestamped")
    assert found.warnings == ()
    # The answer is the same in ten years, when the certificates of the authorities have run out too.
    assert provkit.verify(data, trust=lists(EXPIRED), at=NOW + timedelta(days=5000)) == found


def test_the_time_is_shown_also_where_it_decides_nothing() -> None:
    data = text(CURRENT, edit_cose=stamped(NOW - timedelta(days=2)))
    found = provkit.verify(data, trust=lists(CURRENT), at=NOW)
    assert (found.state, basis(found)) == ("trusted", "timestamped")
    unlisted = provkit.verify(data, trust=lists(CURRENT, clocks=False), at=NOW)
    assert (unlisted.state, unlisted.time, codes(unlisted)) == ("trusted", None, UNLISTED | INSIDE)
    assert [warning.partition(":")[0] for warning in unlisted.warnings] == ["time-stamp"]


def test_signed_after_the_certificate_had_run_out() -> None:
    data = text(EXPIRED, edit_cose=stamped(NOW - timedelta(hours=1)))
    for at in (NOW, SIGNED):  # the time stamped counts, also where the moment asked about is inside
        found = provkit.verify(data, trust=lists(EXPIRED), at=at)
        assert (found.state, codes(found)) == ("invalid", GOOD | OUTSIDE)


@pytest.mark.parametrize(
    ("edit_cose", "expected"),
    [
        (stamped(SIGNED, edit=lambda message: message + b"!"), {"timeStamp.mismatch"}),
        (stamped(SIGNED, SIGNED), {"timeStamp.malformed"}),
        (stamped(), {"timeStamp.malformed"}),
        (stamped(SIGNED, name="sigTst"), {"timeStamp.mismatch"}),  # the old name, over the new bytes
        (stamped(SIGNED, tsa=Tsa.make("Ed25519", extra=(), start=SIGNED)), {"timeStamp.credentialInvalid"}),
        (stamped(SIGNED - timedelta(days=900)), {"timeStamp.outsideValidity"}),
        (
            lambda raw: stamped(SIGNED, name="sigTst")(stamped(SIGNED)(raw)),
            {"timeStamp.malformed"},
        ),
    ],
    ids=["other-bytes", "two", "none", "old-name", "not-an-authority", "authority-too-young", "both-headers"],
)
def test_time_stamps_that_do_not_count(edit_cose: Callable[[bytes], bytes], expected: set[str]) -> None:
    found = provkit.verify(text(EXPIRED, edit_cose=edit_cose), trust=lists(EXPIRED), at=NOW)
    assert (found.state, codes(found)) == ("invalid", expected | OUTSIDE)
    assert "time-stamp" in {warning.partition(":")[0] for warning in found.warnings}


def test_an_unlisted_authority() -> None:
    data = text(EXPIRED, edit_cose=stamped(SIGNED))
    found = provkit.verify(data, trust=lists(EXPIRED, clocks=False), at=NOW)
    assert (found.state, codes(found)) == ("invalid", UNLISTED | OUTSIDE)
    signers = lists(EXPIRED, clocks=False).with_anchors(TSA.root.pem, name="more signers")
    assert provkit.verify(data, trust=signers, at=NOW).state == "invalid", "lists are not mixed"


def test_an_early_time_stamp() -> None:
    found = provkit.verify(version_1(EXPIRED), trust=lists(EXPIRED), at=NOW)
    assert (found.state, codes(found)) == ("trusted", GOOD | INSIDE)
    assert basis(found) == "timestamped"


def test_an_early_time_stamp_by_an_unlisted_authority() -> None:
    """STRICT-TIME-2: valid at most, and nothing about the time is vouched for."""
    data = version_1(EXPIRED)
    found = provkit.verify(data, trust=lists(EXPIRED, clocks=False), at=NOW)
    inside = {"claimSignature.validated", "claimSignature.insideValidity", "signingCredential.untrusted"}
    assert (found.state, codes(found)) == ("valid", UNLISTED | inside)
    assert basis(found) != "timestamped"
    assert found.signer is not None
    assert found.signer.trust_list is None
    assert "STRICT-TIME-2" in {warning.partition(":")[0] for warning in found.warnings}
    burnt = lists(EXPIRED).with_distrust(TSA.root.pem, name="burnt")
    assert provkit.verify(data, trust=burnt, at=NOW).state == "invalid", "a distrusted clock tells nothing"
    current = provkit.verify(version_1(CURRENT), trust=lists(CURRENT, clocks=False), at=NOW)
    assert current.state == "trusted", "the certificate needs no time stamp"


def test_a_certificate_out_of_its_time_without_a_time_stamp() -> None:
    found = provkit.verify(text(EXPIRED), trust=lists(EXPIRED), at=NOW)
    assert (found.state, codes(found)) == ("invalid", OUTSIDE)


def test_no_change_of_a_token_keeps_its_time() -> None:
    data = text(EXPIRED, edit_cose=stamped(SIGNED))
    start, length, store = f.find_store(data)
    assert start + length == len(data)
    place = store.index(b"\x63val") + 4
    token = cbor2.loads(store[place:])
    place = store.index(token)
    for position in range(place, place + len(token), 13):
        changed = bytearray(store)
        changed[position] ^= 1
        found = provkit.verify(TEXT + f.wrap(bytes(changed)), trust=lists(EXPIRED), at=NOW)
        assert found.state == "invalid"
        assert found.time is None


def stapled(pki: Pki, since: datetime | None = None) -> dict[str, Any]:
    """An answer of the issuer about the signer, good or revoked."""
    assert pki.intermediate is not None
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=pki.leaf,
        issuer=pki.intermediate.certificate,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
        this_update=NOW - timedelta(days=3),
        next_update=NOW + timedelta(days=3),
        revocation_time=since,
        revocation_reason=None,
    )
    named = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, pki.intermediate.certificate)
    key = pki.intermediate.key
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    return {"rVals": {"ocspVals": [named.sign(key, None).public_bytes(DER)]}}


NOT_REVOKED: Final = "signingCredential.ocsp.notRevoked"
REVOKED: Final = "signingCredential.ocsp.revoked"


def test_a_stapled_answer() -> None:
    good = provkit.verify(text(CURRENT, unprotected=stapled(CURRENT)), trust=lists(CURRENT), at=NOW)
    assert (good.state, NOT_REVOKED in good.statuses.codes()) == ("trusted", True)
    data = text(CURRENT, unprotected=stapled(CURRENT, NOW - timedelta(days=2)))
    revoked = provkit.verify(data, trust=lists(CURRENT), at=NOW)
    assert (revoked.state, [str(one.code) for one in revoked.statuses.failure]) == ("invalid", [REVOKED])
    # Without a time stamp nobody knows that it was signed before.
    assert provkit.verify(data, trust=lists(CURRENT), at=NOW - timedelta(days=20)).state == "invalid"
    before = text(
        CURRENT,
        unprotected=stapled(CURRENT, NOW - timedelta(days=2)),
        edit_cose=stamped(NOW - timedelta(days=4)),
    )
    assert provkit.verify(before, trust=lists(CURRENT), at=NOW).state == "trusted"
    # Nobody vouches for the issuer, so nothing is taken from it.
    assert provkit.verify(data, trust=TrustStore.empty(), at=NOW).state == "valid"


def test_a_change_of_what_nobody_signs_takes_its_fact_away_and_no_more() -> None:
    data = text(CURRENT, unprotected=stapled(CURRENT), edit_cose=stamped(NOW - timedelta(days=2)))
    whole = provkit.verify(data, trust=lists(CURRENT), at=NOW)
    assert (whole.state, basis(whole), NOT_REVOKED in whole.statuses.codes()) == (
        "trusted",
        "timestamped",
        True,
    )
    _, _, store = f.find_store(data)
    for label, step in ((b"val\x59", 17), (b"ocspVals\x81\x59", 11)):
        place = store.index(label) + len(label) + 2
        for position in range(place, place + int.from_bytes(store[place - 2 : place]), step):
            changed = bytearray(store)
            changed[position] ^= 1  # the lowest bit: the text stays as long as it was
            found = provkit.verify(TEXT + f.wrap(bytes(changed)), trust=lists(CURRENT), at=NOW)
            if found.state == "invalid":
                # The head of an element is its form, which is held to (STRICT-SIG-4).
                assert position < place + 4
                continue
            assert found.state == "trusted"
            facts = (basis(found) == "timestamped", NOT_REVOKED in found.statuses.codes())
            assert facts == ((False, True) if label.startswith(b"val") else (True, False))


@pytest.mark.parametrize(("profile", "state"), [("none", "valid"), ("official", "valid"), ("all", "trusted")])
def test_a_stamped_pdf_of_the_field(profile: str, state: str) -> None:
    data = shared("testfiles", "files/ingredient-chain/express-signed.pdf").read_bytes()
    found = provkit.verify(data, trust=testfiles.profile(profile), at=testfiles.AT)
    assert found.state == state
    assert (basis(found) == "timestamped") is (profile == "all")
    (ingredient,) = found.ingredients
    own = {str(code) for code in ingredient.statuses.codes()}
    assert "claimSignature.insideValidity" in own
    assert ("timeStamp.trusted" in own) is (profile == "all")
