"""Pages, Markdown and PDF: provkit beside the bare reference engine (PDF) and encypher-c2pa."""

from __future__ import annotations

import io
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import c2pa
import encypher_c2pa

import provkit
from bench.containers import prepared
from bench.measure import Row, seconds, side_by_side
from bench.text import text_of
from provkit.assets import verify_file
from provkit_cli.demo_files import FILES

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * 1024
REPEAT = 12


def documents() -> dict[str, tuple[str, bytes]]:
    """A page of about 65 KB, a Markdown file of about 20 KB, and PDFs of 1 and 50 MB."""
    words = text_of(65_000).decode()
    page = f"<!DOCTYPE html><html><head><title>Bench</title></head><body><p>{words}</body></html>"
    return {
        "65 KB page": ("text/html", page.encode()),
        "20 KB Markdown": ("text/markdown", b"# Bench\n\n" + text_of(20_000)),
        "1 MB PDF": ("application/pdf", _document(MIB)),
        "50 MB PDF": ("application/pdf", _document(50 * MIB)),
    }


def _document(size: int) -> bytes:
    """The PDF of the demo with a stream of so many bytes added in an update."""
    data = FILES["reply.pdf"]
    last = data.rindex(b"startxref")
    previous = int(data[last:].split()[1])
    start = len(data)
    stream = b"7 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (size, bytes(size))
    table = b"xref\n7 1\n%010d 00000 n \n" % start
    trailer = b"trailer\n<< /Size 8 /Root 1 0 R /Prev %d >>\n" % previous
    return data + stream + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (start + len(stream))


def rows() -> list[Row]:
    """All measurements of this module."""
    _, signer, trust, root, context = prepared()
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        for job, (media_type, data) in documents().items():
            repeat = REPEAT if len(data) < 10 * MIB else 1
            signed = provkit.sign(data, provkit.Origin.human(), signer, media_type=media_type)
            path = Path(name) / "signed"
            path.write_bytes(signed)
            if verify_file(path, trust=trust).state is not provkit.State.TRUSTED:
                raise AssertionError(f"the bench document {job} does not verify")
            jobs: dict[str, Callable[[int], list[float]]] = {}
            if media_type == "application/pdf":
                jobs["engine"] = _timed(partial(_bare, signed, context))
            jobs["provkit"] = _timed(partial(provkit.verify, signed, trust=trust))
            jobs["encypher-c2pa"] = _timed(
                partial(
                    encypher_c2pa.verify,
                    signed,
                    media_type,
                    trust_pem=root,
                    no_default_trust=True,
                    telemetry=False,
                    online=False,
                )
            )
            base = "engine" if "engine" in jobs else "provkit"
            found.append(Row(f"verify {job}", "µs", _micro(side_by_side(jobs, repeat)), base=base))
            sign = partial(provkit.sign, data, provkit.Origin.human(), signer, media_type=media_type)
            taken = side_by_side({"provkit": _timed(sign)}, max(1, repeat // 2))
            found.append(Row(f"sign {job}", "µs", _micro(taken), base="provkit"))
            unsigned = side_by_side({"provkit": _timed(partial(provkit.verify, data, trust=trust))}, repeat)
            found.append(Row(f"verify {job}, unsigned", "µs", _micro(unsigned), base="provkit"))
    return found


def _bare(data: bytes, context: Any) -> object:
    reader = c2pa.Reader.try_create("application/pdf", io.BytesIO(data), context=context)
    if reader is None:
        return None
    with reader:
        return reader.json()


def _timed(call: Callable[[], object]) -> Callable[[int], list[float]]:
    return lambda n: seconds(call, n)


def _micro(values: dict[str, float]) -> dict[str, float]:
    return {name: value * 1e6 for name, value in values.items()}
