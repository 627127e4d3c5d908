"""An archive to stamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.archives import Archives

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Archives:
    return Archives(tmp_path / "w")
