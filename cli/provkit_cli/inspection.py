"""``provkit inspect``: what is in a credential, without an opinion on it."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.errors import ConfigurationError, FileAccessError, ProvkitError
from provkit.limits import DEFAULT_LIMITS
from provkit.report import text
from provkit.report.document import Failure, Result
from provkit.verdict import State
from provkit_cli import checks, console, exits, inputs, lists, options
from provkit_cli.app import new_app
from provkit_cli.lists import NONE_CHOSEN, Chosen

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.trust.store import TrustStore
    from provkit.verification import Inspection

app = new_app()


class Format(StrEnum):
    """How the chain of manifests is written."""

    TEXT = "text"
    JSON = "json"


@app.command(
    epilog=exits.told("shown", no_credential="there is no credential", not_evaluated="it cannot be read")
)
@options.with_lists()
def inspect(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file, or - for stdin.")],
    fmt: Annotated[
        Format, typer.Option("--format", help="json: the same chain of manifests for programs.")
    ] = Format.TEXT,
    crjson: Annotated[bool, typer.Option("--crjson", help="Print the store as crJSON (C2PA 2.4).")] = False,
    public: Annotated[
        bool,
        typer.Option("--public", help="List what the credential tells every reader: names, tools, times."),
    ] = False,
    chosen: Chosen = NONE_CHOSEN,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Then every box, with its size and all that is in it."),
    ] = False,
    media_type: options.StdinMedia = None,
    password: options.DocumentPassword = None,
    at: options.At = None,
    no_color: options.NoColor = False,
) -> None:
    """Show what is in a credential: who signed what, and what it was made from, as a tree.

    \b
    provkit inspect signed.png
    provkit inspect signed.png --public

    The first line is what verify says. Below it is what the credential says of itself, the newest
    manifest on top; where the state is invalid, nobody answers for it.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    asked = {"--crjson": crjson, "--public": public, "--format json": fmt is Format.JSON}
    views = [name for name, wanted in asked.items() if wanted]
    if len(views) > 1:
        raise ConfigurationError(f"{' and '.join(views)} are different views", hint="choose one of them")
    checks.check_stdin((file,), media_type)
    store = lists.build_store(chosen)
    source = inputs.Source(file, file)
    secret, moment = checks.document_password(password), checks.moment(at)
    try:
        data = inputs.load(source, DEFAULT_LIMITS) if file == inputs.STDIN else None
        result = _result(file, data, store, secret, moment)
        found = _found(file, data, result, secret)
    except ProvkitError as error:
        console.problem(error, path=file)
        raise typer.Exit(exits.Exit.NOT_EVALUATED) from None
    if found is None:
        if views and not public:
            console.error("there is no credential", path=file)
        else:
            _say_state(result, no_color=no_color)
        raise typer.Exit(exits.Exit.NO_CREDENTIAL)
    if crjson:
        console.out(_crjson(found, result))
    elif fmt is Format.JSON:
        console.out(_json(found, result))
    else:
        _say_state(result, no_color=no_color)
        _show(found, result, public=public, everything=verbose)


def _result(
    file: str, data: bytes | None, store: TrustStore, password: str | None, at: datetime | None
) -> Result:
    from provkit.assets import verify_file
    from provkit.verification import verify

    try:
        if data is None:
            return Result(file, verify_file(file, trust=store, at=at, password=password))
        return Result(file, verify(data, trust=store, at=at, password=password))
    except FileAccessError:
        raise
    except ProvkitError as error:
        # What cannot be judged can still be looked at.
        return Result(file, None, Failure.of(error))


def _found(file: str, data: bytes | None, result: Result, password: str | None) -> Inspection | None:
    from provkit.assets import inspect_file
    from provkit.verification import inspect as take_apart

    try:
        if data is None:
            return inspect_file(file, password=password)
        return take_apart(data, password=password)
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


def _json(found: Inspection, result: Result) -> str:
    from provkit.report.chain import chain, chain_data
    from provkit.report.document import result_data, sound
    from provkit.report.view import view

    events = chain(view(found.store), result.verdict)
    document = {
        "result": result_data(result),
        "carrier": {
            "name": found.carrier,
            "start": found.start,
            "length": found.length,
            "store_bytes": len(found.data),
        },
        "manifests": sound(chain_data(events)),
    }
    return f"{json.dumps(document, indent=2, ensure_ascii=True)}\n"


def _show(found: Inspection, result: Result, *, public: bool, everything: bool) -> None:
    from provkit.report import boxes, tree
    from provkit.report.chain import chain
    from provkit.report.view import view

    style = _style(no_color=True)
    manifests = view(found.store)
    if public:
        console.out("Everybody who has the file can read this:\n")
        console.out_lines(f"  {line}" for line in boxes.revealed(manifests, style))
        return
    if result.verdict is not None and result.verdict.state is State.INVALID:
        console.out("What follows is what the credential says of itself; nobody answers for it.\n")
    console.out("\n")
    console.out_lines(tree.tree(chain(manifests, result.verdict), style))
    if everything:
        console.out(
            f"\ncarrier {found.carrier}: {found.length} bytes from byte {found.start}, "
            f"holding a store of {len(found.data)} bytes\n"
        )
        console.out_lines(boxes.boxes(manifests, style, sizes=True))
