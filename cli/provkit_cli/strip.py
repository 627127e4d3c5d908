"""``provkit strip``: the content without its credential."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.assets import sidecar_path
from provkit.errors import FileAccessError
from provkit_cli import checks, console, exits, inputs, options, targets
from provkit_cli.app import new_app

if TYPE_CHECKING:
    from provkit_cli.stripping import Outcome

app = new_app()


@app.command(
    epilog=exits.told(
        "done", not_evaluated="a file could not be stripped, and the others are; or a result is there already"
    )
)
def strip(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Files, patterns, folders (with -r), or -.")
    ],
    out: options.Out = None,
    in_place: options.InPlace = False,
    force: options.Force = False,
    media_type: options.StdinMedia = None,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    hidden: options.Hidden = False,
    jobs: options.Jobs = 1,
    password: options.DocumentPassword = None,
    no_progress: options.NoProgress = False,
    quiet: options.Quiet = False,
) -> None:
    """Take the credential off a file.

    Whole or damaged; every other byte stays as it is.

    \b
    provkit strip signed.txt --out essay.txt
    provkit strip *.txt --in-place
    provkit strip -r site --out bare -j 4

    What the credential stated is gone with it: keep the original where you can. A file without one
    is written as it is.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    checks.check_stdin(files, media_type)
    sources = inputs.expand(
        files, recursive=recursive, include=include or (), exclude=exclude or (), hidden=hidden
    )
    planned = targets.plan(sources, out=out, in_place=in_place, force=force)
    from provkit_cli import stripping

    progress = console.Progress(len(planned), off=no_progress)
    failed = bare = 0
    for done, outcome in enumerate(stripping.strip_all(planned, checks.document_password(password), jobs), 1):
        progress.clear()
        failed += outcome.error is not None
        bare += outcome.bare
        _tell(outcome, alone=len(planned) == 1, quiet=quiet)
        progress.show(done)
    progress.clear()
    if bare and len(planned) > 1 and not quiet:
        console.say("note", f"there was no credential in {bare:,} of {len(planned):,} files")
    raise typer.Exit(exits.Exit.NOT_EVALUATED if failed else exits.Exit.OK)


def _tell(outcome: Outcome, *, alone: bool, quiet: bool) -> None:
    target = outcome.target
    path = target.source.path
    if outcome.error is not None:
        named = outcome.error.kind == FileAccessError.kind
        console.error(outcome.error.message, outcome.error.hint, path=None if named else path)
    elif quiet or target.path == inputs.STDIN:
        return
    elif outcome.bare:
        if alone:
            console.say("note", f"there was no credential in it: {path}")
        beside = sidecar_path(path)
        if os.path.lexists(beside):
            console.say("hint", f"the one beside it is a file of its own; delete it: {beside}")
    else:
        where = "in place" if target.path == path else f"as {target.path}"
        console.say("stripped", f"{path} {where} ({outcome.taken} bytes taken off)")
