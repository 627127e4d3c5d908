"""How many values a store holds, before anybody makes them.

An empty map takes one byte in CBOR and seventy in memory, more in other engines.  So what is large
is gone through once, head by head, and nothing is built of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.limits import Limits
    from provkit.manifest.jumbf import SuperBox

_STRINGS: Final = (2, 3)
_IN_HEAD: Final = 24
"""Up to here a number stands in the head itself; from here on the head says in how many bytes it does."""
_NO_LENGTH: Final = 28


def check(boxes: Iterable[SuperBox], limits: Limits) -> None:
    """Bound the values in all boxes together.

    Raises:
        LimitError: there are more than ``cbor_items``.
    """
    left = limits.cbor_items
    waiting = list(boxes)
    while waiting:
        box = waiting.pop()
        waiting.extend(box.superboxes)
        for content in box.contents:
            if content.type == b"cbor":
                left -= _cbor(content.payload, left)
            elif content.type == b"json":
                left -= sum(map(content.payload.count, (b",", b"[", b"{")))
            if left < 0:
                raise _too_many(limits)


def check_cbor(data: bytes, limits: Limits) -> None:
    """Bound the values in CBOR that stands in a byte string, which :func:`check` counts as one.

    Raises:
        LimitError: there are more than ``cbor_items``.
    """
    if len(data) > limits.cbor_items and _cbor(data, limits.cbor_items) > limits.cbor_items:
        raise _too_many(limits)


def _too_many(limits: Limits) -> LimitError:
    return LimitError(f"the manifest store holds more than {limits.cbor_items} values")


def _cbor(data: bytes, most: int) -> int:
    """Items of CBOR, counted up to one more than `most`.  What is wrong with it the decoder says."""
    at, found, end = 0, 0, len(data)
    while at < end and found <= most:
        head = data[at]
        number = head & 31
        at += 1
        found += 1
        if number >= _IN_HEAD:
            size = 1 << (number - _IN_HEAD) if number < _NO_LENGTH else 0
            number = int.from_bytes(data[at : at + size], "big")
            at += size
        if head >> 5 in _STRINGS:
            at += number
    return found
