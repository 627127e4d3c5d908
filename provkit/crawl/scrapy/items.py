"""Items: each carries what is known of the response that it was made from, and the policy drops some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem
from scrapy.spidermiddlewares.base import BaseSpiderMiddleware

from provkit.errors import ConfigurationError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

KEY: Final = "provkit"
"""Where the record of a response is in its ``meta``, and in items unless PROVKIT_FIELD says otherwise."""


class ItemLabels(BaseSpiderMiddleware):
    """Spider middleware: every item carries the record of the response that it was made from."""

    def get_processed_item(self, item: Any, response: Response | None) -> Any:
        """Called by Scrapy.

        Raises:
            ConfigurationError: items of this type have no field for it.
        """
        if response is None or KEY not in response.meta:
            return item
        field = self.crawler.settings.get("PROVKIT_FIELD", KEY)
        try:
            ItemAdapter(item)[field] = dict(response.meta[KEY])
        except (AttributeError, KeyError, TypeError):
            raise ConfigurationError(
                f"{type(item).__name__} has no field {field!r} for what is known of its origin",
                hint="add the field, or name one that it has with PROVKIT_FIELD",
            ) from None
        return item


class ItemPolicy:
    """Item pipeline: drops what the policy excludes, and says why."""

    def __init__(self, crawler: Crawler) -> None:
        self._field = crawler.settings.get("PROVKIT_FIELD", KEY)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ItemPolicy:
        """Called by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """Called by Scrapy; items that were made from no response pass.

        Raises:
            DropItem: the policy excludes the response that the item was made from.
        """
        record = ItemAdapter(item).get(self._field) if ItemAdapter.is_item(item) else None
        if isinstance(record, dict) and record.get("action") == "exclude":
            # Scrapy logs the whole item with the reason, which at its default level fills the log.
            raise DropItem("; ".join(record["reasons"]), log_level="DEBUG")
        return item
