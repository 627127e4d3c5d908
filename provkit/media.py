"""What a file is, from its bytes.  A caller's type or a file name is a hint, never a fact."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provkit.carriers import text
from provkit.carriers import zip as archive
from provkit.carriers.carried import Carriage
from provkit.carriers.source import Memory
from provkit.errors import MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from provkit.carriers.source import Source

TEXT: Final = "text/plain"
HTML: Final = "text/html"
XHTML: Final = "application/xhtml+xml"
PDF: Final = "application/pdf"
JSON: Final = "application/json"
UNKNOWN: Final = "application/octet-stream"

_TEXT_HINTS: Final = frozenset({TEXT, "text/csv", "text/tab-separated-values"})
"""Types whose only place for a credential is the text itself (§A.8, §A.9.2)."""

_EXTENSIONS: Final = {
    "txt": TEXT, "text": TEXT, "asc": TEXT, "log": TEXT, "": TEXT,
    "csv": "text/csv", "tsv": "text/tab-separated-values",
    "html": HTML, "htm": HTML, "xhtml": XHTML, "xht": XHTML,
    "json": JSON, "svg": "image/svg+xml",
}  # fmt: skip
"""Of types that are no structured text; those have a table of their own."""

# (offset, bytes) pairs that must all be there, most telling first.
_MAGIC: Final[tuple[tuple[str, tuple[tuple[int, bytes], ...]], ...]] = (
    ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("image/gif", ((0, b"GIF8"),)),
    ("image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("audio/wav", ((0, b"RIFF"), (8, b"WAVE"))),
    ("video/x-msvideo", ((0, b"RIFF"), (8, b"AVI "))),
    ("image/tiff", ((0, b"II*\0"),)),
    ("image/tiff", ((0, b"MM\0*"),)),
    ("image/tiff", ((0, b"II+\0"),)),
    ("image/tiff", ((0, b"MM\0+"),)),
    ("image/jxl", ((0, b"\0\0\0\x0cJXL \r\n\x87\n"),)),
    ("image/jxl", ((0, b"\xff\x0a"),)),
    ("image/avif", ((4, b"ftypavi"),)),
    ("image/heic", ((4, b"ftyphei"),)),
    ("image/heic", ((4, b"ftypmif"),)),
    ("video/mp4", ((4, b"ftyp"),)),
    ("application/c2pa", ((4, b"jumb"), (12, b"jumdc2pa"))),
    (archive.PLAIN, ((0, b"PK\x03\x04"),)),
    (archive.PLAIN, ((0, b"PK\x05\x06"),)),
    ("audio/mpeg", ((0, b"ID3\2"),)),
    ("audio/mpeg", ((0, b"ID3\3"),)),
    ("audio/mpeg", ((0, b"ID3\4"),)),
    ("audio/mpeg", ((0, b"\xff\xfb"),)),
    ("audio/flac", ((0, b"fLaC"),)),
    ("application/ogg", ((0, b"OggS"),)),
    ("font/otf", ((0, b"OTTO\0"),)),
    ("font/ttf", ((0, b"\0\1\0\0"),)),
    ("application/gzip", ((0, b"\x1f\x8b"),)),
    ("image/bmp", ((0, b"BM"), (6, b"\0\0\0\0"))),
)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_SNIFF_BYTES: Final = 4096
_LONGEST_PROLOG: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """One medium that this version signs and verifies, and where its credential is kept."""

    media_type: str
    extensions: tuple[str, ...]
    carrier: str


FORMATS: Final = (
    Format(TEXT, ("txt", "text", "asc", "log"), "text (A.8)"),
    Format("text/csv", ("csv",), "text (A.8)"),
    Format("text/tab-separated-values", ("tsv",), "text (A.8)"),
    Format(HTML, ("html", "htm"), "head of the page (A.7)"),
    Format(XHTML, ("xhtml", "xht"), "head of the page (A.7)"),
    Format(PDF, ("pdf",), "embedded file (A.4)"),
    Format(JSON, ("json",), "sidecar (11.4)"),
    Format("image/jpeg", ("jpg", "jpeg"), "APP11 (A.3.1)"),
    Format("image/png", ("png",), "caBX (A.3.2)"),
    Format("image/svg+xml", ("svg",), "metadata (A.3.3)"),
    Format("image/tiff", ("tif", "tiff", "dng"), "tag CD41 (A.3.6)"),
    Format("image/webp", ("webp",), "RIFF (A.3.7)"),
    Format("image/gif", ("gif",), "extension (A.3.8)"),
    Format("image/jxl", ("jxl",), "jumb box (A.3)"),
    Format("image/avif", ("avif",), "uuid box (A.5)"),
    Format("image/heic", ("heic", "heif"), "uuid box (A.5)"),
    Format("video/mp4", ("mp4", "m4v", "mov", "m4a"), "uuid box (A.5)"),
    Format("video/x-msvideo", ("avi",), "RIFF (A.3.7)"),
    Format("audio/wav", ("wav",), "RIFF (A.3.7)"),
    Format("audio/mpeg", ("mp3",), "ID3 (A.3.4)"),
    Format("audio/flac", ("flac",), "ID3 (A.3.4)"),
    *(
        Format(name, (ending,), "file inside (A.6)")
        for name, ending in (
            (f"{archive.OFFICE}wordprocessingml.document", "docx"),
            (f"{archive.OFFICE}spreadsheetml.sheet", "xlsx"),
            (f"{archive.OFFICE}presentationml.presentation", "pptx"),
            (f"{archive.OPEN}text", "odt"),
            (f"{archive.OPEN}spreadsheet", "ods"),
            (f"{archive.OPEN}presentation", "odp"),
            (archive.EPUB, "epub"),
            (archive.PLAIN, "zip"),
        )
    ),
)
"""What :func:`sniff` and signing accept in this version; everything else is an error that says so."""
_KNOWN: Final = frozenset(entry.media_type for entry in FORMATS) - _TEXT_HINTS


def type_of_name(name: str) -> str | None:
    """Media type a file name hints at; None for an unknown extension."""
    stem, dot, extension = name.rpartition(".")
    known = _EXTENSIONS.get(extension.lower()) if dot and stem else None
    if known:
        return known
    from provkit.carriers import structured

    return structured.type_of_name(name) or (None if dot and stem else TEXT)


def sniff(data: bytes | Source) -> str:
    """Media type of the bytes themselves.

    Returns:
        A type with a locator, ``application/pdf``, ``text/html``, or ``text/plain`` for every other text.

    Raises:
        MalformedError: empty, or neither a known format nor UTF-8 text.
        UnsupportedError: a format this version has no carrier for, or UTF-16 text.
    """
    asset = Memory(data) if isinstance(data, bytes) else data
    if not asset.size:
        raise MalformedError("the file is empty", hint="nothing was signed here; was the download cut off?")
    head = asset.read(0, _SNIFF_BYTES)
    found = (_container(head) if _is_binary(head) else None) or _markup(head, asset)
    if found is not None:
        if found not in _KNOWN:
            raise _no_carrier(found)
        return archive.kind(asset) if found == archive.PLAIN else found
    zeros = b"\0" in head
    wide = head.startswith(_UTF16) or (zeros and _looks_like_utf16(head))
    if not (wide or zeros) or _holds_wrapper(asset):
        return TEXT
    if wide:
        raise UnsupportedError(
            "UTF-16 text carries no credential this version can read",
            hint="convert the file to UTF-8, for example with: iconv -f UTF-16 -t UTF-8",
        )
    raise UnsupportedError("neither text nor a format this version knows", hint="see: provkit formats")


def _holds_wrapper(asset: Source) -> bool:
    """Whether a credential for text stands in bytes that do not look like text."""
    return asset.size <= DEFAULT_LIMITS.text_bytes and text.names_magic(asset.read(0, asset.size))


_PDF: Final = re.compile(rb"%PDF-[0-9]\.[0-9]")
_PDF_HEADER: Final = 1024
_ELEMENT: Final = re.compile(
    rb"<(?:(!doctype)[ \t\r\n\f]+)?(?:[a-z]+:)?(html|svg)(?=[ \t\r\n\f/>]|$)", re.IGNORECASE
)
_PROLOG: Final = ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<!DOCTYPE", b">"))


def _markup(head: bytes, asset: Source) -> str | None:
    """Media type of PDF, HTML or SVG by what stands first behind white space, comments and declarations."""
    pos = len(head) - len(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if not head.startswith((b"<", b"%"), pos):
        return None
    if _PDF.match(head, pos):
        return "application/pdf"
    while True:
        element = _ELEMENT.match(head, pos)
        if element:
            return "text/html" if element[2].lower() == b"html" else "image/svg+xml"
        closing = next((close for begin, close in _PROLOG if head.startswith(begin, pos)), None)
        stop = -1 if closing is None else head.find(closing, pos)
        if closing is not None and stop < 0 and len(head) == _SNIFF_BYTES:
            head = asset.read(0, _LONGEST_PROLOG)  # a licence in a comment, for example
            continue
        if closing is None or stop < 0:
            return None
        rest = head[stop + len(closing) :]
        pos = len(head) - len(rest.lstrip())


def _is_binary(head: bytes) -> bool:
    if b"\0" in head:
        return True
    if head.isascii():
        return False
    try:
        codecs.utf_8_decode(head)  # the last character may be cut off
    except UnicodeDecodeError:
        return True
    return False


def _container(head: bytes) -> str | None:
    for media_type, marks in _MAGIC:
        if all(head.startswith(mark, offset) for offset, mark in marks):
            return media_type
    # Readers of PDF look for the header so far (ISO 32000-1, implementation note 13); behind that, text quotes it.
    return "application/pdf" if _PDF.search(head, 0, _PDF_HEADER) else None


def _looks_like_utf16(head: bytes) -> bool:
    """Text without a byte order mark whose every other byte is zero."""
    return len(head) >= 4 and head.count(b"\0") * 3 > len(head)


def _no_carrier(media_type: str) -> UnsupportedError:
    return UnsupportedError(
        f"{media_type} is not a format this version can sign or verify", hint="see: provkit formats"
    )


def type_to_sign(data: bytes | Source, hint: str | None, *, apart: bool = False) -> str:
    """Media type to sign an asset as: what the bytes are, and for text what the caller says.

    Args:
        data: the asset, whole.
        hint: a media type; counts only where the bytes are text.
        apart: the store goes into a file of its own, so that any bytes will do.

    Raises:
        MalformedError: the bytes are nothing that can be signed.
        UnsupportedError: a type this version cannot sign, with the way out in its hint.
    """
    try:
        asset = Memory(data) if isinstance(data, bytes) else data
        found = sniff(asset) if asset.size else TEXT
    except (UnsupportedError, MalformedError):
        if apart:
            return hint or UNKNOWN
        raise
    if found == HTML and hint == XHTML:
        return XHTML
    if found != TEXT or hint is None:
        return found
    if apart or hint in _TEXT_HINTS or hint in (HTML, XHTML, JSON):
        return hint
    from provkit.carriers import structured

    if structured.syntax_of(hint):
        return hint
    raise UnsupportedError(
        f"{hint} is not a format this version can sign",
        hint="see: provkit formats; --sidecar signs any file",
    )


def is_known(media_type: str) -> bool:
    """Whether this version has a place for a credential in a type."""
    if any(media_type == entry.media_type for entry in FORMATS):
        return True
    from provkit.carriers import structured

    return structured.syntax_of(media_type) is not None


def usual_carriage(media_type: str) -> Carriage:
    """Where the store of a type goes when nothing is said.

    JSON has no place for a comment, and must stay what its parsers expect.
    """
    return Carriage.SIDECAR if media_type == JSON else Carriage.EMBEDDED
