"""Carriers outside the head: in the body, and in templates.

Nothing found here is ever taken for a credential; it only makes a page ambiguous.  So this
follows the tree construction of HTML as far as it decides how bytes become tags, and a page
on which that is not enough is caught by the second parser (see :mod:`provkit.carriers.html.second`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from provkit.carriers.html import tokenizer
from provkit.carriers.html.elements import Budget, Element, Where, attribute, is_association
from provkit.carriers.html.tokenizer import RAW, Kind, Token, token

_STOPS: Final = b"|".join(
    sorted([*RAW, b"noscript", b"plaintext", b"svg", b"math", b"template", b"link", b"base"])
)
_BORING: Final = re.compile(
    rb"(?:" + tokenizer.TEXT + rb"|</?+(?!(?i:" + _STOPS + rb")[\t\n\f\r />])"
    + tokenizer.NAME + tokenizer.REST_OF_TAG + rb"|" + tokenizer.COMMENT + rb")*+"
)  # fmt: skip
_SECTION: Final = b"<![CDATA["
_BREAKOUT: Final = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li "
    b"listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
"""What ends SVG and MathML around it (HTML §13.2.6.5)."""
_POINTS: Final = frozenset(b"foreignobject desc title mi mo mn ms mtext".split())
"""Elements of SVG and MathML whose content is HTML."""
_LOOSENS: Final = frozenset({b"svg", b"math", b"select", b"col", b"colgroup"})
_DECIDES: Final = RAW | {b"noscript", b"plaintext", b"template"}


class Outside:
    """A walk over a page from ``pos`` on, which is in the body or behind a start tag of a template.

    Afterwards ``elements`` has what was found, ``end`` the end of the template or the page, and
    ``is_unclear`` tells whether another reader may see the template end somewhere else.
    """

    __slots__ = (
        "_budget",
        "_foreign",
        "_open",
        "_pending",
        "_templates",
        "base",
        "data",
        "elements",
        "end",
        "has_noscript",
        "is_cut",
        "is_unclear",
    )

    def __init__(
        self, data: bytes, pos: int, budget: Budget, *, in_template: bool, has_scripting: bool
    ) -> None:
        self.data = data
        self._budget = budget
        self.elements: list[Element] = []
        self.base: str | None = None
        """What the first ``base`` says."""
        self.is_unclear = False
        self.has_noscript = False
        self.is_cut = False
        """The page ends in the middle of something."""
        self._templates = 1 if in_template else 0
        self._foreign: list[bytes] = []
        """Open elements of SVG and MathML; HTML in them is not kept track of."""
        self._pending: list[int] = []
        """Carriers in SVG or MathML that have not ended."""
        self._open: dict[bytes, int] = {}
        self.end = self._walk(pos, in_template, has_scripting)

    def _walk(self, pos: int, in_template: bool, has_scripting: bool) -> int:
        data = self.data
        is_loose = False
        while pos < len(data):
            if not in_template and not self._foreign:
                match = _BORING.match(data, pos)
                pos = pos if match is None else match.end()
                if pos == len(data):
                    break
            self._budget.spend()
            in_foreign = bool(self._foreign) and self._foreign[-1] not in _POINTS
            one = token(data, pos, in_foreign=in_foreign)
            pos = one.end
            self.is_cut = self.is_cut or one.is_cut
            if in_template:
                # How these nest in a template differs between versions of the standard, and readers.
                is_loose = is_loose or one.name in _LOOSENS
                is_start = one.kind is Kind.START and one.name in _DECIDES
                if is_loose and (is_start or data.startswith(_SECTION, one.start)):
                    self.is_unclear = True
            if one.kind is Kind.START:
                pos = self._start(one, in_foreign, has_scripting)
            elif one.kind is Kind.END:
                self._end(one, in_foreign)
                if in_template and self._templates == 0:
                    return pos
        return len(data)

    def _found(self, tag: Token, end_tag: Token | None) -> None:
        if is_association(self.data, tag):
            where = Where.TEMPLATE if self._templates else Where.ELSEWHERE
            self.elements.append(Element(tag, end_tag, where))

    def _start(self, tag: Token, in_foreign: bool, has_scripting: bool) -> int:
        """Take a start tag into account and return where to go on."""
        name = tag.name
        if in_foreign:
            return self._foreign_start(tag)
        if name in {b"svg", b"math"}:
            self._push(tag)
        elif name == b"template":
            self._templates += 1
        elif name == b"plaintext":
            return len(self.data)
        elif name == b"link":
            self._found(tag, None)
        elif name == b"base" and self.base is None and not self._templates:
            self.base = attribute(self.data, tag, b"href")
        elif name == b"noscript":
            self.has_noscript = True
        if name in RAW or (name == b"noscript" and has_scripting):
            closing = tokenizer.raw_end(self.data, tag.end, name)
            if name == b"script":
                self._found(tag, closing)
            self.is_cut = self.is_cut or closing is None
            return len(self.data) if closing is None else closing.end
        return tag.end

    def _foreign_start(self, tag: Token) -> int:
        name = tag.name
        if name in _BREAKOUT:
            while self._foreign and self._foreign[-1] not in _POINTS:
                self._pop()
        else:
            self._push(tag)
        if name == b"script" and is_association(self.data, tag):
            if not tokenizer.is_self_closing(self.data, tag):
                self._pending.append(len(self.elements))
            self._found(tag, None)
        return tag.end

    def _end(self, tag: Token, in_foreign: bool) -> None:
        name = tag.name
        if name == b"script" and self._pending:
            index = self._pending.pop()
            self.elements[index] = replace(self.elements[index], end_tag=tag)
        if self._open.get(name):
            while self._pop() != name:
                pass
        elif in_foreign and name in {b"p", b"br"}:
            while self._foreign and self._foreign[-1] not in _POINTS:
                self._pop()
        elif name == b"template" and self._templates:
            self._templates -= 1
            self._foreign.clear()
            self._open.clear()

    def _push(self, tag: Token) -> None:
        if not tokenizer.is_self_closing(self.data, tag):
            self._foreign.append(tag.name)
            self._open[tag.name] = self._open.get(tag.name, 0) + 1

    def _pop(self) -> bytes:
        name = self._foreign.pop()
        self._open[name] -= 1
        return name
