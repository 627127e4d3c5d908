"""A law: whatever is done to an archive between runs, another run makes it whole, and undo gives back what is there now."""

from __future__ import annotations

import itertools
import random
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pytest

from provkit.stamp.inside import digest_of
from provkit.stamp.journal import Journal, journal_of
from provkit.stamp.work import Action
from support.archives import ALL, PAGE, Archives

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
NAMES: Final = ("a.html", "b.html", "c.json", "d.json", "e.txt", "f.txt", "sub/g.html", "sub/h.txt")
CARRIAGES: Final = ("", 'carriage = "sidecar"\n', 'carriage = "link"\nreference = "{name}.c2pa"\n')
_LINKED: Final = ALL.replace("**/*", "**/*.html") + CARRIAGES[2]


@dataclass
class Owner:
    """Somebody who works on an archive, and knows what each file is without credentials."""

    world: Archives
    chance: random.Random
    files: dict[str, bytes] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    """Names to which something was done since the last run."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def new(self, name: str) -> bytes:
        number = next(self.numbers)
        if name.endswith(".html"):
            return PAGE.replace(b"hello", b"hello %d" % number)
        if name.endswith(".json"):
            return b'{"hello": %d}\n' % (number % 3)  # some are the same
        return f"hello {number} {chr(0xE9) if number % 2 else 'e' + chr(0x301)}\n".encode()

    def place(self, name: str) -> Path:
        return self.world.root / name

    def write(self, name: str) -> None:
        self.files[name] = self.new(name)
        self.world.write({name: self.files[name]})

    def edit(self, name: str) -> None:
        """In an editor that keeps the credential."""
        if name in self.files:
            change = b"hello", b"hello%d" % next(self.numbers)
            data = self.place(name).read_bytes()
            if data != self.files[name]:  # stamped, so in NFC
                self.files[name] = unicodedata.normalize("NFC", self.files[name].decode()).encode()
            self.files[name] = self.files[name].replace(*change)
            self.place(name).write_bytes(data.replace(*change))

    def move(self, name: str, *, copy: bool = False) -> None:
        other = self.other(name)
        if name in self.files and other != name:
            with_store = self.chance.random() < 0.5
            for suffix in ("", ".c2pa") if with_store else ("",):
                if self.place(name + suffix).exists():
                    data = self.place(name + suffix).read_bytes()
                    self.world.write({other + suffix: data})
                    if not copy:
                        self.place(name + suffix).unlink()
            self.files[other] = self.files[name] if copy else self.files.pop(name)

    def copy(self, name: str) -> None:
        self.move(name, copy=True)

    def swap(self, name: str) -> None:
        other = self.other(name)
        if name in self.files and other in self.files:
            for suffix in ("", ".c2pa"):
                if self.place(name + suffix).exists() and self.place(other + suffix).exists():
                    one, two = (self.place(each + suffix).read_bytes() for each in (name, other))
                    self.world.write({name + suffix: two, other + suffix: one})
            self.files[name], self.files[other] = self.files[other], self.files[name]

    def delete(self, name: str) -> None:
        if self.files.pop(name, None) is not None:
            self.place(name).unlink()

    def other(self, name: str) -> str:
        """One of the same type to which nothing was done in this round, if there is one."""
        alike = [one for one in NAMES if PurePosixPath(one).suffix == PurePosixPath(name).suffix]
        found = self.chance.choice([one for one in alike if one not in self.touched - {name}])
        self.touched.add(found)
        return found

    def rules(self) -> None:
        origin = self.chance.choice(["human", "ai-assisted"])
        text = self.chance.choice([ALL, ALL + CARRIAGES[1], _LINKED + ALL])
        self.world.rules(text.replace('"human"', f'"{origin}"'))

    def work(self) -> None:
        """One thing that happens between two runs."""
        if self.chance.random() < 0.1:
            self.rules()
        does = self.chance.choice(
            [
                self.write,
                self.edit,
                self.edit,
                self.move,
                self.move,
                self.copy,
                self.swap,
                self.delete,
            ]
        )
        left = sorted({*NAMES} - self.touched)
        if left:
            name = self.chance.choice(left)
            self.touched.add(name)
            does(name)

    def stamp(self) -> None:
        self.touched.clear()
        planned = {path: one.action for path, one in self.world.plan().items()}
        done = self.world.stamp()
        assert {path: one.action for path, one in done.items()} == planned
        assert set(planned.values()) <= {Action.SIGN, Action.AGAIN, Action.UNCHANGED}, done
        assert self.world.check(self.world.trust) == {}
        assert set(self.world.actions().values()) <= {Action.UNCHANGED}
        with Journal(journal_of(str(self.world.root))) as journal:
            known = {one.path: one.before for one in journal.entries() if one.path in self.files}
        assert known == {name: digest_of(data) for name, data in self.files.items()}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_between_runs(world: Archives, seed: int) -> None:
    owner = Owner(world, random.Random(seed))
    for name in NAMES:
        owner.write(name)
    owner.stamp()
    for _ in range(4):
        for _ in range(owner.chance.randrange(1, 6)):
            owner.work()
        owner.stamp()
    assert set(world.undo().values()) <= {None, "the file is gone"}
    assert world.read() == owner.files
