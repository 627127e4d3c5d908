"""Writes ``spec/vectors``: the files and their index.  Run it again and nothing changes.

python tests/vectors/generate.py            # write
python tests/vectors/generate.py --check    # say what would change
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))

from vectors import cases_certificates, cases_claims, cases_origin, cases_text  # noqa: E402

if TYPE_CHECKING:
    from vectors.case import Case

FOLDER: Final = ROOT / "spec" / "vectors" / "text"
SCHEMA: Final = "urn:provkit:schema:vectors:1"
VERSION: Final = "1.0.0"
"""Semantic: major when an expected verdict changes, minor when vectors are added."""

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
    "distrust-allowed": {"allowed": ["leaf.pem"], "distrust": ["leaf.pem"]},
}
"""Which lists of ``spec/vectors/trust`` are consulted, by the name in the index."""


def all_cases() -> list[Case]:
    """Every vector, in order, ids unique."""
    found = [
        case
        for module in (cases_text, cases_claims, cases_origin, cases_certificates)
        for case in module.cases()
    ]
    ids = [case.id for case in found]
    twice = {name for name in ids if ids.count(name) > 1}
    if twice:
        raise ValueError(f"ids occur twice: {sorted(twice)}")
    return found


def index(found: list[Case]) -> bytes:
    """The index, ASCII."""
    vectors: list[dict[str, Any]] = [
        {
            "id": case.id,
            "file": case.file,
            "sha256": hashlib.sha256(case.data).hexdigest(),
            "media_type": "text/plain",
            "trust": case.trust,
            "at": case.at,
            "expected": case.expected.as_json(),
            "clause": case.clause,
            "reason": case.reason,
        }
        for case in found
    ]
    document = {"schema": SCHEMA, "version": VERSION, "trust": TRUST, "vectors": vectors}
    return (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def files(found: list[Case]) -> dict[str, bytes]:
    """Name and bytes of every file of the folder."""
    return {"index.json": index(found), **{case.file: case.data for case in found}}


def main() -> None:
    """Write, or compare."""
    wanted = files(all_cases())
    there = {path.name: path.read_bytes() for path in FOLDER.iterdir()} if FOLDER.is_dir() else {}
    changed = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    for name in changed:
        print(name)  # noqa: T201 - a script
    if "--check" in sys.argv[1:]:
        sys.exit(1 if changed else 0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in wanted:
            (FOLDER / name).write_bytes(wanted[name])
        else:
            (FOLDER / name).unlink()


if __name__ == "__main__":
    main()
