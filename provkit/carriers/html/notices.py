"""What a reader should know about a page, signed or not: ``rule: sentence``."""

from __future__ import annotations

import re
from typing import Final

from provkit.carriers.html.head import BOM

_PRESCAN: Final = 1024
"""Bytes in which HTML looks for the declaration of an encoding."""
_DECLARED: Final = re.compile(
    rb"""<(?i:meta)[\t\n\f\r /][^>]*?(?i:charset)[\t\n\f\r ]*+=[\t\n\f\r "']*+([^\t\n\f\r "'/>;]++)"""
)
_XML_DECLARED: Final = re.compile(rb"""\A<\?xml[^>]*?encoding[\t\n\r ]*+=[\t\n\r ]*+["']([^"'>]++)""")
# In these an ASCII byte can be part of another character, or of nothing shown at all.
_SHIFTING: Final = re.compile(
    r"(?:cs)?(?:iso-?2022|shift[-_]?jis|sjis|ms_?kanji|ms932|windows-31j|x-sjis|gb|chinese|x-gbk|big5|cn-big5|x-x-big5|"
    r"hz-gb|replacement|utf-?7|utf-?16|utf-?32|unicode|ucs-2|iso-10646|euc-kr|korean|ks_?c|windows-949|x-user-defined)"
)
_ESCAPES: Final = re.compile(rb"\x1b(?:\$[@B(]|\([IJB])")
_ASCII_AGAIN: Final = (b"\x1b(B", b"\x1b(J")

_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_WIDE: Final = re.compile(rb"<\0(?:\0\0)?[a-zA-Z!?/]\0|\0<\0(?:\0\0)?[a-zA-Z!?/]")
_WIDE_WITHIN: Final = 64

# Searched in lower case, which is faster than to search for letters of both cases.
_SCRIPTS: Final = re.compile(rb"<script[\t\n\f\r />](?![^<>]*application/(?:c2pa|json|ld\+json))")
_HANDLERS: Final = re.compile(rb"""[\t\n\f\r /"']on[a-z]{2,24}[\t\n\f\r ]*+=""")
_RESOURCES: Final = re.compile(
    rb"<(?:(?:img|i?frame|video|audio|source|track|object|embed|picture|image|input)[\t\n\f\r /][^<>]*?"
    rb"(?:src|data|href|poster)[a-z]{0,3}[\t\n\f\r ]*+="
    rb"|link[\t\n\f\r /][^<>]*?(?:stylesheet|icon|preload)|script[\t\n\f\r /][^<>]*?src[\t\n\f\r ]*+=)"
)
_STYLED: Final = re.compile(rb"@import[\t\n\f\r \"'(]|[:\t\n ,]url\(")


def notices(data: bytes) -> tuple[str, ...]:
    """All warnings about a page that carries a credential or is going to."""
    out = []
    encoding = _encoding(data)
    if encoding is not None:
        out.append(encoding)
    lower = data.lower()
    if _SCRIPTS.search(lower) or _HANDLERS.search(lower) or b"javascript:" in lower:
        out.append(
            "active-content: the page runs scripts; what they change or load is not covered by a signature"
        )
    if _RESOURCES.search(lower) or _STYLED.search(lower):
        out.append(
            "sub-resources: images, styles and other files the page loads are not covered by a signature"
        )
    return tuple(out)


def declared_encoding(data: bytes) -> str | None:
    """The encoding a page without a byte order mark declares in its first bytes, in lower case."""
    if data.startswith(BOM):
        return "utf-8"
    match = _DECLARED.search(data, 0, _PRESCAN) or _XML_DECLARED.match(data, 0, _PRESCAN)
    return None if match is None else match[1].decode("latin-1").strip().lower()


def _encoding(data: bytes) -> str | None:
    declared = declared_encoding(data)
    if declared is not None and _SHIFTING.match(declared):
        name = declared.encode("ascii", "backslashreplace").decode()[:40]
        return f"encoding: the page declares {name}, in which the bytes signed may read as other text or other markup"
    if declared is None and b"\x1b" in data and _ESCAPES.search(data):
        return (
            "encoding: the page declares no encoding and holds escape sequences of ISO-2022-JP; "
            "some readers change the encoding there, and the bytes signed read as other text"
        )
    return None


def is_shifted(data: bytes, pos: int) -> bool:
    """Whether an escape sequence before ``pos`` may make the bytes there something else than ASCII."""
    last = data.rfind(b"\x1b", 0, pos)
    return last >= 0 and not data.startswith(_ASCII_AGAIN, last)


def is_wide(data: bytes) -> bool:
    """Whether a page looks like UTF-16 or UTF-32: NUL bytes part the first two characters of a tag."""
    return data.startswith(_WIDE_MARKS) or _WIDE.search(data, 0, _WIDE_WITHIN) is not None
