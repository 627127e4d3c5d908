"""``cl::``: claim, signature box, assertions, and what no signature covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from support import forge as f
from vectors.case import AFTER, UNLISTED, Case, error, invalid, trusted
from vectors.cases_text import HOST, MALFORMED, MISMATCH, base, signed
from vectors.keys import credential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACTION: Final = "assertion.action.malformed"
SIGNATURE: Final = "claimSignature.mismatch"
CBOR: Final = "claim.cbor.invalid"
CLAIM: Final = "claim.malformed"
CREDENTIAL: Final = "signingCredential.invalid"
UNSUPPORTED: Final = "algorithm.unsupported"
GENERAL: Final = "general.error"
P256: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def patched(old: bytes, new: bytes, count: int = -1) -> bytes:
    """:func:`base` with bytes of its store exchanged for as many others, and nothing resealed."""
    store = f.find_store(base())[2]
    if len(old) != len(new) or old not in store:
        raise ValueError(old)
    return HOST + f.wrap(store.replace(old, new, count))


def cases() -> Iterator[Case]:
    """All vectors of claims."""
    yield from unsealed()
    yield from claim_cbor()
    yield from claim_fields()
    yield from assertion_store()
    yield from assertion_content()
    yield from actions_rules()
    yield from cose_structure()
    yield from cose_algorithms()
    yield from signatures()
    yield from uncovered()
    yield from later()
    yield from version_one()


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


def actions_rules() -> Iterator[Case]:
    def made(*entries: Any, **fields: Any) -> bytes:
        return signed(boxes=[f.actions(*entries, **fields), f.data_hash()])

    edited = {"action": "c2pa.edited"}
    for name, data, why in (
        ("no-actions", signed(boxes=[f.data_hash()]), "No actions assertion."),
        ("actions-empty", made(), "An actions assertion without actions."),
        (
            "actions-list",
            signed(boxes=[f.Box("c2pa.actions.v2", [f.created()]), f.data_hash()]),
            "The actions assertion is no map.",
        ),
        (
            "action-unnamed",
            made({"digitalSourceType": f.BASE + "digitalCreation"}),
            "An action without a name.",
        ),
        ("first-action", made(edited, f.created()), "The first action neither creates nor opens."),
        ("first-action-only", made(edited), "The only action neither creates nor opens."),
        (
            "two-created",
            made(f.created(), f.created("trainedAlgorithmicMedia")),
            "Two actions say how the text began: by a person, and by a model.",
        ),
        (
            "two-created-apart",
            signed(
                boxes=[
                    f.actions(f.created()),
                    f.actions(f.created("trainedAlgorithmicMedia"), label="c2pa.actions.v2__1"),
                    f.data_hash(),
                ]
            ),
            "The same over two assertions.",
        ),
        ("dst-missing", made(f.created(None)), "c2pa.created needs a digitalSourceType (18.15.2)."),
        ("dst-number", made(f.created(None, digitalSourceType=5)), "A digitalSourceType that is no text."),
        ("templates-map", made(f.created(), templates={"action": "*"}), "templates is no list."),
        (
            "template-unnamed",
            made(f.created(), templates=[{"description": "x"}]),
            "A template for no action.",
        ),
        (
            "agent-index",
            made(f.created(softwareAgentIndex=1), softwareAgents=[{"name": "x"}]),
            "An agent that is not listed.",
        ),
        ("parameters-list", made(f.created(parameters=[1])), "parameters is no map."),
    ):
        yield Case(f"cl::{name}", data, invalid(ACTION), "18.15.2, 15.10.3.2.3", why)
    yield Case(
        "cl::dst-template",
        made(
            f.created(None),
            templates=[{"action": "c2pa.created", "digitalSourceType": f.BASE + "trainedAlgorithmicMedia"}],
        ),
        trusted("synthetic"),
        "18.15.6.1",
        "The template supplies the source type: a reader without templates would miss it.",
    )
    yield Case(
        "cl::dst-template-star",
        made(f.created(None), templates=[{"action": "*", "digitalSourceType": f.BASE + "digitalCreation"}]),
        trusted("human"),
        "18.15.6.1",
        "A template for every action.",
    )
    yield Case(
        "cl::dst-template-named-wins",
        made(
            f.created(None),
            templates=[
                {"action": "*", "digitalSourceType": f.BASE + "digitalCreation"},
                {"action": "c2pa.created", "digitalSourceType": f.BASE + "trainedAlgorithmicMedia"},
            ],
        ),
        trusted("synthetic"),
        "18.15.6.1",
        "The template of the same name beats the one for all.",
    )
    yield Case(
        "cl::dst-template-own-wins",
        made(
            f.created("digitalCreation"),
            templates=[{"action": "*", "digitalSourceType": f.BASE + "trainedAlgorithmicMedia"}],
        ),
        trusted("human"),
        "18.15.6.1",
        "What the action says beats the template.",
    )
    opened = {"action": "c2pa.opened"}
    yield Case(
        "cl::opened-alone",
        made(opened),
        invalid("assertion.action.ingredientMismatch"),
        "18.15.2",
        "c2pa.opened names no ingredient.",
    )
    yield Case(
        "cl::placed-alone",
        made(f.created(), {"action": "c2pa.placed"}),
        invalid("assertion.action.ingredientMismatch"),
        "18.15",
        "c2pa.placed names no ingredient.",
    )
    yield Case(
        "cl::watermarked",
        made(f.created(), {"action": "c2pa.watermarked.bound"}),
        invalid("assertion.action.softBindingMissing"),
        "18.15",
        "A bound watermark without a soft binding.",
    )
    yield Case(
        "cl::actions-v1",
        signed(boxes=[f.actions(f.created(), label="c2pa.actions"), f.data_hash()]),
        trusted(),
        "18.15",
        "The deprecated label is read.",
    )
    yield Case(
        "cl::actions-gathered",
        signed(boxes=[gathered(f.actions(f.created("trainedAlgorithmicMedia"))), f.data_hash()]),
        trusted("synthetic", attributed=False),
        "15.10.3.2.3, 18.15.2",
        "Clauses disagree whether the first actions may be gathered; both are read.",
    )


def gathered(value: f.Box) -> f.Box:
    """The same, not attributed to the signer."""
    return f.Box(**{**value.__dict__, "listed": "gathered"})


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


def uncovered() -> Iterator[Case]:
    """Content in places that no hash and no signature covers."""
    stray = f.superbox(f.type_uuid("json"), "org.example.stray", f.box(b"json", b'{"note":"unsigned"}'))
    data_box = f.superbox(
        f.type_uuid("c2db"),
        "c2pa.databoxes",
        f.superbox(
            f.type_uuid("cbor"),
            "c2pa.data",
            f.box(b"cbor", f.canonical({"dc:format": "text/plain", "data": b"unsigned"})),
        ),
    )
    credentials = f.superbox(
        f.type_uuid("c2vc"),
        "c2pa.credentials",
        f.superbox(f.type_uuid("json"), "x", f.box(b"json", b'{"id":"unsigned"}')),
    )
    loose = f.box(b"free", b"room for a message")
    strays: tuple[tuple[str, dict[str, Any], str], ...] = (
        (
            "stray-box",
            {"edit_parts": lambda parts: [*parts, stray]},
            "A superbox of another kind beside claim and signature.",
        ),
        ("stray-first", {"edit_parts": lambda parts: [stray, *parts]}, "The same, in front."),
        (
            "stray-content",
            {"edit_parts": lambda parts: [*parts, loose]},
            "A box without a label beside claim and signature.",
        ),
        (
            "stray-data-boxes",
            {"edit_parts": lambda parts: [*parts, data_box]},
            "A data box that nothing refers to.",
        ),
        (
            "stray-credentials",
            {"edit_parts": lambda parts: [*parts, credentials]},
            "A credential store that nothing refers to.",
        ),
        (
            "stray-in-store",
            {"edit_manifests": lambda manifests: [loose, *manifests]},
            "A box without a label beside the manifest.",
        ),
        (
            "stray-manifest-box",
            {"edit_manifests": lambda manifests: [stray, *manifests]},
            "A superbox that is no manifest in the store.",
        ),
        (
            "stray-in-claim",
            {"edit_parts": lambda parts: [parts[0], _grown(parts[1], loose), parts[2]]},
            "A box behind the claim, inside its superbox.",
        ),
        (
            "stray-in-signature",
            {"edit_parts": lambda parts: [parts[0], parts[1], _grown(parts[2], loose)]},
            "A box behind the signature, inside its superbox.",
        ),
        (
            "stray-in-assertions",
            {"edit_parts": lambda parts: [_grown(parts[0], loose), *parts[1:]]},
            "A box without a label between the assertions.",
        ),
        (
            "private-claim",
            {"edit_parts": lambda parts: [parts[0], _salted(parts[1]), parts[2]]},
            "A salt in the description of the claim box, which nothing hashes.",
        ),
        (
            "private-signature",
            {"edit_parts": lambda parts: [parts[0], parts[1], _salted(parts[2])]},
            "A salt in the description of the signature box.",
        ),
        (
            "private-assertions",
            {"edit_parts": lambda parts: [_salted(parts[0]), *parts[1:]]},
            "A salt in the description of the assertion store.",
        ),
        (
            "assertions-label",
            {
                "edit_parts": lambda parts: [
                    f.superbox(f.type_uuid("c2as"), "c2pa.assertionz", b"".join(f.children(parts[0])[2])),
                    *parts[1:],
                ]
            },
            "The label of the assertion store, which every URI names and nothing hashes, is another.",
        ),
        (
            "two-assertion-stores",
            {"edit_parts": lambda parts: [*parts, f.superbox(f.type_uuid("c2as"), "c2pa.assertions2", b"")]},
            "A second, empty assertion store.",
        ),
    )
    for name, changes, why in strays:
        codes = {
            "stray-in-claim": (GENERAL, CBOR),
            "stray-in-signature": (GENERAL, SIGNATURE),
        }.get(name, (GENERAL,))
        yield Case(
            f"cl::{name}",
            signed(**changes),
            invalid(*codes),
            "15.12.1.1",
            f"{why} It lies inside the exclusion and is signed by nobody.",
        )
    yield Case(
        "cl::two-claims",
        signed(edit_parts=lambda parts: [parts[0], parts[1], parts[1], parts[2]]),
        invalid("claim.multiple"),
        "15.6",
        "The claim twice.",
    )
    yield Case(
        "cl::no-claim",
        signed(edit_parts=lambda parts: [parts[0], parts[2]]),
        invalid("claim.missing"),
        "15.6",
        "No claim.",
    )
    yield Case(
        "cl::claim-label",
        signed(claim_label="c2pa.claim.v3"),
        invalid("claim.missing"),
        "10.2",
        "A claim of a version nobody knows.",
    )
    yield Case(
        "cl::no-signature",
        signed(edit_parts=lambda parts: parts[:2], fill=False),
        invalid("claimSignature.missing"),
        "15.7",
        "No signature box.",
    )
    yield Case(
        "cl::two-signatures",
        signed(edit_parts=lambda parts: [*parts, parts[2]], fill=False),
        invalid("claimSignature.missing"),
        "8.4, 15.7",
        "Two signature boxes of one label: the URI is ambiguous.",
    )
    yield Case(
        "cl::no-assertion-store",
        signed(edit_parts=lambda parts: parts[1:]),
        invalid("assertion.missing", ACTION, "claim.hardBindings.missing"),
        "15.10",
        "The assertions were taken out.",
    )
    other = f.Forge(HOST, credential("stranger"), seed="other")

    def foreign() -> bytes:
        store = f.find_store(other.text())[2]
        return f.children(store)[2][0]

    yield Case(
        "cl::two-manifests",
        signed(edit_manifests=lambda manifests: [foreign(), *manifests]),
        invalid(GENERAL),
        "15.5.1",
        "A manifest in the store that nothing refers to: nobody signed that it belongs here.",
    )
    yield Case(
        "cl::label-repeat",
        signed(edit_manifests=lambda manifests: [manifests[0], foreign(), manifests[0]], fill=False),
        invalid(GENERAL),
        "8.4, 15.5.1",
        "The active manifest's label occurs twice in the store.",
    )
    yield Case(
        "cl::no-manifest",
        signed(edit_manifests=lambda _: [], fill=False),
        invalid(GENERAL),
        "15.5.1",
        "An empty store.",
    )
    edits: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
        ("jumbf-len", lambda store: b"\xff\xff\xff\xf0" + store[4:], "The outer length is four gigabytes."),
        (
            "jumbf-zero",
            lambda store: bytes(4) + store[4:],
            "The outer length is 0: to the end, which lets bytes join unseen.",
        ),
        ("jumbf-one", lambda store: b"\0\0\0\1" + store[4:], "The outer length is 1: extended."),
        ("jumbf-half", lambda store: store[: len(store) // 2], "Half of the store."),
        ("jumbf-type", lambda store: store.replace(b"jumb", b"jumd", 1), "The outer box is of another type."),
    )
    for name, edit, why in edits:
        yield Case(f"cl::{name}", HOST + f.wrap(edit(f.find_store(base())[2])), invalid(GENERAL), "11.1", why)

    def nested(depth: int) -> bytes:
        inner = f.box(b"cbor", b"\xa0")
        for _ in range(depth):
            inner = f.superbox(f.type_uuid("cbor"), "n", inner)
        return inner

    yield Case(
        "cl::jumbf-deep",
        signed(edit_parts=lambda parts: [*parts, nested(64)]),
        error("limit"),
        "11.1",
        "Superboxes nested 64 deep: a bound of this reader, not a verdict.",
    )


def _grown(box: bytes, more: bytes) -> bytes:
    uuid, label, parts = f.children(box)
    return f.superbox(uuid, label, b"".join(parts) + more)


def _salted(box: bytes) -> bytes:
    uuid, label, parts = f.children(box)
    return f.superbox(uuid, label, b"".join(parts), salt=b"unsigned message")


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
        error("unsupported"),
        "11.2.3",
        "Update manifests are not judged yet.",
    )
    yield Case(
        "cl::compressed-manifest",
        signed(manifest_uuid=f.type_uuid("c2cm")),
        error("unsupported"),
        "11.2.4",
        "Compressed manifests are not judged yet.",
    )
    yield Case(
        "cl::rvals",
        signed(unprotected={"rVals": {"ocspVals": [b"\x30\x00"]}}),
        error("unsupported"),
        "15.9",
        "Stapled revocation information is not judged yet: it may say revoked.",
    )
    yield Case(
        "cl::sigtst",
        signed(unprotected={"sigTst2": {"tstTokens": [{"val": b"\x30\x00"}]}}),
        trusted("human", "time-stamp"),
        "15.8",
        "A time stamp is not judged yet; the certificate is valid without it.",
    )
    yield Case(
        "cl::sigtst-expired",
        signed(unprotected={"sigTst2": {"tstTokens": [{"val": b"\x30\x00"}]}}),
        error("unsupported"),
        "15.8",
        "The certificate has expired and only the time stamp could save it: no verdict.",
        at=AFTER,
    )
    yield Case(
        "cl::sigtst-and-tampered",
        signed(unprotected={"sigTst2": {"tstTokens": [{"val": b"\x30\x00"}]}}).replace(b"quick", b"quack"),
        invalid(MISMATCH, UNLISTED),
        "15.12.1",
        "Whatever the time stamp may say, the text was changed.",
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
        error("unsupported"),
        "18.11",
        "Assertions kept elsewhere are not fetched.",
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
        error("unsupported"),
        "6.8",
        "Redactions in ingredients are not judged yet.",
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


__all__ = ["MALFORMED", "cases"]
