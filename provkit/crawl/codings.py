"""Transfer and content codings of a stored HTTP response, undone within bounds.

Common Crawl stores bodies without them; other crawlers store what went over the wire.  A credential
is about the bytes without codings (RFC 9110 §8.4: a coding is a property of the representation).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_ZSTD: Final = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
"""How a frame of Zstandard begins, or one that is to be skipped (RFC 8878 §3.1)."""
_STEP: Final = 4096
"""Bytes of a coded member that are looked at first: what is behind a small one is then copied for nothing."""
_CODINGS: Final = 4
"""Content codings undone one after the other, at most: two are rare, four a joke."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without codings."""

    body: bytes
    whole: bool = True
    """False when the bound was reached or the coded data ends too early: the body is a beginning."""
    problem: str | None = None
    """Why a coding could not be undone; the body is then as it was stored."""


def undo(body: bytes, headers: Sequence[tuple[str, str]], limit: int) -> Decoded:
    """`body` without the codings that `headers` name.

    A header that names a coding the body plainly does not have is taken for what it nearly always
    is: a header that was kept by a crawler which had undone the coding.

    Args:
        body: as stored.
        headers: of the response.
        limit: most bytes returned.
    """
    whole = True
    if "chunked" in _tokens(headers, "transfer-encoding"):
        body, whole = _dechunk(body)
    codings = [name for name in _tokens(headers, "content-encoding") if name != "identity"]
    if len(codings) > _CODINGS:
        return Decoded(body[:limit], whole=False, problem=f"{len(codings)} content codings")
    for name in reversed(codings):
        decoded = _undo_one(body, name.removeprefix("x-"), limit)
        if decoded.problem is not None:
            return Decoded(body[:limit], whole=whole, problem=decoded.problem)
        body, whole = decoded.body, whole and decoded.whole
    return Decoded(body[:limit], whole=whole and len(body) <= limit)


def _tokens(headers: Sequence[tuple[str, str]], wanted: str) -> list[str]:
    found: list[str] = []
    for name, value in headers:
        if name.lower() == wanted:
            found += [part.strip().lower() for part in value.split(",") if part.strip()]
    return found


def _dechunk(body: bytes) -> tuple[bytes, bool]:
    """RFC 9112 §7.1.  A body that does not begin with a chunk had its chunks removed already."""
    parts: list[bytes] = []
    position = 0
    while True:
        match = _SIZE.match(body, position)
        if match is None:
            return (b"".join(parts), False) if parts else (body, True)
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts), True
        end = match.end() + size
        if not parts and body[end : end + 1] not in {b"\r", b"\n"}:
            return body, True  # a text that happens to begin with a number
        parts.append(body[match.end() : end])
        if end >= len(body):
            return b"".join(parts), False
        position = end + (2 if body[end : end + 2] == b"\r\n" else 1)


def _undo_one(body: bytes, name: str, limit: int) -> Decoded:
    if name == "gzip":
        return _inflate(body, 31, limit) if body[:2] == b"\x1f\x8b" else Decoded(body)
    if name == "deflate":
        # Both with the zlib header (RFC 9110 §8.4.1.2) and without it are met.
        first = _inflate(body, 15, limit)
        second = _inflate(body, -15, limit) if first.problem else first
        return Decoded(body) if second.problem else second
    if name == "br":
        return _brotli(body, limit)
    if name == "zstd":
        return _zstd(body, limit) if _ZSTD.match(body) else Decoded(body)
    return Decoded(body, problem=f"the content coding {name[:40]!r} is not known")


def _inflate(body: bytes, bits: int, limit: int) -> Decoded:
    out = bytearray()
    position, end = 0, len(body)
    while position < end:
        engine, step, before = zlib.decompressobj(bits), _STEP, len(out)
        first = position == 0
        try:
            while not engine.eof:
                if position >= end:
                    return Decoded(bytes(out), whole=False)
                data = body[position : position + step]
                out += engine.decompress(data, limit + 1 - len(out))
                if len(out) > limit:
                    return Decoded(bytes(out[:limit]), whole=False)
                position += len(data) - len(engine.unused_data)
                step *= 2  # so that a body of tiny members, too, costs no more than its length
        except zlib.error as error:
            if not first:
                del out[before:]
                break  # what stands behind the last whole member is no part of it
            return Decoded(body, problem=f"the coded body is damaged: {error}")
        if bits != 31:  # only gzip has members
            break
    return Decoded(bytes(out))


def _brotli(body: bytes, limit: int) -> Decoded:
    try:
        brotli = import_module("brotli")
    except ImportError:
        return Decoded(body, problem="the content coding 'br' needs the package brotli")
    engine = brotli.Decompressor()
    parts: list[bytes] = []
    total = 0
    try:
        part: bytes = engine.process(body, output_buffer_limit=1 << 20)
        while part or not engine.can_accept_more_data():
            parts.append(part)
            total += len(part)
            if total > limit:
                return Decoded(b"".join(parts)[:limit], whole=False)
            part = engine.process(b"", output_buffer_limit=1 << 20)
    except brotli.error:
        # No magic to tell it by: a body that does not decode was stored decoded, or is damaged.
        return Decoded(body) if not parts else Decoded(b"".join(parts)[:limit], whole=False)
    return Decoded(b"".join(parts), whole=bool(engine.is_finished()))


def _zstd(body: bytes, limit: int) -> Decoded:
    """RFC 8878, RFC 9659.  The library that reads WARC files has a decoder; Python has one from 3.14 on."""
    try:
        engine = import_module("fastwarc.stream_io").ZstdReader(BytesIO(body))
    except ImportError:
        return Decoded(body, problem="the content coding 'zstd' needs the package fastwarc")
    out = bytearray()
    try:
        # In small steps: one that meets the end of what is cut off gives nothing.
        while len(out) <= limit and (part := engine.read(_STEP)):
            out += part
    except OSError as error:
        if not out:
            return Decoded(body, problem=f"the coded body is damaged: {error}")
        return Decoded(bytes(out[:limit]), whole=False)
    finally:
        engine.close()
    return Decoded(bytes(out[:limit]), whole=len(out) <= limit)


__all__ = ["Decoded", "undo"]
