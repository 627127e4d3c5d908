"""``provkit formats``: what this version signs and verifies."""

from __future__ import annotations

from typing import Final

from provkit import media
from provkit_cli import console
from provkit_cli.app import new_app

app = new_app()

_LATER: Final = (
    ("application/pdf", "pdf", "attachment (A.4)"),
    ("text/html", "html htm xhtml", "script element (A.7)"),
    ("text/markdown, source code", "md py js css xml yaml ...", "comment (A.9)"),
    ("application/c2pa", "c2pa", "file beside it"),
    ("EPUB, OOXML, ODF", "epub docx odt ...", "file inside (A.6)"),
)
"""Known to C2PA 2.4, read and written by later versions."""
_HEADINGS: Final = ("MEDIA TYPE", "ENDINGS", "CREDENTIAL", "SIGN", "VERIFY")


@app.command()
def formats() -> None:
    """List the formats that can be signed and verified."""
    yes = {True: "yes", False: "no"}
    rows = [
        (entry.media_type, " ".join(entry.extensions), entry.carrier, yes[entry.sign], yes[entry.verify])
        for entry in media.FORMATS
    ]
    listed = {entry.media_type for entry in media.FORMATS}
    rows += [(*row, "later", "later") for row in _LATER if row[0] not in listed]
    rows.insert(0, _HEADINGS)
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    console.out_lines(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    console.out_lines(
        (
            "",
            "CREDENTIAL says where it is kept, and the annex of C2PA 2.4 with the rules.",
            "What a file is, its bytes decide; the ending of its name only hints at the type it is signed as.",
            "Text is UTF-8. Markdown, source code and other text that carries nothing is unsigned text; what",
            "may carry a credential marked later is an error, never unsigned. So is every type not listed here.",
        )
    )
