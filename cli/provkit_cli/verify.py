"""``provkit verify``: what a credential says, and whether it holds.

The options only; the work is in :mod:`.verifying`, which knows nothing of typer.
"""

from __future__ import annotations

from typing import Annotated

import typer

from provkit_cli import exits, options, verifying
from provkit_cli.app import new_app
from provkit_cli.lists import NONE_CHOSEN, Chosen
from provkit_cli.verifying import Request, Required
from provkit_cli.writing import Format

app = new_app()


@app.command(
    epilog=exits.told(
        "all trusted, and everything asked for is met",
        refused="a credential does not hold, or something asked for is not met",
        no_credential="a file has no credential",
        not_evaluated="a file could not be judged",
    )
    + "\nOf several files: 1 beats 4 beats 3 beats 0."
)
@options.with_lists()
def verify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="Files, patterns, folders (with -r), web addresses (with --online), or -."
        ),
    ],
    chosen: Chosen = NONE_CHOSEN,
    allow_untrusted: Annotated[
        bool, typer.Option("--allow-untrusted", help="Accept valid: intact, whoever signed.")
    ] = False,
    allow_unsigned: Annotated[
        bool, typer.Option("--allow-unsigned", help="Accept files without a credential.")
    ] = False,
    require_origin: Annotated[
        list[Required] | None,
        typer.Option(help="Accept this stated origin only; any: whatever is stated. Repeatable."),
    ] = None,
    fmt: Annotated[Format, typer.Option("--format", help="How results are written.")] = Format.TEXT,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write results there, not to stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o replace a file.")] = False,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    hidden: options.Hidden = False,
    jobs: options.Jobs = 1,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first file that is not accepted.")
    ] = False,
    media_type: options.StdinMedia = None,
    password: options.DocumentPassword = None,
    at: options.At = None,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Fetch web addresses, and credentials that files name; nothing is fetched else."
        ),
    ] = False,
    any_origin: Annotated[
        bool,
        typer.Option("--any-origin", help="With --online: also from other servers than the one named."),
    ] = False,
    cross_check: Annotated[
        bool,
        typer.Option("--cross-check", help="Images, sound: add what a second engine, our own, says."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="One short line for each file.")] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            show_default=False,
            help="Everything that was found; -vv: also how.",
        ),
    ] = 0,
    level: Annotated[
        int | None,
        typer.Option(min=1, max=4, metavar="N", help="Level of detail: 1 is -q, 3 is -v, 4 is -vv."),
    ] = None,
    no_color: options.NoColor = False,
    no_progress: options.NoProgress = False,
) -> None:
    """Verify files: state, stated origin, signer, time.

    \b
    provkit verify essay.txt
    provkit verify -r archive --include '*.txt' --format jsonl -o results.jsonl
    provkit verify essay.txt --trust root.pem --require-origin human
    provkit verify -r archive --format html -o report.html
    provkit verify --online https://example.org/article.html

    A credential is looked for in the file, then beside it (NAME.EXT.c2pa, then NAME.c2pa).

    \b
    States: trusted (intact, signer on a list), valid (intact, signer on no list), invalid
    (a credential that does not hold), unsigned (none; no finding about the content).
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    raise typer.Exit(
        verifying.run(
            Request(
                paths=tuple(paths),
                chosen=chosen,
                allow_untrusted=allow_untrusted,
                allow_unsigned=allow_unsigned,
                require_origin=tuple(require_origin or ()),
                format=fmt,
                output=output,
                force=force,
                recursive=recursive,
                include=tuple(include or ()),
                exclude=tuple(exclude or ()),
                hidden=hidden,
                jobs=jobs,
                fail_fast=fail_fast,
                media_type=media_type,
                password=password,
                at=at,
                online=online,
                any_origin=any_origin,
                cross_check=cross_check,
                level=verifying.level_of(quiet=quiet, verbose=verbose, level=level),
                no_color=no_color,
                no_progress=no_progress,
            )
        )
    )
