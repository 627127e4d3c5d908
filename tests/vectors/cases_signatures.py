"""``cl::``: the signature box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.codes import CREDENTIAL, MISMATCH, P256, SIGNATURE, UNSUPPORTED
from vectors.keys import credential
from vectors.text_forge import HOST, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cose_structure()
    yield from cose_algorithms()
    yield from signatures()


def cose_structure() -> Iterator[Case]:
    chain = credential("es256").chain

    def header(**changes: Any) -> bytes:
        return signed(edit_protected=lambda fields: {**fields, **changes["fields"]})

    def without(label: int, unprotected: dict[Any, Any] | None = None) -> bytes:
        return signed(
            edit_protected=lambda fields: {k: v for k, v in fields.items() if k != label},
            unprotected=unprotected or {},
        )

    def array(edit: Callable[[list[Any]], Any]) -> bytes:
        return signed(edit_cose=lambda data: cbor2.dumps(edit(list(cbor2.loads(data).value))))

    pair = list(chain)
    for name, data, why in (
        ("x5chain-two", signed(unprotected={33: pair}), "Chains in both headers."),
        (
            "x5chain-two-labels",
            header(fields={"x5chain": pair}),
            "Two chains in the protected header, under both labels.",
        ),
        ("x5chain-none", without(33), "No chain."),
        ("x5chain-empty", header(fields={33: []}), "An empty chain."),
        ("x5chain-garbage", header(fields={33: b"not a certificate"}), "A chain of something else."),
        ("x5chain-text", header(fields={33: "certificate"}), "A chain that is text."),
        (
            "x5chain-trailing",
            header(fields={33: [chain[0] + b"\0", chain[1]]}),
            "A byte follows the certificate.",
        ),
    ):
        yield Case(f"cl::{name}", data, invalid(CREDENTIAL), "14.5", why)
    yield Case(
        "cl::x5chain-unprotected",
        without(33, {33: pair}),
        trusted(),
        "14.5",
        "Readers accept the chain in the unprotected header.",
    )
    yield Case(
        "cl::x5chain-label",
        signed(edit_protected=lambda fields: {1: fields[1], "x5chain": pair}),
        trusted(),
        "14.5",
        "Readers accept the old text label.",
    )
    for name, data, why in (
        ("crit", header(fields={2: [99], 99: 1}), "A critical header parameter nobody knows."),
        ("untagged", array(lambda a: a), "COSE_Sign1 without its tag."),
        ("tag-98", array(lambda a: cbor2.CBORTag(98, a)), "The tag of COSE_Sign."),
        ("cose-five", array(lambda a: cbor2.CBORTag(18, [*a, 1])), "Five elements."),
        (
            "cose-attached",
            array(lambda a: cbor2.CBORTag(18, [a[0], a[1], b"payload", a[3]])),
            "A payload in the signature: it must be detached.",
        ),
        ("cose-trailing", signed(edit_cose=lambda data: data + b"\0"), "A byte follows the signature."),
        (
            "cose-long-tag",
            signed(edit_cose=lambda data: b"\xd8\x12" + data[1:], fill=False),
            "The tag in a longer spelling than it needs.",
        ),
        (
            "cose-long-pad",
            signed(
                unprotected={"pad": bytes(20)},
                edit_cose=lambda data: data.replace(b"\x63pad\x54", b"\x63pad\x5a\0\0\0\x14", 1),
                fill=False,
            ),
            "The length of the pad in a longer spelling than it needs.",
        ),
        ("cose-empty", signed(edit_cose=lambda _: b"", fill=False), "Nothing in the signature box."),
        (
            "cose-protected-map",
            array(lambda a: cbor2.CBORTag(18, [{}, a[1], None, a[3]])),
            "The protected header is not a byte string.",
        ),
        (
            "cose-protected-list",
            signed(edit_protected=lambda _: f.canonical([1])),
            "The protected header is no map.",
        ),
    ):
        yield Case(f"cl::{name}", data, invalid(SIGNATURE), "13.2, 15.7", why)
    for name, extra, why in (
        ("cose-pad", {"pad": b"room for a message nobody signed"}, "Text in the unsigned pad."),
        ("cose-pad2", {"pad2": b"\0\0\1"}, "A second pad that is not zero-filled."),
        ("cose-pad-text", {"pad": "zeros"}, "A pad that is text."),
        ("cose-unknown", {"note": b"hello"}, "An unknown entry in the unsigned header."),
        ("cose-unknown-number", {4: b"key id"}, "A header parameter of COSE the standard does not use."),
        ("cose-alg-twice", {1: -7}, "The algorithm again, unsigned."),
    ):
        yield Case(
            f"cl::{name}",
            signed(unprotected=extra, fill="pad" not in extra),
            invalid(MISMATCH),
            "15.12.1.1",
            why,
        )
    yield Case(
        "cl::cose-zero-pad",
        signed(unprotected={"pad": bytes(2000)}, fill=False),
        trusted(),
        "10.4.2",
        "Two kilobytes of zeros.",
    )


def cose_algorithms() -> Iterator[Case]:
    for name, number, why in (
        ("alg-none", 0, "Algorithm 0 is reserved."),
        ("alg-unknown", -65000, "An algorithm nobody knows."),
        ("alg-rs256", -257, "RSASSA-PKCS1-v1_5 is not on the list."),
        ("alg-hmac", 5, "HMAC: whoever can check can sign."),
        ("alg-es256k", -47, "secp256k1 is not on the list."),
        ("alg-text", "ES256", "The algorithm as text."),
        ("alg-bool", True, "A truth value is no algorithm."),
        ("alg-null", None, "The algorithm is null."),
    ):
        yield Case(
            f"cl::{name}",
            signed(edit_protected=lambda fields, n=number: {**fields, 1: n}),
            invalid(UNSUPPORTED),
            "13.2.1",
            why,
        )
    yield Case(
        "cl::alg-absent",
        signed(edit_protected=lambda fields: {33: fields[33]}),
        invalid(UNSUPPORTED),
        "13.2.1",
        "No algorithm in the protected header.",
    )
    yield Case(
        "cl::alg-unprotected",
        signed(edit_protected=lambda fields: {33: fields[33]}, unprotected={1: -7}),
        invalid(UNSUPPORTED),
        "13.2.1",
        "The algorithm stands unsigned.",
    )
    yield Case(
        "cl::alg-rsa-key",
        signed(edit_protected=lambda fields: {**fields, 1: -37}),
        invalid(UNSUPPORTED),
        "13.2.1",
        "PS256 with a P-256 key.",
    )
    yield Case(
        "cl::alg-ed-key",
        signed(edit_protected=lambda fields: {**fields, 1: -8}),
        invalid(UNSUPPORTED),
        "13.2.1",
        "EdDSA with a P-256 key.",
    )
    yield Case(
        "cl::alg-other-hash",
        signed(edit_protected=lambda fields: {**fields, 1: -35}),
        invalid(SIGNATURE),
        "13.2.1",
        "ES384 is named, SHA-256 was used.",
    )
    yield Case(
        "cl::alg-es512-p256",
        f.Forge(HOST, credential("es256", "ES512")).text(),
        trusted(),
        "13.2.1",
        "P-256 with SHA-512: any hash goes with any curve.",
    )


def signatures() -> Iterator[Case]:
    def split(raw: bytes) -> tuple[int, int]:
        return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")

    def joined(r: int, s: int) -> bytes:
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    for name, edit, why in (
        ("sig-der", lambda raw: encode_dss_signature(*split(raw)), "DER instead of r and s side by side."),
        ("sig-r0", lambda raw: bytes(32) + raw[32:], "r is zero."),
        ("sig-s0", lambda raw: raw[:32] + bytes(32), "s is zero."),
        ("sig-zero", lambda _: bytes(64), "All zero (CVE-2022-21449)."),
        ("sig-sn", lambda raw: raw[:32] + P256.to_bytes(32, "big"), "s is the order of the curve."),
        ("sig-short", lambda raw: raw[:-1], "A byte is missing."),
        ("sig-long", lambda raw: raw + b"\0", "A byte too many."),
        ("sig-empty", lambda _: b"", "Empty."),
        ("sig-flip", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), "A bit was flipped."),
        ("sig-swapped", lambda raw: raw[32:] + raw[:32], "r and s in the wrong order."),
    ):
        yield Case(f"cl::{name}", signed(edit_signature=edit), invalid(SIGNATURE), "13.2, 15.7", why)
    yield Case(
        "cl::sig-n-minus-s",
        signed(edit_signature=lambda raw: joined(split(raw)[0], P256 - split(raw)[1])),
        trusted(),
        "13.2",
        "n-s is as good an ECDSA signature as s: neither COSE nor C2PA asks for the low one, and nothing signed changes.",
    )
    yield Case(
        "cl::sig-wrong-key",
        signed(sign=credential("other").sign),
        invalid(SIGNATURE),
        "15.7",
        "Signed with another key than the certificate's.",
    )
    ed = credential("ed25519")
    yield Case(
        "cl::sig-ed25519-zero",
        f.Forge(HOST, ed, edit_signature=lambda _: bytes(64)).text(),
        invalid(SIGNATURE),
        "15.7",
        "An Ed25519 signature of zeros.",
    )
    order = 2**252 + 27742317777372353535851937790883648493

    def lifted(raw: bytes) -> bytes:
        return raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")

    yield Case(
        "cl::sig-ed25519-high-s",
        f.Forge(HOST, ed, edit_signature=lifted).text(),
        invalid(SIGNATURE),
        "RFC 8032 5.1.7",
        "S is not reduced.",
    )
    yield Case(
        "cl::sig-pss-short",
        f.Forge(HOST, credential("rsa"), edit_signature=lambda raw: raw[1:]).text(),
        invalid(SIGNATURE),
        "15.7",
        "A PSS signature that lacks a byte.",
    )
