"""How a runner is spoken to: one JSON object per line in, one per line out, in the same order.

A request names a vector and what it is judged with; paths are absolute::

    {"id": "txt::good", "file": ".../txt-good.txt", "media_type": "text/plain", "at": "2026-06-01T12:00:30Z",
     "anchors": [".../root.pem"], "time": [], "allowed": [], "distrust": [], "manifest": null, "laid_out": false}

An answer is ``{"id": ..., "state": ..., "failure": [codes]}``.  The state is ``trusted``, ``valid`` (intact, signer on
no list), ``invalid``, ``unsigned``, ``refused`` (no verdict: it cannot be read, or is too much) or ``unsupported`` (this
implementation does not do files of this type, or under these circumstances).  Nothing else may be written to stdout.

This module imports nothing but the standard library, so that runners may live in environments without provkit.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

Request = dict[str, Any]
Answer = tuple[str, list[str]]
"""State and failure codes."""

STATES: Final = frozenset({"trusted", "valid", "invalid", "unsigned", "refused", "unsupported"})


def serve(judge: Callable[[Request], Answer]) -> None:
    """Answer every request of stdin."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what an implementation prints stays out of the answers
    for line in sys.stdin:
        request = json.loads(line)
        state, failure = judge(request)
        answers.write(json.dumps({"id": request["id"], "state": state, "failure": failure}) + "\n")
        answers.flush()


def pem(paths: list[str]) -> str:
    """The certificates of several files, one after the other."""
    found = []
    for path in paths:
        with open(path, encoding="ascii", errors="replace") as file:  # noqa: PTH123
            found.append(file.read())
    return "\n".join(found)
