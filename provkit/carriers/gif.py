"""GIF: a manifest store in an application extension ``C2PA_GIF`` (C2PA 2.4 §A.3.8).

It stands before the first image, its data cut into sub-blocks of at most 255 bytes.  The
exclusion is the extension from its introducer through the terminator.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from provkit.carriers.found import (
    SIGNATURE,
    Found,
    broken,
    check_size,
    check_store,
    cut,
    cut_off,
    only,
    too_many,
)
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

_MAGICS: Final = (b"GIF87a", b"GIF89a")
_HEADER_BYTES: Final = 13
_EXTENSION: Final = 0x21
_IMAGE: Final = 0x2C
_TRAILER: Final = 0x3B
_APPLICATION: Final = b"\xff\x0b"
IDENTIFIER: Final = b"C2PA_GIF"
VERSION: Final = b"\x01\x00\x00"
_BLOCK: Final = 255
_SCREEN: Final = Struct("<HH")
_DESCRIPTOR: Final = Struct("<HHHHB")
"""Left, top, width, height and flags of an image."""


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store among the extensions before the first image.

    Raises:
        MalformedError: not a GIF, cut off before its first image, a damaged or doubled store.
        LimitError: too many blocks, or too large a store.
    """
    if not data.startswith(_MAGICS):
        raise MalformedError("not a GIF: it does not begin with GIF87a or GIF89a")
    if len(data) <= _HEADER_BYTES:
        return cut_off([], "the GIF ends inside its header")
    stores: list[Found] = []
    pos = _behind_header(data)
    budget = limits.container_parts
    while pos + 2 <= len(data):
        kind = data[pos]
        if kind == _IMAGE and _is_image(data, pos):
            return only(stores)
        if kind in {_IMAGE, _TRAILER}:
            return broken(data, pos, stores, "the GIF has no image")
        if kind != _EXTENSION:
            return broken(data, pos, stores, "the GIF has no block")
        end, blocks = _skip(data, pos + 2, budget)
        budget -= blocks
        if budget <= 0:
            raise too_many(limits)
        application = data[pos + 1 : pos + 3] == _APPLICATION
        is_ours = application and data.startswith(IDENTIFIER, pos + 3)
        if end < 0:
            if is_ours:
                raise MalformedError("the file ends inside the manifest store")
            return cut_off(stores, "the GIF ends inside an extension")
        if is_ours:
            stores.append(_carrier(data, pos, end, limits))
        elif data.find(SIGNATURE, pos, min(end, pos + 64)) >= 0:
            raise MalformedError("a manifest store stands in an extension of another type")
        pos = end
    if data[pos : pos + 1] == bytes((_TRAILER,)):
        return broken(data, pos, stores, "the GIF has no image")
    return cut_off(stores, "the GIF ends before its first image")


def _is_image(data: bytes, pos: int) -> bool:
    """Whether what is called an image lies on the screen and could be decoded.

    A colour table of a wrong size lets the walk end at any byte that happens to be a comma.
    """
    if pos + 11 > len(data):
        return False
    left, top, width, height, flags = _DESCRIPTOR.unpack_from(data, pos + 1)
    screen_width, screen_height = _SCREEN.unpack_from(data, 6)
    code = pos + 10 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    return (
        not flags & 0x18
        and 0 < width <= screen_width - left
        and 0 < height <= screen_height - top
        and 2 <= int.from_bytes(data[code : code + 1]) <= 8
    )


def _skip(data: bytes, pos: int, budget: int) -> tuple[int, int]:
    """Offset behind the sub-blocks at ``pos``, -1 when the data ends in them; and how many there are."""
    size = len(data)
    for count in range(budget):
        if pos >= size:
            return -1, count
        length = data[pos]
        pos += 1 + length
        if not length:
            return pos, count + 1
    return -1, budget


def _carrier(data: bytes, pos: int, end: int, limits: Limits) -> Found:
    if data[pos + 11 : pos + 14] != VERSION:
        raise MalformedError("the extension with the manifest store is of an unknown version")
    check_size(end - pos, limits)
    blocks = []
    at = pos + 14
    while data[at]:
        blocks.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    store = b"".join(blocks)
    problems = check_store(store, limits)
    if any(len(block) != _BLOCK for block in blocks[:-1]):
        # One store, many spellings: all but one could carry something between the lines.
        problems += ("the manifest store is not cut into the fewest sub-blocks",)
    return Found(store, ((pos, end - pos),), problems)


def extension(store: bytes) -> bytes:
    """The extension that carries a store, in full sub-blocks."""
    blocks = (store[at : at + _BLOCK] for at in range(0, len(store), _BLOCK))
    body = b"".join(bytes((len(block),)) + block for block in blocks)
    return bytes((_EXTENSION,)) + _APPLICATION + IDENTIFIER + VERSION + body + b"\0"


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The GIF without the extensions of manifest stores, whole, damaged or under another name.

    Raises:
        LimitError: too many blocks.
    """
    spans: list[tuple[int, int]] = []
    if len(data) < _HEADER_BYTES:
        return data
    pos = _behind_header(data)
    budget = limits.container_parts
    while data[pos : pos + 1] == b"!":
        end, blocks = _skip(data, pos + 2, budget)
        budget -= blocks
        if budget <= 0:
            raise too_many(limits)
        if end < 0:
            break
        is_ours = data.startswith(_APPLICATION + IDENTIFIER, pos + 1)
        if is_ours or data.find(SIGNATURE, pos, min(end, pos + 64)) >= 0:
            spans.append((pos, end))
        pos = end
    return cut(data, spans)


def _behind_header(data: bytes) -> int:
    """Offset behind the screen descriptor and the colour table it announces."""
    flags = data[10]
    return _HEADER_BYTES + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
