"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Trust = Annotated[
    list[str] | None,
    typer.Option("--trust", metavar="FILE", help="Certification authorities to trust, PEM. Repeatable."),
]
Allowed = Annotated[
    list[str] | None,
    typer.Option("--allowed", metavar="FILE", help="Single signers to trust, PEM or SHA-256. Repeatable."),
]
TsaTrust = Annotated[
    list[str] | None,
    typer.Option("--tsa-trust", metavar="FILE", help="Time-stamp authorities to trust, PEM. Repeatable."),
]
IdentityTrust = Annotated[
    list[str] | None,
    typer.Option(
        "--identity-trust",
        metavar="FILE",
        help="Authorities to trust for identities named beside the signer, PEM. Repeatable.",
    ),
]
Distrust = Annotated[
    list[str] | None,
    typer.Option(
        "--distrust", metavar="FILE", help="Certificates never to believe, PEM or TOML. Repeatable."
    ),
]
NoDefaultTrust = Annotated[
    bool, typer.Option("--no-default-trust", help="Leave out the bundled official C2PA lists.")
]
Recursive = Annotated[
    bool, typer.Option("--recursive", "-r", help="Go into folders. Links are not followed.")
]
Include = Annotated[
    list[str] | None, typer.Option("--include", metavar="GLOB", help="In folders: only these. Repeatable.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="GLOB", help="In folders: not these. Repeatable.")
]
Hidden = Annotated[bool, typer.Option("--hidden", help="In folders: also names that start with a dot.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour (NO_COLOR works too).")]
Out = Annotated[
    str | None,
    typer.Option("--out", metavar="PATH", help="Write there: a file, or a folder for several files."),
]
InPlace = Annotated[bool, typer.Option("--in-place", help="Replace each file by the result, atomically.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist already.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing that is no error.")]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Judge certificates at this moment instead of now, for example 2026-01-31T12:00:00Z.",
    ),
]
DocumentPassword = Annotated[
    str | None,
    typer.Option(
        "--password", metavar="TEXT", help="Of an encrypted PDF; env:NAME takes it from a variable."
    ),
]
