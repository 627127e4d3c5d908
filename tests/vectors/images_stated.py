"""``cl::``, ``ext::``, ``red::``: what a picture's manifest states, where the reference engine looks away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors import in_place
from vectors.case import error, invalid, trusted, valid
from vectors.cases_spellings import in_parts
from vectors.codes import SIGNATURE, UNSUPPORTED
from vectors.image_forge import created, signed
from vectors.image_keys import credential
from vectors.images_updates import png
from vectors.text_history import NOTE, Ancestor, ingredient, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.image_forge import Row

PLACE: Final = {"url": "https://example.org/x", "hash": bytes(32)}
OTHERS: Final = "ingredient.claimSignature.mismatch"


def cases() -> Iterator[Row]:
    """All of them."""
    yield from stated()
    yield from placeholders()
    yield (
        "cl::png-crit",
        signed(edit_protected=lambda header: {**header, 2: ["x"]}),
        invalid(SIGNATURE),
        "RFC 9052 3.1, STRICT-SIG-3",
        "The signature has a header that must be understood.",
    )
    yield from spellings()


def stated() -> Iterator[Row]:
    """Assertions of the active manifest."""
    label = "self#jumbf=c2pa.assertions/c2pa.actions.v2"
    for name, box, code, clause, why in (
        (
            "cl::png-ref-mismatch",
            f.Box("org.example.note", {"a": {"url": label, "hash": bytes(32)}}),
            "hashedURI.mismatch",
            "15.10.3.3",
            "An assertion refers to another with a wrong hash.",
        ),
        (
            "cl::png-ref-missing",
            f.Box("org.example.note", {"a": {"url": f"{label}x", "hash": bytes(32)}}),
            "hashedURI.missing",
            "15.10.3.3",
            "An assertion refers to one that is not there.",
        ),
        (
            "ext::png-cloud-md5",
            f.Box("c2pa.cloud-data", {"label": "org.example.x", "size": 1, "location": {**PLACE, "alg": "md5"}}),
            UNSUPPORTED,
            "13.1, 15.4.3, 15.10.3.2.1",
            "Cloud data under a hash that is not allowed.",
        ),
        (
            "ext::png-reference-created",
            f.Box("c2pa.external-reference", {"location": {**PLACE, "alg": "sha256"}}),
            "assertion.external-reference.created",
            "15.10.3.2.2",
            "The signer answers for an external reference.",
        ),
        (
            "ext::png-stamp-empty",
            f.Box("c2pa.time-stamp", {}),
            "assertion.timestamp.malformed",
            "15.10.3.2.6",
            "An assertion for time stamps without one.",
        ),
    ):  # fmt: skip
        yield name, signed(boxes=[f.actions(created()), box, f.data_hash()]), invalid(code), clause, why
    yield (
        "red::png-action-bare",
        signed(boxes=[f.actions(created(), {"action": "c2pa.redacted", "reason": "x"}), f.data_hash()]),
        invalid("assertion.action.redactionMismatch"),
        "15.10.3.2.3",
        "An action says that something was redacted, and not what.",
    )


def placeholders() -> Iterator[Row]:
    """What stands where an assertion was redacted."""
    first = in_place.history(png([f.actions(created()), NOTE, f.data_hash()], seed="first"))
    uri = first.assertion(NOTE.label)

    def child(parent: Ancestor) -> bytes:
        box = ingredient(parent)
        said: dict[str, Any] = {"action": "c2pa.redacted", "reason": "x", "parameters": {"redacted": uri}}
        return in_place.sealed(
            png(
                [f.actions(opened(box), said), box, f.data_hash()],
                edit_manifests=lambda found: [parent.raw, *found],
                seed="child",
                fields={"redacted_assertions": [uri]},
            )
        )[0]

    yield (
        "red::png-salted",
        child(first.blanked(NOTE.label, salt=b"words, unsigned.")),
        invalid(OTHERS),
        "6.8, STRICT-REDACT-1",
        "In the place of a redacted assertion stand zeros, and words where the salt was.",
    )
    yield (
        "red::png-zeros",
        child(first.blanked(NOTE.label)),
        trusted("human"),
        "6.8",
        "In the place of a redacted assertion stand zeros.",
    )
    yield (
        "red::png-salted-recorded",
        child(first.blanked(NOTE.label, salt=b"words, recorded.", noticed=True)),
        trusted("human"),
        "6.8, STRICT-REDACT-1",
        "The same words, and the hash that was recorded covers them.",
    )


def spellings() -> Iterator[Row]:
    """What the reference engine takes for something else, or for nothing."""
    yield (
        "cl::png-ref-parts",
        signed(boxes=[f.actions(created()), NOTE, f.Box("org.example.x", payload=in_parts()), f.data_hash()]),
        invalid("hashedURI.mismatch"),
        "15.10.3.3, STRICT-IMG-18",
        "A reference with a wrong hash, whose URI is a CBOR string of two parts.",
    )
    chain = credential("es256").chain
    stranger = [*chain, credential("stranger").chain[0]]
    yield (
        "cl::png-x5chain-unprotected",
        signed(edit_protected=lambda _: {1: -7}, unprotected={"x5chain": stranger}),
        valid(),
        "14.5, STRICT-SIG-5",
        "In the header that nothing signs stands a certificate that has no part in the chain.",
    )

    def start(frame: f.Frame) -> list[dict[str, int]]:
        return [{"start": frame.start, "length": frame.length + 8}]

    def digest(frame: f.Frame) -> bytes:
        return f.hash_of(frame.content[: frame.start] + frame.content[frame.start + 8 :])

    wide = f.data_hash(exclusions=start, hash=digest)
    wide.label = "c2pa.hash.data__x"
    yield (
        "cl::png-binding-name",
        signed(boxes=[f.actions(created()), wide]),
        invalid("assertion.dataHash.mismatch"),
        "6.4, 15.12.1.1, STRICT-IMG-7",
        "A data hash under a label that is no instance, which leaves out more than the store.",
    )
    yield (
        "cl::png-many-values",
        signed(
            boxes=[
                f.actions(created()),
                f.Box("org.example.x", payload=b"\x9a\0\x01\x86\xa0" + b"\xa0" * 100_000),
                f.data_hash(),
            ]
        ),
        error("limit"),
        "provkit limits: 100,000 values",
        "A hundred thousand empty maps in as many bytes; other engines take hundreds of megabytes for a few more.",
    )
