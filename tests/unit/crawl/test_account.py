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


def made(tally: Tally, policy: str = "balanced", budget: int | None = None, **more: Any) -> Account:
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
        budget=budget,
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


def test_the_mix_of_cells_is_that_of_the_strata() -> None:
    found = made(counted(*ROWS))
    mix = {(cell.cls, cell.assurance): cell.mix for cell in found.cells}
    assert sum(mix.values()) == pytest.approx(1)
    share = {entry.name: entry.token_share for entry in found.strata}
    assert mix["human", "verified-trusted"] == pytest.approx(share["human"])
    # Excluded, and one stratum that two cells are in.
    assert mix["synthetic", "verified-trusted"] == 0
    two = counted(
        ("a.example", H, ANYBODY, 30, True),
        ("a.example", H, Assurance.DECLARED, 10, True),
        ("a.example", U, Assurance.NONE, 60, True),
    )
    assert [round(cell.mix, 9) for cell in made(two).cells] == [0.1, 0.3, 0.6]


def test_the_mix_of_what_has_no_text_is_in_documents() -> None:
    pictures = counted(
        *[("a.example", H, TRUSTED, 0, True)] * 1, *[("a.example", U, Assurance.NONE, 0, True)] * 3
    )
    mix = {cell.cls: cell.mix for cell in made(pictures).cells}
    # Weights in `counted` are 1: one of four.
    assert mix == {H: pytest.approx(0.25), U: pytest.approx(0.75)}


@pytest.mark.parametrize(
    ("policy", "budget", "reached", "codes"),
    [
        # 100 tokens that are vouched for, at most four times, and 700 unknown ones that are left out.
        ("strict", 150, 150, set()),
        ("strict", 300, 300, {"budget.repeats"}),
        ("strict", 4_000, 400, {"budget.short", "budget.repeats"}),
        # Twice the one, once the others: 200 + 770.
        ("balanced", 970, 970, set()),
        ("balanced", 5_000, 970, {"budget.short"}),
    ],
)
def test_a_budget_that_cannot_be_carried_is_told(
    policy: str, budget: int, reached: int, codes: set[str]
) -> None:
    rows = ROWS if policy == "balanced" else tuple((*row[:4], row[1:3] == (H, TRUSTED)) for row in ROWS)
    found = made(counted(*rows), policy, budget)
    assert found.budget is not None
    kept = found.kept.tokens
    assert (found.budget.tokens, found.budget.reached) == (budget, reached)
    assert found.budget.epochs == budget / kept
    said = {code for w in found.warnings if (code := w.partition(":")[0]).startswith("budget.")}
    assert said == codes
    text = page(found)
    assert "The budget" in text
    assert ("cannot be had" in text) is ("budget.short" in codes)
    for stratum in found.strata:
        assert stratum.epochs <= stratum.most_epochs


def test_nothing_carries_no_budget() -> None:
    found = made(counted(("a.example", U, Assurance.NONE, 50, False)), "strict", 1000)
    assert found.budget is not None
    assert (found.budget.reached, found.budget.epochs, found.budget.most_epochs) == (0, 0, 0)
    assert any("nothing with text is kept" in warning for warning in found.warnings)
    assert made(Tally(), "strict", 1000).budget is not None


def test_epochs_are_written_as_people_read_them() -> None:
    assert [harm.often(value) for value in (0.5, 1.8266, 375, 2666.9)] == ["0.5", "1.83", "375", "2,667"]


def test_one_is_no_plural() -> None:
    found = made(counted(("a.example", H, TRUSTED, 9, True)), problem_count=1)
    text = page(found)
    assert "1 document of 1 domain under" in text
    one = harm.Facts(9, 9, 0.5, 0, signers=1, domains=1, anchored=0, vanished=1)
    said = " ".join(harm.warnings(Policy.preset(), one))
    assert "1 listed signer stands" in said
    assert "0 of 1 domain" in said
    assert "1 of 1 domain" in said
    assert not re.search(r"\b1 (?:domains|signers|documents)\b", f"{text} {said}")


def test_a_long_name_is_shortened_and_whole_in_its_title() -> None:
    name = f"{'long-' * 20}.somebody.example"
    text = page(made(counted((name, U, Assurance.NONE, 9, True))))
    assert f'title="{name}"' in text
    assert f">{name[:8]}\u2026{name[-13:]}<" in text


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
    tally.signers["ab" * 32] = [HOSTILE, True, 1, 9, 1]
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
