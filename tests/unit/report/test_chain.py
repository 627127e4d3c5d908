"""The chain of manifests: read from a store, drawn as a tree, given as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.codes import StatusCode
from provkit.report.chain import Event, chain, chain_data
from provkit.report.text import Style
from provkit.report.tree import tree
from provkit.report.view import CertificateView, ManifestView, Part, SignatureView
from provkit.verdict import IngredientFinding, State, Status, Statuses, TimeFact, Verdict

NASTY = "a\x1b[31m\n\u202e"
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
DAY = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def assertion(label: str, content: Any) -> Part:
    return Part(label, 10, content)


def ingredient(target: str | None, number: int = 0, **fields: Any) -> Part:
    content = {"relationship": "componentOf", **fields}
    if target is not None:
        content["activeManifest"] = {"url": f"self#jumbf=/c2pa/{target}"}
    return assertion(f"c2pa.ingredient.v3__{number}", content)


def actions(*names: str, **fields: Any) -> Part:
    listed = [{"action": name, **fields} for name in names]
    return assertion("c2pa.actions.v2", {"actions": listed, "allActionsIncluded": True})


def manifest(
    label: str, *assertions: Part, active: bool = False, stamped: datetime | None = None
) -> ManifestView:
    certificate = CertificateView(
        {"CN": "Desk", "O": "Acme"}, {"CN": "Acme CA"}, "1", "2026-01-01", "2027-01-01"
    )
    claim = Part(
        "c2pa.claim.v2", 10, {"claim_generator_info": {"name": "Press", "version": "2"}, "dc:title": label}
    )
    return ManifestView(
        label=label,
        kind="standard",
        size=100,
        active=active,
        claims=(claim,),
        assertions=assertions,
        signatures=(SignatureView(10, "ES256", (certificate,), (), stamped=stamped),),
        created=frozenset(part.label for part in assertions),
    )


def drawn(events: tuple[Event, ...], **style: Any) -> list[str]:
    return list(tree(events, Style(**style)))


def test_one_manifest() -> None:
    made = actions("c2pa.created", digitalSourceType=f"{IPTC}digitalCapture", when="2026-03-01T12:30:00Z")
    (event,) = chain((manifest("m", made, assertion("c2pa.hash.data", {}), active=True),), None)
    assert (event.number, event.signer, event.organization, event.issuer) == (1, "Desk", "Acme", "Acme CA")
    assert (event.time, event.basis, event.generator, event.complete) == (DAY, "claimed", "Press 2", True)
    assert (event.steps[0].cls, event.others) == ("human", ("c2pa.hash.data",))
    assert drawn((event,)) == [
        "manifest 1, active: m",
        '   signer      "Desk" of "Acme" (issued by "Acme CA", ES256)',
        "   time        2026-03-01 12:30 UTC (claimed)",
        '   generator   "Press 2"',
        '   title       "m"',
        "   action      c2pa.created, source type digitalCapture (stands for human)",
        "               the signer states that these are all",
    ]


def test_what_is_not_stated_is_not_shown_as_stated() -> None:
    bare = ManifestView(
        "m", "standard", 1, active=True, claims=(), assertions=(), signatures=(), created=frozenset()
    )
    (event,) = chain((bare,), None)
    assert (event.signer, event.time, event.problems) == (None, None, ("there is no signature",))
    assert drawn((event,))[1:] == ["   time        not stated", "   unreadable  there is no signature"]
    odd = manifest("m", actions("x.y", digitalSourceType="https://example.org/mine"), active=True)
    assert (
        "source type https://example.org/mine (says nothing of who made it)" in drawn(chain((odd,), None))[5]
    )
    gathered = ManifestView(
        "m",
        "standard",
        1,
        active=True,
        claims=(),
        assertions=(actions("x.y"),),
        signatures=(),
        created=frozenset(),
    )
    (event,) = chain((gathered,), None)
    assert (event.complete, event.steps[0].attributed) == (False, False)


def test_relationships_and_states() -> None:
    good = {"validationResults": {"activeManifest": {"success": [{"code": "signingCredential.trusted"}]}}}
    bad = {"validationResults": {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}}}
    unlisted = {
        "validationResults": {"activeManifest": {"failure": [{"code": "signingCredential.untrusted"}]}}
    }
    older = {"validationStatus": [{"code": "claimSignature.validated"}, {"code": "claimSignature.mismatch"}]}
    parts = (
        ingredient("b", 1, **good),
        ingredient("b", 2, **bad),
        ingredient("b", 3, **unlisted),
        ingredient("b", 4, **older),
        ingredient("missing", 5),
        ingredient(None, 6, digitalSourceType=f"{IPTC}composite"),
        ingredient("b", 7, relationship="parentOf", **{"dc:title": "T", "dc:format": "image/png"}),
        assertion("c2pa.ingredient__8", None),
    )
    broken = IngredientFinding(
        "c2pa.ingredient.v3__7",
        "parentOf",
        None,
        Statuses(failure=(Status(StatusCode.INGREDIENT_MANIFEST_MISMATCH, None, "x"),)),
    )
    fine = IngredientFinding("c2pa.ingredient.v3__1", "componentOf", None, Statuses())
    again = IngredientFinding("c2pa.ingredient.v3__2", "componentOf", None, Statuses())
    verdict = Verdict(
        State.VALID, "image/png", ingredients=(broken, fine, again), time=TimeFact(DAY, "timestamped")
    )
    active, other = chain((manifest("a", *parts, active=True), manifest("b")), verdict)
    assert (active.time, active.basis) == (DAY, "timestamped")
    assert [link.recorded for link in active.links] == ["trusted", "invalid", "valid", "invalid", *[None] * 4]
    assert active.links[6].failures == ("ingredient.manifest.mismatch",)
    assert (other.active, other.links) == (False, ())
    heads = [line[3:] for line in drawn((active, other)) if line[:2] in {"├─", "└─"}]
    assert heads == [
        "contains (componentOf): nothing found against its credential; recorded as trusted when it was added",
        (
            "contains (componentOf): recorded as invalid when it was added (assertion.dataHash.mismatch); "
            "manifest 2, above"
        ),
        "contains (componentOf): recorded as valid when it was added; manifest 2, above",
        "contains (componentOf): recorded as invalid when it was added (claimSignature.mismatch); manifest 2, above",
        "contains (componentOf): its credential is not in this file; no result recorded when it was added",
        "contains (componentOf): no credential of its own; source type composite",
        (
            'made from (parentOf) "T", image/png: its credential does not hold (ingredient.manifest.mismatch); '
            "no result recorded when it was added; manifest 2, above"
        ),
        "ingredient that cannot be read: no credential of its own",
    ]


def test_an_invalid_credential_vouches_for_no_ingredient() -> None:
    verdict = Verdict(State.INVALID, "image/png", time=TimeFact(DAY, "timestamped"))
    event, _ = chain((manifest("a", ingredient("b"), active=True), manifest("b")), verdict)
    assert (event.links[0].failures, event.time) == (None, None)


def test_a_long_chain_starts_again_at_the_margin() -> None:
    names = [f"m{number}" for number in range(20)]
    store = tuple(
        manifest(name, *([ingredient(names[number + 1])] if number < 19 else []), active=number == 0)
        for number, name in enumerate(names)
    )
    lines = drawn(chain(store, None))
    heads = [line for line in lines if line.lstrip("│├└─ ").startswith("manifest ")]
    assert [head.partition("manifest ")[2].split(":")[0].split(",")[0] for head in heads] == [
        str(number) for number in range(1, 21)
    ]
    assert [line for line in lines if line.startswith("manifest ")] == [
        "manifest 1, active: m0",
        "manifest 7: m6",
        "manifest 13: m12",
        "manifest 19: m18",
    ]
    assert sum("manifest 7, below" in line for line in lines) == 1


def test_cycles_strangers_and_shared_ingredients_end() -> None:
    store = (
        manifest("a", ingredient("b", 1), ingredient("b", 2), ingredient("a", 3), active=True),
        manifest("b", ingredient("a")),
        manifest("lonely", ingredient("lonely")),
    )
    events = chain(store, None)
    assert [(event.label, event.referenced) for event in events] == [
        ("a", True),
        ("b", True),
        ("lonely", False),
    ]
    lines = drawn(events)
    assert sum(line.lstrip("│├└─ ").startswith("manifest ") for line in lines) == 3
    assert "nothing in the active manifest leads to this one:" in lines
    assert sum("; manifest 1, above" in line for line in lines) == 2


@given(st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=1, max_size=8), st.booleans())
def test_every_manifest_is_drawn_once(edges: list[list[int]], unicode: bool) -> None:
    store = tuple(
        manifest(
            f"m{number}", *(ingredient(f"m{to}", at) for at, to in enumerate(targets)), active=number == 0
        )
        for number, targets in enumerate(edges)
    )
    events = chain(store, None)
    assert [event.number for event in events] == list(range(1, len(edges) + 1))
    lines = drawn(events, unicode=unicode)
    heads = [line.lstrip("│├└─|`- ") for line in lines]
    for event in events:
        assert (
            sum(head.startswith((f"manifest {event.number}:", f"manifest {event.number},")) for head in heads)
            == 1
        )
    if not unicode:
        assert all(line.isascii() for line in lines)


def test_a_flood_is_cut() -> None:
    flood = (ingredient(f"m{number}", number) for number in range(300))
    store = (
        manifest("top", actions(*["c2pa.edited"] * 300), *flood, active=True),
        *(manifest(f"m{number}") for number in range(300)),
    )
    lines = drawn(chain(store, None))
    assert len(lines) < 300
    assert any("... 284 more actions" in line for line in lines)
    assert any("... 284 more ingredients" in line for line in lines)
    assert lines[-1] == "... 261 more manifests; --format json lists all"


@pytest.mark.parametrize("width", [20, 60, 100])
def test_lines_fit_the_terminal(width: int) -> None:
    fields: dict[str, Any] = {"dc:title": "a title of some words", "dc:format": "image/png"}
    part = ingredient("b", relationship="parentOf", **fields)
    store = (
        manifest("a", part, active=True),
        manifest("b", actions("c2pa.edited", softwareAgent="An agent")),
    )
    lines = drawn(chain(store, None), width=width)
    assert all(len(line) <= max(width, 60) for line in lines)
    assert all(line.startswith(("manifest", "│", "└", "   ")) for line in lines)


def test_hostile_text_stays_on_its_line() -> None:
    fields: dict[str, Any] = {"dc:title": NASTY, "dc:format": NASTY}
    part = ingredient("b", **fields)
    steps = actions(NASTY, digitalSourceType=NASTY, softwareAgent={"name": NASTY}, when=NASTY)
    store = (manifest(NASTY, part, steps, active=True), manifest("b", assertion(NASTY, {}), stamped=DAY))
    events = chain(store, None)
    for line in drawn(events):
        assert line.isprintable()
        assert "\u202e" not in line
    json.dumps(chain_data(events))


def test_data_has_the_same_content() -> None:
    store = (
        manifest("a", ingredient("b"), actions("c2pa.opened"), active=True),
        manifest(
            "b", actions("c2pa.created", digitalSourceType=f"{IPTC}trainedAlgorithmicMedia"), stamped=DAY
        ),
    )
    first, second = chain_data(chain(store, None))
    assert [action["action"] for action in first["actions"]] == ["c2pa.opened"]
    assert first["ingredients"][0]["manifest"] == second["label"] == "b"
    assert second["actions"][0]["class"] == "synthetic"
    assert (second["time"], second["basis"]) == ("2026-03-01T12:30:00Z", "unchecked")
