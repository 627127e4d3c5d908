"""``cl::``: types of manifests and what lies outside of them, and claims of version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import forge as f
from vectors.case import AFTER, UNLISTED, Case, invalid, trusted
from vectors.codes import CLAIM, MISMATCH, OUTSIDE_VALIDITY
from vectors.text_forge import signed

if TYPE_CHECKING:
    from collections.abc import Iterator


def cases() -> Iterator[Case]:
    """All of them."""
    yield from later()
    yield from version_one()


def later() -> Iterator[Case]:
    """What this version cannot judge is said, and never passed."""
    ingredient = {"relationship": "parentOf", "dc:title": "parent"}
    hashed = {"url": "self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-000000000001", "hash": bytes(32)}
    opened = {
        "action": "c2pa.opened",
        "parameters": {
            "ingredients": [{"url": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3", "hash": b""}]
        },
    }

    def with_ingredient(content: dict[str, Any], *entries: Any) -> list[f.Box]:
        box = f.Box("c2pa.ingredient.v3", content, salt=None)
        frame = f.Frame(0, 0, b"", b"")
        digest = f.hash_of(box.build(frame)[8:])
        for entry in entries:
            for uri in entry.get("parameters", {}).get("ingredients", ()):
                uri["hash"] = digest
        return [f.actions(*entries), box, f.data_hash()]

    yield Case(
        "cl::ingredient-manifest",
        signed(
            boxes=with_ingredient(
                {**ingredient, "activeManifest": hashed, "claimSignature": hashed, "validationResults": {}},
                opened,
            )
        ),
        invalid("ingredient.manifest.missing"),
        "15.11.3",
        "The manifest that an ingredient is said to have is not in the store.",
    )
    opened_plain = {
        "action": "c2pa.opened",
        "parameters": {
            "ingredients": [{"url": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3", "hash": b""}]
        },
    }
    yield Case(
        "cl::ingredient-plain",
        signed(boxes=with_ingredient(ingredient, opened_plain)),
        trusted("unknown"),
        "18.16",
        "An ingredient without a manifest: the parent's origin is not known.",
    )
    both = {**ingredient, "activeManifest": hashed, "digitalSourceType": f.BASE + "digitalCreation"}
    yield Case(
        "cl::ingredient-both",
        signed(boxes=[f.actions(f.created()), f.Box("c2pa.ingredient.v3", both), f.data_hash()]),
        invalid("assertion.ingredient.malformed"),
        "15.11.3.2",
        "An ingredient with both a manifest and a source type.",
    )
    yield Case(
        "cl::ingredient-relationship",
        signed(
            boxes=[
                f.actions(f.created()),
                f.Box("c2pa.ingredient.v3", {"relationship": "cousinOf"}),
                f.data_hash(),
            ]
        ),
        invalid("assertion.ingredient.malformed"),
        "18.16",
        "A relationship nobody knows.",
    )
    two = [f.Box("c2pa.ingredient.v3", ingredient), f.Box("c2pa.ingredient.v3__1", ingredient)]
    yield Case(
        "cl::two-parents",
        signed(boxes=[f.actions(f.created()), *two, f.data_hash()]),
        invalid("manifest.multipleParents"),
        "18.16",
        "Two parents.",
    )
    yield Case(
        "cl::update-manifest",
        signed(manifest_uuid=f.type_uuid("c2um")),
        invalid("manifest.update.wrongParents", "manifest.update.invalid", "claim.hardBindings.missing"),
        "11.2.3, 15.10.1.3",
        "A standard manifest under the type of an update: it has no parent, and a hard binding.",
    )
    yield Case(
        "cl::compressed-manifest",
        signed(manifest_uuid=f.type_uuid("c2cm")),
        invalid("manifest.compressed.invalid"),
        "11.2.4, 15.5.4",
        "A manifest under the type of a compressed one, and not compressed.",
    )
    yield Case(
        "cl::rvals",
        signed(unprotected={"rVals": {"ocspVals": [b"\x30\x00"]}}),
        trusted("human"),
        "15.9",
        "What stands in the place of stapled revocation information is none.",
    )
    yield Case(
        "cl::sigtst",
        signed(unprotected={"sigTst2": {"tstTokens": [{"val": b"\x30\x00"}]}}),
        trusted("human", "time-stamp"),
        "15.8",
        "The time stamp is none, and the certificate is valid without it.",
    )
    yield Case(
        "cl::sigtst-expired",
        signed(unprotected={"sigTst2": {"tstTokens": [{"val": b"\x30\x00"}]}}),
        invalid(OUTSIDE_VALIDITY, UNLISTED, warnings=("time-stamp",)),
        "15.8",
        "The certificate has expired, and what stands in the place of a time stamp is none.",
        at=AFTER,
    )
    yield Case(
        "cl::sigtst-and-tampered",
        signed(unprotected={"sigTst2": {"tstTokens": [{"val": b"\x30\x00"}]}}).replace(b"quick", b"quack"),
        invalid(MISMATCH, OUTSIDE_VALIDITY, UNLISTED, warnings=("time-stamp",)),
        "15.12.1",
        "The text was changed, and no time stamp saves the certificate.",
        at=AFTER,
    )
    yield Case(
        "cl::cloud-data",
        signed(
            boxes=[
                f.actions(f.created()),
                f.Box(
                    "c2pa.cloud-data",
                    {"label": "x", "size": 1, "location": {"url": "https://example.org", "hash": bytes(32)}},
                ),
                f.data_hash(),
            ]
        ),
        invalid("algorithm.unsupported"),
        "15.4.3",
        "The hash of an assertion kept elsewhere has no algorithm.",
    )
    yield Case(
        "cl::redacted-self",
        signed(fields={"redacted_assertions": ["self#jumbf=c2pa.assertions/c2pa.actions.v2"]}),
        invalid("assertion.selfRedacted"),
        "6.8",
        "A claim that redacts its own assertion.",
    )
    yield Case(
        "cl::redacted-other",
        signed(
            fields={
                "redacted_assertions": [
                    "self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-000000000001/c2pa.assertions/x"
                ]
            }
        ),
        trusted("human"),
        "6.8",
        "A redaction in a manifest that is not in the store.",
    )


def version_one() -> Iterator[Case]:
    def old(claim: dict[str, Any]) -> dict[str, Any]:
        kept = {k: v for k, v in claim.items() if k not in {"created_assertions", "claim_generator_info"}}
        return {
            **kept,
            "assertions": claim["created_assertions"],
            "claim_generator": "old/1.0",
            "dc:format": "text/plain",
        }

    def made(**more: Any) -> bytes:
        changes: dict[str, Any] = {
            "claim_label": "c2pa.claim",
            "urn": "urn:uuid:00000000-0000-4000-8000-000000000001",
            "edit_claim": old,
            "boxes": [f.actions(f.created("trainedAlgorithmicMedia"), label="c2pa.actions"), f.data_hash()],
        }
        return signed(**{**changes, **more})

    yield Case("cl::v1", made(), trusted("synthetic"), "10.1", "A claim of version 1 is read.")
    yield Case(
        "cl::v1-no-generator",
        made(edit_claim=lambda claim: {k: v for k, v in old(claim).items() if k != "claim_generator"}),
        invalid(CLAIM),
        "10.1",
        "Version 1 without claim_generator.",
    )
    yield Case(
        "cl::v1-tampered",
        made().replace(b"quick", b"quack"),
        invalid(MISMATCH),
        "15.12.1",
        "A version 1 credential over changed text.",
    )
    yield Case(
        "cl::v1-v2-fields",
        signed(claim_label="c2pa.claim"),
        invalid(CLAIM),
        "10.1",
        "Fields of version 2 under the label of version 1.",
    )
