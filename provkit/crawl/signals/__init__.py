"""What a response says of itself without a signature: declared origin and usage preferences.

Each module reads one place.  All of them are total and bounded, and none sets an origin by a
preference.  See spec/signals.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from provkit import media
from provkit.crawl.signals import detectors as hook
from provkit.crawl.signals import headers as in_headers
from provkit.crawl.signals import html, packets, page, xmp
from provkit.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.crawl.model import Preference, Signal
    from provkit.crawl.probe import Probe
    from provkit.crawl.signals.detectors import Detector
    from provkit.limits import Limits

_PAGES: Final = frozenset({media.HTML, media.XHTML})
_SCHEMA: Final = b"schema.org"
_MARKUP: Final = re.compile(rb"\s*+<")


def read(
    body: bytes,
    headers: Sequence[tuple[str, str]],
    media_type: str | None,
    probe: Probe,
    *,
    signed: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    detectors: Sequence[Detector] = (),
) -> tuple[tuple[Signal, ...], tuple[Preference, ...], tuple[str, ...]]:
    """Everything a response declares.

    Args:
        body: as received.
        headers: names in any case, and values.
        media_type: as sniffed; None where nothing known stands there.
        probe: of this body and these headers.
        signed: it carries a credential, whole or broken.
        limits: bounds on what is read of containers.
        detectors: of the caller; they see every body.

    Returns:
        Signals, preferences, and the types of schema.org the document has by its own account.  The
        last are read only where something of the origin was found or may be: nothing depends on the
        type of a document whose origin nothing is known of.
    """
    signals = hook.detect(detectors, body, media_type)
    preferences: tuple[Preference, ...] = ()
    categories: tuple[str, ...] = ()
    if headers and (probe.signal or probe.preference):
        signals = (*in_headers.signals(headers), *signals)
        preferences = in_headers.preferences(headers, media_type)
    if probe.container or probe.pdf:
        found = xmp.properties(packets.packet(body, media_type, limits))
        return (*xmp.signals_of(found), *signals), (*preferences, *xmp.preferences_of(found)), categories
    # A walk over a page costs a thousand times what a look for words does.
    wanted = probe.stated or signals or (signed and _SCHEMA in body.lower())
    if wanted and is_page(body, headers, media_type):
        seen = page.read(body)
        signals = (*html.signals_of(seen), *signals)
        preferences = (*preferences, *html.preferences_of(seen))
        categories = html.categories_of(seen)
    return signals, preferences, categories


def is_page(body: bytes, headers: Sequence[tuple[str, str]], media_type: str | None) -> bool:
    """Whether a body is read as a page: the bytes say so, or the server does and they do not object.

    A text about pages is none, whatever tags it quotes.
    """
    if media_type in _PAGES:
        return True
    if media_type not in {media.TEXT, None}:
        return False
    said = next((value for name, value in headers if name.lower() == "content-type"), None)
    if said is not None:
        return said.partition(";")[0].strip().lower() in _PAGES
    return _MARKUP.match(page.decoded(body[:256])) is not None


__all__ = ["is_page", "read"]
