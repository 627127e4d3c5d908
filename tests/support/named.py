"""Identity assertions for texts of the forge, good ones and every way to get them wrong."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import cbor2

from support import forge as f
from support.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Callable

HOLDER: Final = Pki.make(
    "Ed25519", common_name="A. Author", organization="Weekly", ekus=("1.3.6.1.5.5.7.3.36",)
)
PREFIX: Final = "self#jumbf=c2pa.assertions/"


def same(value: Any) -> Any:
    return value


def references(frame: f.Frame, *boxes: f.Box) -> list[dict[str, Any]]:
    """Hashed URIs of assertions as they will stand in the manifest."""
    return [
        {"url": PREFIX + one.label, "alg": "sha256", "hash": hashlib.sha256(one.build(frame)[8:]).digest()}
        for one in boxes
    ]


def identity_box(
    *,
    holder: Pki = HOLDER,
    label: str = "cawg.identity",
    edit_payload: Callable[[dict[str, Any]], Any] = same,
    edit_protected: Callable[[dict[Any, Any]], Any] = same,
    beside: Callable[[bytes, bytes], dict[Any, Any]] = lambda _protected, _signature: {},
    edit_content: Callable[[dict[str, Any]], Any] = same,
    spelled: Callable[[Any], bytes] = f.canonical,
    others: tuple[f.Box, ...] = (),
    listed: str = "gathered",
) -> f.Box:
    """An identity assertion about the hard binding of the forge, and about `others`."""
    credential = f.Credential.load(holder.chain_pem, holder.key_pem, "Ed25519")

    def content(frame: f.Frame) -> Any:
        named = references(frame, f.data_hash(), *others)
        payload = edit_payload({"sig_type": "cawg.x509.cose", "referenced_assertions": named})
        header = f.canonical(edit_protected({1: -8, 33: list(credential.chain)}))
        signature = credential.sign(f.canonical(["Signature1", header, b"", spelled(payload)]))
        cose = cbor2.dumps(cbor2.CBORTag(18, [header, beside(header, signature), None, signature]))
        return edit_content({"signer_payload": payload, "signature": cose, "pad1": bytes(8)})

    return f.Box(label, content, listed=listed)
