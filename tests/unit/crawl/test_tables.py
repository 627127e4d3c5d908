from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

import provkit
from provkit.crawl import tables
from provkit.crawl.caps import domain_of, key_of
from provkit.crawl.decide import decide
from provkit.crawl.model import Action, Decision
from provkit.crawl.policy import Policy
from provkit.crawl.reading import Reader
from provkit.errors import ConfigurationError
from provkit.trust.store import TrustStore
from support.pki import NOW, Pki

AI = "User-agent: *\nContent-Usage: train-ai=n\n"
LABELLED = b'<html><head><meta name="ai-disclosure" content="ai-generated"></head><body>Words</body></html>'


def test_a_row_is_what_the_reader_and_the_policy_say() -> None:
    headers = [{"name": "Content-Type", "value": "text/html"}, {"name": "X-A", "value": "1"}]
    row = {"url": "https://www.a.example:8/x", "content": LABELLED, "headers": headers, "id": None}
    made = tables.annotator("balanced")(row)
    reading = Reader().read(LABELLED, [("Content-Type", "text/html")])
    decision = decide(Policy.preset("balanced"), reading)
    assert (made["action"], made["sample_weight"], made["stratum"], tuple(made["reasons"])) == (
        decision.action,
        decision.weight,
        decision.stratum,
        decision.reasons,
    )
    assert made["stratum"] == "declared-synthetic"
    assert made["domain"] == domain_of(row["url"]) == "a.example"  # type: ignore[arg-type]
    assert (made["text"], made["tokens"], made["bytes"]) == ("Words", 2, len(LABELLED))
    assert int(made["cap_key"], 16) == key_of(LABELLED)
    [evidence] = made["provenance"]["evidence"]
    assert evidence.keys() == {"source", "class", "value", "attributed", "whole"}


@pytest.mark.parametrize("said", [AI, AI.encode()])
def test_what_a_host_says_counts(said: str | bytes) -> None:
    step = tables.annotator("balanced")
    row = {"url": "https://a.example/", "text": "Words."}
    assert step(row)["action"] == "keep"
    made = step(row | {"robots": said})
    assert made["action"] == "exclude"
    assert made["reasons"][0].startswith("usage.denied: ")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"problem": "cut: the file ends in the middle of a record"}, "cut: the file ends"),
        ({"url": "https://a.example/"}, "row: no document: neither text"),
        ({"text": 3}, "row: no document: text is of another type"),
        ({"text": "x", "robots": 3}, "row: no document: robots is of another type"),
        ({"text": "x", "headers": [{"name": "a"}]}, "row: no document: headers is"),
    ],
)
def test_what_is_no_document_is_excluded_and_says_so(row: dict[str, Any], reason: str) -> None:
    made = tables.annotator("balanced")(row)
    assert (made["action"], made["sample_weight"], made["provenance"]) == ("exclude", 0.0, None)
    assert made["reasons"][0].startswith(reason)
    assert made.keys() == tables.annotator()({"text": "x"}).keys()


def test_text_that_was_taken_out_of_a_page_is_no_broken_page() -> None:
    pki = Pki.make()
    signer = provkit.Signer.from_pem(pki.chain_pem, pki.key_pem)
    signed = provkit.sign(b"Eleven herons.\n", provkit.Origin.human(), signer, when=NOW)
    row = {"content": signed.replace(b"Eleven", b"Twelve"), "url": "https://a.example/"}
    step = tables.annotator("balanced", TrustStore.empty(), at=NOW)
    assert step(row)["provenance"]["damage"] == "invalid"
    made = step(row | {"converted": True})
    assert (made["provenance"]["damage"], made["action"]) == ("unverifiable", "keep")
    assert made["text"] == "Twelve herons.\n"


def test_nothing_in_a_row_is_text_that_has_no_utf8() -> None:
    label = {"@type": "Article", "digitalSourceType": "trainedAlgorithmicMedia \ud800"}
    page = f'<script type="application/ld+json">{json.dumps(label)}</script><p>Words &#xD800;'
    made = tables.annotator()({"content": page.encode(), "url": "https://a.example/\ud800"})
    json.dumps(made, ensure_ascii=False).encode()


def test_it_is_pickled_whole_and_always_alike() -> None:
    pki = Pki.make()
    mark = f'[[distrust]]\nfingerprint = "{"ab" * 32}"\n'.encode()
    store = TrustStore.bundled().with_anchors(pki.root_pem, name="ours").with_distrust(mark, name="not")
    for trust in (None, store, TrustStore.bundled):
        step = tables.annotator("civic", trust, at=datetime(2026, 1, 2, tzinfo=UTC), extract="none")
        again = pickle.loads(pickle.dumps(step))
        assert again == step
        assert again.policy.digest() == step.policy.digest()
        assert again.reader.store.digest == step.reader.store.digest
        assert again.reader.store.lists == step.reader.store.lists
        assert pickle.dumps(again.__reduce__()[1][1]) == pickle.dumps(step.__reduce__()[1][1])


def test_plans_are_those_of_the_caps() -> None:
    sums = [
        ("a.example", "unknown", None, 9, 900, 90),
        ("a.example", "synthetic", f"{1:016x}", 1, 100, 10),
        ("a.example", "synthetic", f"{2:016x}", 1, 100, 10),
    ]
    plan = tables.plan_of("balanced", iter(sums))
    assert (plan.others, plan.kept, plan.dropped) == (90, 10, 10)
    kept = Decision(Action.KEEP, 1.0, (), "synthetic")
    for key in (1, 2):
        assert tables.stays(plan, "a.example", "synthetic", f"{key:016x}") is plan.keeps(
            "a.example", kept, key
        )
    assert tables.stays(plan, "a.example", "unknown", None)
    assert not tables.stays(plan, "a.example", "synthetic", f"{2:016x}")


@pytest.mark.parametrize("row", [("a", "unknown", "00", 1, 1, 1), ("a", "synthetic", None, 1, 1, 1)])
def test_other_caps_are_refused(row: tuple[str, str, str | None, int, int, int]) -> None:
    with pytest.raises(ConfigurationError, match="under other caps"):
        tables.plan_of("balanced", [row])
