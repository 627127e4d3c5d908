"""Caps: thinning, plans, batches."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest

from provkit import ConfigurationError, MalformedError
from provkit.crawl.batch import BatchCap
from provkit.crawl.caps import Plan, Tally, domain_of, exact, is_capped, key_of, sum_of
from provkit.crawl.model import Action, Decision
from provkit.crawl.policy import Policy


def policy(caps: str) -> Policy:
    return Policy.from_text(f'name = "a"\n[caps]\nby = "documents"\n{caps}')


def decision(stratum: str, action: Action = Action.KEEP) -> Decision:
    return Decision(action, 1.0 if action is Action.KEEP else 0.0, (), stratum)


OTHER, SYNTHETIC = decision("unknown"), decision("declared-synthetic")
PURPOSED = decision("purposed-synthetic")


def counted(caps: str, *documents: tuple[str, Decision, int, int]) -> Plan:
    tally = Tally.of(policy(caps))
    for document in documents:
        tally.add(*document)
    return tally.plan()


def many(domain: str, other: int, synthetic: int) -> list[tuple[str, Decision, int, int]]:
    return [
        *((domain, OTHER, key_of(f"o{i}".encode()), 1) for i in range(other)),
        *((domain, SYNTHETIC, key_of(f"{domain}{i}".encode()), 1) for i in range(synthetic)),
    ]


def test_a_tenth_is_a_tenth() -> None:
    plan = counted("overall = 0.1", *many("a", 90, 50))
    assert (plan.kept, plan.dropped, plan.share) == (10, 40, Fraction(1, 10))
    assert exact(0.1) == Fraction(1, 10)


def test_never_above() -> None:
    assert counted("overall = 0.1", *many("a", 89, 50)).kept == 9
    assert counted("overall = 0.1", *many("a", 8, 50)).kept == 0
    assert counted("overall = 0.1", *many("a", 90, 4)).kept == 4
    assert counted("overall = 1.0", *many("a", 0, 4)).kept == 4
    assert counted("overall = 0", *many("a", 90, 4)).kept == 0
    assert counted("", *many("a", 1, 4)).kept == 4


def test_each_domain_and_all_of_it() -> None:
    documents = [*many("a", 90, 50), *many("b", 9, 50), *many("c", 901, 0)]
    plan = counted("domain = 0.1", *documents)
    kept = [
        domain for domain, said, key, _ in documents if said is SYNTHETIC and plan.keeps(domain, said, key)
    ]
    assert (kept.count("a"), kept.count("b")) == (10, 1)
    both = counted("domain = 0.1\noverall = 0.005", *documents)
    assert both.kept == 5


def test_excluded_documents_do_not_count() -> None:
    gone = decision("unknown", Action.EXCLUDE)
    assert counted("overall = 0.5", ("a", gone, 1, 10), ("a", OTHER, 2, 1), ("a", SYNTHETIC, 3, 1)).kept == 1
    plan = counted("overall = 0.5", ("a", gone, 1, 10), ("a", SYNTHETIC, 3, 1))
    assert (plan.kept, plan.others) == (0, 0)


def test_large_documents_do_not_block_small_ones() -> None:
    plan = counted("overall = 0.5", ("a", OTHER, 1, 10), ("a", SYNTHETIC, 2, 20), ("a", SYNTHETIC, 3, 9))
    assert plan.kept == 9
    assert [plan.keeps("a", SYNTHETIC, key) for key in (2, 3)] == [False, True]


def test_copies_stay_or_go_together() -> None:
    plan = counted("overall = 0.5", ("a", OTHER, 1, 3), *[("a", SYNTHETIC, 7, 2)] * 2)
    assert (plan.kept, plan.keeps("a", SYNTHETIC, 7)) == (0, False)


def test_purpose_has_room_of_its_own() -> None:
    others = [("a", OTHER, 1, 70)]
    purposed = [("a", PURPOSED, key, 1) for key in range(100)]
    found = [("a", SYNTHETIC, key, 1) for key in range(100)]
    caps = "overall = 0.1\nwith-purpose = 0.3"
    plan = counted(caps, *others, *purposed, *found)
    kept = [sum(plan.keeps(*one[:3]) for one in group) for group in (found, purposed)]
    # 7 of 77 without the purposed, 30 of 100 with them.
    assert kept == [7, 23]
    assert counted(caps, *others, *found).kept == 7
    assert counted("overall = 0.1", *others, *found, *purposed).kept == 7


def test_detected_counts_unless_told_otherwise() -> None:
    caps = policy("overall = 0.1").caps
    assert is_capped(caps, "detected-synthetic")
    assert not is_capped(caps.model_copy(update={"detected": False}), "detected-synthetic")
    assert not is_capped(caps, "ai-assisted")
    assert is_capped(policy('classes = ["synthetic", "ai-assisted"]').caps, "declared-ai-assisted")


def test_what_cannot_be_done_is_said() -> None:
    plan = counted("overall = 0.1\ndomain = 0.1", *many("a", 0, 5))
    assert [problem.partition(":")[0] for problem in plan.problems] == [
        "cap.unreachable",
        "cap.domain-vanishes",
    ]
    assert "nothing of a stays" in plan.problems[1]
    assert plan.share == 0
    assert counted("overall = 0.1", *many("a", 100, 5)).problems == ()
    flood = [(f"d{i:03}", SYNTHETIC, i, 1) for i in range(25)]
    problems = counted("domain = 0.1", ("z", OTHER, 1, 1), *flood).problems
    assert len(problems) == 21
    assert "5 further domains" in problems[-1]


def test_a_plan_travels() -> None:
    plan = counted("overall = 0.1\ndomain = 0.2", *many("a", 5, 50), *many("b", 90, 50))
    assert Plan.from_json(plan.to_json()) == plan
    assert pickle.loads(pickle.dumps(plan)) == plan
    for text in ("", "{}", "[]", '{"caps": 1}', "[" * 100_000):
        with pytest.raises(MalformedError, match="not a plan"):
            Plan.from_json(text)


def test_counts_for_other_caps_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="other caps"):
        sum_of([Tally.of(policy("overall = 0.1")), Tally.of(policy("overall = 0.2"))])
    with pytest.raises(ConfigurationError, match="no counts"):
        sum_of([])
    with pytest.raises(ValueError, match="negative"):
        Tally.of(policy("")).add("a", OTHER, 1, -1)


def test_keys_are_about_content_and_seed() -> None:
    assert key_of(b"x") == key_of(bytes(bytearray(b"x")))
    assert key_of(b"x", "one") != key_of(b"x", "two") != key_of(b"x")
    assert 0 <= key_of(b"") < 2**64


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.Example.ORG:8080/a?b=http://other/", "example.org"),
        ("http://user:secret@example.org./", "example.org"),
        ("http://example.org@other.net/", "other.net"),
        ("https://[2001:db8::1]:80/", "[2001:db8::1]"),
        ("HTTPS://example.org", "example.org"),
        (" \thttps://example.org/", "example.org"),
        ("http://one@two@example.org/", "example.org"),
        ("http://example.org\\@other.net/", "example.org"),
        ("https://www.M\u00dcNCHEN.example/", "xn--mnchen-3ya.example"),
        ("https://XN--Mnchen-3ya.example./", "xn--mnchen-3ya.example"),
        ("https://\ud800.example/", "?.example"),
        ("https://\u00fc" + "a" * 300, "\u00fc" + "a" * 300),
        ("file:///etc/x", ""),
        ("example.org/a", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_domains(url: str | None, domain: str) -> None:
    assert domain_of(url) == domain


class TestBatches:
    STREAM = tuple("h" * 300 + "s" * 300 + "hs" * 200)

    def batches(self, share: float, size: int = 20, **more: object) -> tuple[list[list[str]], int]:
        cap = BatchCap(self.STREAM, size=size, share=share, capped=lambda one: one == "s", **more)  # type: ignore[arg-type]
        return list(cap), cap.withheld.documents

    @pytest.mark.parametrize("share", [0, 0.1, 0.25, 0.5, 1])
    def test_each_holds(self, share: float) -> None:
        batches, withheld = self.batches(share)
        assert all(batch.count("s") <= exact(share) * len(batch) for batch in batches)
        flat = [one for batch in batches for one in batch]
        assert flat.count("h") == self.STREAM.count("h")
        assert flat.count("s") + withheld == self.STREAM.count("s")
        assert withheld > 0 or share >= 0.5
        assert all(len(batch) == 20 for batch in batches[:-2])

    def test_as_many_as_fit(self) -> None:
        cap = BatchCap("hhhhhhhhhssss" * 10, size=10, share=0.1, capped=lambda one: one == "s")
        assert [batch.count("s") for batch in cap] == [1] * 10

    def test_by_amount(self) -> None:
        stream = [("h", 3), ("s", 50), ("h", 3), ("s", 1), ("h", 4), ("h", 100), ("h", 100)]
        cap = BatchCap(stream, size=3, share=0.5, capped=lambda one: one[0] == "s", amount=lambda one: one[1])
        for batch in cap:
            inside = sum(amount for kind, amount in batch if kind == "s")
            assert 2 * inside <= sum(amount for _, amount in batch)
        assert (cap.withheld.documents, cap.withheld.amount) == (0, 0)

    def test_what_waits_is_bounded(self) -> None:
        cap = BatchCap("s" * 1000 + "h" * 100, size=10, share=0.5, capped=lambda one: one == "s", hold=30)
        assert sum(batch.count("s") for batch in cap) == 30
        assert cap.withheld.documents == 970

    def test_the_last_can_be_left_out(self) -> None:
        batches, _ = self.batches(0.25, size=33, drop_last=True)
        assert {len(batch) for batch in batches} == {33}

    @pytest.mark.parametrize(("size", "share"), [(0, 0.1), (5, -0.1), (5, 1.1), (5, float("nan"))])
    def test_refused(self, size: int, share: float) -> None:
        with pytest.raises(ConfigurationError):
            BatchCap("x", size=size, share=share, capped=bool)
