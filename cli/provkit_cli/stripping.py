"""Taking the credential off one file of many, in this process or in a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit.carriers.source import Memory
from provkit.errors import ProvkitError
from provkit.limits import DEFAULT_LIMITS
from provkit.report.document import Failure
from provkit_cli import inputs, pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit_cli.targets import Target


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    target: Target
    bare: bool = False
    """There was no credential in it."""
    taken: int = 0
    """Bytes that were taken off."""
    error: Failure | None = None


def strip_all(targets: Sequence[Target], password: str | None, workers: int) -> Iterator[Outcome]:
    """An outcome for each target, in order.

    Args:
        targets: what to strip, and where it goes.
        password: of encrypted PDFs.
        workers: how many processes.
    """
    if workers <= 1 or len(targets) <= 1:
        for target in targets:
            yield _strip(target, password)
        return
    yield from pool.in_processes(
        targets,
        _strip_in_worker,
        lambda target: Outcome(target, error=pool.DIED),
        (_remember, password),
        workers,
    )


def _strip(target: Target, password: str | None) -> Outcome:
    from provkit.verification import strip

    try:
        data = inputs.load(target.source, DEFAULT_LIMITS)
        rest = strip(data, password=password)
        if rest != data or target.path != target.source.path:
            target.write(Memory(rest))
    except ProvkitError as error:
        return Outcome(target, error=Failure.of(error))
    return Outcome(target, rest == data, len(data) - len(rest))


_passwords: list[str | None] = []
"""What this worker process opens encrypted files with."""


def _remember(password: str | None) -> None:
    _passwords[:] = [password]


def _strip_in_worker(target: Target) -> Outcome:
    return _strip(target, _passwords[0])
