"""``provkit weigh``: what a crawl says about itself, and what a policy makes of it.

The options only; the work is in :mod:`.weighing`, which knows nothing of typer.
"""

from __future__ import annotations

from typing import Annotated

import typer

from provkit_cli import exits, options, weighing
from provkit_cli.app import new_app
from provkit_cli.lists import NONE_CHOSEN, Chosen

app = new_app()


@app.command(
    epilog=exits.told(
        "everything was read",
        not_evaluated="something could not be read; the report says what, and the rest is there",
    )
)
@options.with_lists(without=("identity_trust",))  # no weight depends on one
def weigh(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT", help="WARC, WET, JSONL or Parquet files, other files, or folders."),
    ],
    policy: Annotated[
        str, typer.Option("--policy", metavar="NAME|FILE", help="A preset, or a policy file (TOML).")
    ] = "balanced",
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Where the results go: a new folder.")
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain", metavar="URL", help="Say what is found of one document, and write nothing."
        ),
    ] = None,
    extract: Annotated[
        str,
        typer.Option(
            "--extract", metavar="HOW", help="Text for training: visible, none, or module:function."
        ),
    ] = "visible",
    tokens: Annotated[
        str,
        typer.Option(
            "--tokens", metavar="HOW", help="bytes/4 (an estimate), a tokenizer.json, or module:function."
        ),
    ] = "bytes/4",
    chosen: Chosen = NONE_CHOSEN,
    at: options.At = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="TOKENS",
            help="Of the training run, such as 20M: say whether this carries it.",
        ),
    ] = None,
    jobs: options.Jobs = 1,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what an earlier run left in the folder.")
    ] = False,
    quiet: options.Quiet = False,
    no_progress: options.NoProgress = False,
) -> None:
    """Weigh a crawl by where its documents come from, and account for it.

    \b
    provkit weigh crawl/ --policy balanced --out weighed -j 4
    provkit weigh crawl.warc.gz robots.warc.gz --policy mine.toml --trust root.pem --out weighed
    provkit weigh crawl.warc.gz --policy strict --budget 20M --out strict
    provkit weigh crawl.warc.gz --explain https://example.org/article

    Writes kept/*.jsonl.gz, excluded/*.jsonl.gz, blend.json, croissant.json, report.html and
    report.json. The same command goes on with a run that was killed; the same inputs give the
    same bytes, whatever -j says.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    raise typer.Exit(
        weighing.run(
            weighing.Request(
                inputs=tuple(inputs),
                policy=policy,
                out=out,
                explain=explain,
                extract=extract,
                tokens=tokens,
                chosen=chosen,
                at=at,
                budget=budget,
                jobs=jobs,
                force=force,
                quiet=quiet,
                no_progress=no_progress,
            )
        )
    )
