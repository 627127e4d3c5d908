"""Runs a folder of vectors: its lists, and what provkit says about one of them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import provkit
from provkit import ProvkitError, Purpose, TrustStore
from provkit.assets import verify_file
from provkit.remote import follow

if TYPE_CHECKING:
    from pathlib import Path

KEYS: Final = {
    "id",
    "file",
    "sha256",
    "media_type",
    "trust",
    "at",
    "expected",
    "forbidden",
    "clause",
    "reason",
}


class Folder:
    """An index, its files, and the lists they are judged against."""

    def __init__(self, path: Path, lists: Path) -> None:
        self.path, self.lists = path, lists
        self.index: dict[str, Any] = json.loads((path / "index.json").read_bytes())
        self.vectors: list[dict[str, Any]] = self.index["vectors"]
        self.trust = lru_cache(maxsize=32)(self._trust)

    def _trust(self, name: str) -> TrustStore:
        store = TrustStore.empty()
        for kind, files in self.index["trust"][name].items():
            for file in files:
                data = (self.lists / file).read_bytes()
                match kind:
                    case "anchors":
                        store = store.with_anchors(data, name=file)
                    case "time":
                        store = store.with_anchors(data, name=file, purpose=Purpose.TIME_STAMPING)
                    case "allowed":
                        store = store.with_allowed(data, name=file)
                    case "distrust":
                        store = store.with_distrust(data, name=file)
                    case _:
                        raise ValueError(f"unknown kind of list {kind!r}")
        return store

    def seen(self, vector: dict[str, Any], place: Path | None = None) -> dict[str, Any]:
        """What provkit says, in the words of the index.

        Vectors with a ``layout`` are laid out in the empty folder `place`.
        """
        data = (self.path / vector["file"]).read_bytes()
        beside = (self.path / vector["manifest"]).read_bytes() if "manifest" in vector else None
        at = datetime.fromisoformat(vector["at"])
        try:
            trust = self.trust(vector["trust"])
            if "layout" in vector and place is not None:
                verdict = verify_file(self.lay_out(vector, place), trust=trust, at=at)
            else:
                verdict = provkit.verify(data, trust=trust, at=at, manifest=beside)
        except ProvkitError as error:
            return {"error": error.kind}
        followed = {}
        if "followed" in vector["expected"]:
            try:
                follow(data, verdict, provkit.Fetcher(), trust=trust, at=at)
            except ProvkitError as error:
                followed["followed"] = error.kind
        return {
            **followed,
            "state": str(verdict.state),
            "media_type": verdict.media_type,
            "failure": sorted({str(status.code) for status in verdict.statuses.failure}),
            "warnings": sorted(warning.partition(":")[0] for warning in verdict.warnings),
            "origin": str(verdict.origin.cls),
            "attributed": verdict.origin.attributed,
            "complete": verdict.origin.complete,
        }

    def lay_out(self, vector: dict[str, Any], place: Path) -> Path:
        """Put the files of a vector where its ``layout`` wants them; where its own is."""
        layout = vector["layout"]
        for path, name in {layout["path"]: vector["file"], **layout["files"]}.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes((self.path / name).read_bytes())
        for path, target in layout["links"].items():
            (place / path).symlink_to(target)
        return place / str(layout["path"])

    def assert_sound(self, schema: str, *beside: str) -> None:
        """The index names every file, once, with its hash, and lists that there are."""
        assert (self.path / "index.json").read_bytes().isascii()
        assert self.index.keys() == {"schema", "version", "trust", "vectors"}
        assert self.index["schema"] == schema
        ids = [vector["id"] for vector in self.vectors]
        assert len(set(ids)) == len(ids)
        files = {vector[name] for vector in self.vectors for name in ("file", "manifest") if name in vector}
        files |= {name for one in self.vectors if "layout" in one for name in one["layout"]["files"].values()}
        assert files | {"index.json", *beside} == {
            path.name for path in self.path.iterdir() if path.is_file()
        }
        for vector in self.vectors:
            data = (self.path / vector["file"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == vector["sha256"], vector["id"]
            assert vector["trust"] in self.index["trust"]
