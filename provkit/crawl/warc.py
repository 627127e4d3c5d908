"""WARC and WET files (ISO 28500): every response with its raw bytes and headers, nothing silently missing.

fastwarc reads the records.  It ends without a word where a compressed file was cut, so what stands
behind the last record it gave is looked at again here.
"""

from __future__ import annotations

import os
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from provkit.crawl.codings import undo
from provkit.crawl.documents import BODY_BYTES, Document, Problem, Skipped, site_file
from provkit.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.crawl.documents import Entry

_WINDOW: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_CODED: Final = frozenset({"content-encoding", "transfer-encoding"})
_HEADER_BYTES: Final = 64 * 1024


def read(path: str, limit: int = BODY_BYTES) -> Iterator[Entry]:
    """Everything in one file, in its order; a damaged record ends it with a :class:`Problem`.

    Args:
        path: a regular file: ``.warc``, ``.warc.gz``, ``.wet`` and so on.
        limit: most bytes held of one body.

    Raises:
        ConfigurationError: fastwarc is not installed.
    """
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError as error:
        raise ConfigurationError(
            "reading WARC files needs the package fastwarc", hint="pip install 'provkit[crawl]'"
        ) from error
    last = 0
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the path as it was given
            if not os.fstat(file.fileno()).st_size:
                yield Problem(path, "cut", "the file is empty", 0)
                return
            for record in ArchiveIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
                last = int(record.stream_pos)
                entries = _entries(record, path, limit)
                yield from entries
                if entries and isinstance(entries[-1], Problem) and entries[-1].code == "cut":
                    return
        with open(path, "rb") as file:  # noqa: PTH123
            position = _cut(file, last)
    except OSError as error:
        # fastwarc says OSError of a damaged record too, then without a number.
        code, said = ("damaged", str(error)) if error.errno is None else ("unreadable", error.strerror or "")
        yield Problem(path, code, f"the rest of the file was not read: {said[:200]}", last)
        return
    if position is not None:
        yield Problem(path, "cut", "the file ends in the middle of a record", position)


def _entries(record: Any, path: str, limit: int) -> Sequence[Entry]:
    kind = str(record.headers.get("WARC-Type", "")).strip().lower()
    url = str(record.headers.get("WARC-Target-URI") or "").strip().strip("<>")
    web = kind == "response" and bool(record.is_http)
    if kind == "response" and not web:
        return (Skipped("type"),)  # dns:, ftp: and the like
    if kind == "resource" and not url.lower().startswith(("http:", "https:", "file:")):
        return (Skipped("type"),)
    if not (web or kind in {"resource", "conversion"}):
        known = kind in {"warcinfo", "request", "metadata", "revisit", "continuation"}
        return (Skipped(kind if known else "type"),)
    headers: tuple[tuple[str, str], ...] = ()
    status: int | None = 200
    if web:
        record.parse_http(auto_decode="none", strict_mode=False)
        headers, status = tuple(record.http_headers.to_tuples()), record.http_headers.status_code
    # A record is dead after the next one, so the body is taken now.
    expected = int(record.content_length)
    stored: bytes = record.reader.read(min(expected, limit)) if expected else b""
    if len(stored) < min(expected, limit):
        return (Problem(path, "cut", "the file ends in the middle of a record", int(record.stream_pos)),)
    if status is None or not 200 <= status <= 299:
        return (Skipped("status"),)
    decoded = undo(stored, headers, limit)
    if (site := site_file(url, decoded.body)) is not None:
        return (site,)
    length_whole = expected <= limit and decoded.whole and status != 206
    document = Document(
        id=str(record.record_id or "").strip("<>") or url,
        url=url,
        body=decoded.body,
        # A coding that was undone is no fact about these bytes any more.
        headers=headers if decoded.problem else tuple(h for h in headers if h[0].lower() not in _CODED),
        media_type=_media_type(record, headers, web=web),
        truncated=not length_whole or "WARC-Truncated" in record.headers,
        converted=kind == "conversion",
        captured_at=_moment(record.headers.get("WARC-Date")),
    )
    if decoded.problem is None:
        return (document,)
    return (document, Problem(path, "coding", f"{decoded.problem}: {url}"[:500], int(record.stream_pos)))


def _media_type(record: Any, headers: Sequence[tuple[str, str]], *, web: bool) -> str | None:
    if web:
        return next((value for name, value in headers if name.lower() == "content-type"), None)
    value = record.headers.get("Content-Type")
    return None if value is None else str(value)


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cut(file: BinaryIO, start: int) -> int | None:
    """Where the file breaks off, looking from the last record on; None when it ends as it should."""
    file.seek(start)
    if file.read(2) == _GZIP:
        return _cut_member(file, start)
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


def _cut_member(file: BinaryIO, start: int) -> int | None:
    file.seek(start)
    engine = zlib.decompressobj(31)
    position, data = start, b""
    while True:
        data = data or file.read(_WINDOW)
        if not data:
            return position if position < file.tell() else None
        try:
            # In windows too, so that a bomb is never held.
            engine.decompress(data, _WINDOW)
        except zlib.error:
            return position
        if engine.eof:
            data = engine.unused_data
            position = file.tell() - len(data)
            if not data.strip(b"\0") and not file.read(1):
                return None  # the end, or padding
            file.seek(position + len(data))
            engine = zlib.decompressobj(31)
        else:
            data = engine.unconsumed_tail


__all__ = ["read"]
