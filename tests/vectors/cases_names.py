"""Names, fields and spellings that nothing signs, or that have one form (C2PA 2.4 §8.1, §10.2, §11.1)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import cms

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.cases_times import IN_TIME, NOT_USED, STILL, TIMED, older, stamped, text
from vectors.codes import CLAIM, GENERAL
from vectors.text_forge import signed
from vectors.text_history import ancestor, child, ingredient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RELATIVE: Final = {"signature": "self#jumbf=c2pa.signature"}
WORDS: Final = "words that nobody signed"
UUID: Final = "00000000-0000-4000-8000-000000000000"
MALFORMED: Final = "assertion.ingredient.malformed"


def cases() -> Iterator[Case]:
    """All of them."""
    yield from stores_of_older_kinds()
    yield from labels()
    yield from fields()
    yield from tokens()


def stores_of_older_kinds() -> Iterator[Case]:
    """Data boxes and credentials are covered one by one; the boxes that hold them are not."""
    data, credentials = f.type_uuid("c2db"), f.type_uuid("c2vc")
    for name, more, why in (
        ("databoxes-label", (f.superbox(data, WORDS, b""),), "A store of data boxes with a label of its own."),
        ("credentials-label", (f.superbox(credentials, WORDS, b""),), "A store of credentials with a label of its own."),
        ("databoxes-empty", (f.superbox(data, "c2pa.databoxes", b""),), "A store of data boxes with nothing in it."),
        (
            "databoxes-two",
            (f.superbox(data, "c2pa.databoxes", b""), f.superbox(data, "c2pa.databoxes", b"")),
            "Two stores of data boxes.",
        ),
    ):  # fmt: skip
        made = signed(edit_parts=lambda parts, more=more: [*parts, *more])
        yield Case(f"cl::{name}", made, invalid(GENERAL), "11.1.4, STRICT-STORE-2", why)


def labels() -> Iterator[Case]:
    """Labels of manifests whose claims do not name them."""
    for name, urn, good, why in (
        ("word", WORDS, False, "The manifest of a claim of version 1 is labelled with words."),
        ("older", f"adobe:urn:uuid:{UUID}", True, "A label as early writers made them."),
        ("words-before", f"{WORDS}:urn:uuid:{UUID}", False, "Words before the UUID."),
    ):
        made = signed(fields=RELATIVE, edit_claim=older, claim_label="c2pa.claim", urn=urn)
        yield Case(
            f"cl::v1-label-{name}",
            made,
            trusted() if good else invalid(CLAIM),
            "8.1, STRICT-CLAIM-2",
            f"{why} No URI of the claim names it.",
        )
    named = signed(edit_claim=older, claim_label="c2pa.claim", urn=WORDS)
    yield Case("cl::v1-label-named", named, trusted(), "8.1", "The same words, and the claim's signature URI signs them.")  # fmt: skip
    long = signed(fields=RELATIVE, urn=f"urn:c2pa:{UUID}:x:{'9' * 300}_1")
    yield Case("cl::urn-number", long, invalid(CLAIM), "8.1, STRICT-CLAIM-2", "A version of three hundred digits in the label.")  # fmt: skip


def fields() -> Iterator[Case]:
    """Fields of a claim and of an ingredient in other types than the standard gives them."""

    def hashes(spell: Callable[[bytes], Any]) -> bytes:
        return signed(
            edit_claim=lambda claim: {
                **claim,
                "created_assertions": [
                    {**one, "hash": spell(one["hash"])} for one in claim["created_assertions"]
                ],
            }
        )

    for name, made, why in (
        ("hash-text", hashes(lambda raw: base64.b64encode(raw).decode()), "The hashes in the claim are base64."),
        ("hash-list", hashes(list), "The hashes in the claim are lists of numbers."),
        ("redacted-false", signed(fields={"redacted_assertions": False}), "A list of redactions that is none."),
        ("redacted-map", signed(fields={"redacted_assertions": {}}), "A list of redactions that is a map."),
        ("generator-empty", signed(fields={"claim_generator_info": {"name": ""}}), "A generator whose name is empty."),
        ("generator-version", signed(fields={"claim_generator_info": {"name": "x", "version": 1}}), "A generator whose version is a number."),
    ):  # fmt: skip
        yield Case(f"cl::{name}", made, invalid(CLAIM), "8.4.2, 10.2.1, 15.6.2", why)
    first = ancestor()
    made = child(first, box=ingredient(first, validationResults="none"))
    yield Case(
        "cl::ingredient-results",
        made,
        invalid(MALFORMED, "assertion.action.ingredientMismatch", GENERAL),
        "15.11.3, 18.16.12",
        "The validation results of an ingredient are text.",
    )


def tokens() -> Iterator[Case]:
    """Parts of a time-stamp token that may be left out, there and empty: no signature covers them."""

    def lists(token: bytes) -> bytes:
        content = cms.ContentInfo.load(token)
        content["content"]["crls"] = []
        return bytes(content.dump(force=True))

    def attributes(token: bytes) -> bytes:
        content = cms.ContentInfo.load(token)
        content["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([])
        return bytes(content.dump(force=True))

    for name, change, what in (("crls", lists, "list of revocations"), ("attributes", attributes, "list of attributes")):  # fmt: skip
        edit = stamped(IN_TIME, change=change)
        why = f"A token with an empty {what}."
        yield Case(f"ts::empty-{name}", text(edit_cose=edit), NOT_USED, "15.8, STRICT-TIME-1", f"{why} The certificate has run out.", trust=TIMED)  # fmt: skip
        yield Case(f"ts::empty-{name}-valid", text("es256", edit_cose=edit), STILL, "15.8, STRICT-TIME-1", f"{why} The time is not used.", trust=TIMED)  # fmt: skip
