"""Weighing in passes of many processes that meet in a folder."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit import ConfigurationError, MalformedError
from provkit.crawl import passes
from provkit.crawl.caps import Group, Tally, sum_of
from provkit.crawl.documents import Document, SiteFile
from provkit.crawl.journal import Sites
from provkit.crawl.policy import Policy
from provkit.crawl.reading import Reader
from support.pki import NOW

if TYPE_CHECKING:
    from provkit.crawl.weigh import Job

POLICY = Policy.from_text('name = "a"\n[caps]\nby = "documents"\noverall = 0.5\ndomain = 0.5\n')
LABELLED = (
    b'<html><head><meta name="ai-disclosure" content="ai-generated"></head><body>A heron. %d</body></html>'
)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return passes.begin(str(tmp_path / "out"), policy=POLICY, about={"tasks": 2})


def page(number: int, body: bytes = LABELLED, host: str = "a.example") -> Document:
    return Document(f"id-{number}", f"https://{host}/{number}", body % number, (), "text/html")


def plain(number: int) -> Document:
    return page(number, b"<html><body>Nothing said. %d</body></html>")


def test_two_processes_thin_what_both_have_counted(job: Job) -> None:
    shares = ([page(0), page(1), plain(2)], [page(3), plain(4), page(5, host="b.example")])
    left: list[dict[str, Any]] = []
    for rank, share in enumerate(shares):
        tally = Tally.of(POLICY)
        for document in share:
            made = passes.record(job, document)
            assert passes.count(tally, made["metadata"]) == (
                True,
                made["metadata"]["reasons"][0].split(":")[0],
            )
            left.append(json.loads(json.dumps(made)))
        passes.note_counts(job.journal, rank, 2, tally)
    passes.plan_caps(job.journal)
    thinning = passes.Thinning.of(job.journal, 2)
    stays = [thinning.thin(record["metadata"]) for record in left]
    kept = [record for record, (stayed, _) in zip(left, stays, strict=True) if stayed]
    out = [record for record, (stayed, _) in zip(left, stays, strict=True) if not stayed]
    assert len(kept) == 4, "of a.example two and two; of b.example nothing is under its cap"
    assert {code for stayed, code in stays if not stayed} == {"cap.thinned"}
    assert out[-1]["id"] == "id-5"
    assert all(record["metadata"]["sample_weight"] == 0 for record in out)
    assert all(record["metadata"]["reasons"][0].startswith("cap.thinned: ") for record in out)
    assert all("key" not in record["metadata"] for record in left)
    assert any(problem.startswith("cap.domain-vanishes: ") for problem in thinning.plan.problems)


def test_the_blend_is_of_what_all_have_kept(job: Job) -> None:
    tally = Tally.of(POLICY)
    made = [passes.record(job, plain(number)) for number in range(3)]
    for each in made:
        passes.count(tally, each["metadata"])
    for rank in range(2):
        passes.note_counts(job.journal, rank, 2, tally if rank else Tally.of(POLICY))
    passes.plan_caps(job.journal)
    for rank, share in enumerate((made[:1], made[1:])):
        thinning = passes.Thinning.of(job.journal, 2)
        for each in share:
            thinning.thin(each["metadata"])
        thinning.note(job.journal, rank)
    passes.write_blend(job)
    [stratum] = json.loads(Path(job.journal.out, "blend.json").read_text())["strata"]
    assert (stratum["name"], stratum["documents"]) == ("unknown", 3)
    assert stratum["bytes"] == sum(each["metadata"]["bytes"] for each in made)
    assert stratum["files"] == ["kept/unknown.00000.jsonl.gz", "kept/unknown.00001.jsonl.gz"]


def test_what_the_policy_excludes_is_not_counted(job: Job) -> None:
    tally = Tally.of(POLICY)
    words = {"robots": b"User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n"}
    made = passes.record(job, plain(1), words)
    assert passes.count(tally, made["metadata"]) == (False, "usage.denied")
    assert "key" not in made["metadata"]
    assert tally == Tally.of(POLICY)


def test_a_record_that_was_not_weighed_is_refused(job: Job) -> None:
    made = passes.record(job, plain(1))
    passes.count(Tally.of(POLICY), made["metadata"])
    del made["metadata"]["key"]
    with pytest.raises(ConfigurationError, match="without 'key': it was not weighed, or thinned already"):
        passes.count(Tally.of(POLICY), made["metadata"])
    with pytest.raises(ConfigurationError, match="without 'sample_weight'"):
        passes.Thinning(Tally.of(POLICY).plan()).thin({"url": "https://a.example/"})


def test_no_plan_before_all_have_counted(job: Job) -> None:
    with pytest.raises(ConfigurationError, match="no plan for the caps of 2 tasks"):
        passes.Thinning.of(job.journal, 2)
    with pytest.raises(ConfigurationError, match="0 tasks have counted"):
        passes.plan_caps(job.journal)
    passes.note_counts(job.journal, 0, 2, Tally.of(POLICY))
    with pytest.raises(ConfigurationError, match=r"1 tasks have counted, of \[2\]"):
        passes.plan_caps(job.journal)
    passes.note_counts(job.journal, 1, 3, Tally.of(POLICY))
    with pytest.raises(ConfigurationError, match=r"2 tasks have counted, of \[2, 3\]"):
        passes.plan_caps(job.journal)
    passes.note_counts(job.journal, 1, 2, Tally.of(Policy.preset("balanced")))
    with pytest.raises(ConfigurationError, match="made for other caps"):
        passes.plan_caps(job.journal)
    passes.note_counts(job.journal, 1, 2, Tally.of(POLICY))
    passes.plan_caps(job.journal)
    assert passes.Thinning.of(job.journal, 2).plan.kept == 0
    with pytest.raises(ConfigurationError, match="of 3 tasks"):
        passes.Thinning.of(job.journal, 3)


def test_a_job_is_begun_once(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    first = passes.begin(out, about={"tasks": 2})
    assert first.reader.at is not None
    assert passes.begin(out, about={"tasks": 2}).reader.at == first.reader.at
    for other in (
        {"about": {"tasks": 3}},
        {"policy": "strict"},
        {"extract": "none"},
        {"reader": Reader(at=NOW)},
    ):
        with pytest.raises(ConfigurationError, match="another run was begun"):
            passes.begin(out, **{"about": {"tasks": 2}, **other})  # type: ignore[arg-type]
    assert passes.begin(str(tmp_path / "other"), reader=Reader(at=NOW)).reader.at == NOW
    with pytest.raises(ConfigurationError, match="not empty"):
        passes.begin(str(tmp_path))


def test_the_last_word_of_a_host_counts(job: Job) -> None:
    with passes.words_of(job.journal) as words:
        assert words("a") == {}
    for number, body in enumerate((b"first", b"second")):
        Sites(job.journal.path(f"{number:07d}.sites.db")).write([SiteFile("robots", "a", body)])
    Sites(job.journal.path("0000002.sites.db")).write([SiteFile("tdmrep", "b", b"[]")])
    passes.join_sites(job.journal)
    passes.join_sites(job.journal)
    with passes.words_of(job.journal) as words:
        assert words("a") == {"robots": b"second"}
        assert words("b") == {"tdmrep": b"[]"}
        assert words("c") == {}


def test_what_was_left_over(tmp_path: Path) -> None:
    (tmp_path / "00001.jsonl.gz").write_bytes(gzip.compress(b'{"id": "1"}\n{"id": "2"}\n'))
    assert list(passes.left_over(str(tmp_path), 1)) == [{"id": "1"}, {"id": "2"}]
    assert list(passes.left_over(str(tmp_path), 0)) == []
    whole = gzip.compress(b'{"id": "1"}\n' * 1000)
    (tmp_path / "00002.jsonl.gz").write_bytes(whole[:-9])
    with pytest.raises(EOFError):
        list(passes.left_over(str(tmp_path), 2))


def test_records_hold_what_every_loader_reads(job: Job) -> None:
    head = (
        '<script type="application/ld+json">{"digitalSourceType": "TrainedAlgorithmicMedia \\ud800"}</script>'
    )
    body = f"<html><head>{head}</head><body>H\u00e9ron</body></html>".encode()
    made = passes.record(
        job, Document("\udfff", "https://a.example/\ud800", body, (), "text/html; charset=utf-8")
    )
    json.dumps(made, ensure_ascii=False).encode()  # a lone surrogate has no UTF-8
    assert (made["id"], made["text"]) == ("?", "H\u00e9ron")


GROUPS = st.builds(
    Group, st.integers(0, 2**64 - 1), st.text(max_size=3), st.sampled_from(["synthetic", "other"])
)
TALLIES = st.builds(
    Tally,
    st.just(POLICY.caps),
    st.dictionaries(st.sampled_from(["", "a", "b"]), st.integers(0, 2**40)),
    st.dictionaries(GROUPS, st.integers(0, 2**40), max_size=3),
)


@settings(max_examples=40)
@given(tallies=st.lists(TALLIES, min_size=1, max_size=2))
def test_counts_survive_the_way_over_a_file(tallies: list[Tally]) -> None:
    again = [Tally.of_json(json.loads(json.dumps(tally.as_json()))) for tally in tallies]
    assert again == tallies
    assert sum_of(again).plan() == sum_of(reversed(again)).plan() == sum_of(tallies).plan()


@pytest.mark.parametrize(
    "value", [None, {}, {"caps": {}, "others": [], "capped": []}, {"caps": 1, "others": {}}]
)
def test_counts_that_are_none(value: object) -> None:
    with pytest.raises(MalformedError, match="not counts for caps"):
        Tally.of_json(value)
