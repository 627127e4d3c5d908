"""Collecting statuses while a manifest is validated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provkit.codes import StatusCode, StatusKind
from provkit.verdict import Status, Statuses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# §14.3.5: a manifest is Valid although its signer is on no list.
_TOLERATED: Final = StatusCode.SIGNING_CREDENTIAL_UNTRUSTED
# Members of an enumeration are found by name more slowly than names of a module, and this is asked often.
_SUCCESS: Final = StatusKind.SUCCESS
_INFORMATIONAL: Final = StatusKind.INFORMATIONAL


class Findings:
    """A growing list of statuses.  Not thread-safe; lives for one validation."""

    __slots__ = ("failed", "failure", "informational", "sound", "success", "unsupported")

    def __init__(self) -> None:
        self.success: list[Status] = []
        self.informational: list[Status] = []
        self.failure: list[Status] = []
        self.failed: set[StatusCode] = set()
        """Codes in :attr:`failure`: asked for each of a thousand ingredients that share one manifest."""
        self.sound = True
        """No failure but an unlisted signer."""
        self.unsupported: list[str] = []
        """What this version cannot judge and the answer hangs on."""

    def add(self, code: StatusCode, url: str | None, explanation: str) -> None:
        """Record one status under its kind."""
        status = Status(code, url, explanation)
        kind = code.kind
        if kind is _SUCCESS:
            self.success.append(status)
        elif kind is _INFORMATIONAL:
            self.informational.append(status)
        else:
            self.failure.append(status)
            self.failed.add(code)
            self.sound = self.sound and code is _TOLERATED

    def freeze(self) -> Statuses:
        """The statuses as a result."""
        return Statuses(tuple(self.success), tuple(self.informational), tuple(self.failure))


def told(named: Iterable[tuple[int, Statuses]]) -> Iterator[Statuses]:
    """What is told of each ingredient: all of it, or one status of each code where it was told before.

    One manifest can be named a thousand times, and what was found in it is not to be repeated as often.

    Args:
        named: which manifest it is, by any number, and what was found in it.
    """
    known: dict[int, Statuses] = {}
    for which, statuses in named:
        if which not in known:
            known[which] = _first_of_each(statuses)
            yield statuses
        else:
            yield known[which]


def _first_of_each(statuses: Statuses) -> Statuses:
    groups = (statuses.success, statuses.informational, statuses.failure)
    return Statuses(*(tuple({one.code: one for one in reversed(group)}.values())[::-1] for group in groups))
