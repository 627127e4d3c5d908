"""One judge for whoever signed: the claim, an identity assertion, a time stamp, an OCSP response.

It puts together for :mod:`provkit.manifest` what the modules of this package answer one by one.
Parsed chains, ways to anchors, time stamps and what follows from them are cached behind it, so a
signer who was met before costs microseconds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit.manifest.validation import CredentialFinding
from provkit.trust import accounted, revocation
from provkit.trust.chain import judge
from provkit.trust.credential import CACHED_BYTES, load_credential
from provkit.trust.store import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from provkit.codes import StatusCode
    from provkit.limits import Limits
    from provkit.manifest.validation import TimeStampFinding
    from provkit.trust.chain import ChainFinding
    from provkit.trust.credential import Credential
    from provkit.trust.store import TrustStore

_CACHED_FINDINGS: Final = 512


class Judge:
    """Judges signers and time stamps by one trust store.  Immutable, safe between threads.

    It is a :class:`provkit.manifest.validation.CredentialJudge`; what its methods take is said there.
    """

    __slots__ = ("_limits", "_lists")

    def __init__(self, lists: TrustStore, limits: Limits) -> None:
        self._lists, self._limits = lists, limits

    def __call__(self, chain: tuple[bytes, ...], at: datetime, *, stamped: bool = False) -> CredentialFinding:
        return self._find(chain, at, Purpose.CLAIM_SIGNING, stamped=stamped)

    def identity(self, chain: tuple[bytes, ...], at: datetime, *, stamped: bool) -> CredentialFinding:
        return self._find(chain, at, Purpose.IDENTITY, stamped=stamped)

    def _find(
        self, chain: tuple[bytes, ...], at: datetime, purpose: Purpose, *, stamped: bool
    ) -> CredentialFinding:
        credential = load_credential(chain, self._limits)
        found = judge(credential, self._lists, at, purpose=purpose, stamped=stamped)
        read = _finding if credential.size <= CACHED_BYTES else _finding.__wrapped__
        return read(credential, found)

    def unaccounted(self, chain: tuple[bytes, ...]) -> str | None:
        credential = load_credential(chain, self._limits)
        return accounted.unaccounted(credential, self._lists, Purpose.CLAIM_SIGNING)

    def time_stamp(self, token: bytes, stamped: bytes) -> TimeStampFinding:
        from provkit.trust import timestamp

        return timestamp.verify(token, stamped, self._lists, self._limits)

    def revocation(
        self,
        responses: Sequence[bytes],
        chain: tuple[bytes, ...],
        at: datetime,
        *,
        stamped: bool,
        of_identity: bool = False,
    ) -> tuple[tuple[StatusCode, str], ...]:
        if not responses:
            return revocation.NOTHING
        return revocation.verify(
            responses,
            load_credential(chain, self._limits),
            self._lists,
            at,
            stamped=stamped,
            purpose=Purpose.IDENTITY if of_identity else Purpose.CLAIM_SIGNING,
            limits=self._limits,
        )


@lru_cache(maxsize=_CACHED_FINDINGS)
def _finding(credential: Credential, found: ChainFinding) -> CredentialFinding:
    facts = credential.facts
    if found.trusted or found.distrusted:
        facts = credential.signer_facts(
            algorithm=facts.algorithm,
            trust_list=found.list_name,
            distrusted=found.reason if found.distrusted else None,
        )
    return CredentialFinding(
        key=credential.public_key,
        facts=facts,
        problems=tuple(problem.message for problem in credential.profile_problems),
        trusted=found.trusted,
        reason=found.reason,
    )
