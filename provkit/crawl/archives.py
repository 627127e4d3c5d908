"""WARC files as a table: bounded Arrow batches of documents, of what hosts say, and of problems.

The columns of a document are what :class:`provkit.crawl.tables.Annotator` takes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from provkit.crawl import warc
from provkit.crawl.caps import domain_of
from provkit.crawl.documents import Document, Problem, SiteFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.crawl.documents import Entry

BATCH_BYTES: Final = 16 * 1024 * 1024
"""Bodies in one batch, unless a single one has more."""
BATCH_ROWS: Final = 256


def arrow_fields() -> Any:
    """The columns, as a ``pyarrow.Schema``; ``kind`` is document, robots, tdmrep or problem."""
    import pyarrow as pa

    text, flag = pa.string(), pa.bool_()
    return pa.schema(
        {
            **dict.fromkeys(("kind", "id", "url", "domain"), text),
            "content": pa.binary(),
            "headers": pa.list_(pa.struct([("name", text), ("value", text)])),
            "media_type": text,
            "truncated": flag,
            "converted": flag,
            "date": pa.timestamp("us", "UTC"),
            "problem": text,
            "source": text,
            "position": pa.int64(),
        }
    )


def batches(path: str, number: int = 0) -> Iterator[Any]:
    """Everything in one file as ``pyarrow.RecordBatch``, in its order.

    Args:
        path: a regular file.
        number: of the file among others: ``position`` sorts by file, then by place in it.

    Raises:
        ConfigurationError: fastwarc is not installed.
    """
    import pyarrow as pa

    schema, source = arrow_fields(), os.path.basename(path)  # noqa: PTH119 - never a path of this machine
    held: list[dict[str, Any]] = []
    size = 0
    for index, entry in enumerate(warc.read(path)):
        row = _row(entry)
        if row is None:
            continue
        size += len(row.get("content", b""))
        held.append(row | {"source": source, "position": number << 40 | index})
        if len(held) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield pa.RecordBatch.from_pylist(held, schema)
            held, size = [], 0
    if held:
        yield pa.RecordBatch.from_pylist(held, schema)


def _row(entry: Entry) -> dict[str, Any] | None:
    if isinstance(entry, Document):
        return {
            "kind": "document",
            "id": entry.id,
            "url": entry.url,
            "domain": domain_of(entry.url),
            "content": entry.body,
            "headers": [{"name": name, "value": value} for name, value in entry.headers],
            "media_type": entry.media_type,
            "truncated": entry.truncated,
            "converted": entry.converted,
            "date": entry.captured_at,
        }
    if isinstance(entry, SiteFile):
        return {"kind": entry.kind, "domain": entry.host, "content": entry.body}
    if isinstance(entry, Problem):
        return {"kind": "problem", "problem": f"{entry.code}: {entry.message}"}
    return None


__all__ = ["BATCH_BYTES", "BATCH_ROWS", "arrow_fields", "batches"]
