"""Options that several commands share."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from provkit_cli.lists import Chosen

if TYPE_CHECKING:
    from collections.abc import Callable


def _files(flag: str, text: str) -> Any:
    return Annotated[list[str] | None, typer.Option(flag, metavar="FILE", help=f"{text} Repeatable.")]


_CHOSEN: Final[dict[str, Any]] = {
    "trust": _files("--trust", "Certification authorities to trust, PEM."),
    "allowed": _files("--allowed", "Single signers to trust, PEM or SHA-256."),
    "tsa_trust": _files("--tsa-trust", "Time-stamp authorities to trust, PEM."),
    "identity_trust": _files(
        "--identity-trust", "Authorities to trust for identities named beside the signer, PEM."
    ),
    "distrust": _files("--distrust", "Certificates never to believe, PEM or TOML."),
    "no_default_trust": Annotated[
        bool, typer.Option("--no-default-trust", help="Leave out the bundled official C2PA lists.")
    ],
}


def with_lists(*, without: tuple[str, ...] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of :class:`provkit_cli.lists.Chosen`, in place of its parameter of that type.

    Args:
        without: fields that mean nothing to this command, and get no option.
    """
    options = {name: option for name, option in _CHOSEN.items() if name not in without}

    def give(command: Callable[..., None]) -> Callable[..., None]:
        parameters: list[inspect.Parameter] = []
        whole = ""
        for one in inspect.signature(command, eval_str=True).parameters.values():
            if one.annotation is Chosen:
                whole = one.name
                parameters += [
                    one.replace(name=name, annotation=option, default=None)
                    for name, option in options.items()
                ]
            else:
                parameters.append(one)

        @wraps(command)
        def call(**given: Any) -> None:
            chosen: dict[str, Any] = {}
            for name in options:
                if value := given.pop(name):
                    chosen[name] = tuple(value) if isinstance(value, list) else value
            command(**given, **{whole: Chosen(**chosen)})

        # What typer reads: the parameters as if the command had written them itself.
        call.__annotations__ = {one.name: one.annotation for one in parameters}
        vars(call)["__signature__"] = inspect.Signature(parameters)
        return call

    return give


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
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, max=256, metavar="N", help="Processes to share the work.")
]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="No counter on the terminal.")]
StdinMedia = Annotated[
    str | None, typer.Option("--media", metavar="TYPE", help="Media type of what comes from stdin.")
]
