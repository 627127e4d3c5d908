"""The signers of an archive: loaded once in each process, and looked at before anything is written."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit.errors import CredentialError
from provkit.signers import identities
from provkit.signers.authorities import TimeStampAuthority

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from provkit.signers import Signer
    from provkit.signers.authorities import TimeStamper
    from provkit.signers.identities import Identity
    from provkit.stamp.rules import Rules, Signing
    from provkit.verdict import Verdict

_SOON: Final = timedelta(days=30)
_ALWAYS: Final = "9999-12-31T23:59:59Z"


@lru_cache(maxsize=32)
def signer_of(identity: Identity) -> Signer:
    """The signer of an identity, loaded once in each process.

    Raises:
        ConfigurationError, FileAccessError, CredentialError: it cannot sign.
    """
    return identities.load(identity)


def stamper_of(identity: Signing) -> TimeStamper | None:
    """Who stamps the time of what an identity signs, on the network; None where its rules name nobody."""
    return None if identity.tsa is None else TimeStampAuthority(identity.tsa)


def is_stamped(verdict: Verdict) -> bool:
    """Whether an authority that the lists know vouches for the time of a signature."""
    return verdict.time is not None and verdict.time.basis == "timestamped"


def end_of(signer: Signer, verdict: Verdict) -> str:
    """When what was signed does not hold any more, RFC 3339: with the certificate, or never if :func:`is_stamped`."""
    return _ALWAYS if is_stamped(verdict) else f"{signer.not_after:%Y-%m-%dT%H:%M:%SZ}"


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
