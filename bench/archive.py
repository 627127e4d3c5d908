"""A whole archive: stamped, killed at random and gone on with, looked at by two verifiers, and taken back.

``python -m bench.archive 20000 2000``: files of the archive, and of a small one whose memory it is compared with.
Ends with an error if anything is lost, does not hold, or is changed by a second run.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from bench.stamp import _RULES, build
from provkit import media
from provkit.errors import ProvkitError
from provkit.signers.development import make_development_identity
from provkit.signers.files import write_development_identity
from provkit.stamp.journal import FOLDER, Journal, journal_of

KILLS = 3
SEED = 20
_UNREAD = "not read"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one run of the command."""

    code: int
    said: str
    seconds: float
    peak: int
    """Bytes, of the process itself."""


class Run:
    """``provkit stamp`` of an archive, in a process that can be killed."""

    def __init__(self, folder: Path, name: str, *more: str) -> None:
        command = [sys.executable, "-m", "provkit_cli", "stamp", str(folder / name), *more]
        if "--undo" not in more:
            command += ["--rules", str(folder / "stamp.toml")]
        self._start = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True
        )

    def kill(self) -> None:
        """All of it, at once."""
        os.killpg(self._process.pid, signal.SIGKILL)

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def end(self) -> Ended:
        """Wait for it."""
        assert self._process.stdout is not None
        said = self._process.stdout.read()
        self._process.stdout.close()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        taken = time.perf_counter() - self._start
        return Ended(self._process.returncode, said.strip(), taken, usage.ru_maxrss * 1024)


def digests(root: Path) -> dict[str, str]:
    """SHA-256 of every file of an archive, by path."""
    found = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != FOLDER]
        for name in names:
            place = Path(folder) / name
            found[place.relative_to(root).as_posix()] = hashlib.sha256(place.read_bytes()).hexdigest()
    return found


def killed(folder: Path, name: str, files: int) -> tuple[list[int], float]:
    """Stamp, and be killed at random; how many files were done each time, and the seconds it took."""
    chance, done, taken = random.Random(SEED), [0], 0.0
    for number in range(KILLS):
        run = Run(folder, name, "-q", "--no-progress", "-j", "2")
        wait = done[-1] + chance.randrange(1, max(2, (files - done[-1]) // (KILLS + 1 - number)))
        while run.is_running() and _count(folder / name) < wait:
            time.sleep(0.02)
        run.kill()
        taken += run.end().seconds
        done.append(_count(folder / name))
    return done[1:], taken


def _count(root: Path) -> int:
    path = journal_of(str(root))
    try:
        with Journal(path, read_only=True) as journal:
            return journal.count()
    except ProvkitError:  # the run has not made it yet
        return 0


def by_encypher(root: Path, anchors: bytes, path: str) -> str:
    """Its state for a file, or that it does not read the type."""
    import encypher_c2pa

    data = (root / path).read_bytes()
    sniffed = media.sniff(data)
    kind = media.type_of_name(path) if sniffed == "text/plain" else sniffed
    try:
        report = encypher_c2pa.verify(
            data, kind, trust_pem=anchors.decode(), no_default_trust=True, telemetry=False, online=False,
            validation_time=datetime.now(UTC).isoformat(),
        )  # fmt: skip
    except ValueError as error:
        if "unsupported_mime" in str(error):
            return _UNREAD
        raise
    return str(report.get("validationState") or report.get("validation_state"))


def main(files: int, small: int) -> None:
    """Go through all of it, and print what was measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_development_identity(folder / "dev", make_development_identity(now=datetime.now(UTC)))
        (folder / "stamp.toml").write_text(_RULES)
        build(folder / "all", files)
        build(folder / "small", small)
        originals = digests(folder / "all")
        _say("originals", len(originals))
        little = _good(Run(folder, "small", "-q", "--no-progress"))
        _say(f"stamped {small}", f"{small / little.seconds:.0f} files/s, {little.peak / 2**20:.0f} MiB")
        done, taken = killed(folder, "all", files)
        _say("killed after", ", ".join(map(str, done)))
        last = _good(Run(folder, "all", "-q", "--no-progress", "-j", "2"))
        rate = files / (taken + last.seconds)
        _say(
            "gone on with",
            f"{last.said}; with the runs that were killed {rate:.0f} files/s, {last.peak / 2**20:.0f} MiB",
        )
        stamped = digests(folder / "all")
        again = _good(Run(folder, "all", "-q", "--no-progress"))
        _say("a second run", f"{again.said}; {again.seconds:.2f} s, {again.peak / 2**20:.0f} MiB")
        assert again.said == f"0 signed; {files:,} unchanged", again.said
        assert digests(folder / "all") == stamped, "the second run changed something"
        checked = _good(
            Run(folder, "all", "--check", "--trust", str(folder / "dev/root.pem"), "-j", "2", "--no-progress")
        )
        _say("provkit", checked.said)
        ask = partial(by_encypher, folder / "all", (folder / "dev/root.pem").read_bytes())
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            states = dict(zip(originals, pool.map(ask, originals, chunksize=50), strict=True))
        _say("encypher-c2pa", dict(Counter(states.values())))
        unread = {Path(path).suffix for path, state in states.items() if state == _UNREAD}
        _say("types it does not read", ", ".join(sorted(unread)) or "none")
        bad = {path: state for path, state in states.items() if state not in {"Trusted", _UNREAD}}
        assert not bad, dict(list(bad.items())[:9])
        undone = _good(Run(folder, "all", "--undo", "-q", "--no-progress"))
        _say("undone", f"{undone.said}; {undone.seconds:.0f} s, {undone.peak / 2**20:.0f} MiB")
        assert digests(folder / "all") == originals, "an original is not what it was"
        _say("every original is what it was", "yes")


def _good(run: Run) -> Ended:
    ended = run.end()
    assert ended.code == 0, ended
    return ended


def _say(what: str, found: object) -> None:
    sys.stdout.write(f"{what}: {found}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
