"""Another store of the same length in the place of the one a container carries; nothing else changes.

A time stamp is over the signature, so it comes after the reference engine has written the file.  Nothing
moves, so all that counts offsets or lengths stays true, and only checksums over the store are made anew.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

from provkit.carriers import containers, gif, png
from provkit.carriers import zip as archive
from provkit.carriers import zip_directory as directories
from provkit.carriers.source import Memory
from provkit.errors import UnsupportedError

if TYPE_CHECKING:
    from provkit.carriers.found import Found
    from provkit.limits import Limits


def exchange(data: bytes, media_type: str, found: Found, store: bytes, limits: Limits) -> bytes:
    """The asset with another store.

    Args:
        data: the asset, whole.
        media_type: as sniffed.
        found: the store in it, as located.
        store: the one to be there, of the same length.
        limits: bounds on what is read.

    Raises:
        ValueError: of another length.
        UnsupportedError: the container splits the store in a way that is not written here.
    """
    if len(store) != len(found.store):
        raise ValueError("the store has another length")
    start, length = found.ranges[0]
    container = containers.LOCATORS[media_type]
    if container == "svg":
        old, new = base64.b64encode(found.store), base64.b64encode(store)
    elif container == "gif":
        old, new = data[start : start + length], gif.extension(store)
    else:
        old, new = found.store, store
    places = (data.find(old, begin, begin + size) for begin, size in found.ranges)
    at = next((place for place in places if place >= 0), -1)
    if at < 0 or len(new) != len(old):
        raise UnsupportedError(
            "the credential is too large for one segment of this file, and is not stamped there",
            hint="sign it with a sidecar (--sidecar), or leave the time stamp out",
        )
    changed = bytearray(data)
    changed[at : at + len(new)] = new
    if container == "png":
        checksum = zlib.crc32(store, zlib.crc32(png.CHUNK))
        changed[at + len(new) : at + len(new) + 4] = checksum.to_bytes(4, "big")
    elif container == "zip":
        _name_checksum(changed, data, zlib.crc32(store), limits)
    return bytes(changed)


def _name_checksum(changed: bytearray, data: bytes, checksum: int, limits: Limits) -> None:
    """Put a CRC where an archive has one for the store: in its header, and in the directory."""
    directory = directories.read(Memory(data), limits)
    at = directory.start
    for entry in directory.entries:
        if entry.name == archive.NAME and entry.crc:
            for place in (entry.offset + 14, at + 16):
                changed[place : place + 4] = checksum.to_bytes(4, "little")
        at += len(entry.record)
