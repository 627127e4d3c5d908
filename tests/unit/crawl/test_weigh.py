from __future__ import annotations

import contextlib
import gzip
import io
import json
import pickle
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit import Origin, Signer, sign
from provkit.crawl import inputs, results, spool
from provkit.crawl.documents import Document, SiteFile
from provkit.crawl.extract import Extractor
from provkit.crawl.journal import Journal, Sites, all_of, word_of
from provkit.crawl.model import Assurance, Damage, Permission, Preference, Reading
from provkit.crawl.policy import Policy
from provkit.crawl.reading import Reader
from provkit.crawl.sites import under_site
from provkit.crawl.strata import blend, solved, strata
from provkit.crawl.tokens import Counter
from provkit.crawl.weigh import read_document
from provkit.errors import ConfigurationError, MalformedError
from provkit.trust.store import TrustStore
from provkit.verdict import OriginClass
from support.pki import NOW, Pki

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = datetime(2026, 6, 1, tzinfo=UTC)


def rows(path: Path, texts: Sequence[str], **more: Any) -> Path:
    lines = [
        json.dumps({"url": f"https://a.example/{n}", "text": text, **more}) for n, text in enumerate(texts)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def order(out: Path, *paths: Path, **more: Any) -> results.Order:
    sources = inputs.expand([str(path) for path in paths])
    plain = results.Order(sources, Policy.preset(), TrustStore.empty(), Extractor(), Counter(), str(out), AT)
    return replace(plain, **more)


def test_records_have_the_stated_form(tmp_path: Path) -> None:
    path = rows(tmp_path / "a.jsonl", ["Eleven herons.\n"], date="2020-01-02T03:04:05+00:00")
    results.weigh_all(order(tmp_path / "out", path))
    packed = (tmp_path / "out" / "kept" / "unknown.00000.jsonl.gz").read_bytes()
    assert packed[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0" + packed[9:10], "no name and no time in the header"
    (line,) = gzip.decompress(packed).splitlines()
    record = json.loads(line)
    assert record["text"] == "Eleven herons.\n"
    assert record["metadata"] == {
        "url": "https://a.example/0",
        "media_type": "text/plain",
        "bytes": 15,
        "tokens": 4,
        "captured_at": "2020-01-02T03:04:05+00:00",
        "stratum": "unknown",
        "sample_weight": 1.0,
        "reasons": ["weight.unknown: nothing says where it comes from"],
        "provenance": {
            "class": "unknown",
            "assurance": "none",
            "stated_class": "unknown",
            "state": "unsigned",
            "damage": None,
            "signer": None,
            "evidence": [],
            "usage": [],
            "conflicts": [],
            "notes": [],
        },
    }


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    path, out = rows(tmp_path / "a.jsonl", ["a", "b"]), tmp_path / "out"
    out.mkdir()
    mine = out / "mine.txt"
    mine.write_text("mine")
    with pytest.raises(ConfigurationError, match="not empty"):
        results.weigh_all(order(out, path))
    results.weigh_all(order(out, path, force=True))
    assert mine.read_text() == "mine"
    first = (out / "report.json").read_bytes()
    with pytest.raises(ConfigurationError, match="another run"):
        results.weigh_all(order(out, path, policy=Policy.preset("strict")))
    assert (out / "report.json").read_bytes() == first
    results.weigh_all(order(out, path, policy=Policy.preset("strict"), force=True))
    assert not list((out / "kept").iterdir())
    assert len(list((out / "excluded").iterdir())) == 1
    assert mine.read_text() == "mine"


def test_a_run_that_was_begun_otherwise_is_not_taken_over(tmp_path: Path) -> None:
    path, out = rows(tmp_path / "a.jsonl", ["a"]), tmp_path / "out"
    Journal(str(out)).begin({"run": "another"})
    with pytest.raises(ConfigurationError, match="another run was begun"):
        results.weigh_all(order(out, path))


def test_an_unfinished_run_judges_at_its_own_moment(tmp_path: Path) -> None:
    path, out = rows(tmp_path / "a.jsonl", ["a"]), tmp_path / "out"

    def dies(tasks: object, work: object, job: object) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        results.weigh_all(order(out, path, at=None), dies)
    begun = Journal(str(out)).note("plan")["at"]
    report, _ = results.weigh_all(order(out, path, at=None))
    assert report["judged_at"] == begun


READING = Reading(
    "text/plain",
    damage=Damage.DAMAGED,
    preferences=(Preference("tdm", Permission.DENIED, "x", "y"),),
    captured_at=AT,
)


def test_a_spool_gives_back_what_went_in(tmp_path: Path) -> None:
    items = [(spool.Item(f"i{n}", "u", 2**63 + n, n, n, READING), "Äther\n" * n * 5000) for n in range(5)]
    path = tmp_path / "a.spool"
    path.write_bytes(b"".join(spool.written(items)))
    assert [(item, text.decode()) for item, text in spool.read(str(path))] == items


@given(data=st.binary(max_size=200), packed=st.booleans())
def test_a_strange_spool_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, packed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.spool"
    path.write_bytes(zlib.compress(data) if packed else data)
    with contextlib.suppress(MalformedError):
        assert list(spool.read(str(path))) == []


def test_a_spool_can_run_nothing(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.mkdir, (tmp_path / "made",))

    for facts in (
        pickle.dumps(Evil()),
        pickle.dumps(io.BytesIO),
        b"cprovkit.verdict\nOriginClass.__init__\n.",
    ):
        frame = len(facts).to_bytes(4, "big") + facts + (0).to_bytes(4, "big")
        path = tmp_path / "evil.spool"
        path.write_bytes(zlib.compress(frame))
        with pytest.raises(MalformedError):
            list(spool.read(str(path)))
    assert not (tmp_path / "made").exists()


def test_words_of_hosts(tmp_path: Path) -> None:
    path = str(tmp_path / "sites.db")
    files = [SiteFile("robots", "b", b"1"), SiteFile("robots", "a", b"2"), SiteFile("robots", "b", b"3")]
    Sites(path).write(files)
    assert list(all_of(path)) == [SiteFile("robots", "a", b"2"), SiteFile("robots", "b", b"3")]
    with Sites(path).opened() as store:
        assert word_of(store, "b") == {"robots": b"3"}
        assert word_of(store, "c") == {}


def test_a_host_speaks_for_its_pages_and_never_of_origin() -> None:
    words = {
        "robots": b"User-agent: *\nContent-Usage: /art train-ai=n\n",
        "tdmrep": b'[{"location": "/", "tdm-reservation": 1}]',
    }
    said = under_site(Reading("text/html"), words, "https://a.example/art/1")
    assert {(entry.purpose, entry.permission) for entry in said.preferences} == {
        ("train-ai", Permission.DENIED),
        ("tdm", Permission.DENIED),
    }
    assert replace(said, preferences=()) == Reading("text/html")
    page = Reading(
        "text/html", preferences=(Preference("tdm", Permission.ALLOWED, "html:tdm-reservation", "0"),)
    )
    assert under_site(page, words, "https://a.example/") == page
    assert under_site(page, words, "https://[") == page
    assert under_site(page, {}, "https://a.example/art") is page


def test_text_that_was_taken_out_of_a_page_cannot_be_held_against_it() -> None:
    broken = "A heron.\ufeff".encode() + b"".join(chr(0xFE00 + b % 16).encode() for b in b"C2PATXT\0" * 9)
    document = Document("", "", broken, media_type="text/plain", converted=True)
    reader = Reader(trust=TrustStore.empty(), at=AT)
    reading = read_document(reader, document)
    assert reading.damage in {Damage.UNVERIFIABLE, None}
    assert reading.verdict is None
    assert read_document(reader, replace(document, body=b"A heron.")) == Reading("text/plain")


def test_of_text_that_was_taken_out_of_a_page_a_credential_that_holds_counts() -> None:
    publisher = Pki.make(common_name="Listed Publisher")
    signer = Signer.from_pem(publisher.chain_pem, publisher.key_pem)
    body = sign(b"Eleven herons on the weir.\n", Origin.human(), signer, when=NOW)
    reader = Reader(trust=TrustStore.empty().with_anchors(publisher.root_pem, name="root.pem"), at=NOW)
    document = Document("", "", body, media_type="text/plain", converted=True)
    held = read_document(reader, document)
    assert (held.cls, held.assurance, held.damage) == (OriginClass.HUMAN, Assurance.VERIFIED_TRUSTED, None)
    policy = Policy.preset()
    changed = replace(document, body=body.replace(b"Eleven", b"Twelve"))
    for converted, damage, weight in ((True, Damage.UNVERIFIABLE, 1), (False, Damage.INVALID, 0)):
        reading = read_document(reader, replace(changed, converted=converted))
        assert (reading.cls, reading.damage) == (OriginClass.UNKNOWN, damage)
        assert policy.decide(reading).weight == weight


def test_epochs_fill_the_budget_within_their_limits() -> None:
    amount, most = {"human": 100.0, "unknown": 900.0}, {"human": 2.0, "unknown": 1.0}
    found = solved(amount, {"human": 4.0, "unknown": 1.0}, most)
    assert found["human"] == 2.0
    assert found["unknown"] == pytest.approx(800 / 900)
    assert sum(found[name] * amount[name] for name in amount) == pytest.approx(1000)
    assert solved(amount, {"human": 1.0, "unknown": 0.0}, most) == {"human": 2.0, "unknown": 0.0}
    assert solved({}, {}, {}) == {}


@given(
    rows_=st.dictionaries(
        st.sampled_from(["human", "unknown", "synthetic", "declared-human"]),
        st.tuples(
            st.integers(0, 10**9),
            st.sampled_from([0.0, 0.5, 1.0, 4.0, 8.0]),
            st.sampled_from([1.0, 2.0, 4.0]),
        ),
    )
)
def test_no_stratum_is_seen_more_often_than_it_may(rows_: dict[str, tuple[int, float, float]]) -> None:
    amount = {name: float(row[0]) for name, row in rows_.items()}
    found = solved(amount, {n: r[1] for n, r in rows_.items()}, {n: r[2] for n, r in rows_.items()})
    assert found.keys() == amount.keys()
    for name, (_, weight, most) in rows_.items():
        assert 0 <= found[name] <= most * (1 + 1e-9)
        assert weight > 0 or found[name] == 0
    drawn = sum(found[name] * amount[name] for name in amount)
    assert drawn <= sum(amount.values()) * (1 + 1e-9)


@given(
    tokens=st.fixed_dictionaries(
        {"human": st.integers(0, 10**6), "unknown": st.integers(0, 10**6), "synthetic": st.integers(0, 10**6)}
    ),
    epochs=st.tuples(st.sampled_from([1, 2, 4]), st.sampled_from([1, 3, 9])),
    budget=st.none() | st.integers(1, 10**8),
)
def test_no_budget_raises_the_share_of_what_is_capped(
    tokens: dict[str, int], epochs: tuple[int, int], budget: int | None
) -> None:
    text = f'extends = "balanced"\n[epochs]\nverified = {epochs[0]}\nother = {epochs[1]}\n'
    policy, weight = Policy.from_text(text), {"human": 4.0}
    sums = {
        name: [1, 4 * count, count, weight.get(name, 1.0), weight.get(name, 1.0) * count]
        for name, count in tokens.items()
    }
    found = {entry.name: entry for entry in strata(sums, {}, policy, budget)}
    total = sum(tokens.values())
    if total:
        assert found["synthetic"].token_share <= tokens["synthetic"] / total * (1 + 1e-9)
    drawn = sum(entry.epochs * entry.tokens for entry in found.values())
    assert drawn <= (total if budget is None else budget) * (1 + 1e-9)


def test_the_blend_adds_up() -> None:
    sums = {"human": [10, 1000, 250, 40.0, 1000.0], "unknown": [90, 9000, 2250, 90.0, 2250.0]}
    made = blend(strata(sums, {"human": ["kept/human.00000.jsonl.gz"]}, Policy.preset()))
    assert sum(made["probabilities"]) == pytest.approx(1)
    assert sum(made["token_weights"]) == pytest.approx(1)
    human, unknown = made["strata"]
    assert (human["weight"], human["epochs"], unknown["epochs"]) == (4, 2, pytest.approx(2000 / 2250))
    assert human["probability"]["tokens"] == pytest.approx(500 / 2500)
    assert human["files"] == ["kept/human.00000.jsonl.gz"]


def test_no_row_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'{"url":"https://\\ud800.example/x","id":"\\ud800","text":"\\ud800"}\n'
        b'{"url":"https://a.example/","html":"<meta charset=undefined><p>x"}\n'
        b'{"url":"https://a.example/","text":"x","date":"0001-01-01T00:00:00+14:00"}\n'
    )
    report, _ = results.weigh_all(order(tmp_path / "out", path))
    assert (report["total"]["documents"], report["problem_count"]) == (3, 0)
    assert {entry["domain"] for entry in report["domains"]} == {"?.example", "a.example"}
