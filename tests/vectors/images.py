"""The vectors for PNG, JPEG and SVG: makes ``spec/vectors/images``.  The committed bytes are what is tested.

PYTHONPATH=tests python -m vectors.images            # make what is missing or changed
PYTHONPATH=tests python -m vectors.images --check    # say what would change
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vectors import files as folders
from vectors import (
    image_keys,
    images_boxes,
    images_certificates,
    images_claims,
    images_ingredients,
    images_jpeg_svg,
    images_png,
    images_stated,
    images_times,
    images_updates,
)
from vectors.case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION: Final = "3.3.0"
AT: Final = "2026-12-01T00:00:00Z"
TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}
TRUST: Final[dict[str, dict[str, list[str]]]] = {
    "none": {},
    "root": {"anchors": ["root.pem"]},
    "intermediate": {"anchors": ["intermediate.pem"]},
    "leaf-as-anchor": {"anchors": ["leaf.pem"]},
    "allowed": {"allowed": ["leaf.pem"]},
    "distrust-leaf": {"anchors": ["root.pem"], "distrust": ["leaf.pem"]},
    "second": {"anchors": ["second-root.pem"]},
    "second-time": {"anchors": ["second-root.pem"], "time": ["time-root.pem"]},
    "time-only": {"time": ["root.pem"]},
}


def cases() -> Iterator[Case]:
    """Every vector."""
    rows = (
        *images_png.good(),
        *images_png.png_cases(),
        *images_jpeg_svg.jpeg_cases(),
        *images_jpeg_svg.svg_cases(),
        *images_claims.claim_cases(),
        *images_certificates.certificate_cases(),
        *images_ingredients.cases(),
        *images_times.cases(),
        *images_boxes.cases(),
        *images_updates.cases(),
        *images_stated.cases(),
    )
    for name, data, expected, clause, reason, *rest in rows:
        kind = "jpg" if data.startswith(b"\xff\xd8") else "svg" if b"<svg" in data[:2000] else "png"
        trust: str = rest[0] if rest else "root"
        manifest: bytes | None = rest[1] if len(rest) > 1 else None
        yield Case(
            name, data, expected, clause, reason, trust=trust, at=AT, extension=kind, manifest=manifest
        )


def files() -> dict[str, bytes]:
    """Name and bytes of every file."""
    found = list(cases())
    index = folders.index(
        found,
        TRUST,
        VERSION,
        lambda case: "application/zip" if case.id == "img::wrong-magic" else TYPES[case.extension],
    )
    return {"index.json": index, **{name: data for case in found for name, data in case.files.items()}}


def main() -> None:
    """Write, or compare."""
    image_keys.make_keys()
    image_keys.make_second_keys()
    folders.write(image_keys.FOLDER, files(), keep=frozenset({"README.md"}))


if __name__ == "__main__":
    main()
