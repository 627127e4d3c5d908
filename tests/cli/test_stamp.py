"""``provkit stamp``: a site, its rules, and what the command says."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provkit.assets import verify_file
from provkit.media import sniff
from provkit.stamp.rules import Rules
from provkit.trust.store import TrustStore
from provkit_cli.schema import schema_text
from support import encypher
from support.archives import ALL, IDENTITY, PAGE, POST, mixed, small

if TYPE_CHECKING:
    from cli.conftest import Cli

BY_ENCYPHER = (".html", ".txt", ".png", ".jpg")
REPOSITORY = Path(__file__).parents[2]
SITE = {
    "index.html": PAGE,
    "posts/by-hand/index.html": PAGE.replace(b"<title>", b'<meta name="origin" content="human"><title>'),
    "posts/by-machine/index.html": PAGE.replace(
        b"<title>", b'<meta name="author" content="Writer Bot"><title>'
    ),
    "img/a.png": mixed()["img/a.png"],
    "css/site.css": b"p { color: black }\n",
    "sitemap.xml": b"<urlset/>\n",
}
RULES = (
    '[[rule]]\nmatch = ["posts/"]\nidentity = "newsroom"\n[rule.origin_from]\n'
    'bylines = [{ match = "* Bot", origin = "synthetic" }]\n'
    '[[rule]]\nmatch = ["/index.html", "img/"]\norigin = "human"\nidentity = "newsroom"\n'
    'training_mining = { ai-training = "notAllowed" }\n'
)


def write(cli: Cli, files: dict[str, bytes], rules: str = ALL) -> None:
    for path, data in files.items():
        cli.write(f"site/{path}", data)
    cli.write("stamp.toml", (rules + IDENTITY).encode())


@pytest.mark.slow
def test_a_static_site(cli: Cli) -> None:
    write(cli, SITE, RULES)
    planned = cli("stamp", "site", "--rules", "stamp.toml", "--plan")
    assert planned.code == 0
    assert re.match(r"4 would be signed; 2 match no rule; [\d,]+ bytes more on the disk\n", planned.out)
    assert not (cli.folder / "site/.provkit").exists()
    assert cli("stamp", "site", "--rules", "stamp.toml", "--check").code == 1
    done = cli("stamp", "site", "--rules", "stamp.toml", "-j", "2")
    assert (done.code, done.out) == (0, "4 signed; 2 match no rule\n")
    assert "no rule: css/site.css" in done.err
    checked = cli("stamp", "site", "--rules", "stamp.toml", "--check", "--trust", "dev/root.pem")
    assert (checked.code, checked.out) == (0, "4 files, 0 not stamped as the rules say\n")
    assert "synthetic" in cli("verify", "site/posts/by-machine/index.html", "--trust", "dev/root.pem").out
    again = cli("stamp", "site", "--rules", "stamp.toml")
    assert again.out == "0 signed; 4 unchanged; 2 match no rule\n"
    cli.write("site/index.html", PAGE.replace(b"hello", b"news"))
    stale = cli("stamp", "site", "--rules", "stamp.toml", "--check")
    assert (stale.code, stale.err.strip()) == (1, "provkit: check: index.html: not stamped")
    assert cli("stamp", "site", "--rules", "stamp.toml").out.startswith("1 signed (1 again); 3 unchanged")
    undone = cli("stamp", "site", "--undo")
    assert (undone.code, undone.out) == (0, "4 given back; ROOT/.provkit is not needed any more\n")
    assert (cli.folder / "site/img/a.png").read_bytes() == SITE["img/a.png"]


def test_what_cannot_be_done_has_a_code(cli: Cli) -> None:
    write(
        cli,
        {"a.pdf": b"", "b.html": PAGE},
        ALL + '[[rule]]\nmatch = ["*.avi"]\norigin = "human"\nidentity = "newsroom"\n',
    )
    done = cli("stamp", "site", "--rules", "stamp.toml")
    assert (done.code, done.out) == (4, "1 signed; 1 cannot be signed\n")
    assert "rule 2 matches no file: *.avi" in done.err
    assert cli("stamp", "site").code == 2
    assert cli("stamp", "absent", "--rules", "stamp.toml").code == 2
    assert cli("stamp", "site", "--rules", "absent.toml").code == 2
    assert cli("stamp", "site", "--plan", "--undo").code == 2
    assert cli("stamp", "dev", "--undo").code == 2
    cli.write("site/b.html", PAGE)
    kept = cli("stamp", "site", "--undo")
    assert kept.code == 0
    cli("stamp", "site", "--rules", "stamp.toml")
    cli.write("site/b.html", PAGE + b"<!-- edited -->")
    kept = cli("stamp", "site", "--undo")
    assert (kept.code, kept.out) == (4, "0 given back; 1 not\n")


def test_a_key_that_cannot_sign_ends_it_before_anything_is_written(cli: Cli) -> None:
    write(cli, small())
    (cli.folder / "dev/key.pem").unlink()
    for more in ((), ("--plan",)):
        done = cli("stamp", "site", "--rules", "stamp.toml", *more)
        assert (done.code, done.out) == (2, "")
    assert not (cli.folder / "site/.provkit").exists()


def test_a_key_inside_is_warned_of(cli: Cli) -> None:
    cli.write("stamp.toml", (ALL + IDENTITY).encode())
    cli.write("a.html", PAGE)
    done = cli("stamp", ".", "--rules", "stamp.toml", "--plan")
    assert "the key of 'newsroom' lies in the archive" in done.err


def test_names_are_escaped(cli: Cli) -> None:
    write(cli, {"a\x1b[31m\nb.zzz": b"\xff\xfe\xfa"})
    done = cli("stamp", "site", "--rules", "stamp.toml")
    assert "\x1b" not in done.err + done.out
    assert done.code == 4


def test_the_schema_is_that_of_the_rules() -> None:
    assert (REPOSITORY / "schemas/stamp.json").read_text("utf-8") == schema_text("stamp")
    assert json.loads(schema_text("stamp"))["properties"].keys() == Rules.model_fields.keys()


@pytest.mark.slow
def test_the_page_is_true(cli: Cli) -> None:
    page = (REPOSITORY / "docs/stamp.md").read_text("utf-8")
    rules = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    for text in rules:
        Rules.model_validate(tomllib.loads(text))
    write(cli, {**SITE, "posts/a.md": POST})
    cli.write("stamp.toml", rules[0].encode())
    ran = []
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            words = line.split("  #")[0].split()
            if words[:2] == ["provkit", "stamp"]:
                ran.append(words)
                assert cli(*words[1:]).code == 0, line
    assert any("--undo" in words for words in ran)


def _run(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "provkit_cli", "stamp", "site", "--rules", "stamp.toml", "-q", *more]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


@pytest.mark.slow
def test_a_worker_that_dies_takes_one_file_with_it(cli: Cli) -> None:
    write(cli, {f"{number}.html": PAGE for number in range(6)})
    script = (
        "import os, sys\n"
        "from provkit.stamp import statements\n"
        "from provkit_cli import main, pool\n"
        "class Dies:\n"
        "    def __call__(self, job, task):\n"
        "        from provkit.stamp import work\n"
        "        if task.path == '3.html': os.kill(os.getpid(), 9)\n"
        "        return work.prepare(job, task)\n"
        "from provkit.stamp import run, work\n"
        "original = run._all\n"
        "run._all = lambda job, files, call, each: original(job, files, Dies(), each)\n"
        "if __name__ == '__main__': sys.exit(main.main(['stamp', 'site', '--rules', 'stamp.toml', '-j', '2']))\n"
    )
    cli.write("dies.py", script.encode())
    done = subprocess.run(
        [sys.executable, "dies.py"], cwd=cli.folder, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (4, "5 signed; 1 failed\n"), done.stderr
    assert "failed: 3.html: the process that looked at this file died" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_three_times_and_gone_on_with(cli: Cli, how: signal.Signals) -> None:
    chance = random.Random(7)
    originals = {}
    for number in range(300 // len(mixed())):
        for path, data in mixed().items():
            stem, dot, ending = path.rpartition(".")
            originals[f"{number:03}/{stem}{dot}{ending}"] = data
    write(cli, originals)
    root = cli.folder / "site"
    for _ in range(3):
        run = _run(cli.folder, "-j", "2")
        wait = _stamped(root) + chance.randrange(1, 45)
        while run.poll() is None and _stamped(root) < wait:
            pass
        os.kill(run.pid, how)
        run.communicate()
        assert run.returncode in ({-9} if how == signal.SIGKILL else {130})
    assert 0 < _stamped(root) < len(originals)
    done = cli("stamp", "site", "--rules", "stamp.toml", "-j", "2")
    assert done.code == 0
    trust = TrustStore.empty().with_anchors((cli.folder / "dev/root.pem").read_bytes(), name="dev")
    for path in originals:
        assert verify_file(root / path, trust=trust).state == "trusted"
    root_pem, now = (cli.folder / "dev/root.pem").read_bytes(), datetime.now(UTC)
    for path in (path for path in originals if path.startswith("000/") and path.endswith(BY_ENCYPHER)):
        data = (root / path).read_bytes()
        assert encypher.ask(data, sniff(data), anchors=root_pem, at=now).lower() == "trusted", path
    assert cli("stamp", "site", "--rules", "stamp.toml").out == f"0 signed; {len(originals)} unchanged\n"
    assert cli("stamp", "site", "--undo").code == 0
    for path, data in originals.items():
        assert (root / path).read_bytes() == data
    there = {path for path in root.rglob("*") if path.is_file() and ".provkit" not in path.parts}
    assert there == {root / path for path in originals}


def _stamped(root: Path) -> int:
    """How many files have been replaced so far."""
    done = [path for path in root.glob("*/posts/one.md") if path.stat().st_size > 2 * len(POST)]
    return len(done) * len(mixed())
