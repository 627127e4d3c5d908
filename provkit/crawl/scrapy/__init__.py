"""provkit in a Scrapy project, by one line of its settings: ``ADDONS = {"provkit.crawl.scrapy.Addon": 300}``."""

from __future__ import annotations

from provkit.crawl.scrapy.addon import Addon
from provkit.crawl.scrapy.items import ItemLabels, ItemPolicy
from provkit.crawl.scrapy.responses import ResponseReader
from provkit.crawl.scrapy.robots import UsageRobotParser

__all__ = ["Addon", "ItemLabels", "ItemPolicy", "ResponseReader", "UsageRobotParser"]
