"""`provkit verify`: states, exit codes, formats."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from provkit_cli import quick, verifying
from provkit_cli.exits import Exit, worst
from support.pki import Pki

if TYPE_CHECKING:
    from cli.conftest import Cli

REPOSITORY = Path(__file__).resolve().parents[2]
ROOT = ("--no-default-trust", "--trust", "dev/root.pem")


def tampered(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"Eleven", b"Twelve"))


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        (ROOT, 0, "trusted"),
        (("--no-default-trust",), 1, "valid"),
        (("--no-default-trust", "--allow-untrusted"), 0, "valid"),
        (("--no-default-trust", "--allowed", "dev/chain.pem"), 0, "trusted"),
        ((*ROOT, "--distrust", "dev/chain.pem"), 1, "valid"),
        ((*ROOT, "--require-origin", "human"), 0, "trusted"),
        ((*ROOT, "--require-origin", "any"), 0, "trusted"),
        ((*ROOT, "--require-origin", "synthetic"), 1, "trusted"),
        ((*ROOT, "--require-origin", "synthetic", "--require-origin", "human"), 0, "trusted"),
        (("--no-default-trust", "--tsa-trust", "dev/root.pem"), 1, "valid"),
    ],
)
def test_signed_text(cli: Cli, options: tuple[str, ...], code: int, word: str) -> None:
    cli.signed("a.txt")
    done = cli("verify", "a.txt", *options)
    assert (done.code, done.out.split()[0]) == (code, word), done.err


def test_unsigned_text(cli: Cli) -> None:
    cli.write("a.txt", "nothing\n")
    done = cli("verify", "a.txt", "--no-default-trust", "--require-origin", "human")
    assert (done.code, done.out.split()[0], done.err) == (3, "unsigned", "")


def test_changed_text_shows_the_reason_and_nothing_of_what_it_states(cli: Cli) -> None:
    tampered(cli.signed("a.txt", "Eleven herons.\n", "--title", "Heron count"))
    for level in ((), ("-v",), ("-q",)):
        done = cli("verify", "a.txt", *ROOT, *level)
        assert done.code == 1
        assert done.out.startswith("invalid ")
        for word in ("Heron", "human", "dev signer"):
            assert word not in done.out
    assert "provkit explain assertion.dataHash.mismatch" in cli("verify", "a.txt", *ROOT).out


def test_refused_origin_says_why(cli: Cli) -> None:
    cli.signed("a.txt")
    out = cli("verify", "a.txt", *ROOT, "--require-origin", "synthetic").out
    assert "not accepted: the stated origin is human, and synthetic is required" in out


def test_first_line_has_state_origin_signer_list_and_time(cli: Cli) -> None:
    cli.signed("a.txt", origin="ai-assisted")
    first = cli("verify", "a.txt", *ROOT).out.splitlines()[0]
    for part in (
        "trusted",
        "a.txt: stated as ai-assisted",
        '"provkit dev signer"',
        "DEVELOPMENT",
        '"root.pem"',
        "(claimed)",
    ):
        assert part in first


def test_ascii_terminal(cli: Cli) -> None:
    cli.signed("a.txt")
    done = cli("verify", "a.txt", *ROOT, encoding="ascii")
    assert done.code == 0
    assert " | signed by " in done.out


@pytest.mark.parametrize(
    ("present", "code"),
    [
        ("t", 0),
        ("tu", 3),
        ("tue", 4),
        ("tuei", 1),
        ("ti", 1),
        ("te", 4),
        ("ue", 4),
        ("vu", 1),
    ],
)
def test_worst_code_wins(cli: Cli, present: str, code: int) -> None:
    for letter in present:
        match letter:
            case "t":
                cli.signed("t.txt")
            case "i":
                tampered(cli.signed("i.txt"))
            case "u":
                cli.write("u.txt", "plain\n")
            case "v":
                cli.signed("v.txt")
            case _:
                cli.write("e.txt", "")
    trust = ("--no-default-trust",) if "v" in present else ROOT
    assert cli("verify", *(f"{letter}.txt" for letter in present), *trust).code == code


def test_usage_beats_everything() -> None:
    assert worst([Exit.OK, Exit.NO_CREDENTIAL, Exit.NOT_EVALUATED, Exit.REFUSED, Exit.USAGE]) is Exit.USAGE
    assert worst([]) is Exit.OK


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify",),
        ("verify", "a.txt", "--nonsense"),
        ("verify", "a.txt", "--format", "xml"),
        ("verify", "a.txt", "--trust", "missing.pem"),
        ("verify", "a.txt", "--trust", "a.txt"),
        ("verify", "a.txt", "--distrust", "a.txt"),
        ("verify", "a.txt", "--allowed", "dev"),
        ("verify", "a.txt", "--media", "text/plain"),
        ("verify", "-"),
        ("verify", "-", "--media", "nonsense"),
        ("verify", "a.txt", "-j", "0"),
        ("nonsense",),
    ],
)
def test_usage_errors(cli: Cli, arguments: tuple[str, ...]) -> None:
    cli.write("a.txt", "plain\n")
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("provkit: error: ")
    assert "\nprovkit: hint: " in done.err
    assert "Traceback" not in done.err


def test_old_bundled_list_is_said_once_where_a_newer_one_may_matter(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provkit_cli.lists.OLD_DAYS", -100_000)
    cli.write("a.txt", "plain\n")
    assert cli("verify", "a.txt").err == ""
    cli.signed("c.txt")
    # No list will ever know an identity for development.
    assert cli("verify", "c.txt").err == ""
    pki = Pki.make(start=datetime.now(UTC) - timedelta(days=1), end=datetime.now(UTC) + timedelta(days=1))
    for name, pem in (("root", pki.root_pem), ("chain", pki.chain_pem), ("key", pki.key_pem)):
        cli.write(f"{name}.pem", pem)
    cli.write("b.txt", "B\n")
    key = ("--cert", "chain.pem", "--key", "key.pem")
    assert cli("sign", "b.txt", "--origin", "human", *key, "--in-place", "-q").code == 0
    done = cli("verify", "b.txt", "b.txt", "a.txt", "c.txt")
    assert done.err.count("warning") == 1
    assert "days old" in done.err
    assert cli("verify", "b.txt", "--trust", "root.pem").err == ""
    assert cli("verify", "b.txt", "--no-default-trust").err == ""


# formats


@pytest.fixture
def several(cli: Cli) -> list[str]:
    cli.signed("human.txt")
    cli.signed("ai.txt", origin="synthetic")
    tampered(cli.signed("broken.txt"))
    cli.write("plain.txt", "plain\n")
    cli.write("empty.txt", "")
    return ["human.txt", "ai.txt", "broken.txt", "plain.txt", "empty.txt", "missing.txt"]


def schema() -> Any:
    return json.loads((REPOSITORY / "schemas" / "verdict.json").read_text())


def test_json_follows_its_schema(cli: Cli, several: list[str]) -> None:
    done = cli("verify", *several, *ROOT, "--format", "json")
    assert done.code == 1
    document = done.json()
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert [result["path"] for result in document["results"]] == several
    assert [result["state"] for result in document["results"]] == [
        "trusted",
        "trusted",
        "invalid",
        "unsigned",
        None,
        None,
    ]
    assert [result["error"]["kind"] for result in document["results"][4:]] == ["malformed", "unreadable"]
    assert document["results"][1]["origin"]["class"] == "synthetic"
    assert done.err == ""


def test_jsonl_is_one_result_a_line(cli: Cli, several: list[str]) -> None:
    done = cli("verify", *several, *ROOT, "--format", "jsonl")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines == cli("verify", *several, *ROOT, "--format", "json").json()["results"]


def test_text_ends_with_counts(cli: Cli, several: list[str]) -> None:
    done = cli("verify", *several, *ROOT)
    lines = done.out.splitlines()
    assert lines[-4:] == [
        "6 files: 2 trusted, 1 invalid, 1 unsigned, 2 not evaluated (1 malformed, 1 unreadable)",
        "origin where the credential holds: 1 human, 1 synthetic",
        "invalid: what such a credential states is not shown; to understand a code: provkit explain CODE",
        "unsigned: no credential was found, which says nothing about the content",
    ]
    # Said once for all of them, and not of each.
    assert "unsigned  plain.txt" in lines
    assert "invalid   broken.txt: the credential does not hold for this file" in lines
    alone = cli("verify", "plain.txt", *ROOT).out
    assert alone == "unsigned  plain.txt: no credential found, which says nothing about the content\n"
    assert done.err.count("provkit: error: ") == 2
    assert "empty.txt" in done.err


def test_the_way_out_of_an_unlisted_signer_is_said_once(cli: Cli, several: list[str]) -> None:
    way = "--trust FILE adds one, --allow-untrusted accepts any signer"
    done = cli("verify", *several, "--no-default-trust")
    assert (done.code, done.out.count("not accepted: the signer is on no trust list\n")) == (1, 2)
    assert done.out.endswith(f"not accepted, as the signer is on no trust list: {way}\n")
    assert way not in cli("verify", *several, "--no-default-trust", "--allow-untrusted").out
    assert f"the signer is on no trust list; {way}\n" in cli("verify", "ai.txt", "--no-default-trust").out


def test_quiet_is_one_line_each(cli: Cli, several: list[str]) -> None:
    assert cli("verify", *several, *ROOT, "-q").out.splitlines() == [
        "trusted   human.txt: stated as human",
        "trusted   ai.txt: stated as synthetic",
        "invalid   broken.txt",
        "unsigned  plain.txt",
    ]


def test_output_file_is_not_replaced_unasked(cli: Cli, several: list[str]) -> None:
    done = cli("verify", *several, *ROOT, "-o", ".", "--force")
    assert (done.code, "a folder, not a file" in done.err) == (2, True)
    done = cli("verify", *several, *ROOT, "--format", "json", "-o", "report.json")
    assert (done.code, done.out) == (1, "")
    assert json.loads((cli.folder / "report.json").read_text())["results"]
    before = (cli.folder / "human.txt").read_bytes()
    done = cli("verify", *several, *ROOT, "-o", "human.txt")
    assert done.code == 2
    assert "exists already" in done.err
    assert cli("verify", *several, "-o", "nowhere/report.json").code == 2
    assert (cli.folder / "human.txt").read_bytes() == before
    assert cli("verify", *several, *ROOT, "-o", "report.json", "--force").code == 1


def test_two_processes_give_the_same_in_the_same_order(cli: Cli, several: list[str]) -> None:
    assert (
        cli("verify", *several, *ROOT, "--format", "jsonl", "-j", "2").out
        == cli("verify", *several, *ROOT, "--format", "jsonl").out
    )


def test_fail_fast_stops(cli: Cli, several: list[str]) -> None:
    done = cli("verify", *several, *ROOT, "--format", "jsonl", "--fail-fast")
    assert [json.loads(line)["path"] for line in done.out.splitlines()] == several[:3]


def test_same_bytes_same_verdict_whatever_the_name(cli: Cli) -> None:
    data = cli.signed("a.txt").read_bytes()
    results = []
    for name in ("b.png", "c", "d.pdf", "deep/e.html", "f.json"):
        cli.write(name, data)
        result = cli("verify", name, *ROOT, "--format", "jsonl").out
        results.append({**json.loads(result), "path": ""})
    assert all(result == results[0] for result in results)
    assert results[0]["state"] == "trusted"


# the quick way in


@pytest.mark.parametrize(
    "arguments",
    [
        "a.txt",
        "a.txt b.txt -r -q",
        "a.txt -vv --allow-unsigned --format html",
        "a.txt -v --verbose",
        "a.txt -v --quiet",
        "a.txt -v --no-color --no-progress --hidden --force",
        "- --media text/plain",
        "a.txt --trust r.pem --trust s.pem --tsa-trust t.pem --allowed u --distrust v --no-default-trust",
        "--format jsonl -o out a.txt --fail-fast",
        "a.txt --require-origin human --require-origin any --allow-untrusted",
        "a.txt --include *.txt --exclude b* --output x",
    ],
)
def test_quick_and_full_reading_agree(cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: str) -> None:
    seen: list[verifying.Request] = []

    def remember(asked: verifying.Request) -> Exit:
        seen.append(asked)
        return Exit.OK

    monkeypatch.setattr(verifying, "run", remember)
    words = ["verify", *arguments.split()]
    assert quick.read(words) is not None
    assert cli(*words).code == 0
    monkeypatch.setattr(quick, "read", lambda _: None)
    assert cli(*words).code == 0
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--help",
        "a.txt -h",
        "a.txt -rq",
        "a.txt --level 3",
        "a.txt --trust",
        "a.txt --trust=x",
        "a.txt -- -b",
        "a.txt -j 2",
        "a --format x",
    ],
)
def test_anything_else_is_left_to_typer(arguments: str) -> None:
    assert quick.read(["verify", *arguments.split()]) is None
    assert quick.read(["sign", *arguments.split()]) is None
