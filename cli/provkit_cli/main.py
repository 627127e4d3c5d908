"""The entry point, and the one place where errors become lines and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

from provkit.errors import ProvkitError
from provkit_cli import console, exits

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIPE_CLOSED = 141
"""What a shell reports for a program that wrote into a closed pipe."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: without the program's name; those of the process when left out.
    """
    console.prepare()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
    except ProvkitError as error:
        console.problem(error)
        return exits.of_error(error.kind)
    except KeyboardInterrupt:
        return exits.Exit.INTERRUPTED
    except (console.OutputClosedError, BrokenPipeError):
        _drop_output()
        return _PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - the boundary: nobody ever sees a raw traceback
        shown = getattr(error, "format_message", None)
        if shown is None:
            return _unexpected(error, traceback="--debug" in given)
        return _usage(shown(), getattr(error, "ctx", None), given)
    return code if isinstance(code, int) else exits.Exit.OK


def run() -> None:
    """Console script."""
    # Importing makes many objects and hardly any garbage: looking for it often costs a tenth of a
    # short run.  It is still looked for, so that long runs stay small.
    gc.set_threshold(50_000, 20, 20)
    sys.exit(main())


def _run(arguments: list[str]) -> Any:
    from provkit_cli import quick

    request = quick.read(arguments)
    if request is not None:
        from provkit_cli import verifying

        return verifying.run(request)
    from provkit_cli.root import app

    return app(args=arguments, prog_name="provkit", standalone_mode=False)


def _usage(message: str, ctx: Any, given: Sequence[str]) -> int:
    # A command line error has a context to point to, and typer's sentence is a good one.
    text = " ".join(message.split()).rstrip(".").replace("Value error, ", "")
    path, there_are = _help_of(given), ""
    if ctx is not None:
        path = ctx.command_path
        if text == "Missing command":
            there_are = f"there are: {', '.join(ctx.command.list_commands(ctx))}; "
    console.error(text[:1].lower() + text[1:], f"{there_are}see: {path} --help")
    return exits.Exit.USAGE


def _help_of(given: Sequence[str]) -> str:
    """The command that was meant, where the parser does not say whose error it is."""
    from provkit_cli.app import COMMANDS

    return f"provkit {given[0]}" if given and given[0] in COMMANDS else "provkit"


def _unexpected(error: Exception, *, traceback: bool) -> int:
    if traceback:
        import traceback as printer

        printer.print_exception(error)
    console.error(
        f"unexpected {type(error).__name__}: {error}",
        "this is a bug in provkit: please report it with the command you ran"
        + ("" if traceback else "; `provkit --debug ...` shows where it happened"),
    )
    return exits.Exit.NOT_EVALUATED


def _drop_output() -> None:
    """Python flushes stdout once more when it ends; let that go nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
