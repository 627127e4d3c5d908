"""The head of a page, by the tree construction of the HTML standard (§13.2.6.4.1 to 6 there).

A head begins and ends without tags that say so: ``<title>`` opens one, ``<p>`` or a letter of
text ends it.  What stands between ``</head>`` and the body is put into the head as well.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from provkit.carriers.html import tokenizer
from provkit.carriers.html.elements import Budget, Element, Where, attribute, is_association
from provkit.carriers.html.outside import Outside
from provkit.carriers.html.tokenizer import RAW, Kind, Token, attributes, token

BOM: Final = b"\xef\xbb\xbf"
_SPACE_RUN: Final = re.compile(
    rb"(?:[\t\n\f\r ]|&(?:#(?:0*+(?:9|10|12|13|32)(?![0-9])|[xX]0*+(?:9|[aA]|[cC]|[dD]|20)(?![0-9a-fA-F]));?"
    rb"|Tab;|NewLine;))*+"
)
_VOID: Final = frozenset({b"base", b"basefont", b"bgsound", b"link", b"meta"})
_RAW_IN_HEAD: Final = frozenset({b"title", b"style", b"script", b"noframes"})
_IN_HEAD: Final = _VOID | _RAW_IN_HEAD | {b"template"}
_IN_NOSCRIPT: Final = frozenset({b"basefont", b"bgsound", b"link", b"meta", b"noframes", b"style"})
_OPENING_ENDS: Final = frozenset({b"body", b"html", b"br"})
"""End tags that begin a body."""


class _Mode(IntEnum):
    BEFORE = 1
    """No head yet; also before ``<html>`` and the document type, which make no difference here."""
    IN = 2
    NOSCRIPT = 3
    AFTER = 4


class Head:
    """What stands in the head of a page, and where it ends.

    ``has_scripting`` says how ``<noscript>`` is read: as text where scripts run, as markup where
    they do not.  Both readings of a page exist side by side.
    """

    __slots__ = (
        "_budget", "_close", "_mode", "_noscript", "base", "body", "data", "elements", "has_noscript", "has_scripting",
        "is_cut", "is_unclear", "place",
    )  # fmt: skip

    def __init__(self, data: bytes, budget: Budget, *, has_scripting: bool) -> None:
        self.data = data
        self._budget = budget
        self.has_scripting = has_scripting
        self.elements: list[Element] = []
        self.base: str | None = None
        """What the first ``base`` says (HTML §2.4.3)."""
        self.has_noscript = False
        self.is_unclear = False
        """A template in the head ends somewhere else for other readers."""
        self.is_cut = False
        """The page ends in the middle of something."""
        self._mode = _Mode.BEFORE
        self._close = -1
        self._noscript = (0, 0)
        self.body = self._walk(len(BOM) if data.startswith(BOM) else 0)
        """Offset of what begins the body; the length of the page if nothing does."""
        self.place = self.body if self._close < 0 else self._close
        """Where a further element of the head can be put, the last such place if the head has no
        end tag, else before that."""
        if self._noscript[0] < self.place < self._noscript[1]:
            self.place = self._noscript[0]

    def _walk(self, pos: int) -> int:
        data = self.data
        while pos < len(data):
            self._budget.spend()
            one = token(data, pos)
            self.is_cut = self.is_cut or one.is_cut
            match one.kind:
                case Kind.TEXT:
                    run = _SPACE_RUN.match(data, pos, one.end)
                    if run is None or run.end() < one.end:
                        return pos if run is None else run.end()
                    pos = one.end
                case Kind.START:
                    end = self._start(one)
                    if end is None:
                        return pos
                    pos = end
                case Kind.END:
                    if self._end(one):
                        return pos
                    pos = one.end
                case _:
                    pos = one.end
        return len(data)

    def _start(self, tag: Token) -> int | None:
        """Where to go on behind a start tag; None if it ends the head."""
        name = tag.name
        if name == b"html":
            return tag.end
        if name == b"head":
            if self._mode is _Mode.BEFORE:
                self._mode = _Mode.IN
            return tag.end
        if self._mode is _Mode.NOSCRIPT:
            if name == b"noscript":
                return tag.end
            if name not in _IN_NOSCRIPT:
                self._mode = _Mode.IN
        elif self._mode is _Mode.BEFORE:
            self._mode = _Mode.IN
        if name == b"noscript" and self._mode is _Mode.IN:
            return self._open_noscript(tag)
        if name not in _IN_HEAD:
            return None
        return self._element(tag)

    def _open_noscript(self, tag: Token) -> int:
        self.has_noscript = True
        if tag.start < self._noscript[1]:
            # Inside one for those who run scripts: its end is known, and looked for only once.
            self._mode = _Mode.NOSCRIPT
            return tag.end
        closing = tokenizer.raw_end(self.data, tag.end, tag.name)
        end = len(self.data) if closing is None else closing.end
        if self.has_scripting:
            self.is_cut = self.is_cut or closing is None
            return end
        self._noscript = (tag.start, end)
        self._mode = _Mode.NOSCRIPT
        return tag.end

    def _element(self, tag: Token) -> int:
        """Take an element of the head into account and return where it ends."""
        name = tag.name
        if name == b"template":
            inside = Outside(
                self.data, tag.end, self._budget, in_template=True, has_scripting=self.has_scripting
            )
            self.elements += inside.elements
            self.is_unclear = self.is_unclear or inside.is_unclear
            self.has_noscript = self.has_noscript or inside.has_noscript
            self.is_cut = self.is_cut or inside.is_cut
            return inside.end
        closing = None
        end = tag.end
        if name in RAW:
            closing = tokenizer.raw_end(self.data, tag.end, name)
            self.is_cut = self.is_cut or closing is None
            end = len(self.data) if closing is None else closing.end
        elif name == b"meta" and self._mode is _Mode.AFTER and declares_charset(self.data, tag):
            # Such a declaration counts in the first 1024 bytes only: nothing may go before it.
            self._close = tag.end
        if name == b"base" and self.base is None:
            self.base = attribute(self.data, tag, b"href")
        if name in {b"script", b"link"} and is_association(self.data, tag):
            where = Where.ELSEWHERE if self._mode is _Mode.NOSCRIPT else Where.HEAD
            self.elements.append(Element(tag, closing, where))
        return end

    def _end(self, tag: Token) -> bool:
        """Take an end tag into account; whether it ends the head for good."""
        name = tag.name
        if self._mode is _Mode.NOSCRIPT:
            if name == b"noscript":
                self._mode = _Mode.IN
            return name == b"br"
        if name == b"head" and self._mode is not _Mode.AFTER:
            self._mode = _Mode.AFTER
            self._close = tag.start
        return name in _OPENING_ENDS


def declares_charset(data: bytes, tag: Token) -> bool:
    """Whether a ``meta`` tag names the encoding of the page."""
    return any(
        key == b"charset" or (key == b"content" and b"charset" in value.lower())
        for key, value in attributes(data, tag)
    )
