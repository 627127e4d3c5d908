"""Writes ``spec/vectors/text``: the files and their index.  Run it again and nothing changes.

PYTHONPATH=tests python -m vectors.generate            # write
PYTHONPATH=tests python -m vectors.generate --check    # say what would change
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vectors import (
    cases_actions,
    cases_assertions,
    cases_certificates,
    cases_claims,
    cases_exclusions,
    cases_external,
    cases_names,
    cases_origin,
    cases_redactions,
    cases_signatures,
    cases_spellings,
    cases_text,
    cases_times,
    cases_uncovered,
    cases_updates,
    cases_versions,
)
from vectors import files as folders

if TYPE_CHECKING:
    from vectors.case import Case

FOLDER: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "text"
VERSION: Final = "3.2.0"

TRUST: Final[dict[str, dict[str, list[str]]]] = {
    "none": {},
    "root": {"anchors": ["root.pem"]},
    "intermediate": {"anchors": ["intermediate.pem"]},
    "stranger": {"anchors": ["stranger.pem"]},
    "ed25519": {"anchors": ["ed25519-root.pem"]},
    "pss": {"anchors": ["pss-root.pem"]},
    "leaf-as-anchor": {"anchors": ["leaf.pem"]},
    "garbage": {"anchors": ["garbage.pem"]},
    "allowed": {"allowed": ["leaf.pem"]},
    "allowed-stranger": {"anchors": ["root.pem"], "allowed": ["stranger-leaf.pem"]},
    "distrust": {"anchors": ["root.pem"], "distrust": ["distrust.toml"]},
    "distrust-leaf": {"anchors": ["root.pem"], "distrust": ["leaf.pem"]},
    "distrust-authority": {"anchors": ["root.pem"], "distrust": ["intermediate.pem"]},
    "root-time": {"anchors": ["root.pem"], "time": ["time-root.pem"]},
    "distrust-february": {
        "anchors": ["root.pem"],
        "time": ["time-root.pem"],
        "distrust": ["distrust-february.toml"],
    },
    "distrust-allowed": {"allowed": ["leaf.pem"], "distrust": ["leaf.pem"]},
}
"""Which lists of ``spec/vectors/trust`` are consulted, by the name in the index."""


MODULES: Final = (
    cases_text,
    cases_exclusions,
    cases_claims,
    cases_assertions,
    cases_actions,
    cases_signatures,
    cases_uncovered,
    cases_versions,
    cases_origin,
    cases_certificates,
    cases_times,
    cases_updates,
    cases_redactions,
    cases_external,
    cases_names,
    cases_spellings,
)


def all_cases() -> list[Case]:
    """Every vector, in order."""
    return [case for module in MODULES for case in module.cases()]


def files(found: list[Case]) -> dict[str, bytes]:
    """Name and bytes of every file of the folder."""
    index = folders.index(
        found, TRUST, VERSION, lambda case: "text/html" if case.id == "txt::html" else "text/plain"
    )
    return {"index.json": index, **{case.file: case.data for case in found}}


if __name__ == "__main__":
    folders.write(FOLDER, files(all_cases()))
