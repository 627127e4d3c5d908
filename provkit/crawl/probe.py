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

SIGNALS: Final = (b"ai-disclosure", b"igitalsourcetype", b"aigc")
"""What every statement about origin in a page spells, in lower case."""
PREFERENCES: Final = (b"noai", b"tdm-reservation", b"rsl+xml")
"""The same for use."""
_CREDENTIAL: Final = b"c2pa"
"""In the type of a script, the relation of a link (§A.7) and the delimiters of a block (§A.9)."""

_HEADERS: Final = {
    "ai-disclosure": "signal",
    "aigc": "signal",
    "content-usage": "preference",
    "content-signal": "preference",
    "tdm-reservation": "preference",
    "x-robots-tag": "preference",
    "link": "link",
}
_LINK: Final = re.compile(r"c2pa-manifest|license|\\", re.IGNORECASE)
"""In the value of a ``Link`` header that is parsed: a relation may be spelled with escapes."""
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n\f\v]*+<(?:!doctype[ \t\r\n]+)?html\b", re.IGNORECASE)
_HEAD: Final = 4096
_STEP: Final = 499
"""One byte of so many tells roughly how much of a page is not ASCII."""
_PDF: Final = b"%PDF-"
_DELIMITER: Final = b"MANIFEST-----"
_ASCII_ONLY: Final = bytes(range(128)) + b" " * 128


# Parts of the words above, as short as leaves few to find: the fewer spellings in upper and lower
# case there are to tell apart, the faster is the search.
_SPELLED: Final = r"(?i:2pa|i-disclosure|igitalsourcetype|noai|m-reservation|l(?:\+|&plus;)xml|aigc)"
# What the words are made of - letters, 2, - and + - as character references, in decimal and
# hexadecimal, with leading zeros, with and without a semicolon.  Only the last has a name, above.
_REFERENCE: Final = (
    "&#(?:0*(?:4[35]|50|6[5-9]|[78][0-9]|9[07-9]|1[01][0-9]|12[0-2])(?:[^0-9]|$)"
    "|[xX]0*(?:2[bdBD]|32|[46][1-9a-fA-F]|[57][0-9aA])(?:[^0-9a-fA-F]|$))"
)


def _finder(pattern: str) -> SchemaValidator:
    """A search of UTF-8 for a pattern.

    The regular expressions of Rust look for several words at once, in letters of any case, in the
    time ``re`` takes for one.  pydantic brings them; it takes bytes for text.
    """
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))


# Two searches: together they are slower, as they share no beginning.
_WORDS: Final = _finder(_SPELLED)
_REFERENCES: Final = _finder(_REFERENCE)


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

    @property
    def credential(self) -> bool:
        """Whether there may be a credential, here or elsewhere."""
        return self.text or self.html or self.structured or self.pdf or self.container or self.linked

    @property
    def anything(self) -> bool:
        """Whether there may be anything at all."""
        return self.credential or self.signal or self.preference


_NOTHING_IN_A_PAGE: Final = Probe(media.HTML)


def probe(body: bytes, headers: Sequence[tuple[str, str]] = ()) -> Probe:
    """What may be in a response.  Total, and linear in ``body``.

    Args:
        body: as received, without content and transfer encoding.
        headers: names in any case, and values.
    """
    told = {_HEADERS[low] for name, _ in headers if (low := name.lower()) in _HEADERS} if headers else ()
    # UTF-16 and UTF-32 spell ASCII as ASCII between NULs; other readers drop or stop at them.
    view = body.replace(b"\0", b"") if b"\0" in body else body
    is_ascii = view is body and body.isascii()
    media_type = _sniff(body, is_ascii=is_ascii)
    if media_type == media.PDF:
        flags = {"pdf": True, "signal": True, "preference": True}
    elif media_type in LOCATORS:
        flags = {"container": True, "signal": True, "preference": True}
    else:
        if _names_anything(view, is_ascii=is_ascii):
            flags = _closer(body, view)
        elif media_type == media.HTML and not told:
            return _NOTHING_IN_A_PAGE
        else:
            flags = {}
        if media_type == media.TEXT and svg.is_left_over(body):
            flags["container"] = True
    if "signal" in told:
        flags["signal"] = True
    if "preference" in told:
        flags["preference"] = True
    if "link" in told:
        links = [(name, value) for name, value in headers if name.lower() == "link" and _LINK.search(value)]
        if credential_links(links):
            flags["linked"] = True
        if preferences(links):
            flags["preference"] = True
    return Probe(media_type, **flags)


def _sniff(body: bytes, *, is_ascii: bool) -> str | None:
    """As ``media.sniff`` says, faster for pages: what begins like one is one, if it is text."""
    if _PAGE.match(body, 0, _HEAD):
        if is_ascii:
            return media.HTML
        head = body[:_HEAD]
        if _PDF not in head and b"\0" not in head:
            return media.HTML
    try:
        return media.sniff(body)
    except ProvkitError:
        return None


def _names_anything(view: bytes, *, is_ascii: bool) -> bool:
    """Whether any of the words occurs, spelled out in any case or with character references."""
    if not is_ascii:
        if b"\xf3" in view and SELECTOR in view:
            return True
        if _searcher is None and view[::_STEP].isascii():
            # Little of it is not ASCII, so it is searched as it is, if it is UTF-8.
            try:
                _REFERENCES.validate_python(view)
            except ValidationError as error:
                if error.errors(include_input=False, include_url=False)[0]["type"] != "string_unicode":
                    return _WORDS.isinstance_python(view)
            else:
                return True
        view = _ascii(view)
    if _WORDS.isinstance_python(view):
        return True
    if _searcher is not None and _searcher.find(view, b"&#") < 0:
        return False
    return _REFERENCES.isinstance_python(view)


def _ascii(view: bytes) -> bytes:
    """What is ASCII in it, everything else blank: no word has anything else, whatever the encoding."""
    if view.isascii():
        return view
    return bytes((_searcher or bytes).translate(view, _ASCII_ONLY))


def _closer(body: bytes, view: bytes) -> dict[str, bool]:
    """Which of the words it is; here time matters less."""
    plain = _ascii(view)
    lower = plain.lower()
    encoded = b"&plus;" in plain or _REFERENCES.isinstance_python(plain)
    return {
        "text": SELECTOR in body,
        "html": may_occur(view) or (view is not body and _CREDENTIAL in lower),
        "structured": _DELIMITER in body,
        "signal": encoded or any(word in lower for word in SIGNALS),
        "preference": encoded or any(word in lower for word in PREFERENCES),
    }


def use(searcher: Searcher | None) -> None:
    """Use another searcher than the installed one, or none: for tests and measurements."""
    global _searcher  # noqa: PLW0603 # one switch for one process
    _searcher = searcher
