"""Indirect objects read at a place in the file (ISO 32000-2 §7.3.10), a small window at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from provkit.carriers.pdf import syntax
from provkit.carriers.pdf.syntax import Dict, Item, Ref
from provkit.errors import LimitError, MalformedError

if TYPE_CHECKING:
    from provkit.carriers.source import Source

_HEADER: Final = re.compile(
    rb"(\d{1,10})[\0\t\n\f\r ]++(\d{1,5})[\0\t\n\f\r ]++obj(?![^\0\t\n\f\r ()<>\[\]{}/%])"
)
_END: Final = re.compile(rb"endobj(?![^\0\t\n\f\r ()<>\[\]{}/%])|stream(\r\n|\n)")
_AFTER_STREAM: Final = re.compile(
    rb"(?:\r\n|\n|\r)?endstream[\0\t\n\f\r ]++endobj(?![^\0\t\n\f\r ()<>\[\]{}/%])"
)
_FIRST_WINDOW: Final = 4096
LONGEST: Final = 4 * 1024 * 1024
"""Bytes of one object, streams apart: the name tree of fifty thousand attachments."""
LONGEST_ROOT: Final = 256 * 1024
"""Bytes of a catalog or trailer: everything begins with them, and they are a few hundred bytes long."""


class Indirect(NamedTuple):
    """One object of the document."""

    number: int
    generation: int
    data: bytes
    """The buffer it was read from; the places in :attr:`item` count in it."""
    item: Item
    position: int
    """Where it begins, bytes of the file; for an object in an object stream, where that begins."""
    payload: int | None = None
    """First byte of its stream in the file, None if it is none."""
    packed: bool = False
    """It stands in an object stream, so its strings are not encrypted on their own."""

    @property
    def raw(self) -> bytes:
        """The value as it is spelled."""
        return self.data[self.item.start : self.item.end]

    @property
    def dictionary(self) -> Dict:
        """The value, which has to be a dictionary.

        Raises:
            MalformedError: it is something else.
        """
        if not isinstance(self.item.value, Dict):
            raise MalformedError(f"object {self.number} of the PDF is no dictionary")
        return self.item.value


def read_object(source: Source, position: int, longest: int = LONGEST) -> Indirect:
    """Read the object that begins at ``position``; of a stream, its dictionary.

    Raises:
        MalformedError: no object stands there, or a damaged one.
        LimitError: it is longer than ``longest`` bytes, or has too many values.
    """
    size = _FIRST_WINDOW
    data = source.read(position, size)
    header = _HEADER.match(data, syntax.skip_space(data, 0))
    if header is None:
        raise MalformedError(f"no object stands at byte {position} of the PDF, where its tables say")
    while True:
        try:
            return _read(data, position, header)
        except MalformedError:
            if len(data) < size:
                raise
            if size >= longest:
                raise LimitError(
                    f"the object at byte {position} of the PDF is damaged or has more than {longest} bytes"
                ) from None
        size = min(16 * size, longest)
        data = source.read(position, size)


def _read(data: bytes, position: int, header: re.Match[bytes]) -> Indirect:
    item = syntax.parse(data, header.end())
    end = _END.match(data, syntax.skip_space(data, item.end))
    if end is None:
        raise MalformedError(f"the object at byte {position} of the PDF does not end")
    payload = None
    if end[0] != b"endobj":
        if not isinstance(item.value, Dict):
            raise MalformedError(f"the stream at byte {position} of the PDF has no dictionary")
        payload = position + end.end()
    # Thousands of objects are remembered: each keeps its own bytes only.
    return Indirect(int(header[1]), int(header[2]), data[: item.end], item, position, payload)


def read_packed(data: bytes, position: int, longest: int = LONGEST) -> Item:
    """Read the value that begins at ``position`` of an expanded object stream.

    Raises:
        MalformedError, LimitError: as for :func:`read_object`.
    """
    end = min(len(data), position + longest)
    try:
        item = syntax.parse(data, position, end)
    except MalformedError:
        if end == len(data):
            raise
    else:
        if item.end < end or end == len(data):
            return item
    raise LimitError(f"an object of the PDF is damaged or has more than {longest} bytes")


def stream_end(source: Source, position: int) -> int | None:
    """Offset behind a stream whose data end at ``position``: line end, ``endstream``, ``endobj``; else None."""
    match = _AFTER_STREAM.match(source.read(position, 64))
    return None if match is None else position + match.end()


def begun(source: Source, position: int) -> Ref | None:
    """What the object that begins at ``position`` calls itself, None if none begins there."""
    header = _HEADER.match(source.read(position, 64))
    return None if header is None else Ref(int(header[1]), int(header[2]))
