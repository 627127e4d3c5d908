"""From a media type to the locator of its container, and the remote reference some carry instead."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from provkit.carriers import zip as archive
from provkit.errors import MalformedError, UnsupportedError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provkit.carriers.found import Found

LOCATORS: Final[Mapping[str, str]] = {
    "image/jpeg": "jpeg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/gif": "gif",
    "image/tiff": "tiff",
    "image/x-adobe-dng": "tiff",
    "image/webp": "riff",
    "audio/wav": "riff",
    "video/x-msvideo": "riff",
    "image/jxl": "jxl",
    "image/avif": "bmff",
    "image/heic": "bmff",
    "image/heif": "bmff",
    "video/mp4": "bmff",
    "video/quicktime": "bmff",
    "audio/mp4": "bmff",
    "audio/mpeg": "id3",
    "audio/flac": "id3",
    **dict.fromkeys(sorted(archive.TYPES), "zip"),
}
"""Media types, as sniffed from the bytes, that have a locator; and the module of this package that has
``locate`` and ``remove``, loaded when a file of its kind comes: a run that judges texts needs none."""

_XMP: Final = frozenset({"jpeg", "png", "tiff", "riff"})
"""Modules that know where the XMP packet is, with ``xmp``."""
_SEARCHED: Final = 1024 * 1024
"""Where no locator finds the XMP packet, it is looked for in so many bytes at either end."""
_LONGEST_URL: Final = 2048
_PROVENANCE: Final = re.compile(
    rb"""dcterms:provenance(?:\s{0,8}=\s{0,8}(?:"([^"<]{1,%d})"|'([^'<]{1,%d})')|>\s{0,64}([^<\s]{1,%d})\s{0,64}<)"""
    % ((_LONGEST_URL,) * 3)
)
_WEB: Final = ("https://", "http://")
"""What counts as remote: older writers name the embedded store itself, ``self#jumbf=…``."""


def locate(data: bytes, media_type: str, limits: Limits = DEFAULT_LIMITS) -> Found | None:
    """Find the manifest store embedded in a container.

    Args:
        data: the whole asset.
        media_type: what the bytes are (:func:`provkit.media.sniff`), not what somebody says.
        limits: bounds on parts and sizes.

    Returns:
        The store and its exact place; None only if there certainly is none.

    Raises:
        MalformedError: something is there and broken, or it cannot be told whether something is.
        LimitError: a bound was reached first.
        UnsupportedError: no locator for this type.
    """
    found: Found | None = _module(media_type).locate(data, limits)
    return found


def _module(media_type: str) -> Any:
    name = LOCATORS.get(media_type)
    if name is None:
        raise UnsupportedError(
            f"no embedded manifest store can be looked for in {media_type}", hint="see: provkit formats"
        )
    return import_module(f"provkit.carriers.{name}")


def remove(data: bytes, media_type: str, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The asset without its manifest store, whole or damaged; pixels and sound stay as they are.

    PNG, JPEG, GIF, WebP, WAV and MP3 lose the carrier and nothing else but lengths that count
    it; SVG what the reference engine puts around it, and archives what is not part of a file,
    too.  Where other parts count on where
    things stand (TIFF, BMFF, AVI) nothing moves: the place is zeroed and marked as free.

    Args:
        data: the whole asset.
        media_type: what the bytes are, as for :func:`locate`.
        limits: bounds on parts and sizes.

    Returns:
        An asset in which :func:`locate` finds nothing; `data` itself if it never did.

    Raises:
        MalformedError: a credential so damaged that where it ends cannot be told.
        LimitError: a bound was reached first.
        UnsupportedError: no locator for this type, or a ZIP64 archive.
    """
    try:
        result: bytes = _module(media_type).remove(data, limits)
        found = locate(result, media_type, limits)
    except MalformedError as error:
        raise MalformedError(
            f"a credential cannot be taken off: {error.message}",
            hint="open the file in an editor of its format and save it anew without metadata",
        ) from error
    if found is not None:
        raise MalformedError(
            "a credential cannot be taken off: the file is too damaged to tell where it ends",
            hint="open the file in an editor of its format and save it anew without metadata",
        )
    return result


def members(data: bytes, media_type: str, limits: Limits = DEFAULT_LIMITS) -> frozenset[str] | None:
    """Names of the files in an archive that a hash has to cover; None for what is no archive, or a broken one."""
    return archive.members(data, limits) if media_type in archive.TYPES else None


def check_signable(data: bytes, media_type: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse what the reference engine cannot sign, or signs in a way that does not hold.

    Engine 0.91 takes directory entries of a BigTIFF for 12 bytes where they have 20, so what it
    leaves out of the hash is not the carrier (C2PA 2.4 §18.5.5).

    Raises:
        UnsupportedError: with the way out in its hint.
        MalformedError, LimitError: an archive whose directory cannot be read.
    """
    if media_type in archive.TYPES:
        archive.check_signable(data, limits)
    name = LOCATORS.get(media_type)
    if name == "tiff" and _module(media_type).is_big(data):
        raise UnsupportedError(
            "a BigTIFF is not signed: the reference engine leaves the wrong bytes out of the hash",
            hint="save it as a classic TIFF, which holds up to 4 GB, and sign that",
        )
    if name == "jxl" and data.startswith(_module(media_type).BARE):
        raise UnsupportedError(
            "a bare JPEG XL code stream has no room for a credential",
            hint="write it in a container, with cjxl: --container=1",
        )


def prepare(data: bytes, media_type: str, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """An asset in the form in which what the reference engine signs holds; mostly the asset itself.

    Raises:
        MalformedError, UnsupportedError, LimitError: an archive that cannot be brought into it.
    """
    return archive.prepare(data, limits) if media_type in archive.TYPES else data


def remote_manifest(data: bytes, media_type: str, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """The address of an external manifest store that XMP names (C2PA 2.4 §11.5), never fetched.

    A hint for people and policies: nothing vouches for it.  Only the packet is read; where its
    place is not known, the first and the last mebibyte.
    """
    if LOCATORS.get(media_type) in _XMP:
        packets: tuple[bytes, ...] = (_module(media_type).xmp(data, limits),)
    elif len(data) <= 2 * _SEARCHED:
        packets = (data,)
    else:
        packets = (data[:_SEARCHED], data[-_SEARCHED:])
    import html

    for packet in packets:
        match = _PROVENANCE.search(packet)
        if match:
            value = html.unescape((match[1] or match[2] or match[3]).decode("utf-8", "replace"))
            if value.lower().startswith(_WEB):
                return value
    return None
