"""``python -m vectors.report``: every implementation runs every vector; ``spec/vectors/RESULTS.md`` says how it went."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from support import peers
from support.vectors import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TESTS: Final = Path(__file__).resolve().parents[1]
SPEC: Final = TESTS.parent / "spec" / "vectors"
RESULTS: Final = SPEC / "RESULTS.md"
FOLDERS: Final = ("text", "images", "media")
RUNNERS: Final = {
    "provkit": ("provkit", Path(sys.executable), "provkit_runner"),
    "c2pa-python": ("c2pa-python", Path(sys.executable), "c2pa_python_runner"),
    "encypher-c2pa": ("encypher-c2pa", Path(sys.executable), "encypher_runner"),
    "c2patxt": (None, peers.PYTHON, "c2patxt_runner"),
}
"""Name of an implementation: its distribution here, the interpreter that has it, its runner."""
_LISTS: Final = ("anchors", "time", "allowed", "distrust")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one implementation says about one vector."""

    vector: dict[str, Any]
    state: str
    failure: tuple[str, ...]

    @property
    def expected(self) -> str:
        return "refused" if "error" in self.vector["expected"] else str(self.vector["expected"]["state"])

    @property
    def is_same(self) -> bool:
        """No verdict and *invalid* are the same refusal to believe."""
        refusals = {"refused", "invalid", "unsupported"}
        return self.state == self.expected or (self.expected == "refused" and self.state in refusals)

    @property
    def is_forbidden(self) -> bool:
        return self.state in self.vector["forbidden"]


def requests(folder: Folder, place: Path) -> Iterator[dict[str, Any]]:
    """What is asked about each vector; those with a layout are laid out below `place`."""
    for number, vector in enumerate(folder.vectors):
        lists = folder.index["trust"][vector["trust"]]
        is_laid_out = "layout" in vector
        file = folder.lay_out(vector, place / str(number)) if is_laid_out else folder.path / vector["file"]
        yield {
            "id": vector["id"],
            "file": str(file),
            "media_type": vector["media_type"],
            "at": vector["at"],
            **{kind: [str(folder.lists / name) for name in lists.get(kind, ())] for kind in _LISTS},
            "manifest": str(folder.path / vector["manifest"]) if "manifest" in vector else None,
            "laid_out": is_laid_out,
        }


def run(name: str, asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers of one implementation, in order.

    Raises:
        RuntimeError: its runner died, or answered something else.
    """
    _, python, module = RUNNERS[name]
    done = subprocess.run(
        [str(python), "-m", f"vectors.runners.{module}"],
        input="".join(json.dumps(one) + "\n" for one in asked),
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if [one["id"] for one in answers] != [one["id"] for one in asked]:
        raise RuntimeError(f"the runner of {name} broke off: {done.stderr[-1000:]}")
    return answers


def outcomes(name: str, folder: Folder) -> list[Outcome]:
    """What one implementation says about a folder."""
    with tempfile.TemporaryDirectory() as place:
        answers = run(name, list(requests(folder, Path(place))))
    return [
        Outcome(vector, answer["state"], tuple(answer["failure"]))
        for vector, answer in zip(folder.vectors, answers, strict=True)
    ]


def folders() -> dict[str, Folder]:
    """The folders of vectors, and the lists they are judged with."""
    lists = {name: SPEC / ("images/trust" if name == "images" else "trust") for name in FOLDERS}
    return {name: Folder(SPEC / name, lists[name]) for name in FOLDERS}


def table() -> str:
    """The whole of ``RESULTS.md``."""
    found = {(name, of): outcomes(name, folder) for name in RUNNERS for of, folder in folders().items()}
    lines = [
        "# Results",
        "",
        "Written by `make vectors-report`. *Same*: the expected state; no verdict and *invalid* count as one where the",
        "index expects no verdict. *Other*: another state that is not forbidden. *Forbidden*: *trusted* or *valid* where",
        "the clause of the vector asks for a refusal, or *trusted* where no list names the signer. *Not done*: the",
        "implementation does not read such files, or cannot be told the circumstances. Where the standard leaves a choice,",
        "the README of the folder says so.",
        "",
        "| vectors | implementation | same | other | forbidden | not done |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for of in FOLDERS:
        for name in RUNNERS:
            counted = [one for one in found[name, of] if one.state != "unsupported" or one.is_same]
            same = sum(one.is_same for one in counted)
            forbidden = sum(one.is_forbidden for one in counted)
            rest = len(found[name, of]) - len(counted)
            lines.append(
                f"| {of} | {_title(name)} | {same} | {len(counted) - same - forbidden} | {forbidden} | {rest} |"
            )
    lines += ["", "## Forbidden outcomes", ""]
    for name in RUNNERS:
        ids = [
            f"`{one.vector['id']}` ({one.state})"
            for of in FOLDERS
            for one in found[name, of]
            if one.is_forbidden
        ]
        lines.append(f"- **{_title(name)}**: {', '.join(ids) or 'none'}.")
    return "\n".join(lines) + "\n"


def _title(name: str) -> str:
    distribution = RUNNERS[name][0]
    if distribution is not None:
        return f"{name} {version(distribution)}" if name != "provkit" else name
    with peers.C2paTxt() as peer:
        return f"{name} {peer.version}"


if __name__ == "__main__":
    RESULTS.write_text(table(), encoding="utf-8")
