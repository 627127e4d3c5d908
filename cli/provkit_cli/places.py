"""Where a user's own configuration lives."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROVKIT_CONFIG"
"""Environment variable with the path of the configuration file."""


def config_file() -> Path:
    """``$PROVKIT_CONFIG``, else ``provkit/config.toml`` in the user's configuration folder."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else _base() / "provkit" / "config.toml"


def lists_folder() -> Path:
    """Where ``provkit trust update`` keeps lists: beside the configuration file."""
    return config_file().parent / "trust"


def _base() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    # The XDG specification: a relative path in the variable is to be ignored.
    named = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".config"  # noqa: PTH117
