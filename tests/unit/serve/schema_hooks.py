"""What schemathesis is told beside the description: most of its files are signed ones, whole or damaged.

Loaded by schemathesis alone.  Each choice follows from what it made up itself, so that it can repeat and shrink.
"""

from __future__ import annotations

import io
import zlib
from datetime import UTC, datetime
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st
from PIL import Image

import provkit
from provkit.signers.development import make_development_identity

_TEXT: Final = "One line.\nAnother – größer.\n".encode()
_PAGE: Final = b"<!DOCTYPE html>\n<html><head><title>T</title></head><body><p>Text</p></body></html>\n"
_PARTS: Final = ("file", "manifest", "parent")


def _files() -> tuple[bytes, ...]:
    identity = make_development_identity(now=datetime.now(UTC))
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    origin = provkit.Origin.synthetic(model="m")
    signed = [
        provkit.sign(data, origin, signer, media_type=kind)
        for data, kind in ((_TEXT, "text/plain"), (_PAGE, "text/html"), (picture.getvalue(), "image/png"))
    ]
    return (*signed, _TEXT, picture.getvalue())


FILES: Final = _files()


def _other(made: str | bytes) -> bytes:
    """The file in place of one that was made up; the same for the same."""
    raw = made.encode(errors="surrogatepass") if isinstance(made, str) else made
    number, which = divmod(zlib.crc32(raw), len(FILES) + 1)
    if which == len(FILES):
        return raw
    file = bytearray(FILES[which])
    number, damaged = divmod(number, 2)
    if damaged:
        file[number % len(file)] ^= 1 << number % 8
    return bytes(file)


@schemathesis.hook
def filter_body(context: schemathesis.HookContext, body: Any) -> bool:
    """A form knows no types: a file that is said to be a number is a file with digits in it, and nothing wrong."""
    del context
    return not isinstance(body, dict) or all(isinstance(body.get(name, ""), str | bytes) for name in _PARTS)


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    """Put files that get somewhere in the place of most that were made up."""
    del context
    if isinstance(body, bytes):
        return _other(body)
    if isinstance(body, dict):
        return {
            name: _other(value) if name in _PARTS and isinstance(value, str | bytes) else value
            for name, value in body.items()
        }
    return body


schemathesis.openapi.media_type("application/octet-stream", st.binary().map(_other))
