"""A service of its own in a process of its own, on a port that is free."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import provkit
from provkit.serve import keys
from provkit.signers.development import make_development_identity
from provkit.signers.files import write_development_identity

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[3]
_PATIENCE: Final = 20.0
KEY: Final = "provkit_a-key-for-tests-and-nothing-else"
CONFIGURATION: Final = f"""
[server]
port = 0
[limits]
workers = 1
large_workers = 1
body_mb = 2
concurrency = 8
job_seconds = 20
upload_seconds = 2
[trust]
bundled = false
anchors = ["dev/root.pem"]
[signing]
ledger = "ledger.sqlite"
[identity.house]
cert = "dev/chain.pem"
key = "dev/key.pem"
[[key]]
name = "cms"
hash = "{keys.digest(KEY)}"
origins = ["synthetic", "human"]
identities = ["house"]
per_day = 1000
[[key]]
name = "small"
hash = "{keys.digest(KEY + "2")}"
origins = ["synthetic"]
identities = ["house"]
per_day = 2
"""
URLS: Final = """
[urls]
enabled = true
workers = 1
"""


class Running:
    """``with Running(folder) as service``: ``service.url`` answers until the block ends."""

    def __init__(self, folder: Path, configuration: str = CONFIGURATION, *options: str) -> None:
        self.folder = folder
        if not (folder / "dev").exists():
            write_development_identity(folder / "dev", make_development_identity(now=datetime.now(UTC)))
        (folder / "serve.toml").write_text(configuration, encoding="utf-8")
        self.log = folder / "log"
        self._options = options
        self.url = ""

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "provkit_cli", "serve", "--config", "serve.toml", *self._options],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={
                    **os.environ,
                    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'cli'}",
                    "TMPDIR": str(self.spool()),
                },
            )
        with self.log.open("rb") as log:
            # The service says where it is; until then there is nothing to read.
            while not self.url:
                assert self.process.poll() is None, self.log.read_text()
                found = re.search(rb"serving: (http://\S+)\n", log.read() if log.seek(0) == 0 else b"")
                self.url = found[1].decode() if found else ""
                if not found:
                    self._wait_a_little()
        return self

    def _wait_a_little(self) -> None:
        try:
            self.process.wait(0.05)
        except subprocess.TimeoutExpired:
            return

    def spool(self) -> Path:
        """Where the service keeps uploads."""
        path = self.folder / "tmp"
        path.mkdir(exist_ok=True)
        return path

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(40)

    def workers(self) -> list[int]:
        """Process ids of its children, all the way down."""
        return _children(self.process.pid)

    def lines(self) -> list[dict[str, Any]]:
        """The log, without what is said to the person who started it."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def sign(self, data: bytes, origin: provkit.Origin, **options: Any) -> bytes:
        """Something signed by its own identity."""
        signer = provkit.Signer.from_files(self.folder / "dev/chain.pem", self.folder / "dev/key.pem")
        return provkit.sign(data, origin, signer, **options)


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # ended in the meantime
            continue
        if int(fields[1]) == pid:
            child = int(path.parent.name)
            found += [child, *_children(child)]
    return found


def gone(pids: Sequence[int]) -> bool:
    """Whether these processes end by themselves; the tracker of multiprocessing goes a moment after its parent."""
    end = time.monotonic() + _PATIENCE
    while any(_state(pid) != "Z" for pid in pids):
        if time.monotonic() > end:
            return False
        signal.sigtimedwait([], 0.02)
    return True


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
