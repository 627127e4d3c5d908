"""The tokenizer of the HTML standard (§13.2.5 there) over bytes: where tags begin and end.

All encodings that HTML pages may be in, but UTF-16, spell ``<``, ``>``, quotes and white space
as in ASCII, so offsets are bytes, and every byte from 0x80 is text.  Each state is a possessive
regular expression: no byte is looked at twice, whatever stands in the page.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple

from provkit.carriers.html.entities import decode

SPACE: Final = b"\t\n\f\r "
_S: Final = rb"[\t\n\f\r ]"
NAME: Final = rb"[a-zA-Z][^\t\n\f\r />]*+"
# A quote that is not closed reaches to the end of the page; then no `>` follows it.
_ATTRIBUTE: Final = (
    rb"[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rb"(?:" + _S + rb"*+=" + _S + rb"*+"
    rb"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >"'][^\t\n\f\r >]*+|(?=>)))?+"""
)
REST_OF_TAG: Final = rb"(?:[\t\n\f\r /]++|" + _ATTRIBUTE + rb")*+>"
"""From behind the name of a tag through its ``>``."""
_TAG: Final = re.compile(rb"</?+(" + NAME + rb")" + REST_OF_TAG)
_PARTS: Final = re.compile(
    rb"([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    rb"(?:" + _S + rb"*+=" + _S + rb"*+"
    rb"""(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >"'][^\t\n\f\r >]*+)|(?=>)))?+"""
)
TEXT: Final = rb"(?:[^<]++|<(?![a-zA-Z!?]|/[\x00-\xff]))++"
_TEXT: Final = re.compile(TEXT)
COMMENT: Final = rb"<!--(?:-?+>|(?:[^-]++|-(?!-!?+>))*+--!?+>)"
_COMMENT_END: Final = re.compile(rb"--!?+>")
_DOCTYPE: Final = re.compile(rb"<!(?i:doctype)")
_CDATA: Final = b"<![CDATA["

_SCRIPT: Final = re.compile(rb"<!--|</(?i:script)(?=[\t\n\f\r />])")
_ESCAPED: Final = re.compile(rb"-->|<(/?+)(?i:script)[\t\n\f\r />]")
_DOUBLE_ESCAPED: Final = re.compile(rb"-->|</(?i:script)[\t\n\f\r />]")

RCDATA: Final = frozenset({b"title", b"textarea"})
RAWTEXT: Final = frozenset({b"style", b"xmp", b"iframe", b"noembed", b"noframes"})
RAW: Final = RCDATA | RAWTEXT | {b"script"}
"""Elements whose content holds no tags but their own end."""
_ENDS: Final = {
    name: re.compile(rb"</(?i:" + name + rb")(?=[\t\n\f\r />])") for name in (*RCDATA, *RAWTEXT, b"noscript")
}


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    START = auto()
    END = auto()
    COMMENT = auto()
    """Also what HTML takes for one, such as a processing instruction."""
    DOCTYPE = auto()
    CDATA = auto()
    """A CDATA section; only in SVG and MathML."""
    NOTHING = auto()
    """``</>``, or a tag that the page ends in: no token at all."""


class Token(NamedTuple):
    """One token of a page."""

    kind: Kind
    start: int
    """Offset, bytes."""
    end: int
    """Offset behind it."""
    name: bytes = b""
    """Of a tag, its ASCII letters in lower case."""
    is_cut: bool = False
    """The page ends inside it."""


def token(data: bytes, pos: int, *, in_foreign: bool = False) -> Token:
    """The token at ``pos``, in the data state; there is one before the end of the page.

    Args:
        data: the page.
        pos: where to start, below its length.
        in_foreign: whether CDATA sections are read, as in SVG and MathML.
    """
    match = _TAG.match(data, pos)
    if match is not None:
        kind = Kind.END if data[pos + 1] == 0x2F else Kind.START
        return Token(kind, pos, match.end(), match[1].lower())
    match = _TEXT.match(data, pos)
    if match is not None:
        return Token(Kind.TEXT, pos, match.end())
    second = data[pos + 1 : pos + 2]
    if second == b"!":
        return _declaration(data, pos, in_foreign)
    if second == b"?":
        return _until(data, pos, pos, b">", Kind.COMMENT)
    if second != b"/" or data[pos + 2 : pos + 3].isalpha():
        return Token(Kind.NOTHING, pos, len(data), is_cut=True)
    if data[pos + 2] == 0x3E:
        return Token(Kind.NOTHING, pos, pos + 3)
    return _until(data, pos, pos, b">", Kind.COMMENT)


def _declaration(data: bytes, pos: int, in_foreign: bool) -> Token:
    """Markup that begins with ``<!``."""
    if data.startswith(b"<!--", pos):
        for short in (b"<!-->", b"<!--->"):
            if data.startswith(short, pos):
                return Token(Kind.COMMENT, pos, pos + len(short))
        match = _COMMENT_END.search(data, pos + 4)
        if match is None:
            return Token(Kind.COMMENT, pos, len(data), is_cut=True)
        return Token(Kind.COMMENT, pos, match.end())
    # A `>` ends a document type also inside its quotes.
    if _DOCTYPE.match(data, pos):
        return _until(data, pos, pos, b">", Kind.DOCTYPE)
    if in_foreign and data.startswith(_CDATA, pos):
        return _until(data, pos, pos + len(_CDATA), b"]]>", Kind.CDATA)
    return _until(data, pos, pos, b">", Kind.COMMENT)


def _until(data: bytes, pos: int, search: int, mark: bytes, kind: Kind) -> Token:
    end = data.find(mark, search)
    if end < 0:
        return Token(kind, pos, len(data), is_cut=True)
    return Token(kind, pos, end + len(mark))


def raw_end(data: bytes, pos: int, name: bytes) -> Token | None:
    """The end tag of the element ``name``, whose content begins at ``pos`` and holds no tags.

    None if the page ends before it does.  ``name`` is one of :data:`RAW`, or ``noscript``.
    """
    found = _script_end(data, pos) if name == b"script" else _first(_ENDS[name], data, pos)
    if found < 0:
        return None
    tag = _TAG.match(data, found)
    return None if tag is None else Token(Kind.END, found, tag.end(), name)


def _first(pattern: re.Pattern[bytes], data: bytes, pos: int) -> int:
    match = pattern.search(data, pos)
    return -1 if match is None else match.start()


def _script_end(data: bytes, pos: int) -> int:
    """Offset of the end tag of a script: one that no ``<!-- <script`` hides (§13.2.5.15 to 31)."""
    match = _SCRIPT.search(data, pos)
    while match is not None and match[0] == b"<!--":
        # The two dashes may belong to the `-->` as well.
        step = _ESCAPED.search(data, match.start() + 2)
        while step is not None and step[0] != b"-->":
            if step[1]:
                return step.start()
            step = _DOUBLE_ESCAPED.search(data, step.end())
            if step is not None and step[0] != b"-->":
                step = _ESCAPED.search(data, step.end())
        if step is None:
            return -1
        match = _SCRIPT.search(data, step.end())
    return -1 if match is None else match.start()


def attributes(data: bytes, tag: Token) -> list[tuple[bytes, bytes]]:
    """Names, their ASCII letters in lower case, and raw values of all attributes of a tag, in order.

    Of a name that occurs twice HTML takes the first.
    """
    start = tag.start + (2 if tag.kind is Kind.END else 1) + len(tag.name)
    return [(m[1].lower(), m[2] or m[3] or m[4] or b"") for m in _PARTS.finditer(data, start, tag.end)]


def is_self_closing(data: bytes, tag: Token) -> bool:
    """Whether a start tag ends with ``/>``, the slash being no part of a value."""
    if data[tag.end - 2] != 0x2F:
        return False
    start = tag.start + 1 + len(tag.name)
    end = start
    for part in _PARTS.finditer(data, start, tag.end):
        end = part.end()
    return end < tag.end - 1


def text_of(value: bytes) -> str:
    """An attribute value as HTML reads it in a page in UTF-8."""
    text = value.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return decode(text.replace("\0", "\ufffd"), is_attribute=True)
