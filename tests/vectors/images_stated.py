"""``cl::``, ``ext::``, ``red::``: what a picture's manifest states, where the reference engine looks away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors import in_place
from vectors.case import invalid, trusted
from vectors.codes import SIGNATURE, UNSUPPORTED
from vectors.image_forge import created, signed
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
