"""``provkit strip``: the content without its credential."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from provkit.assets import sidecar_path
from provkit.carriers.source import Memory
from provkit.errors import ConfigurationError, ProvkitError
from provkit.limits import DEFAULT_LIMITS
from provkit_cli import checks, console, exits, inputs, options, targets
from provkit_cli.app import new_app

app = new_app()


@app.command()
def strip(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Files, patterns, folders (with -r), or -.")
    ],
    out: options.Out = None,
    in_place: options.InPlace = False,
    force: options.Force = False,
    media_type: Annotated[
        str | None, typer.Option("--media", metavar="TYPE", help="Media type of what comes from stdin.")
    ] = None,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    hidden: options.Hidden = False,
    password: options.DocumentPassword = None,
    quiet: options.Quiet = False,
) -> None:
    """Take the credential off a file.

    Whole or damaged; every other byte stays as it is.

    \b
    provkit strip signed.txt --out essay.txt
    provkit strip *.txt --in-place

    What the credential stated is gone with it: keep the original where you can.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if inputs.STDIN in files:
        if media_type is None:
            raise ConfigurationError(
                "standard input has no name to tell its type by", hint="add --media text/plain"
            )
        checks.check_media(media_type)
    sources = inputs.expand(
        files, recursive=recursive, include=include or (), exclude=exclude or (), hidden=hidden
    )
    met: set[exits.Exit] = set()
    for target in targets.plan(sources, out=out, in_place=in_place, force=force):
        try:
            _strip(target, checks.document_password(password), quiet=quiet)
        except ProvkitError as error:
            console.problem(error, path=target.source.path)
            met.add(exits.Exit.NOT_EVALUATED)
    raise typer.Exit(exits.worst(met))


def _strip(target: targets.Target, password: str | None, *, quiet: bool) -> None:
    from provkit.verification import strip as without

    data = inputs.load(target.source, DEFAULT_LIMITS)
    bare = without(data, password=password)
    path = target.source.path
    same = bare == data
    if not (same and target.path == path):
        target.write(Memory(bare))
    if quiet or target.path == inputs.STDIN:
        return
    if same:
        console.say("note", f"there was no credential in it: {path}")
        beside = sidecar_path(path)
        if os.path.lexists(beside):
            console.say("hint", f"the one beside it is a file of its own; delete it: {beside}")
    else:
        where = "in place" if target.path == path else f"as {target.path}"
        console.say("stripped", f"{path} {where} ({len(data) - len(bare)} bytes taken off)")
