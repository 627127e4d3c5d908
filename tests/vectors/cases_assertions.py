"""``cl::``: the assertion store, and the form of assertions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.codes import ACTION, CLAIM, UNSUPPORTED
from vectors.keys import credential
from vectors.text_forge import signed

if TYPE_CHECKING:
    from collections.abc import Iterator


def cases() -> Iterator[Case]:
    """All of them."""
    yield from assertion_store()
    yield from assertion_content()


def assertion_store() -> Iterator[Case]:
    human, binding = f.actions(f.created()), f.data_hash()
    note = f.Box("org.example.note", {"a": 1})

    def listed(value: f.Box, **changes: Any) -> f.Box:
        return f.Box(**{**value.__dict__, **changes})

    yield Case(
        "cl::extra", signed(boxes=[human, note, binding]), trusted(), "15.10", "A custom assertion, declared."
    )
    yield Case(
        "cl::undeclared",
        signed(boxes=[human, listed(note, listed=None), binding]),
        invalid("assertion.undeclared"),
        "15.10.3",
        "An assertion the claim does not list.",
    )
    yield Case(
        "cl::dup-label",
        signed(boxes=[human, note, listed(note, listed=None), binding]),
        invalid("assertion.undeclared"),
        "8.4, 15.10",
        "Two assertions of one label: one of them is listed by nobody.",
    )
    yield Case(
        "cl::removed",
        signed(boxes=[human, listed(note, raw=b""), binding]),
        invalid("assertion.missing"),
        "15.10.3",
        "A listed assertion is not there.",
    )
    yield Case(
        "cl::renamed",
        signed(boxes=[human, listed(note, url="self#jumbf=c2pa.assertions/org.example.nota"), binding]),
        invalid("assertion.missing", "assertion.undeclared"),
        "15.10.3",
        "The claim lists another label than the box has.",
    )
    yield Case(
        "cl::outside",
        signed(
            boxes=[
                human,
                listed(
                    note,
                    url="self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-000000000000/c2pa.assertions/org.example.note",
                ),
                binding,
            ]
        ),
        invalid("assertion.outsideManifest", "assertion.undeclared"),
        "15.10.3",
        "The claim lists an assertion of another manifest.",
    )
    yield Case(
        "cl::external",
        signed(boxes=[human, listed(note, url="https://example.org/note"), binding]),
        invalid("assertion.missing", "assertion.undeclared"),
        "15.10.3",
        "The claim lists something outside the store.",
    )
    yield Case(
        "cl::not-assertion",
        signed(boxes=[human, listed(note, url="self#jumbf=c2pa.signature"), binding]),
        invalid("assertion.missing", "assertion.undeclared"),
        "15.10.3",
        "The claim lists the signature box as an assertion.",
    )
    yield Case(
        "cl::listed-twice",
        signed(
            boxes=[human, note, binding],
            edit_claim=lambda claim: {**claim, "gathered_assertions": [claim["created_assertions"][1]]},
        ),
        invalid(CLAIM),
        "15.10",
        "One assertion is both created and gathered.",
    )
    yield Case(
        "cl::absolute-uri",
        signed(
            boxes=[
                human,
                listed(
                    note,
                    url=f"self#jumbf=/c2pa/{f.Forge(b'', credential('es256')).label()}/c2pa.assertions/org.example.note",
                ),
                binding,
            ]
        ),
        trusted(),
        "8.4",
        "Absolute URIs are fine.",
    )
    yield Case(
        "cl::hash-wrong",
        signed(boxes=[human, listed(note, digest=bytes(32)), binding]),
        invalid("assertion.hashedURI.mismatch"),
        "15.10.3",
        "The hash of an assertion is wrong.",
    )
    yield Case(
        "cl::hash-empty",
        signed(boxes=[human, listed(note, digest=b""), binding]),
        invalid("assertion.hashedURI.mismatch"),
        "15.10.3",
        "An empty hash matches nothing.",
    )
    for alg in ("sha384", "sha512"):
        yield Case(
            f"cl::hash-{alg}",
            signed(boxes=[human, listed(note, alg=alg), binding]),
            trusted(),
            "13.1",
            f"{alg} is on the list.",
        )
    for alg in ("sha1", "md5", "none", "SHA256"):
        yield Case(
            f"cl::hash-{alg}",
            signed(boxes=[human, listed(note, alg=alg), binding]),
            invalid(UNSUPPORTED),
            "13.1",
            f"{alg} is not on the list of hash algorithms.",
        )
    yield Case(
        "cl::no-alg",
        signed(fields={"alg": None}),
        invalid(UNSUPPORTED, ACTION, "claim.hardBindings.missing"),
        "13.1, 15.4",
        "No algorithm is named anywhere for the hashes of the assertions.",
    )
    yield Case(
        "cl::dh-alg-sha1",
        signed(boxes=[human, f.data_hash(alg="sha1", hash=lambda x: f.hash_of(x.content, "sha1"))]),
        invalid(UNSUPPORTED),
        "13.1",
        "SHA-1 binds nothing.",
    )
    yield Case(
        "cl::dh-alg-inherited",
        signed(boxes=[human, f.data_hash(alg=None)]),
        trusted(),
        "13.1",
        "The claim's algorithm holds where the data hash names none.",
    )
    yield Case(
        "cl::dh-alg-sha512",
        signed(boxes=[human, f.data_hash(alg="sha512", hash=lambda x: f.hash_of(x.content, "sha512"))]),
        trusted(),
        "13.1",
        "SHA-512 is on the list.",
    )
    yield Case(
        "cl::no-binding",
        signed(boxes=[human]),
        invalid("claim.hardBindings.missing"),
        "15.10.1",
        "Nothing binds the text.",
    )
    second = listed(binding, label="c2pa.hash.data__1")
    yield Case(
        "cl::two-bindings",
        signed(boxes=[human, binding, second]),
        invalid("assertion.multipleHardBindings"),
        "15.10.1",
        "Two hash assertions.",
    )
    yield Case(
        "cl::gathered-binding",
        signed(boxes=[human, listed(binding, listed="gathered")]),
        invalid("claim.hardBindings.missing"),
        "10.2.2",
        "The hard binding is only gathered: the signer does not stand behind it.",
    )
    yield Case(
        "cl::boxes-binding",
        signed(boxes=[human, listed(binding, label="c2pa.hash.boxes")]),
        invalid("claim.hardBindings.missing"),
        "9.2.4",
        "Text is bound by c2pa.hash.data and nothing else.",
    )
    yield Case(
        "cl::unsalted",
        signed(boxes=[listed(human, salt=None), listed(binding, salt=None)]),
        trusted(),
        "8.4.2.3",
        "Salts are recommended, not required.",
    )
    yield Case(
        "cl::salt-32",
        signed(boxes=[listed(human, salt=b"s" * 32), binding]),
        trusted(),
        "8.4.2.3",
        "A salt of 32 bytes.",
    )


def assertion_content() -> Iterator[Case]:
    human, binding = f.actions(f.created()), f.data_hash()
    json_uuid = f.type_uuid("json")

    def raw(payload: bytes) -> list[f.Box]:
        return [human, f.Box("org.example.note", payload=payload), binding]

    def json(payload: bytes) -> list[f.Box]:
        return [human, f.Box("org.example.note", payload=payload, kind=b"json", uuid=json_uuid), binding]

    for name, boxes, why in (
        ("a-cbor-trailing", raw(b"\xa0\0"), "A byte follows the item."),
        ("a-cbor-duplicate", raw(b"\xa2\x61a\x01\x61a\x02"), "A key occurs twice."),
        ("a-cbor-cut", raw(b"\xa1\x61a"), "The item is cut off."),
        ("a-cbor-empty", raw(b""), "Nothing in the box."),
        ("a-cbor-shared", raw(b"\xd8\x1c\x81\xd8\x1d\x00"), "An array that contains itself."),
        ("a-cbor-deep", raw(b"\x81" * 200 + b"\0"), "Nested 200 deep."),
    ):
        yield Case(f"cl::{name}", signed(boxes=boxes), invalid("assertion.cbor.invalid"), "15.10.3", why)
    for name, boxes, why in (
        ("a-json-cut", json(b'{"a":'), "The JSON is cut off."),
        ("a-json-duplicate", json(b'{"a":1,"a":2}'), "A key occurs twice."),
        ("a-json-nan", json(b'{"a":NaN}'), "NaN is no JSON."),
        (
            "a-json-deep",
            json(b"[" * 100_000 + b"]" * 100_000)[:0] or json(b"[" * 5000 + b"]" * 5000),
            "Nested 5,000 deep.",
        ),
        ("a-json-latin1", json('{"a":"ü"}'.encode("latin-1")), "Not UTF-8."),
    ):
        yield Case(f"cl::{name}", signed(boxes=boxes), invalid("assertion.json.invalid"), "15.10.3", why)
    yield Case(
        "cl::a-json",
        signed(boxes=json(b'{"a":[1,2.5,null,true]}')),
        trusted(),
        "15.10.3",
        "A JSON assertion.",
    )
    yield Case(
        "cl::a-indefinite",
        signed(boxes=raw(b"\xbf\x61a\x01\xff")),
        trusted(),
        "6.1",
        "Indefinite lengths in assertions occur in the field; only claims are core deterministic.",
    )
    yield Case(
        "cl::a-uuid-box",
        signed(
            boxes=[
                human,
                f.Box("org.example.note", payload=b"\1" * 20, kind=b"uuid", uuid=f.type_uuid("uuid")),
                binding,
            ]
        ),
        trusted(),
        "11.1.4",
        "A UUID box is data.",
    )
    yield Case(
        "cl::a-two-contents",
        signed(boxes=[human, f.Box("org.example.note", {"a": 1}, more=f.box(b"cbor", b"\xa0")), binding]),
        trusted(),
        "11.1.4",
        "An assertion of two boxes: hashed whole, read by nobody.",
    )
    own = "self#jumbf=c2pa.assertions/"
    yield Case(
        "cl::ref-missing",
        signed(
            boxes=[
                human,
                f.Box("org.example.note", {"see": {"url": own + "org.example.gone", "hash": bytes(32)}}),
                binding,
            ]
        ),
        invalid("hashedURI.missing"),
        "15.10.3",
        "A hashed URI inside an assertion names nothing.",
    )
    yield Case(
        "cl::ref-mismatch",
        signed(
            boxes=[
                human,
                f.Box("org.example.note", {"see": {"url": own + "c2pa.actions.v2", "hash": bytes(32)}}),
                binding,
            ]
        ),
        invalid("hashedURI.mismatch"),
        "15.10.3",
        "A hashed URI inside an assertion has the wrong hash.",
    )
