"""A second opinion on how many carriers there are in a page.

libxml2 reads HTML by code of its own, and is what many programs read it with.  Where it counts
other elements than we do, somebody else may see another credential.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from provkit.carriers.html.elements import is_relation, is_type
from provkit.errors import LimitError

_XHTML: Final = "http://www.w3.org/1999/xhtml"
_XHTML_MARK: Final = _XHTML.encode()
_MARK_WITHIN: Final = 4096
_HEAD: Final = ["html", "head"]
_PLAIN_DEPTH: Final = 512
"""Browsers nest no deeper."""
_WINDOW: Final = 64 * 1024
_STEPS: Final = 400_000_000
"""A tag that libxml2 compares with each open element takes it that many steps: about five seconds."""
_COMPARED: Final = re.compile(rb"</|<(?=body)", re.IGNORECASE)
"""Those are end tags that close nothing, and further tags of the body."""


class _Counter:
    """Receives tags as they are parsed, so that no tree is built."""

    __slots__ = ("compared", "count", "depth", "page")

    def __init__(self, data: bytes) -> None:
        self.count = 0
        self.depth = 0
        self.page = data
        self.compared = -1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _PLAIN_DEPTH:
            self._check_depth()
        if tag == "script":
            self.count += is_type(attributes.get("type"))
        elif tag == "link":
            self.count += is_relation(attributes.get("rel"))

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def close(self) -> int:
        return self.count

    def _check_depth(self) -> None:
        if self.compared < 0:
            self.compared = sum(1 for _ in _COMPARED.finditer(self.page))
        if self.depth * self.compared > _STEPS:
            raise LimitError(
                f"the page has elements {self.depth} deep, and too many end tags for that",
                hint="a page made by a program or a hand nests a few dozen elements",
            )


def count(data: bytes) -> int:
    """Carriers in the page as libxml2 reads it, wherever they stand; templates count as well.

    Raises:
        LimitError: elements so deep, and so many end tags, that libxml2 would take too long.
    """
    if not data:
        return 0
    # Latin-1 keeps bytes apart whatever the page declares; `huge_tree` lifts the limit on depth.
    counter = _Counter(data)
    parser = etree.HTMLParser(target=counter, encoding="iso-8859-1", huge_tree=True, no_network=True)
    # What the counter raises ends the parsing only between two windows.
    for start in range(0, len(data), _WINDOW):
        parser.feed(data[start : start + _WINDOW])
    found: int = parser.close()
    return found


class _Path:
    """Receives the tags of an XML document."""

    __slots__ = ("found", "names")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.found: list[bool] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, local = tag.removeprefix("{").rpartition("}")
        if (local == "script" and is_type(attributes.get("type"))) or (
            local == "link" and is_relation(attributes.get("rel"))
        ):
            self.found.append(namespace in {"", _XHTML} and self.names == _HEAD)
        self.names.append(local)

    def end(self, _tag: str) -> None:
        self.names.pop()

    def close(self) -> tuple[bool, ...]:
        return tuple(self.found)


def in_xml(data: bytes) -> tuple[bool, ...] | None:
    """For each carrier of a page read as XML, whether it is in the head; None if it is no XML.

    Nothing is fetched and no entity resolved.
    """
    start = data[:_MARK_WITHIN]
    if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml") and _XHTML_MARK not in start:
        return None
    parser = etree.XMLParser(target=_Path(), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        found: tuple[bool, ...] = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None
    return found
