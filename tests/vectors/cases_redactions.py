"""``red::``: assertions that a later manifest took out of an earlier one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors.case import Case, Expected, invalid, trusted
from vectors.text_history import (
    MARK,
    NOTE,
    Ancestor,
    ancestor,
    child,
    ingredient,
    latest,
    opened,
    updated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE: Final = "ingredient.claimSignature.mismatch"
MISMATCH: Final = "ingredient.manifest.mismatch"
THERE: Final = "assertion.notRedacted"
ACTION: Final = "assertion.action.redactionMismatch"
UNBOUND: Final = "claim.hardBindings.missing"
LABEL: Final = NOTE.label


def cases() -> Iterator[Case]:
    """All of them."""
    yield from taken_out()
    yield from changed_since()
    yield from forbidden()
    yield from actions()
    yield from origins()
    yield from generations()


def redacting(parent: Ancestor, *labels: str, box: f.Box | None = None, **changes: Any) -> bytes:
    """An update that says it redacted these assertions of its parent."""
    uris = [parent.assertion(label) for label in labels]
    return updated(parent, NOTE, box=box, fields={"redacted_assertions": uris}, **changes).text()


def case(name: str, data: bytes, expected: Expected, clause: str, reason: str) -> Case:
    return Case(f"red::{name}", data, expected, clause, reason)


def taken_out() -> Iterator[Case]:
    whole = ancestor(NOTE)
    gone = whole.without(LABEL)
    yield case("gone", redacting(gone, LABEL), trusted("human"), "6.8, 15.11.3.3.1", "One assertion is gone.")
    yield case(
        "gone-standard",
        child(gone, fields={"redacted_assertions": [whole.assertion(LABEL)]}),
        trusted("human"),
        "6.8",
        "The text was edited, and an assertion of its parent redacted.",
    )
    yield case(
        "gone-recorded",
        redacting(whole.without(LABEL, noticed=True), LABEL),
        trusted("human"),
        "15.11.3.3.1",
        "The hash of the parent was taken after the redaction.",
    )
    yield case(
        "zeros", redacting(whole.blanked(LABEL), LABEL), trusted("human"), "6.8", "Zeros in its place."
    )
    yield case(
        "empty", redacting(whole.blanked(LABEL, data=b""), LABEL), trusted("human"), "6.8", "An empty place."
    )
    salt = b"\x11" * 16
    yield case(
        "salted",
        redacting(whole.blanked(LABEL, salt=salt), LABEL),
        invalid(SIGNATURE),
        "6.8, STRICT-REDACT-1",
        "The place of the assertion keeps a salt, which nothing signs.",
    )
    yield case(
        "salted-recorded",
        redacting(whole.blanked(LABEL, salt=salt, noticed=True), LABEL),
        trusted("human"),
        "6.8",
        "The place of the assertion keeps a salt, and the hash of the parent covers it.",
    )
    two = ancestor(NOTE, f.Box(f"{LABEL}__1", {"b": 1}))
    yield case(
        "two",
        redacting(two.without(LABEL).without(f"{LABEL}__1"), LABEL, f"{LABEL}__1"),
        trusted("human"),
        "6.8",
        "Two assertions are gone.",
    )
    referring = ancestor(
        NOTE, f.Box("org.example.link", {"to": {"url": f"self#jumbf=c2pa.assertions/{LABEL}", "hash": b"?"}})
    )
    yield case(
        "referenced",
        redacting(referring.without(LABEL), LABEL),
        trusted("human"),
        "6.8, 15.10.3.3",
        "Another assertion refers to the one that is gone.",
    )


def changed_since() -> Iterator[Case]:
    whole = ancestor(NOTE)
    gone = whole.without(LABEL)
    yield case(
        "still-there",
        redacting(whole, LABEL),
        invalid(THERE, UNBOUND),
        "15.11.3.3.1",
        "Announced, and not done.",
    )
    yield case(
        "put-back",
        redacting(replace(whole, recorded=gone.raw), LABEL),
        invalid(THERE, UNBOUND),
        "15.11.3.3.1",
        "Somebody put the assertion back.",
    )
    yield case(
        "half",
        redacting(whole.blanked(LABEL, data=bytes(7) + b"\1"), LABEL),
        invalid(THERE, UNBOUND),
        "15.11.3.3.1",
        "One byte in the place of the assertion is not zero.",
    )
    other = f.superbox(f.type_uuid("uuid"), LABEL, f.box(b"uuid", MARK[::-1] + bytes(8)))
    yield case(
        "other-mark",
        redacting(whole.edited(lambda box: other if f.children(box)[1] == LABEL else box), LABEL),
        invalid(THERE, UNBOUND),
        "6.8",
        "Zeros behind another UUID than that of redactions.",
    )
    yield case(
        "silent",
        updated(gone).text(),
        invalid(MISMATCH, UNBOUND),
        "15.11.3.3.2",
        "Nobody says that something was taken out.",
    )
    yield case(
        "another",
        redacting(
            ancestor(NOTE, f.Box("org.example.b", {"b": 1})).without(LABEL).without("org.example.b"), LABEL
        ),
        invalid(SIGNATURE, UNBOUND),
        "15.11.3.3.1, STRICT-REDACT-1",
        "Two assertions are gone, and one is said to be.",
    )
    yield case(
        "changed",
        redacting(gone.edited(lambda box: box.replace(b"digitalCreation", b"digitalCaptures")), LABEL),
        invalid(SIGNATURE, UNBOUND),
        "15.11.3.3.1, STRICT-REDACT-1",
        "Beside the redaction another assertion was changed.",
    )
    inserted = f.Box("org.example.b", {"b": 1}).build(f.Frame(0, 0, b"", b""))
    yield case(
        "inserted",
        redacting(whole.edited(lambda box: inserted if f.children(box)[1] == LABEL else box), LABEL),
        invalid(SIGNATURE, UNBOUND),
        "15.11.3.3.1, STRICT-REDACT-1",
        "In the place of the redacted assertion stands another.",
    )
    void = ancestor(NOTE, edit_signature=lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))
    yield case(
        "void",
        redacting(void.without(LABEL), LABEL),
        invalid(SIGNATURE, UNBOUND),
        "15.11.3.3.1, STRICT-REDACT-1",
        "The signature of the redacted manifest never held, so nothing vouches for what is left.",
    )
    resigned = ancestor(NOTE, seed="ancestor", fields={"dc:title": "x"})
    yield case(
        "resigned",
        redacting(replace(resigned.without(LABEL), recorded=whole.raw), LABEL),
        invalid(SIGNATURE, UNBOUND),
        "15.11.3.3.1",
        "The redacted manifest has another signature than the one recorded.",
    )
    older = f.Box("c2pa.ingredient.v2", {"relationship": "parentOf", "c2pa_manifest": gone.uri()})
    yield case(
        "older-ingredient",
        redacting(gone, LABEL, box=older),
        invalid("ingredient.claimSignature.missing", UNBOUND),
        "6.8",
        "An ingredient assertion of version 2 does not record the signature, so nothing can be redacted.",
    )


def forbidden() -> Iterator[Case]:
    whole = ancestor(NOTE)
    yield case(
        "actions",
        redacting(whole, "c2pa.actions.v2"),
        invalid("assertion.action.redacted"),
        "6.8, 15.10.3.1",
        "A list of actions is said to be redacted.",
    )
    yield case(
        "actions-gone",
        redacting(whole.without("c2pa.actions.v2"), "c2pa.actions.v2"),
        invalid("assertion.action.redacted", MISMATCH, UNBOUND),
        "6.8, 15.10.3.1",
        "A list of actions is gone.",
    )
    yield case(
        "hard-binding",
        redacting(whole, "c2pa.hash.data"),
        invalid("assertion.hardBinding.redacted"),
        "6.8",
        "The hard binding is said to be redacted.",
    )
    yield case(
        "hard-binding-gone",
        redacting(whole.without("c2pa.hash.data"), "c2pa.hash.data"),
        invalid("assertion.hardBinding.redacted", MISMATCH, UNBOUND),
        "6.8",
        "The hard binding is gone.",
    )
    own = updated(whole, NOTE, fields={"redacted_assertions": ["self#jumbf=c2pa.assertions/x"]})
    yield case("self", own.text(), invalid("assertion.selfRedacted"), "15.10.3.1", "An assertion of its own.")


def actions() -> Iterator[Case]:
    whole = ancestor(NOTE)
    gone = whole.without(LABEL)
    uri = whole.assertion(LABEL)

    def acting(parameters: dict[str, Any] | None, *labels: str, parent: Ancestor = gone) -> bytes:
        action: dict[str, Any] = {"action": "c2pa.redacted", "reason": "c2pa.PII.present"}
        if parameters is not None:
            action["parameters"] = parameters
        uris = [parent.assertion(label) for label in labels]
        fields = {"redacted_assertions": uris} if uris else {}
        return updated(parent, f.actions(opened(ingredient(parent)), action), fields=fields).text()

    yield case(
        "action",
        acting({"redacted": uri}, LABEL),
        trusted("human"),
        "15.10.3.2.3",
        "The action names what was redacted.",
    )
    for name, parameters, reason in (
        ("action-bare", None, "The action has no parameters."),
        ("action-no-uri", {"redacted": 5}, "The action names something that is no URI."),
        (
            "action-relative",
            {"redacted": f"self#jumbf=c2pa.assertions/{LABEL}"},
            "It names an assertion of its own.",
        ),
        ("action-other", {"redacted": whole.assertion("org.example.none")}, "It names another assertion."),
    ):
        yield case(name, acting(parameters, LABEL), invalid(ACTION), "15.10.3.2.3", reason)
    yield case(
        "action-alone",
        acting({"redacted": uri}, parent=whole),
        invalid(ACTION),
        "15.2.2.3",
        "The action names an assertion that the claim does not redact.",
    )
    none = whole.assertion("org.example.none")
    yield case(
        "action-unlisted",
        acting({"redacted": none}, LABEL, "org.example.none"),
        invalid(ACTION),
        "15.10.3.2.3",
        "What the action names was never an assertion of that manifest.",
    )


def origins() -> Iterator[Case]:
    disclosure = f.Box("c2pa.ai-disclosure", {"modelType": "c2pa.types.model"})
    whole = ancestor(disclosure)
    yield case(
        "disclosure",
        redacting(whole.without(disclosure.label), disclosure.label),
        trusted("ai-assisted"),
        "18.28, spec/origin.md",
        "The label of a redacted AI disclosure is still signed, and says enough.",
    )
    metadata = f.Box("c2pa.metadata", payload=b'{"@context":{}}', kind=b"json", uuid=f.type_uuid("json"))
    yield case(
        "metadata",
        redacting(ancestor(metadata).without(metadata.label), metadata.label),
        trusted("unknown"),
        "spec/origin.md",
        "Redacted metadata could have said anything about the origin.",
    )
    picture = ancestor(source="trainedAlgorithmicMedia", seed="picture")
    component = ingredient(picture, "componentOf")
    with_component = ancestor(component, before=picture.all)
    yield case(
        "ingredient",
        redacting(replace(with_component.without(component.label), before=()), component.label),
        trusted("unknown"),
        "6.8, spec/origin.md",
        "A component was redacted, with its manifest: what it was nobody can tell.",
    )
    yield case(
        "ingredient-left",
        redacting(with_component.without(component.label), component.label),
        invalid("general.error"),
        "6.8, STRICT-STORE-3",
        "A component was redacted, and its manifest left behind.",
    )


def generations() -> Iterator[Case]:
    whole = ancestor(NOTE)
    gone = whole.without(LABEL)
    between = latest(updated(whole), whole.all)
    far = replace(between, before=(gone.raw,))
    fields = {"redacted_assertions": [whole.assertion(LABEL)]}
    yield case(
        "grandparent",
        updated(far, fields=fields, seed="second update").text(),
        trusted("human"),
        "15.10.2",
        "The redacting manifest and the redacted one are two generations apart.",
    )
    once = latest(updated(gone, fields=fields), (gone.raw,))
    yield case(
        "before",
        updated(once, seed="second update").text(),
        trusted("human"),
        "15.10.2",
        "An earlier update had redacted.",
    )
    # An older manifest that says it redacts an assertion of the next.
    label = f.Forge(b"", None, seed="between").label()  # type: ignore[arg-type]
    uri = f"self#jumbf=/c2pa/{label}/c2pa.assertions/{LABEL}"
    ahead = ancestor(fields={"redacted_assertions": [uri]})
    middle = latest(updated(ahead, NOTE, seed="between"), ahead.all)
    yield case(
        "ahead",
        updated(middle.without(LABEL), seed="second update").text(),
        invalid(MISMATCH, UNBOUND, "general.error"),
        "6.8",
        "A manifest cannot redact what came after it.",
    )
    yield case(
        "nobody",
        updated(whole, fields={"redacted_assertions": [uri]}).text(),
        trusted("human"),
        "6.8",
        "A redaction in a manifest that is not in the store: it may have been taken out since.",
    )
