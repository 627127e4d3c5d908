"""Collecting statuses while a manifest is validated."""

from __future__ import annotations

from typing import Final

from provkit.codes import StatusCode, StatusKind
from provkit.verdict import Status, Statuses

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


class Teller:
    """Tells what was found in manifests: all of it once, and one status of each code whenever it is asked again.

    One manifest can be an ingredient a thousand times; what is wrong in it is not to be repeated as often.
    """

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told: dict[int, tuple[Findings, Statuses]] = {}

    def tell(self, findings: Findings) -> Statuses:
        """The statuses as a result."""
        known = self._told.get(id(findings))
        if known is not None:
            return known[1]
        whole = findings.freeze()
        self._told[id(findings)] = (
            findings,
            Statuses(*map(_first_of_each, (whole.success, whole.informational, whole.failure))),
        )
        return whole


def _first_of_each(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    found: dict[StatusCode, Status] = {}
    for one in statuses:
        found.setdefault(one.code, one)
    return tuple(found.values())
