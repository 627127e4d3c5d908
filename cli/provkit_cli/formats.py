"""``provkit formats``: what this version signs and verifies."""

from __future__ import annotations

from typing import Final

from provkit import media
from provkit.carriers import structured
from provkit_cli import console
from provkit_cli.app import new_app

app = new_app()

_HEADINGS: Final = ("ENDINGS AND NAMES", "CREDENTIAL", "MEDIA TYPE", "SIGN", "VERIFY")
_WIDEST: Final = 50
"""Longer cells push the rest of their line to the right, and not every line."""


@app.command()
def formats() -> None:
    """List the formats that can be signed and verified."""
    yes = {True: "yes", False: "no"}
    rows: list[tuple[str, ...]] = [_HEADINGS]
    rows += [
        (" ".join(entry.extensions), entry.carrier, entry.media_type, yes[entry.sign], yes[entry.verify])
        for entry in media.FORMATS
    ]
    rows += [
        (" ".join((*syntax.extensions, *syntax.names)), _place(syntax), syntax.media_type, "yes", "yes")
        for syntax in structured.SYNTAXES.values()
    ]
    widths = [min(max(len(row[column]) for row in rows), _WIDEST) for column in range(len(_HEADINGS))]
    console.out_lines(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    console.out_lines(
        (
            "",
            "CREDENTIAL says where it is kept, and the section of C2PA 2.4 with the rules.",
            "What a file is, its bytes decide; the ending of its name only hints at the type a text is signed as.",
            "Text is UTF-8. Office files, EPUB and ZIP are signed if the files in them are stored, not compressed.",
            "Any other file is signed with a sidecar beside it (sign --sidecar), and verified together with that.",
        )
    )


def _place(syntax: structured.Syntax) -> str:
    return "front matter, comment (A.9)" if syntax.front_matter else "comment (A.9)"
