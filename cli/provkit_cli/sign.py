"""``provkit sign``: state where content comes from, and stand behind it."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provkit.assets import sidecar_path
from provkit.carriers.carried import FrontMatter
from provkit.errors import BlockedError, ConfigurationError
from provkit.files import read_file
from provkit.limits import DEFAULT_LIMITS
from provkit_cli import checks, console, exits, inputs, options, targets
from provkit_cli.app import new_app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.origin.declaration import Origin
    from provkit.signers import Signer
    from provkit.signers.identities import Identity
    from provkit_cli.signing_job import Outcome

app = new_app()


class Declared(StrEnum):
    """What ``--origin`` takes."""

    HUMAN = "human"
    AI_ASSISTED = "ai-assisted"
    SYNTHETIC = "synthetic"


class Oversight(StrEnum):
    """How far a person was in charge (C2PA 2.4 §18.28.3)."""

    FULLY_AUTONOMOUS = "fully_autonomous"
    PROMPT_GUIDED = "prompt_guided"
    HUMAN_VALIDATED = "human_validated"


@app.command(
    epilog=exits.told(
        "everything is signed",
        usage="usage or configuration, or a key that cannot sign",
        not_evaluated="a file could not be signed, and the others are; or a result is there already",
    )
)
def sign(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Files, patterns, folders (with -r), or -.")
    ],
    origin: Annotated[Declared, typer.Option("--origin", help="What you state about the content.")],
    cert: Annotated[
        str | None, typer.Option("--cert", metavar="FILE", help="PEM chain, your certificate first.")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="FILE", help="PEM private key.")] = None,
    identity: Annotated[
        str | None,
        typer.Option("--identity", metavar="NAME", help="Certificate and key of your configuration."),
    ] = None,
    password_env: Annotated[
        str | None, typer.Option(metavar="VAR", help="Variable with the password of the key.")
    ] = None,
    algorithm: Annotated[
        str | None, typer.Option(metavar="NAME", help="For example PS384; the key decides when left out.")
    ] = None,
    out: options.Out = None,
    in_place: options.InPlace = False,
    force: options.Force = False,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Model that took part.")] = None,
    model_id: Annotated[
        str | None, typer.Option(metavar="URI", help="URI or package URL of the model.")
    ] = None,
    model_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="C2PA model type; c2pa.types.model when left out.")
    ] = None,
    oversight: Annotated[Oversight | None, typer.Option(help="How far a person was in charge.")] = None,
    source_type: Annotated[
        str | None, typer.Option(metavar="TERM", help="IPTC or C2PA source type, for example digitalCapture.")
    ] = None,
    category: Annotated[
        str | None, typer.Option(metavar="WORD", help="Source category, for example direct-human-record.")
    ] = None,
    purpose: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What the content was made for.")
    ] = None,
    verification: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RECORD",
            help='A check that was made: "method=...;by=...;when=...;result=...". Repeatable.',
        ),
    ] = None,
    limit: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="A limit of use, one sentence. Repeatable.")
    ] = None,
    training_mining: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=USE",
            help="For example ai-generative-training=notAllowed. Keys: data-mining, ai-inference, ai-training "
            "(of models that do not generate), ai-generative-training; uses: allowed, notAllowed, constrained. Repeatable.",
        ),
    ] = None,
    resign: Annotated[
        bool, typer.Option("--resign", help="Keep the credential a file carries, as its history.")
    ] = False,
    parent: Annotated[
        str | None,
        typer.Option(
            "--parent", metavar="FILE", help="Signed file that this was made from; kept as history."
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title that readers see.")] = None,
    sidecar: Annotated[
        bool, typer.Option("--sidecar", help="Leave the file as it is; write NAME.EXT.c2pa beside it.")
    ] = False,
    link: Annotated[
        str | None,
        typer.Option(
            "--link",
            metavar="REF",
            help="Write a link to REF into the file, and the credential into NAME.EXT.c2pa; "
            "{name} stands for the file's name.",
        ),
    ] = None,
    front_matter: Annotated[
        FrontMatter, typer.Option("--front-matter", help="How a block is written into front matter.")
    ] = FrontMatter.COMMENT,
    password: options.DocumentPassword = None,
    tsa: Annotated[
        str | None,
        typer.Option(
            "--tsa",
            metavar="URL",
            help="Ask this time-stamp authority, so that the credential outlives your certificate.",
        ),
    ] = None,
    staple_ocsp: Annotated[
        bool,
        typer.Option(
            "--staple-ocsp",
            help="Ask the responder that your certificate names, and put its answer beside the signature; "
            "with --tsa.",
        ),
    ] = False,
    no_time: Annotated[bool, typer.Option("--no-time", help="State no time of signing.")] = False,
    media_type: Annotated[
        str | None,
        typer.Option("--media", metavar="TYPE", help="Media type; the name's ending decides when left out."),
    ] = None,
    recursive: options.Recursive = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    hidden: options.Hidden = False,
    jobs: options.Jobs = 1,
    no_progress: options.NoProgress = False,
    quiet: options.Quiet = False,
) -> None:
    """Sign files with a statement of their origin.

    \b
    provkit sign essay.txt --origin human --cert chain.pem --key key.pem --out signed.txt
    provkit sign signed.txt --origin human --identity newsroom --resign --in-place
    provkit sign *.txt --origin synthetic --model acme/writer-2 --identity newsroom --in-place
    cat answer.txt | provkit sign - --origin ai-assisted --identity bot --media text/plain > signed.txt

    Text is signed in its last characters, Markdown and source code in a comment, a page in its head,
    a PDF in an added section, JSON in a file beside it (see: provkit formats). Sign a page last:
    whatever is changed in it afterwards, a minifier's work too, breaks the credential.

    A connection is opened with --tsa and --staple-ocsp only, and to these two.

    What is written is verified before it is written. No path, user name or host name goes into it;
    provkit inspect --public shows what does.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if inputs.STDIN in files and media_type is None:
        raise ConfigurationError(
            "standard input has no name to tell its type by", hint="add --media text/plain"
        )
    declared = _origin(
        origin,
        model=model,
        model_identifier=model_id,
        model_type=model_type,
        oversight=oversight.value if oversight else None,
        source_type=source_type,
        category=category,
        purpose=purpose,
        verification=tuple(_record(text) for text in verification or ()) or None,
        limits=tuple(limit or ()) or None,
        training_mining=_terms(training_mining or ()) or None,
        title=title,
    )
    from provkit_cli import identity as identities
    from provkit_cli import signing_job

    _check_authorities(tsa, staple=staple_ocsp)
    keys = identities.key_options(
        cert=cert, key=key, identity=identity, algorithm=algorithm, password_env=password_env
    )
    signer = identities.load_signer(keys)
    sources = inputs.expand(
        files, recursive=recursive, include=include or (), exclude=exclude or (), hidden=hidden
    )
    if sidecar and link is not None:
        raise ConfigurationError("--sidecar and --link say two different things", hint="choose one of them")
    planned = targets.plan(sources, out=out, in_place=in_place, force=force, beside=sidecar and not in_place)
    if any(_same_file(target.path, secret) for target in planned for secret in (keys.cert, keys.key)):
        raise ConfigurationError("the result would replace the certificate or key that signs")
    if not quiet:
        identities.introduce(signer)
    job = signing_job.SignJob(
        declared,
        keys,
        media_type,
        timed=not no_time,
        resign=resign,
        parent=inputs.as_configuration(lambda: read_file(parent, DEFAULT_LIMITS)) if parent else None,
        parent_name=parent,
        carriage="sidecar" if sidecar else "link" if link is not None else None,
        link=link,
        front_matter=front_matter.value,
        password=checks.document_password(password),
        force=force,
        tsa=tsa,
        stapled=_stapled(signer, keys) if staple_ocsp else None,
    )
    progress = console.Progress(len(planned), off=no_progress)
    met: set[exits.Exit] = set()
    for done, outcome in enumerate(signing_job.sign_all(planned, job, signer, jobs), 1):
        progress.clear()
        met.add(_tell(outcome, declared, signer, quiet=quiet))
        if outcome.fatal:
            break
        progress.show(done)
    progress.clear()
    raise typer.Exit(exits.worst(met))


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)  # noqa: PTH121
    except OSError:
        return False


def _check_authorities(tsa: str | None, *, staple: bool) -> None:
    if tsa is None:
        if staple:
            raise ConfigurationError(
                "--staple-ocsp goes with --tsa",
                hint="without a time stamp nobody can tell later when the certificate was not revoked",
            )
        return
    from provkit.signers.authorities import chosen

    try:
        chosen(tsa)
    except BlockedError as error:
        raise ConfigurationError(
            f"--tsa: {error.message}", hint="for example: https://time.example.org/"
        ) from None


def _stapled(signer: Signer, keys: Identity) -> bytes:
    from provkit.signers.authorities import fetch_status
    from provkit.signers.files import read_pem

    return fetch_status(signer, issuers=read_pem(keys.cert, "certificate chain"))


def _tell(outcome: Outcome, origin: Origin, signer: Signer, *, quiet: bool) -> exits.Exit:
    """Say what became of a file; returns what that means for the exit code."""
    target = outcome.target
    path = target.source.path
    if outcome.error is not None:
        console.error(outcome.error.message, outcome.error.hint, path=outcome.about)
        return exits.Exit.USAGE if outcome.fatal else exits.Exit.NOT_EVALUATED
    if quiet:
        return exits.Exit.OK
    if outcome.normalized:
        console.say("note", f"the text was put into Unicode NFC, so it differs from what it was: {path}")
    if outcome.hidden_characters:
        console.say(
            "warning",
            f"the text holds {outcome.hidden_characters} characters that readers do not see or that reorder it; "
            f"they are signed too: {path}",
        )
    for warning in outcome.warnings:
        rule, _, sentence = warning.partition(": ")
        console.say("note", f"{sentence} ({rule}): {path}")
    if target.path != inputs.STDIN:
        where = "in place" if target.path == path else f"as {target.path}"
        if outcome.sidecar:
            where = f"{'with' if target.beside else where + ', with'} {sidecar_path(target.path)}"
        console.say("signed", f"{path} {where} ({origin.cls}, {signer.algorithm})")
    return exits.Exit.OK


def _origin(declared: Declared, **stated: Any) -> Origin:
    from provkit.origin.declaration import Origin

    given = {name: value for name, value in stated.items() if value is not None}
    try:
        return Origin.of(declared.value, **given)
    except ConfigurationError as error:
        error.hint = _source_types(declared, given.get("source_type")) or "see: provkit sign --help"
        raise


def _source_types(declared: Declared, given: str | None) -> str | None:
    """What --source-type may be, where that is what is wrong."""
    from provkit.origin import vocabulary

    fit = [term for term in vocabulary.terms() if str(term.cls) == declared.value and not term.retired]
    if given is None or vocabulary.lookup(given) in fit:
        return None
    return f"source types that stand for {declared}: {', '.join(term.uri.rpartition('/')[2] for term in fit)}"


def _record(text: str) -> dict[str, str]:
    """``method=editorial review;by=Desk;result=passed`` as a map."""
    record: dict[str, str] = {}
    for part in text.split(";"):
        name, mark, value = part.partition("=")
        name = name.strip()
        if not mark or name not in {"method", "by", "when", "result"} or name in record:
            raise ConfigurationError(
                f"--verification: {part.strip()!r} is not one of method=, by=, when=, result=",
                hint='for example: --verification "method=editorial review;by=Night desk;result=passed"',
            )
        record[name] = value.strip()
    if "method" not in record:
        raise ConfigurationError("--verification: the method is missing", hint='start with "method=..."')
    return record


def _terms(pairs: Sequence[str]) -> dict[str, str]:
    terms: dict[str, str] = {}
    for pair in pairs:
        name, mark, use = pair.partition("=")
        if not mark or name in terms:
            raise ConfigurationError(
                f"--training-mining: {pair!r} is not KEY=USE, or the key is there twice",
                hint="for example: --training-mining ai-generative-training=notAllowed",
            )
        terms[name] = use
    return terms
