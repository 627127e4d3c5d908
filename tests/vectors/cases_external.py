"""``ext::``, ``rel::``: what is kept elsewhere, and actions that name other assertions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.codes import ACTION, UNSUPPORTED
from vectors.keys import credential
from vectors.text_forge import HOST, gathered, signed
from vectors.text_history import (
    FRAME,
    NOTE,
    Ancestor,
    ancestor,
    child,
    ingredient,
    opened,
    updated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ELSEWHERE: Final = "external-content"
CLOUD: Final = "assertion.cloud-data."
REFERENCE: Final = "assertion.external-reference."
INGREDIENT: Final = "assertion.action.ingredientMismatch"
PLACE: Final = {"url": "https://example.org/x", "alg": "sha256", "hash": bytes(32)}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cloud_data()
    yield from external_references()
    yield from about_others()
    yield from related()
    yield from named_elsewhere()
    yield from records()


def with_boxes(*boxes: f.Box, actions: tuple[dict[str, Any], ...] = ()) -> bytes:
    return signed(boxes=[f.actions(f.created(), *actions), *boxes, f.data_hash()])


def cloud_data() -> Iterator[Case]:
    def cloud(**fields: Any) -> f.Box:
        content = {"label": "org.example.note", "size": 1, "location": PLACE, **fields}
        return f.Box("c2pa.cloud-data", {name: value for name, value in content.items() if value is not None})

    yield Case(
        "ext::cloud",
        with_boxes(cloud()),
        trusted("human", ELSEWHERE),
        "15.10.3.2.1",
        "An assertion kept elsewhere: it was not fetched, which changes no state.",
    )
    for name, fields, code, reason in (
        ("no-label", {"label": None}, "malformed", "No kind of assertion is named."),
        ("no-size", {"size": None}, "malformed", "No size."),
        ("size-zero", {"size": 0}, "malformed", "Nothing is there."),
        ("size-true", {"size": True}, "malformed", "The size is no number."),
        ("no-location", {"location": None}, "malformed", "No place."),
        ("no-url", {"location": {"alg": "sha256", "hash": bytes(32)}}, "malformed", "No address."),
        ("no-hash", {"location": {"url": "https://example.org", "alg": "sha256"}}, "malformed", "No hash."),
        ("hash", {"label": "c2pa.hash.data"}, "hardBinding", "A hard binding kept elsewhere."),
        ("boxes", {"label": "c2pa.hash.boxes__1"}, "hardBinding", "A second hard binding kept elsewhere."),
        ("actions", {"label": "c2pa.actions.v2"}, "malformed", "Actions kept elsewhere."),
        ("ingredient", {"label": "c2pa.ingredient.v3"}, "malformed", "An ingredient kept elsewhere."),
        ("cloud", {"label": "c2pa.cloud-data"}, "malformed", "A reference kept elsewhere."),
    ):
        yield Case(
            f"ext::cloud-{name}",
            with_boxes(cloud(**fields)),
            invalid(CLOUD + code),
            "15.10.3.2.1",
            reason,
        )
    yield Case(
        "ext::cloud-md5",
        with_boxes(cloud(location={**PLACE, "alg": "md5"})),
        invalid(UNSUPPORTED),
        "15.4.3",
        "The hash of what is kept elsewhere has no allowed algorithm.",
    )
    yield Case(
        "ext::cloud-update-actions",
        updated(ancestor(), cloud(label="c2pa.actions.v2")).text(),
        invalid(f"{CLOUD}actions"),
        "15.10.3.2.1",
        "An update keeps its actions elsewhere.",
    )


def external_references() -> Iterator[Case]:
    def reference(*, listed: str = "gathered", **fields: Any) -> f.Box:
        return f.Box("c2pa.external-reference", {"location": PLACE, **fields}, listed=listed)

    bare = {"url": "https://example.org/x"}
    for name, box, reason in (
        ("reference", reference(), "A hashed reference: what it names was not fetched."),
        ("unhashed", reference(location=bare), "A reference that no hash covers."),
        ("labelled", reference(label="org.example.note"), "A reference to an assertion."),
    ):
        yield Case(
            f"ext::{name}", with_boxes(box), trusted("human", ELSEWHERE), "15.10.3.2.2, 15.10.4.1", reason
        )
    for name, box, code, reason in (
        ("created", reference(listed="created"), "created", "The signer is said to answer for it."),
        ("no-url", reference(location={}), "malformed", "No address."),
        ("no-place", reference(location=None), "malformed", "No place."),
        ("hash-only", reference(location={**bare, "hash": bytes(32)}), "malformed", "No algorithm."),
        ("alg-only", reference(location={**bare, "alg": "sha256"}), "malformed", "No hash."),
        ("to-hash", reference(label="c2pa.hash.data"), "malformed", "A hard binding kept elsewhere."),
        ("to-actions", reference(label="c2pa.actions"), "malformed", "Actions kept elsewhere."),
        ("to-itself", reference(label="c2pa.external-reference"), "malformed", "A reference to a reference."),
    ):
        yield Case(
            f"ext::reference-{name}", with_boxes(box), invalid(REFERENCE + code), "15.10.3.2.2", reason
        )
    yield Case(
        "ext::reference-sha1",
        with_boxes(reference(location={**PLACE, "alg": "sha1"})),
        invalid(UNSUPPORTED),
        "15.4.3",
        "The hash of the reference has no allowed algorithm.",
    )


def about_others() -> Iterator[Case]:
    first = ancestor()
    malformed = "assertion.timestamp.malformed"
    for name, content, codes, reason in (
        ("stamp-none", {first.label: b"0"}, (), "A time stamp for the parent that is none."),
        ("stamp-text", {first.label: "0"}, (), "A time stamp for the parent that is text."),
        ("stamp-empty", {}, (malformed,), "An assertion with no time stamp."),
        ("stamp-list", [first.label], (malformed,), "A list in place of time stamps."),
    ):
        data = updated(first, f.Box("c2pa.time-stamp", content)).text()
        expected = invalid(*codes) if codes else trusted("human")
        yield Case(f"ext::{name}", data, expected, "15.10.3.2.6, 15.8.1.2", reason)
    status: tuple[tuple[str, Any, str], ...] = (
        ("status-junk", {"ocspVals": [b"\x30\x00"]}, "Revocation information that is none."),
        ("status-none", {"ocspVals": []}, "No revocation information in its place."),
        ("status-text", {"ocspVals": "none"}, "Text in place of revocation information."),
    )
    for name, content, reason in status:
        data = updated(first, f.Box("c2pa.certificate-status", content)).text()
        yield Case(f"ext::{name}", data, trusted("human"), "15.9, 18.19", reason)
    soft = f.Box("c2pa.soft-binding", {"alg": "org.example.mark", "blocks": [{"scope": {}, "value": "x"}]})
    for name, action in (("bound", "c2pa.watermarked.bound"), ("older", "c2pa.watermarked")):
        yield Case(
            f"ext::watermark-{name}",
            with_boxes(soft, actions=({"action": action},)),
            trusted("human"),
            "15.10.3.2.3, 18.10",
            "A watermark, and the soft binding that describes it.",
        )
        yield Case(
            f"ext::watermark-{name}-missing",
            with_boxes(actions=({"action": action},)),
            invalid("assertion.action.softBindingMissing"),
            "15.10.3.2.3",
            "A watermark without a soft binding.",
        )
    payload = b'{"@context":{"dc":"http://purl.org/dc/elements/1.1/"},"dc:creator":"x"}'
    metadata = f.Box("c2pa.metadata", payload=payload, kind=b"json", uuid=f.type_uuid("json"))
    yield Case(
        "ext::metadata-unlisted",
        with_boxes(metadata),
        trusted("human"),
        "15.10.3.2.4",
        "A field that generators may not write: validators do not refuse it.",
    )
    parts = f.Box("c2pa.hash.multi-asset", {"parts": []})
    yield Case(
        "ext::parts",
        with_boxes(parts),
        trusted("human"),
        "15.10.1.2",
        "The hash of several parts is no second hard binding.",
    )


def related() -> Iterator[Case]:
    uri = {"url": f"self#jumbf=c2pa.assertions/{NOTE.label}", "hash": f.hash_of(NOTE.build(FRAME)[8:])}

    def case(name: str, value: Any, code: tuple[str, ...], reason: str) -> Case:
        action = {"action": "c2pa.edited", "parameters": {"relatedAssertions": value}}
        expected = invalid(*code) if code else trusted("human")
        return Case(f"rel::{name}", with_boxes(NOTE, actions=(action,)), expected, "15.10.3.2.3", reason)

    yield case("good", [uri], (), "An action and an assertion that belongs to it.")
    yield case("empty", [], (ACTION,), "An empty list.")
    yield case("map", uri, (ACTION,), "No list.")
    yield case("changed", [{**uri, "hash": bytes(32)}], ("hashedURI.mismatch",), "Another hash.")
    gone = {**uri, "url": "self#jumbf=c2pa.assertions/org.example.none"}
    yield case("gone", [gone], (ACTION, "hashedURI.missing"), "An assertion that is not there.")
    own = {**uri, "url": "self#jumbf=c2pa.assertions/c2pa.actions.v2", "hash": bytes(32)}
    yield case("actions", [own], (ACTION, "hashedURI.mismatch"), "A list of actions.")


def named_elsewhere() -> Iterator[Case]:
    picture = ancestor(source="humanEdits", seed="picture")
    component = ingredient(picture, "componentOf")
    whole = ancestor(component, before=picture.all)
    digest = f.hash_of(component.build(FRAME)[8:])

    def removed(uris: list[dict[str, Any]] | None) -> bytes:
        action: dict[str, Any] = {"action": "c2pa.removed"}
        if uris is not None:
            action["parameters"] = {"ingredients": uris}
        return child(whole, actions=[action])

    uri = {"url": whole.assertion(component.label), "hash": digest}
    yield Case(
        "rel::removed",
        removed([uri]),
        trusted("human"),
        "15.10.3.2.3",
        "A component of the parent was removed.",
    )
    for name, uris, reason in (
        ("bare", None, "Nothing is named."),
        ("empty", [], "An empty list."),
        ("hash", [{**uri, "hash": bytes(32)}], "Another hash."),
        ("gone", [{**uri, "url": whole.assertion("c2pa.ingredient.v3__9")}], "Not there."),
        ("store", [{**uri, "url": "self#jumbf=/c2pa/urn:c2pa:0/c2pa.assertions/x"}], "No such manifest."),
        ("kind", [{**uri, "url": whole.assertion("c2pa.actions.v2")}], "No ingredient."),
    ):
        yield Case(f"rel::removed-{name}", removed(uris), invalid(INGREDIENT), "15.10.3.2.3", reason)
    for verb in ("transcoded", "repackaged"):
        for name, relationship, good in (("parent", "parentOf", True), ("component", "componentOf", False)):
            yield Case(
                f"rel::{verb}-{name}",
                _made_from(picture, f"c2pa.{verb}", relationship),
                trusted("human") if good else invalid(INGREDIENT),
                "15.10.3.2.3",
                "The parent is named." if good else "A component is named in place of the parent.",
            )


def _made_from(part: Ancestor, verb: str, relationship: str) -> bytes:
    box = ingredient(part, relationship)
    named = {"action": verb, "parameters": opened(box)["parameters"]}
    start = opened(box) if relationship == "parentOf" else f.created()
    return f.Forge(
        HOST,
        credential("es256"),
        boxes=[f.actions(start, named), box, f.data_hash()],
        edit_manifests=lambda found: [*part.all, *found],
    ).text()


def records() -> Iterator[Case]:
    whole = ancestor()
    for name, codes, origin, reason in (
        ("untrusted", ("signingCredential.untrusted",), "human", "Who is listed is judged today."),
        ("content", ("assertion.dataHash.mismatch",), "unknown", "Its content had been changed already."),
        ("unknown", ("org.example.failure",), "unknown", "A failure nobody here knows."),
    ):
        box = ingredient(whole, failure=codes)
        yield Case(
            f"rel::recorded-{name}",
            child(whole, box=box),
            trusted(origin),
            "15.11.3.3",
            f"What was found when the parent was taken in: {codes[0]}. {reason}",
        )
    thin = f.Box("c2pa.ingredient.v3", {"relationship": "inputTo", "dc:title": "prompt"}, salt=None)
    yield Case(
        "rel::input",
        with_boxes(gathered(thin)),
        trusted("human"),
        "15.11.3.3",
        "A prompt without a manifest.",
    )
