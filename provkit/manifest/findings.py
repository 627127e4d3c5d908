"""Collecting statuses while a manifest is validated."""

from __future__ import annotations

from typing import Final

from provkit.codes import StatusCode, StatusKind, kind_of
from provkit.verdict import Status, Statuses

# §14.3.5: a manifest is Valid although its signer is on no list.
_TOLERATED: Final = frozenset({StatusCode.SIGNING_CREDENTIAL_UNTRUSTED})


class Findings:
    """A growing list of statuses.  Not thread-safe; lives for one validation."""

    __slots__ = ("_by_kind", "unsupported")

    def __init__(self) -> None:
        self._by_kind: dict[StatusKind, list[Status]] = {kind: [] for kind in StatusKind}
        self.unsupported: list[str] = []
        """What this version cannot judge and the answer hangs on."""

    def add(self, code: StatusCode, url: str | None, explanation: str) -> None:
        """Record one status under its kind."""
        self._by_kind[kind_of(code)].append(Status(code, url, explanation))

    @property
    def sound(self) -> bool:
        """No failure but an unlisted signer."""
        return all(status.code in _TOLERATED for status in self._by_kind[StatusKind.FAILURE])

    def freeze(self) -> Statuses:
        """The statuses as a result."""
        return Statuses(
            tuple(self._by_kind[StatusKind.SUCCESS]),
            tuple(self._by_kind[StatusKind.INFORMATIONAL]),
            tuple(self._by_kind[StatusKind.FAILURE]),
        )
