"""The log: one JSON object a line, ASCII, with words and numbers of ours.

Nothing a file, a file name or a header says is in it, and no key: what cannot be logged cannot leak.
"""

from __future__ import annotations

import json
import logging
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
    for name in (LOGGER.name, "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(logging.INFO if name == LOGGER.name else logging.WARNING)
        logger.propagate = False


__all__ = ["LOGGER", "JsonLines", "event", "write_to_stderr"]
