"""Credentials kept elsewhere, for a crawler that downloads by itself: what may be asked for, what it comes to.

The rules are those of spec/fetching.md, without its sockets: an address has the origin of the page, or
is on a host that the settings list.  Names are resolved by the crawler, which was on that host
already, or was told to trust it; so no page leads it to a machine it would not have asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provkit import fetch_rules
from provkit.carriers import links
from provkit.crawl.codes import ReasonCode as Code
from provkit.crawl.signals.headers import credential_links
from provkit.errors import BlockedError, MalformedError
from provkit.fetch_rules import FetchRules

if TYPE_CHECKING:
    from collections.abc import Collection

    from provkit.crawl.model import Reading
    from provkit.crawl.reading import Headers

ACCEPT: Final = "application/c2pa, application/x-c2pa-manifest-store, */*;q=0.1"


def reference_of(reading: Reading, headers: Headers, url: str) -> str | None:
    """Where the credential of a document is kept that has none in it, as spelled: the response says it
    first, then the document (C2PA 2.4 §15.5.3.1).  None where there is nothing to fetch.
    """
    if not any(note.startswith(f"{Code.CREDENTIAL_REMOTE}:") for note in reading.notes):
        return None
    named = [*credential_links(headers)]
    if reading.verdict is not None and reading.verdict.remote is not None:
        named.append(reading.verdict.remote)
    for reference in named:
        try:
            if not links.points_inside(reference, url):
                return reference
        except MalformedError:
            continue  # says nothing, and another may stand behind it
    return None


def address_of(reference: str, url: str, hosts: Collection[str]) -> str:
    """The address to ask for a store.

    Args:
        reference: as spelled.
        url: of the document.
        hosts: other hosts that may be asked, over HTTPS.

    Raises:
        BlockedError: it may not be asked for.
    """
    try:
        wanted = links.resolve(reference, url)
    except MalformedError as error:
        raise BlockedError(error.message) from None
    page, target = fetch_rules.parse(url), fetch_rules.parse(wanted)
    if target.origin != page.origin and target.host in hosts:
        return FetchRules(same_origin=False).target(wanted).url
    # The crawler is there already, so also where it is no public place.
    rules = FetchRules(schemes=(page.scheme,), ports=(page.port,), allow_private=True)
    return rules.target(wanted, page).url


def without_store(reading: Reading, reference: str, why: str) -> Reading:
    """`reading` with the reason why its credential is not at hand; it stays *unverifiable*."""
    sentence = f"the credential is kept at {reference[:200]}, which was not fetched: {why[:200]}"
    return replace(reading, notes=(Code.CREDENTIAL_REMOTE.says(sentence),))


__all__ = ["ACCEPT", "address_of", "reference_of", "without_store"]
