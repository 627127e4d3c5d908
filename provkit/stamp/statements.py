"""What an article says about itself: front matter, and the ``meta`` elements of a page.  Nothing is guessed.

Of YAML only what fits on one line is read, and it is read strictly: where a real parser could see something else
than what is seen here, nothing was stated.
"""

from __future__ import annotations

import re
import tomllib
import warnings
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from provkit import media

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.stamp.rules import Rule, Statement

_HEAD: Final = 256 * 1024
"""Bytes at the start of a file in which statements are looked for."""
_FRONT: Final = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?)^\1[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_KEY: Final = re.compile(r"""(["']?)([A-Za-z0-9_:.-]*[A-Za-z0-9_.-])\1[ \t]*:(?:[ \t]+(.*))?""")
_QUOTED: Final = re.compile(r"""(?:"([^"\\]*)"|'((?:[^']|'')*)')(?:[ \t]+#.*)?""")
_PLAIN: Final = re.compile(r"""[^\s"'\[{&*!|>%@`#].*""")
_COMMENT: Final = re.compile(r"[ \t]#")
_OTHER: Final = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|\[.*\]|\{.*\}|[|>&*!].*|#.*|)(?:[ \t]+#.*)?""")
"""What is no text on one line, and ends on it or goes on in lines that are indented."""
_UNCLEAR: Final = ""
"""Value of a key that is there and says nothing that can be read."""


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
    if not byline:
        return None
    known = (one.origin for one in statement.bylines if fnmatchcase(byline[:1000], one.match))
    return next(known, None)


def _pairs(data: bytes, media_type: str) -> dict[str, str]:
    if media_type in {media.HTML, media.XHTML}:
        return _of_page(data)
    match = _FRONT.match(data.decode("utf-8", "replace"))
    if match is None:
        return {}
    return _of_toml(match[2]) if match[1] == "+++" else _of_yaml(match[2])


def _of_toml(text: str) -> dict[str, str]:
    try:
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return _unambiguous(
        (key, value.strip() if isinstance(value, str) else _UNCLEAR) for key, value in table.items()
    )


def _of_yaml(text: str) -> dict[str, str]:
    found: list[tuple[str, str]] = []
    for line in map(str.rstrip, text.split("\n")):
        if not line or line.startswith("#"):
            continue
        if line[0] in " \t" or line.startswith("- ") or line == "-":
            if line.lstrip().startswith("#"):
                continue
            if not found:
                return {}
            found[-1] = (found[-1][0], _UNCLEAR)  # the value goes on: it was not all of it
            continue
        key = _KEY.fullmatch(line)
        if key is None:
            return {}
        said = _value(key[3] or "")
        if said is None:
            return {}  # a quotation or list that goes on: the lines below may be part of it
        found.append((key[2], said))
    return _unambiguous(found)


def _value(text: str) -> str | None:
    """What stands behind a key; None where it does not end on this line."""
    if _PLAIN.fullmatch(text) is not None:
        return _COMMENT.split(text, maxsplit=1)[0].strip()
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return (quoted[1] or (quoted[2] or "").replace("''", "'")).strip()
    return None if _OTHER.fullmatch(text) is None else _UNCLEAR


def _of_page(data: bytes) -> dict[str, str]:
    from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # browsers read most such pages as HTML, too
        head = BeautifulSoup(data, "lxml").head
    found: list[tuple[str, str]] = []
    for element in () if head is None else head.find_all("meta", limit=1000):
        name, content = element.get("name") or element.get("property"), element.get("content")
        if isinstance(name, str) and isinstance(content, str):
            found.append((name, content.strip()))
    return _unambiguous(found)


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By lower-case key; what is said twice, and not the same, is not clear."""
    found: dict[str, str] = {}
    for key, value in pairs:
        known = found.setdefault(key.lower(), value)
        if known != value:
            found[key.lower()] = _UNCLEAR
    return found
