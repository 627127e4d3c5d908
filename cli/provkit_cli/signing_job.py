"""Signing one file of many, in this process or in a worker that loads the key for itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from provkit.errors import ConfigurationError, CredentialError, FileAccessError, ProvkitError
from provkit.limits import DEFAULT_LIMITS
from provkit.report.document import Failure
from provkit.signers.identities import Identity
from provkit_cli import inputs, pool
from provkit_cli.identity import load_signer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provkit.origin.declaration import Origin
    from provkit.signers import Signer
    from provkit.signers.authorities import TimeStampAuthority
    from provkit_cli.targets import Target


@dataclass(frozen=True, slots=True)
class SignJob:
    """What is the same for every file.  Picklable: it names the key and never holds it."""

    origin: Origin
    keys: Identity
    media_type: str | None
    timed: bool
    resign: bool = False
    """Keep the credential that each file carries as its history."""
    parent: bytes | None = None
    """A signed file that all of them were made from."""
    parent_name: str | None = None
    carriage: str | None = None
    """Where credentials go; what is usual for each type when left out."""
    link: str | None = None
    """For links, where readers will find the credential; ``{name}`` stands for the name of the file."""
    front_matter: str = "comment"
    password: str | None = None
    """Of encrypted PDFs."""
    force: bool = False
    """Replace a sidecar that is there."""
    tsa: str | None = None
    """Address of the time-stamp authority that is asked for each file."""
    stapled: bytes | None = None
    """An OCSP response about the certificate, the same for all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    target: Target
    normalized: bool = False
    hidden_characters: int = 0
    sidecar: bool = False
    """The credential is in a file of its own."""
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    about: str | None = None
    """The file that the error is about, where it does not name it itself."""
    fatal: bool = False
    """The error is about the key, the declaration or the parent, so every other file would meet it too."""


def sign_all(targets: Sequence[Target], job: SignJob, signer: Signer, workers: int) -> Iterator[Outcome]:
    """An outcome for each target, in order."""
    if workers <= 1 or len(targets) <= 1:
        for target in targets:
            yield _sign(target, job, signer)
        return
    yield from pool.in_processes(
        targets, _sign_in_worker, lambda target: Outcome(target, error=pool.DIED), (_remember, job), workers
    )


def _sign(target: Target, job: SignJob, signer: Signer) -> Outcome:
    from provkit import assets, media
    from provkit.carriers.carried import Carriage, FrontMatter
    from provkit.signing import NOW, sign_detailed

    source = target.source
    try:
        kept = assets.find_store(source.path) if job.resign and source.path != inputs.STDIN else None
        with inputs.opened(source, DEFAULT_LIMITS) as asset:
            signed = sign_detailed(
                asset,
                job.origin,
                signer,
                media_type=job.media_type or media.type_of_name(source.path) or media.TEXT,
                when=NOW if job.timed else None,
                resign=job.resign,
                parent=job.parent,
                carriage=Carriage(job.carriage) if job.carriage else None,
                reference=_reference(job, target),
                front_matter=FrontMatter(job.front_matter),
                manifest=kept,
                password=job.password,
                time_stamper=None if job.tsa is None else _authority(job.tsa),
                stapled=job.stapled,
            )
            target.write(
                signed.asset,
                signed.manifest,
                replace_store=job.force or kept is not None,
                same=signed.asset is asset,
            )
    except ProvkitError as error:
        return _failed(target, job, error)
    return Outcome(
        target, signed.normalized, signed.hidden_characters, signed.manifest is not None, signed.warnings
    )


def _failed(target: Target, job: SignJob, error: ProvkitError) -> Outcome:
    # With --resign it is this file that has no credential, or a broken one.
    unfit = isinstance(error, ConfigurationError) and not job.resign
    fatal = unfit or isinstance(error, CredentialError)
    if isinstance(error, FileAccessError):
        about = None
    elif fatal:
        about = job.parent_name if unfit else None
    else:
        about = target.source.path
    return Outcome(target, error=Failure.of(error), about=about, fatal=fatal)


def _authority(url: str) -> TimeStampAuthority:
    from provkit.signers.authorities import TimeStampAuthority

    return TimeStampAuthority(url)


def _reference(job: SignJob, target: Target) -> str | None:
    if job.link is None:
        return None
    name = os.path.basename(target.path)  # noqa: PTH119
    return job.link.replace("{name}", quote(name))


_worker: list[tuple[SignJob, Signer]] = []
"""The job of this worker process, and its signer."""


def _remember(job: SignJob) -> None:
    _worker[:] = [(job, load_signer(job.keys))]


def _sign_in_worker(target: Target) -> Outcome:
    return _sign(target, *_worker[0])
