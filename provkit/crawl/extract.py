"""The text of a document that goes to training, taken out after the verdict.

Whatever is read of provenance is read on the raw bytes, because extractors and text tools destroy
the carriers.  Afterwards nothing of a carrier may stay: invisible wrappers would reach the
tokenizer as thousands of tokens that no reader sees.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from provkit.crawl.model import Damage
from provkit.errors import ConfigurationError, ProvkitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.crawl.documents import Document
    from provkit.crawl.model import Reading

VISIBLE: Final = "visible"
NONE: Final = "none"

_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_PROSE: Final = frozenset({"application/json", "application/xml", "application/yaml", "application/toml"})
_RUN: Final = re.compile("\ufeff?[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
"""Selectors in a row: one belongs to the character before it, four are data (C2PA 2.4 §A.8)."""
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_META: Final = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_NO_CHARSETS: Final = frozenset(
    ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7")
)  # fmt: skip
"""Codecs of Python that are no encodings of the web: one takes the square of the length, one always raises."""
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNSEEN: Final = frozenset(
    (
        "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "audio",
        "video", "head", "datalist",
    )
)  # fmt: skip
"""Elements whose content no reader sees, or sees as something else than text."""
_BLOCKS: Final = frozenset(
    (
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    )
)  # fmt: skip
"""Elements that begin a line of their own."""
_PIECE: Final = 64 * 1024
_DEEPEST: Final = 1000
"""Open elements; browsers stop at 512."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """What makes text of a document.  Picklable: a function of the user's is imported where it is used."""

    spec: str = VISIBLE
    """``visible``, ``none`` or ``module:function``."""

    def __post_init__(self) -> None:
        """Refuse at once what could only fail later, in a worker.

        Raises:
            ConfigurationError: no such extractor.
        """
        if self.spec not in {VISIBLE, NONE}:
            load_function(self.spec, "--extract")

    def __call__(self, document: Document, reading: Reading) -> str:
        """Text without carriers; empty where a medium holds none that this extractor reads.

        Raises:
            ConfigurationError: a function of the user's gave something else than text.
        """
        if self.spec not in {VISIBLE, NONE}:
            function = load_function(self.spec, "--extract")
            try:
                text = function(document.body, reading.media_type, document.url)
            except Exception as error:  # whatever the user's function raises
                said = f"{self.spec} raised {type(error).__name__} for {document.url}: {error}"
                raise ConfigurationError(said[:500]) from error
            if not isinstance(text, str):
                raise ConfigurationError(f"{self.spec} gave {type(text).__name__}, not a string")
            return without_selectors(text)
        kind = reading.media_type or ""
        if kind in _HTML:
            if self.spec == VISIBLE:
                return without_selectors(visible_text(document.body, _charset(document)))
        elif not (kind.startswith("text/") or kind in _PROSE or kind.endswith(("+json", "+xml"))):
            return ""
        return without_selectors(decoded(_bare(document, reading), _charset(document)))


def load_function(spec: str, option: str) -> Callable[..., Any]:
    """The function that ``module:function`` names.

    Raises:
        ConfigurationError: there is none.
    """
    module, colon, name = spec.partition(":")
    if not (colon and module and name):
        raise ConfigurationError(
            f"{option} {spec}: neither a known word nor module:function",
            hint=f"for example: {option} my_module:my_function",
        )
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"{option} {spec}: {error}", hint="is it on PYTHONPATH?") from error
    if not callable(found):
        raise ConfigurationError(f"{option} {spec}: that is no function")
    return cast("Callable[..., Any]", found)


def without_selectors(text: str) -> str:
    """`text` without invisible wrappers, whole ones and what is left of damaged ones."""
    return text if text.isascii() else _RUN.sub("", text)


def _bare(document: Document, reading: Reading) -> bytes:
    """The body without a carrier that is markup: comments and front matter of §A.9, elements of §A.7."""
    if reading.verdict is None and reading.damage not in {Damage.DAMAGED, Damage.INVALID}:
        return document.body
    from provkit.verification import strip

    try:
        return strip(document.body)
    except ProvkitError:
        # Not one carrier that could be cut out; what is invisible still goes, as text.
        return document.body


def _charset(document: Document) -> str | None:
    """The encoding the response names: BOM, header, then what the page says of itself (WHATWG order)."""
    for mark, name in _BOMS:
        if document.body.startswith(mark):
            return name
    header = document.media_type or ""
    if found := _CHARSET.search(header):
        return _known(found[1])
    if found_bytes := _META.search(document.body, 0, 1024):
        return _known(found_bytes[1].decode("ascii"))
    return None


def _known(name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
        b"".decode(codec)
    except (LookupError, UnicodeError):  # no codec, or one that makes no text (hex, zip)
        return None
    if codec.replace("_", "-") in _NO_CHARSETS:
        return None
    # Browsers read ISO-8859-1 and ASCII as windows-1252 (WHATWG Encoding §4.2).
    return {"iso8859-1": "cp1252", "ascii": "cp1252"}.get(codec, codec)


def decoded(body: bytes, charset: str | None) -> str:
    """`body` as text; what does not fit the encoding becomes U+FFFD, never an error."""
    try:
        return body.decode(charset or "utf-8-sig")
    except (UnicodeError, LookupError):
        return body.decode("utf-8", "replace")


def visible_text(body: bytes, charset: str | None) -> str:
    """What a reader of a page sees as text, a line for each block.

    Args:
        body: HTML, as it came.
        charset: its encoding; guessed by the parser when None.
    """
    from lxml import etree

    text = decoded(body, charset)
    # As UTF-8, so that no spelling of an encoding in the page counts a second time.  Without `huge_tree`
    # a page with 10 MB of text or 256 levels would silently be empty.  No tree: in one, the attributes of
    # an element are a chain, and a page with a hundred thousand on one of them would take minutes.
    data = text.encode("utf-8", "replace") or b" "
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, target=_Seen())
    try:
        # In pieces: what the target raises ends the work at the next one only.
        for start in range(0, len(data), _PIECE):
            parser.feed(data[start : start + _PIECE])
        seen: str = parser.close()
    except etree.XMLSyntaxError:
        return ""  # nothing but comments
    except _TooDeepError:
        seen = _flat(data)
    lines = (" ".join(line.split()) for line in seen.split("\n"))
    return "\n".join(line for line in lines if line)


class _TooDeepError(Exception):
    """The parser looks through all open elements at every end tag, so there may not be any number of them."""


class _Seen:
    """Takes what the parser meets, and gives the text of it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open = self._hidden = 0

    def start(self, tag: str, _attributes: object) -> None:
        self._open += 1
        if self._open > _DEEPEST:
            raise _TooDeepError
        if tag in _UNSEEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self._pieces.append("\n")

    def end(self, tag: str) -> None:
        self._open -= 1
        if tag in _UNSEEN:
            self._hidden -= 1
        elif tag in _BLOCKS:
            self._pieces.append("\n")

    def data(self, text: str) -> None:
        if not self._hidden:
            self._pieces.append(text)

    def close(self) -> str:
        text = "".join(self._pieces)
        # The parser and its target hold each other until the collector comes round: hold little.
        self._pieces.clear()
        return text


def _flat(data: bytes) -> str:
    """The text of a page without a view to which element is in which, but for those that nobody sees."""
    from provkit.carriers.html.tokenizer import RAW, Kind, raw_end, text_of, token

    seen = _Seen()
    hidden, inside, pos = b"", 0, 0
    while pos < len(data):
        one = token(data, pos)
        pos, name = one.end, one.name.decode("latin-1")
        if one.kind is Kind.TEXT and not inside:
            seen.data(text_of(data[one.start : pos]))
        elif one.kind is Kind.START and one.name in RAW:
            end = raw_end(data, pos, one.name)
            if name not in _UNSEEN and not inside:
                seen.data(text_of(data[pos : len(data) if end is None else end.start]))
            pos = len(data) if end is None else end.end
        elif one.kind in {Kind.START, Kind.END} and name in _BLOCKS and not inside:
            seen.data("\n")
        elif one.kind is Kind.START and name in _UNSEEN and name != "embed" and hidden in {b"", one.name}:
            hidden, inside = one.name, inside + 1
        elif one.kind is Kind.END and inside and one.name == hidden:
            inside -= 1
            hidden = hidden if inside else b""
    return seen.close()


__all__ = ["NONE", "VISIBLE", "Extractor", "decoded", "load_function", "visible_text", "without_selectors"]
