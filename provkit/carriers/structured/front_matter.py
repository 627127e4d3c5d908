"""Where a text may take a block: in its front matter, before its first line, or behind its last (§A.9.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from provkit.carriers.structured.blocks import BOM
from provkit.carriers.structured.syntaxes import BATCH
from provkit.errors import UnsupportedError

if TYPE_CHECKING:
    from provkit.carriers.structured.syntaxes import Syntax

FENCE: Final = 21
"""Bytes that the line which opens front matter has at most, with its line end."""
_FRONT_MATTER: Final = re.compile(rb"(---|\+\+\+)[ \t]{0,16}\r?\n")
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
    # What a script reads of itself: behind its end, or all of it.
    "text/x-shellscript": re.compile(
        rb"^exit\b[^\n]*+\n\s*+\S"
        rb"|\b(?:tail|sed|awk|dd|unzip|grep|tar|cat)\b[^\n]{0,100}?(?<!name )(?<!name [\"'])"
        rb"\$(?:0|\{0\}|\{?BASH_SOURCE)(?![\w/])",
        re.MULTILINE,
    ),
    # A literal scalar that keeps its last line feeds, or has none yet, would get one more.
    "application/yaml": re.compile(rb"[|>][0-9]?\+|[^\n]\Z"),
}
_DIRECTIVE: Final = re.compile(rb"%(?:YAML|TAG)\b")
_ENCRYPTED: Final = b"$ANSIBLE_VAULT"
_CODE_SIGNED: Final = re.compile(rb"^\S{1,4} SIG \S{1,4} Begin signature block", re.MULTILINE)
_HEREDOC: Final = re.compile(
    rb"(?<!<)<<(?!<)-?[ \t]{0,16}(?:'([^'\n]{1,200})'|\"([^\"\n]{1,200})\"|\\?([^\s;&|<>()'\"`\\]{1,200}))"
)
_NO_HEREDOC: Final = re.compile(rb"\(\([^\n]{0,60}?\)\)|(?<=[ \t])#[^'\"]{0,100}\Z")
"""Arithmetic, and a comment at the end of a line."""
_CODE_FENCE: Final = re.compile(
    rb"^[ \t>]{0,40}(?:[-*+][ \t]{1,4})?(`{3,}(?=[^`\n]*$)|~{3,})([^\n]*)$", re.MULTILINE
)
_HEREDOCS: Final = 10_000
_POD: Final = re.compile(rb"^=[A-Za-z]\w{0,20}", re.MULTILINE)
_CONTINUES: Final = {BATCH: b"^", "text/x-powershell": b"`", "text/x-vb": b"_"}


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


def goes_on(before: bytes, syntax: Syntax) -> bool:
    """Whether a line, given without its line end, is continued by the next one."""
    return before.endswith((b"\\", _CONTINUES.get(syntax.media_type, b"\\")))


def check(data: bytes, syntax: Syntax) -> None:
    """Refuse a text that is bound as it is by something else.

    Raises:
        UnsupportedError: one more line, wherever it stands, would break it.
    """
    if syntax.media_type == "application/yaml" and data.removeprefix(BOM).startswith(_ENCRYPTED):
        raise _no_place("it is encrypted as a whole")
    if b" Begin signature block" in data and _CODE_SIGNED.search(data):
        raise _no_place("it carries a code signature, which one more line would break")


def at_end(data: bytes, syntax: Syntax) -> bool:
    """Whether the block goes behind the last line, the first being reserved (§A.9.3.1).

    Raises:
        UnsupportedError: neither end of the text can take a comment.
    """
    if not _first_line_taken(data, syntax):
        return False
    behind = _DATA_BEHIND.get(syntax.media_type)
    if behind is not None and behind.search(data):
        if syntax.media_type == "application/yaml" and _DIRECTIVE.match(data):
            return False  # comments may stand before directives (YAML 1.2 §9.1.1)
        raise _no_place("its first line is reserved, and what is put behind its last line becomes data")
    if goes_on(data, syntax):
        raise _no_place("its first line is reserved, and its last one ends in a character that continues it")
    if syntax.media_type == "text/x-shellscript" and _is_open(data):
        raise _no_place("its first line is reserved, and it ends inside a here-document")
    if syntax.front_matter and _is_fenced(data):
        raise _no_place("its first line is reserved, and it ends inside a block of code")
    if syntax.media_type == "text/x-perl":
        *_, last = (b"=cut", *(match[0] for match in _POD.finditer(data)))
        if last != b"=cut":
            raise _no_place("its first line is reserved, and it ends inside documentation")
    if syntax.media_type == "text/x-php" and data.rfind(b"<?") <= data.rfind(b"?>"):
        raise _no_place("it does not end inside PHP, so that a comment there would be shown")
    if syntax.paragraphs and not data.endswith(b"\n"):
        raise _no_place("its last line has no line end, so that a comment behind it would be text")
    return True


def _first_line_taken(data: bytes, syntax: Syntax) -> bool:
    if syntax.end_only or data.startswith(BOM):
        return True
    if syntax.paragraphs:
        return _BLANK.match(data) is None
    # Comments may stand before the first document of a YAML stream, and behind its last
    # scalar they may not always.
    fence = b"" if syntax.media_type == "application/yaml" else _FENCE
    special = _SPECIAL.get(syntax.media_type, b"")
    return re.match(_ANYWHERE + fence + special, data[:_HEAD], re.MULTILINE) is not None


def _is_open(data: bytes) -> bool:
    """Whether a here-document of a shell script has no end; what only looks like one counts, too."""
    if b"<<" not in data:
        return False
    waiting: list[bytes] = []
    for line in data.splitlines():
        if waiting:
            if line.lstrip(b"\t") == waiting[0]:
                del waiting[0]
        elif b"<<" in line and not line.lstrip().startswith(b"#"):
            found = _HEREDOC.finditer(_NO_HEREDOC.sub(b"", line))
            waiting = [match[1] or match[2] or match[3] for match in found][:_HEREDOCS]
    return bool(waiting)


def _is_fenced(data: bytes) -> bool:
    """Whether a block of code in Markdown has no end (CommonMark §4.5)."""
    opened = b""
    for match in _CODE_FENCE.finditer(data):
        mark, rest = match.groups()
        if not opened:
            opened = mark
        elif mark.startswith(opened) and not rest.strip():
            opened = b""
    return bool(opened)


def _no_place(why: str) -> UnsupportedError:
    return UnsupportedError(
        f"the text has no place for a block: {why}", hint="write the credential to a sidecar file"
    )
