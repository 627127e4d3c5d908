"""``cl::``: what no signature covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import forge as f
from vectors.case import Case, error, invalid
from vectors.codes import ACTION, CBOR, GENERAL, SIGNATURE
from vectors.keys import credential
from vectors.text_forge import HOST, base, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def cases() -> Iterator[Case]:
    """All of them."""
    yield from uncovered()


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
