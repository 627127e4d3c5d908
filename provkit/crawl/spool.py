"""What the first pass of a run leaves for the second: readings and texts, one file for each input.

A frame is a length and that many bytes, all of it compressed.  Readings are pickled, and taken back
by an unpickler that makes nothing but the classes a reading consists of: a file that somebody put
into the folder cannot run anything.
"""

from __future__ import annotations

import io
import pickle
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from provkit.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provkit.crawl.model import Reading

_WINDOW: Final = 1 << 18
_FRAME: Final = 1 << 30
_MODULES: Final = frozenset(
    {
        "provkit.crawl.model",
        "provkit.verdict",
        "provkit.codes",
        "provkit.statements.model",
        "provkit.statements.codes",
    }
)
_DATES: Final = frozenset({"datetime", "timezone", "timedelta"})


@dataclass(frozen=True, slots=True)
class Item:
    """One document after the first pass, without its text."""

    id: str
    url: str
    key: int
    """See :func:`provkit.crawl.caps.key_of`."""
    bytes: int
    tokens: int
    reading: Reading


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Only classes that readings are made of."""
        if (module in _MODULES and "." not in name) or (module == "datetime" and name in _DATES):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a reading")


def written(items: Iterable[tuple[Item, str]]) -> Iterator[bytes]:
    """The bytes of a spool, piece by piece."""
    engine = zlib.compressobj(1)
    for item, text in items:
        facts = (item.id, item.url, item.key, item.bytes, item.tokens, item.reading)
        for part in (pickle.dumps(facts, protocol=5), text.encode("utf-8", "replace")):
            if piece := engine.compress(len(part).to_bytes(4, "big") + part):
                yield piece
    yield engine.flush()


def read(path: str) -> Iterator[tuple[Item, bytes]]:
    """Every document of a spool and its text in UTF-8, in order.

    Raises:
        MalformedError: it was not written by :func:`written`.
    """
    with open(path, "rb") as file:  # noqa: PTH123
        stream = _Inflated(file)
        while (facts := stream.frame()) is not None:
            text = stream.frame()
            if text is None:
                raise MalformedError("a work file of an earlier run ends too early")
            try:
                name, url, key, size, tokens, reading = _Unpickler(io.BytesIO(facts)).load()
            except Exception as error:  # a pickle can fail in any way
                raise MalformedError(f"a work file of an earlier run is damaged: {error}"[:200]) from error
            yield Item(name, url, key, size, tokens, reading), text


class _Inflated:
    def __init__(self, file: BinaryIO) -> None:
        self._file, self._engine, self._held = file, zlib.decompressobj(), bytearray()

    def frame(self) -> bytes | None:
        """The next frame; None at the end."""
        head = self._take(4)
        if not head:
            return None
        length = int.from_bytes(head, "big")
        part = self._take(length) if len(head) == 4 and length <= _FRAME else b""
        if len(head) < 4 or len(part) < length:
            raise MalformedError("a work file of an earlier run ends too early")
        return part

    def _take(self, length: int) -> bytes:
        while len(self._held) < length:
            data = self._engine.unconsumed_tail or self._file.read(_WINDOW)
            if not data:
                break
            try:
                self._held += self._engine.decompress(data, max(_WINDOW, length))
            except zlib.error as error:
                raise MalformedError(f"a work file of an earlier run is damaged: {error}") from error
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken


__all__ = ["Item", "read", "written"]
