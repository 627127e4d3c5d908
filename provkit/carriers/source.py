"""Where the bytes of an asset come from: memory, or a file read in windows.

Text is held in memory; a PDF of half a gigabyte is not.  What works on both takes a
:class:`Source` and asks for the ranges it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WINDOW: Final = 4 * 1024 * 1024
"""Bytes asked for at once when a whole range is passed on."""


class Source(Protocol):
    """An asset of known size, readable anywhere; it does not change while it is read."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        ...

    def read(self, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start``; fewer only at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Memory:
    """An asset held in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.data)

    def read(self, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start``."""
        return self.data[start : start + length]


@dataclass(frozen=True, slots=True)
class Joined:
    """An asset with something appended to it."""

    first: Source
    rest: bytes

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self.first.size + len(self.rest)

    def read(self, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start``; fewer only at the end."""
        size = self.first.size
        head = self.first.read(start, min(length, size - start)) if start < size else b""
        begin = max(start - size, 0)
        return head + self.rest[begin : begin + length - len(head)]


def windows(source: Source, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from ``start`` to ``stop``, a window at a time."""
    while start < stop:
        window = source.read(start, min(WINDOW, stop - start))
        if not window:
            return
        yield window
        start += len(window)


def feed(source: Source, start: int, stop: int, update: Callable[[bytes], None]) -> None:
    """Pass the bytes from ``start`` to ``stop`` on, a window at a time."""
    for window in windows(source, start, stop):
        update(window)
