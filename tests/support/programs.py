"""Programs that some tests call: a browser, and readers of PDF.  A test is skipped where one is absent.

``make test`` sets ``PROVKIT_REQUIRE_PROGRAMS`` where all of them are there: then absence is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE: Final = 60
_SHOTS: Final = 6


def program(*names: str) -> str:
    """The first of these programs that there is."""
    found = next((path for name in names if (path := shutil.which(name)) is not None), None)
    if found is None:
        said = f"needs the program {' or '.join(names)}, which is not installed"
        if os.environ.get("PROVKIT_REQUIRE_PROGRAMS"):
            pytest.fail(said)
        pytest.skip(said)
    return found


def run(*command: str, folder: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """What a program answers, run in this folder."""
    return subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE, cwd=folder)


def screenshot(page: Path, folder: Path) -> bytes:
    """A page as a browser without a window shows it, pixel by pixel; nothing is fetched.

    A browser that gets little of the processor may take its picture before it has painted.  So a picture counts
    when two in a row are equal.
    """
    folder.mkdir()
    last = _shot(page, folder / "0")
    for number in range(1, _SHOTS):
        earlier, last = last, _shot(page, folder / str(number))
        if earlier == last:
            return last
    pytest.fail(f"{_SHOTS} pictures of one page, and no two in a row are equal")


def _shot(page: Path, folder: Path) -> bytes:
    folder.mkdir()
    shot = folder / "shot.png"
    done = run(
        program(*BROWSERS),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--no-first-run",
        "--hide-scrollbars",
        "--virtual-time-budget=5000",
        "--run-all-compositor-stages-before-draw",
        "--force-device-scale-factor=1",
        "--window-size=800,1600",
        f"--user-data-dir={folder / 'profile'}",
        f"--screenshot={shot}",
        page.as_uri(),
    )
    if not shot.exists():
        pytest.fail(f"the browser made no picture: {done.stderr[-500:].decode(errors='replace')}")
    return shot.read_bytes()
