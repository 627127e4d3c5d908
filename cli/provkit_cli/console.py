"""The two streams: verdicts on stdout, everything else on stderr, nothing unescaped on either."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from provkit.errors import FileAccessError, ProvkitError
from provkit.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provkit.report.document import Result


class OutputClosedError(Exception):
    """Whoever read our output has gone (``provkit verify -r . | head``)."""


def prepare() -> None:
    """Make sure that printing never fails on a closed stream or a character the terminal does not have."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - lives as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def speaks_unicode(stream: TextIO) -> bool:
    """Whether a stream takes more than ASCII."""
    return (getattr(stream, "encoding", None) or "").lower().replace("_", "-") in {"utf-8", "utf8", "utf-16"}


def wants_color(stream: TextIO, *, off: bool) -> bool:
    """Colour on a terminal, unless it is switched off (https://no-color.org)."""
    return not off and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO) -> int | None:
    """Columns of a terminal; None for a file or a pipe."""
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def out(text: str) -> None:
    """Write to stdout, at once.

    Raises:
        OutputClosedError: nobody reads any more.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise OutputClosedError from error
    except OSError as error:
        raise _cannot_write(error) from error


def out_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout."""
    out("".join(f"{line}\n" for line in lines))


def shown(text: str) -> str:
    """`text` of a file or a path, harmless for stdout."""
    return escape(text, limit=2000, ascii_only=not speaks_unicode(sys.stdout))


def out_bytes(data: bytes) -> None:
    """Write bytes to stdout."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        raise OutputClosedError from error
    except OSError as error:
        raise _cannot_write(error) from error


def _cannot_write(error: OSError) -> FileAccessError:
    return FileAccessError(f"cannot write to standard output: {error.strerror or type(error).__name__}")


def say(word: str, message: str) -> None:
    """One line on stderr in our voice: ``provkit: error: …``."""
    line = escape(message, limit=2000, ascii_only=not speaks_unicode(sys.stderr))
    with contextlib.suppress(OSError, ValueError):  # nobody listens, and the exit code still speaks
        sys.stderr.write(f"provkit: {word}: {line}\n")
        sys.stderr.flush()


def error(message: str, hint: str | None = None, *, path: str | None = None) -> None:
    """What happened, to which file, and what to do next.

    Args:
        message: raw; it is escaped here.
        hint: what to do next.
        path: the file, where the message does not name it.
    """
    say("error", message if path is None else f"{message}: {path}")
    if hint:
        say("hint", hint)


def problem(failure: ProvkitError, *, path: str | None = None) -> None:
    """An error of the library.  One about access to a file names the file itself."""
    named = isinstance(failure, FileAccessError)
    error(failure.message, failure.hint, path=None if named else path)


def failure(result: Result) -> None:
    """Why there is no verdict on a file."""
    if result.error is not None:
        named = result.error.kind == FileAccessError.kind
        error(result.error.message, result.error.hint, path=None if named else result.path)


class Line:
    """One line of the terminal that is drawn anew; silent when stderr is something else."""

    def __init__(self, *, off: bool) -> None:
        self._on = not off and sys.stderr.isatty()
        self._shown = False

    def draw(self, text: str) -> None:
        """Put `text` in the place of what stood there."""
        if self._on:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        """Take it away, before something else is printed."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


class Progress(Line):
    """A counter of files."""

    def __init__(self, total: int, *, off: bool) -> None:
        super().__init__(off=off or total < 2)
        self._total = total

    def show(self, done: int) -> None:
        """Draw the counter anew."""
        self.draw(f"{done}/{self._total} files")
