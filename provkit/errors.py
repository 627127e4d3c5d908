"""One error tree.

Every failure a caller can meet is a :class:`ProvkitError`.  ``kind`` is the stable
word that reports and exit codes are built on; ``hint`` says what to do next.  An
asset whose credential is broken is *not* an error: it is a verdict with state
``invalid``.  An error means that no verdict could be reached.
"""

from __future__ import annotations

from typing import ClassVar


class ProvkitError(Exception):
    """Root of everything provkit raises on purpose.

    Args:
        message: what happened, lower case, without a trailing period.
        hint: what the person in front of the screen can do about it.
    """

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process boundaries (``verify -j``): keep the hint.
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(cls: type[ProvkitError], message: str, hint: str | None) -> ProvkitError:
    return cls(message, hint=hint)


class MalformedError(ProvkitError):
    """Bytes that are not what they have to be, so nothing can be said about them."""

    kind = "malformed"


class LimitError(ProvkitError):
    """A bound of :class:`provkit.Limits` was reached before an answer was."""

    kind = "limit"


class UnsupportedError(ProvkitError):
    """Understood, but not something this version can judge or write."""

    kind = "unsupported"


class AlreadySignedError(ProvkitError):
    """The asset carries a credential and signing would drop or double it."""

    kind = "already-signed"


class CredentialError(ProvkitError):
    """A key, certificate or chain that cannot be used for signing."""

    kind = "credential"


class ConfigurationError(ProvkitError):
    """Something the user wrote (trust list, option, declaration) cannot be used."""

    kind = "configuration"


class FileAccessError(ProvkitError):
    """A path that cannot be read or written."""

    kind = "unreadable"


class UnsafePathError(ProvkitError):
    """A name found in or beside an asset that leads out of its folder."""

    kind = "unsafe"


class BlockedError(ProvkitError):
    """Something elsewhere that may not be fetched: a rule of :class:`provkit.FetchRules` says no, or ran out."""

    kind = "blocked"


class FetchError(ProvkitError):
    """Something elsewhere that could not be fetched: no such host, no connection, a broken answer."""

    kind = "unreachable"


class SelfCheckError(ProvkitError):
    """What was written does not verify, so it was not returned."""

    kind = "internal"


class PolicyError(ProvkitError):
    """A verdict does not satisfy the policy it was held against.

    ``reasons`` lists every requirement that failed, one sentence each.
    """

    kind = "policy"

    def __init__(self, message: str, *, hint: str | None = None, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.reasons = reasons

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_policy, (self.message, self.hint, self.reasons))


def _rebuild_policy(message: str, hint: str | None, reasons: tuple[str, ...]) -> PolicyError:
    return PolicyError(message, hint=hint, reasons=reasons)
