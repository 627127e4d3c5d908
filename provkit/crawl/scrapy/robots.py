"""What hosts say about use in the ``robots.txt`` that Scrapy fetches anyway."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.robotstxt import ProtegoRobotParser

from provkit.crawl.signals import robots

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from provkit.crawl.model import Reading

_logger = logging.getLogger(__name__)


class UsageRobotParser(ProtegoRobotParser):
    """Scrapy's parser, which keeps the lines about use as well."""

    def __init__(self, robotstxt_body: bytes, spider: Any) -> None:
        super().__init__(robotstxt_body, spider)
        # Scrapy hands over whatever the server sent, also the page that says there is no such file.
        is_page = robotstxt_body.lstrip().startswith(b"<")
        self.usage = robots.parse(b"" if is_page else robotstxt_body)


class HostUsage:
    """The lines about use of every host whose ``robots.txt`` was read, for as long as Scrapy keeps its own."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        name = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        self._agent = name.partition("/")[0].strip()
        self._hosts: dict[str, robots.Robots] = {}
        if settings.getbool("ROBOTSTXT_OBEY"):
            crawler.signals.connect(self._parsed, signal=signals.robots_parsed)
        else:
            _logger.warning("without ROBOTSTXT_OBEY no robots.txt is read, and nothing it says about use")

    def _parsed(self, robotparser: Any, request: Request) -> None:
        usage = getattr(robotparser, "usage", None)
        if usage is None:
            _logger.warning("ROBOTSTXT_PARSER is not provkit's: what robots.txt says about use is not read")
        else:
            self._hosts[urlsplit(request.url).netloc] = usage

    def joined(self, reading: Reading, url: str) -> Reading:
        """`reading` with what its host says about the use of its path; the origin stays as it is."""
        parts = urlsplit(url)
        found = self._hosts.get(parts.netloc)
        if found is None:
            return reading
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        said = robots.preferences(found, path, self._agent)
        return replace(reading, preferences=(*reading.preferences, *said))
