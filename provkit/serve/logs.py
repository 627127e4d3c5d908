"""The log: one JSON object a line, ASCII, with words and numbers of ours.

Nothing a file, a file name or a header says is in it, and no key: what cannot be logged cannot leak.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any, Final

LOGGER: Final = logging.getLogger("provkit.serve")
_FACTS: Final = "facts"


def event(name: str, **facts: Any) -> None:
    """Write one line."""
    LOGGER.info(name, extra={_FACTS: facts})


class JsonLines(logging.Formatter):
    """Records as JSON; those of other packages keep their message."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        data: dict[str, Any] = {
            "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name == LOGGER.name else "message",
        }
        if record.name != LOGGER.name:
            data |= {"logger": record.name, "message": record.getMessage()[:2000]}
        data |= getattr(record, _FACTS, {})
        if record.exc_info:
            data["exception"] = self.formatException(record.exc_info)[-8000:]
        return json.dumps(data, ensure_ascii=True)


def write_to_stderr() -> None:
    """Let this process log to its standard error, which systemd and containers collect."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers[:] = [handler]
    for name, level in ((LOGGER.name, logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(level)


def be_silent() -> None:
    """From now on nothing in this process can write to standard output or error.

    What a library has to say about a file, it may say in words of the file: as a line of its log, as a
    warning, or from code that is not Python.
    """
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)
    os.close(nothing)


__all__ = ["LOGGER", "JsonLines", "be_silent", "event", "write_to_stderr"]
