"""What is stamped, what is left alone, and that a second run changes nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provkit import State
from provkit.assets import inspect_file, verify_file
from provkit.limits import DEFAULT_LIMITS
from provkit.stamp import again, inside, run, statements
from provkit.stamp.archive import Archive
from provkit.stamp.journal import Journal, journal_of
from provkit.stamp.work import Action
from support import containers
from support.archives import ALL, IDENTITY, PAGE, POST, Archives, mixed, small

if TYPE_CHECKING:
    from provkit.stamp.journal import Entry

FROM = '[[rule]]\nmatch = ["**"]\nidentity = "newsroom"\n[rule.origin_from]\n'


def entry(world: Archives, path: str) -> Entry:
    with Journal(journal_of(str(world.root))) as journal:
        found = journal.entry(path)
    assert found is not None
    return found


def generations(world: Archives, path: str) -> int:
    found = inspect_file(world.root / path)
    assert found is not None
    return len(found.store.manifests)


def test_there_and_back(world: Archives) -> None:
    originals = world.write(mixed())
    planned = world.plan()
    assert world.read() == originals
    assert not (world.root / ".provkit").exists()
    assert {done.action for done in planned.values()} == {Action.SIGN}
    assert set(world.actions().values()) == {Action.SIGN}
    stamped = world.read()
    assert {path for path in stamped if path not in originals} == {"data/list.json.c2pa"}
    assert world.check(world.trust) == {}
    times = {path: (world.root / path).stat().st_mtime_ns for path in stamped}
    assert set(world.actions().values()) == {Action.UNCHANGED}
    assert {done.action for done in world.plan().values()} == {Action.UNCHANGED}
    assert {path: (world.root / path).stat().st_mtime_ns for path in world.read()} == times
    assert set(world.undo().values()) == {None}
    assert world.read() == originals


def test_pages_come_last(world: Archives) -> None:
    world.write({"a.html": PAGE, "b.md": POST, "c.xhtml": PAGE, "d.txt": b"x"})
    listing = run.listing(str(world.root), world.loaded)
    assert [task.path for task in listing.matched] == ["b.md", "d.txt", "a.html", "c.xhtml"]


def test_no_rule_no_statement_no_credential(world: Archives) -> None:
    world.rules(FROM.replace('["**"]', '["*.md", "*.html"]'))
    originals = world.write({"a.md": POST, "b.md": b"# no word\n", "c.txt": b"x", "d.html": PAGE})
    assert run.listing(str(world.root), world.loaded).unmatched == ("c.txt",)
    assert world.actions() == {
        "a.md": Action.SIGN,
        "b.md": Action.NO_STATEMENT,
        "d.html": Action.NO_STATEMENT,
    }
    there = world.read()
    assert {path for path in there if there[path] != originals[path]} == {"a.md"}
    assert world.check() == {}


def test_rules_certificates_and_keys_are_never_content(world: Archives) -> None:
    root = world.folder
    known = world.loaded
    names = {task.path for task in run.listing(str(root), known, (str(root / "stamp.toml"),)).matched}
    assert names == {"dev/root.pem"}


def test_other_types_are_left_alone(world: Archives) -> None:
    world.rules(ALL + 'media_types = ["text/html"]\n')
    world.write({"a.html": PAGE, "b.txt": b"x"})
    assert world.actions() == {"a.html": Action.SIGN, "b.txt": Action.OTHER_TYPE}
    assert world.check() == {}


def test_an_edit_is_history(world: Archives) -> None:
    world.write({"a.html": PAGE, "b.json": b"{}"})
    world.stamp()
    first = entry(world, "a.html").manifest
    place = world.root / "a.html"
    place.write_bytes(place.read_bytes().replace(b"hello", b"edited"))
    world.write({"b.json": b"[]"})
    assert set(world.check()) == {"a.html", "b.json"}
    assert world.actions() == {"a.html": Action.AGAIN, "b.json": Action.AGAIN}
    verdict = verify_file(place, trust=world.trust)
    assert verdict.state is State.TRUSTED
    [parent] = verdict.ingredients
    found = inspect_file(place)
    assert found is not None
    assert parent.relationship == "parentOf"
    assert next(one.label for one in found.store.manifests) == first
    assert generations(world, "b.json") == 2
    world.undo()
    assert world.read() == {"a.html": PAGE.replace(b"hello", b"edited"), "b.json": b"[]"}


def test_an_edited_picture_has_its_history_too(world: Archives) -> None:
    originals = world.write({"a.png": containers.picture("PNG"), "b.png": containers.picture("PNG")})
    world.stamp()
    place = world.root / "a.png"
    comment = containers.chunk(b"tEXt", b"Comment\0kept")
    data = place.read_bytes()
    place.write_bytes(data[:-12] + comment + data[-12:])  # with the credential, which does not hold any more
    assert set(world.check()) == {"a.png"}
    with Journal(journal_of(str(world.root))) as journal:
        journal.intend([replace(entry(world, "b.png"), store=None)])
        journal.done(["b.png"])
    world.write({"b.png": containers.picture("PNG", compress_level=1)})
    done = world.stamp()
    assert done["a.png"].note == ""
    assert "nothing was kept" in done["b.png"].note
    verdict = verify_file(place, trust=world.trust)
    assert verdict.state is State.TRUSTED
    assert [one.relationship for one in verdict.ingredients] == ["parentOf"]
    assert (generations(world, "a.png"), generations(world, "b.png")) == (2, 1)
    world.undo()
    assert world.read()["a.png"] == originals["a.png"][:-12] + comment + originals["a.png"][-12:]


def test_built_anew_is_no_edit(world: Archives) -> None:
    originals = world.write(small())
    for _ in range(3):
        world.stamp()
        world.write(originals)
    assert set(world.actions().values()) == {Action.AGAIN, Action.UNCHANGED}
    assert {generations(world, path) for path in originals} == {1}


def test_a_long_history_begins_anew(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "_GENERATIONS", 2)
    found = []
    for number in range(5):
        world.write({"a.html": PAGE.replace(b"hello", str(number).encode())})
        world.stamp()
        found.append(generations(world, "a.html"))
    assert found == [1, 2, 3, 1, 2]
    assert verify_file(world.root / "a.html", trust=world.trust).state is State.TRUSTED


def test_rules_that_say_another_thing(world: Archives) -> None:
    originals = world.write(mixed())
    world.stamp()
    world.rules(ALL.replace('"human"', '"synthetic"'))
    assert set(world.check().values()) == {"states human, and the rules say synthetic"}
    assert set(world.actions().values()) == {Action.AGAIN}
    assert world.check(world.trust) == {}
    assert {generations(world, path) for path in originals} == {2}
    world.rules(ALL.replace('"human"', '"synthetic"').replace("**/*", "*"))  # the same, said otherwise
    assert set(world.actions().values()) == {Action.UNCHANGED}
    world.undo()
    assert world.read() == originals


def test_what_is_taken_back_does_not_decide_what_is_stated(world: Archives) -> None:
    """What is synthetic in its history is synthetic (spec/origin.md); so that is none of a file that never was."""
    originals = world.write({"a.html": PAGE, "b.png": containers.picture("PNG")})
    world.rules(ALL.replace('"human"', '"synthetic"'))
    world.stamp()
    world.rules(ALL)
    done = world.stamp()
    assert {one.note.split(":")[0] for one in done.values()} == {
        "with its earlier credential it would state synthetic, which the rules do not say any more"
    }
    assert world.check(world.trust) == {}
    assert {generations(world, path) for path in originals} == {1}
    world.undo()
    assert world.read() == originals


def test_what_somebody_else_stated_is_never_dropped(world: Archives) -> None:
    other = Archives(world.folder / "other", fresh=True)
    other.rules(ALL.replace('"human"', '"synthetic"'))
    other.write({"a.html": PAGE})
    other.stamp()
    world.write(other.read())
    world.rules(ALL + 'signed = "keep"\n')
    world.stamp()
    place = world.root / "a.html"
    place.write_bytes(place.read_bytes().replace(b"hello", b"edited"))
    assert world.actions() == {"a.html": Action.AGAIN}
    assert generations(world, "a.html") == 3
    assert world.check() == {"a.html": "states synthetic, and the rules say human"}


@pytest.mark.parametrize("rule", ["leave", "keep"])
def test_what_somebody_else_signed_on_top_of_ours(world: Archives, rule: str) -> None:
    """A tool that keeps our credential as the history of its own: what it states is not talked over."""
    other = Archives(world.folder / "other", fresh=True)
    other.rules(ALL.replace('"human"', '"synthetic"') + 'signed = "keep"\n')
    world.write({"a.html": PAGE, "b.png": containers.picture("PNG")})
    world.stamp()
    other.write(world.read())
    other.stamp()
    theirs = world.write(other.read())
    world.rules(f'{ALL}signed = "{rule}"\n')
    wanted = Action.SIGNED if rule == "leave" else Action.AGAIN
    assert set(world.actions().values()) == {wanted}
    assert {verify_file(world.root / path).origin.cls for path in theirs} == {"synthetic"}
    assert {generations(world, path) for path in theirs} == {2 if rule == "leave" else 3}
    undone = world.undo()
    assert world.read() == theirs
    assert set(undone.values()) == ({None} if rule == "keep" else {undone["a.html"]})


def test_an_earlier_version_comes_back(world: Archives) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    first = world.read()
    world.write({"a.html": PAGE.replace(b"hello", b"edited")})
    world.stamp()
    world.write(first)
    assert world.actions() == {"a.html": Action.AGAIN}
    assert generations(world, "a.html") == 3
    world.undo()
    assert world.read() == {"a.html": PAGE}


def test_a_page_that_keeps_its_link(world: Archives) -> None:
    """Signed again, the page is as it was, and only the store beside it is another: it has an original all the same."""
    originals = world.write({"a.html": PAGE})
    linked = 'carriage = "link"\nreference = "{name}.c2pa"\n'
    world.rules(ALL + linked)
    world.stamp()
    page = (world.root / "a.html").read_bytes()
    world.rules(ALL.replace('"human"', '"ai-assisted"') + linked)
    assert world.actions() == {"a.html": Action.AGAIN}
    assert (world.root / "a.html").read_bytes() == page
    assert entry(world, "a.html").reverse == "strip"
    assert world.check(world.trust) == {}
    world.undo()
    assert world.read() == originals


def test_files_that_got_other_names(world: Archives) -> None:
    """Exchanged far apart, so that the entry of the one is replaced before the other is met; and moved with its store."""
    many = {f"{number:03}.txt": b"%d\n" % number for number in range(70)}
    originals = world.write({**many, "a.json": b"{}", "b.txt": "e\u0301\n".encode()})
    world.stamp()
    there = world.read()
    world.write({"000.txt": there["069.txt"], "069.txt": there["000.txt"]})
    for old, new in (("a.json", "c.json"), ("a.json.c2pa", "c.json.c2pa"), ("b.txt", "d.txt")):
        (world.root / old).rename(world.root / new)
    moved = world.read()
    assert {one.action for one in world.plan().values()} == {Action.UNCHANGED}
    assert set(world.actions().values()) == {Action.UNCHANGED}
    assert world.read() == moved
    assert set(world.undo().values()) == {None}
    assert world.read() == {
        **{path: data for path, data in originals.items() if path not in {"a.json", "b.txt"}},
        "000.txt": originals["069.txt"], "069.txt": originals["000.txt"],
        "c.json": originals["a.json"], "d.txt": originals["b.txt"],
    }  # fmt: skip


def test_a_name_without_room_for_the_store(world: Archives) -> None:
    originals = world.write({"x" * 250 + ".json": b"{}"})
    for done in (*world.plan().values(), *world.stamp().values()):
        assert (done.action, done.detail) == (Action.FAILED, "cannot write: File name too long")
    assert world.read() == originals


def test_from_one_carriage_to_the_others(world: Archives) -> None:
    originals = world.write({"a.html": PAGE, "b.txt": b"words\n"})
    for more in ("", 'carriage = "sidecar"\n', 'carriage = "embedded"\n', 'carriage = "sidecar"\n', ""):
        world.rules(ALL + more)
        world.stamp()
        assert world.check(world.trust) == {}
        beside = {path for path in world.read() if path.endswith(".c2pa")}
        assert beside == ({"a.html.c2pa", "b.txt.c2pa"} if "sidecar" in more else set())
    world.undo()
    assert world.read() == originals


def test_a_certificate_that_has_ended(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    with Journal(journal_of(str(world.root))) as journal:
        journal.intend([replace(one, expires="2020-01-01T00:00:00Z") for one in journal.entries()])
        journal.done(["a.html"])
    assert world.actions() == {"a.html": Action.AGAIN}
    assert generations(world, "a.html") == 1


def test_somebody_elses_credential(world: Archives, tmp_path: object) -> None:
    world.write({"a.html": PAGE, "b.md": POST})
    world.stamp()
    signed = world.read()
    for place in (world.root / ".provkit").iterdir():
        if place.name.startswith("journal"):
            place.unlink()
    assert set(world.actions().values()) == {Action.SIGNED}
    assert world.read() == signed
    world.rules(ALL + 'signed = "keep"\n')
    assert set(world.actions().values()) == {Action.SIGN}
    assert generations(world, "a.html") == 2
    world.undo()
    assert world.read() == signed


def test_somebody_signs_what_was_stamped(world: Archives) -> None:
    other = Archives(world.folder / "other")
    other.write({"a.html": PAGE + b"<!-- theirs -->"})
    other.stamp()
    world.write({"a.html": PAGE})
    world.stamp()
    world.write(other.read())
    assert world.actions() == {"a.html": Action.SIGNED}
    assert world.read() == other.read()


def test_what_cannot_be_signed_is_told(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside.Place.read, "__defaults__", (replace(DEFAULT_LIMITS, file_bytes=1000),))
    originals = world.write(
        {
            "empty.pdf": b"",
            "latin.txt": b"caf\xe9",
            "x.bin": b"\x00\xff" * 9,
            "big.txt": b"x" * 1001,
            "o.mkv": b"\x1aE\xdf\xa3\x93B\x82\x88matroska",
        }
    )
    done = world.stamp()
    assert {path: one.action for path, one in done.items()} == {
        "big.txt": Action.FAILED, "empty.pdf": Action.UNSUPPORTED, "latin.txt": Action.UNSUPPORTED,
        "o.mkv": Action.UNSUPPORTED, "x.bin": Action.UNSUPPORTED,
    }  # fmt: skip
    assert all(one.detail for one in done.values())
    assert world.read() == originals
    with Archive(str(world.root)) as archive:
        assert {path for path, _, _ in archive.journal.outcomes()} == set(originals)


def test_hostile_names(world: Archives) -> None:
    names = ["line\nbreak.html", "-rf.html", "\u202egnp.html", "x" * 250 + ".html", "A.html", "a.html", " .html",
             os.fsdecode(b"\xff\xfe.html"), "'; DROP TABLE entry;--.html", "%s{name}.html", "x.html.html"]  # fmt: skip
    originals = world.write(dict.fromkeys(names, PAGE))
    assert set(world.actions().values()) == {Action.SIGN}
    assert set(world.actions().values()) == {Action.UNCHANGED}
    assert world.undo() == dict.fromkeys(names)
    assert world.read() == originals
    world.rules(ALL + 'carriage = "link"\nreference = "{name}.c2pa"\n')
    done = world.stamp()
    assert [path for path in names if done[path].action is not Action.SIGN] == [
        "x" * 250 + ".html"
    ]  # .c2pa is too much
    assert world.check(world.trust).keys() == {"x" * 250 + ".html"}
    world.undo()
    assert world.read() == originals


def test_a_file_that_breaks_the_code_is_one_file(world: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write({"a.html": PAGE, "b.txt": b"x"})
    monkeypatch.setattr(
        statements, "class_of", lambda data, _kind, rule: 1 / 0 if data == b"x" else rule.origin
    )
    done = world.stamp()
    assert (done["a.html"].action, done["b.txt"].action) == (Action.SIGN, Action.FAILED)
    assert "please report it" in done["b.txt"].detail


def test_two_identities(world: Archives) -> None:
    world.rules(
        ALL.replace("**/*", "a.*") + ALL.replace('"newsroom"', '"desk"'),
        IDENTITY + IDENTITY.replace("newsroom", "desk"),
    )
    world.write({"a.html": PAGE, "b.html": PAGE})
    world.stamp()
    assert (entry(world, "a.html").identity, entry(world, "b.html").identity) == ("newsroom", "desk")


def test_check_wants_the_given_signers(world: Archives) -> None:
    world.write({"a.html": PAGE})
    world.stamp()
    assert world.check() == {}
    assert world.check(world.trust.empty()) == {
        "a.html": "signed by somebody whom the given roots do not vouch for"
    }
