from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from provkit.crawl import harm
from provkit.crawl.account import About, account, kind_of
from provkit.crawl.account_model import account_schema
from provkit.crawl.account_page import page
from provkit.crawl.caps import Tally as Counts
from provkit.crawl.croissant import croissant
from provkit.crawl.documents import Problem
from provkit.crawl.model import Action, Assurance, Decision, Reading
from provkit.crawl.policy import Policy
from provkit.crawl.spool import Item
from provkit.crawl.strata import strata
from provkit.crawl.tally import Tally
from provkit.crawl.weigh import Outcome
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from provkit.crawl.account_model import Account

HOSTILE = '<script>alert("1")</script>\x1b[31m\u202e&'


def counted(*rows: tuple[str, OriginClass, Assurance, int, bool]) -> Tally:
    """Rows: domain, class, assurance, tokens, kept."""
    policy = Policy.preset()
    tally = Tally()
    for number, (domain, cls, how, tokens, kept) in enumerate(rows):
        item = Item(
            str(number), f"https://{domain}/", number, 4 * tokens, tokens, Reading("text/plain", cls, how)
        )
        standing = policy.standing(item.reading)
        stratum = standing.stratum
        decision = Decision(Action.KEEP if kept else Action.EXCLUDE, float(kept), ("a.code: why",), stratum)
        tally.add(domain, item, standing, decision)
    return tally


H, S, U, A = OriginClass.HUMAN, OriginClass.SYNTHETIC, OriginClass.UNKNOWN, OriginClass.AI_ASSISTED
TRUSTED, ANYBODY = Assurance.VERIFIED_TRUSTED, Assurance.VERIFIED_UNTRUSTED
ROWS = (
    ("a.example", H, TRUSTED, 100, True),
    ("a.example", H, ANYBODY, 50, True),
    ("a.example", S, TRUSTED, 30, False),
    ("b.example", S, Assurance.DECLARED, 20, True),
    ("b.example", U, Assurance.NONE, 700, True),
    ("c.example", S, Assurance.DETECTED, 60, False),
    ("c.example", A, TRUSTED, 40, False),
)


def made(tally: Tally, policy: str = "balanced", **more: Any) -> Account:
    chosen = Policy.preset(policy)
    outcome = Outcome(tally=tally, plan=Counts.of(chosen).plan(), **more)
    about = About(
        provkit="0",
        run="0" * 64,
        policy=chosen,
        trust_sha256="1" * 64,
        trust_lists=(("a list", None),),
        tokens="bytes/4",
        tokens_estimated=True,
        extract="visible",
        judged_at="2026-06-01",
    )
    return account(outcome, about)


def test_unknown_is_unknown() -> None:
    found = made(counted(*ROWS))
    synthetic, human = found.shares.tokens.synthetic, found.shares.tokens.human
    assert (synthetic.lower, human.lower) == (0.05, 0.1)
    # Claims of people on no list and guesses of detectors may be so or not.
    assert synthetic.upper == pytest.approx((50 + 50 + 700 + 60) / 1000)
    assert human.upper == pytest.approx((100 + 50 + 700 + 60) / 1000)
    assert found.kept_shares.documents.synthetic.lower == 1 / 4
    assert (found.total.tokens, found.kept.tokens, found.total.bytes) == (1000, 870, 4000)
    assert found.vanished == ["c.example"]
    assert [entry.domain for entry in found.domains] == ["b.example", "a.example", "c.example"]
    assert found.domains[1].tokens == {"human": 100, "ai-assisted": 0, "synthetic": 30, "open": 50}
    assert found.excluded == {"a.code": 3}


def test_only_what_somebody_stands_behind_is_known() -> None:
    for cls in OriginClass:
        for how in Assurance:
            kind = kind_of(f"{cls}|{how}")
            if kind == "human":
                assert (cls, how) in {(H, TRUSTED), (H, Assurance.DATED)}
            if kind == "synthetic":
                assert cls is S
                assert how not in {Assurance.DETECTED, Assurance.NONE}


def test_sums_do_not_depend_on_how_inputs_were_split() -> None:
    whole = counted(*ROWS)
    parts = Tally()
    for start in (0, 3, 5):
        end = {0: 3, 3: 5, 5: 7}[start]
        parts.merge(Tally.of_json(json.loads(json.dumps(counted(*ROWS[start:end]).as_json()))))
    assert parts == whole
    assert made(parts) == made(whole)


def test_a_report_is_what_the_schema_says() -> None:
    schema = account_schema()
    Draft202012Validator.check_schema(schema)
    problem = Problem("a.warc.gz", "cut", "the file ends early", 9)
    for tally in (Tally(), counted(*ROWS)):
        found = made(tally, problems=[problem], problem_count=1)
        Draft202012Validator(schema).validate(found.model_dump(mode="json", by_alias=True))


@pytest.mark.parametrize(
    ("policy", "human", "signers", "codes"),
    [
        ("strict", 0.1, 30, {"harm.coverage"}),
        ("strict", 0.9, 30, set()),
        ("human-anchor", 0.1, 30, {"harm.weight"}),
        ("balanced", 0.1, 30, set()),
        ("balanced", 0.1, 3, {"harm.narrow-signers"}),
        ("balanced", 0.0, 0, {"harm.no-anchor"}),
        ("label-only", 0.0, 0, set()),
    ],
)
def test_a_policy_that_does_harm_here_is_told(
    policy: str, human: float, signers: int, codes: set[str]
) -> None:
    facts = harm.Facts(1000, 100, human, 0.1, signers, domains=10, anchored=8, vanished=0)
    assert {said.partition(":")[0] for said in harm.warnings(Policy.preset(policy), facts)} == codes


def test_narrow_and_vanished_domains_are_told() -> None:
    facts = harm.Facts(1000, 100, 0.2, 0.1, 30, domains=10, anchored=2, vanished=4)
    said = {sentence.partition(":")[0] for sentence in harm.warnings(Policy.preset(), facts)}
    assert said == {"harm.narrow-domains", "harm.vanished"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "style", "onclick"}
        ]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_files_cannot_write_it() -> None:
    tally = counted((HOSTILE, H, TRUSTED, 9, True), *ROWS)
    tally.signers["ab" * 32] = [HOSTILE, True, 1, 9]
    tally.media[HOSTILE] = 1
    tally.sources[HOSTILE] = 1
    problem = Problem(HOSTILE, "cut", HOSTILE)
    text = page(
        made(
            tally,
            problems=[problem],
            problem_count=1,
            inputs=[{"name": HOSTILE, "kind": "warc", "documents": 1}],
        )
    )
    parser = _Page()
    parser.feed(text)
    assert parser.open == []
    assert "script" not in parser.tags
    assert parser.addresses == []
    assert "svg" in parser.tags
    assert "url(" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"https?:", text)


def test_the_page_of_nothing() -> None:
    parser = _Page()
    parser.feed(page(made(Tally())))
    assert parser.open == []


def test_croissant_says_whether_and_how_much() -> None:
    tally = counted(*ROWS)
    found = made(tally, inputs=[{"name": "a.warc.gz", "kind": "warc", "documents": 7}])
    content = croissant(found, strata(tally.strata, {}, Policy.preset()))
    assert content["rai:hasSyntheticData"] is True
    assert content["conformsTo"][0].endswith("croissant/1.1")
    known = content["variableMeasured"][0]
    assert (known["sc:minValue"], known["sc:maxValue"]) == (
        found.kept_shares.tokens.synthetic.lower,
        found.kept_shares.tokens.synthetic.upper,
    )
    ids = [entry["@id"] for entry in content["distribution"]]
    for records in content["recordSet"]:
        assert {field["source"]["fileSet"]["@id"] for field in records["field"]} <= set(ids)
    nothing = counted(("a.example", U, Assurance.NONE, 5, True))
    assert croissant(made(nothing), ())["rai:hasSyntheticData"] is False
