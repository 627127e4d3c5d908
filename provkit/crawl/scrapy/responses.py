"""Responses: read at 545, decompressed and after redirects and retries, before anything makes text of them.

Reading happens in a thread, because a verification may take a while.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from scrapy.http.request import NO_CALLBACK
from scrapy.utils.asyncio import run_in_thread

from provkit.crawl.adapting import policy_of, record_of, trust_of
from provkit.crawl.reading import Reader
from provkit.crawl.scrapy.items import KEY
from provkit.crawl.scrapy.remote import MARK, Remote
from provkit.crawl.scrapy.robots import HostUsage

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_CUT: Final = frozenset({"dataloss", "download_stopped", "partial"})
"""Flags of responses whose body is not whole."""
_logger = logging.getLogger(__name__)


class ResponseReader:
    """Downloader middleware: ``response.meta["provkit"]`` is what a response says of itself, and its weight."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._stats = crawler.stats
        self._policy = policy_of(settings.get("PROVKIT_POLICY", "balanced"))
        self._reader = Reader(trust=trust_of(settings.getlist("PROVKIT_TRUST")))
        self._remote, self._hosts = Remote(crawler, self._reader), HostUsage(crawler)
        for warning in self._policy.warnings():
            _logger.warning(warning)
        if self._policy.caps.active:
            _logger.info("caps depend on all documents together and are not applied while crawling")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ResponseReader:
        """Called by Scrapy.

        Raises:
            ConfigurationError, FileAccessError, LimitError: a setting cannot be used.
        """
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Read a response; nothing about it changes but its ``meta`` and ``flags``."""
        is_robots = request.callback is NO_CALLBACK and request.meta.get("dont_obey_robotstxt")
        if is_robots or request.meta.get(MARK):
            return response
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        kind = response.headers.get("Content-Type", b"").decode("latin-1").partition(";")[0].strip().lower()
        reading = await run_in_thread(
            self._reader.read,
            response.body,
            headers,
            response.url,
            media_type=kind or None,
            truncated=not _CUT.isdisjoint(response.flags),
        )
        reading = await self._remote.joined(reading, response, headers)
        record = record_of(self._hosts.joined(reading, response.url), self._policy, response.url)
        request.meta[KEY] = record
        response.flags.append(f"provkit:{record['provenance']['class']}")
        if response.status // 100 == 2:  # what other answers hold is no document
            self._count(record)
        return response

    def _count(self, record: dict[str, Any]) -> None:
        found = record["provenance"]
        for what, value in (
            ("class", found["class"]),
            ("assurance", found["assurance"]),
            ("damage", found["damage"]),
            ("action", record["action"]),
            ("stratum", record["stratum"]),
        ):
            if value is not None:
                self._stats.inc_value(f"provkit/{what}/{value}")
