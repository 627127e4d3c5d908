"""``cl::``, ``ext::``, ``or::``: what stands in an unusual spelling, or elsewhere, and counts all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cbor2
from cryptography import x509

from support import forge as f
from support import pki
from vectors.case import Case, invalid, trusted, valid
from vectors.keys import TRUST, credential
from vectors.text_forge import signed
from vectors.text_history import NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTED: Final = f"self#jumbf=c2pa.assertions/{NOTE.label}"
WRONG: Final = "hashedURI.mismatch"
SYNTHETIC: Final = f.BASE + "trainedAlgorithmicMedia"
PLACE: Final = {"url": "https://example.org/x", "hash": bytes(32), "alg": "sha256"}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from references()
    yield from assertions()
    yield from elsewhere()
    yield from spelled()
    yield from chains()


def in_parts() -> bytes:
    """An assertion with a reference, whose URI is a string of two parts (RFC 8949 §3.2.3)."""
    head, tail = NOTED[:5].encode(), NOTED[5:].encode()
    url = b"\x7f" + cbor2.dumps(head.decode()) + cbor2.dumps(tail.decode()) + b"\xff"
    return b"\xa1\x61a\xa2\x63url" + url + b"\x64hash\x58\x20" + bytes(32)


def _with(*boxes: f.Box) -> bytes:
    return signed(boxes=[f.actions(f.created()), *boxes, f.data_hash()])


def _json(label: str, payload: bytes) -> f.Box:
    return f.Box(label, payload=payload, kind=b"json", uuid=f.type_uuid("json"))


def references() -> Iterator[Case]:
    """A reference with a wrong hash, spelled so that a search for its beginning does not find it."""
    escaped = NOTED.replace("#", "\\u0023").encode()
    for name, box, why in (
        ("parts", f.Box("org.example.x", payload=in_parts()), "The URI is a CBOR string of two parts."),
        ("escaped", _json("org.example.x", b'{"url":"%s","hash":"AAAA"}' % escaped), "The URI has a JSON escape."),
        (
            "tagged",
            f.Box("org.example.x", {"a": cbor2.CBORTag(999, {"url": NOTED, "hash": bytes(32)})}),
            "The reference stands in a CBOR tag.",
        ),
    ):  # fmt: skip
        yield Case(f"cl::ref-{name}", _with(NOTE, box), invalid(WRONG), "15.10.3.3", why)


def assertions() -> Iterator[Case]:
    """Assertions that other readers take for something else."""
    superscript = f.data_hash()
    superscript.label = "c2pa.hash.data__\u00b2"
    yield Case(
        "cl::label-superscript",
        signed(boxes=[f.actions(f.created()), superscript]),
        invalid("claim.hardBindings.missing"),
        "6.4",
        "The number of the instance is a superscript, which is no number.",
    )
    action = b'{"actions":[{"action":"c2pa.created","digitalSourceType":"%sdigitalCreation"}]}'
    yield Case(
        "cl::actions-json",
        signed(boxes=[_json("c2pa.actions.v2", action % f.BASE.encode()), f.data_hash()]),
        invalid("assertion.cbor.invalid", "assertion.action.malformed"),
        "18.15, STRICT-CBOR-2",
        "The actions are JSON; the reference engine stops with an error.",
    )
    for name, content in (
        ("metadata", cbor2.CBORTag(999, {"Iptc4xmpExt:DigitalSourceType": SYNTHETIC})),
        ("metadata-value", {"Iptc4xmpExt:DigitalSourceType": cbor2.CBORTag(999, SYNTHETIC)}),
    ):
        yield Case(
            f"or::tagged-{name}",
            _with(f.Box("c2pa.metadata", content)),
            trusted("synthetic"),
            "18.15.4",
            "The source type in the metadata stands in a CBOR tag, which most readers skip.",
        )


def spelled() -> Iterator[Case]:
    """A key of an action in another letter case: a statement against interest."""
    edited = {"action": "c2pa.edited", "DigitalSourceType": SYNTHETIC}
    yield Case(
        "or::action-key-case",
        signed(boxes=[f.actions(f.created(), edited), f.data_hash()]),
        trusted("synthetic"),
        "18.15.4",
        "The key of the source type has a capital letter.",
    )


def elsewhere() -> Iterator[Case]:
    """What is kept elsewhere is signed with the label that says what it is."""
    for name, kind, origin in (
        ("disclosure", "c2pa.ai-disclosure", "ai-assisted"),
        ("metadata", "c2pa.metadata", "unknown"),
        ("terms", "cawg.training-mining", "human"),
    ):
        where: dict[str, Any] = {"label": kind, "location": PLACE}
        for prefix, box in (
            ("cloud", f.Box("c2pa.cloud-data", {**where, "size": 100})),
            ("reference", f.Box("c2pa.external-reference", where, listed="gathered")),
        ):
            yield Case(
                f"ext::{prefix}-{name}",
                _with(box),
                trusted(origin, "external-content"),
                "15.10.4.1, 18.28",
                f"An assertion {kind} is kept elsewhere, and not fetched.",
            )


def chains() -> Iterator[Case]:
    """A chain in the header that nothing signs."""
    chain = credential("es256").chain
    root = x509.load_pem_x509_certificate((TRUST / "root.pem").read_bytes()).public_bytes(pki.DER)
    for name, more, expected, why in (
        ("root", root, trusted(), "The root at its end signs itself and is listed."),
        (
            "stranger",
            credential("stranger").chain[0],
            valid(),
            "A certificate at its end has no part in it: all but its form could be anything.",
        ),
    ):
        made = signed(edit_protected=lambda _: {1: -7}, unprotected={33: [*chain, more]})
        yield Case(f"cl::x5chain-unprotected-{name}", made, expected, "14.5, STRICT-SIG-5", why)
