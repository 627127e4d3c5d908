"""Options that several commands share, and the checks that go with them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from provkit import media
from provkit.errors import ConfigurationError, FileAccessError, UnsupportedError
from provkit.verdict import State

if TYPE_CHECKING:
    from provkit.policy import Policy
    from provkit.report.document import Result

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
Distrust = Annotated[
    list[str] | None,
    typer.Option("--distrust", metavar="FILE", help="Certificates never to believe, PEM or TOML. Repeatable."),
]
NoDefaultTrust = Annotated[
    bool, typer.Option("--no-default-trust", help="Leave out the bundled official C2PA lists.")
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Go into folders. Links are not followed.")]
Include = Annotated[
    list[str] | None, typer.Option("--include", metavar="GLOB", help="In folders: only these. Repeatable.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="GLOB", help="In folders: not these. Repeatable.")
]
Hidden = Annotated[bool, typer.Option("--hidden", help="In folders: also names that start with a dot.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour (NO_COLOR works too).")]
Out = Annotated[
    str | None, typer.Option("--out", metavar="PATH", help="Write there: a file, or a folder for several files.")
]
InPlace = Annotated[bool, typer.Option("--in-place", help="Replace each file by the result, atomically.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist already.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing that is no error.")]


def check_media(media_type: str) -> None:
    """Refuse a media type that this version has no carrier for.

    Raises:
        ConfigurationError: not the form ``type/subtype``.
        UnsupportedError: a type this version cannot handle.
    """
    kind, slash, subtype = media_type.partition("/")
    if not (slash and kind and subtype) or not media_type.isascii() or not media_type.isprintable():
        raise ConfigurationError(f"not a media type: {media_type!r}", hint="for example: text/plain")
    if not any(media_type == known.media_type for known in media.FORMATS):
        raise UnsupportedError(f"{media_type} is not a format this version handles", hint="see: provkit formats")


def refuse_existing(path: str) -> None:
    """Refuse to write over a file.

    Raises:
        FileAccessError: it exists.
    """
    if os.path.lexists(path):
        raise FileAccessError(
            f"the file exists already: {path}", hint="choose another name, or add --force to replace it"
        )


def reasons(policy: Policy, result: Result) -> tuple[str, ...]:
    """Why a verdict that holds does not satisfy the policy, with the way out."""
    verdict = result.verdict
    if verdict is None:
        return ()
    found = list(policy.reasons(verdict))
    if verdict.state is State.VALID and State.VALID not in policy.states:
        found[0] = "the signer is on no trust list; --trust FILE adds one, --allow-untrusted accepts any signer"
    return tuple(found)
