"""WARC and WET files (ISO 28500): every response with its raw bytes and headers, nothing silently missing.

fastwarc reads the records.  It ends without a word where a compressed file was cut and at an empty
gzip member, so what stands behind the last record it gave is looked at again here.
"""

from __future__ import annotations

import os
import zlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from provkit.crawl.codings import undo
from provkit.crawl.documents import BODY_BYTES, Document, Edge, Problem, Skipped, site_file
from provkit.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.crawl.documents import Entry

_WINDOW: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_CODED: Final = frozenset({"content-encoding", "transfer-encoding"})
_CODED_LENGTHS: Final = frozenset(map(len, _CODED))
_TYPE: Final = "content-type"
_TYPE_LENGTH: Final = len(_TYPE)
_STEP: Final = 4096
"""Bytes of a gzip member that are read first, so that a file of tiny ones costs no more than its length."""
_HEADER_BYTES: Final = 64 * 1024


def read(path: str, limit: int = BODY_BYTES, *, span: tuple[int, int] | None = None) -> Iterator[Entry]:
    """Everything in one file, in its order; a damaged record ends it with a :class:`Problem`.

    Args:
        path: a regular file: ``.warc``, ``.warc.gz``, ``.wet`` and so on.
        limit: most bytes held of one body.
        span: read the records that begin at its first byte and before its second, then say where the
            next one begins.

    Raises:
        ConfigurationError: fastwarc is not installed.
    """
    try:
        from fastwarc.warc import ArchiveIterator, WarcHeader, WarcRecordType
    except ImportError as error:
        raise ConfigurationError(
            "reading WARC files needs the package fastwarc", hint='install provkit with its extra "crawl"'
        ) from error
    last = 0
    position: int | None = None
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the path as it was given
            if not os.fstat(file.fileno()).st_size:
                yield Problem(path, "cut", "the file is empty", 0)
                return
            begin: int | None = 0 if span is None else span[0]
            while begin is not None:
                last = file.seek(begin)
                for record in ArchiveIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
                    last = int(record.stream_pos)
                    if span is not None and last >= span[1]:
                        yield Edge(last)
                        return
                    entries = _entries(record, WarcHeader, path, limit)
                    yield from entries
                    if entries and isinstance(entries[-1], Problem) and entries[-1].code == "cut":
                        return
                with open(path, "rb") as again:  # noqa: PTH123
                    position, begin = _end(again, last)
    except OSError as error:
        # fastwarc says OSError of a damaged record too, then without a number.
        code, said = ("damaged", str(error)) if error.errno is None else ("unreadable", error.strerror or "")
        yield Problem(path, code, f"the rest of the file was not read: {said[:200]}", last)
        return
    if position is not None:
        yield Problem(path, "cut", "the file ends in the middle of a record", position)


def _entries(record: Any, names: Any, path: str, limit: int) -> Sequence[Entry]:
    # fastwarc finds a header by its own names for them seven times as fast as by a string.
    known = record.headers
    kind = (known.get(names.WARC_TYPE) or "").strip().lower()
    url = (known.get(names.WARC_TARGET_URI) or "").strip().strip("<>")
    web = kind == "response" and bool(record.is_http)
    if kind == "response" and not web:
        return (Skipped("type"),)  # dns:, ftp: and the like
    if kind == "resource" and not url.lower().startswith(("http:", "https:", "file:")):
        return (Skipped("type"),)
    if not (web or kind in {"resource", "conversion"}):
        named = kind in {"warcinfo", "request", "metadata", "revisit", "continuation"}
        return (Skipped(kind if named else "type"),)
    headers: tuple[tuple[str, str], ...] = ()
    status: int | None = 200
    media_type, coded = None, False
    if web:
        try:
            record.parse_http(auto_decode="none", strict_mode=False)
        except (
            OSError
        ) as error:  # more than 32 KiB of them, which any server can send; the next record is read
            said = f"the headers of a response cannot be read: {error}: {url}"
            return (Problem(path, "headers", said[:500], int(record.stream_pos)),)
        headers, status = record.http_headers.to_tuples(), record.http_headers.status_code
        media_type, coded = _told(headers)
    else:
        media_type = known.get(names.CONTENT_TYPE)
    # A record is dead after the next one, so the body is taken now.
    expected = int(record.content_length)
    wanted = min(expected, limit)
    stored: bytes = record.reader.read(wanted) if wanted else b""
    if len(stored) < wanted:
        return (Problem(path, "cut", "the file ends in the middle of a record", int(record.stream_pos)),)
    if status is None or not 200 <= status <= 299:
        return (Skipped("status"),)
    body, whole, problem = stored, expected <= limit, None
    if coded:
        decoded = undo(stored, headers, limit)
        body, whole, problem = decoded.body, whole and decoded.whole, decoded.problem
        if problem is None:
            # A coding that was undone is no fact about these bytes any more.
            headers = tuple(header for header in headers if header[0].lower() not in _CODED)
    # Both of the files by which a host speaks end so; to take an address apart costs more than the rest.
    if (".txt" in url or ".json" in url) and (site := site_file(url, body)) is not None:
        return (site,)
    document = Document(
        str(record.record_id or "").strip("<>") or url,
        url,
        body,
        headers,
        media_type,
        not whole or status == 206 or names.WARC_TRUNCATED in known,
        kind == "conversion",
        _moment(known.get(names.WARC_DATE)),
    )
    if problem is None:
        return (document,)
    return (document, Problem(path, "coding", f"{problem}: {url}"[:500], int(record.stream_pos)))


def _told(headers: Sequence[tuple[str, str]]) -> tuple[str | None, bool]:
    """The first media type, and whether a coding is named.  Asked of every page: lengths come first."""
    media_type, coded = None, False
    for name, value in headers:
        length = len(name)
        if length == _TYPE_LENGTH:
            if media_type is None and name.lower() == _TYPE:
                media_type = value
        elif length in _CODED_LENGTHS and name.lower() in _CODED:
            coded = True
    return media_type, coded


@lru_cache(maxsize=64)
def _moment(value: str | None) -> datetime | None:
    # Crawlers capture several pages in a second.
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _end(file: BinaryIO, start: int) -> tuple[int | None, int | None]:
    """What is behind the last record: where the file breaks off, and where more records begin; None if nowhere."""
    file.seek(start)
    if file.read(2) == _GZIP:
        return _end_of_members(file, start)
    return _end_of_plain(file, start), None


def _end_of_plain(file: BinaryIO, start: int) -> int | None:
    file.seek(start)
    head = file.read(_HEADER_BYTES)
    end = head.find(b"\r\n\r\n")
    if end < 0:
        return start
    for line in head[:end].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            wanted = start + end + 4 + int(value)
            size = os.fstat(file.fileno()).st_size
            file.seek(wanted)
            # Two line ends close a record; some writers leave them out at the end.
            return None if wanted <= size and not file.read(5).strip(b"\r\n") else min(wanted, size)
    return start


def _end_of_members(file: BinaryIO, start: int) -> tuple[int | None, int | None]:
    file.seek(start)
    engine, data, step = zlib.decompressobj(31), b"", _STEP
    position, holds, gap = start, False, False
    while True:
        data = data or file.read(step)
        if not data:
            return (position if position < file.tell() else None), None
        try:
            # In windows too, so that a bomb is never held.
            holds = bool(engine.decompress(data, _WINDOW)) or holds
        except zlib.error:
            return position, None
        if holds and gap:
            return None, position  # fastwarc stopped at the empty member before this one
        if engine.eof:
            data = engine.unused_data
            gap, holds = gap or not holds, False
            position, step = file.tell() - len(data), _STEP
            if not data.strip(b"\0") and not file.read(1):
                return None, None  # the end, or padding
            file.seek(position + len(data))
            engine = zlib.decompressobj(31)
        else:
            data, step = engine.unconsumed_tail, min(2 * step, _WINDOW)


__all__ = ["read"]
