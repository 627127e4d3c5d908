"""``provkit keys``: development identities, requests for real ones, and a check before it is too late."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.errors import ConfigurationError
from provkit_cli import checks, console, exits, inputs, lists, options
from provkit_cli.app import new_app
from provkit_cli.lists import NONE_CHOSEN, Chosen

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from provkit.trust.preflight import Finding

app = new_app("Make and check keys and certificates.")

_MARKS = {"ok": "ok", "warning": "warning", "error": "error"}
_COLOURS = {"ok": "32", "warning": "33", "error": "1;31"}


@app.command(epilog=exits.told("made", not_evaluated="a file is there already, or cannot be written"))
def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Folder for root.pem, chain.pem and key.pem.")],
    algorithm: Annotated[
        str, typer.Option(metavar="NAME", help="ES256, ES384, ES512, PS256, PS384, PS512 or Ed25519.")
    ] = "ES256",
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name of the signer.")] = "provkit dev signer",
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Make a development identity: a root, an issuer and a signer, marked FOR DEVELOPMENT ONLY.

    \b
    provkit keys init dev
    provkit sign essay.txt --origin human --cert dev/chain.pem --key dev/key.pem --out signed.txt
    provkit verify signed.txt --trust dev/root.pem
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    from provkit.signers.development import make_development_identity
    from provkit.signers.files import write_development_identity

    identity = make_development_identity(algorithm=algorithm, name=name, now=datetime.now(UTC))
    root, chain, key = write_development_identity(folder, identity, force=force)
    if quiet:
        return
    shown = console.shown
    console.out_lines(
        (
            f"root   {shown(str(root))}   give it to those who verify: --trust",
            f"chain  {shown(str(chain))}   goes into what you sign: --cert",
            f"key    {shown(str(key))}   keep it to yourself: --key",
            "No public trust list knows this identity; it says FOR DEVELOPMENT ONLY.",
        )
    )


@app.command(epilog=exits.told("made", not_evaluated="a file is there already, or cannot be written"))
def csr(
    common_name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Common name (CN): who signs.")],
    organization: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Organisation (O); authorities ask for one.")
    ] = None,
    unit: Annotated[str | None, typer.Option(metavar="TEXT", help="Organisational unit (OU).")] = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="Country (C), two letters.")] = None,
    out: Annotated[
        str,
        typer.Option(
            "--out", metavar="DIR", help="Folder for request.csr and, unless --key is given, key.pem."
        ),
    ] = ".",
    key: Annotated[str | None, typer.Option("--key", metavar="FILE", help="Use this key, PEM.")] = None,
    algorithm: Annotated[str, typer.Option(metavar="NAME", help="Kind of the new key.")] = "ES256",
    password_env: Annotated[
        str | None,
        typer.Option(metavar="VAR", help="Variable with the password of the key, also of a new one."),
    ] = None,
    force: options.Force = False,
) -> None:
    """Make a certificate request for a real certification authority.

    \b
    provkit keys csr --name "Acme Newsroom" --organization "Acme News" --country DE --out newsroom
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ConfigurationError(f"--country {country}: not two letters", hint="for example: --country GB")
    from provkit.files import make_folder, write_atomic
    from provkit.signers.development import generate_key, make_csr
    from provkit.signers.files import read_pem, write_private
    from provkit.signers.identities import password

    secret = password(password_env)
    request_path, key_path = Path(out) / "request.csr", Path(out) / "key.pem"
    if not force:
        checks.refuse_existing(str(request_path))
    if key is not None:
        given = key
        key_pem = inputs.as_configuration(lambda: read_pem(given, "key"))
    else:
        if not force:
            checks.refuse_existing(str(key_path))
        key_pem = generate_key(algorithm, password=secret)
    request = make_csr(
        key_pem,
        common_name=common_name,
        organization=organization,
        unit=unit,
        country=country,
        password=secret,
    )
    make_folder(out)
    if key is None:
        write_private(key_path, key_pem, force=force)
    write_atomic(request_path, request, force=force)
    lines = [f"request  {console.shown(str(request_path))}   send it to the authority"]
    if key is None:
        lines.append(f"key      {console.shown(str(key_path))}   keep it to yourself")
    console.out_lines((*lines, "When the certificates come: provkit keys check CHAIN --key KEY"))


@app.command(
    epilog=exits.told(
        "nothing stands against it; there may be warnings",
        refused="something does",
        usage="usage, or a file cannot be read",
    )
)
@options.with_lists(without=("tsa_trust", "identity_trust"))
def check(
    chain: Annotated[str, typer.Argument(metavar="CHAIN", help="PEM chain, the signer's certificate first.")],
    key: Annotated[str | None, typer.Option("--key", metavar="FILE", help="Its private key, PEM.")] = None,
    password_env: Annotated[
        str | None, typer.Option(metavar="VAR", help="Variable with the password of the key.")
    ] = None,
    chosen: Chosen = NONE_CHOSEN,
    no_color: options.NoColor = False,
) -> None:
    """Say in words what stands against signing with a certificate chain.

    \b
    provkit keys check chain.pem --key key.pem
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    from provkit.signers.files import read_pem
    from provkit.trust.preflight import preflight

    store = lists.build_store(chosen)
    data = inputs.as_configuration(lambda: read_pem(chain, "certificate chain"))
    found = preflight(
        data,
        at=datetime.now(UTC),
        key=_public_key(key, password_env),
        store=store if store.lists else None,
    )
    color = console.wants_color(sys.stdout, off=no_color)
    for finding in found.findings:
        console.out_lines(_lines(finding, color=color))
    verdict = "can sign" if found.ok else "cannot sign as it is"
    console.out_lines((f"{console.shown(os.path.basename(chain))}: {verdict}",))  # noqa: PTH119
    raise typer.Exit(exits.Exit.OK if found.ok else exits.Exit.REFUSED)


def _lines(finding: Finding, *, color: bool) -> list[str]:
    mark = f"{_MARKS[finding.level]:<8}"
    if color:
        mark = f"\x1b[{_COLOURS[finding.level]}m{mark}\x1b[0m"
    lines = [f"{mark} {console.shown(finding.message)}"]
    if finding.hint:
        lines.append(f"{'':<8} hint: {console.shown(finding.hint)}")
    return lines


def _public_key(path: str | None, password_env: str | None) -> CertificatePublicKeyTypes | None:
    if path is None:
        return None
    from provkit.signers.files import read_pem
    from provkit.signers.identities import password
    from provkit.signers.local import load_key

    if not path:
        raise ConfigurationError("--key names no file")
    return load_key(
        inputs.as_configuration(lambda: read_pem(path, "key")), password=password(password_env)
    ).public_key()
