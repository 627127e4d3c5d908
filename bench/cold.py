"""Whole processes: import, and the command line from nothing."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import provkit
from bench.measure import Row, process
from bench.text import text_of
from provkit.signers.development import make_development_identity


def rows() -> list[Row]:
    """Wall milliseconds and peak memory of whole processes."""
    with tempfile.TemporaryDirectory() as name:
        return _rows(Path(name))


def _rows(folder: Path) -> list[Row]:
    identity = make_development_identity(algorithm="ES256", now=datetime.now(UTC))
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    root, small, big = folder / "root.pem", folder / "small.txt", folder / "big.txt"
    root.write_bytes(identity.root_pem)
    small.write_bytes(provkit.sign(text_of(2_000), provkit.Origin.human(), signer))
    big.write_bytes(provkit.sign(text_of(20_000_000), provkit.Origin.human(), signer))
    python = [sys.executable, "-c"]
    cli = [sys.executable, "-m", "provkit_cli"]
    commands = {
        "python": [*python, "pass"],
        "import provkit": [*python, "import provkit"],
        "provkit --version": [*cli, "--version"],
        "provkit verify small.txt": [*cli, "verify", str(small)],
        "provkit verify small.txt --trust root.pem": [*cli, "verify", str(small), "--trust", str(root)],
        "provkit verify big.txt (20 MB)": [*cli, "verify", str(big), "--trust", str(root)],
    }
    found = []
    bare = None
    for job, command in commands.items():
        wall, peak = process(command)
        bare = wall if bare is None else bare
        found.append(
            Row(job, "ms, MiB", {"wall": wall * 1e3, "over python": (wall - bare) * 1e3, "peak": peak})
        )
    return found
