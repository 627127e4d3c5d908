"""The journal: what is read ahead is what is there."""

from __future__ import annotations

import random
from dataclasses import astuple
from typing import TYPE_CHECKING

from provkit.stamp import journal
from provkit.stamp.journal import Entry, Held, Journal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def entry(path: str, number: int) -> Entry:
    return Entry(
        path=path, before=f"{number:064x}", after=f"{number + 1:064x}", reverse="strip", manifest="urn:c2pa:x",
        origin="human", identity="newsroom", terms=f"terms {number}", expires="2030-01-01T00:00:00Z",
        media_type="text/plain", at="2026-01-01T00:00:00Z", sidecar=None if number % 3 else f"{number:064x}",
        store=b"store" * number,
    )  # fmt: skip


def test_what_is_read_ahead_is_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_AHEAD", 3)
    names = ["", "a/", "a/b/", "\udcff/"]
    known = {f"{folder}{number}": number for folder in names for number in range(0, 20, 2)}
    path = str(tmp_path / "journal.db")
    with Journal(path) as written:
        written.intend([entry(path, number) for path, number in known.items()])
        written.done(known)
        assert written.intents() == []
    asked = [f"{folder}{number}" for folder in names for number in range(21)]
    for seed in range(4):
        if seed:
            random.Random(seed).shuffle(asked)
        with Journal(path, read_only=True) as read:
            for name in asked:
                found, held = read.entry(name), read.held(name)
                assert (found is None) is (held is None) is (name not in known)
                assert found is None or held == Held(found.after, found.sidecar, found.terms, found.expires)
                assert found is None or astuple(found) == astuple(entry(name, known[name]))


def test_what_was_dropped_is_no_entry(tmp_path: Path) -> None:
    with Journal(str(tmp_path / "journal.db")) as written:
        written.intend([entry("a", 1), entry("b", 2)])
        written.done(["a"], ["b"])
        assert (written.count(), written.intents()) == (1, [])
        assert written.held("b") is None
