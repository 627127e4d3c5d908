"""Levels of detail, SARIF, JUnit, the page; the recipes for CI and for pre-commit; `explain`."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from provkit import media
from provkit.carriers import containers, structured
from provkit.errors import ConfigurationError
from provkit.report.explained import everything
from provkit_cli.verifying import level_of

if TYPE_CHECKING:
    from cli.conftest import Cli

REPOSITORY = Path(__file__).resolve().parents[2]
ROOT = ("--no-default-trust", "--trust", "dev/root.pem")


@pytest.fixture
def several(cli: Cli) -> tuple[str, ...]:
    """One file for each outcome."""
    cli.signed("good.txt", "Eleven herons.\n", "--title", "Herons")
    changed = cli.signed("changed.txt", "Eleven herons.\n", "--title", "Herons")
    changed.write_bytes(changed.read_bytes().replace(b"Eleven", b"Twelve"))
    cli.write("plain.txt", "plain\n")
    cli.write("broken.txt", b"caf\xe9\n")
    return ("good.txt", "changed.txt", "plain.txt", "broken.txt")


# levels


@pytest.mark.parametrize(
    ("options", "level"),
    [
        ({}, 2),
        ({"quiet": True}, 1),
        ({"verbose": 1}, 3),
        ({"verbose": 2}, 4),
        ({"verbose": 9}, 4),
        ({"level": 1}, 1),
    ],
)
def test_levels(options: dict[str, Any], level: int) -> None:
    assert level_of(**{"quiet": False, "verbose": 0, "level": None, **options}) == level


def test_two_ways_to_say_a_level_exclude_each_other(cli: Cli) -> None:
    with pytest.raises(ConfigurationError):
        level_of(quiet=True, verbose=0, level=3)
    cli.write("a.txt", "plain\n")
    assert cli("verify", "a.txt", "-v", "--level", "3").code == 2
    assert cli("verify", "a.txt", "--level", "5").code == 2


def test_each_level_shows_more(cli: Cli) -> None:
    cli.signed("a.txt")
    shown = [cli("verify", "a.txt", *ROOT, "--level", str(level)).out for level in (1, 2, 3, 4)]
    assert len(shown[0]) < len(shown[1]) < len(shown[2]) < len(shown[3])
    flags: tuple[tuple[str, ...], ...] = (("-q",), (), ("-v",), ("-vv",))
    assert [cli("verify", "a.txt", *ROOT, *flag).out for flag in flags] == shown
    assert "manifest 1, active: urn:c2pa:" not in shown[1]
    assert "manifest 1, active: urn:c2pa:" in shown[2]
    assert "assertions   c2pa.actions.v2" in shown[2]
    assert "step 10" not in shown[2]
    assert "step 10      The content is the one that was signed: passed" in shown[3]
    assert re.search(r"offsets      \d+ bytes from byte 15, holding a store of \d+ bytes", shown[3])


def test_what_an_invalid_credential_states_is_told_at_the_last_level_only(
    cli: Cli, several: tuple[str, ...]
) -> None:
    for level in ("1", "2", "3"):
        assert "Herons" not in cli("verify", several[1], *ROOT, "--level", level).out
    out = cli("verify", several[1], *ROOT, "--level", "4").out
    assert out.index("nobody answers for it") < out.index('title       "Herons"')
    assert "meaning      assertion.dataHash.mismatch: " in out


def test_a_credential_that_cannot_be_taken_apart_has_its_levels_too(cli: Cli) -> None:
    data = cli.signed("a.txt").read_bytes()
    cli.write("cut.txt", data[:400])
    done = cli("verify", "cut.txt", *ROOT, "-vv")
    assert (done.code, done.out.split()[0]) == (1, "invalid")


@pytest.mark.slow
def test_levels_of_several_files_in_processes(cli: Cli, several: tuple[str, ...]) -> None:
    alone = cli("verify", *several, *ROOT, "-v")
    assert cli("verify", *several, *ROOT, "-v", "-j", "2").out == alone.out
    assert (alone.code, "4 files: " in alone.out) == (1, True)


# accepting files without a credential


def test_allow_unsigned(cli: Cli, several: tuple[str, ...]) -> None:
    good, changed, plain, broken = several
    assert cli("verify", good, plain, *ROOT).code == 3
    assert cli("verify", good, plain, *ROOT, "--allow-unsigned").code == 0
    assert cli("verify", plain, good, *ROOT, "--allow-unsigned", "--fail-fast").out.count("trusted") >= 1
    assert cli("verify", plain, *ROOT, "--allow-unsigned", "--require-origin", "any").code == 0
    assert cli("verify", changed, *ROOT, "--allow-unsigned").code == 1
    assert cli("verify", broken, *ROOT, "--allow-unsigned").code == 4


# formats


def test_sarif(cli: Cli, several: tuple[str, ...]) -> None:
    done = cli("verify", *several, *ROOT, "--format", "sarif")
    assert done.code == 1
    [run] = json.loads(done.out)["runs"]
    uris = [entry["location"]["uri"] for entry in run["artifacts"]]
    assert uris == list(several)
    assert [(entry["ruleId"], entry["level"]) for entry in run["results"]] == [
        ("assertion.dataHash.mismatch", "error"),
        ("unsigned", "note"),
        ("malformed", "error"),
    ]
    absolute = cli("verify", str(cli.folder / several[0]), *ROOT, "--format", "sarif").json()
    assert absolute["runs"][0]["artifacts"][0]["location"]["uri"] == several[0]
    required = cli("verify", several[2], *ROOT, "--require-origin", "human", "--format", "sarif").json()
    assert [entry["level"] for entry in required["runs"][0]["results"]] == ["error"]
    allowed = cli("verify", several[2], *ROOT, "--allow-unsigned", "--format", "sarif").json()
    assert allowed["runs"][0]["results"] == []


def test_junit(cli: Cli, several: tuple[str, ...]) -> None:
    done = cli("verify", *several, *ROOT, "--format", "junit", "-o", "provkit.xml")
    assert (done.code, done.out) == (1, "")
    root = ET.parse(cli.folder / "provkit.xml").getroot()
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    assert [case.get("name") for case in root.iter("testcase")] == list(several)


def test_page(cli: Cli, several: tuple[str, ...]) -> None:
    done = cli("verify", *several, *ROOT, "--format", "html", encoding="latin-1")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("<!doctype html>")
    assert done.out.count("<article ") == 3
    assert done.out.count("<svg ") == 2
    assert "Herons" in cli("verify", several[0], *ROOT, "--format", "html").out
    assert "Herons" not in cli("verify", several[1], *ROOT, "--format", "html").out
    alone = re.sub(r"judged as of [^.]*", "", done.out)
    shared = cli("verify", *several, *ROOT, "--format", "html", "-j", "2", encoding="latin-1").out
    assert re.sub(r"judged as of [^.]*", "", shared) == alone


def test_page_of_what_can_be_read_once(cli: Cli) -> None:
    data = cli.signed("a.txt").read_bytes()
    done = cli("verify", "-", "--media", "text/plain", *ROOT, "--format", "html", stdin=data)
    assert (done.code, "<svg" in done.out, "is read once" in done.out) == (0, False, True)


@pytest.mark.parametrize("form", ["sarif", "junit", "html"])
def test_hostile_names_and_titles(cli: Cli, form: str) -> None:
    name = "<script>&\x1b[31m\u202e'\".txt"
    cli.signed(name, "Text\n", "--title", "</title><script>x\x07\u2066")
    raw = cli("verify", name, *ROOT, "--format", form, "-v").raw
    assert raw.isascii()
    assert b"<script" not in raw
    assert not set(raw) & set(range(32)) - {0x0A}
    if form == "junit":
        ET.fromstring(raw)


def test_a_file_replaced_between_two_readings_shows_no_chain(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    from provkit import assets

    cli.signed("a.txt")
    other = cli.signed("b.txt")
    inspect = assets.inspect_file
    monkeypatch.setattr(assets, "inspect_file", lambda _path, **options: inspect(other, **options))
    assert "<svg" not in cli("verify", "a.txt", *ROOT, "--format", "html").out


@pytest.mark.parametrize("trust", [ROOT, ("--no-default-trust",)])
def test_plain_verify_of_a_text_imports_only_what_it_needs(cli: Cli, trust: tuple[str, ...]) -> None:
    cli.signed("a.txt")
    code = (
        "import sys\n"
        "from provkit_cli.main import main\n"
        f"assert main(['verify', 'a.txt', '--allow-untrusted', *{trust!r}]) == 0\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=cli.folder,
        env=os.environ,
    )
    loaded = set(done.stderr.split())
    needless = {"typer", "pydantic", "rich", "lxml", "c2pa", "PIL", "pypdf", "bs4", "pickle"}
    needless |= {"provkit_cli.looking", "provkit_cli.pool", "provkit.fetch", "provkit.engine"}
    reports = "sarif junit page picture explained judged detail steps tree statements chain view tabular"
    needless |= {f"provkit.report.{name}" for name in reports.split()}
    needless |= {f"provkit.carriers.{name}" for name in {*containers.LOCATORS.values()} - {"zip"}}
    needless |= {f"provkit.carriers.{name}" for name in ("html", "pdf", "structured", "exchange")}
    if trust is not ROOT:
        # No list names who issued this signer: there is no path to be validated.
        needless |= {"pyhanko_certvalidator", "asn1crypto", "asyncio", "provkit.trust.path"}
    assert not loaded & needless


# explain


def test_every_word_is_explained_and_listed(cli: Cli) -> None:
    listed = cli("explain").out
    for code, entry in everything().items():
        assert f"  {code}\n      {entry.words.meaning}\n" in listed
    for code in ("unsigned", "hidden-characters", "STRICT-IMG-4", "malformed", "L3", "weight.human"):
        done = cli("explain", code)
        assert (done.code, done.out.split(" (")[0]) == (0, code)
    assert cli("explain", "l3").out == cli("explain", "L3").out
    assert cli("explain", "decoy:").code == 0
    assert "Why: " in cli("explain", "strict-text-4").out
    assert cli("explain", "STRICT-TEXT-99").code == 2


# recipes


def commands(page: str) -> list[str]:
    """The command lines of `provkit verify` in the YAML blocks of a page."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for block in blocks:
        yaml.safe_load(block)
    return [line for block in blocks for line in re.findall(r"provkit (verify .*)", block)]


def test_the_command_lines_for_ci_work(cli: Cli) -> None:
    lines = commands((REPOSITORY / "docs/ci.md").read_text("utf-8"))
    assert len(lines) == 3
    (cli.folder / "trust").mkdir()
    (cli.folder / "trust/root.pem").write_bytes((cli.folder / "dev/root.pem").read_bytes())
    cli.signed("content/a.txt")
    changed = cli.signed("content/b.txt")
    for expected in (0, 1):
        for line in lines:
            words = shlex.split(line)
            assert cli(*words).code == expected
            assert (cli.folder / words[-1]).stat().st_size > 500
            (cli.folder / words[-1]).unlink()
        changed.write_bytes(changed.read_bytes().replace(b"Eleven", b"Twelve"))


def hooks() -> dict[str, dict[str, Any]]:
    listed = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return {hook["id"]: hook for hook in listed}


def run_hook(cli: Cli, name: str, *files: str, args: list[str] | None = None) -> int:
    """As pre-commit runs a hook: the entry, the arguments, the names of files."""
    hook = hooks()[name]
    words = shlex.split(hook["entry"])
    assert words[0] == "provkit"
    return cli(*words[1:], *(hook["args"] if args is None else args), *files).code


def test_hooks(cli: Cli, several: tuple[str, ...]) -> None:
    good, changed, plain, broken = several
    cli.write("-v.txt", (cli.folder / good).read_bytes())
    assert run_hook(cli, "provkit-verify", good, plain, "-v.txt") == 0
    assert run_hook(cli, "provkit-verify", good, changed) == 1
    assert run_hook(cli, "provkit-verify", broken) == 4
    assert run_hook(cli, "provkit-require", good) == 1
    config = re.search(r"args: \[(.*)\]", (REPOSITORY / "docs/ci.md").read_text("utf-8"))
    assert config is not None
    args = [word.strip() for word in config[1].replace("trust/root.pem", "dev/root.pem").split(",")]
    assert run_hook(cli, "provkit-require", good, "-v.txt", args=args) == 0
    assert run_hook(cli, "provkit-require", good, plain, args=args) == 3


def test_the_hook_looks_at_all_that_can_be_signed() -> None:
    pattern = re.compile(hooks()["provkit-verify"]["files"])
    endings = {ending for entry in media.FORMATS for ending in entry.extensions}
    endings |= {ending for syntax in structured.SYNTAXES.values() for ending in syntax.extensions}
    listed = set(re.findall(r"[\w+]+", pattern.pattern.partition("(\n")[2]))
    assert listed == endings
    assert all(pattern.search(f"d/name.{ending}") for ending in endings)
    assert pattern.search("A.PNG")
    assert not pattern.search("png")
    assert not pattern.search("a.png.bak")
