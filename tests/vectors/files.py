"""A folder of vectors: its index, and writing it so that a second run changes nothing."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from vectors.case import Case

SCHEMA: Final = "urn:provkit:schema:vectors:2"


def index(
    found: Sequence[Case],
    trust: Mapping[str, Mapping[str, Sequence[str]]],
    version: str,
    media_type: Callable[[Case], str],
) -> bytes:
    """The index, ASCII.

    Args:
        found: the vectors, in order.
        trust: the lists consulted under each name.
        version: of the folder; major when an expected verdict changes, minor when vectors are added.
        media_type: type of a vector's file.

    Raises:
        ValueError: an id occurs twice.
    """
    ids = [case.id for case in found]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"ids occur twice: {twice}")
    vectors = [
        {
            "id": case.id,
            "file": case.file,
            "sha256": hashlib.sha256(case.data).hexdigest(),
            "media_type": media_type(case),
            "trust": case.trust,
            "at": case.at,
            "expected": case.expected.as_json(),
            "forbidden": case.expected.forbidden(),
            "clause": case.clause,
            "reason": case.reason,
            **({"manifest": case.manifest_file} if case.manifest is not None else {}),
            **({"layout": case.layout} if case.path is not None else {}),
        }
        for case in found
    ]
    document = {"schema": SCHEMA, "version": version, "trust": trust, "vectors": vectors}
    return (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def write(folder: Path, wanted: Mapping[str, bytes], *, keep: frozenset[str] = frozenset()) -> None:
    """Make a folder what is wanted, or with ``--check`` say what would change and exit with 1.

    Files named in `keep` stay as they are.
    """
    there = {
        path.name: path.read_bytes()
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_file() and path.name not in keep
    }
    changed = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    for name in changed:
        print(name)  # noqa: T201 - a script
    if "--check" in sys.argv[1:]:
        sys.exit(1 if changed else 0)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in wanted:
            (folder / name).write_bytes(wanted[name])
        else:
            (folder / name).unlink()
