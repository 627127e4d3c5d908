"""The commands together, and what can be said before one of them."""

from __future__ import annotations

from typing import Annotated

import typer

from provkit_cli import console
from provkit_cli.app import LazyGroup

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
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[  # noqa: ARG001 - provkit_cli.main looks for it, whatever went wrong
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ] = False,
) -> None:
    """Sign and verify C2PA manifests that state where content comes from.

    \b
    provkit keys init dev                            a development identity to try things out
    provkit sign essay.txt --origin human --cert dev/chain.pem --key dev/key.pem --out signed.txt
    provkit verify signed.txt --trust dev/root.pem   state, origin, signer and time
    provkit demo                                     all of it, in front of you

    The help of each command ends with its exit codes.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if ctx.invoked_subcommand is None:
        console.out(f"{ctx.get_help()}\n")
