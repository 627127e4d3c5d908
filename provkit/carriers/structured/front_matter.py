"""Where a text may take a block: in its front matter, before its first line, or behind its last (§A.9.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from provkit.carriers.structured.blocks import BOM
from provkit.errors import UnsupportedError

if TYPE_CHECKING:
    from provkit.carriers.structured.syntaxes import Syntax

_FRONT_MATTER: Final = re.compile(rb"(---|\+\+\+)[ \t]*+\r?\n")
_HEAD: Final = 4096
"""Bytes in which what reserves the first line is looked for."""
_BLANK: Final = re.compile(rb"[ \t]*+(?:\r?\n|\Z)")
_CLOSING: Final = {
    b"---": re.compile(rb"^(?:---|\.\.\.)[ \t]*+\r?$", re.MULTILINE),
    b"+++": re.compile(rb"^\+\+\+[ \t]*+\r?$", re.MULTILINE),
}

# First lines that only mean something while they are the first, in any host: shebang, XML
# declaration and document type, the modes of Emacs, front matter or a document separator.
_ANYWHERE: Final = rb"#!(?!\[)|<\?xml|<!DOCTYPE|(?i:<!doctype)|[^\n]{0,200}-\*-|\+\+\+[ \t\r]*$"
_FENCE: Final = rb"|---[ \t\r]*$"
_SPECIAL: Final[dict[str, bytes]] = {
    # PEP 263: line 1 or 2.
    "text/x-python": rb"|(?:[^\n]*+\n)?[ \t\f]*+#[^\n]*coding[:=]",
    "text/x-ruby": rb"|#[^\n]*(?:coding|frozen_string_literal)",
    "text/css": rb"|@charset",
    "text/x-scss": rb"|@charset",
    "text/x-less": rb"|@charset",
    # Comments of tools that look at the first comment of a file.
    "text/javascript": rb"|[ \t\r\n]*/[/*][^;]{0,2000}?@(?:flow|noflow|ts-|jest|jsx|vitest)",
    "text/x-typescript": rb"|[ \t\r\n]*/[/*][^;]{0,2000}?@(?:ts-|jest|jsx|vitest)",
    # A comment on top of the package clause is the documentation of the package.
    "text/x-go": rb"|",
    "text/x-swift": rb"|//[ \t]*swift-tools-version",
    "text/x-dockerfile": rb"|#[ \t]*[A-Za-z]+[ \t]*=",
    "application/yaml": rb"|#cloud-config|## template:|\$ANSIBLE_VAULT|%(?:YAML|TAG)",
    "text/x-tex": rb"|%[ \t]*!|%&",
    "application/postscript": rb"|%!",
    "text/x-glsl": rb"|#version",
    "text/x-lisp": rb"|;;;",
    # Metadata of Pandoc and MultiMarkdown, front matter in JSON.
    "text/markdown": rb"|%|\{[ \t\r]*$|;;;|(?i:title|author|date|layout|css|base header level):",
    "text/x-org": rb"|#\+",
    "text/troff": rb"|'\\\"|\.so",
}
_DATA_BEHIND: Final[dict[str, re.Pattern[bytes]]] = {
    # What stands behind these lines is data of the program.
    "text/x-perl": re.compile(rb"^__(?:END|DATA)__[ \t\r]*+$", re.MULTILINE),
    "text/x-ruby": re.compile(rb"^__END__[ \t\r]*+$", re.MULTILINE),
    "text/x-php": re.compile(rb"__halt_compiler", re.IGNORECASE),
    # A literal scalar that keeps its last line feeds, or has none yet, would get one more.
    "application/yaml": re.compile(rb"[|>][0-9]?\+|[^\n]\Z"),
}
_PARAGRAPHS: Final = frozenset({"text/x-rst", "text/vtt"})
"""Hosts whose comments are blocks: a blank line parts them from the text."""


def inside(data: bytes, syntax: Syntax) -> int | None:
    """Offset behind the line that opens the front matter; None if there is none.

    A rule across a page may look like it: then a blank line follows, or none closes it.
    """
    if not syntax.front_matter:
        return None
    opening = _FRONT_MATTER.match(data)
    if opening is None or _BLANK.match(data, opening.end()):
        return None
    return opening.end() if _CLOSING[opening[1]].search(data, opening.end()) else None


def at_end(data: bytes, syntax: Syntax) -> bool:
    """Whether the block goes behind the last line, the first being reserved (§A.9.3.1).

    Raises:
        UnsupportedError: neither end of the text can take a comment.
    """
    if not _first_line_taken(data, syntax):
        return False
    behind = _DATA_BEHIND.get(syntax.media_type)
    if behind is not None and behind.search(data):
        if syntax.media_type == "application/yaml" and not data.startswith(BOM):
            return False  # comments may stand before directives (YAML 1.2 §9.1.1)
        raise _no_place("its first line is reserved, and what is put behind its last line becomes data")
    if data.endswith(b"\\"):
        raise _no_place("its first line is reserved, and its last one ends in a backslash that goes on")
    if syntax.media_type == "text/x-php" and data.rfind(b"<?") <= data.rfind(b"?>"):
        raise _no_place("it does not end inside PHP, so that a comment there would be shown")
    if syntax.media_type in _PARAGRAPHS and not data.endswith(b"\n"):
        raise _no_place("its last line has no line end, so that a comment behind it would be text")
    return True


def _first_line_taken(data: bytes, syntax: Syntax) -> bool:
    if syntax.end_only or data.startswith(BOM):
        return True
    if syntax.media_type in _PARAGRAPHS:
        return _BLANK.match(data) is None
    # Comments may stand before the first document of a YAML stream, and behind its last
    # scalar they may not always.
    fence = b"" if syntax.media_type == "application/yaml" else _FENCE
    special = _SPECIAL.get(syntax.media_type, b"")
    return re.match(_ANYWHERE + fence + special, data[:_HEAD], re.MULTILINE) is not None


def _no_place(why: str) -> UnsupportedError:
    return UnsupportedError(
        f"the text has no place for a block: {why}", hint="write the credential to a sidecar file"
    )
