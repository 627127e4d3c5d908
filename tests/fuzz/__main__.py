"""``python -m fuzz [TARGET ...] [--seconds N] [--runs N]``: fuzz until something breaks the law.

Needs the package atheris (of the development group; CPython 3.11 to 3.13 on Linux).  Without a target, all in turn; ``all`` is
all of them in one process, for a short run.  Each is a process of its own, because the
fuzzer never gives one back.  What broke the law is left in the current
folder as ``crash-…``, ``timeout-…`` or ``oom-…``; give the file to the same target again to see why.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run the targets that were asked for; 1 when one of them found something."""
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=300, help="for each target (default: 300)")
    parser.add_argument("--runs", type=int, help="inputs for each target, whatever it takes")
    asked = parser.parse_args()
    from fuzz.targets import EACH, TARGETS

    unknown = set(asked.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    failed = []
    for name in asked.targets or EACH:
        limit = [
            "-verbosity=0",
            f"-max_total_time={asked.seconds}",
            *([f"-runs={asked.runs}"] if asked.runs else []),
        ]
        print(f"{name} ...", flush=True)  # noqa: T201
        with tempfile.TemporaryDirectory() as corpus:
            for number, seed in enumerate(TARGETS[name].seeds()):
                (Path(corpus) / f"{number:04d}").write_bytes(seed)
            if subprocess.run(
                [sys.executable, "-m", "fuzz.one", name, *limit, corpus], check=False
            ).returncode:
                failed.append(name)
    if failed:
        print(f"broke the law: {', '.join(failed)}", file=sys.stderr)  # noqa: T201
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
