"""Documents in rows: JSON lines, and Parquet where pyarrow is installed.

A row has ``url`` and one of ``text``, ``html`` or ``content_b64`` (``content``, bytes, in Parquet);
it may have ``id``, ``headers`` (a mapping, or pairs), ``media_type``, ``truncated`` and ``date``.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl.documents import BODY_BYTES, Document, Edge, Problem
from provkit.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.crawl.documents import Entry

_LINE: Final = 2 * BODY_BYTES
_COLUMNS: Final = (
    "id", "url", "text", "html", "content", "content_b64", "headers", "media_type", "truncated", "date",
)  # fmt: skip
_BATCH: Final = 256


class _RowError(ValueError):
    """A row that is no document; the message says why."""


def read_jsonl(path: str, *, span: tuple[int, int] | None = None) -> Iterator[Entry]:
    """Every row of a file of JSON lines, gzip or plain; a bad row is a :class:`Problem`, and the next is read.

    Args:
        path: a regular file.
        span: bytes of a plain file to read, whole lines, counted from 1.
    """
    number = 0
    try:
        with open(path, "rb") as raw:  # noqa: PTH123
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            lines = gzip.GzipFile(fileobj=raw) if packed and span is None else raw
            if span is not None:
                raw.seek(span[0])
            while (span is None or raw.tell() < span[1]) and (line := lines.readline(_LINE)):
                number += 1
                if len(line) == _LINE and not line.endswith(b"\n"):
                    yield Problem(
                        path, "row", f"a line of more than {_LINE} bytes; the rest was not read", number
                    )
                    return
                if not line.strip():
                    continue
                try:
                    yield document(json.loads(line))
                except (ValueError, RecursionError) as error:
                    yield Problem(path, "row", f"no document: {error}"[:300], number)
        if span is not None:
            yield Edge(span[1], number)
    except EOFError:
        yield Problem(path, "cut", "the file ends in the middle of a row", number)
    except (gzip.BadGzipFile, zlib.error) as error:
        yield Problem(path, "damaged", f"the rest of the file was not read: {error}", number)
    except OSError as error:
        yield Problem(path, "unreadable", f"the rest of the file was not read: {error.strerror}", number)


def read_parquet(path: str, *, span: tuple[int, int] | None = None) -> Iterator[Entry]:
    """Every row of a Parquet file.

    Args:
        path: a regular file.
        span: the first row group to read, and the one behind the last.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    try:
        parquet = import_module("pyarrow.parquet")
        arrow = import_module("pyarrow")
    except ImportError as error:
        raise ConfigurationError(
            f"reading {path} needs the package pyarrow", hint="pip install pyarrow"
        ) from error
    number = 0
    try:
        with parquet.ParquetFile(path) as table:
            columns = [name for name in _COLUMNS if name in table.schema_arrow.names]
            groups = range(*(span or (0, table.num_row_groups)))
            number = sum(table.metadata.row_group(index).num_rows for index in range(groups.start))
            for batch in table.iter_batches(batch_size=_BATCH, row_groups=list(groups), columns=columns):
                for index in range(batch.num_rows):
                    number += 1
                    yield _of_table(batch, index, path, number)
        if span is not None:
            yield Edge(span[1])
    except (OSError, arrow.ArrowException) as error:
        yield Problem(path, "damaged", f"the rest of the file was not read: {error}"[:300], number)


def _of_table(batch: Any, index: int, path: str, number: int) -> Entry:
    try:
        (row,) = batch.slice(index, 1).to_pylist()
    except Exception as error:  # noqa: BLE001 - a text that is no UTF-8, a moment or a zone Python has not: of any class
        return Problem(path, "row", f"a value cannot be read: {error}"[:300], number)
    try:
        return document({name: value for name, value in row.items() if value is not None})
    except ValueError as error:
        return Problem(path, "row", f"no document: {error}"[:300], number)


def document(row: object) -> Document:
    if not isinstance(row, Mapping):
        raise _RowError("a row is an object")
    body, media_type = _body(row)
    stated = row.get("media_type")
    url, name = row.get("url", ""), row.get("id")
    if not isinstance(url, str):
        raise _RowError("url is text")
    headers = _headers(row.get("headers", ()))
    sent = next((value for key, value in headers if key.lower() == "content-type"), None)
    return Document(
        id=name if isinstance(name, str) and name else f"sha256:{hashlib.sha256(body).hexdigest()}",
        url=url,
        body=body[:BODY_BYTES],
        headers=headers,
        media_type=stated if isinstance(stated, str) else sent or media_type,
        truncated=row.get("truncated") is True or len(body) > BODY_BYTES,
        captured_at=_moment(row.get("date")),
    )


def _body(row: Mapping[str, Any]) -> tuple[bytes, str | None]:
    for key, media_type in (
        ("content_b64", None),
        ("content", None),
        ("html", "text/html"),
        ("text", "text/plain"),
    ):
        value = row.get(key)
        if value is None:
            continue
        if key == "content_b64" and isinstance(value, str):
            try:
                return base64.b64decode(value, validate=True), None
            except binascii.Error as error:
                raise _RowError(f"content_b64: {error}") from error
        if key == "content" and isinstance(value, bytes):
            return value, None
        if key in {"html", "text"} and isinstance(value, str):
            # A lone surrogate, which JSON can spell, has no UTF-8.
            return value.encode("utf-8", "replace"), media_type
        raise _RowError(f"{key} is of another type")
    raise _RowError("neither text, html nor content_b64")


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise _RowError("headers is no JSON") from error
    pairs = value.items() if isinstance(value, Mapping) else value
    if not isinstance(pairs, Iterable):
        raise _RowError("headers is a mapping or a list of pairs")
    found: list[tuple[str, str]] = []
    for given in pairs:
        # Tables of columns spell pairs as structs.
        pair = tuple(given.values()) if isinstance(given, dict) else given
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise _RowError("headers is a mapping or a list of pairs")
        values = pair[1] if isinstance(pair[1], list) else [pair[1]]
        found += [(pair[0], item) for item in values if isinstance(item, str)]
    return tuple(found)


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        # Not the zone it was written in: readings hold UTC alone, which every process can unpack.
        return value.astimezone(UTC)
    except OverflowError:
        return None  # of the year 1 or 9999, and of another one in UTC


__all__ = ["read_jsonl", "read_parquet"]
