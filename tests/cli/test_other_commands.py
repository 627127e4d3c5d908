"""keys, trust, formats, explain, schema, inspect, demo, completion, and the entry point."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provkit import codes, media
from provkit.carriers import containers, structured
from provkit_cli import places
from provkit_cli.app import COMMANDS
from provkit_cli.schema import schema_text
from support.pki import Pki

if TYPE_CHECKING:
    from cli.conftest import Cli

REPOSITORY = Path(__file__).resolve().parents[2]
KEY = ("--cert", "dev/chain.pem", "--key", "dev/key.pem")


def program(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more}
    return subprocess.run(
        [sys.executable, "-m", "provkit_cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


SCHEMAS = ("verdict", "origin", "config", "policy", "distrust", "stamp", "serve", "label", "crawl-report")


@pytest.mark.parametrize("name", SCHEMAS)
def test_committed_schema_is_the_generated_one(name: str) -> None:
    committed = (REPOSITORY / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    assert committed == schema_text(name), f"run: provkit schema {name} > schemas/{name}.json"


def test_schema_command(cli: Cli) -> None:
    assert cli("schema", "verdict").out == schema_text("verdict")
    listed = [line.split()[0] for line in cli("schema").out.splitlines()]
    assert tuple(listed) == SCHEMAS
    assert {path.stem for path in (REPOSITORY / "schemas").iterdir()} == set(SCHEMAS)
    assert cli("schema", "nonsense").code == 2


def test_explain(cli: Cli) -> None:
    for code in codes.StatusCode:
        done = cli("explain", code)
        assert (done.code, done.out.splitlines()[0]) == (0, f"{code} ({code.kind})")
        assert "Usual cause: " in done.out
        assert "What to do: " in done.out
    assert all(code in cli("explain").out for code in codes.StatusCode)
    done = cli("explain", "assertion.datahash.mismatched")
    assert (done.code, "assertion.dataHash.mismatch" in done.err) == (2, True)
    assert cli("explain", "assertion.datahash.mismatch").code == 0


def test_formats(cli: Cli) -> None:
    table = cli("formats").out.partition("\n\n")[0].splitlines()[1:]
    assert len(table) == len(media.FORMATS) + len(structured.SYNTAXES)
    rows = {cells[0].split()[0]: cells[1:] for cells in (re.split(r"  +", line) for line in table)}
    assert rows["docx"][-1] == "Word document"
    endings = [re.split(r"  +", line)[0].split() for line in table]
    assert all(len(set(row)) == len(row) for row in endings)
    for entry in media.FORMATS:
        carrier, _, engine, kind = rows[entry.extensions[0]]
        assert carrier == entry.carrier
        assert (engine == "c2pa-python") == (entry.media_type in containers.LOCATORS)
        assert kind == entry.media_type or "/" not in kind
    assert max(len(line) for line in table) <= 120


@pytest.mark.parametrize(
    ("name", "text", "links"),
    [("a.csv", "a,b\n", "no"), ("a.html", "<!DOCTYPE html><p>A</p>", "yes"), ("a.py", "A = 1\n", "yes")],
)
def test_formats_that_take_a_link(cli: Cli, name: str, text: str, links: str) -> None:
    cli.write(name, text)
    done = cli("sign", name, "--origin", "human", *KEY, "--in-place", "--link", "https://example.org/a")
    assert (done.code == 0) == (links == "yes")
    (row,) = re.findall(rf"^.*\b{name[2:]}\b.* +(yes|no) +", cli("formats").out, re.MULTILINE)
    assert row == links


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"])
def test_new_identity_signs_and_verifies(cli: Cli, algorithm: str) -> None:
    assert cli("keys", "init", "mine", "--algorithm", algorithm, "--name", "Desk").code == 0
    assert stat.S_IMODE((cli.folder / "mine/key.pem").stat().st_mode) == 0o600
    cli.write("a.txt", "Text\n")
    done = cli(
        "sign",
        "a.txt",
        "--origin",
        "human",
        "--cert",
        "mine/chain.pem",
        "--key",
        "mine/key.pem",
        "--in-place",
    )
    assert done.code == 0, done.err
    done = cli("verify", "a.txt", "--no-default-trust", "--trust", "mine/root.pem")
    assert (done.code, '"Desk"' in done.out) == (0, True)
    assert cli("keys", "check", "mine/chain.pem", "--key", "mine/key.pem").code == 0


def test_keys_are_not_replaced_unasked(cli: Cli) -> None:
    before = (cli.folder / "dev/key.pem").read_bytes()
    assert cli("keys", "init", "dev").code == 4
    assert (cli.folder / "dev/key.pem").read_bytes() == before
    assert cli("keys", "init", "dev", "--force").code == 0
    assert cli("keys", "init", "other", "--algorithm", "nonsense").code == 2


def test_request_for_a_certificate(cli: Cli) -> None:
    done = cli("keys", "csr", "--name", "Desk", "--organization", "Acme", "--country", "DE", "--out", "real")
    assert done.code == 0, done.err
    assert (cli.folder / "real/request.csr").read_text().startswith("-----BEGIN CERTIFICATE REQUEST")
    assert stat.S_IMODE((cli.folder / "real/key.pem").stat().st_mode) == 0o600
    assert cli("keys", "csr", "--name", "Desk", "--out", "real").code == 4
    assert cli("keys", "csr", "--name", "Desk", "--out", "again", "--key", "real/key.pem").code == 0
    assert not (cli.folder / "again/key.pem").exists()
    assert cli("keys", "csr", "--name", "x" * 65, "--out", "long").code == 2


def test_check_names_what_is_wrong(cli: Cli) -> None:
    cli.write("expired.pem", Pki.make(expired=True, start=None).chain_pem)
    cli.write("garbage.pem", "nothing")
    done = cli("keys", "check", "expired.pem", "--no-default-trust")
    assert (done.code, "expired" in done.out) == (1, True)
    assert cli("keys", "check", "garbage.pem").code == 1
    assert cli("keys", "check", "missing.pem").code == 2
    assert cli("keys", "check", "dev/chain.pem", "--key", "dev/root.pem").code == 2


def test_trust_list_and_status(cli: Cli) -> None:
    out = cli("trust", "list").out
    assert "C2PA Trust List: anchors for claim-signing" in out
    assert "bundled" in out
    assert len(cli("trust", "list", "-v").out.splitlines()) > len(out.splitlines()) + 10
    assert re.search(
        r"C2PA Trust List \(claim-signing\): of 20\d\d-\d\d-\d\d, -?\d+ days old", cli("trust", "status").out
    )
    mine = cli(
        "trust", "list", "--no-default-trust", "--trust", "dev/root.pem", "--distrust", "dev/chain.pem", "-v"
    ).out
    assert "root.pem: anchors for claim-signing, 1 entry, " in mine
    assert "chain.pem: distrust" in mine


def test_updated_list_takes_the_place_of_the_bundled_one(cli: Cli) -> None:
    cli.signed("a.txt")
    assert cli("verify", "a.txt", "-q").code == 1
    done = cli("trust", "update", "--from", "dev/root.pem", "--date", "2026-11-01")
    assert (done.code, "takes the place of the bundled list for claim-signing" in done.out) == (0, True)
    done = cli("verify", "a.txt", "-q", "--format", "json")
    assert done.code == 0
    assert done.json()["results"][0]["signer"]["trust_list"] == "C2PA Trust List (yours)"
    assert 'list "C2PA Trust List (yours)", 2026-11-01' in cli("verify", "a.txt").out
    assert "yours, in place of the bundled one" in cli("trust", "status").out
    (places.lists_folder() / "claim-signing.pem").write_bytes(b"changed")
    assert cli("verify", "a.txt").code == 2
    assert cli("trust", "update", "--reset").code == 0
    assert cli("verify", "a.txt", "-q").code == 1


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--from", "missing.pem"),
        ("--from", "dev/chain.pem"),
        ("--from", "dev/root.pem", "--date", "soon"),
    ],
)
def test_unusable_update_changes_nothing(cli: Cli, options: tuple[str, ...]) -> None:
    assert cli("trust", "update", *options).code == 2
    assert not places.lists_folder().exists()


def test_inspect(cli: Cli) -> None:
    cli.signed("a.txt", "Text\n", "--title", "Heron count")
    out = cli("inspect", "a.txt", "-v").out
    assert out.splitlines()[0].startswith("valid ")
    for part in (
        "manifest 1, active: urn:c2pa:",
        'signer      "provkit dev signer"',
        "active manifest urn:c2pa:",
        "claim c2pa.claim.v2",
        "assertion, created c2pa.actions.v2",
        "signature ES256",
    ):
        assert part in out
    assert "claim c2pa.claim.v2" not in cli("inspect", "a.txt").out
    assert cli("inspect", "a.txt", "--format", "json", "--public").code == 2
    assert cli("inspect", "a.txt", "--format", "json", "--crjson").code == 2
    public = cli("inspect", "a.txt", "--public").out
    assert "dc:title: Heron count" in public
    assert "CN=provkit dev signer" in public
    cli.write("plain.txt", "plain\n")
    assert cli("inspect", "plain.txt").code == 3
    assert cli("inspect", "plain.txt", "--crjson").code == 3
    done = cli("inspect", "plain.txt", "--format", "json")
    assert (done.code, done.out) == (3, "")
    assert cli("inspect", "missing.txt").code == 4
    cli.write("cut.txt", (cli.folder / "a.txt").read_bytes()[:400])
    assert cli("inspect", "cut.txt").code == 4


def test_demo_fits_on_a_tall_screen_and_leaves_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    done = cli("demo")
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert len(lines) <= 48
    assert max(map(len, lines)) <= 105
    assert [line.split()[0] for line in lines if line.split()[:1] and line.split()[0] in {"trusted", "invalid", "unsigned"}] == [
        "trusted", "trusted", "trusted", "trusted", "unsigned", "invalid",
    ]  # fmt: skip
    for word in ("human", "ai-assisted", "synthetic"):
        assert f"stated as {word}" in done.out
    assert not list(room.iterdir())
    assert cli("demo", "--keep", "kept").code == 0
    assert (cli.folder / "kept/letter.txt").exists()


def test_words_we_do_not_use(cli: Cli) -> None:
    texts = [cli("demo").out, cli("explain").out, cli("-h").out]
    texts += [
        cli(*name.split(), "-h").out
        for name in ("sign", "verify", "inspect", "strip", "keys", "trust", "demo")
    ]
    texts += [cli("explain", code).out for code in codes.StatusCode]
    for text in texts:
        assert not re.search(r"\b(authentic\w*|fake\w*|genuine\w*|verified human)\b", text, re.IGNORECASE)


def test_help_and_version(cli: Cli) -> None:
    assert re.fullmatch(r"provkit \d+\.\d+\.\d+\S*\n", cli("--version").out)
    root = cli("--help").out
    for command in (
        "sign",
        "verify",
        "inspect",
        "strip",
        "keys",
        "trust",
        "formats",
        "explain",
        "schema",
        "demo",
    ):
        assert f"\n  {command} " in root
        assert cli(command, "--help").out.startswith("Usage: provkit")
    assert cli().out == root
    assert "did you mean 'verify'" in cli("verfy").err
    assert "there are: init, csr, check; see: provkit keys --help" in cli("keys").err
    assert "see: provkit sign --help" in cli("sign", "a.txt", "--origin").err
    assert "see: provkit --help" in cli("--nonsense").err


def test_every_command_tells_its_exit_codes(cli: Cli) -> None:
    groups = {
        "keys": ("init", "csr", "check"),
        "trust": ("list", "status", "update"),
        "policy": ("check", "explain"),
    }
    for command in COMMANDS:
        for sub in groups.get(command, ("",)):
            told = cli(*f"{command} {sub}".split(), "--help").out.partition("Exit codes:\n    0  ")[2]
            numbers = [int(line.split()[0]) for line in told.splitlines()[1:] if line.startswith("    ")]
            assert numbers == sorted({*numbers, 2}), (command, sub)


def test_a_country_of_a_request_has_two_letters(cli: Cli) -> None:
    done = cli("keys", "csr", "--name", "A", "--country", "Germany", "--out", "q")
    assert (done.code, "not two letters" in done.err, (cli.folder / "q").exists()) == (2, True, False)


def test_a_folder_where_one_file_is_asked_for(cli: Cli) -> None:
    done = cli("inspect", "dev")
    assert (done.code, "add -r" in done.err, "one of the files in it" in done.err) == (4, False, True)
    cli.write("a.txt", "A\n")
    done = cli("verify", "a.txt", "--trust", "dev")
    assert (done.code, "add -r" in done.err, "one of the files in it" in done.err) == (2, False, True)


def test_who_signs_is_said_when_something_is_to_be_signed(cli: Cli) -> None:
    cli.write("a.txt", "A\n")
    assert "development" not in cli("sign", "a.txt", "--origin", "human", *KEY).err
    assert "development" in cli("sign", "a.txt", "--origin", "human", *KEY, "--in-place").err


def test_bug_is_one_line_unless_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash() -> None:
        raise RuntimeError("boom\n\x1b[0m")

    monkeypatch.setattr("provkit_cli.lists.default_store", crash)
    done = cli("verify", "a.txt")
    assert done.code == 4
    assert done.err.startswith("provkit: error: unexpected RuntimeError: boom\\x0a\\x1b[0m\n")
    assert "Traceback" not in done.err
    assert "Traceback" in cli("--debug", "trust", "list").err


def test_interrupt(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("provkit_cli.lists.default_store", interrupt)
    assert cli("verify", "a.txt").code == 130
    assert cli("trust", "list").code == 130


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_offers_the_commands(shell: str) -> None:
    words = {"COMP_WORDS": "provkit ve", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "provkit ve"}
    done = program(_PROVKIT_COMPLETE=f"complete_{shell}", **words)
    assert "verify" in done.stdout, done.stderr


def test_closed_pipe_is_quiet(cli: Cli) -> None:
    cli.write("a.txt", "plain\n")
    names = " ".join(["a.txt"] * 400)
    command = f"{sys.executable} -m provkit_cli verify --no-default-trust {names} | head -1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_verify_starts_without_what_it_does_not_need(cli: Cli) -> None:
    cli.write("a.txt", "plain\n")
    code = (
        "import sys; from provkit_cli.main import main; main(['verify', 'a.txt', '--no-default-trust']);"
        "print(sorted({'typer', 'rich', 'pydantic', 'multiprocessing', 'concurrent', 'cryptography', 'asn1crypto'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_program_end_to_end(cli: Cli) -> None:
    cli.write("a.txt", "plain\n")
    assert program("sign", "a.txt", "--origin", "human", *KEY, "--out", "b.txt").returncode == 0
    done = program("verify", "b.txt", "--trust", "dev/root.pem")
    assert (done.returncode, done.stdout.split()[0]) == (0, "trusted")
    assert program("verify", "a.txt").returncode == 3
