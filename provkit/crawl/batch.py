"""Batches that each hold a cap, out of a stream of documents (POLICY-15).

A mix drawn by probability holds a cap on average only; a batch out of such a mix need not.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from provkit.crawl.caps import exact
from provkit.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from fractions import Fraction

T = TypeVar("T")


@dataclass(slots=True)
class Withheld:
    """What no batch had room for.  Said, never slipped in."""

    documents: int = 0
    amount: int = 0
    """In the unit of the cap."""


class BatchCap(Generic[T]):
    """Puts a stream into batches, none of which has more than a share of capped documents.

    The same stream gives the same batches.  Documents that are not capped keep their order and are all
    in some batch; capped ones keep theirs, wait until there is room, and are counted in
    :attr:`withheld` when there never is.  Holds at most `size` documents that are not capped and `hold`
    that are.  For one pass in one thread.

    Args:
        documents: the stream.
        size: documents in a batch.
        share: largest share of capped documents in one batch, 0 to 1.
        capped: whether a document is of a capped class.
        amount: what is counted, a whole number of at least 0 for each document; 1 when left out.
        hold: capped documents that may wait; eight batches when left out.
        drop_last: leave out the last, smaller batches.

    Raises:
        ConfigurationError: a size below 1, or a share outside 0 to 1.
    """

    def __init__(
        self,
        documents: Iterable[T],
        *,
        size: int,
        share: float,
        capped: Callable[[T], bool],
        amount: Callable[[T], int] | None = None,
        hold: int | None = None,
        drop_last: bool = False,
    ) -> None:
        if size < 1:
            raise ConfigurationError("a batch has at least one document")
        if not 0 <= share <= 1:
            raise ConfigurationError(f"a share is between 0 and 1, not {share}")
        self._documents, self._size, self._share = documents, size, exact(share)
        self._capped, self._amount = capped, amount or _one
        self._hold = 8 * size if hold is None else hold
        self._drop_last = drop_last
        self.withheld = Withheld()
        """What no batch had room for; final when the stream has ended."""

    def __iter__(self) -> Iterator[list[T]]:
        free: deque[tuple[T, int]] = deque()
        waiting: deque[tuple[T, int]] = deque()
        for document in self._documents:
            entry = (document, self._amount(document))
            if not self._capped(document):
                free.append(entry)
            elif len(waiting) < self._hold:
                waiting.append(entry)
            else:
                self._withhold(entry)
                continue
            while len(free) + len(waiting) >= self._size:
                batch = self._batch(free, waiting, self._size)
                if batch is None:
                    break
                yield batch
        while free and not self._drop_last:
            # What is left fills no whole batch under the cap: smaller ones, until nothing is left to go along.
            size = min(self._size, len(free) + len(waiting))
            batch = self._batch(free, waiting, size)
            while batch is None:
                size -= 1
                batch = self._batch(free, waiting, size)
            yield batch
        if self._share == 1:
            while waiting and not self._drop_last:
                yield [waiting.popleft()[0] for _ in range(min(self._size, len(waiting)))]
        for entry in waiting:
            self._withhold(entry)

    def _withhold(self, entry: tuple[T, int]) -> None:
        self.withheld.documents += 1
        self.withheld.amount += entry[1]

    def _batch(self, free: deque[tuple[T, int]], waiting: deque[tuple[T, int]], size: int) -> list[T] | None:
        """The batch with as many capped documents as may be, taken out of the queues; None if none is full."""
        count = self._room(free, waiting, size)
        if count is None:
            return None
        others = [free.popleft()[0] for _ in range(size - count)]
        some = [waiting.popleft()[0] for _ in range(count)]
        return _spread(others, some)

    def _room(self, free: deque[tuple[T, int]], waiting: deque[tuple[T, int]], size: int) -> int | None:
        """How many capped documents the next batch takes; None if it cannot be filled under the cap."""
        fewest = max(0, size - len(free))
        if fewest > len(waiting):
            return None
        beside = sum(entry[1] for _, entry in zip(range(size - fewest), free, strict=False))
        inside = sum(entry[1] for _, entry in zip(range(fewest), waiting, strict=False))
        if not _holds(self._share, inside, beside):
            return None
        count = fewest
        while count < min(size, len(waiting)):
            beside -= free[size - count - 1][1]
            inside += waiting[count][1]
            if not _holds(self._share, inside, beside):
                break
            count += 1
        return count


def _one(_document: object) -> int:
    return 1


def _holds(share: Fraction, inside: int, beside: int) -> bool:
    return inside * share.denominator <= share.numerator * (inside + beside)


def _spread(others: list[T], some: list[T]) -> list[T]:
    """Capped documents evenly among the others, each in its order."""
    batch: list[T] = []
    total = len(others) + len(some)
    taken = 0
    for position in range(total):
        if taken < len(some) and (position + 1) * len(some) // total > taken:
            batch.append(some[taken])
            taken += 1
        else:
            batch.append(others[position - taken])
    return batch
