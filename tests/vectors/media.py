"""The vectors for pages, structured text, PDF and sidecars: makes ``spec/vectors/media``.

PYTHONPATH=tests python -m vectors.media            # make what is missing or changed
PYTHONPATH=tests python -m vectors.media --check    # say what would change
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vectors import files as folders
from vectors import media_beside, media_html, media_pdf, media_structured, media_updates
from vectors.case import Case
from vectors.media_forge import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION: Final = "2.2.0"
TYPES: Final = {
    "html": "text/html",
    "json": "text/plain",
    "markdown": "text/plain",
    "pdf": "application/pdf",
    "png": "image/png",
    "py": "text/plain",
    "xml": "text/plain",
}
FRAGMENTS: Final = frozenset({"html::fragment", "decoy::no-head"})
"""Pages that their first bytes do not show to be pages."""
TRUST: Final = {"root": {"anchors": ["root.pem"]}}


def cases() -> Iterator[Case]:
    """Every vector."""
    rows = (
        *media_structured.cases(),
        *media_html.cases(),
        *media_pdf.cases(),
        *media_beside.cases(),
        *media_updates.cases(),
    )
    for name, extension, data, expected, clause, reason, *rest in rows:
        more: dict[str, Any] = rest[0] if rest else {}
        yield Case(name, data, expected, clause, reason, extension=extension, **more)


def files() -> dict[str, bytes]:
    """Name and bytes of every file."""
    found = list(cases())
    index = folders.index(
        found,
        TRUST,
        VERSION,
        lambda case: "text/plain" if case.id in FRAGMENTS else TYPES[case.extension],
    )
    return {"index.json": index, **{name: data for case in found for name, data in case.files.items()}}


if __name__ == "__main__":
    folders.write(FOLDER, files(), keep=frozenset({"README.md"}))
