"""Whether a block is a comment in the language that was signed (spec/structured-text.md).

The comment sign stands in the exclusion, so no hash covers it, and another one would change what
the text does: ``//`` in a shell script is a command.  The signed media type says which sign it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from provkit.carriers.carried import Fit
from provkit.carriers.structured import front_matter
from provkit.carriers.structured.blocks import BOM, Block
from provkit.carriers.structured.syntaxes import SYNTAXES, Syntax, syntax_of

_TOLD: Final = (
    (
        re.compile(
            rb"#![^\n]{0,200}?\b(?:python|perl|ruby|sh|bash|dash|zsh|ksh|fish|[gm]?awk|Rscript|tclsh|make|pwsh)"
            rb"[0-9.]{0,8}(?=[ \t\r\n]|\Z)"
        ),
        SYNTAXES["text/x-shellscript"],
    ),
    (re.compile(rb"<\?xml\b"), SYNTAXES["application/xml"]),
    (re.compile(rb"<\?php\b"), SYNTAXES["text/x-php"]),
)
"""First lines that leave one spelling; every interpreter named has ``#``."""
_FIRST: Final = re.compile(
    rb"[ \t\r\n]*+(?:(?P<yaml>%(?:YAML|TAG)\b)|(?P<tex>[%\\]|@[A-Za-z]++\{)|(?P<lisp>[;(])|[^ \t\r\n])"
)
_BLANK_BEHIND: Final = re.compile(rb"\r?\n[ \t]*+(?:\r?\n|\Z)|\Z")
_SHOWN: Final = 20
_COMMENT: Final = (b"#", b"")
_LITERAL: Final = (b"", b"")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the block of a text is spelled (:class:`~provkit.carriers.carried.Spelled`)."""

    data: bytes
    """The text."""
    block: Block
    """Its block, without a problem of its own."""

    def against(self, media_types: tuple[str, ...], exclusion: tuple[int, int] | None, /) -> Fit:
        """Whether the block is a comment in texts of these types, left out as that is.

        Args:
            media_types: all that the signer states; those without comments tell nothing.
            exclusion: what the hash leaves out, ``(start, length)``.
        """
        start, length = exclusion or (self.block.start, 0)
        stop = start + length
        problem = self._line_ends(start, stop)
        known = [found for found in map(syntax_of, media_types) if found is not None]
        if problem is None and not known:
            return self._untold()
        for syntax in known:
            problem = problem or self._misfit(syntax, stop, "as which the text was signed")
        return Fit(problem, None)

    def _line_ends(self, start: int, stop: int) -> str | None:
        """Why the line ends of the block are not those of the text."""
        data, block = self.data, self.block
        if not data.count(b"\r\n", block.start, stop):
            return None
        if data.find(b"\r\n", 0, start) >= 0 or data.find(b"\r\n", stop) >= 0:
            return None
        return "the block ends its lines with carriage returns, and the text around it does not"

    def _untold(self) -> Fit:
        """No type was signed: what the text itself tells has to do."""
        block, rest = self.block, self.data[: self.block.start] + self.data[self.block.end :]
        for first, syntax in _TOLD:
            if first.match(rest.removeprefix(BOM)):
                return Fit(self._misfit(syntax, block.end, "which its first line tells"), None)
        shown = block.prefix.decode() or "no sign at all"
        if len(block.prefix) == 1 and block.prefix != sign_of_one_byte(rest):
            return Fit(
                f"the first line of the text is of a language whose comments do not begin with {shown!r}",
                None,
            )
        return Fit(
            None,
            "comment-sign: the signed statement names no type of text that has comments, so nothing "
            f"shows that {shown!r} begins one here",
        )

    def _misfit(self, syntax: Syntax, stop: int, told: str) -> str | None:
        """Why the block is no comment in this syntax; None if it is one."""
        data, block = self.data, self.block
        name = syntax.media_type
        sign = (block.prefix, block.suffix)
        shown = (b" ".join(sign).strip() or b"no sign").decode()[:_SHOWN]
        form = self._form(syntax, stop)
        if form is not None:
            if sign == form and (stop == block.end) is (form == _COMMENT):
                return None
            return f"{shown!r} around the block in front matter is not how it was signed"
        if sign not in syntax.spellings:
            return f"{shown!r} around the block is no comment in {name}, {told}"
        before = data[max(0, block.start - 3) : block.start]
        if front_matter.goes_on(before.removesuffix(b"\n").removesuffix(b"\r"), syntax):
            return "the line before the block goes on into it"
        if syntax.paragraphs and not (
            (block.start == 0 or data.endswith((b"\n\n", b"\n\r\n"), 0, block.start))
            and _BLANK_BEHIND.match(data, block.end)
        ):
            return f"no blank line sets the block off from the text, as {name} needs it"
        acted_on = syntax.acts_on(block.reference)
        if acted_on is not None:
            return f"the address in the block holds the character {acted_on!r}, which {name} acts on"
        return None

    def _form(self, syntax: Syntax, stop: int) -> tuple[bytes, bytes] | None:
        """The form that was signed, if the block is in front matter; None if it is not.

        Told by what is hashed: the line end behind the comment is, and that behind the three lines is not.
        """
        start = self.block.start
        if not syntax.front_matter or not 0 < start <= front_matter.FENCE:
            return None
        fence, rest = self.data[:start], self.data[stop:]
        if front_matter.inside(fence + rest, syntax) == start:
            return _LITERAL
        unbroken = rest.removeprefix(b"\r").removeprefix(b"\n")
        return _COMMENT if front_matter.inside(fence + unbroken, syntax) == start else None


def sign_of_one_byte(text: bytes) -> bytes:
    """The one comment sign of a single byte that may stand in this text, told by its first line."""
    match = _FIRST.match(text.removeprefix(BOM))
    if match is None or match["yaml"]:
        return b"#"
    if match["tex"]:
        return b"%"
    return b";" if match["lisp"] else b"#"
