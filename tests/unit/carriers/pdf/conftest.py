"""Programs that tests of this folder call, where they are."""

from __future__ import annotations

import shutil

import pytest


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs the program {name}")
    return found


@pytest.fixture(scope="session")
def qpdf() -> str:
    return _program("qpdf")


@pytest.fixture(scope="session")
def pdftoppm() -> str:
    return _program("pdftoppm")
