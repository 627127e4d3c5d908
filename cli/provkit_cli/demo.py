"""``provkit demo``: sign, verify, tamper, verify again, and weigh a small crawl."""

from __future__ import annotations

import shlex
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from provkit.files import make_folder, write_atomic
from provkit.report import text
from provkit.trust.store import TrustStore
from provkit_cli import console, exits
from provkit_cli.app import new_app
from provkit_cli.demo_files import FILES
from provkit_cli.evaluation import Job, evaluate
from provkit_cli.inputs import Source

if TYPE_CHECKING:
    from provkit.signers.base import Signer

app = new_app()

_SIGNED: Final = (
    (("letter.txt", "herons.html"), "human"),
    (("boat.png",), "ai-assisted"),
    (("reply.pdf",), "synthetic"),
)
_SIGNER: Final = "Demo Desk"
_WIDTH: Final = 98
_TAMPER: Final = (b"eleven", b"twelve")
_CLOSING: Final = (
    "",
    "What this showed: a signature says who states an origin, and that nothing changed since. It cannot",
    "say that the statement is true, and a missing one says nothing. In the crawl, what a listed signer",
    "states to be human work counts four times, and the same claim by anybody else once; at most a tenth",
    "of each site is known to be synthetic; pages changed after signing, or not for training, are out.",
    "A page that checks anybody's files, and a service that labels them: provkit serve (docs/serve.md).",
)


@app.command(epilog=exits.told("shown", not_evaluated="a file cannot be written"))
def demo(
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="DIR", help="Leave the files there, to look at them.")
    ] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour.")] = False,
) -> None:
    """Sign, verify, tamper, verify again, weigh a small crawl: a tour.

    Everything happens in a temporary folder that is removed at the end.
    """
    with ExitStack() as stack:
        if keep is not None:
            make_folder(keep)
        folder = Path(keep if keep is not None else stack.enter_context(tempfile.TemporaryDirectory()))
        _show(folder, no_color=no_color, force=keep is not None)
    raise typer.Exit(exits.Exit.OK)


def _show(folder: Path, *, no_color: bool, force: bool) -> None:
    from provkit.origin.declaration import Origin
    from provkit.signers.development import make_development_identity
    from provkit.signers.files import write_development_identity
    from provkit.signers.local import LocalSigner
    from provkit.signing import sign

    color = console.wants_color(sys.stdout, off=no_color)
    style = text.Style(color=color, unicode=console.speaks_unicode(sys.stdout), width=_WIDTH)
    identity = make_development_identity(name=_SIGNER, now=datetime.now(UTC))
    write_development_identity(folder / "dev", identity, force=force)
    _command(style, "keys", "init", "dev", "--name", _SIGNER)
    signer = LocalSigner.load(identity.chain_pem, identity.key_pem)
    for name, content in FILES.items():
        write_atomic(folder / name, content, force=force)
    key = ("--cert", "dev/chain.pem", "--key", "dev/key.pem", "--in-place")
    for names, origin in _SIGNED:
        _command(style, "sign", *names, "--origin", origin, *key)
        for name in names:
            signed = sign((folder / name).read_bytes(), Origin.of(origin), signer)
            write_atomic(folder / name, signed, force=True)
    store = TrustStore.empty().with_anchors(identity.root_pem, name="root.pem")
    console.out("\n")
    _verify(folder, tuple(FILES), store, style)
    letter = folder / "letter.txt"
    write_atomic(letter, letter.read_bytes().replace(*_TAMPER), force=True)
    console.out("\n")
    _command(style, raw=f"sed -i.bak s/{_TAMPER[0].decode()}/{_TAMPER[1].decode()}/ letter.txt")
    _verify(folder, ("letter.txt",), store, style)
    console.out("\n")
    _weigh(folder, signer, store, style, force=force)
    console.out_lines(_CLOSING)


def _weigh(folder: Path, signer: Signer, store: TrustStore, style: text.Style, *, force: bool) -> None:
    """Weigh a crawl of pages by signers on the list, by others, and by nobody who says so."""
    from provkit.crawl import inputs
    from provkit.crawl.extract import Extractor
    from provkit.crawl.policy import Policy
    from provkit.crawl.results import Order, weigh_all
    from provkit.crawl.tokens import Counter
    from provkit.signers.development import make_development_identity
    from provkit.signers.local import LocalSigner
    from provkit_cli.demo_crawl import rows
    from provkit_cli.weighing import summary

    stranger = make_development_identity(name="Anybody", now=datetime.now(UTC))
    anybody = LocalSigner.load(stranger.chain_pem, stranger.key_pem)
    crawl = folder / "crawl.jsonl"
    write_atomic(crawl, rows(signer, anybody, FILES["boat.png"]), force=force)
    _command(
        style, "weigh", crawl.name, "--policy", "balanced", "--trust", "dev/root.pem", "--out", "weighed"
    )
    order = Order(
        sources=inputs.expand([str(crawl)]),
        policy=Policy.preset("balanced"),
        trust=store,
        extract=Extractor(),
        count=Counter(),
        out=str(folder / "weighed"),
        force=force,
    )
    report, _ = weigh_all(order)
    console.out_lines(console.shown(line) for line in summary(report))


def _command(style: text.Style, *words: str, raw: str | None = None) -> None:
    console.out(f"{style.paint('$', '2')} {raw or shlex.join(('provkit', *words))}\n")


def _verify(folder: Path, names: tuple[str, ...], store: TrustStore, style: text.Style) -> None:
    _command(style, "verify", *names, "--trust", "dev/root.pem")
    style = replace(style, several=len(names) > 1)
    results = []
    for name in names:
        result = evaluate(Source(str(folder / name), name), Job(store))
        # As if one stood in the folder: where it is, is of no interest and goes nowhere.
        results.append(type(result)(name, result.verdict, result.error))
        console.out_lines(text.lines(results[-1], style))
    if style.several:
        console.out_lines(text.summary(results, style))
