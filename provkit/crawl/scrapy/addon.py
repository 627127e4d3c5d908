"""The add-on: one line of settings puts every part in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.crawl.scrapy.items import ItemLabels, ItemPolicy
from provkit.crawl.scrapy.responses import ResponseReader

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


class Addon:
    """Puts the parts where they belong; whatever the settings of the project already say stays."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Called by Scrapy once for each crawler."""
        if not settings.getbool("PROVKIT_ENABLED", default=True):
            return
        settings.setdefault_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", ResponseReader, 545)
        settings.setdefault_in_component_priority_dict("SPIDER_MIDDLEWARES", ItemLabels, 150)
        settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", ItemPolicy, 250)
        settings.set("ROBOTSTXT_PARSER", "provkit.crawl.scrapy.UsageRobotParser", "addon")
