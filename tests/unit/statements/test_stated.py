"""Terms of use, models, parts and records: from assertions to results, and from a text to the verdict."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import provkit
from provkit import Origin, TrustStore, Verdict
from provkit.manifest.assertions import Actions
from provkit.origin.record import OriginRecord, SourceCategory, VerificationRecord
from provkit.statements import regions, stated
from provkit.statements.model import Check, Range, UsageTerm
from support import forge as f
from support.pki import NOW, Pki

SIGNER: Final = Pki.make("Ed25519")
TRUST: Final = TrustStore.empty().with_anchors(SIGNER.root_pem, name="signers")
CREDENTIAL: Final = f.Credential.load(SIGNER.chain_pem, SIGNER.key_pem, "Ed25519")


def verdict(*boxes: f.Box, actions: f.Box | None = None) -> Verdict:
    first = actions or f.actions(f.created())
    data = f.Forge(b"A text.\n", CREDENTIAL, boxes=[first, f.data_hash(), *boxes]).text()
    found = provkit.verify(data, trust=TRUST, at=NOW)
    assert found.state == "trusted"
    return found


def terms(content: Any) -> list[tuple[str, str | None, str, str | None]]:
    found = stated.usage(content, attributed=False, where="x")
    return [(one.key, one.purpose, one.use, one.constraint) for one in found]


class TestUsage:
    def test_every_shape(self) -> None:
        wanted = [("c2pa.ai_training", "ai_training", "notAllowed", None)]
        entry = {"c2pa.ai_training": {"use": "notAllowed"}}
        assert terms({"entries": entry}) == terms(entry) == wanted
        assert terms({"cawg.ai_training": {"use": "NOTALLOWED"}})[0][1:] == wanted[0][1:]
        for name in ("constraint_info", "constraints_info"):
            entry = {"cawg.data_mining": {"use": "constrained", name: " ask us "}}
            assert terms(entry) == [("cawg.data_mining", "data_mining", "constrained", "ask us")]

    def test_keys_of_somebodys_own_stand_behind(self) -> None:
        content = {
            "com.example.print": {"use": "notAllowed"},
            "cawg.other": {"use": "later"},
            "cawg.ai_inference": {"use": "allowed"},
        }
        assert terms({"entries": content}) == [
            ("cawg.ai_inference", "ai_inference", "allowed", None),
            ("com.example.print", None, "notAllowed", None),
            ("cawg.other", None, "later", None),
        ]

    @pytest.mark.parametrize("content", [None, 1, [], {"entries": 1}, {"entries": {"cawg.ai_training": 1}}])
    def test_no_terms(self, content: Any) -> None:
        assert terms(content) == []

    def test_in_a_text(self) -> None:
        older = f.Box("c2pa.training-mining", {"c2pa.data_mining": {"use": "allowed"}}, listed="gathered")
        newer = f.Box("cawg.training-mining__1", {"entries": {"cawg.data_mining": {"use": "notAllowed"}}})
        found = verdict(older, newer).usage
        assert [(one.use, one.attributed, one.where.rpartition("/")[2]) for one in found] == [
            ("notAllowed", True, "cawg.training-mining__1"),
            ("allowed", False, "c2pa.training-mining"),
        ]
        assert isinstance(found[0], UsageTerm)

    def test_a_bound(self) -> None:
        entries = {f"com.example.{number}": {"use": "allowed"} for number in range(300)}
        entries["cawg.ai_training"] = {"use": "notAllowed"}
        found = verdict(f.Box("cawg.training-mining", {"entries": entries}))
        assert len(found.usage) == 100
        assert found.usage[0].use == "notAllowed"
        assert found.warnings[0].startswith("statements-cut: ")


class TestDisclosure:
    def test_in_a_text(self) -> None:
        content = {
            "modelType": "c2pa.types.model",
            "modelName": "Large 1",
            "modelIdentifier": "pkg:generic/large@1",
            "contentProfile": {"humanOversightLevel": "prompt_guided"},
            "scientificDomain": ["cs.CL", "math.CO"],
        }
        (found,) = verdict(f.Box("c2pa.ai-disclosure", content)).disclosures
        assert (found.model_type, found.model_name) == ("c2pa.types.model", "Large 1")
        assert (found.model_identifier, found.oversight) == ("pkg:generic/large@1", "prompt_guided")
        assert (found.domains, found.attributed) == (("cs.CL", "math.CO"), True)

    def test_what_is_no_text_is_not_said(self) -> None:
        for content in (None, {}, {"modelName": 1, "contentProfile": 2, "scientificDomain": 3}):
            found = stated.disclosure(content, attributed=False, where="x")
            assert (found.model_name, found.oversight, found.domains) == (None, None, ())
        single = stated.disclosure({"scientificDomain": "cs.CL"}, attributed=False, where="x")
        assert single.domains == ("cs.CL",)


def test_what_sign_writes_is_read() -> None:
    record = OriginRecord(
        category=SourceCategory.BENCHMARK,
        purpose="tests of readers",
        verification=(VerificationRecord(method="editorial review", by="the desk", result="passed"),),
        limits=("not for training",),
    )
    origin = Origin.ai_assisted(
        model="m", oversight="human_validated", record=record, training_mining={"ai-training": "notAllowed"}
    )
    drafts = origin.assertions("text/plain", None)
    boxes = [f.Box(one.label, one.content) for one in drafts if one.label != "c2pa.actions.v2"]
    found = verdict(*boxes)
    assert [one.use for one in found.usage] == ["notAllowed"]
    assert [(one.model_name, one.oversight) for one in found.disclosures] == [("m", "human_validated")]
    (one,) = found.records
    assert (one.category, one.purpose, one.limits) == ("benchmark", "tests of readers", ("not for training",))
    assert one.checks == (Check("editorial review", "the desk", None, "passed"),)


def test_nothing_is_stated() -> None:
    found = verdict()
    assert (found.usage, found.disclosures, found.parts, found.records, found.identities) == ((),) * 5


def spans(*ranges: Any) -> list[Range]:
    action = f.created("trainedAlgorithmicMedia", changes=[{"region": list(ranges)}])
    content = {"actions": [action]}
    (part,) = regions.parts(Actions.read(content), content, attributed=True, where="x")
    return list(part.ranges)


class TestParts:
    def test_in_a_text(self) -> None:
        selectors = [
            {"selector": {"fragment": "p2", "start": 10, "end": 25}},
            {"selector": {"fragment": "p3"}},
        ]
        region = {
            "region": [{"type": "textual", "text": {"selectors": selectors}}],
            "name": "second paragraph",
            "role": "c2pa.edited",
        }
        edited = {
            "action": "c2pa.edited",
            "digitalSourceType": f.BASE + "trainedAlgorithmicMedia",
            "changes": [region, {"description": "the end", "region": []}],
        }
        found = verdict(actions=f.actions(f.created(), edited)).parts
        assert [(one.action, one.cls, one.name, one.description) for one in found] == [
            ("c2pa.edited", "synthetic", "second paragraph", None),
            ("c2pa.edited", "synthetic", None, "the end"),
        ]
        assert found[0].ranges == (
            Range("textual", "characters 10 to 25 of p2", "p2", 10, 25),
            Range("textual", "all of p3", "p3"),
        )
        assert found[0].where.endswith("/c2pa.actions.v2#actions[1].changes[0]")
        assert (found[0].role, found[0].attributed, found[1].ranges) == ("c2pa.edited", True, ())

    def test_a_region_has_a_source_type_of_its_own(self) -> None:
        action = f.created(changes=[{"region": [], "digitalSourceType": "trainedAlgorithmicMedia"}])
        (found,) = verdict(actions=f.actions(action)).parts
        assert (found.cls, found.source_type) == ("synthetic", "trainedAlgorithmicMedia")

    @pytest.mark.parametrize(
        ("given_range", "wanted"),
        [
            (
                {"type": "frame", "frame": {"start": 1}},
                Range("frame", "frames or pages 1 to the end", None, 1),
            ),
            ({"type": "temporal", "time": {"end": "3.5"}}, Range("temporal", "time of the start to 3.5")),
            (
                {
                    "type": "spatial",
                    "shape": {
                        "type": "rectangle",
                        "unit": "pixel",
                        "origin": {"x": 1, "y": 2.5},
                        "width": 3,
                        "height": 4,
                    },
                },
                Range("spatial", "rectangle at 1, 2.5 of 3 by 4 pixel"),
            ),
            (
                {"type": "identified", "item": {"identifier": "track", "value": "2"}},
                Range("identified", "track 2"),
            ),
            ({"type": "odour"}, Range("odour", "a range that this version cannot describe")),
            (
                {
                    "type": "textual",
                    "text": {
                        "selectors": [
                            {"selector": {"fragment": "a", "start": 5}, "end": {"fragment": "b", "end": 7}}
                        ]
                    },
                },
                Range("textual", "from character 5 of a to character 7 of b", "a", 5),
            ),
            (
                {"type": "textual", "text": {"selectors": [{"selector": {"start": -1, "end": 2**70}}]}},
                Range("textual", "all of the text"),
            ),
        ],
    )
    def test_ranges(self, given_range: dict[str, Any], wanted: Range) -> None:
        assert spans(given_range) == [wanted]

    @pytest.mark.parametrize("changes", [1, "x", {}, [1], [None]])
    def test_changes_that_are_none(self, changes: Any) -> None:
        assert verdict(actions=f.actions(f.created(changes=changes))).parts == ()

    def test_bounds(self) -> None:
        changes = [{"region": [{"type": "frame"}] * 150}, *([{"region": []}] * 150)]
        found = verdict(actions=f.actions(f.created(changes=changes)))
        assert (len(found.parts), len(found.parts[0].ranges)) == (100, 100)
        assert found.warnings[0].startswith("statements-cut: ")


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary(max_size=3)
    | st.text(max_size=5)
    | st.sampled_from(["textual", "frame", "temporal", "spatial", "identified", "allowed"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["entries", "cawg.ai_training", "use", "type", "text", "selectors", "selector", "start"],
            )
            | st.sampled_from(
                ["end", "frame", "time", "shape", "origin", "x", "y", "width", "item", "region", "unit"],
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(junk)
def test_any_content_gives_an_answer(content: Any) -> None:
    list(stated.usage(content, attributed=True, where="x"))
    stated.disclosure(content, attributed=True, where="x")
    stated.record(content, attributed=True, where="x")
    spans(content)
    actions = {"actions": [f.created(changes=content)]}
    list(regions.parts(Actions.read(actions), actions, attributed=True, where="x"))
