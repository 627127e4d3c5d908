"""Identity assertions, from the bytes of a text to the verdict (CAWG identity 1.2)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

import provkit
from provkit import Purpose, TrustStore, Verdict
from provkit.crawl import spool
from provkit.crawl.reading import Reader
from provkit.engine.account import Account
from provkit.engine.reading import Reading
from provkit.limits import DEFAULT_LIMITS
from provkit.statements import identity
from provkit.statements.model import IdentityState
from provkit.trust.judging import Judge
from support import forge as f
from support.named import HOLDER, PREFIX, identity_box
from support.pki import DER, NOW, PEM, SERVER_AUTH, Pki
from support.tsa import Tsa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT: Final = b"The quick brown fox jumps over the lazy dog.\n"
SIGNER: Final = Pki.make("Ed25519")
TSA: Final = Tsa.make("Ed25519", start=NOW - timedelta(days=365))
TRUST: Final = TrustStore.empty().with_anchors(SIGNER.root_pem, name="signers")
BOTH: Final = TRUST.with_anchors(HOLDER.root_pem, name="people", purpose=Purpose.IDENTITY)


def text(*boxes: f.Box, **changes: Any) -> bytes:
    credential = f.Credential.load(SIGNER.chain_pem, SIGNER.key_pem, "Ed25519")
    return f.Forge(TEXT, credential, boxes=[f.actions(f.created()), f.data_hash(), *boxes], **changes).text()


def verdict(*boxes: f.Box, trust: TrustStore = TRUST, **changes: Any) -> Verdict:
    found = provkit.verify(text(*boxes, **changes), trust=trust, at=NOW)
    # Whatever becomes of an identity, the credential and its signer are what they were.
    assert (found.state, found.signer and found.signer.name) == ("trusted", "Test Signer")
    assert not [code for code in found.statuses.codes() if "cawg" in code]
    return found


def codes(found: Verdict, number: int = 0) -> list[str]:
    return [str(one.code).removeprefix("cawg.") for one in found.identities[number].statuses]


HOLDS: Final = ["x509.signature.validated", "x509.signature.inside_validity"]


@pytest.mark.parametrize("spelled", [f.canonical, cbor2.dumps], ids=["deterministic", "own-order"])
def test_it_holds(spelled: Callable[[Any], bytes]) -> None:
    box = identity_box(
        edit_payload=lambda payload: {**payload, "role": ["cawg.creator"]}, spelled=f.canonical
    )
    if spelled is cbor2.dumps:
        # Stored and signed in the order of the older edition, which is none of CBOR's.
        box = identity_box(
            edit_payload=lambda payload: {
                "referenced_assertions": payload["referenced_assertions"],
                "sig_type": payload["sig_type"],
                "role": ["cawg.creator"],
            },
            spelled=cbor2.dumps,
        )
        whole = box.content
        box = f.Box("cawg.identity", None, listed="gathered")
        box = _as_written(whole)
    (found,) = verdict(box).identities
    assert found.state is IdentityState.VALID
    assert (found.roles, found.references, found.sig_type) == (
        ("cawg.creator",),
        ("c2pa.hash.data",),
        "cawg.x509.cose",
    )
    assert found.holder is not None
    assert (found.holder.name, found.holder.organization, found.holder.trust_list) == (
        "A. Author",
        "Weekly",
        None,
    )
    assert (found.attributed, found.time) == (False, None)
    assert found.where.endswith("/c2pa.assertions/cawg.identity")
    assert [str(one.code) for one in found.statuses] == [
        "cawg.x509.signature.validated",
        "cawg.x509.signature.inside_validity",
        "cawg.x509.credential.untrusted",
        "cawg.identity.well-formed",
    ]


class _Written(f.Box):
    """A box whose content is spelled in the order it has."""

    def build(self, frame: f.Frame) -> bytes:
        return f.Box(self.label, payload=cbor2.dumps(self.content(frame)), listed=self.listed).build(frame)


def _as_written(content: Callable[[f.Frame], Any]) -> f.Box:
    return _Written("cawg.identity", content, listed="gathered")


def test_lists_of_its_own() -> None:
    box = identity_box()
    found = verdict(box, trust=BOTH)
    assert codes(found) == [*HOLDS, "x509.credential.trusted", "identity.well-formed"]
    (one,) = found.identities
    assert (one.state, one.holder and one.holder.trust_list) == ("trusted", "people")
    # The holder's authority on the list for claims vouches for no identity; the signer's does not either.
    for trust in (TRUST, TRUST.with_anchors(HOLDER.root_pem, name="people")):
        assert verdict(box, trust=trust).identities[0].state is IdentityState.VALID
    people = TrustStore.empty().with_anchors(SIGNER.root_pem, name="people", purpose=Purpose.IDENTITY)
    assert provkit.verify(text(box), trust=people, at=NOW).state == "valid"


def _revoked(holder: Pki) -> bytes:
    """What a holder's issuer says after the certificate was revoked."""
    issuer = holder.intermediate or holder.root
    day = timedelta(days=1)
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=holder.leaf,
        issuer=issuer.certificate,
        algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED,
        this_update=NOW - day,
        next_update=NOW + day,
        revocation_time=NOW - day,
        revocation_reason=None,
    )
    signed = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate).sign(issuer.key, None)
    return signed.public_bytes(DER)


@pytest.mark.parametrize("sent", [True, False])
def test_a_revoked_one(sent: bool) -> None:
    """Its issuer may be known from the list for identities alone, and stands behind the answer for them only."""
    holder = HOLDER if sent else replace(HOLDER, send_intermediate=False)
    assert len(holder.chain) == 1 + sent
    stapled = {"rVals": {"ocspVals": [_revoked(holder)]}}
    box = identity_box(holder=holder, beside=lambda _protected, _signature: stapled)
    assert holder.intermediate is not None
    issuer = holder.intermediate.certificate.public_bytes(PEM)
    listed = verdict(box, trust=TRUST.with_anchors(issuer, name="people", purpose=Purpose.IDENTITY))
    assert listed.identities[0].state is IdentityState.INVALID
    assert "identity.credential_revoked" in codes(listed)
    for trust in (TRUST, TRUST.with_anchors(issuer, name="signers too")):
        assert verdict(box, trust=trust).identities[0].state is IdentityState.VALID


def test_a_claim_that_does_not_hold_names_nobody() -> None:
    broken = text(identity_box()).replace(b"quick", b"quack")
    found = provkit.verify(broken, trust=BOTH, at=NOW)
    assert (found.state, found.identities, found.usage) == ("invalid", (), ())


def other_key(header: dict[Any, Any]) -> dict[Any, Any]:
    return {**header, 33: HOLDER.root.der}


def zeros(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "referenced_assertions": [{**payload["referenced_assertions"][0], "hash": bytes(32)}]}


def named(*labels: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def edit(payload: dict[str, Any]) -> dict[str, Any]:
        first = payload["referenced_assertions"][0]
        entries = [{**first, "url": label if "=" in label else PREFIX + label} for label in labels]
        return {**payload, "referenced_assertions": entries}

    return edit


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"edit_content": lambda c: {**c, "pad1": b"\1"}}, "identity.pad.invalid"),
        ({"edit_content": lambda c: {**c, "pad2": b"\0\1"}}, "identity.pad.invalid"),
        ({"edit_content": lambda c: {**c, "pad2": 1}}, "identity.cbor.invalid"),
        ({"edit_content": lambda c: {"signature": c["signature"], "pad1": b""}}, "identity.cbor.invalid"),
        ({"edit_content": lambda _: 7}, "identity.cbor.invalid"),
        ({"edit_payload": lambda p: {**p, "referenced_assertions": []}}, "identity.cbor.invalid"),
        ({"edit_payload": lambda p: {**p, "referenced_assertions": [1]}}, "identity.cbor.invalid"),
        ({"edit_payload": lambda p: {**p, "referenced_assertions": [1] * 2000}}, "identity.cbor.invalid"),
        (
            {"edit_payload": named("self#jumbf=/c2pa/urn:c2pa:other/c2pa.assertions/c2pa.hash.data")},
            "identity.assertion.mismatch",
        ),
        ({"edit_payload": named("c2pa.hash.data", "c2pa.hash.data")}, "identity.assertion.duplicate"),
        ({"edit_protected": other_key}, "x509.signature.mismatch"),
        ({"edit_protected": lambda h: {**h, 1: -7}}, "x509.algorithm.unsupported"),
        ({"edit_protected": lambda h: {**h, 1: -1}}, "x509.algorithm.unsupported"),
        ({"edit_protected": lambda _: {1: -8}}, "x509.credential.invalid"),
        ({"edit_protected": lambda h: {**h, 33: [b"x"] * 17}}, "x509.credential.invalid"),
        ({"edit_protected": lambda h: {**h, 33: b"no certificate"}}, "x509.credential.invalid"),
        ({"spelled": lambda p: f.canonical({**p, "role": ["x"]})}, "x509.signature.mismatch"),
        ({"edit_content": lambda c: {**c, "signature": b"no COSE"}}, "x509.signature.mismatch"),
        ({"holder": Pki.make("Ed25519", expired=True)}, "x509.signature.outside_validity"),
        ({"holder": Pki.make("Ed25519", ekus=(SERVER_AUTH,))}, "x509.credential.invalid"),
    ],
)
def test_what_does_not_hold(changes: dict[str, Any], code: str) -> None:
    found = verdict(identity_box(**changes), trust=BOTH)
    (one,) = found.identities
    assert (one.state, codes(found)[0]) == ("invalid", code)
    assert one.holder is None or one.holder.trust_list is None
    assert [warning.partition(": ")[0] for warning in found.warnings] == ["identity"]
    assert f"cawg.{code}" in found.warnings[0]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (zeros, "hashedURI.mismatch"),
        (named("c2pa.hash.data__1"), "hashedURI.missing"),
        (named("self#jumbf=c2pa.signature"), "hashedURI.mismatch"),
    ],
)
def test_taken_from_another_file(edit: Callable[[dict[str, Any]], Any], code: str) -> None:
    """C2PA 2.4 §15.10.3.3 wants hashes inside assertions to hold, and containers' engine does not look."""
    data = text(identity_box(edit_payload=edit))
    found = provkit.verify(data, trust=BOTH, at=NOW)
    assert found.state == "invalid"
    assert code in {str(status.code) for status in found.statuses.failure}
    store = provkit.inspect(data)
    assert store is not None
    manifest = store.store.active
    readings = {manifest.label: Reading(manifest, DEFAULT_LIMITS)}
    judge = Judge(BOTH, DEFAULT_LIMITS)
    run = Account(readings, manifest.label, judge, NOW, {}, DEFAULT_LIMITS).active
    one = identity.Examiner(run, judge, NOW, None, DEFAULT_LIMITS).examine("cawg.identity")
    assert (one.state, str(one.statuses[0].code)) == ("invalid", "cawg.identity.assertion.mismatch")


def test_the_hard_binding_has_to_be_among_what_it_names() -> None:
    action = f.actions(f.created())

    def edit(payload: dict[str, Any]) -> dict[str, Any]:
        return {**payload, "referenced_assertions": payload["referenced_assertions"][1:]}

    found = verdict(identity_box(edit_payload=edit, others=(action,)))
    assert codes(found)[0] == "identity.hard_binding_missing"
    assert found.identities[0].references == ("c2pa.actions.v2",)
    assert verdict(identity_box(others=(action,))).identities[0].state is IdentityState.VALID


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("cawg.identity_claims_aggregation", "identity.network_traffic_blocked"),
        ("org.example.handshake", "identity.sig_type.unknown"),
    ],
)
def test_what_is_not_checked(kind: str, code: str) -> None:
    found = verdict(identity_box(edit_payload=lambda payload: {**payload, "sig_type": kind}), trust=BOTH)
    (one,) = found.identities
    assert (one.state, codes(found), one.holder, one.sig_type) == ("not-checked", [code], None, kind)
    assert found.warnings == ()
    padded = identity_box(
        edit_payload=lambda payload: {**payload, "sig_type": kind},
        edit_content=lambda content: {**content, "pad1": b"\1"},
    )
    assert verdict(padded).identities[0].state is IdentityState.INVALID


def stamp(name: str) -> Callable[[bytes, bytes], dict[Any, Any]]:
    def beside(header: bytes, signature: bytes) -> dict[Any, Any]:
        message = f.canonical(["CounterSignature", header, b"", cbor2.dumps(signature)])
        return {name: {"tstTokens": [{"val": TSA.token(message, NOW - timedelta(days=100))}]}}

    return beside


def test_a_time_stamp_of_its_own() -> None:
    box = identity_box(holder=Pki.make("Ed25519", expired=True), beside=stamp("sigTst2"))
    clocks = BOTH.with_anchors(TSA.root.pem, name="clocks", purpose=Purpose.TIME_STAMPING)
    (found,) = verdict(box, trust=clocks).identities
    assert (found.state, found.time) == ("trusted", NOW - timedelta(days=100))
    assert codes(verdict(box, trust=BOTH))[0] == "x509.signature.outside_validity"
    wrong = identity_box(holder=Pki.make("Ed25519", expired=True), beside=stamp("sigTst"))
    assert codes(verdict(wrong, trust=clocks))[0] == "x509.signature.outside_validity"


def digest(data: bytes) -> dict[str, Any]:
    return {"alg": "sha256", "hash": hashlib.sha256(data).digest()}


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda p: {**p, "expected_claim_generator": digest(SIGNER.chain[0])}, None),
        (
            lambda p: {**p, "expected_claim_generator": digest(HOLDER.chain[0])},
            "identity.expected_claim_generator.mismatch",
        ),
        (lambda p: {**p, "expected_claim_generator": 1}, "identity.expected_claim_generator.mismatch"),
        (lambda p: {**p, "expected_partial_claim": digest(b"")}, "identity.expected_partial_claim.mismatch"),
        (lambda p: {**p, "expected_countersigners": []}, None),
        (
            lambda p: {**p, "expected_countersigners": [{"partial_signer_payload": p}]},
            "identity.expected_countersigner.missing",
        ),
        (lambda p: {**p, "expected_countersigners": [1]}, "identity.expected_countersigner.missing"),
    ],
)
def test_what_it_expects_around_it(edit: Callable[[dict[str, Any]], Any], code: str | None) -> None:
    found = verdict(identity_box(edit_payload=edit))
    assert codes(found)[0] == (code or "x509.signature.validated")


def test_the_claim_it_was_given_for() -> None:
    """The hash is of the claim, with zeros for that of the identity assertion, which only exists later."""
    kept: list[dict[str, Any]] = []

    def keep(claim: dict[str, Any]) -> dict[str, Any]:
        kept.append(claim)
        return claim

    def edit(payload: dict[str, Any]) -> dict[str, Any]:
        if not kept:
            return {**payload, "expected_partial_claim": digest(b"")}
        (last,) = kept[-1]["gathered_assertions"]
        blank = {**last, "hash": bytes(32)}
        # The data hash moves with the size, so its hash in the claim is that of this attempt.
        first, (hard, *_) = kept[-1]["created_assertions"][0], payload["referenced_assertions"]
        hard = {"url": hard["url"], "hash": hard["hash"]}
        claim = {**kept[-1], "created_assertions": [first, hard], "gathered_assertions": [blank]}
        return {**payload, "expected_partial_claim": digest(f.canonical(claim))}

    def fixed(claim: dict[str, Any]) -> dict[str, Any]:
        return keep({**claim, "instanceID": "xmp:iid:3d7d9c1e-54ce-4d7c-a0fc-b5e6bd2c1bd8"})

    found = verdict(identity_box(edit_payload=edit), edit_claim=fixed)
    assert codes(found)[0] == "x509.signature.validated"


def test_two_of_them() -> None:
    two = (identity_box(), identity_box(label="cawg.identity__1", holder=Pki.make("Ed25519")))
    assert [one.state for one in verdict(*two, trust=BOTH).identities] == ["trusted", "trusted"]
    alone = identity_box(edit_payload=lambda payload: {**payload, "expected_countersigners": []})
    assert codes(verdict(alone, two[1]))[0] == "identity.unexpected_countersigner"


def test_through_the_work_file_of_a_crawl(tmp_path: Path) -> None:
    """It makes nothing but the classes a reading consists of."""
    entries = {"cawg.ai_training": {"use": "notAllowed"}}
    changed = f.created(changes=[{"region": [{"type": "frame"}]}])
    boxes = [
        f.Box("cawg.training-mining", {"entries": entries}),
        f.Box("c2pa.ai-disclosure", {}),
        identity_box(),
    ]
    boxes += [
        f.actions(changed, label="c2pa.actions.v2"),
        f.Box("org.provkit.origin", {"verification": [{}]}),
    ]
    credential = f.Credential.load(SIGNER.chain_pem, SIGNER.key_pem, "Ed25519")
    data = f.Forge(TEXT, credential, boxes=[f.data_hash(), *boxes]).text()
    reading = Reader(trust=BOTH, at=NOW).read(data)
    assert reading.verdict is not None
    found = reading.verdict
    assert all((found.usage, found.disclosures, found.parts, found.records, found.identities))
    path = tmp_path / "spool"
    item = spool.Item("a", "https://example.org/a", 1, len(data), 9, reading)
    path.write_bytes(b"".join(spool.written([(item, "text")])))
    assert list(spool.read(str(path))) == [(item, b"text")]


def test_a_bound_on_how_many_are_checked() -> None:
    many = [f.Box(f"cawg.identity__{number}", {"no": "identity"}) for number in range(1, 30)]
    found = verdict(*many)
    assert len(found.identities) == 20
    assert {warning.partition(":")[0] for warning in found.warnings} == {"identity", "statements-cut"}


junk = st.recursive(
    st.none() | st.integers() | st.binary(max_size=4) | st.text(max_size=4) | st.just("cawg.x509.cose"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["signer_payload", "referenced_assertions", "sig_type", "signature", "pad1", "url", "hash"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(junk)
def test_any_content_gives_an_answer(content: Any) -> None:
    found = identity.read(content, DEFAULT_LIMITS)
    assert isinstance(found, str | identity.Body)
