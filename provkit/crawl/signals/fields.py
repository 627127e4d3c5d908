"""The small grammars of header fields: RFC 9651 dictionaries, RFC 8288 links, loose lists of pairs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY: Final = r"[a-z*][a-z0-9_.*-]*+"
_STRING: Final = r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*+"'
_BARE: Final = (
    rf"(?:{_STRING}|%{_STRING}|[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*+|-?[0-9]{{1,15}}(?:\.[0-9]{{1,3}})?"
    r"|:[A-Za-z0-9+/=]*+:|\?[01]|@-?[0-9]{1,15})"
)
_PARAMETERS: Final = rf"(?:;\x20*+{_KEY}(?:={_BARE})?)*+"
_INNER: Final = rf"\(\x20*+(?:{_BARE}{_PARAMETERS}(?:\x20++|(?=\))))*+\)"
_MEMBER: Final = re.compile(rf"({_KEY})(?:=((?:{_BARE}|{_INNER})))?{_PARAMETERS}")
_COMMA: Final = re.compile(r"[ \t]*+,[ \t]*+")

_PAIR: Final = re.compile(
    r"""[\s;,]*+([^\s;,="]++)\s*+(?:=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;,]*+)))?""", re.DOTALL
)
_PARAMETER: Final = re.compile(
    r"""[ \t]*+;[ \t]*+([^ \t=;,]*+)[ \t]*+(?:=[ \t]*+(?:"((?:[^"\\]|\\.)*+)"?|([^;,]*+)))?""", re.DOTALL
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def dictionary(value: str) -> dict[str, str] | None:
    """The members of a structured field (RFC 9651 §4.2.2), values as spelled, without parameters.

    None if any of it breaks the grammar: then all of the field is ignored.  A key without a value
    is ``?1``.  Of a key that occurs twice the last counts.
    """
    value = value.strip(" ")
    found: dict[str, str] = {}
    position = 0
    while position < len(value):
        member = _MEMBER.match(value, position)
        if member is None:
            return None
        found[member[1]] = "?1" if member[2] is None else member[2]
        position = member.end()
        if position == len(value):
            break
        comma = _COMMA.match(value, position)
        if comma is None or comma.end() == len(value):
            return None
        position = comma.end()
    return found


def pairs(value: str) -> Iterator[tuple[str, str]]:
    """Keys, in lower case, and values of a list separated by ``;`` or ``,``, quoted or not."""
    position = 0
    while match := _PAIR.match(value, position):
        position = match.end()
        yield match[1].lower(), _value(match)


def links(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Targets and parameters of a ``Link`` header; of a parameter given twice the first (RFC 8288 §3)."""
    position = value.find("<")
    while position >= 0:
        end = value.find(">", position)
        if end < 0:
            return
        target = value[position + 1 : end].strip()
        parameters: dict[str, str] = {}
        position = end + 1
        while match := _PARAMETER.match(value, position):
            position = match.end()
            parameters.setdefault(match[1].lower(), _value(match))
        yield target, parameters
        position = value.find("<", position)


def _value(match: re.Match[str]) -> str:
    if match[2] is not None:
        return _ESCAPED.sub(r"\1", match[2])
    return (match[3] or "").strip()
