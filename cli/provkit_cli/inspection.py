"""``provkit inspect``: what is in a credential, without an opinion on it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.errors import ConfigurationError, ProvkitError
from provkit.limits import DEFAULT_LIMITS
from provkit.report import text
from provkit.report.document import Failure, Result
from provkit_cli import checks, console, exits, inputs, lists, options
from provkit_cli.app import new_app

if TYPE_CHECKING:
    from provkit.trust.store import TrustStore
    from provkit.verification import Inspection

app = new_app()


@app.command()
def inspect(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file, or - for stdin.")],
    crjson: Annotated[bool, typer.Option("--crjson", help="Print the store as crJSON (C2PA 2.4).")] = False,
    public: Annotated[
        bool,
        typer.Option("--public", help="List what the credential tells every reader: names, tools, times."),
    ] = False,
    trust: options.Trust = None,
    no_default_trust: options.NoDefaultTrust = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="With the size of each box.")] = False,
    media_type: Annotated[
        str | None, typer.Option("--media", metavar="TYPE", help="Media type of what comes from stdin.")
    ] = None,
    no_color: options.NoColor = False,
) -> None:
    """Show what is in a credential, as a tree.

    \b
    provkit inspect signed.txt
    provkit inspect signed.txt --public

    The first line is what verify says. Below it is what the credential says of itself; where the state
    is invalid, nobody answers for it. Exit codes: 0 shown, 3 no credential, 4 cannot be read.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if crjson and public:
        raise ConfigurationError("--crjson and --public are two different views", hint="choose one of them")
    if file == inputs.STDIN:
        if media_type is None:
            raise ConfigurationError(
                "standard input has no name to tell its type by", hint="add --media text/plain"
            )
        checks.check_media(media_type)
    store = lists.build_store(trust=trust or (), default=not no_default_trust)
    try:
        data = inputs.load(inputs.Source(file, file), DEFAULT_LIMITS)
        result = _result(file, data, store)
        found = _found(data, result)
    except ProvkitError as error:
        console.problem(error, path=file)
        raise typer.Exit(exits.Exit.NOT_EVALUATED) from None
    if found is None:
        if crjson:
            console.error("there is no credential", path=file)
        else:
            _say_state(result, no_color=no_color)
        raise typer.Exit(exits.Exit.NO_CREDENTIAL)
    if crjson:
        console.out(_crjson(found, result))
        return
    _say_state(result, no_color=no_color)
    _show(found, public=public, sizes=verbose)


def _result(file: str, data: bytes, store: TrustStore) -> Result:
    from provkit.verification import verify

    try:
        return Result(file, verify(data, trust=store))
    except ProvkitError as error:
        # What cannot be judged can still be looked at.
        return Result(file, None, Failure.of(error))


def _found(data: bytes, result: Result) -> Inspection | None:
    from provkit.verification import inspect as take_apart

    try:
        return take_apart(data)
    except ProvkitError:
        if result.verdict is not None:
            _say_state(result, no_color=False)
        raise


def _style(*, no_color: bool) -> text.Style:
    return text.Style(
        color=console.wants_color(sys.stdout, off=no_color),
        unicode=console.speaks_unicode(sys.stdout),
        width=console.width_of(sys.stdout),
    )


def _say_state(result: Result, *, no_color: bool) -> None:
    if result.error is not None:
        console.failure(result)
    else:
        console.out_lines(text.lines(result, _style(no_color=no_color)))


def _crjson(found: Inspection, result: Result) -> str:
    from provkit import __version__
    from provkit.report.crjson import crjson
    from provkit.report.view import view

    document = crjson(view(found.store), result.verdict, __version__)
    return f"{json.dumps(document, indent=2, ensure_ascii=True)}\n"


def _show(found: Inspection, *, public: bool, sizes: bool) -> None:
    from provkit.report import tree
    from provkit.report.view import view

    style = _style(no_color=True)
    manifests = view(found.store)
    if public:
        console.out("Everybody who has the file can read this:\n")
        console.out_lines(f"  {line}" for line in tree.revealed(manifests, style))
        return
    if sizes:
        console.out(
            f"carrier {found.carrier}: {found.length} bytes from byte {found.start}, "
            f"holding a store of {len(found.data)} bytes\n"
        )
    console.out_lines(tree.tree(manifests, style, sizes=sizes))
