"""Where the XMP packet of a picture, a film or a PDF stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from provkit.carriers import jpeg, png, riff, tiff
from provkit.carriers.containers import LOCATORS
from provkit.carriers.pdf import filters
from provkit.carriers.pdf.document import open_document
from provkit.carriers.pdf.syntax import Name, Ref
from provkit.carriers.source import Memory
from provkit.errors import ProvkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provkit.limits import Limits

LONGEST: Final = 4 * 1024 * 1024
"""Bytes of a packet that is read; cameras and editors write 2 to 200 KB."""
_SEARCHED: Final = 1024 * 1024
"""Where no place is known, so many bytes at either end are searched."""
_PDF: Final = "application/pdf"
_READERS: Final[Mapping[str, Callable[[bytes, Limits], bytes]]] = {
    "image/jpeg": jpeg.xmp,
    "image/png": png.xmp,
    "image/tiff": tiff.xmp,
    "image/x-adobe-dng": tiff.xmp,
    "image/webp": riff.xmp,
    "audio/wav": riff.xmp,
    "video/x-msvideo": riff.xmp,
}
_BEGIN: Final = re.compile(rb"<[A-Za-z]{1,8}:(xmpmeta|RDF)[\s>]")


def packet(body: bytes, media_type: str | None, limits: Limits) -> bytes:
    """The XMP of a file as XML, empty if there is none or it cannot be read.  Total.

    Of a PDF it is that of the document (ISO 32000-2 §14.3.2), not that of a picture in it.
    """
    if media_type == _PDF:
        found = _of_pdf(body, limits)
    elif media_type is not None and media_type in _READERS:
        try:
            found = _READERS[media_type](body, limits)
        except ProvkitError:  # too damaged to be walked: then nothing is stated
            found = b""
    elif media_type not in LOCATORS:
        found = b""  # in a text a packet is a quotation
    elif len(body) <= 2 * _SEARCHED:
        found = body
    else:
        found = _element(body[:_SEARCHED]) or body[-_SEARCHED:]
    return _element(found)


def _element(data: bytes) -> bytes:
    """The outermost element of the packet."""
    begin = _BEGIN.search(data)
    if begin is None:
        return b""
    name = data[begin.start() + 1 : begin.end() - 1]
    end_tag = b"</" + name + b">"
    end = data.find(end_tag, begin.end())
    if end < 0 or end - begin.start() > LONGEST:
        return b""
    return data[begin.start() : end + len(end_tag)]


def _of_pdf(body: bytes, limits: Limits) -> bytes:
    source = Memory(body)
    try:
        document = open_document(source, limits)
        ref = document.root().dictionary.get("Metadata")
        stream = document.object(ref) if isinstance(ref, Ref) else None
        if stream is None or stream.payload is None:
            return b""
        length = document.stream_length(stream)
        if length > LONGEST:
            return b""
        raw = source.read(stream.payload, length)
        handler = document.encryption
        # Metadata may stay readable in an encrypted document (ISO 32000-2 §7.6.4.2).
        named = stream.dictionary.get("Filter")
        if handler is not None and Name("Crypt") not in (named if isinstance(named, tuple) else (named,)):
            cipher = document.cipher()
            if cipher is not None and not raw.lstrip().startswith(b"<"):
                raw = cipher.decrypt_stream(raw, stream.number, stream.generation)
        return filters.decode(raw, stream.dictionary, LONGEST)
    except ProvkitError:  # damaged or locked: then nothing is stated
        return b""
