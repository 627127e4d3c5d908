"""Whether a signed picture still is the picture it was: pixels, frames, EXIF, XMP, colour profile."""

from __future__ import annotations

import io
from typing import Any, Final
from xml.etree import ElementTree as ET

from PIL import Image, ImageSequence

_PLACES: Final = frozenset({0x0111, 0x0117, 0xCD41})
"""TIFF tags that say where strips lie, and the store itself: signing moves the one and adds the other."""
_KEPT: Final = ("icc_profile", "exif", "xmp", "XML:com.adobe.xmp", "photoshop", "dpi", "comment", "duration")
_STORE: Final = "{http://c2pa.org/manifest}manifest"
_SVG: Final = "{http://www.w3.org/2000/svg}"


def assert_same(before: bytes, after: bytes) -> None:
    """Fail unless both show the same and carry the same metadata.

    The bytes are test material: SVG is read by a parser that would expand entities.
    """
    if b"<svg" in before[:4096]:
        assert _drawing(after) == _drawing(before)
        return
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        assert (new.format, new.mode, new.size) == (old.format, old.mode, old.size)
        assert _frames(new) == _frames(old)
        assert _exif(new) == _exif(old)
        for key in _KEPT:
            if key != "exif" or old.format != "TIFF":
                assert new.info.get(key) == old.info.get(key), key


def _frames(image: Image.Image) -> list[tuple[str, bytes, Any]]:
    return [
        (frame.mode, frame.tobytes(), frame.info.get("duration")) for frame in ImageSequence.Iterator(image)
    ]


def _exif(image: Image.Image) -> dict[int, Any]:
    return {tag: value for tag, value in image.getexif().items() if tag not in _PLACES}


def _drawing(data: bytes) -> list[tuple[Any, ...]]:
    """Every element but the store, and the metadata element when it holds nothing else."""
    found = []
    for element in ET.fromstring(data).iter():
        stores = [child for child in element if child.tag == _STORE]
        if element.tag == _STORE or (element.tag == f"{_SVG}metadata" and len(stores) == len(element) > 0):
            continue
        found.append((element.tag, sorted(element.attrib.items()), (element.text or "").strip()))
    return found
