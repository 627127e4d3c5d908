from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.crawl import inputs, rows
from provkit.crawl.documents import Document, Problem
from provkit.errors import ConfigurationError, FileAccessError

if TYPE_CHECKING:
    from pathlib import Path

    from provkit.crawl.documents import Entry


def read(path: Path, rows_: list[object]) -> list[Entry]:
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows_))
    (source,) = inputs.expand([str(path)])
    return list(inputs.read(source))


def test_rows_of_text_page_and_bytes(tmp_path: Path) -> None:
    text, page, raw = read(
        tmp_path / "a.jsonl",
        [
            {"url": "https://a.example/1", "text": "Äther", "id": "one", "date": "2020-01-02T03:04:05"},
            {"url": "https://a.example/2", "html": "<p>x", "headers": {"Link": ["<a>", "<b>"], "X": "y"}},
            {"content_b64": base64.b64encode(b"\xff\0").decode(), "headers": [["Content-Type", "image/png"]]},
        ],
    )
    assert isinstance(text, Document)
    assert isinstance(page, Document)
    assert isinstance(raw, Document)
    assert (text.id, text.body, text.media_type) == ("one", "Äther".encode(), "text/plain")
    assert text.captured_at is not None
    assert text.captured_at.tzinfo is not None
    assert (page.media_type, page.headers) == ("text/html", (("Link", "<a>"), ("Link", "<b>"), ("X", "y")))
    assert (raw.url, raw.body, raw.media_type) == ("", b"\xff\0", "image/png")
    assert raw.id.startswith("sha256:")


def test_a_bad_row_is_said_and_the_next_is_read(tmp_path: Path) -> None:
    bad: list[object] = [
        [],
        {"url": "x"},
        {"text": 5},
        {"text": "a", "url": 1},
        {"content_b64": "%"},
        {"text": "a", "headers": 3},
    ]
    entries = read(tmp_path / "a.ndjson", [*bad, {"text": "good"}])
    assert [type(entry) for entry in entries] == [Problem] * len(bad) + [Document]
    assert [entry.position for entry in entries if isinstance(entry, Problem)] == list(range(1, len(bad) + 1))


def test_a_cut_or_damaged_gzip_of_rows_is_said(tmp_path: Path) -> None:
    data = gzip.compress(
        b"".join(json.dumps({"text": f"{n} {n * 7919}"}).encode() + b"\n" for n in range(3000))
    )
    path = tmp_path / "a.jsonl.gz"
    for kept, code in (
        (data, None),
        (data[:-500], "cut"),
        (data[:900] + b"\xff" * 90 + data[990:], "damaged"),
    ):
        path.write_bytes(kept)
        entries = list(rows.read_jsonl(str(path)))
        problems = [entry.code for entry in entries if isinstance(entry, Problem)]
        assert problems == ([] if code is None else [code])
        assert (len(entries) == 3000) is (code is None)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_rows_or_problems(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(data)
    assert all(isinstance(entry, Document | Problem) for entry in rows.read_jsonl(str(path)))


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    arrow = pytest.importorskip("pyarrow", reason="needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {
        "url": ["https://a.example/", "https://a.example/b"],
        "content": [b"\xff", None],
        "text": [None, "b"],
    }
    parquet.write_table(arrow.table(columns), path)
    entries = list(rows.read_parquet(str(path)))
    assert [entry.body for entry in entries if isinstance(entry, Document)] == [b"\xff", b"b"]
    path.write_bytes(path.read_bytes()[:-30])
    assert [type(entry) for entry in rows.read_parquet(str(path))] == [Problem]


def test_parquet_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(rows, "import_module", missing)
    with pytest.raises(ConfigurationError, match="pyarrow"):
        list(rows.read_parquet("a.parquet"))


def test_folders_hold_files_of_every_kind(tmp_path: Path) -> None:
    for name in ("b/page.html", "a.txt", "c.warc.gz", "rows.jsonl", ".hidden"):
        path = tmp_path / "crawl" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    found = inputs.expand([str(tmp_path / "crawl"), str(tmp_path / "crawl" / "a.txt")])
    assert [(source.kind, source.name, source.below) for source in found] == [
        ("warc", "c.warc.gz", ()),
        ("jsonl", "rows.jsonl", ()),
        ("files", "crawl", ("a.txt", "b/page.html")),
        ("files", "a.txt", ("a.txt",)),
    ]
    single = list(inputs.read(found[2]))
    assert [entry.url for entry in single if isinstance(entry, Document)] == ["a.txt", "b/page.html"]
    with pytest.raises(FileAccessError, match="no such file"):
        inputs.expand([str(tmp_path / "absent")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="nothing to read"):
        inputs.expand([str(tmp_path / "empty")])


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_a_moment_that_utc_does_not_have_is_none(tmp_path: Path, date: str) -> None:
    (row,) = read(tmp_path / "a.jsonl", [{"text": "a", "date": date}])
    assert isinstance(row, Document)
    assert row.captured_at is None


def test_headers_of_any_depth_are_a_bad_row() -> None:
    with pytest.raises(ValueError, match="headers"):
        rows.document({"text": "a", "headers": "[" * 200_000})


def test_headers_as_tables_spell_them() -> None:
    found = rows.document({"text": "a", "headers": [{"name": "Link", "value": "<a>"}]})
    assert found.headers == (("Link", "<a>"),)


def test_a_value_that_a_table_cannot_give_costs_one_row(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    broken = arrow.array([b"good", b"\xff", b"good"]).view(arrow.string())
    moments = arrow.array([0, 0, -(2**60)], arrow.timestamp("us", "UTC"))
    parquet.write_table(arrow.table({"text": broken, "date": moments}), path)
    entries = list(rows.read_parquet(str(path)))
    assert [type(entry) for entry in entries] == [Document, Problem, Problem]
    assert [entry.position for entry in entries if isinstance(entry, Problem)] == [2, 3]
