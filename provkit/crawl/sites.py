"""What a host says about the use of everything on it, joined to the readings of its documents."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from provkit.crawl.signals import robots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provkit.crawl.model import Preference, Reading
    from provkit.crawl.signals.robots import Robots


def under_site(reading: Reading, words: Mapping[str, bytes], url: str) -> Reading:
    """`reading` with what its host says about the use of its path; the origin stays as it is.

    Args:
        reading: of the document.
        words: files of the host by kind: ``robots``, ``tdmrep``.
        url: of the document.
    """
    if not words:
        return reading
    try:
        parts = urlsplit(url)
    except ValueError:
        return reading
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    said: tuple[Preference, ...] = ()
    if "robots" in words:
        said = robots.preferences(_parsed(words["robots"]), path)
    # TDMRep §5: the file counts where neither header nor page says anything.
    if "tdmrep" in words and not any("tdm" in entry.source for entry in reading.preferences):
        said += robots.tdmrep(words["tdmrep"], path)
    return replace(reading, preferences=(*reading.preferences, *said)) if said else reading


@lru_cache(maxsize=256)
def _parsed(body: bytes) -> Robots:
    return robots.parse(body)


__all__ = ["under_site"]
