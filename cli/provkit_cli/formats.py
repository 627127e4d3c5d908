"""``provkit formats``: what this version signs and verifies, how, and with which engine."""

from __future__ import annotations

from typing import Final

from provkit import media
from provkit.carriers import containers, selection, structured
from provkit.carriers import zip as archive
from provkit_cli import console, exits
from provkit_cli.app import new_app

app = new_app()

_HEADINGS: Final = ("ENDINGS AND NAMES", "CREDENTIAL", "LINK", "ENGINE", "TYPE")
_WIDEST: Final = 40
"""Longer cells push the rest of their line to the right, and not every line."""
_SHORT: Final = {
    f"{archive.OFFICE}wordprocessingml.document": "Word document",
    f"{archive.OFFICE}spreadsheetml.sheet": "Excel workbook",
    f"{archive.OFFICE}presentationml.presentation": "PowerPoint presentation",
    f"{archive.OPEN}text": "OpenDocument text",
    f"{archive.OPEN}spreadsheet": "OpenDocument spreadsheet",
    f"{archive.OPEN}presentation": "OpenDocument presentation",
}
"""For types whose names nobody reads."""


@app.command(epilog=exits.told("listed", usage="usage"))
def formats() -> None:
    """List the formats that can be signed and verified.

    \b
    provkit formats
    provkit formats | grep -w docx
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    rows = [_HEADINGS]
    rows += [_row(entry.extensions, entry.carrier, entry.media_type) for entry in media.FORMATS]
    rows += [
        _row(tuple(dict.fromkeys((*syntax.extensions, *syntax.names))), _place(syntax), syntax.media_type)
        for syntax in structured.SYNTAXES.values()
    ]
    widths = [min(max(len(row[column]) for row in rows), _WIDEST) for column in range(len(_HEADINGS))]
    console.out_lines(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    console.out_lines(
        (
            "",
            "Each of these is signed and verified. CREDENTIAL says where it is kept, and the section of C2PA 2.4 with",
            "the rules. Where LINK says yes, sign --link can leave a link there, to a credential that is elsewhere.",
            "ENGINE: provkit's own, or c2pa-python, the reference engine, with a strict pass of provkit's behind it.",
            "What a file is, its bytes decide; the ending of its name only hints at the type a text is signed as.",
            "Text is UTF-8. Office files, EPUB and ZIP are signed if the files in them are stored, not compressed.",
            "Any other file is signed with a sidecar beside it (sign --sidecar), and verified together with that.",
        )
    )


def _row(endings: tuple[str, ...], carrier: str, media_type: str) -> tuple[str, str, str, str, str]:
    links = media_type in selection.HTML_TYPES or structured.syntax_of(media_type) is not None
    return (
        " ".join(endings),
        carrier,
        "yes" if links else "no",
        "c2pa-python" if media_type in containers.LOCATORS else "own",
        _SHORT.get(media_type, media_type),
    )


def _place(syntax: structured.Syntax) -> str:
    return "front matter, comment (A.9)" if syntax.front_matter else "comment (A.9)"
