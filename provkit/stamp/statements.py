"""What an article says about itself: front matter, and the ``meta`` elements of a page.  Nothing is guessed."""

from __future__ import annotations

import re
import tomllib
import warnings
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from provkit import media

if TYPE_CHECKING:
    from provkit.stamp.rules import Rule, Statement

_HEAD: Final = 256 * 1024
"""Bytes at the start of a file in which statements are looked for."""
_FRONT: Final = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?)(?:\r?\n)\1[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_PLAIN: Final = re.compile(
    r"""([A-Za-z0-9_:.-]+)[ \t]*:[ \t]+("[^"\\\r\n]*"|'[^'\r\n]*'|[^\s"'\[{&*!|>%@`#][^\r\n#]*)"""
)
"""A key and a value on one line: all that is read of YAML.  Anything else is no statement."""


def class_of(data: bytes, media_type: str, rule: Rule) -> str | None:
    """What a rule says a file is; None where the file was to say it and does not."""
    if rule.origin_from is None:
        return rule.origin
    return _stated(data, media_type, rule.origin_from)


def _stated(data: bytes, media_type: str, statement: Statement) -> str | None:
    """The class a file states for itself by the words of a rule; None where it states none that the rule knows."""
    found = _pairs(data[:_HEAD], media_type)
    value = found.get(statement.key.lower())
    if value is not None:
        return statement.values.get(value)
    byline = next((found[key.lower()] for key in statement.byline_keys if key.lower() in found), None)
    if byline is None:
        return None
    known = (one.origin for one in statement.bylines if fnmatchcase(byline[:1000], one.match))
    return next(known, None)


def _pairs(data: bytes, media_type: str) -> dict[str, str]:
    if media_type in {media.HTML, "application/xhtml+xml"}:
        return _of_page(data)
    match = _FRONT.match(data.decode("utf-8", "replace"))
    if match is None:
        return {}
    return _of_toml(match[2]) if match[1] == "+++" else _of_yaml(match[2])


def _of_toml(text: str) -> dict[str, str]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    return {key.lower(): value.strip() for key, value in table.items() if isinstance(value, str)}


def _of_yaml(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _PLAIN.fullmatch(line.rstrip())
        if match is None:
            continue
        key, value = match[1].lower(), match[2].strip().strip("\"'")
        if key in found:
            return {}  # said twice: nobody can tell which counts
        found[key] = value
    return found


def _of_page(data: bytes) -> dict[str, str]:
    from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

    head = data.lower().find(b"</head")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # browsers read most such pages as HTML, too
        soup = BeautifulSoup(data[: head if head >= 0 else len(data)], "lxml")
    found: dict[str, str] = {}
    for element in soup.find_all("meta", limit=1000):
        name, content = element.get("name") or element.get("property"), element.get("content")
        if isinstance(name, str) and isinstance(content, str):
            said = found.setdefault(name.lower(), content.strip())
            if said != content.strip():
                return {}  # said twice, and not the same
    return found
