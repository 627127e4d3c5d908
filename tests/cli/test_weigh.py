"""weigh: options, summary, explanations, exit codes."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
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
        (("a.jsonl", "--out", "o", "--budget", "0"), "--budget"),
        (("a.jsonl", "--out", "o", "--budget", "many"), "--budget"),
        (("a.jsonl", "--out", "o", "--budget", "9999T"), "--budget"),
    ):
        done = cli("weigh", *arguments)
        assert (done.code, said in done.err) == (2, True), done.err
    assert cli("weigh", "absent.warc", "--out", "o").code == 4
    assert not (cli.folder / "o").exists()


def test_a_budget_that_strict_cannot_carry(cli: Cli) -> None:
    crawl(cli)
    done = cli("weigh", "crawl.warc.gz", "--policy", "strict", "--budget", "1.5k", "--out", "weighed", *ROOT)
    assert done.code == 0
    # One text of 15 bytes is signed and listed: 4 tokens, at most four times.
    assert (
        "budget: 1,500 tokens, of which the mix gives 16; that is 375 epochs of everything kept" in done.out
    )
    assert "budget.short: 16 of 1,500 tokens can be had" in done.err
    report = json.loads((cli.folder / "weighed" / "report.json").read_bytes())
    assert report["budget"] == {"tokens": 1500, "reached": 16, "epochs": 375.0, "most_epochs": 4.0}
    (stratum,) = json.loads((cli.folder / "weighed" / "blend.json").read_bytes())["strata"]
    assert (stratum["name"], stratum["epochs"]) == ("human", 4)
    # Another budget is another run.
    other = cli("weigh", "crawl.warc.gz", "--policy", "strict", "--budget", "16", "--out", "weighed", *ROOT)
    assert (other.code, "another run" in other.err) == (2, True)


def test_the_table_has_shares_before_and_after(cli: Cli) -> None:
    crawl(cli)
    done = cli("weigh", "crawl.warc.gz", "--out", "weighed", *ROOT)
    over, head, *rows = done.out.splitlines()
    rows = rows[: rows.index(next(row for row in rows if row.startswith("all"))) + 1]
    assert [part.strip("- ") for part in over.split("  ") if part] == ["read", "kept"]
    assert max(len(line) for line in (over, head, *rows)) <= 98
    cells = [row.split() for row in rows[:-1]]
    for column in (4, 7):
        assert sum(float(cell[column].rstrip("%")) for cell in cells) == pytest.approx(100, abs=0.2)


@pytest.mark.slow
def test_parts_in_two_processes_and_after_a_kill_leave_the_same_bytes(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file keeps all processes busy, and nobody sees how many there were."""
    from provkit.crawl import parts, weigh

    monkeypatch.setattr(parts, "PART_BYTES", 700)
    crawl(cli)
    lines = "".join(f'{{"url": "https://a.example/{n}", "text": "{n} herons"}}\n' for n in range(40))
    cli.write("rows.jsonl", lines)
    at = ("rows.jsonl", "crawl.warc.gz", "--at", datetime.now(UTC).isoformat(), "-q", *ROOT)
    assert cli("weigh", *at, "--out", "one").code == 0
    assert cli("weigh", *at, "--out", "two", "-j", "2").code == 0
    original, calls = weigh.write_input, []

    def dies(job: weigh.Job, task: weigh.Task) -> None:
        calls.append(task)
        if len(calls) == 3:
            raise KeyboardInterrupt
        original(job, task)

    monkeypatch.setattr(weigh, "write_input", dies)
    assert cli("weigh", *at, "--out", "three").code == 130
    monkeypatch.setattr(weigh, "write_input", original)
    assert cli("weigh", *at, "--out", "three").code == 0
    trees = [
        {p.relative_to(cli.folder / n): p.read_bytes() for p in (cli.folder / n).rglob("*.*") if p.is_file()}
        for n in ("one", "two", "three")
    ]
    assert trees[0] == trees[1] == trees[2]
    assert {path.name for path in trees[0] if path.parts[0] == "kept"} >= {
        *(f"unknown.0000{number}.jsonl.gz" for number in range(3)),
        "human.00003.jsonl.gz",
    }
    report = json.loads(trees[0][Path("report.json")])
    assert [entry["name"] for entry in report["inputs"]] == ["rows.jsonl", "crawl.warc.gz"]


def test_committed_schema_is_the_generated_one() -> None:
    committed = (REPOSITORY / "schemas" / "crawl-report.json").read_text(encoding="utf-8")
    assert committed == schema_text("crawl-report"), (
        "run: provkit schema crawl-report > schemas/crawl-report.json"
    )
