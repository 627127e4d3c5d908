"""Stamping an archive: files per second, two workers beside two processes, a second run, memory."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import Row, at_once, process
from provkit.signers.development import make_development_identity
from provkit.signers.files import write_development_identity

FILES = 20_000
SMALL = 2_000
INPUTS = Path(__file__).resolve().parents[2] / "shared" / "inputs"
_PAGE = b"<!DOCTYPE html><html><head><title>%d</title></head><body>%s</body></html>\n"
_RULES = (
    '[[rule]]\nmatch = ["**"]\norigin = "human"\nidentity = "bench"\n'
    '[identity.bench]\ncert = "dev/chain.pem"\nkey = "dev/key.pem"\n'
)


def groups(files: int = FILES, small: int = SMALL) -> dict[str, list[Row]]:
    """Rows about archives of so many files."""
    with tempfile.TemporaryDirectory() as name:
        return {"stamp": _rows(Path(name), files, small)}


def samples() -> list[tuple[str, bytes]]:
    """Names and bytes: text, Markdown, source code, pages, pictures and PDFs that can be signed, up to 100 KB."""
    found = [
        (path.name, path.read_bytes())
        for folder in ("html", "image", "markdown", "pdf", "source", "text", "xml")
        for path in sorted((INPUTS / folder).glob("*"))
        if path.is_file() and path.stat().st_size < 100_000 and "rc4" not in path.name
    ]
    return found or [
        ("a.html", _PAGE % (0, b"<p>words</p>" * 500)),
        ("b.md", b"# A title\n\n" + b"Some words. " * 300),
        ("c.txt", b"Some words. " * 300),
        ("d.py", b"print('hello')\n" * 100),
    ]


def build(root: Path, files: int) -> None:
    """An archive of so many files, no two alike where the kind allows it."""
    made = samples()
    for number in range(files):
        name, data = made[number % len(made)]
        folder = root / f"{number // 500:03}"
        folder.mkdir(parents=True, exist_ok=True)
        if name.endswith((".md", ".txt", ".html")):
            data += b"\n<!-- %d -->\n" % number
        (folder / f"{number}-{name}").write_bytes(data)


def _rows(folder: Path, files: int, small: int) -> list[Row]:
    write_development_identity(folder / "dev", make_development_identity(now=datetime.now(UTC)))
    (folder / "stamp.toml").write_text(_RULES)
    archives = {"all": files, "again": files, "half-1": files // 2, "half-2": files // 2, "small": small}
    for name, size in archives.items():
        build(folder / name, size)

    def command(name: str, *more: str) -> list[str]:
        rules = str(folder / "stamp.toml")
        return [
            sys.executable,
            "-m",
            "provkit_cli",
            "stamp",
            str(folder / name),
            "--rules",
            rules,
            "-q",
            *more,
        ]

    one, one_peak = process(command("all"), 1)
    _, small_peak = process(command("small"), 1)
    second, second_peak = process(command("all"), 3)
    two, _ = process(command("again", "-j", "2"), 1)
    apart = at_once([command("half-1"), command("half-2")], 1)
    shutil.rmtree(folder / "again")
    read = min(_read(folder / "all") for _ in range(3))
    idle, _ = process(command("small"), 3)
    return [
        Row(
            f"stamp {files:,} mixed files",
            "files/s",
            {"1 process": files / one, "-j 2": files / two, "2 apart": files / apart},
            base="1 process",
        ),
        Row(
            f"second run, {files:,} files",
            "s",
            {"provkit": second, "read and hash": read, f"of {small:,}": idle},
            base="read and hash",
        ),
        Row(
            "peak of one process",
            "MiB",
            {f"{small:,} files": small_peak, f"{files:,} files": one_peak, "second run": second_peak},
        ),
    ]


def _read(root: Path) -> float:
    start = time.perf_counter()
    for folder, _, names in os.walk(root):
        if ".provkit" in folder:
            continue
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123 - the plainest way
                hashlib.sha256(file.read()).hexdigest()
    return time.perf_counter() - start


if __name__ == "__main__":
    from bench.__main__ import table

    sizes = [int(one) for one in sys.argv[1:]]
    for rows in groups(*sizes).values():
        print(table(rows))
