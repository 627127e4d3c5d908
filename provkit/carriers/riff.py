"""WebP, WAV and AVI: a manifest store in a ``C2PA`` chunk of the first RIFF (C2PA 2.4 §A.3.7).

The exclusion is the chunk's identifier, length and data; the pad byte behind a chunk of odd
length is outside, and so is the length of the RIFF, which stays hashed.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from provkit.carriers.found import (
    Found,
    broken,
    check_size,
    check_store,
    cut,
    cut_off,
    hides_store,
    only,
    too_many,
)
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

CHUNK: Final = b"C2PA"
_HEADER: Final = Struct("<4sI")
_FORMS: Final = frozenset((b"WEBP", b"WAVE", b"AVI ", b"AVIX"))
_OPEN: Final = frozenset((0, 0xFFFFFFFF))
"""Lengths a writer leaves who cannot go back and fill in how long the stream became."""


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store among the top chunks; lists are skipped whole.

    Long AVI files are several RIFFs in a row.  The store belongs into the first; one further
    on is an error, because readers would not agree about it.

    Raises:
        MalformedError: not one of the three formats, cut off, a damaged, doubled or misplaced store.
        LimitError: too many chunks, or too large a store.
    """
    if data[:4] != b"RIFF" or data[8:12] not in _FORMS:
        raise MalformedError("not a WebP, WAV or AVI file")
    stores: list[Found] = []
    size = len(data)
    pos = parts = 0
    while data.startswith(b"RIFF", pos) and data[pos + 8 : pos + 12] in _FORMS:
        declared = int.from_bytes(data[pos + 4 : pos + 8], "little")
        is_open = declared in _OPEN
        stop = size if is_open else pos + 8 + declared
        here = pos
        pos += 12
        parts += 1
        if parts > limits.container_parts:
            raise too_many(limits)
        while pos + 8 <= min(stop, size):
            parts += 1
            if parts > limits.container_parts:
                raise too_many(limits)
            kind, length = _HEADER.unpack_from(data, pos)
            end = pos + 8 + length
            if kind == CHUNK:
                if here:
                    raise MalformedError("a manifest store stands in a later part of the file")
                stores.append(_carrier(data, pos, end, limits))
            elif hides_store(data, pos + 8):
                raise MalformedError("a manifest store stands in a chunk of another type")
            if end > min(stop, size):
                if stop > size or (end > size and not is_open):
                    return cut_off(stores, "a chunk is longer than the file")
                return broken(data, pos, stores, "a chunk is longer than what it is in", CHUNK)
            pos = end + (length & 1)
        if stop > size:
            return cut_off(stores, "the file is shorter than it says")
        pos = stop + (stop & 1)
    return only(stores)


def _carrier(data: bytes, pos: int, end: int, limits: Limits) -> Found:
    if end > len(data):
        raise MalformedError("the chunk with the manifest store is longer than the file")
    check_size(end - pos - 8, limits)
    store = data[pos + 8 : end]
    return Found(store, ((pos, end - pos),), check_store(store, limits))


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file without its chunks of manifest stores, and with its length put right.

    In an AVI, indexes may count from the start of the file: there a chunk that is not the last
    thing becomes ``JUNK`` of the same size.

    Raises:
        LimitError: too many chunks.
    """
    out = bytearray(data)
    spans: list[tuple[int, int]] = []
    size = len(data)
    pos = parts = 0
    while data.startswith(b"RIFF", pos) and data[pos + 8 : pos + 12] in _FORMS:
        declared = int.from_bytes(data[pos + 4 : pos + 8], "little")
        stop = size if declared in _OPEN else min(size, pos + 8 + declared)
        here, removed = pos, 0
        pos += 12
        parts += 1
        while pos + 8 <= stop and parts <= limits.container_parts:
            parts += 1
            kind, length = _HEADER.unpack_from(data, pos)
            end = pos + 8 + length
            if end > stop:
                break
            padded = min(end + (length & 1), size)
            if kind == CHUNK or hides_store(data, pos + 8):
                if data[8:12] == b"AVI " and padded < size:
                    out[pos:end] = _HEADER.pack(b"JUNK", length) + bytes(length)
                else:
                    spans.append((pos, padded))
                    removed += min(padded, stop) - pos
            pos = padded
        if parts > limits.container_parts:
            raise too_many(limits)
        if removed and declared not in _OPEN:
            out[here + 4 : here + 8] = max(4, declared - removed).to_bytes(4, "little")
        pos = stop + (stop & 1)
    return cut(bytes(out), spans)


def xmp(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The ``XMP`` chunk of the first RIFF, empty if there is none."""
    pos = 12
    for _ in range(limits.container_parts):
        if pos + 8 > len(data):
            break
        kind, length = _HEADER.unpack_from(data, pos)
        if kind == b"XMP ":
            return data[pos + 8 : pos + 8 + length]
        pos += 8 + length + (length & 1)
    return b""
