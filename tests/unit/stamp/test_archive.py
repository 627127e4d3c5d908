"""What somebody else does to an archive meanwhile, and what is never touched."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provkit import ConfigurationError, FileAccessError, State
from provkit.assets import verify_file
from provkit.stamp import inside
from provkit.stamp.archive import Archive
from provkit.stamp.journal import Journal, journal_of
from provkit.stamp.work import CHANGES, Action
from support.archives import ALL, PAGE, POST, Archives, small

if TYPE_CHECKING:
    from collections.abc import Callable

SIDECARS = ALL + 'carriage = "sidecar"\n'


def before_settling(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Let something happen after files were read and signed, before they are replaced."""
    settle = Archive.settle

    def changed(self: Archive, ready: Any) -> Any:
        change()
        return settle(self, ready)

    monkeypatch.setattr(Archive, "settle", changed)


def at_the_last_moment(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Let something happen between the last look at a file and its replacement."""
    rename = inside._rename

    def changed(*arguments: Any) -> bool:
        change()
        monkeypatch.setattr(inside, "_rename", rename)
        return rename(*arguments)

    monkeypatch.setattr(inside, "_rename", changed)


@pytest.mark.parametrize("when", [before_settling, at_the_last_moment])
@pytest.mark.parametrize("how", ["same size", "longer", "replaced", "link", "gone"])
def test_an_edit_meanwhile_is_kept(
    world: Archives, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, when: Any, how: str
) -> None:
    world.write({"a.html": PAGE})
    place, elsewhere = world.root / "a.html", tmp_path / "elsewhere.html"
    elsewhere.write_bytes(PAGE)
    edited = PAGE.replace(b"hello", b"HELLO")

    def change() -> None:
        if how in {"link", "gone", "replaced"}:
            place.unlink()
        if how == "link":
            place.symlink_to(elsewhere)
        elif how != "gone":
            place.write_bytes(edited * (2 if how == "longer" else 1))

    when(monkeypatch, change)
    done = world.stamp()["a.html"]
    assert done.action is Action.FAILED
    assert elsewhere.read_bytes() == PAGE
    if how == "link":
        assert place.is_symlink()
    elif how == "gone":
        assert not place.exists()
    else:
        assert place.read_bytes() == edited * (2 if how == "longer" else 1)
    with Archive(str(world.root)) as archive:
        assert archive.journal.count() == 0
        assert archive.journal.intents() == []
        told = {path: (action, detail) for path, action, detail in archive.journal.outcomes()}
    assert told["a.html"] == ("failed", done.detail)


@pytest.mark.parametrize("when", [before_settling, at_the_last_moment])
def test_permissions_that_change_meanwhile_are_kept(
    world: Archives, monkeypatch: pytest.MonkeyPatch, when: Any
) -> None:
    world.write({"a.html": PAGE})
    place = world.root / "a.html"
    when(monkeypatch, lambda: place.chmod(0o600))
    assert world.actions() == {"a.html": Action.FAILED}
    assert place.stat().st_mode & 0o777 == 0o600
    monkeypatch.undo()
    assert world.actions() == {"a.html": Action.SIGN}
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_becomes_a_link(
    world: Archives, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.write({"posts/a.html": PAGE})
    outside = tmp_path / "outside"

    def swap() -> None:
        shutil.move(world.root / "posts", outside)
        (world.root / "posts").symlink_to(outside)

    before_settling(monkeypatch, swap)
    assert (
        world.stamp()["posts/a.html"].detail
        == "a folder on the way to it is a link, and those are not followed"
    )
    assert (outside / "a.html").read_bytes() == PAGE


def test_links_are_not_followed(world: Archives, tmp_path: Path) -> None:
    world.write({"a.html": PAGE})
    (tmp_path / "out").mkdir()
    (tmp_path / "out/b.html").write_bytes(PAGE)
    (world.root / "folder").symlink_to(tmp_path / "out")
    (world.root / "b.html").symlink_to(tmp_path / "out/b.html")
    assert set(world.stamp()) == {"a.html"}
    assert (tmp_path / "out/b.html").read_bytes() == PAGE


def test_without_a_call_that_exchanges(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "_rename_at", lambda: None)
    originals = world.write(small())
    assert set(world.actions().values()) == {Action.SIGN}
    assert world.check(world.trust) == {}
    world.undo()
    assert world.read() == originals


def test_a_store_of_somebody_else_is_never_replaced(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    world.rules(SIDECARS + 'signed = "keep"\n')
    originals = world.write({"a.json": b"{}", "a.json.c2pa": b"theirs", "b.json": b"{}"})
    before_settling(monkeypatch, lambda: (world.root / "b.json.c2pa").write_bytes(b"theirs too"))
    assert world.actions() == {"a.json": Action.SIGNED, "b.json": Action.FAILED}
    assert world.read() == originals | {"b.json.c2pa": b"theirs too"}


def test_a_store_of_ours_that_somebody_replaced(world: Archives) -> None:
    world.rules(SIDECARS)
    world.write({"a.json": b"{}"})
    world.stamp()
    world.write({"a.json": b"[]", "a.json.c2pa": b"theirs"})
    assert world.actions() == {"a.json": Action.SIGNED}
    assert world.undo() == {"a.json": None}
    assert world.read() == {"a.json": b"[]", "a.json.c2pa": b"theirs"}


def test_a_shared_store_is_somebody_elses_credential(world: Archives, tmp_path: Path) -> None:
    other = Archives(tmp_path / "other")
    other.rules(SIDECARS)
    other.write({"a.json": b"{}"})
    other.stamp()
    store = (other.root / "a.json.c2pa").read_bytes()
    world.write({"a.json": b"{}", "a.c2pa": store, "b.json": b"[]", "b.c2pa": store, "lone.c2pa": store})
    assert world.actions() == {"a.json": Action.SIGNED, "b.json": Action.SIGN}


def test_the_store_goes_when_the_file_cannot_be_replaced(
    world: Archives, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.rules(ALL + 'carriage = "link"\nreference = "{name}.c2pa"\n')
    originals = world.write({"a.html": PAGE})
    replace = inside.Place.replace

    def fails(self: inside.Place, temporary: str, *rest: Any) -> None:
        if self.name.endswith(".html"):
            Path(temporary).unlink()
            raise FileAccessError("cannot write: Permission denied")
        replace(self, temporary, *rest)

    monkeypatch.setattr(inside.Place, "replace", fails)
    assert world.actions() == {"a.html": Action.FAILED}
    assert world.read() == originals


def test_read_only_files(world: Archives) -> None:
    world.write({"a.html": PAGE})
    (world.root / "a.html").chmod(0o440)
    world.rules(ALL + 'read_only = "leave"\n')
    assert world.actions() == {"a.html": Action.READ_ONLY}
    assert (world.root / "a.html").read_bytes() == PAGE
    world.rules()
    assert world.actions() == {"a.html": Action.SIGN}
    assert (world.root / "a.html").stat().st_mode & 0o777 == 0o440
    world.undo()
    assert (world.root / "a.html").read_bytes() == PAGE
    assert (world.root / "a.html").stat().st_mode & 0o777 == 0o440


def test_hard_links(world: Archives, tmp_path: Path) -> None:
    world.write({"b.html": PAGE})
    os.link(world.root / "b.html", tmp_path / "other.html")
    (world.root / "b.html").chmod(0o640)
    done = world.stamp()
    assert "hard links" in done["b.html"].note
    assert (tmp_path / "other.html").read_bytes() == PAGE
    assert (world.root / "b.html").stat().st_mode & 0o777 == 0o640


def test_one_run_at_a_time(world: Archives) -> None:
    with Archive(str(world.root)), pytest.raises(ConfigurationError, match="another run"):
        Archive(str(world.root))
    world.stamp()


def test_what_belongs_to_us_is_private(world: Archives) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    assert (world.root / ".provkit").stat().st_mode & 0o777 == 0o700
    assert (world.root / ".provkit/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize("name", [".provkit", ".provkit/work"])
def test_a_folder_of_ours_that_leads_elsewhere(world: Archives, tmp_path: Path, name: str) -> None:
    others = tmp_path / "precious" / "work"  # the name of a folder that a run empties
    others.mkdir(parents=True)
    (others / "file").write_bytes(b"x")
    (world.root / name).parent.mkdir(exist_ok=True)
    (world.root / name).symlink_to(tmp_path / "precious")
    with pytest.raises(FileAccessError, match="it is a link"):
        world.stamp()
    assert (others / "file").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal", "journal.db-shm"])
def test_a_journal_that_is_a_link(world: Archives, tmp_path: Path, name: str) -> None:
    originals = world.write({"a.html": PAGE})
    precious = tmp_path / "precious.db"
    database = sqlite3.connect(precious)
    database.execute("CREATE TABLE theirs (name TEXT)")
    database.commit()
    database.close()
    before = precious.read_bytes()
    (world.root / ".provkit").mkdir()
    (world.root / ".provkit" / name).symlink_to(precious)
    for call in (world.stamp, world.undo):
        with pytest.raises(FileAccessError, match="no regular file"):
            call()
    assert precious.read_bytes() == before
    assert world.read() == originals


def test_a_folder_of_ours_that_is_somebody_elses(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    (world.root / ".provkit").chmod(0o777)
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: (world.root / ".provkit").stat().st_uid + 1)
        with pytest.raises(FileAccessError, match="belongs to another user"):
            world.stamp()
    world.stamp()
    assert (world.root / ".provkit").stat().st_mode & 0o777 == 0o700


def test_the_journal_of_an_archive_from_elsewhere_leads_nowhere(world: Archives, tmp_path: Path) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    outside = tmp_path / "outside.html"
    outside.write_bytes((world.root / "a.html").read_bytes())
    stamped = outside.read_bytes()
    database = sqlite3.connect(journal_of(str(world.root)))
    path = os.path.relpath(outside, world.root).encode()
    database.execute("UPDATE entry SET path = ?", (path,))
    database.execute("INSERT INTO intent SELECT * FROM entry")
    database.commit()
    database.close()
    assert list(world.undo().values()) == [f"leads out of the archive: {path.decode()}"]
    assert outside.read_bytes() == stamped


@pytest.mark.parametrize("data", [b"no database at all " * 100, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_journal_ends_the_run(world: Archives, data: bytes) -> None:
    originals = world.write({"a.html": PAGE})
    world.stamp()
    for name in ("journal.db-wal", "journal.db-shm"):
        (world.root / ".provkit" / name).unlink(missing_ok=True)
    (world.root / ".provkit/journal.db").write_bytes(data)
    there = world.read()
    for call in (world.stamp, world.plan, world.undo):
        with pytest.raises(FileAccessError, match="journal"):
            call()
    assert world.read() == there != originals


def test_a_journal_of_another_version(world: Archives) -> None:
    world.stamp()
    database = sqlite3.connect(journal_of(str(world.root)))
    database.execute("UPDATE meta SET version = 99")
    database.commit()
    database.close()
    for call in (world.stamp, world.plan, world.undo):
        with pytest.raises(ConfigurationError, match="another version"):
            call()


def test_an_entry_that_is_damaged_is_one_file_that_fails(world: Archives) -> None:
    world.write({"a.html": PAGE, "b.html": PAGE})
    world.stamp()
    database = sqlite3.connect(journal_of(str(world.root)))
    database.execute("UPDATE entry SET store = x'00', results = '[' WHERE path = CAST('a.html' AS BLOB)")
    database.commit()
    database.close()
    world.write({"a.html": PAGE + b"<!-- edited -->"})
    assert world.actions() == {"a.html": Action.FAILED, "b.html": Action.UNCHANGED}


def test_an_archive_moves_with_its_folder(world: Archives, tmp_path: Path) -> None:
    originals = world.write(small())
    world.stamp()
    shutil.copytree(world.root, tmp_path / "moved/site")
    (world.folder / "dev").rename(tmp_path / "moved/dev")
    (world.folder / "stamp.toml").rename(tmp_path / "moved/stamp.toml")
    world.folder, world.root = tmp_path / "moved", tmp_path / "moved/site"
    assert set(world.actions().values()) == {Action.UNCHANGED}
    world.undo()
    assert world.read() == originals
    assert world.undo() == {}


def test_edited_after_it_was_stamped_and_before_it_was_known(world: Archives) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    with Journal(journal_of(str(world.root))) as journal:
        [entry] = journal.entries()
        journal.forget(["a.html"])
        journal.intend([entry])
    place = world.root / "a.html"
    place.write_bytes(place.read_bytes().replace(b"hello", b"edited"))
    assert world.actions() == {"a.html": Action.AGAIN}
    assert verify_file(place, trust=world.trust).state is State.TRUSTED
    world.undo()
    assert world.read() == {"a.html": PAGE.replace(b"hello", b"edited")}


def test_undo_leaves_alone_what_was_edited_or_is_gone(world: Archives) -> None:
    world.write({"a.html": PAGE, "b.md": POST, "c.html": PAGE})
    world.stamp()
    place = world.root / "a.html"
    edited = place.read_bytes().replace(b"hello", b"edited")
    place.write_bytes(edited)
    (world.root / "c.html").unlink()
    why = world.undo()
    assert why.pop("b.md") is None
    assert "changed after it was stamped" in str(why.pop("a.html"))
    assert why == {"c.html": "the file is gone"}
    assert place.read_bytes() == edited
    world.stamp()
    assert world.undo()["a.html"] is None
    assert place.read_bytes() == PAGE.replace(b"hello", b"edited")


def test_undo_when_taking_off_gives_another_thing(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    stamped = world.read()
    monkeypatch.setattr("provkit.stamp.archive.strip", lambda data: data[:-1])
    assert "not the original any more" in str(world.undo()["a.html"])
    assert world.read() == stamped
    monkeypatch.undo()
    assert world.undo() == {"a.html": None}


def test_originals_that_cannot_come_back_by_taking_off_are_kept(world: Archives) -> None:
    originals = world.write({"a.txt": "e\u0301 decomposed\n".encode()})
    done = world.stamp()["a.txt"]
    assert "NFC" in done.note
    assert done.action in CHANGES
    assert done.copied == len(originals["a.txt"])
    world.undo()
    assert world.read() == originals


def test_a_copy_of_an_original_that_is_lost_is_not_forgotten(world: Archives) -> None:
    """Signed by other rules, the file would have an original that it never was."""
    originals = world.write({"a.txt": "e\u0301 decomposed\n".encode()})
    world.stamp()
    stamped = world.read()
    [kept] = (world.root / ".provkit/originals").glob("*/*")
    kept.rename(world.folder / "kept")
    world.rules(ALL.replace('"human"', '"ai-assisted"'))
    done = world.stamp()["a.txt"]
    assert (done.action, world.read()) == (Action.FAILED, stamped)
    assert "provkit strip" in done.detail
    kept.write_bytes(b"damaged")
    assert "damaged" in world.stamp()["a.txt"].detail
    (world.folder / "kept").rename(kept)
    assert world.actions() == {"a.txt": Action.AGAIN}
    world.undo()
    assert world.read() == originals


def test_a_store_that_cannot_be_removed_does_not_make_a_file_unknown(
    world: Archives, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.rules(SIDECARS)
    originals = world.write({"a.html": PAGE})
    world.stamp()
    world.rules()

    def fails(self: inside.Place, digest: str) -> None:
        raise FileAccessError(f"cannot remove: {self.name} {digest}")

    monkeypatch.setattr(inside.Place, "remove", fails)
    assert world.actions() == {"a.html": Action.AGAIN}
    monkeypatch.undo()
    assert verify_file(world.root / "a.html", trust=world.trust).state is State.TRUSTED
    (world.root / "a.html.c2pa").unlink()
    assert world.actions() == {"a.html": Action.UNCHANGED}
    world.undo()
    assert world.read() == originals
