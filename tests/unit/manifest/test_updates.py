"""Update manifests in every carrier, time stamps that arrive with them, and compressed manifests (C2PA 2.4 §11.2)."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

import provkit
from provkit import LimitError, Limits, Purpose, State, TrustStore, UnsupportedError
from provkit.manifest import store as stores
from support import forge as f
from support.pki import NOW, Pki
from support.tsa import Tsa
from unit.carriers.pdf.making import Made
from vectors import media_forge as media
from vectors import text_history as history
from vectors.case import PRESENT
from vectors.keys import TRUST, credential
from vectors.text_forge import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

AT: Final = datetime.fromisoformat(PRESENT)
LISTS: Final = TrustStore.empty().with_anchors((TRUST / "root.pem").read_bytes(), name="root")


def verdict(data: bytes, **more: Any) -> provkit.Verdict:
    return provkit.verify(data, trust=LISTS, at=AT, **more)


def codes(found: provkit.Verdict) -> list[str]:
    return [str(status.code) for status in found.statuses.failure]


# ------------------------------------------------------------------ carriers


class Keeping:
    """A carrier that keeps the last store that went through it."""

    def __init__(self, carry: Callable[[bytes], bytes]) -> None:
        self.carry, self.store = carry, b""

    def __call__(self, store: bytes) -> bytes:
        self.store = store
        return self.carry(store)


def updated(
    carry: Callable[[bytes], bytes], make: Callable[..., bytes], **changes: Any
) -> tuple[bytes, bytes]:
    """An asset with some changes, and the same asset with an update in place of its store."""
    keeping = Keeping(carry)
    before = make(carry=keeping, **changes)
    raw = f.children(keeping.store)[2][-1]
    parent = history.Ancestor(f.children(raw)[1], raw)
    after = make(
        carry=keeping,
        boxes=[history.ingredient(parent), history.NOTE],
        edit_manifests=lambda found: [raw, *found],
        manifest_uuid=history.UPDATE,
        seed="update",
    )
    return before, after


def comment(store: bytes) -> bytes:
    return media.block(media.inline(store))


def page(**changes: Any) -> bytes:
    return media.forge(media.PAGE_HEAD, media.PAGE_BODY, changes.pop("carry"), **changes).sealed()


def markdown(**changes: Any) -> bytes:
    return media.forge(b"", media.MARKDOWN, changes.pop("carry"), kind="text/markdown", **changes).sealed()


def document(**changes: Any) -> bytes:
    keeping = changes.pop("carry")

    def layout(length: int) -> tuple[bytes, bytes]:
        return media.split(Made().update(media.store_objects(length)).data, length)

    return media.forge(b"", b"", keeping, layout=layout, kind="application/pdf", **changes).sealed()


@pytest.mark.parametrize(("carry", "make"), [(media.script, page), (comment, markdown)])
def test_an_update_in_the_place_of_the_store(
    carry: Callable[[bytes], bytes], make: Callable[..., bytes]
) -> None:
    before, after = updated(carry, make)
    assert len(after) > len(before) + 1000
    first, second = verdict(before), verdict(after)
    assert (first.state, second.state) == (State.TRUSTED, State.TRUSTED), codes(second)
    assert (first.origin.cls, second.origin.cls) == (provkit.OriginClass.HUMAN, provkit.OriginClass.HUMAN)
    assert first.manifest != second.manifest
    changed = verdict(after.replace(b"quick", b"quack"))
    assert (changed.state, codes(changed)) == (State.INVALID, ["assertion.dataHash.mismatch"])


def test_a_document_cannot_be_updated_in_place() -> None:
    # Its /Length and its table of objects are hashed, and both say how long the store is.
    before, after = updated(bytes, document)
    assert verdict(before).state is State.TRUSTED
    found = verdict(after)
    assert (found.state, codes(found)) == (State.INVALID, ["assertion.dataHash.mismatch"])


def test_an_update_beside_the_asset() -> None:
    asset = b'{"a": 1}\n'
    store = media.beside(asset, kind="application/json")
    raw = f.children(store)[2][-1]
    parent = history.Ancestor(f.children(raw)[1], raw)
    apart = media.forge(
        asset,
        b"",
        bytes,
        boxes=[history.ingredient(parent)],
        edit_manifests=lambda found: [raw, *found],
        manifest_uuid=history.UPDATE,
        seed="update",
    ).apart()
    assert verdict(asset, manifest=apart).state is State.TRUSTED
    found = verdict(asset + b" ", manifest=apart)
    assert (found.state, codes(found)) == (State.INVALID, ["assertion.dataHash.mismatch"])


# ------------------------------------------------------------------ what arrives later


SIGNED: Final = NOW - timedelta(days=100)
EXPIRED: Final = Pki.make("Ed25519", expired=True)
CURRENT: Final = Pki.make("Ed25519")
TSA: Final = Tsa.make("Ed25519", start=NOW - timedelta(days=365))


def late(edit: Callable[[bytes], Any] = lambda token: token, *, name: str | None = None) -> provkit.Verdict:
    """A text by a signer whose certificate has run out, and an update with a time stamp for it."""
    old = f.Credential.load(EXPIRED.chain_pem, EXPIRED.key_pem, "Ed25519")
    new = f.Credential.load(CURRENT.chain_pem, CURRENT.key_pem, "Ed25519")
    made = f.Forge(HOST, old, boxes=[f.actions(f.created()), f.data_hash()])
    raw = f.children(f.find_store(made.text())[2])[2][-1]
    protected, _, _, signature = cbor2.loads(f.children(f.children(raw)[2][-1])[2][0][8:]).value
    message = f.canonical(["CounterSignature", protected, b"", cbor2.dumps(signature)])
    token = TSA.token(message, SIGNED)
    parent = history.Ancestor(made.label(), raw)
    stamps = f.Box("c2pa.time-stamp", {name or made.label(): edit(token)})
    update = history.updated(parent, stamps)
    update.credential = new
    lists = (
        TrustStore.empty()
        .with_anchors(EXPIRED.root_pem, name="old")
        .with_anchors(CURRENT.root_pem, name="new")
    )
    lists = lists.with_anchors(TSA.root.pem, name="clocks", purpose=Purpose.TIME_STAMPING)
    return provkit.verify(update.text(), trust=lists, at=NOW)


def test_a_time_stamp_in_an_update_saves_what_had_run_out() -> None:
    found = late()
    assert found.state is State.TRUSTED, codes(found)
    (parent,) = found.ingredients
    said = [str(status.code) for status in parent.statuses.success]
    assert {"timeStamp.trusted", "timeStamp.validated", "claimSignature.insideValidity"} <= set(said)


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        (lambda token: token[:-1], None),
        (lambda token: token.hex(), None),
        (lambda token: token, "urn:c2pa:00000000-0000-4000-8000-000000000000"),
    ],
    ids=["cut", "text", "for-another"],
)
def test_another_time_stamp_does_not(edit: Callable[[bytes], Any], name: str | None) -> None:
    found = late(edit, name=name)
    assert (found.state, codes(found)) == (State.INVALID, ["claim.hardBindings.missing"])


SOLD: Final = Pki.make()
"""Its certificate is revoked, or not."""


def answered(status: ocsp.OCSPCertStatus, of: Pki = SOLD) -> provkit.Verdict:
    """A text whose signer an update brings revocation information about."""
    assert of.intermediate is not None
    revoked = NOW - timedelta(days=3) if status is ocsp.OCSPCertStatus.REVOKED else None
    answer = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=of.leaf,
            issuer=of.intermediate.certificate,
            algorithm=hashes.SHA256(),
            cert_status=status,
            this_update=NOW - timedelta(days=1),
            next_update=NOW + timedelta(days=1),
            revocation_time=revoked,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, of.intermediate.certificate)
        .sign(of.intermediate.key, hashes.SHA256())
    )
    old = f.Credential.load(SOLD.chain_pem, SOLD.key_pem, "ES256")
    made = f.Forge(HOST, old, boxes=[f.actions(f.created()), f.data_hash()])
    parent = history.Ancestor(made.label(), f.children(f.find_store(made.text())[2])[2][-1])
    box = f.Box("c2pa.certificate-status", {"ocspVals": [answer.public_bytes(serialization.Encoding.DER)]})
    update = history.updated(parent, box)
    update.credential = f.Credential.load(CURRENT.chain_pem, CURRENT.key_pem, "Ed25519")
    lists = TrustStore.empty()
    for pki in (SOLD, CURRENT):
        lists = lists.with_anchors(pki.root_pem, name="root")
    return provkit.verify(update.text(), trust=lists, at=NOW)


def test_a_later_manifest_tells_of_a_revocation() -> None:
    found = answered(ocsp.OCSPCertStatus.REVOKED)
    assert (found.state, codes(found)) == (State.INVALID, ["claim.hardBindings.missing"])


def test_a_later_manifest_tells_that_nothing_was_revoked() -> None:
    found = answered(ocsp.OCSPCertStatus.GOOD)
    assert found.state is State.TRUSTED, codes(found)
    (parent,) = found.ingredients
    assert "signingCredential.ocsp.notRevoked" in {str(status.code) for status in parent.statuses.success}
    # What is about another certificate says nothing of this one.
    found = answered(ocsp.OCSPCertStatus.REVOKED, of=Pki.make())
    assert found.state is State.TRUSTED, codes(found)


# ------------------------------------------------------------------ compressed manifests


def with_component(raw: bytes, picture: history.Ancestor) -> bytes:
    part = history.Ancestor(picture.label, raw)
    box = history.ingredient(part, "componentOf", claimSignature=picture.signature())
    return f.Forge(
        HOST,
        credential("es256"),
        boxes=[f.actions(f.created()), box, f.data_hash()],
        edit_manifests=lambda found: [raw, *found],
    ).text()


def picture(**changes: Any) -> history.Ancestor:
    boxes = f.Box("c2pa.hash.boxes", {"alg": "sha256", "boxes": []})
    return history.ancestor(boxes=[f.actions(f.created()), boxes], seed="picture", **changes)


def test_a_missing_decoder_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    part = picture()
    data = with_component(history.compressed(part.raw), part)
    assert verdict(data).state is State.TRUSTED
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(UnsupportedError, match="pip install brotli"):
        verdict(data)
    # What refutes the credential counts more than what cannot be looked at.
    assert verdict(data.replace(b"quick", b"quack")).state is State.INVALID


def test_real_compression_is_undone() -> None:
    brotli = pytest.importorskip("brotli")
    part = picture()
    raw = history.compressed(part.raw, brotli.compress(part.raw))
    assert len(raw) < len(part.raw)
    store = stores.read(f.find_store(with_component(raw, part))[2])
    assert (store.manifests[0].kind, store.manifests[0].role) == ("compressed", "standard")
    assert store.manifests[0].parts.raw == part.raw
    assert store.manifests[0].box.raw == raw


def test_what_is_compressed_counts_as_if_it_were_not() -> None:
    brotli = pytest.importorskip("brotli")
    zeros = f.superbox(f.type_uuid("c2ma"), "urn:c2pa:x", f.box(b"free", bytes(1 << 20)))
    small = history.compressed(zeros, brotli.compress(zeros))
    store = f.superbox(f.type_uuid("c2pa"), "c2pa", small)
    assert len(store) < 1000
    assert stores.read(store).manifests[0].sealed is None
    for limits in (Limits(store_bytes=1 << 20), Limits(unpacked_bytes=(1 << 20) - 1000)):
        with pytest.raises(LimitError, match="compressed"):
            stores.read(store, limits)
    many = f.superbox(
        f.type_uuid("c2pa"),
        "c2pa",
        b"".join(history.compressed(box, brotli.compress(box)) for box in map(empties, range(3))),
    )
    assert len(stores.read(many).manifests) == 3
    with pytest.raises(LimitError, match="boxes"):
        stores.read(many, Limits(jumbf_boxes=2500))


def empties(number: int) -> bytes:
    return f.superbox(f.type_uuid("c2ma"), f"urn:c2pa:{number}", f.box(b"free", b"") * 1000)


@pytest.mark.parametrize("complete", [True, False])
def test_an_update_is_as_complete_as_what_it_updates(complete: bool) -> None:
    """It touches no content, so what its parent says of the list of actions still is so (spec/origin.md)."""
    boxes = [f.actions(f.created(), allActionsIncluded=complete), f.data_hash()]
    for data in updated(media.script, page, boxes=boxes):
        found = verdict(data)
        assert (found.state, found.origin.complete) == (State.TRUSTED, complete), found


def test_a_redacted_ingredient_is_called_one() -> None:
    picture = history.ancestor(source="trainedAlgorithmicMedia", seed="picture")
    component = history.ingredient(picture, "componentOf")
    parent = history.ancestor(component, before=picture.all).without(component.label)
    fields = {"redacted_assertions": [parent.assertion(component.label)]}
    found = verdict(history.updated(replace(parent, before=()), history.NOTE, fields=fields).text())
    assert (found.state, str(found.origin.cls), found.origin.complete) == (State.TRUSTED, "unknown", False)
    assert found.origin.notes == ("an ingredient was redacted: nobody can tell what it was",)
