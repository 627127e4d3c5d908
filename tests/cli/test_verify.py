"""`provkit verify`: states, exit codes, formats, hostile names and files."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from provkit.report.document import Failure, Result
from provkit.trust.store import TrustStore
from provkit_cli import evaluation, pool, quick, verifying
from provkit_cli.exits import Exit, worst
from provkit_cli.inputs import Source
from support.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Iterator

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


# inputs


def test_standard_input(cli: Cli) -> None:
    data = cli.signed("a.txt").read_bytes()
    done = cli("verify", "-", "--media", "text/plain", *ROOT, stdin=data)
    assert (done.code, done.out[:12]) == (0, "trusted   -:")


def test_standard_input_beside_files_is_read_by_the_first_process(cli: Cli) -> None:
    data = cli.signed("a.txt").read_bytes()
    assert cli("verify", "a.txt", "-", "--media", "text/plain", *ROOT, "-j", "2", stdin=data).code == 0


def test_folder_needs_r_and_is_walked_in_order(cli: Cli) -> None:
    cli.signed("d/b.txt")
    cli.signed("d/a/z.txt")
    cli.write("d/c.log", "plain\n")
    cli.write("d/.hidden.txt", "plain\n")
    assert "add -r" in cli("verify", "d", *ROOT).err
    done = cli("verify", "-r", "d", *ROOT, "-q")
    assert [line.split()[1] for line in done.out.splitlines()] == ["d/b.txt:", "d/c.log", "d/a/z.txt:"]
    assert cli("verify", "-r", "d", *ROOT, "--include", "*.txt").code == 0
    assert cli("verify", "-r", "d", *ROOT, "--exclude", "c.*").code == 0
    assert cli("verify", "-r", "d", *ROOT, "--include", "*.txt", "--hidden").code == 3
    assert cli("verify", "-r", "d", *ROOT, "--include", "*.pdf").code == 4


@pytest.mark.parametrize(
    ("pattern", "said"), [("*", "only folders match: *"), ("*.pdf", "no file matches: *.pdf")]
)
def test_a_pattern_without_a_file_is_no_success(
    cli: Cli, pattern: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(cli.folder / "dev/root.pem")
    cli.signed("d/e/b.txt")
    monkeypatch.chdir(cli.folder / "d")
    done = cli("verify", pattern, "--trust", root)
    assert (done.code, said in done.err, "hint" in done.err) == (4, True, True)
    assert cli("verify", "*", "-r", "--trust", root).code == 0


def test_pattern_in_quotes(cli: Cli) -> None:
    cli.signed("a.txt")
    cli.signed("b.txt")
    assert cli("verify", "*.txt", *ROOT, "-q").out.count("trusted") == 2
    assert cli("verify", "*.pdf", *ROOT).code == 4


def special_files(folder: Path) -> Iterator[str]:
    os.mkfifo(folder / "pipe.txt")
    yield "pipe.txt"
    with socket.socket(socket.AF_UNIX) as end:
        end.bind("socket.txt")
        yield "socket.txt"
    yield "/dev/null"
    (folder / "folder.txt").mkdir()
    yield "folder.txt"
    (folder / "loop.txt").symlink_to("loop.txt")
    yield "loop.txt"
    yield "missing.txt"
    yield "nul\0.txt"


def test_what_is_no_file_is_an_error_at_once(cli: Cli) -> None:
    for name in special_files(cli.folder):
        done = cli("verify", name, "--no-default-trust")
        assert (done.code, done.out) == (4, ""), name
        assert done.err.startswith("provkit: error: ")
        assert name.replace("\0", "\\x00") in done.err


def test_unreadable_file(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.write("a.txt", "plain\n")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    # Mocked: tests may run as a user whom nothing is forbidden.
    monkeypatch.setattr("provkit.files.os.open", refuse)
    done = cli("verify", "a.txt", "--no-default-trust")
    assert (done.code, "no permission to read: a.txt" in done.err) == (4, True)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "malformed"),
        ("hé".encode("utf-16"), "unsupported"),
        ("plain text".encode("utf-16-le"), "unsupported"),
        (b"caf\xe9 latin-1\n", "malformed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "malformed"),
        (b"%PDF-1.7\n", "malformed"),
        (bytes(range(256)) * 40, "unsupported"),
    ],
)
def test_what_is_no_text_is_never_called_unsigned(cli: Cli, content: bytes, kind: str) -> None:
    cli.write("a.txt", content)
    done = cli("verify", "a.txt", "--no-default-trust", "--format", "json")
    result = done.json()["results"][0]
    assert (done.code, result["state"], result["error"]["kind"]) == (4, None, kind)
    text = cli("verify", "a.txt", "--no-default-trust")
    assert "a.txt" in text.err
    assert text.out == ""


def test_truncated_at_every_percent_is_never_trusted_nor_a_traceback(cli: Cli) -> None:
    data = cli.signed("a.txt").read_bytes()
    for percent in range(1, 100):
        cut = data[: len(data) * percent // 100]
        done = cli("verify", "-", "--media", "text/plain", *ROOT, stdin=cut)
        assert done.code in {1, 3, 4}
        assert "unexpected" not in done.err
        if len(cut) > len(b"Eleven herons.\n") + 3 + 8 * 4:
            assert done.code != 3, f"cut at {len(cut)} of {len(data)}"


@pytest.mark.parametrize("name", ["new\nline.txt", "esc\x1b[31mred.txt", "bidi\u202egpj.txt", "tab\t.txt"])
def test_names_reach_the_terminal_escaped(cli: Cli, name: str) -> None:
    for content in ("plain\n", ""):
        cli.write(name, content)
        done = cli("verify", name, "--no-default-trust")
        for stream in (done.out, done.err):
            assert "\x1b" not in stream
            assert "\u202e" not in stream
            assert "\t" not in stream
            assert len(stream.splitlines()) <= 2
    assert cli("verify", name, "--no-default-trust", "--format", "jsonl").json()["path"] == name


def test_name_that_is_not_utf8(cli: Cli) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    cli.write(name, "plain\n")
    done = cli("verify", name, "--no-default-trust")
    assert "caf\\xe9.txt" in done.out
    line = cli("verify", name, "--no-default-trust", "--format", "jsonl").out
    assert json.loads(line)["path"] == "caf\\udce9.txt"


def test_statements_reach_the_terminal_escaped(cli: Cli) -> None:
    cli.signed("a.txt", "Text\n", "--title", "x\x1b[2J\u202ey", "--model", 'm"\n\x07', origin="synthetic")
    out = ""
    for arguments in (("verify", "-v"), ("inspect",), ("inspect", "--public")):
        out = cli(*arguments, "a.txt", *ROOT).out
        assert not set(out) & {"\x1b", "\x07", "\u202e"}
    assert "x\\x1b[2J\\u202ey" in out


def test_one_bug_in_one_file_does_not_end_the_run(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.write("a.txt", "plain\n")

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("boom\x1b[0m")

    monkeypatch.setattr("provkit.assets.verify", crash)
    done = cli("verify", "a.txt", "a.txt", "--no-default-trust")
    assert done.code == 4
    assert done.err.count("unexpected RuntimeError: boom\\x1b[0m: a.txt") == 2


@pytest.mark.slow
def test_worker_that_dies_takes_only_its_file_down(cli: Cli) -> None:
    sources = [Source(name, name) for name in ("a", "die", "b", "die", "c")]
    job = evaluation.Job(TrustStore.empty())
    results = list(pool.in_processes(sources, _die_or_not, _died, (_keep, job), 2))
    assert [result.path for result in results] == ["a", "die", "b", "die", "c"]
    assert [result.error.message if result.error else "" for result in results] == [
        "fine",
        "the process that looked at this file died",
        "fine",
        "the process that looked at this file died",
        "fine",
    ]


def _keep(_job: object) -> None:
    """Nothing to remember."""


def _died(source: Source) -> Result:
    return Result(source.path, None, pool.DIED)


def _die_or_not(source: Source) -> Result:
    if source.path == "die":
        os._exit(9)
    return Result(source.path, None, Failure("internal", "fine"))


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
