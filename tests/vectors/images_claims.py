"""``cl::``: claim, signature box and assertions of a PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from support import forge as f
from vectors.case import invalid, trusted
from vectors.codes import ACTION, GENERAL, HASHED, P256, SIGNATURE, UNSUPPORTED
from vectors.image_forge import created, forge, patched, signed, store_of, swap
from vectors.image_keys import wrong_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.image_forge import Row


def claim_cases() -> Iterator[Row]:
    def actions(*entries: Any, **changes: Any) -> bytes:
        return signed(boxes=[f.actions(*entries), f.data_hash()], **changes)

    note = f.Box("org.example.note", {"a": 1})
    hidden = f.Box("org.example.note", {"a": 1}, listed=None)
    human, binding = f.actions(created()), f.data_hash()
    label = forge().label().encode()
    other = b"urn:c2pa:00000000-0000-4000-8000-000000000000"
    yield (
        "cl::png-dst-flip",
        patched(swap(b"digitalCreation", b"digitalCreatiom")),
        invalid(HASHED),
        "15.10.3",
        "The source type was changed and nothing sealed.",
    )
    yield (
        "cl::png-dst-unknown",
        actions(created("digitalInvention")),
        trusted("unknown"),
        "18.15",
        "A source type nobody knows: intact, and it says nothing.",
    )
    yield (
        "cl::png-dst-missing",
        actions(created(None)),
        invalid(ACTION),
        "15.10.3",
        "Created, and no source type.",
    )
    yield (
        "cl::png-first-action",
        actions({"action": "c2pa.edited"}),
        invalid(ACTION),
        "15.10.3",
        "The first action is neither created nor opened.",
    )
    yield (
        "cl::png-two-created",
        actions(created(), created("trainedAlgorithmicMedia")),
        invalid(ACTION),
        "15.10.3",
        "Created twice, by hand and by a model.",
    )
    yield (
        "cl::png-undeclared",
        signed(boxes=[human, hidden, binding]),
        invalid("assertion.undeclared"),
        "15.10.3",
        "An assertion the claim does not list.",
    )
    yield (
        "cl::png-removed",
        signed(boxes=[human, f.Box(**{**note.__dict__, "raw": b""}), binding]),
        invalid("assertion.missing"),
        "15.10.3",
        "A listed assertion is not there.",
    )
    yield (
        "cl::png-dup-label",
        signed(boxes=[human, note, hidden, binding]),
        invalid("assertion.undeclared"),
        "8.4, 15.10",
        "Two assertions of one label.",
    )
    yield (
        "cl::png-trailing",
        signed(encode_claim=lambda claim: f.canonical(claim) + b"\0"),
        invalid("claim.cbor.invalid"),
        "15.6",
        "A byte follows the claim, and is signed.",
    )
    second = f.Box(**{**binding.__dict__, "label": "c2pa.hash.data__1"})
    yield (
        "cl::png-two-bindings",
        signed(boxes=[human, binding, second]),
        invalid("assertion.multipleHardBindings"),
        "15.12",
        "Two hard bindings.",
    )
    yield (
        "cl::png-no-binding",
        signed(boxes=[human]),
        invalid("claim.hardBindings.missing"),
        "15.12",
        "No hard binding.",
    )
    yield (
        "cl::png-label-rename",
        patched(swap(label, other)),
        invalid(SIGNATURE),
        "8.1, 15.7",
        "The manifest was renamed everywhere, also in the claim.",
    )
    yield (
        "cl::png-label-rename-box",
        patched(swap(label, other, 1)),
        invalid(),
        "15.7",
        "Only the label of the box was changed.",
    )
    yield (
        "cl::png-alias-uuid",
        patched(swap(b"c2ma", b"c2xx")),
        invalid(GENERAL),
        "11.1.4",
        "The manifest is of no known type.",
    )
    foreign = f.children(store_of(signed(who="stranger", seed="other")))[2][0]
    yield (
        "cl::png-label-repeat",
        signed(edit_manifests=lambda found: [found[0], foreign, found[0]]),
        invalid(GENERAL),
        "8.4, 15.5.1",
        "The label of the active manifest occurs twice.",
    )
    yield (
        "cl::png-two-manifests",
        signed(edit_manifests=lambda found: [foreign, *found]),
        invalid(GENERAL),
        "15.5.1",
        "A manifest that nothing refers to.",
    )
    yield (
        "cl::png-sig-wrong-key",
        signed(sign=wrong_key().sign),
        invalid(SIGNATURE),
        "15.7",
        "Signed with another key than that of the certificate.",
    )

    def der(raw: bytes) -> bytes:
        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    def high(raw: bytes) -> bytes:
        return raw[:32] + (P256 - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")

    for name, edit, why in (
        ("sig-der", der, "The signature in DER."),
        ("sig-zero", lambda raw: bytes(32) + raw[32:], "r is 0."),
        ("sig-flip", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), "A bit of the signature was changed."),
    ):
        yield f"cl::png-{name}", signed(edit_signature=edit), invalid(SIGNATURE), "13.2, 15.7", why
    yield (
        "cl::png-sig-high",
        signed(edit_signature=high),
        trusted(),
        "13.2.1",
        "The other of the two values of s: a signature over the same claim by the same key (nothing forbids it).",
    )
    for name, value in (("alg-none", 0), ("alg-unknown", -999)):
        yield (
            f"cl::png-{name}",
            signed(edit_protected=lambda header, value=value: {**header, 1: value}),
            invalid(UNSUPPORTED),
            "13.2, 15.7",
            "An algorithm that is not on the list.",
        )
    yield (
        "cl::png-hash-alg",
        signed(boxes=[human, f.data_hash(alg="md5", hash=lambda x: f.hash_of(x.content, "md5"))]),
        invalid(),
        "13.1",
        "The binding is by MD5.",
    )
    yield (
        "cl::png-no-alg",
        signed(fields={"alg": None}),
        invalid(),
        "13.1, 15.4",
        ("No algorithm is named for the hashes of assertions."),
    )
    yield (
        "cl::png-cose-untagged",
        signed(edit_cose=lambda raw: cbor2.dumps(cbor2.loads(raw).value)),
        invalid(SIGNATURE),
        "13.2",
        "The signature has no tag.",
    )
