"""Archives to stamp: small files of many kinds, an identity, and rules.

world = Archives(folder)
world.write({"a.html": PAGE, "data.json": b"{}"})
world.rules('[[rule]]\\nmatch = ["**/*"]\\norigin = "human"\\nidentity = "newsroom"')
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provkit.signers.development import DevelopmentIdentity, make_development_identity
from provkit.signers.files import write_development_identity
from provkit.stamp import rules, run
from provkit.stamp.archive import Archive
from provkit.stamp.journal import FOLDER
from provkit.trust.store import TrustStore
from support import containers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provkit.stamp.rules import Rules
    from provkit.stamp.work import Action, Done

PAGE: Final = b"<!DOCTYPE html><html><head><title>a</title></head><body><p>hello</p></body></html>\n"
POST: Final = b"---\ntitle: A post\norigin: human\n---\n\n# A post\n\nSome words.\n"
ALL: Final = '[[rule]]\nmatch = ["**/*"]\norigin = "human"\nidentity = "newsroom"\n'
IDENTITY: Final = '[identity.newsroom]\ncert = "dev/chain.pem"\nkey = "dev/key.pem"\n'


@lru_cache(maxsize=8)
def identity(days: int = 365, age: int = 0) -> DevelopmentIdentity:
    """One that ends after so many days, and began so many days ago."""
    return make_development_identity(now=datetime.now(UTC) - timedelta(days=age), days=days)


def small() -> dict[str, bytes]:
    """A file of each kind that is signed in a way of its own, without the reference engine."""
    return {
        "index.html": PAGE,
        "posts/one.md": POST,
        "posts/two.txt": "Some words, and more of them: äöü.\n".encode(),
        "data/list.json": b'{"a": [1, 2, 3]}\n',
        "code/tool.py": b"#!/usr/bin/env python3\nprint('hello')\n",
    }


def mixed() -> dict[str, bytes]:
    """The same with pictures."""
    return {
        **small(),
        "img/a.png": containers.picture("PNG"),
        "img/b.jpg": containers.picture("JPEG"),
        "img/c.gif": containers.picture("GIF"),
    }


class Archives:
    """An archive in a folder, with an identity and rules beside it."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        """Make one; `fresh` with an identity that no other archive has."""
        self.folder = folder
        self.root = folder / "site"
        self.root.mkdir(parents=True)
        made = make_development_identity(now=datetime.now(UTC)) if fresh else identity()
        write_development_identity(folder / "dev", made)
        self.rules()

    def rules(self, text: str = ALL, identities: str = IDENTITY) -> None:
        """Write the rules."""
        (self.folder / "stamp.toml").write_text(text + identities, "utf-8")

    @property
    def loaded(self) -> Rules:
        """The rules."""
        return rules.load(str(self.folder / "stamp.toml"))

    @property
    def trust(self) -> TrustStore:
        """The root of the identity."""
        return TrustStore.empty().with_anchors((self.folder / "dev/root.pem").read_bytes(), name="dev")

    def write(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Put files there."""
        for path, data in files.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return dict(files)

    def read(self) -> dict[str, bytes]:
        """All files but those of provkit."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            if FOLDER in folders and Path(folder) == self.root:
                folders.remove(FOLDER)
            for name in names:
                place = Path(folder) / name
                if not place.is_symlink():
                    found[place.relative_to(self.root).as_posix()] = place.read_bytes()
        return found

    def stamp(self, settled: Callable[[Archive], None] | None = None) -> dict[str, Done]:
        """Recover and stamp, as the command does; outcomes by path."""
        known = self.loaded
        root = os.path.realpath(self.root)
        with Archive(root) as archive:
            archive.recover()
            if settled is not None:
                settled(archive)
            return {one.path: one for one in run.stamp(archive, known, run.listing(root, known))}

    def actions(self) -> dict[str, Action]:
        """What :meth:`stamp` did."""
        return {path: done.action for path, done in self.stamp().items()}

    def plan(self) -> dict[str, Done]:
        """What it would do."""
        known, root = self.loaded, os.path.realpath(self.root)
        return {one.path: one for one in run.plan(root, known, run.listing(root, known))}

    def undo(self) -> dict[str, str | None]:
        """Give all back; why not, by path."""
        with Archive(str(self.root)) as archive:
            archive.recover()
            return dict(run.undo(archive))

    def check(self, trust: TrustStore | None = None) -> dict[str, str]:
        """What is not as the rules say, and why."""
        known, root = self.loaded, os.path.realpath(self.root)
        found = run.check(root, known, run.listing(root, known), trust)
        return {one.path: one.detail for one in found if one.action == "stale"}
