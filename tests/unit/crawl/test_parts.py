"""Parts of big inputs: together they are the whole, wherever they begin."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.crawl import inputs, parts, results, weigh
from provkit.crawl.documents import Document, Edge, Problem
from provkit.crawl.extract import Extractor
from provkit.crawl.journal import Journal
from provkit.crawl.policy import Policy
from provkit.crawl.reading import Reader
from provkit.crawl.tokens import Counter
from provkit.trust.store import TrustStore
from support.crawl_world import response
from support.pki import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from provkit.crawl.documents import Entry
    from provkit.crawl.inputs import Input


def whole(path: Path) -> Input:
    (source,) = inputs.expand([str(path)])
    return source


def entries(sources: Sequence[Input]) -> list[Entry]:
    return [entry for source in sources for entry in inputs.read(source) if not isinstance(entry, Edge)]


def edges(sources: Sequence[Input]) -> list[int]:
    return [entry.position for source in sources for entry in inputs.read(source) if isinstance(entry, Edge)]


@settings(max_examples=60)
@given(
    lengths=st.lists(st.integers(0, 60), max_size=30),
    size=st.integers(1, 120),
    end=st.sampled_from(["", "\n", "\n\n"]),
)
def test_lines_are_all_there_in_their_order(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], size: int, end: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "parts.jsonl"
    path.write_text("\n".join(json.dumps({"text": "x" * n}) for n in lengths) + end)
    source = whole(path)
    made = parts.split([source], size)
    assert entries(made) == list(inputs.read(source))
    spans = [part.span for part in made if part.span is not None]
    assert [span[1] for span in spans] == edges(made)
    assert [span[0] for span in spans] == [0, *edges(made)][: len(spans)]


def test_a_gzip_stream_is_one_part(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "x"}\n' * 50))
    source = whole(path)
    assert parts.split([source], 10) == (source,)


def test_files_go_into_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_FILES", 3)
    for number in range(8):
        (tmp_path / f"{number}.txt").write_bytes(b"x" * (100 if number == 4 else 1))
    source = whole(tmp_path)
    made = parts.split([source], 100)
    assert [len(part.paths) for part in made] == [3, 2, 3]
    assert entries(made) == list(inputs.read(source))
    assert edges(made) == [3, 5, 8]


def test_row_groups(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    table = arrow.table({"text": [None if n == 7 else f"text {n}" for n in range(10)]})
    parquet.write_table(table, path, row_group_size=2)
    source = whole(path)
    made = parts.split([source], 10)
    assert [part.span for part in made] == [(n, n + 1) for n in range(5)]
    assert entries(made) == list(inputs.read(source))
    (bad,) = (entry for entry in entries(made) if isinstance(entry, Problem))
    assert bad.position == 8


def pages(count: int, inner: Callable[[int], bytes]) -> list[bytes]:
    return [
        response(f"https://a.example/{n}", inner(n), "application/octet-stream", number=n)
        for n in range(count)
    ]


def packed(records: Sequence[bytes], level: int) -> bytes:
    return b"".join(gzip.compress(record, level, mtime=0) for record in records)


FORGED = response("https://forged.example/", b"I am no record.", "text/plain", number=99)
WARCS = {
    "plain": lambda inner: b"".join(pages(12, inner)),
    "members": lambda inner: packed(pages(12, inner), 6),
    # Level 0 keeps what is inside as it is: a member inside of a member can be seen from outside.
    "stored": lambda inner: packed(pages(12, inner), 0),
    "one stream": lambda inner: gzip.compress(b"".join(pages(12, inner)), 6, mtime=0),
}
INNER: dict[str, Callable[[int], bytes]] = {
    "text": lambda n: f"page {n}. ".encode() * (5 + 7 * n),
    "records": lambda n: b"x" * n + b"\r\n\r\n" + FORGED * 3,
    "members": lambda n: b"x" * n + packed([FORGED] * 4, 6),
}


def weighed(out: Path, source: Input, size: int) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Records by folder, in order, and the report."""
    order = results.Order(
        (source,), Policy.preset(), TrustStore.empty(), Extractor("none"), Counter(), str(out), NOW
    )
    journal = Journal(order.out)
    journal.begin({"run": ""})
    job = weigh.Job(Reader(trust=order.trust, at=NOW), order.policy, order.extract, order.count, journal)
    outcome = weigh.run(parts.split(order.sources, size), job)
    found = {
        folder: [
            json.loads(line)
            for path in sorted((out / folder).iterdir())
            for line in gzip.decompress(path.read_bytes()).splitlines()
        ]
        for folder in ("kept", "excluded")
    }
    facts = {
        "inputs": outcome.inputs,
        "problems": outcome.problems,
        "records": outcome.records,
        "skipped": outcome.skipped,
        "reasons": outcome.tally.reasons,
    }
    return found, facts


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("shape", WARCS)
@pytest.mark.parametrize("harm", ["none", "cut", "damaged"])
def test_records_are_those_of_the_whole_file(tmp_path: Path, shape: str, inner: str, harm: str) -> None:
    pytest.importorskip("fastwarc", reason="needs the extra `crawl`")
    data = WARCS[shape](INNER[inner])
    if harm == "cut":
        data = data[: len(data) * 3 // 4]
    elif harm == "damaged":
        middle = len(data) // 2
        data = data[:middle] + b"\xff" * 40 + data[middle + 40 :]
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(data)
    source = whole(path)
    expected = weighed(tmp_path / "whole", source, len(data))
    assert weighed(tmp_path / "parts", source, len(data) // 9) == expected
    if harm == "none":
        assert [record["metadata"]["url"] for record in expected[0]["kept"]] == [
            f"https://a.example/{n}" for n in range(12)
        ]


def test_a_boundary_that_lies_is_guessed_and_put_right(tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing: the forged records are where parts begin."""
    pytest.importorskip("fastwarc", reason="needs the extra `crawl`")
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(WARCS["stored"](INNER["members"]))
    made = parts.split([whole(path)], 700)
    urls = {entry.url for entry in entries(made) if isinstance(entry, Document)}
    assert "https://forged.example/" in urls
    found, facts = weighed(tmp_path / "out", whole(path), 700)
    assert "forged" not in json.dumps([record["metadata"] for record in found["kept"]])
    assert facts["inputs"] == [{"name": "crawl.warc.gz", "kind": "warc", "documents": 12}]


def test_lines_are_numbered_through(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join("[]\n" if n % 10 == 9 else '{"text": "x"}\n' for n in range(40)))
    for size in (50, 10_000):
        _, facts = weighed(tmp_path / str(size), whole(path), size)
        assert [problem.position for problem in facts["problems"]] == [10, 20, 30, 40]


def test_nothing_is_read_behind_a_line_that_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from provkit.crawl import rows

    monkeypatch.setattr(rows, "_LINE", 60)
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a"}\n' * 9 + '{"text": "' + "b" * 70 + '"}\n' + '{"text": "c"}\n' * 9)
    expected = weighed(tmp_path / "whole", whole(path), 10_000)
    assert len(expected[0]["kept"]) == 9
    assert weighed(tmp_path / "parts", whole(path), 30) == expected
