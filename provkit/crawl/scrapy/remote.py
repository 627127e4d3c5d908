"""Credentials kept elsewhere, asked for through Scrapy's downloader like anything else.

So robots.txt, delays, concurrency, retries, proxies and caches hold for them.  What may be asked for
is decided in :mod:`provkit.crawl.scrapy.stores`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrapy import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.asyncio import run_in_thread

from provkit.crawl.scrapy import stores
from provkit.errors import BlockedError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from provkit.crawl.model import Reading
    from provkit.crawl.reading import Headers, Reader

MARK: Final = "provkit_store"
"""In the ``meta`` of a request for a store, whose answer is no document."""
_OK: Final = 200


class Remote:
    """Fetches what documents name, within the settings."""

    def __init__(self, crawler: Crawler, reader: Reader) -> None:
        settings = crawler.settings
        self._crawler, self._reader = crawler, reader
        self._wanted = settings.getbool("PROVKIT_REMOTE", default=True)
        self._hosts = frozenset(host.lower() for host in settings.getlist("PROVKIT_REMOTE_HOSTS"))
        most, own = reader.limits.store_bytes, settings.getint("DOWNLOAD_MAXSIZE")
        self._store_bytes = min(most, own) if own else most

    async def joined(self, reading: Reading, response: Response, headers: Headers) -> Reading:
        """`reading` by the credential that its document names; with the reason where it is not at hand."""
        reference = stores.reference_of(reading, headers, response.url) if self._wanted else None
        if reference is None:
            return reading
        why, store = await self._store(reference, response.url)
        self._crawler.stats.inc_value(f"provkit/remote/{'fetched' if why is None else 'failed'}")
        if why is not None:
            return stores.without_store(reading, reference, why)
        return await run_in_thread(
            self._reader.read,
            response.body,
            headers,
            response.url,
            media_type=reading.media_type,
            manifest=store,
        )

    async def _store(self, reference: str, url: str) -> tuple[str | None, bytes | None]:
        """What is there, or why it is not at hand."""
        try:
            address = stores.address_of(reference, url, self._hosts)
        except BlockedError as error:
            return error.message, None
        meta = {
            MARK: True,
            "allow_offsite": True,  # an address that was just allowed
            "dont_merge_cookies": True,
            "dont_redirect": True,
            "download_maxsize": self._store_bytes,
        }
        request = Request(address, NO_CALLBACK, headers={"Accept": stores.ACCEPT}, meta=meta)
        try:
            answer = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - downloads fail in many ways without a common class
            return f"{type(error).__name__}: {error}", None
        return (None, answer.body) if answer.status == _OK else (f"the server answers {answer.status}", None)
