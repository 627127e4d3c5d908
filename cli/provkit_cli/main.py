"""The entry point, and the one place where errors become lines and exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provkit.errors import ProvkitError
from provkit_cli import console, exits
from provkit_cli.app import LazyGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIPE_CLOSED = 141
"""What a shell reports for a program that wrote into a closed pipe."""

app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(value: bool) -> None:
    if value:
        from provkit import __version__

        console.out(f"provkit {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ] = False,
) -> None:
    """Sign and verify C2PA manifests that state where content comes from.

    \b
    provkit keys init dev                            a development identity to try things out
    provkit sign essay.txt --origin human --cert dev/chain.pem --key dev/key.pem --out signed.txt
    provkit verify signed.txt --trust dev/root.pem   state, origin, signer and time
    provkit demo                                     all of it, in front of you

    \b
    Exit codes of verify: 0 trusted, and everything asked for is met; 1 invalid, or something
    asked for is not met; 2 usage or configuration; 3 no credential; 4 could not be evaluated.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if ctx.invoked_subcommand is None:
        console.out(f"{ctx.get_help()}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: without the program's name; those of the process when left out.
    """
    console.prepare()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(args=given, prog_name="provkit", standalone_mode=False)
    except ProvkitError as error:
        console.problem(error)
        return exits.of_error(error.kind)
    except (KeyboardInterrupt, typer.Abort):
        return exits.Exit.INTERRUPTED
    except (console.OutputClosedError, BrokenPipeError):
        _drop_output()
        return _PIPE_CLOSED
    except Exception as error:
        shown = getattr(error, "format_message", None)
        if shown is None:
            return _unexpected(error, traceback="--debug" in given)
        return _usage(shown(), getattr(error, "ctx", None))
    return code if isinstance(code, int) else exits.Exit.OK


def run() -> None:
    """Console script."""
    sys.exit(main())


def _usage(message: str, ctx: Any) -> int:
    # A command line error has a context to point to, and typer's sentence is a good one.
    text = " ".join(message.split()).rstrip(".")
    path = ctx.command_path if ctx is not None else "provkit"
    console.error(text[:1].lower() + text[1:], f"see: {path} --help")
    return exits.Exit.USAGE


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
