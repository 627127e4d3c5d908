"""weigh: options, summary, explanations, exit codes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

pytest.importorskip("fastwarc", reason="needs the extra `crawl`")

from provkit_cli.schema import schema_text
from support.crawl_world import response

if TYPE_CHECKING:
    from cli.conftest import Cli

REPOSITORY = Path(__file__).resolve().parents[2]
ROOT = ("--no-default-trust", "--trust", "dev/root.pem")


def crawl(cli: Cli) -> None:
    cli.signed("a.txt", "Eleven herons.\n")
    cli.signed("b.txt", "Words of a machine.\n", origin="synthetic")
    folder = cli.folder
    records = [
        response("https://a.example/human", (folder / "a.txt").read_bytes(), "text/plain", number=1),
        response("https://a.example/machine", (folder / "b.txt").read_bytes(), "text/plain", number=2),
        response("https://b.example/plain", b"<p>Nothing known of this page." * 30, "text/html", number=3),
        response("https://b.example/robots.txt", b"User-agent: *\nContent-Usage: train-ai=n\n", "text/plain"),
    ]
    cli.write("crawl.warc.gz", b"".join(gzip.compress(one, mtime=0) for one in records))


def test_weigh_writes_everything_and_says_what_it_found(cli: Cli) -> None:
    crawl(cli)
    done = cli("weigh", "crawl.warc.gz", "--out", "weighed", *ROOT)
    assert (done.code, "\x1b" in done.out) == (0, False)
    rows = {tuple(line.split()[:2]): line.split()[2:] for line in done.out.splitlines()}
    assert rows["human", "verified-trusted"][0] == "1"
    assert rows["unknown", "none"][3] == "0", "its host says that it is not for training"
    assert "synthetic, of tokens read: " in done.out
    assert "harm.narrow-signers" in done.err
    out = cli.folder / "weighed"
    made = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert made == {
        "blend.json",
        "croissant.json",
        "report.html",
        "report.json",
        "excluded/00000.jsonl.gz",
        "kept/human.00000.jsonl.gz",
    }
    report = json.loads((out / "report.json").read_bytes())
    Draft202012Validator(json.loads(schema_text("crawl-report"))).validate(report)
    text = b"".join(path.read_bytes() for path in out.glob("*.*"))
    assert str(cli.folder).encode() not in text
    again = cli("weigh", "crawl.warc.gz", "--out", "weighed", *ROOT)
    assert (again.code, again.out, "finished already" in again.err) == (0, done.out, True)
    other = cli("weigh", "crawl.warc.gz", "--out", "weighed", "--policy", "strict", *ROOT)
    assert (other.code, "another run" in other.err, "--force" in other.err) == (2, True, True)
    assert (
        cli("weigh", "crawl.warc.gz", "--out", "weighed", "--policy", "strict", "--force", "-q", *ROOT).out
        == ""
    )


def test_explain_says_why_and_writes_nothing(cli: Cli) -> None:
    crawl(cli)
    before = set(cli.folder.iterdir())
    done = cli("weigh", "crawl.warc.gz", "--explain", "https://a.example/human", *ROOT)
    assert done.code == 0
    assert "keep: weight 4, counted as human" in done.out
    assert "because weight.human: " in done.out
    done = cli("weigh", "crawl.warc.gz", "--explain", "https://b.example/plain", *ROOT)
    assert "exclude: weight 0" in done.out
    assert "usage: train-ai denied: robots:content-usage" in done.out
    assert cli("weigh", "crawl.warc.gz", "--explain", "https://b.example/absent", *ROOT).code == 4
    assert set(cli.folder.iterdir()) == before


def test_an_input_that_gives_less_than_it_should(cli: Cli) -> None:
    crawl(cli)
    data = (cli.folder / "crawl.warc.gz").read_bytes()
    cli.write("cut.warc.gz", data[:-20])
    done = cli("weigh", "cut.warc.gz", "--out", "weighed", *ROOT)
    assert done.code == 4
    assert "provkit: error: cut: the file ends in the middle of a record: cut.warc.gz at " in done.err
    assert json.loads((cli.folder / "weighed" / "report.json").read_bytes())["problems"][0]["code"] == "cut"


def test_usage(cli: Cli) -> None:
    cli.write("a.jsonl", '{"text": "x"}\n')
    for arguments, said in (
        (("a.jsonl",), "where the results go"),
        (("a.jsonl", "--out", "o", "--explain", "u"), "where the results go"),
        (("a.jsonl", "--out", "o", "--policy", "nonsense"), "balanced"),
        (("a.jsonl", "--out", "o", "--policy", "absent.toml"), "absent.toml"),
        (("a.jsonl", "--out", "o", "--extract", "nonsense"), "--extract"),
        (("a.jsonl", "--out", "o", "--tokens", "nonsense"), "--tokens"),
        (("a.jsonl", "--out", "o", "--at", "yesterday"), "--at"),
    ):
        done = cli("weigh", *arguments)
        assert (done.code, said in done.err) == (2, True), done.err
    assert cli("weigh", "absent.warc", "--out", "o").code == 4
    assert not (cli.folder / "o").exists()


@pytest.mark.slow
def test_two_processes_and_none_leave_the_same_bytes(cli: Cli) -> None:
    for name in "abc":
        cli.write(
            f"in/{name}.jsonl",
            "".join(f'{{"url": "https://{name}.example/{n}", "text": "{n}"}}\n' for n in range(9)),
        )
    at = ("--at", "2026-06-01", "-q")
    assert cli("weigh", "in", "--out", "one", *at).code == 0
    assert cli("weigh", "in", "--out", "two", "-j", "2", *at).code == 0
    trees = [
        {p.relative_to(cli.folder / n): p.read_bytes() for p in (cli.folder / n).rglob("*.*") if p.is_file()}
        for n in ("one", "two")
    ]
    assert trees[0] == trees[1]


def test_committed_schema_is_the_generated_one() -> None:
    committed = (REPOSITORY / "schemas" / "crawl-report.json").read_text(encoding="utf-8")
    assert committed == schema_text("crawl-report"), (
        "run: provkit schema crawl-report > schemas/crawl-report.json"
    )
