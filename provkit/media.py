"""What a file is, from its bytes.  A caller's type or a file name is a hint, never a fact."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from provkit.carriers import text
from provkit.errors import MalformedError, UnsupportedError

TEXT: Final = "text/plain"

_TEXT_HINTS: Final = frozenset({TEXT, "text/csv", "text/tab-separated-values"})
"""Types whose only place for a credential is the text itself (§A.8, §A.9.2)."""

_EXTENSIONS: Final = {
    "txt": TEXT, "text": TEXT, "asc": TEXT, "log": TEXT, "": TEXT,
    "csv": "text/csv", "tsv": "text/tab-separated-values",
    "md": "text/markdown", "markdown": "text/markdown",
    "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml",
    "xml": "application/xml", "svg": "image/svg+xml", "json": "application/json",
    "yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml",
    "py": "text/x-python", "js": "text/javascript", "ts": "text/x-typescript", "css": "text/css",
    "c": "text/x-c", "h": "text/x-c", "java": "text/x-java", "go": "text/x-go", "rs": "text/x-rust",
    "sh": "text/x-shellscript", "sql": "application/sql", "tex": "text/x-tex", "ini": "text/x-ini",
}  # fmt: skip

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
    ("image/avif", ((4, b"ftypavi"),)),
    ("image/heic", ((4, b"ftyphei"),)),
    ("image/heic", ((4, b"ftypmif"),)),
    ("video/mp4", ((4, b"ftyp"),)),
    ("application/c2pa", ((4, b"jumb"), (12, b"jumdc2pa"))),
    ("application/zip", ((0, b"PK\x03\x04"),)),
    ("audio/mpeg", ((0, b"ID3"),)),
    ("audio/mpeg", ((0, b"\xff\xfb"),)),
    ("audio/flac", ((0, b"fLaC"),)),
    ("application/ogg", ((0, b"OggS"),)),
    ("font/otf", ((0, b"OTTO"),)),
    ("font/ttf", ((0, b"\0\1\0\0"),)),
    ("application/gzip", ((0, b"\x1f\x8b"),)),
    ("image/bmp", ((0, b"BM"),)),
)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_STRUCTURED_BEGIN: Final = b"-----BEGIN C2PA MANIFEST-----"
_STRUCTURED_END: Final = b"-----END C2PA MANIFEST-----"
_HTML_CARRIERS: Final = (b"application/c2pa", b"c2pa-manifest")
_HTML_ELEMENTS: Final = (b"<script", b"<link")
_SNIFF_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """One medium and what this version does with it."""

    media_type: str
    extensions: tuple[str, ...]
    carrier: str
    sign: bool
    verify: bool


FORMATS: Final = (
    Format(TEXT, ("txt", "text", "asc", "log"), "text (A.8)", sign=True, verify=True),
    Format("text/csv", ("csv",), "text (A.8)", sign=True, verify=True),
    Format("text/tab-separated-values", ("tsv",), "text (A.8)", sign=True, verify=True),
    Format("image/jpeg", ("jpg", "jpeg"), "APP11 (A.3.1)", sign=True, verify=True),
    Format("image/png", ("png",), "caBX (A.3.2)", sign=True, verify=True),
    Format("image/svg+xml", ("svg",), "metadata (A.3.3)", sign=True, verify=True),
    Format("image/tiff", ("tif", "tiff", "dng"), "tag CD41 (A.3.6)", sign=True, verify=True),
    Format("image/webp", ("webp",), "RIFF (A.3.7)", sign=True, verify=True),
    Format("image/gif", ("gif",), "extension (A.3.8)", sign=True, verify=True),
    Format("image/avif", ("avif",), "uuid box (A.5)", sign=True, verify=True),
    Format("image/heic", ("heic", "heif"), "uuid box (A.5)", sign=True, verify=True),
    Format("video/mp4", ("mp4", "m4v", "mov", "m4a"), "uuid box (A.5)", sign=True, verify=True),
    Format("video/x-msvideo", ("avi",), "RIFF (A.3.7)", sign=True, verify=True),
    Format("audio/wav", ("wav",), "RIFF (A.3.7)", sign=True, verify=True),
    Format("audio/mpeg", ("mp3",), "ID3 (A.3.4)", sign=True, verify=True),
    Format("audio/flac", ("flac",), "ID3 (A.3.4)", sign=True, verify=True),
)
"""What :func:`sniff` and signing accept in this version; everything else is an error that says so."""
_CONTAINERS: Final = frozenset(entry.media_type for entry in FORMATS) - _TEXT_HINTS


def type_of_name(name: str) -> str | None:
    """Media type a file name hints at; None for an unknown extension."""
    stem, dot, extension = name.rpartition(".")
    return _EXTENSIONS.get(extension.lower() if dot and stem else "")


def sniff(data: bytes) -> str:
    """Media type of the bytes themselves.

    Returns:
        A type of :data:`FORMATS`; every text is ``text/plain``.

    Raises:
        MalformedError: empty, or neither a known format nor UTF-8 text.
        UnsupportedError: a format this version has no carrier for, or UTF-16 text.
    """
    if not data:
        raise MalformedError("the file is empty", hint="nothing was signed here; was the download cut off?")
    head = data[:_SNIFF_BYTES]
    found = (_container(head) if _is_binary(head) else None) or _markup(head)
    if found is not None:
        if found not in _CONTAINERS:
            raise _no_carrier(found)
        return found
    if text.names_magic(data):
        return TEXT
    if head.startswith(_UTF16) or _looks_like_utf16(head):
        raise UnsupportedError(
            "UTF-16 text carries no credential this version can read",
            hint="convert the file to UTF-8, for example with: iconv -f UTF-16 -t UTF-8",
        )
    if b"\0" in head:
        raise UnsupportedError("neither text nor a format this version knows", hint="see: provkit formats")
    _refuse_other_text_carriers(data)
    return TEXT


_PDF: Final = re.compile(rb"%PDF-[0-9]")
_ELEMENT: Final = re.compile(rb"<(?:(!doctype)[ \t\r\n]+)?(?:[a-z]+:)?(html|svg)\b", re.IGNORECASE)
_PROLOG: Final = ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<!DOCTYPE", b">"))


def _markup(head: bytes) -> str | None:
    """Media type of PDF, HTML or SVG by what stands first behind white space, comments and declarations."""
    pos = len(head) - len(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if _PDF.match(head, pos):
        return "application/pdf"
    while True:
        element = _ELEMENT.match(head, pos)
        if element:
            return "text/html" if element[2].lower() == b"html" else "image/svg+xml"
        closing = next((close for begin, close in _PROLOG if head.startswith(begin, pos)), None)
        stop = -1 if closing is None else head.find(closing, pos)
        if closing is None or stop < 0:
            return None
        rest = head[stop + len(closing) :]
        pos = len(head) - len(rest.lstrip())


def _is_binary(head: bytes) -> bool:
    if b"\0" in head:
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return True
    return False


def _container(head: bytes) -> str | None:
    for media_type, marks in _MAGIC:
        if all(head.startswith(mark, offset) for offset, mark in marks):
            return media_type
    return "application/pdf" if b"%PDF-" in head else None


def _refuse_other_text_carriers(data: bytes) -> None:
    """Text that is, or may be, signed in a way this version does not read is never called unsigned."""
    if _STRUCTURED_BEGIN in data and _STRUCTURED_END in data:
        raise UnsupportedError("a credential in a comment block (C2PA A.9) is not read by this version yet")
    if b"<" in data:
        lower = data.lower()
        if any(name in lower for name in _HTML_CARRIERS) and any(tag in lower for tag in _HTML_ELEMENTS):
            raise UnsupportedError(
                "what may be a credential in HTML (C2PA A.7) is not read by this version yet"
            )


def _looks_like_utf16(head: bytes) -> bool:
    """Text without a byte order mark whose every other byte is zero."""
    return len(head) >= 4 and head.count(b"\0") * 3 > len(head)


def _no_carrier(media_type: str) -> UnsupportedError:
    return UnsupportedError(
        f"{media_type} is not a format this version can sign or verify", hint="see: provkit formats"
    )


def check_signable(media_type: str) -> None:
    """Refuse to sign a type in plain text when the standard gives it a place of its own.

    Raises:
        UnsupportedError: with the way out in its hint.
    """
    if media_type in _TEXT_HINTS:
        return
    hint = "see: provkit formats"
    if media_type == "text/markdown":
        hint = "to sign it as plain text all the same, with invisible characters at its end, pass --media text/plain"
    raise UnsupportedError(f"{media_type} is not a format this version can sign", hint=hint)
