"""``provkit trust``: whose signatures count, and how old that knowledge is."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.errors import ConfigurationError
from provkit.files import read_file
from provkit.trust.store import Purpose, TrustStore
from provkit_cli import console, exits, inputs, lists, options
from provkit_cli.app import new_app
from provkit_cli.lists import NONE_CHOSEN, Chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.trust.store import TrustList

app = new_app("Show and update the lists of who may sign.")


@app.command("list", epilog=exits.told("listed", usage="a list cannot be used"))
@options.with_lists()
def list_(
    chosen: Chosen = NONE_CHOSEN,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Each certificate.")] = False,
) -> None:
    """List the trust lists that verify would consult, with the same options."""
    store = lists.build_store(chosen)
    if not store.lists:
        console.out("no trust list: every signer is valid at best\n")
    for entry in store.lists:
        console.out_lines(_lines(entry, verbose=verbose))


def _lines(entry: TrustList, *, verbose: bool) -> Iterator[str]:
    purpose = f" for {entry.purpose}" if entry.purpose else ""
    day = f"of {entry.date}" if entry.date else "date not known"
    origin = "bundled" if entry.bundled else "yours"
    count = "1 entry" if entry.entries == 1 else f"{entry.entries} entries"
    yield f"{console.shown(entry.name)}: {entry.kind}{purpose}, {count}, {day}, {origin}"
    if entry.source:
        yield f"  from {console.shown(entry.source)}"
    if not verbose:
        return
    from cryptography import x509

    for der in entry.certificates:
        certificate = x509.load_der_x509_certificate(der)
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        subject = console.shown(certificate.subject.rfc4514_string())
        yield f"  {start:%Y-%m-%d} to {end:%Y-%m-%d}  {subject}"
    if not entry.certificates:
        yield from (f"  SHA-256 {fingerprint.hex()}" for fingerprint in sorted(entry.fingerprints))
        for rule in entry.rules:
            what = (
                f"SHA-256 {rule.fingerprint.hex()}"
                if rule.fingerprint is not None
                else f"{rule.serial or 0:x} of {rule.issuer}"
            )
            span = f" {rule.span}" if rule.span else ""
            yield f"  {console.shown(what)}{span}{f': {console.shown(rule.reason)}' if rule.reason else ''}"


@app.command(epilog=exits.told("said", usage="a stored list is damaged"))
def status() -> None:
    """Say how old the lists are that verify consults when no option is given."""
    today = datetime.now(UTC).date()
    for entry in lists.default_store().lists:
        origin = "bundled" if entry.bundled else "yours, in place of the bundled one"
        if entry.date is None:
            age = "date not known"
        else:
            days = (today - entry.date).days
            age = f"of {entry.date}, {days} days old{', too old' if days > lists.OLD_DAYS else ''}"
        console.out(f"{console.shown(entry.name)} ({entry.purpose}): {age}, {origin}\n")


@app.command(
    epilog=exits.told(
        "done",
        usage="usage, or a list that cannot be used; nothing was changed",
        not_evaluated="it cannot be written",
    )
)
def update(
    source: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="The new list, PEM; - for standard input.")
    ] = None,
    purpose: Annotated[Purpose, typer.Option(help="What the list vouches for.")] = Purpose.CLAIM_SIGNING,
    name: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Name that verdicts show; the bundled one's when left out."),
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the list's last change.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to the bundled lists.")] = False,
) -> None:
    """Use another list in place of the bundled one of the same purpose, from now on.

    \b
    provkit trust update --from C2PA-TRUST-LIST.pem --date 2026-11-01
    provkit trust update --from C2PA-TSA-TRUST-LIST.pem --purpose time-stamping --date 2026-11-01

    The list is checked, then kept beside your configuration file. provkit fetches nothing by itself;
    the official lists are published by the C2PA conformance program.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if reset == (source is not None):
        raise ConfigurationError("say either --from FILE or --reset")
    if source is None:
        done = lists.forget_lists()
        console.out("back to the bundled lists\n" if done else "the bundled lists are in use already\n")
        return
    given = source
    if given == inputs.STDIN:
        data = sys.stdin.buffer.read()
    else:
        data = inputs.as_configuration(lambda: read_file(given))
    when = _day(day)
    bundled = next(
        (entry.name for entry in TrustStore.bundled().lists if entry.purpose is purpose), str(purpose)
    )
    chosen = name or f"{bundled} (yours)"
    path = lists.store_list(data, name=chosen, purpose=purpose, day=when)
    role = "is the" if purpose is Purpose.IDENTITY else "takes the place of the bundled"
    console.out_lines(
        (
            f"stored {console.shown(chosen)}: {console.shown(str(path))}",
            f"From now on it {role} list for {purpose}; `provkit trust update --reset` undoes it.",
        )
    )


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"--date: {text!r} is no day", hint="for example: 2026-11-01") from None
