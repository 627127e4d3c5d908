"""The signers of an archive: loaded once in each process, and looked at before anything is written."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit.errors import CredentialError
from provkit.signers import identities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from provkit.signers import Signer
    from provkit.signers.identities import Identity
    from provkit.stamp.rules import Rules

_SOON: Final = timedelta(days=30)


@lru_cache(maxsize=32)
def signer_of(identity: Identity) -> Signer:
    """The signer of an identity, loaded once in each process.

    Raises:
        ConfigurationError, FileAccessError, CredentialError: it cannot sign.
    """
    return identities.load(identity)


def look(rules: Rules, used: Iterable[int], now: datetime) -> Iterator[str]:
    """Load the signers of these rules; what their owners should know, one line each.

    Args:
        rules: of the archive.
        used: numbers of rules, from 0.
        now: aware.

    Raises:
        CredentialError: a certificate that is not valid now, or a key that cannot sign.
        ConfigurationError, FileAccessError: it cannot be loaded.
    """
    for name in sorted({rules.rule[number].identity for number in used}):
        signer = signer_of(rules.identity[name])
        if signer.not_after <= now or signer.not_before > now:
            begins = signer.not_before > now
            said = (
                f"begins on {signer.not_before:%Y-%m-%d}"
                if begins
                else f"ended on {signer.not_after:%Y-%m-%d}"
            )
            raise CredentialError(
                f"the certificate of the identity {name!r} {said}; nothing was written",
                hint="see: provkit keys check CHAIN",
            )
        if signer.not_after - now < _SOON:
            yield (
                f"the certificate of the identity {name!r} ends on {signer.not_after:%Y-%m-%d}, in "
                f"{(signer.not_after - now).days} days: get a new one now"
            )
        yield from signer.warnings
        if signer.credential.facts.development:
            yield f"the identity {name!r} is one for development: no public trust list knows it"
