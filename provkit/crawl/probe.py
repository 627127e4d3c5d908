"""Whether a response can hold anything about its origin or its use, at a small fixed cost.

Most pages hold nothing.  For them the answer takes two searches over their bytes; only what may
hold something is parsed.  The law, with its reasons, is in spec/signals.md: where the probe sees
nothing, ``provkit.verify`` finds no credential and no function of ``provkit.crawl.signals`` finds
a statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from pydantic_core import SchemaValidator, ValidationError, core_schema

from provkit import media
from provkit.carriers import svg
from provkit.carriers.containers import LOCATORS
from provkit.carriers.html.elements import may_occur
from provkit.crawl.signals import page
from provkit.crawl.signals.headers import credential_links, preferences
from provkit.errors import ProvkitError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Searcher(Protocol):
    """What is used of stringzilla."""

    def find(self, text: bytes, word: bytes, /) -> int:
        """As ``bytes.find``."""
        ...

    def translate(self, text: bytes, table: bytes, /) -> bytes:
        """As ``bytes.translate``."""
        ...


_searcher: Searcher | None = None
try:
    import stringzilla  # type: ignore[import-not-found,unused-ignore] # the extra `crawl`
except ImportError:
    pass
else:
    _searcher = stringzilla

SELECTOR: Final = b"\xf3\xa0\x84\xb3"
"""U+E0133, the selector of ``C``: the magic of a wrapper begins with it, a cut one too (§A.8.4)."""

_CREDENTIAL: Final = b"c2pa"
"""In the type of a script, the relation of a link (§A.7) and the delimiters of a block (§A.9)."""

CODED: Final = "coded"
_ROBOTS: Final = "robots"
_LINK: Final = "link"
_HEADERS: Final = {
    "ai-disclosure": "signal",
    "aigc": "signal",
    "content-usage": "preference",
    "content-signal": "preference",
    "tdm-reservation": "preference",
    "x-robots-tag": _ROBOTS,
    "link": _LINK,
    "content-encoding": CODED,
    "transfer-encoding": CODED,
}
_TELLING: Final = {_ROBOTS: ("noai", "noimageai"), _LINK: ("c2pa-manifest", "license", "\\")}
"""What the values of these headers have where they say anything; a relation may be spelled with escapes."""
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n\f\v]*+<(?:!doctype[ \t\r\n]+)?html\b", re.IGNORECASE)
_USUAL: Final = (b"<!DOCTYPE html>", b"<!doctype html>")
_HEAD: Final = 4096
_STEP: Final = 499
"""One byte of so many tells roughly how much of a page is not ASCII."""
_PDF: Final = b"%PDF-"
_DELIMITER: Final = b"MANIFEST-----"
_ASCII_ONLY: Final = bytes(range(128)) + b" " * 128


# What the words are made of - letters, 2, - and + - as character references, in decimal and
# hexadecimal, with leading zeros, with and without a semicolon.  Only + has a name.
_REFERENCE: Final = (
    "&#(?:0*(?:4[35]|50|6[5-9]|[78][0-9]|9[07-9]|1[01][0-9]|12[0-2])(?:[^0-9]|$)"
    "|[xX]0*(?:2[bdBD]|32|[46][1-9a-fA-F]|[57][0-9aA])(?:[^0-9a-fA-F]|$))"
)
# What is searched for of each word: three characters that are rare beside each other in pages and have
# few spellings in upper and lower case, what follows on them, and what may stand behind.
_RARE: Final = (
    ("c2p", "a", ""),
    ("ai-", "disclosure", ""),
    ("dm-", "reservation", ""),
    (r"l\+x", "ml", ""),
    ("l&p", "lus;xml", ""),
    # These are part of many words; where they count, they stand alone.  What is before them is looked at
    # later: a character reference without a semicolon may end in a letter.
    ("aig", "c", "(?:[^0-9A-Za-z]|$)"),
    ("noa", "i", "(?:[^0-9A-Za-z]|$)"),
)


def _pattern() -> str:
    """All words and the references, in the order in which the search is fastest.

    The engine looks for the first three characters of everything at once (the algorithm Teddy).  It
    puts them into sixteen classes by their place in the list and compares a place with a whole class,
    so what does not look alike should not share one: one spelling of each word comes first.
    """
    first = [f"{begin}(?i-u:{end}){behind}" for begin, end, behind in _RARE]
    # Readers of this one want its letters in the right case.
    rest = ["lSourceType", *(f"(?i-u:{begin}{end}){behind}" for begin, end, behind in _RARE)]
    return "|".join([_REFERENCE, *first, *rest])


def _finder(pattern: str) -> SchemaValidator:
    """A search of UTF-8 for a pattern.

    The regular expressions of Rust, which pydantic brings, look for many words at once and see no
    difference between upper and lower case, in less time than ``bytes.find`` takes for one word.
    """
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))


_ANYTHING: Final = _finder(_pattern())
_ALONE: Final = "(?:^|[^0-9a-z]){}(?:[^0-9a-z]|$)"
_SIGNAL: Final = _finder("ai-disclosure|igitalsourcetype|" + _ALONE.format("aigc"))
_PREFERENCE: Final = _finder(r"tdm-reservation|rsl\+xml|" + _ALONE.format("noai"))
"""What every statement in a page spells, in lower case and without character references."""

_DECIMAL_OR_HEX: Final = re.compile(rb"&(?:#(?:[xX]([0-9a-fA-F]++)|([0-9]++));?|plus;)")


@dataclass(frozen=True, slots=True)
class Probe:
    """What may be there.  A flag that is false is certain; one that is true is a reason to look."""

    media_type: str | None = None
    """As sniffed from the bytes; None where nothing known stands there."""
    text: bool = False
    """Selectors of a credential for text (§A.8)."""
    html: bool = False
    """An element of a page with a credential, or a link to one (§A.7)."""
    structured: bool = False
    """A block in a comment (§A.9)."""
    pdf: bool = False
    """It is a PDF; what is in one may be compressed."""
    container: bool = False
    """It is a picture, sound, film or archive, or what is left of one."""
    linked: bool = False
    """A header names a credential elsewhere."""
    signal: bool = False
    """A statement about origin."""
    preference: bool = False
    """A statement about use."""
    stated: bool = False
    """One or the other in the body itself, not in the headers alone."""

    @property
    def credential(self) -> bool:
        """Whether there may be a credential, here or elsewhere."""
        return self.text or self.html or self.structured or self.pdf or self.container or self.linked

    @property
    def anything(self) -> bool:
        """Whether there may be anything at all."""
        return self.credential or self.signal or self.preference


NOTHING_IN_A_PAGE: Final = Probe(media.HTML)
"""Of nearly every page."""
_ANY_STATEMENT: Final = {"signal": True, "preference": True, "stated": True}


NOTHING_HEARD: Final[frozenset[str]] = frozenset()


def heard(headers: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Of which kinds there are headers that matter: :data:`CODED`, and what :func:`probe` looks at."""
    kinds = None
    for name, value in headers:
        kind = _HEADERS.get(name.lower())
        if kind is not None and (kind not in _TELLING or _tells(kind, value)):
            kinds = {kind} if kinds is None else kinds | {kind}
    return NOTHING_HEARD if kinds is None else frozenset(kinds)


def _tells(kind: str, value: str) -> bool:
    low = value.lower()
    return any(word in low for word in _TELLING[kind])


def probe(body: bytes, headers: Sequence[tuple[str, str]] = (), told: frozenset[str] | None = None) -> Probe:
    """What may be in a response.  Total, and linear in ``body``.

    Args:
        body: as received, without content and transfer encoding.
        headers: names in any case, and values.
        told: what :func:`heard` says of them, if it was asked already.
    """
    view = body if body.find(b"\0") < 0 else _narrow(body)
    is_ascii = view is body and body.isascii()
    media_type = _sniff(body, is_ascii=is_ascii)
    flags: dict[str, bool] = {}
    if media_type == media.PDF:
        flags = {"pdf": True, **_ANY_STATEMENT}
    elif media_type in LOCATORS:
        flags = {"container": True, **_ANY_STATEMENT}
    else:
        if _names_anything(view, is_ascii=is_ascii):
            flags = _closer(body, view)
        if media_type == media.TEXT and svg.is_left_over(body):
            flags["container"] = True
    if told is None:
        told = heard(headers)
    if told:
        _told(told, headers, flags)
    return Probe(media_type, **flags) if flags or media_type != media.HTML else NOTHING_IN_A_PAGE


def _told(told: frozenset[str], headers: Sequence[tuple[str, str]], flags: dict[str, bool]) -> None:
    if "signal" in told:
        flags["signal"] = True
    if "preference" in told:
        flags["preference"] = True
    if _ROBOTS in told:
        flags["preference"] = True
    if _LINK in told:
        links = [one for one in headers if one[0].lower() == "link" and _tells(_LINK, one[1])]
        if credential_links(links):
            flags["linked"] = True
        if preferences(links):
            flags["preference"] = True


def _narrow(body: bytes) -> bytes:
    """A body with NULs as its readers see it: those of pages decode UTF-16 and UTF-32, others drop NULs."""
    dropped, decoded = body.replace(b"\0", b""), page.decoded(body)
    return dropped if decoded is body else dropped + b"\n" + decoded


def _sniff(body: bytes, *, is_ascii: bool) -> str | None:
    """As ``media.sniff`` says, faster for pages: what begins like one is one, if it is text."""
    if is_ascii and body.startswith(_USUAL):
        return media.HTML
    if _PAGE.match(body, 0, _HEAD):
        if is_ascii:
            return media.HTML
        head = body[:_HEAD]
        # A search for one byte costs next to nothing.
        if not ((b"%" in head and _PDF in head) or b"\0" in head):
            return media.HTML
    try:
        return media.sniff(body)
    except ProvkitError:
        return None


def _names_anything(view: bytes, *, is_ascii: bool) -> bool:
    """Whether any of the words occurs, spelled out in any case or with character references."""
    if is_ascii:
        return _ANYTHING.isinstance_python(view)
    if _selects(view):
        return True
    if _searcher is None and view[::_STEP].isascii():
        # Little of it is not ASCII, so it is searched as it is, if it is UTF-8.
        try:
            _ANYTHING.validate_python(view)
        except ValidationError as error:
            if error.errors(include_input=False, include_url=False)[0]["type"] != "string_unicode":
                return False
        else:
            return True
    return _ANYTHING.isinstance_python(_ascii(view))


def _ascii(view: bytes) -> bytes:
    """What is ASCII in it, everything else blank: no word has anything else, whatever the encoding."""
    if view.isascii():
        return view
    return bytes((_searcher or bytes).translate(view, _ASCII_ONLY))


def _selects(view: bytes) -> bool:
    # In UTF-8 the first byte is rare, and a search for one byte costs next to nothing.
    return view.find(b"\xf3") >= 0 and (_searcher or bytes).find(view, SELECTOR) >= 0


def _closer(body: bytes, view: bytes) -> dict[str, bool]:
    """Which of the words it is; here time matters less."""
    lower = _DECIMAL_OR_HEX.sub(_character, _ascii(view)).lower()
    signal, preference = _SIGNAL.isinstance_python(lower), _PREFERENCE.isinstance_python(lower)
    return {
        "text": _selects(body),
        "html": may_occur(view) or (view is not body and _CREDENTIAL in lower),
        "structured": _DELIMITER in body,
        "signal": signal,
        "preference": preference,
        "stated": signal or preference,
    }


def _character(reference: re.Match[bytes]) -> bytes:
    """The ASCII character that a reference means; a blank for another."""
    digits = reference[1] or reference[2]
    if digits is None:
        return b"+"
    # Zeros may lead; what has more digits than these is beyond ASCII.
    digits = digits.lstrip(b"0")[:4]
    point = int(digits or b"0", 16 if reference[1] else 10)
    return _POINTS[point] if point < 128 else b" "


_POINTS: Final = tuple(bytes((point,)) for point in range(128))


def installed() -> Searcher | None:
    """The searcher in use."""
    return _searcher


def use(searcher: Searcher | None) -> None:
    """Use another searcher than the installed one, or none: for tests and measurements."""
    global _searcher  # noqa: PLW0603 # one switch for one process
    _searcher = searcher
