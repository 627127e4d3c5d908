"""Credentials that are elsewhere: fetched by a :class:`provkit.Fetcher` that the caller passes.

Looked for in the order of C2PA 2.4 §15.5.3.1: in the asset, in the ``Link`` header of the
response, then where the asset says.  At most one store is fetched for one asset.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provkit.carriers import links, sidecar
from provkit.errors import FetchError, MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.verdict import State, Verdict
from provkit.verification import verify

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.carriers.source import Source
    from provkit.fetch import Fetched, Fetcher
    from provkit.trust.store import TrustStore

_OK: Final = 200
_STORE_TYPES: Final = (sidecar.MEDIA_TYPE, "application/x-c2pa-manifest-store")


def verify_url(
    url: str,
    fetcher: Fetcher,
    *,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Verdict:
    """Fetch an asset and verify it by the credential in it, else by the one its server or it names.

    Raises:
        BlockedError: a rule of the fetcher forbids it.
        FetchError: it could not be fetched; that is no finding about the asset.
        MalformedError, UnsupportedError, LimitError, ConfigurationError: as :func:`provkit.verify`.
    """
    answer = _good(fetcher.get(url))
    verdict = verify(answer.body, trust=trust, at=at, limits=limits)
    if verdict.state is not State.UNSIGNED:
        return verdict
    named = linked(answer)
    if named is not None:
        verdict = replace(verdict, remote=named)
    return follow(answer.body, verdict, fetcher, base=answer.url, trust=trust, at=at, limits=limits)


def linked(answer: Fetched) -> str | None:
    """Where the ``Link`` header of a response says the credential is (§15.5.2.1).

    A link into the asset itself says no more than that there is a credential in it.
    """
    for value in answer.headers.get_all("link"):
        try:
            targets = links.parse_link_header(value)
            found = [target for target in targets if not links.points_inside(target, answer.url)]
        except MalformedError:
            continue  # a header that says nothing is no finding about the asset
        if found:
            return found[0]
    return None


def follow(
    data: bytes | Source,
    verdict: Verdict,
    fetcher: Fetcher,
    *,
    base: str | None = None,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Verdict:
    """Fetch the store that an unsigned asset names, and verify the asset by it.

    Args:
        data: the asset.
        verdict: on the asset by itself.
        fetcher: fetches, within its rules.
        base: URL of the asset, if it has one; a relative reference needs it.
        trust: as for :func:`provkit.verify`.
        at: the same.
        limits: the same.

    Returns:
        `verdict` itself when the asset has a credential or names none.

    Raises:
        BlockedError, FetchError: as :func:`verify_url`.
        MalformedError: what was fetched is no manifest store.
    """
    if verdict.state is not State.UNSIGNED or verdict.remote is None:
        return verdict
    answer = _good(fetcher.get(verdict.remote, base=base, accept=_STORE_TYPES, body_bytes=limits.store_bytes))
    found = verify(data, trust=trust, at=at, limits=limits, manifest=answer.body)
    said = f"remote-manifest: the credential was fetched from {answer.url[:200]}"
    return replace(found, remote=verdict.remote, warnings=(said, *found.warnings))


def _good(answer: Fetched) -> Fetched:
    if answer.status != _OK:
        raise FetchError(f"the server answers {answer.status}: {answer.url[:200]}")
    return answer
