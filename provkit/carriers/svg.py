"""SVG: a manifest store in base64 in ``svg/metadata/c2pa:manifest`` (C2PA 2.4 §A.3.3).

The exclusion is the base64 alone, so tags, attributes and name spaces are hashed.  The text of
the document is tokenised here, because the answer has to be bytes: nothing is resolved, and an
entity that could hold an element is an error, never looked into.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from provkit.carriers.found import Found, check_size, check_store, cut, only, too_many
from provkit.errors import MalformedError
from provkit.limits import DEFAULT_LIMITS, Limits

NAMESPACE: Final = b"http://c2pa.org/manifest"
_ELEMENT: Final = b"c2pa:manifest"
_PATH: Final = [b"svg", b"metadata"]
_LOCAL: Final = b"manifest"
_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"

_OTHER_ENCODINGS: Final = tuple(
    name.encode(codec)
    for name in (":manifest", "<manifest")
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp500")
)
_NAMED: Final = re.compile(rb"</?(?:[^\s<>/:]{1,256}+:)?+manifest[\s/>]")
"""A tag, or what looks like one in a comment.  Names cannot be escaped in XML.  An end tag alone
is enough: the start tag may have been damaged."""
_STORE: Final = b"anVtZGMycGEA"
_STORE_OFFSET: Final = 16
"""The type of a manifest store in base64, and how many characters stand before it."""
_DECLARATION: Final = b' xmlns:c2pa="' + NAMESPACE + b'"'
"""What the reference engine adds to the root element, at its end."""
_TAIL: Final = 256
_METADATA: Final = (b"<metadata>", b"</metadata>")
_SKIPPED: Final = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))
# Possessive throughout: whatever follows a `<`, no byte is looked at twice.
_TAG: Final = re.compile(rb"""<(/?)([^\s/<>"'=]++)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""")
_PLAIN: Final = re.compile(rb"""(?:[^<]*+<[^\s<>/"'=!?:]++(?:[^<>"'/]++|"[^"<]*+"|'[^'<]*+')*+/>)*+""")
"""Empty elements without prefix, one after the other: all that most drawings consist of."""
_XMLNS: Final = re.compile(rb"""xmlns(?::([^\s=]++))?+\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_DOCTYPE: Final = b"<!DOCTYPE"
_DTD_TOKEN: Final = re.compile(rb"""<!--|<\?|["'\[\]>]""")
_CLOSING: Final = {b"<!--": b"-->", b"<?": b"?>", b'"': b'"', b"'": b"'"}
_ENTITY: Final = b"<!ENTITY"
_HIDING: Final = re.compile(rb"&#|%|\bSYSTEM\b|\bPUBLIC\b|manifest")
"""In the internal subset of a DTD that declares entities: how one could hold a carrier that is
not spelt out.  A character reference in its value becomes markup, and so may other files."""


def locate(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the store; a document without the word ``manifest`` costs a few searches.

    Raises:
        MalformedError: a document in an encoding in which no reader would find its store,
            entities that could hold one, a store that is damaged, doubled or misplaced, or markup
            that is broken where an element of that name occurs.
        LimitError: too many tags, or too large a store.
    """
    _check_encoding(data)
    if _ENTITY in data:
        _check_entities(data)
    if not _is_suspect(data):
        return None
    return _Walk(data, limits).run()


def _is_suspect(data: bytes) -> bool:
    return (_LOCAL in data and _NAMED.search(data) is not None) or _STORE in data


def is_left_over(data: bytes) -> bool:
    """Whether a text is what was a signed SVG before its root element was damaged.

    A text *about* such a file does not end as one.
    """
    if not data[-_TAIL:].rstrip().endswith(b"</svg>"):
        return False
    at = data.find(_STORE)
    while at >= 0:
        if data[at - _STORE_OFFSET - 1 : at - _STORE_OFFSET] == b">":
            return True
        at = data.find(_STORE, at + 1)
    return False


def _check_encoding(data: bytes) -> None:
    """Refuse a store that a change of encoding made unreadable (UTF-16, UTF-32, EBCDIC)."""
    head = data.removeprefix(_BOM)[:64].lstrip(_SPACE)
    if head.startswith(b"<") and b"\0" not in head:
        return
    if any(spelling in data for spelling in _OTHER_ENCODINGS):
        raise MalformedError(
            "the SVG may carry a manifest store and is in an encoding in which none is read",
            hint="it was signed as UTF-8 and converted afterwards: look for the original file",
        )


def _check_entities(data: bytes) -> None:
    start = data.find(_DOCTYPE)
    end = _doctype_end(data, start) if start >= 0 else -1
    bracket = data.find(b"[", start, end) if end >= 0 else -1
    # A declaration that stands in no DTD, or in a broken one, is looked for hiding places too.
    subset = data[bracket:end] if bracket >= 0 else data
    if _ENTITY in subset and _HIDING.search(subset):
        raise MalformedError(
            "the SVG declares entities that could hold a manifest store; entities are not resolved",
            hint="save the SVG without a DTD",
        )


def _doctype_end(data: bytes, pos: int) -> int:
    """Offset behind the document type declaration at ``pos``, -1 if it does not end."""
    is_inside = False
    token = _DTD_TOKEN.search(data, pos + len(_DOCTYPE))
    while token is not None:
        mark = token[0]
        if mark == b">" and not is_inside:
            return token.end()
        if mark in {b"[", b"]"}:
            is_inside = mark == b"["
        closing = _CLOSING.get(mark)
        end = token.end()
        if closing is not None:
            end = data.find(closing, end)
            if end < 0:
                return -1
            end += len(closing)
        token = _DTD_TOKEN.search(data, end)
    return -1


class _Walk:
    """One pass over the tags of a document."""

    __slots__ = ("data", "empty", "limits", "path", "prefixes", "root_end", "stores", "wary")

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.path: list[bytes] = []
        self.prefixes = {b"c2pa"}
        """Prefixes that mean C2PA somewhere in the document; the empty one for a default."""
        self.stores: list[Found] = []
        self.empty: list[tuple[int, int]] = []
        """Start and end of empty manifest elements."""
        self.root_end = 0
        """Offset behind the start tag of the root element."""
        self.wary = -1
        """No word that matters stands between the place looked at and this one."""

    def run(self) -> Found | None:
        data = self.data
        pos = data.find(b"<")
        left = self.limits.container_parts
        while left > 0:
            if pos < 0:
                if self.path:
                    raise self.broken(len(data))
                return self.result()
            end = self.token(pos)
            left -= 1
            if end > self.wary:
                self.wary = self.next_word(end)
                if self.stores and self.wary == len(data) and data.find(_STORE, end) < 0:
                    # What follows can hold no other: whether it is well-formed, its hash and readers judge.
                    return self.result()
            plain = _PLAIN.match(data, end, self.wary)
            if plain is not None and plain.end() > end:
                left -= data.count(b"<", end, plain.end())
                end = plain.end()
            pos = data.find(b"<", end)
        raise too_many(self.limits)

    def next_word(self, pos: int) -> int:
        """Where a name that matters may begin next: up to there, empty elements change nothing."""
        found = [at for word in (_LOCAL, b"xmlns") if (at := self.data.find(word, pos)) >= 0]
        return min(found, default=len(self.data))

    def result(self) -> Found | None:
        found = only(self.stores)
        if not self.empty:
            return found
        if found is None:
            raise MalformedError("the manifest element of the SVG is empty")
        # What a store leaves that was cut short to put something between its tags.
        return found._replace(problems=(*found.problems, "a second manifest element of the SVG is empty"))

    def broken(self, pos: int) -> MalformedError:
        return MalformedError(
            f"the SVG is not well-formed at byte {pos}, so whether it carries a manifest store is unclear"
        )

    def token(self, pos: int) -> int:
        """Take the markup at ``pos`` into account and return where it ends."""
        data = self.data
        tag = _TAG.match(data, pos)
        if tag is None or tag[2].startswith((b"!", b"?")):
            return self.other(pos)
        closing, name, attributes = tag.groups()
        if closing:
            if not self.path or self.path.pop() != name or attributes.strip(_SPACE):
                raise self.broken(pos)
            return tag.end()
        if b"xmlns" in attributes:
            self.declare(attributes)
        prefix, _, local = name.rpartition(b":")
        empty = attributes.endswith(b"/")
        if local == _LOCAL and prefix in self.prefixes:
            if empty:
                self.empty.append(tag.span())
                return tag.end()
            return self.carrier(pos, name, tag.end())
        if not empty:
            if data.startswith(_STORE, tag.end() + _STORE_OFFSET):
                return self.carrier(pos, name, tag.end())  # whatever the element is called by now
            if not self.path and not self.root_end:
                self.root_end = tag.end()
            self.path.append(name)
        return tag.end()

    def other(self, pos: int) -> int:
        """The end of a comment, a CDATA section, a processing instruction or a DTD."""
        data = self.data
        for begin, end in _SKIPPED:
            if data.startswith(begin, pos):
                stop = data.find(end, pos + len(begin))
                if stop < 0:
                    raise self.broken(pos)
                return stop + len(end)
        stop = -1 if self.path or not data.startswith(_DOCTYPE, pos) else _doctype_end(data, pos)
        if stop < 0:
            raise self.broken(pos)
        return stop

    def declare(self, attributes: bytes) -> None:
        for prefix, double, single in _XMLNS.findall(attributes):
            value = double or single
            # A value with references may spell the name space too.
            if value == NAMESPACE or b"&" in value:
                self.prefixes.add(prefix)

    def carrier(self, pos: int, name: bytes, start: int) -> int:
        """Read the store whose element begins at ``pos``, and its content at ``start``."""
        if name != _ELEMENT or self.path != _PATH:
            raise MalformedError(
                "a C2PA manifest element stands in the SVG where none belongs, "
                "or under a name by which readers do not find it"
            )
        data = self.data
        stop = data.find(b"<", start)
        end = _TAG.match(data, stop) if stop >= 0 else None
        if end is None or end[1] != b"/" or end[2] != name or end[3].strip(_SPACE):
            raise MalformedError("the manifest element of the SVG holds markup or does not end")
        if stop == start:
            self.empty.append((pos, end.end()))
            return end.end()
        check_size((stop - start) // 4 * 3, self.limits)
        text = data[start:stop]
        try:
            store = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            store = b""
        if not store or binascii.b2a_base64(store, newline=False) != text:
            raise MalformedError(
                "the manifest element of the SVG is not plain base64",
                hint="white space and line breaks in it are not allowed either",
            )
        self.stores.append(Found(store, ((start, stop - start),), check_store(store, self.limits)))
        return end.end()


class _Remover(_Walk):
    """The same pass, which asks where manifest elements are and not what is in them."""

    __slots__ = ("spans",)

    def __init__(self, data: bytes, limits: Limits) -> None:
        super().__init__(data, limits)
        self.spans: list[tuple[int, int]] = []

    def result(self) -> None:
        self.spans = sorted(self.spans + self.empty)

    def carrier(self, pos: int, name: bytes, start: int) -> int:
        stop = self.data.find(b"</" + name, start)
        end = _TAG.match(self.data, stop) if stop >= 0 else None
        if end is None or end[2] != name:
            raise self.broken(pos)
        self.spans.append((pos, end.end()))
        return end.end()


def remove(data: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The SVG without its manifest elements, and without what the reference engine put around one.

    That is a ``metadata`` right behind the start tag of the root that then is empty, and the
    declaration of the name space at the end of that tag, when nothing else uses it.

    Raises:
        MalformedError: markup that is broken, so where the element ends cannot be told.
        LimitError: too many tags.
    """
    if not _is_suspect(data):
        return data
    walk = _Remover(data, limits)
    walk.run()
    if not walk.spans:
        return data
    start, end = walk.spans[0]
    opening, closing = _METADATA
    root = walk.root_end
    if start == root + len(opening) and data.startswith(opening, root) and data.startswith(closing, end):
        walk.spans[0] = (root, end + len(closing))
    declared = root - 1 - len(_DECLARATION)
    if data.startswith(_DECLARATION + b">", declared):
        rest = cut(data, [(declared, root - 1), *walk.spans])
        if b"c2pa:" not in rest:
            return rest
    return cut(data, walk.spans)
