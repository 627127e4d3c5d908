"""One walk over a page that collects what statements are made of.

Only what a browser would take for elements counts: comments, scripts, styles and templates hold
none.  Linear in the page, with the tokenizer of the HTML carrier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from provkit.carriers.html.notices import is_wide
from provkit.carriers.html.tokenizer import RAW, Kind, Token, attributes, raw_end, text_of, token
from provkit.crawl.signals.entities import SOURCE_TYPE, Node

MOST: Final = 10_000
"""Statements of one kind that are collected; a page has a handful."""
_LONGEST_SCRIPT: Final = 4 * 1024 * 1024
_LONGEST_TEXT: Final = 1000
_VOID: Final = frozenset(
    (b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta")
) | {b"param", b"source", b"track", b"wbr"}
_TELLING: Final = re.compile(rb"(?i:ai-disclosure|itemscope|itemprop)")
_BOMS: Final = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_JSON_LD: Final = "application/ld+json"


@dataclass(slots=True)
class Page:
    """What a page holds, in page order; values with character references decoded."""

    metas: list[tuple[str, str]] = field(default_factory=list)
    """Name in lower case, and content."""
    links: list[tuple[frozenset[str], str, str]] = field(default_factory=list)
    """Relations, media type and address of links."""
    scripts: list[tuple[str, bytes]] = field(default_factory=list)
    """Media type and content of scripts that hold data, not programs."""
    disclosures: list[tuple[str, bool]] = field(default_factory=list)
    """Values of the attribute ``ai-disclosure``, and whether it stands on ``html`` or ``body``."""
    items: list[Node] = field(default_factory=list)
    """Microdata."""


@dataclass(slots=True)
class _Item:
    """An open microdata item."""

    node: Node
    depth: int
    """Number of open elements when it began."""


def decoded(body: bytes) -> bytes:
    """A page in UTF-16 or UTF-32 as UTF-8; any other as it is."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace").encode("utf-8", "replace")
    if is_wide(body):
        width = 32 if b"<\0\0" in body[:64] or b"\0\0<" in body[:64] else 16
        order = "le" if body[:64].find(b"<\0") >= 0 and body[:1] != b"\0" else "be"
        return body.decode(f"utf-{width}-{order}", "replace").encode("utf-8", "replace")
    return body


def read(body: bytes) -> Page:
    """Walk over a page of any encoding.  Total."""
    return _Walk(decoded(body)).page


class _Walk:
    __slots__ = ("_counts", "_data", "_items", "_open", "_text_of", "page")

    def __init__(self, data: bytes) -> None:
        self.page = Page()
        self._data = data
        self._open: list[bytes] = []
        self._counts: dict[bytes, int] = {}
        self._items: list[_Item] = []
        self._text_of: Node | None = None
        """The item whose source type is the text that comes next."""
        self._walk()

    def _walk(self) -> None:
        data = self._data
        pos = 0
        while pos < len(data):
            one = token(data, pos)
            pos = one.end
            if one.kind is Kind.START:
                self._start(one)
                if one.name in RAW:
                    end = raw_end(data, pos, one.name)
                    if end is None:
                        break
                    if one.name == b"script":
                        self._script(one, data[pos : end.start])
                    pos = end.end
            elif one.kind is Kind.END:
                self._end(one.name)
            elif one.kind is Kind.TEXT and self._text_of is not None:
                text = text_of(data[one.start : min(one.end, one.start + _LONGEST_TEXT)])
                self._text_of.source_types.append(text.strip())
                self._text_of = None

    def _start(self, tag: Token) -> None:
        self._text_of = None
        depth = len(self._open)
        if tag.name not in _VOID and tag.name not in RAW:
            self._open.append(tag.name)
            self._counts[tag.name] = self._counts.get(tag.name, 0) + 1
        if self._counts.get(b"template"):
            return
        if tag.name in {b"meta", b"link"}:
            found = self._attributes(tag)
            if tag.name == b"meta":
                self._add_meta(found)
            elif len(self.page.links) < MOST:
                relations = frozenset(found.get("rel", "").lower().split())
                kind = found.get("type", "").strip().lower()
                self.page.links.append((relations, kind, found.get("href", "").strip()))
        elif _TELLING.search(self._data, tag.start, tag.end):
            found = self._attributes(tag)
        else:
            return
        if "ai-disclosure" in found and len(self.page.disclosures) < MOST:
            self.page.disclosures.append((found["ai-disclosure"], tag.name in {b"html", b"body"}))
        self._microdata(tag, found, depth)

    def _attributes(self, tag: Token) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in attributes(self._data, tag):
            found.setdefault(name.decode("latin-1"), text_of(value))
        return found

    def _add_meta(self, found: dict[str, str]) -> None:
        name = found.get("name", found.get("property", "")).strip().lower()
        if name and len(self.page.metas) < MOST:
            self.page.metas.append((name, found.get("content", "")))

    def _microdata(self, tag: Token, found: dict[str, str], depth: int) -> None:
        properties = found.get("itemprop", "").split()
        if "itemscope" in found:
            outer = self._items[-1].node if self._items else None
            types = tuple(_bare(name) for name in found.get("itemtype", "").split())
            node = Node(types, properties[0] if outer and properties else None, found.get("itemid"))
            if outer is not None and properties and not outer.is_top:
                node.role = ""  # a part of a part
            if len(self.page.items) < MOST:
                self.page.items.append(node)
                if tag.name not in _VOID:
                    self._items.append(_Item(node, depth))
        elif SOURCE_TYPE in properties and self._items:
            node = self._items[-1].node
            said = next((found[name] for name in ("content", "href", "src") if name in found), None)
            if said is not None:
                node.source_types.append(said.strip())
            elif tag.name not in _VOID:
                self._text_of = node

    def _end(self, name: bytes) -> None:
        self._text_of = None
        if not self._counts.get(name):
            return
        while True:
            last = self._open.pop()
            self._counts[last] -= 1
            if self._items and self._items[-1].depth >= len(self._open):
                self._items.pop()
            if last == name:
                return

    def _script(self, tag: Token, content: bytes) -> None:
        if self._counts.get(b"template") or len(content) > _LONGEST_SCRIPT:
            return
        kind = self._attributes(tag).get("type", "").strip().lower().partition(";")[0].rstrip()
        if (kind == _JSON_LD or kind.endswith("rsl+xml")) and len(self.page.scripts) < MOST:
            self.page.scripts.append((kind, content))


def _bare(name: str) -> str:
    """The name of a type of schema.org; empty for a type of another vocabulary."""
    base, _, last = name.rpartition("/")
    return last if base.lower() in {"http://schema.org", "https://schema.org", ""} else ""
