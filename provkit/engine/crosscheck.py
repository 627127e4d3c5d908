"""Two engines on one container: our own steps held against the verdict that the reference engine leads to.

Images, audio and video are verified by the reference engine and the strict pass.  Where a data hash or
a general box hash binds their content, our own engine can take all steps by itself.  Both should come to one state and to
the same failures; where they do not, somebody reads the standard differently, or is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.carriers import containers
from provkit.carriers.boxed import Boxed
from provkit.carriers.source import Memory, feed
from provkit.codes import StatusCode
from provkit.engine.left_out import are_carrier, joined
from provkit.errors import MalformedError, UnsupportedError
from provkit.manifest import assertions as kinds
from provkit.manifest import box_hash, validator
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.validation import CredentialJudge
    from provkit.verdict import State, Statuses, Verdict

_COMPARED: Final = frozenset({kinds.LABEL_DATA_HASH, box_hash.LABEL})
"""The hard bindings that our own engine takes.  The hashes of BMFF and of collections it leaves alone."""


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """What our own engine says about a container that another engine judged too."""

    state: State
    statuses: Statuses
    other_state: State
    only_here: tuple[StatusCode, ...]
    """Failures that our own engine alone reports, sorted."""
    only_there: tuple[StatusCode, ...]
    """Failures that the verdict it is held against alone has, sorted."""

    @property
    def agrees(self) -> bool:
        """One state, and the same failures."""
        return self.state is self.other_state and not self.only_here and not self.only_there


def remarks(found: CrossCheck) -> tuple[str, ...]:
    """Where two engines differ, one line each; one line where they do not."""
    if found.agrees:
        return (f"our own engine says {found.state} too, and finds the same failures",)
    lines = []
    if found.state is not found.other_state:
        lines.append(f"our own engine says {found.state}, not {found.other_state}")
    for code in found.only_here:
        why = next(status.explanation for status in found.statuses.failure if status.code is code)
        lines.append(f"only our own engine finds {code}: {why}")
    lines += [f"our own engine does not find {code}" for code in found.only_there]
    return tuple(lines)


class _Binding:
    """A container without the ranges its store takes."""

    exclusion_code = StatusCode.ASSERTION_DATA_HASH_MISMATCH
    warnings: tuple[str, ...] = ()

    def __init__(self, data: bytes, ranges: tuple[tuple[int, int], ...]) -> None:
        self._source, self._ranges = Memory(data), joined(ranges)
        self._left_out = self._ranges

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where the store stands, if that is one piece."""
        return self._ranges if len(self._ranges) == 1 else ()

    def exclusion_problem(self, exclusions: tuple[tuple[int, int], ...]) -> str | None:
        """The carrier, or whole pieces of it (STRICT-IMG-7); the others :meth:`feed` passes on."""
        if are_carrier(exclusions, self._ranges):
            self._left_out = joined(exclusions)
            return None
        return "the bytes left out of the hash are not those of the manifest store in this asset"

    def feed(self, update: Callable[[bytes], None]) -> str | None:
        """Pass on all other bytes."""
        position = 0
        for start, length in self._left_out:
            feed(self._source, position, start, update)
            position = start + length
        feed(self._source, position, self._source.size, update)
        return None


def cross_check(
    data: bytes, verdict: Verdict, judge: CredentialJudge, at: datetime, limits: Limits
) -> CrossCheck | None:
    """Hold our own steps against a verdict about a container.

    Args:
        data: the asset, whole.
        verdict: what was found with the reference engine; its signer was judged by `judge` at `at`.
        judge: judges signers and time stamps.
        at: moment to judge at, aware.
        limits: bounds on what is read.

    Returns:
        None if there is nothing to compare: no store, or one without a data or a box hash.

    Raises:
        UnsupportedError: our own engine cannot judge this credential.
        LimitError: a bound was reached before an answer.
    """
    found = containers.locate(data, verdict.media_type, limits)
    if found is None:
        return None
    try:
        store = stores.read(found.store, limits)
    except MalformedError:
        return None  # the strict pass has said so
    if not any(
        assertion.base_label in _COMPARED for manifest in store.manifests for assertion in manifest.assertions
    ):
        return None
    binding = _Binding(data, found.ranges)
    boxed = Boxed.around(data, verdict.media_type, found, limits)
    run = validator.validate(store, binding, judge, at, limits, binding.places, boxed)
    if run.findings.unsupported and run.findings.sound:
        raise UnsupportedError(f"unsupported: {', '.join(dict.fromkeys(run.findings.unsupported))}")
    statuses = run.findings.freeze()
    here = {status.code for status in statuses.failure}
    there = {status.code for status in verdict.statuses.failure}
    return CrossCheck(
        run.state, statuses, verdict.state, tuple(sorted(here - there)), tuple(sorted(there - here))
    )
