"""Compressed manifests: one box that holds a whole manifest, packed with Brotli (C2PA 2.4 §11.1.3.2, §11.2.4).

The standard library has no Brotli, so the package of that name is loaded when a store holds a
compressed manifest, and at no other time.  Without it nothing is guessed: the reader says what is
missing.  What comes out is bounded before it is made.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

from provkit.errors import LimitError, MalformedError, UnsupportedError
from provkit.manifest import jumbf

if TYPE_CHECKING:
    from provkit.limits import Limits
    from provkit.manifest.jumbf import SuperBox

PACKED: Final = b"brob"
"""Type of the content box (§11.1.3.2)."""
_WINDOW: Final = 1 << 18
"""Bytes taken from the decoder at a time."""
_INNER: Final = frozenset({jumbf.UUID_MANIFEST, jumbf.UUID_UPDATE_MANIFEST})


class DecoderMissingError(UnsupportedError):
    """The package that undoes Brotli is not installed."""


class Unpacker:
    """Undoes the compressed manifests of one store; what all of them hold counts together."""

    __slots__ = ("_limits", "_most", "_room")

    def __init__(self, store: SuperBox, limits: Limits) -> None:
        """Prepare.

        Args:
            store: the store, whose own bytes count too.
            limits: ``store_bytes`` and ``jumbf_boxes`` bound the store and all that is packed in it;
                ``unpacked_bytes`` bounds what few bytes may become.
        """
        self._limits = replace(limits, jumbf_boxes=limits.jumbf_boxes - _count(store))
        size = len(store.raw)
        self._room = self._most = min(limits.store_bytes - size, 2 * size + limits.unpacked_bytes)

    def unpack(self, box: SuperBox) -> SuperBox:
        """The manifest that a compressed one holds (§15.5.4).

        Raises:
            MalformedError: it holds something else (``manifest.compressed.invalid``).
            DecoderMissingError: there is no decoder.
            LimitError: it holds more than the limits allow.
        """
        if box.superboxes or len(box.contents) != 1 or box.contents[0].type != PACKED:
            raise MalformedError("the compressed manifest does not hold one brob box")
        data = self._inflate(box.contents[0].payload)
        inner = jumbf.parse(data, self._limits)
        self._limits = replace(self._limits, jumbf_boxes=self._limits.jumbf_boxes - _count(inner))
        if inner.uuid not in _INNER:
            raise MalformedError("what is compressed is no standard or update manifest")
        # §11.2.4: both have the same label, so that it does not matter which of them a URI means.
        if inner.label != box.label:
            raise MalformedError("the compressed manifest and the one in it have different labels")
        return inner

    def _inflate(self, packed: bytes) -> bytes:
        try:
            brotli = import_module("brotli")
        except ImportError as error:
            raise DecoderMissingError(
                "a compressed manifest, and the package brotli is not installed",
                hint="install it: pip install brotli (it comes with the extra 'crawl' of provkit)",
            ) from error
        engine = brotli.Decompressor()
        parts: list[bytes] = []
        try:
            part: bytes = engine.process(packed, output_buffer_limit=_WINDOW)
            while part or not engine.can_accept_more_data():
                parts.append(part)
                self._room -= len(part)
                if self._room < 0:
                    raise LimitError(
                        f"what is compressed in the manifest store has more than {self._most} bytes"
                    )
                part = engine.process(b"", output_buffer_limit=_WINDOW)
        except brotli.error as error:
            raise MalformedError("the compressed manifest cannot be unpacked") from error
        if not engine.is_finished():
            raise MalformedError("the compressed manifest is cut off")
        return b"".join(parts)


def _count(box: SuperBox) -> int:
    """Boxes in a tree; its depth was bounded when it was read."""
    return 1 + len(box.contents) + sum(map(_count, box.superboxes))
