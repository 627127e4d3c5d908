"""``cl::``: the claim, and changes nobody sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cbor2

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.codes import ACTION, CBOR, CLAIM, GENERAL, SIGNATURE
from vectors.keys import credential
from vectors.text_forge import patched, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def cases() -> Iterator[Case]:
    """All of them."""
    yield from unsealed()
    yield from claim_cbor()
    yield from claim_fields()


def unsealed() -> Iterator[Case]:
    """Bytes of the store changed after signing."""
    yield Case(
        "cl::dst-flip",
        patched(b"digitalCreation", b"digitalCreatiom"),
        invalid("assertion.hashedURI.mismatch", ACTION),
        "15.10.3",
        "The source type was changed: the assertion no longer counts, so nothing says how the text began either.",
    )
    yield Case(
        "cl::claim-flip",
        patched(b"provkit test forge", b"provkit test gorge"),
        invalid(SIGNATURE),
        "15.7",
        "A letter of the claim was changed.",
    )
    yield Case(
        "cl::label-rename",
        patched(
            f.Forge(b"", credential("es256")).label().encode(),
            b"urn:c2pa:00000000-0000-4000-8000-000000000000",
        ),
        invalid(SIGNATURE),
        "8.1, 15.7",
        "The manifest was renamed everywhere, and the claim names it.",
    )
    yield Case(
        "cl::label-rename-box",
        patched(
            f.Forge(b"", credential("es256")).label().encode(),
            b"urn:c2pa:00000000-0000-4000-8000-000000000000",
            1,
        ),
        invalid("claimSignature.missing"),
        "15.7",
        "Only the label was changed: the claim's signature URI names another manifest.",
    )
    yield Case(
        "cl::alias-uuid",
        patched(b"c2ma", b"c2md"),
        invalid(GENERAL),
        "11.1.4",
        "One byte makes the manifest of the read-only alias type: no hash covers that byte, so it must be the usual one.",
    )
    yield Case(
        "cl::toggles",
        toggled(),
        invalid(GENERAL),
        "11.1.4.1.2",
        "An unsigned toggle of the manifest's description was set, and an id put behind the label.",
    )
    yield Case(
        "cl::assertion-toggles",
        patched(b"\x13c2pa.actions.v2", b"\x12c2pa.actions.v2"),
        invalid("assertion.hashedURI.mismatch", ACTION),
        "8.4.2.3",
        "Toggles of an assertion are hashed.",
    )


def toggled() -> bytes:
    """The manifest's description with an id."""

    def edit(manifests: list[bytes]) -> list[bytes]:
        uuid, label, parts = f.children(manifests[0])
        return [f.superbox(uuid, label, b"".join(parts), toggles=0x07, private=b"id=7")]

    return signed(edit_manifests=edit)


def claim_cbor() -> Iterator[Case]:
    def raw(edit: Callable[[bytes], bytes]) -> bytes:
        return signed(encode_claim=lambda claim: edit(f.canonical(claim)))

    def twice(data: bytes) -> bytes:
        return bytes([data[0] + 1]) + data[1:] + f.canonical("alg") + f.canonical("sha256")

    def long_length(data: bytes) -> bytes:
        return data.replace(b"\x66sha256", b"\x78\x06sha256", 1)

    def indefinite(data: bytes) -> bytes:
        return b"\xbf" + data[1:] + b"\xff"

    for name, data, why in (
        ("trailing", raw(lambda data: data + b"\0"), "A byte follows the claim."),
        ("trailing-item", raw(lambda data: data + b"\xa0"), "An item follows the claim."),
        ("duplicate-key", raw(twice), "A key occurs twice."),
        ("non-minimal", raw(long_length), "A length is not in its shortest form (10.1: core deterministic)."),
        ("indefinite", raw(indefinite), "A map of indefinite length (10.1: core deterministic)."),
        ("cut", raw(lambda data: data[:-3]), "The claim is cut off."),
        ("empty", raw(lambda _: b""), "No claim at all in the box."),
        ("not-map", raw(lambda data: b"\x81" + data), "An array around the claim."),
        ("self-described", raw(lambda data: b"\xd9\xd9\xf7" + data), "A tag around the claim."),
        (
            "tag-28",
            raw(lambda data: bytes([data[0] + 1]) + data[1:] + f.canonical("x") + b"\xd8\x1c\x81\x01"),
            "Tag 28 marks a value for sharing.",
        ),
        (
            "tag-29",
            raw(lambda data: bytes([data[0] + 1]) + data[1:] + f.canonical("x") + b"\xd8\x1d\x00"),
            "Tag 29 refers to a shared value.",
        ),
        (
            "tag-25",
            raw(lambda data: bytes([data[0] + 1]) + data[1:] + f.canonical("x") + b"\xd8\x19\x00"),
            "Tag 25 refers to a string.",
        ),
        (
            "cyclic",
            raw(
                lambda data: bytes([data[0] + 1]) + data[1:] + f.canonical("x") + b"\xd8\x1c\x81\xd8\x1d\x00"
            ),
            "An array that contains itself.",
        ),
        (
            "deep",
            raw(lambda data: bytes([data[0] + 1]) + data[1:] + f.canonical("x") + b"\x81" * 64 + b"\0"),
            "Nested deeper than anybody needs.",
        ),
        (
            "not-utf8",
            raw(lambda data: data.replace(b"xmp:iid:", b"xmp:iid\xff")),
            "A text string that is no UTF-8.",
        ),
    ):
        yield Case(f"cl::{name}", data, invalid(CBOR), "10.1, 15.6", why)
    yield Case(
        "cl::own-order",
        signed(encode_claim=lambda claim: cbor2.dumps(dict(sorted(claim.items(), reverse=True)))),
        trusted(),
        "10.1",
        "Keys in another order: the reference engine writes its own, so it is read.",
    )


def claim_fields() -> Iterator[Case]:
    entry = {"url": "self#jumbf=c2pa.assertions/c2pa.hash.data", "hash": b"x" * 32}
    for name, fields, why in (
        ("no-created", {"created_assertions": None}, "created_assertions is missing."),
        ("created-empty", {"created_assertions": []}, "created_assertions is empty."),
        ("created-map", {"created_assertions": entry}, "created_assertions is no list."),
        (
            "created-strings",
            {"created_assertions": ["self#jumbf=c2pa.assertions/c2pa.hash.data"]},
            "An entry is no hashed URI.",
        ),
        ("no-instance", {"instanceID": None}, "instanceID is missing."),
        ("no-signature-field", {"signature": None}, "The signature URI is missing."),
        ("no-generator", {"claim_generator_info": None}, "claim_generator_info is missing."),
        (
            "generator-list",
            {"claim_generator_info": [{"name": "x"}]},
            "claim_generator_info is a list, as in version 1.",
        ),
        (
            "generator-unnamed",
            {"claim_generator_info": {"version": "1"}},
            "claim_generator_info has no name.",
        ),
        ("alg-number", {"alg": 5}, "alg is no text."),
        ("title-number", {"dc:title": 5}, "The title is no text."),
        ("redacted-number", {"redacted_assertions": 5}, "redacted_assertions is no list."),
    ):
        yield Case(f"cl::{name}", signed(fields=fields), invalid(CLAIM), "15.6.2", why)
    for name, urn, why in (
        (
            "urn-uuid",
            "urn:uuid:00000000-0000-4000-8000-000000000000",
            "The old form of the label, with a claim of version 2.",
        ),
        ("urn-word", "manifest", "The label is no URN."),
        (
            "urn-newline",
            "urn:c2pa:00000000-0000-4000-8000-000000000000\n",
            "A control character in the label.",
        ),
    ):
        codes = (GENERAL,) if "newline" in name else (CLAIM,)
        yield Case(f"cl::{name}", signed(urn=urn), invalid(*codes), "8.1, 11.1.4.1.1", why)
    for name, uri, why in (
        (
            "signature-elsewhere",
            "self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-000000000000/c2pa.signature",
            "The URI names another manifest.",
        ),
        ("signature-assertion", "self#jumbf=c2pa.assertions/c2pa.actions.v2", "The URI names an assertion."),
        ("signature-missing", "self#jumbf=c2pa.signatures", "The URI names nothing."),
        ("signature-http", "https://example.org/signature", "The URI leads out of the store."),
        ("signature-dots", "self#jumbf=c2pa.assertions/../c2pa.signature", "Dots are no path (8.4)."),
    ):
        yield Case(
            f"cl::{name}",
            signed(fields={"signature": uri}),
            invalid("claimSignature.missing"),
            "8.4, 15.7",
            why,
        )
    yield Case(
        "cl::signature-relative",
        signed(fields={"signature": "self#jumbf=c2pa.signature"}),
        trusted(),
        "10.2.1",
        "The relative form of the standard's examples is read.",
    )
    yield Case(
        "cl::custom-field",
        signed(fields={"org.example.x": [1, {"a": b"b"}]}),
        trusted(),
        "10.2",
        "Fields nobody knows are ignored.",
    )
    yield Case(
        "cl::title",
        signed(fields={"dc:title": "A title\n\x1b[31m"}),
        trusted(),
        "10.2",
        "A title with escape codes: signed, and escaped by whoever prints it.",
    )
