"""What a structured text carries, and the text without it (C2PA 2.4 §A.9.4, §A.9.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.carriers.carried import Carried, Problem, RangeBinding
from provkit.carriers.source import Memory
from provkit.carriers.structured import blocks
from provkit.carriers.structured.spelling import Spelling
from provkit.codes import StatusCode
from provkit.errors import LimitError, MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from provkit.carriers.structured.blocks import Block

_CARRIER: Final = "the lines of the block"


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Carried:
    """What the text carries, whatever its syntax (spec/structured-text.md has the rules).

    Raises:
        LimitError: the text, its candidates or its store are beyond ``limits``.
    """
    _check_size(data, limits)
    block = blocks.find(data, limits)
    if block is None:
        return Carried()
    if isinstance(block, Problem):
        return Carried(problem=block)
    start, length = block.start, block.end - block.start
    if block.problem is not None:
        return Carried(start=start, length=length, problem=block.problem)
    binding = RangeBinding(
        Memory(data),
        _accepted(data, block),
        _CARRIER,
        StatusCode.ASSERTION_DATA_HASH_MISMATCH,
        spelled=Spelling(data, block),
    )
    store = blocks.decoded(block.reference)
    if store is None:
        reference = block.reference.decode("ascii")
        return Carried(start=start, length=length, binding=binding, reference=reference)
    return Carried(stores=(store,), start=start, length=length, binding=binding)


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The text without its block; what :func:`~provkit.carriers.structured.place` added goes, nothing else.

    Raises:
        MalformedError: something that is or was a block cannot be told from the text around it.
        LimitError: as :func:`read`.
    """
    _check_size(data, limits)
    block = blocks.find(data, limits)
    if block is None:
        return data
    problem = block if isinstance(block, Problem) else block.problem
    if isinstance(block, Problem) or not block.whole_lines or data.count(blocks.BEGIN) > 1:
        why = "" if problem is None else f": {problem.explanation}"
        raise MalformedError(
            f"the block cannot be taken out safely{why}", hint="take it out with an editor, then look again"
        )
    start, end = block.start, block.end
    if end == len(data):
        start -= _line_end_before(data, start)
    return data[:start] + data[end + _line_end_at(data, end) :]


def _check_size(data: bytes, limits: Limits) -> None:
    if len(data) > limits.text_bytes:
        raise LimitError(f"the text has {len(data)} bytes; the limit is {limits.text_bytes}")


def _accepted(data: bytes, block: Block) -> tuple[tuple[int, int], ...]:
    """Every range that writers leave out for a block here: its lines, and line ends beside them.

    With or without the line end behind it (§A.9.4, a block at the start, has it in); from the line
    feed, or from the carriage return and line feed, before it (a block at the end of the file).
    """
    start, end = block.start, block.end
    behind = end + _line_end_at(data, end)
    stops = dict.fromkeys((behind, end))
    starts = [start]
    before = _line_end_before(data, start)
    if behind == len(data) and before:
        # Never from the block itself: then its line end could be moved from before it to behind it.
        starts = sorted({start - 1, start - before}, reverse=True)
    return tuple((first, stop - first) for first in starts for stop in stops)


def _line_end_at(data: bytes, at: int) -> int:
    if data.startswith(b"\r\n", at):
        return 2
    return 1 if data.startswith(b"\n", at) else 0


def _line_end_before(data: bytes, at: int) -> int:
    if data.endswith(b"\r\n", 0, at):
        return 2
    return 1 if data.endswith(b"\n", 0, at) else 0
