"""Preparing a structured text for a block (C2PA 2.4 §A.9.3.1, §A.9.3.2, §A.9.4)."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from provkit.carriers.carried import FrontMatter, Problem
from provkit.carriers.structured import blocks, front_matter
from provkit.carriers.structured.blocks import BEGIN, DATA_URI, END
from provkit.carriers.structured.syntaxes import Syntax, syntax_of
from provkit.errors import (
    AlreadySignedError,
    ConfigurationError,
    LimitError,
    MalformedError,
    UnsupportedError,
)
from provkit.limits import DEFAULT_LIMITS, Limits

_BARE_CR: Final = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class StructuredPlacement:
    """A place for one block; the bytes of the text around it stay as they are."""

    before: bytes
    """What stands before the exclusion."""
    after: bytes
    """What stands behind it."""
    opening: bytes
    """The exclusion up to the reference: a line end at the end of a file, comment sign, BEGIN."""
    closing: bytes
    """The exclusion behind the reference: END, the end of the comment, a line end but at the end of a file."""
    url: bytes | None
    """The external reference; None embeds the store in a data URI."""

    @property
    def start(self) -> int:
        """Offset of the exclusion, bytes."""
        return len(self.before)

    @property
    def zero_cost(self) -> int:
        """Bytes that one more zero byte in the store adds; base64 takes four thirds of one."""
        return 1

    def length(self, store: bytes, /) -> int:
        """Bytes of the exclusion, without building it."""
        inner = len(DATA_URI) + (len(store) + 2) // 3 * 4 if self.url is None else len(self.url)
        return len(self.opening) + inner + len(self.closing)

    def digest(self, _length: int, /) -> bytes:
        """SHA-256 of the text around the exclusion, whatever its length."""
        return hashlib.sha256(self.before + self.after).digest()

    def embed(self, store: bytes, /) -> bytes:
        """The signed text: with the store in it, or only the address of it."""
        reference = DATA_URI + base64.b64encode(store) if self.url is None else self.url
        return b"".join((self.before, self.opening, reference, self.closing, self.after))


def place(
    data: bytes,
    media_type: str,
    limits: Limits = DEFAULT_LIMITS,
    *,
    front: FrontMatter = FrontMatter.COMMENT,
    url: str | None = None,
) -> StructuredPlacement:
    """Find the place for a block and prepare the text around it, byte for byte as it is.

    Args:
        data: the text; its line ends are line feeds, with or without carriage returns.
        media_type: a type that :func:`~provkit.carriers.structured.syntax_of` knows.
        limits: bounds the size of the text.
        front: how the block stands in front matter, where there is any.
        url: web address of the store; None embeds it.

    Raises:
        AlreadySignedError: the text carries a block, or remains of one.
        UnsupportedError: no comments in this type, no place for one, or the text quotes the delimiters.
        MalformedError: carriage returns alone, or bytes that no UTF-8 text has.
        ConfigurationError: ``url`` cannot stand in the comment.
        LimitError: the text is too large.
    """
    syntax = syntax_of(media_type)
    if syntax is None:
        raise UnsupportedError(
            f"{media_type} has no comments that could hold a credential",
            hint="write the credential to a sidecar file",
        )
    _check(data, limits)
    front_matter.check(data, syntax)
    reference = None if url is None else _address(url, syntax)
    newline = b"\r\n" if data.find(b"\r\n") == data.find(b"\n") - 1 >= 0 else b"\n"
    within = front_matter.inside(data, syntax)
    if within is not None:
        if front is FrontMatter.LITERAL:
            opening, closing = BEGIN + newline, newline + END + newline
            return StructuredPlacement(data[:within], data[within:], opening, closing, reference)
        # The line end is hashed, unlike that of the other form: so nobody can make one of the other.
        opening, closing = b"# " + BEGIN + b" ", b" " + END
        return StructuredPlacement(data[:within], newline + data[within:], opening, closing, reference)
    opening = syntax.prefix + b" " + BEGIN + b" "
    closing = b" " + END + (b" " + syntax.suffix if syntax.suffix else b"")
    if not front_matter.at_end(data, syntax):
        return StructuredPlacement(b"", data, opening, closing + newline, reference)
    # "The newline character" before the block begins the exclusion: the line feed.  A carriage
    # return before it is hashed; another verifier takes no exclusion that begins with one.
    return StructuredPlacement(data + newline[:-1], b"", b"\n" + opening, closing, reference)


def _check(data: bytes, limits: Limits) -> None:
    if len(data) > limits.text_bytes:
        raise LimitError(f"the text has {len(data)} bytes; the limit is {limits.text_bytes}")
    found = blocks.find(data, limits)
    if found is not None:
        damaged = isinstance(found, Problem) or found.problem is not None
        raise AlreadySignedError(
            "the text carries a damaged credential" if damaged else "the text carries a credential already",
            hint="take it off first with: provkit strip",
        )
    for delimiter in (BEGIN, END):
        at = data.find(delimiter)
        if at >= 0:
            raise UnsupportedError(
                f"the text quotes a delimiter of a credential at byte {at}: with a block beside it, "
                "every reader would find two",
                hint="write the credential to a sidecar file, or spell the quoted delimiter in another way",
            )
    nul = data.find(b"\0")
    if nul >= 0:
        raise MalformedError(
            f"not UTF-8 text: byte {nul} is zero",
            hint="convert UTF-16 to UTF-8, for example with: iconv -f UTF-16 -t UTF-8",
        )
    bare = _BARE_CR.search(data)
    if bare:
        raise MalformedError(
            f"a carriage return stands without a line feed at byte {bare.start()} (C2PA 2.4 §A.9.4)",
            hint="convert the line ends, for example with: mac2unix",
        )


def _address(url: str, syntax: Syntax) -> bytes:
    try:
        reference = url.encode("ascii")
    except UnicodeEncodeError:
        reference = b""
    if not blocks.is_address(reference):
        raise ConfigurationError(
            "not a web address that can stand in a block",
            hint="give an http or https URL in ASCII, with %28 and the like for ! $ & ' ( ) * ; [ ]",
        )
    acted_on = syntax.acts_on(reference)
    if acted_on is not None:
        raise ConfigurationError(
            f"{syntax.media_type} acts on the character {acted_on!r} in the address",
            hint="give a URL without any",
        )
    return reference
