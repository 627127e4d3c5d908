"""`provkit verify`: what is given to it, with hostile names and contents."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

import pytest

from provkit.report.document import Failure, Result
from provkit.trust.store import TrustStore
from provkit_cli import evaluation, pool
from provkit_cli.inputs import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.conftest import Cli

ROOT = ("--no-default-trust", "--trust", "dev/root.pem")


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
