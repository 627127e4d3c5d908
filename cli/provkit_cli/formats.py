"""``provkit formats``: what this version signs and verifies."""

from __future__ import annotations

from typing import Final

from provkit import media
from provkit_cli import console
from provkit_cli.app import new_app

app = new_app()

_LATER: Final = (
    ("application/pdf", "documents"),
    ("text/html", "web pages (C2PA A.7)"),
    ("text/markdown, text/css, source code, JSON, YAML, TOML, XML", "structured text (C2PA A.9)"),
    ("EPUB, OOXML, ODF, other archives", "office"),
)
"""Known to C2PA 2.4, read and written by later versions."""


@app.command()
def formats() -> None:
    """List the formats that can be signed and verified."""
    yes = {True: "yes", False: "no"}
    rows = [("MEDIA TYPE", "ENDINGS", "CREDENTIAL", "SIGN", "VERIFY")]
    rows += [
        (entry.media_type, " ".join(entry.extensions), entry.carrier, yes[entry.sign], yes[entry.verify])
        for entry in media.FORMATS
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    console.out_lines(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    console.out_lines(
        (
            "",
            "What a file is, its bytes decide; the ending of its name only hints at the type it is signed as.",
            "Text is UTF-8. Not yet (a file that may carry one of these is an error, never unsigned):",
            *(f"  {what}: {types}" for types, what in _LATER),
        )
    )
