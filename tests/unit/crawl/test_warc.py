from __future__ import annotations

import contextlib
import gzip
import io
import random
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

pytest.importorskip("fastwarc", reason="needs the extra `crawl`")

from fastwarc.stream_io import ZstdWriter

from provkit.crawl import warc
from provkit.crawl.codings import Decoded, undo
from provkit.crawl.documents import BODY_BYTES, Document, Edge, Problem, SiteFile, Skipped
from support.crawl_world import record, response

if TYPE_CHECKING:
    from pathlib import Path

    from provkit.crawl.documents import Entry

URL = "https://a.example/x"
PAGES = [response(f"https://a.example/{n}", b"page %d " % n * 40, "text/html", number=n) for n in range(4)]


def read(folder: Path, data: bytes, name: str = "a.warc.gz", limit: int = BODY_BYTES) -> list[Entry]:
    path = folder / name
    path.write_bytes(data)
    return list(warc.read(str(path), limit))


def packed(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def documents(entries: list[Entry]) -> list[Document]:
    return [entry for entry in entries if isinstance(entry, Document)]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_every_response_with_its_bytes_and_headers(tmp_path: Path, name: str) -> None:
    headers = (("Link", "<a>; rel=x"), ("Link", "<b>; rel=y"))
    records = [response(URL, b"\xffraw\0bytes", "image/png", headers, number=5)]
    entries = read(tmp_path, packed(records) if name.endswith("gz") else b"".join(records), name)
    assert entries == [
        Document(
            "urn:uuid:00000000-0000-4000-8000-000000000005",
            URL,
            b"\xffraw\0bytes",
            (("Content-Type", "image/png"), *headers),
            "image/png",
            captured_at=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
        )
    ]


def test_records_that_hold_no_document_are_counted_by_their_kind(tmp_path: Path) -> None:
    entries = read(
        tmp_path,
        packed(
            [
                record("warcinfo", "", b"x: y\r\n", "application/warc-fields"),
                record("request", URL, b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request"),
                record("c2paprovenance", URL, b"jumb", "application/c2pa"),
                record("revisit", URL, b"HTTP/1.1 200 OK\r\n\r\n", "application/http; msgtype=response"),
                response(URL, b"gone", "text/plain", status="404 Not Found"),
                record("response", "dns:a.example", b"20260101\na.example", "text/dns"),
            ]
        ),
    )
    assert entries == [Skipped(why) for why in ("warcinfo", "request", "type", "revisit", "status", "type")]


def test_what_a_host_says_is_no_document(tmp_path: Path) -> None:
    entries = read(
        tmp_path,
        packed(
            [
                response("https://www.A.example:443/robots.txt", b"User-agent: *\n", "text/plain"),
                response("https://a.example/.well-known/tdmrep.json", b"[]", "application/json"),
                response("https://a.example/blog/robots.txt", b"a post", "text/plain"),
            ]
        ),
    )
    assert entries[:2] == [
        SiteFile("robots", "a.example", b"User-agent: *\n"),
        SiteFile("tdmrep", "a.example", b"[]"),
    ]
    assert isinstance(entries[2], Document)


def test_truncation_and_part_of_a_page_are_said(tmp_path: Path) -> None:
    cut, part, long = documents(
        read(
            tmp_path,
            packed(
                [
                    response(URL, b"abc", "text/plain", truncated=True),
                    response(URL, b"abc", "text/plain", status="206 Partial Content"),
                    response(URL, b"x" * 900, "text/plain"),
                ]
            ),
            limit=500,
        )
    )
    assert (cut.truncated, part.truncated, long.truncated) == (True, True, True)
    assert len(long.body) == 500


def test_a_conversion_is_text_that_somebody_took_out(tmp_path: Path) -> None:
    (found,) = documents(
        read(tmp_path, packed([record("conversion", URL, b"words", "text/plain")]), "a.wet.gz")
    )
    assert (found.converted, found.body, found.media_type) == (True, b"words", "text/plain")


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_file_cut_anywhere_is_never_silently_shorter(tmp_path: Path, name: str) -> None:
    data = packed(PAGES) if name.endswith("gz") else b"".join(PAGES)
    ends = {0}
    for page in PAGES:
        ends.add(max(ends) + len(gzip.compress(page, mtime=0) if name.endswith("gz") else page))
    whole = documents(read(tmp_path, data, name))
    assert len(whole) == len(PAGES)
    for end in range(1, len(data), 7):
        entries = read(tmp_path, data[:end], name)
        found = documents(entries)
        assert found == whole[: len(found)]
        # The line ends that close a record are no part of it.
        closed = end in ends or (not name.endswith("gz") and any(0 < last - end <= 4 for last in ends))
        problems = [entry for entry in entries if isinstance(entry, Problem)]
        assert bool(problems) is not closed, end
    assert isinstance(read(tmp_path, b"", name)[0], Problem)


def test_a_damaged_record_ends_the_file_with_a_report(tmp_path: Path) -> None:
    data = bytearray(packed(PAGES))
    first = len(gzip.compress(PAGES[0], mtime=0))
    data[first + 60] ^= 0xFF
    entries = read(tmp_path, bytes(data))
    assert isinstance(entries[0], Document)
    assert isinstance(entries[-1], Problem)
    assert entries[-1].code == "damaged"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=300), at=st.integers(0, 400), packed_too=st.booleans())
def test_any_bytes_give_entries(tmp_path: Path, data: bytes, at: int, packed_too: bool) -> None:
    whole = b"".join(PAGES[:2])
    mixed = whole[:at] + data + whole[at:]
    entries = read(tmp_path, gzip.compress(mixed) if packed_too else mixed, "h.warc")
    assert all(isinstance(entry, Document | SiteFile | Skipped | Problem) for entry in entries)


def chunked(body: bytes, size: int = 5) -> bytes:
    parts = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x;x=y\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_codings_are_undone_in_their_order() -> None:
    import zlib

    body = b"The heron stood still. " * 20
    bare = zlib.compress(body)[2:-4]
    for coding, stored in (
        ("gzip", gzip.compress(body)),
        ("x-gzip", gzip.compress(body[:50]) + gzip.compress(body[50:])),
        ("deflate", zlib.compress(body)),
        ("deflate", bare),
        ("deflate, gzip", gzip.compress(zlib.compress(body))),
        ("identity", body),
        ("gzip", body),
    ):
        found = undo(stored, [("Content-Encoding", coding)], 1 << 20)
        assert (found.body, found.whole, found.problem) == (body, True, None), coding
    both = [("content-encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    assert undo(chunked(gzip.compress(body)), both, 1 << 20).body == body
    # A header that was kept by a crawler which had undone the coding.
    for text in (body, b"12\nherons stood still"):
        assert undo(text, [("Transfer-Encoding", "chunked")], 1 << 20).body == text


def test_codings_are_bounded_and_honest() -> None:
    bomb = gzip.compress(b"\0" * 5_000_000)
    found = undo(bomb, [("Content-Encoding", "gzip")], 1000)
    assert (len(found.body), found.whole) == (1000, False)
    assert not undo(gzip.compress(b"abcdefgh" * 9)[:-9], [("Content-Encoding", "gzip")], 1000).whole
    assert not undo(chunked(b"abcdefgh")[:16], [("Transfer-Encoding", "chunked")], 1000).whole
    strange = undo(b"abc", [("Content-Encoding", "rot13")], 1000)
    assert strange.body == b"abc"
    assert strange.problem == "the content coding 'rot13' is not known"
    assert undo(b"abc", [("Content-Encoding", "gzip," * 9 + "gzip")], 10).problem is not None


def zstd(body: bytes) -> bytes:
    out = io.BytesIO()
    with contextlib.closing(ZstdWriter(out)) as writer:
        writer.write(body)
    return out.getvalue()


def test_zstandard(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = [("Content-Encoding", "zstd")]
    body = b"The heron stood still. " * 20
    skipped = b"\x5a\x2a\x4d\x18\x03\0\0\0abc"
    for stored in (zstd(body), zstd(body[:50]) + zstd(body[50:]), skipped + zstd(body), body):
        assert undo(stored, headers, 1 << 20) == Decoded(body)
    assert undo(gzip.compress(zstd(body)), [("Content-Encoding", "zstd, gzip")], 1 << 20).body == body
    bomb = undo(zstd(b"\0" * 50_000_000) * 2, headers, 1000)
    assert (len(bomb.body), bomb.whole) == (1000, False)
    noise = random.Random(1).randbytes(400_000)
    cut = undo(zstd(noise)[:-100_000], headers, 1 << 20)
    assert (cut.whole, cut.problem, noise.startswith(cut.body), len(cut.body) > 200_000) == (
        False,
        None,
        True,
        True,
    )
    assert "damaged" in str(undo(zstd(body)[:-9], headers, 1 << 20).problem)
    assert undo(zstd(b"") * 50_000 + zstd(b"page"), headers, 1000) == Decoded(b"page")
    monkeypatch.setitem(sys.modules, "fastwarc.stream_io", None)
    without = undo(zstd(body), headers, 1 << 20)
    assert (without.body, without.problem) == (
        zstd(body),
        "the content coding 'zstd' needs the package fastwarc",
    )


_CODINGS = st.sampled_from(["gzip", "deflate", "br", "zstd", "x-gzip, deflate"])


@given(body=st.binary(max_size=300), coding=_CODINGS)
@example(body=b"\x28\xb5\x2f\xfd", coding="zstd")
@example(body=b"\x50\x2a\x4d\x18\xff\xff\xff\xff", coding="zstd")
def test_any_body_can_be_undone(body: bytes, coding: str) -> None:
    found = undo(body, [("Content-Encoding", coding), ("Transfer-Encoding", "chunked")], 100)
    assert len(found.body) <= 100


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_headers_beyond_every_limit_cost_one_record_and_not_the_file(tmp_path: Path, name: str) -> None:
    long = response(URL, b"x", "text/plain", (("X-Padding", "a" * 40_000),))
    records = [PAGES[0], long, PAGES[1]]
    entries = read(tmp_path, packed(records) if name.endswith("gz") else b"".join(records), name)
    assert [type(entry) for entry in entries] == [Document, Problem, Document]
    assert isinstance(entries[1], Problem)
    assert entries[1].code == "headers"
    assert URL in entries[1].message


@pytest.mark.parametrize("count", [1, 3])
def test_records_behind_an_empty_member_are_read(tmp_path: Path, count: int) -> None:
    gap = gzip.compress(b"", mtime=0) * count
    data = packed(PAGES[:2]) + gap + packed(PAGES[2:3]) + gap + packed(PAGES[3:]) + gap
    entries = read(tmp_path, data)
    assert [entry.url for entry in documents(entries)] == [f"https://a.example/{n}" for n in range(4)]
    assert len(entries) == 4
    path, cut = tmp_path / "a.warc.gz", len(packed(PAGES[:2])) + 1
    first = list(warc.read(str(path), span=(0, cut)))
    assert isinstance(first[-1], Edge)
    rest = list(warc.read(str(path), span=(first[-1].position, len(data))))
    assert documents(first) + documents(rest) == entries


def test_many_tiny_members_cost_no_more_than_their_length() -> None:
    member = gzip.compress(b"", mtime=0)
    coded = undo(member * 50_000 + gzip.compress(b"page"), [("Content-Encoding", "gzip")], 1000)
    assert (coded.body, coded.whole, coded.problem) == (b"page", True, None)
    one = gzip.compress(b"page" * 5000, mtime=0)
    assert undo(one + one[:-9], [("Content-Encoding", "gzip")], 100_000).whole is False
    behind = undo(one + b"no member", [("Content-Encoding", "gzip")], 100_000)
    assert (behind.body, behind.whole) == (b"page" * 5000, True)
    assert undo(one[:10] + b"\xff" * 90, [("Content-Encoding", "gzip")], 100_000).problem is not None
    assert undo(one, [("Content-Encoding", "gzip")], 7) == Decoded(b"pagepag", whole=False)
