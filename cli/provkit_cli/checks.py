"""Checks on what the options say, for commands and for the quick way into ``verify`` alike."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from provkit import media
from provkit.errors import ConfigurationError, FileAccessError, UnsupportedError
from provkit.verdict import State
from provkit_cli.inputs import STDIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.policy import Policy
    from provkit.report.document import Result


def check_media(media_type: str) -> None:
    """Refuse a media type that this version has no carrier for.

    Raises:
        ConfigurationError: not the form ``type/subtype``.
        UnsupportedError: a type this version cannot handle.
    """
    kind, slash, subtype = media_type.partition("/")
    if not (slash and kind and subtype) or not media_type.isascii() or not media_type.isprintable():
        raise ConfigurationError(f"not a media type: {media_type!r}", hint="for example: text/plain")
    if not media.is_known(media_type):
        raise UnsupportedError(
            f"{media_type} is not a format this version handles", hint="see: provkit formats"
        )


def check_stdin(paths: Sequence[str], media_type: str | None) -> None:
    """Standard input is read once, and has no name to tell its type by; files are judged by their bytes.

    Raises:
        ConfigurationError: it is named twice, or comes without a type, or the type without it.
        UnsupportedError: a type this version cannot handle.
    """
    if paths.count(STDIN) > 1:
        raise ConfigurationError("standard input is named twice")
    if STDIN in paths:
        if media_type is None:
            raise ConfigurationError(
                "standard input has no name to tell its type by", hint="add --media text/plain"
            )
        check_media(media_type)
    elif media_type is not None:
        raise ConfigurationError(
            "--media goes with - (standard input)",
            hint="files are judged by their bytes, not by a type given",
        )


def document_password(given: str | None) -> str | None:
    """The password that ``--password`` gives, itself or the variable it is in.

    Raises:
        ConfigurationError: there is no such variable.
    """
    if given is None or not given.startswith("env:"):
        return given
    name = given.removeprefix("env:")
    if name not in os.environ:
        raise ConfigurationError(f"the variable {name} for --password is not set")
    return os.environ[name]


def moment(given: str | None) -> datetime | None:
    """The moment that ``--at`` gives, UTC.

    Raises:
        ConfigurationError: it is none, or has no time zone.
    """
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        problem = "has no time zone"
    except (ValueError, OverflowError):
        problem = "is no moment"
    raise ConfigurationError(f"--at: {given!r} {problem}", hint="for example: --at 2026-01-31T12:00:00Z")


def refuse_existing(path: str) -> None:
    """Refuse to write over a file.

    Raises:
        FileAccessError: it exists.
    """
    if os.path.lexists(path):
        raise FileAccessError(
            f"the file exists already: {path}", hint="choose another name, or add --force to replace it"
        )


def check_output(path: str, *, force: bool) -> None:
    """Refuse a file for results that could not be written, now and not after an hour of verifying.

    Raises:
        ConfigurationError: it exists, or its folder does not.
    """
    if os.path.isdir(path):  # noqa: PTH112 - as it was written
        raise ConfigurationError(f"a folder, not a file for results: {path}", hint="give the name of a file")
    if not force and os.path.lexists(path):
        raise ConfigurationError(
            f"the file for results exists already: {path}",
            hint="choose another name, or add --force to replace it",
        )
    if not os.path.isdir(os.path.dirname(path) or os.curdir):  # noqa: PTH112, PTH120
        raise ConfigurationError(f"there is no folder for the file for results: {path}", hint="make it first")


UNLISTED: Final = "the signer is on no trust list"
WAY_OUT: Final = "--trust FILE adds one, --allow-untrusted accepts any signer"
"""Of :data:`UNLISTED`."""


def reasons(policy: Policy, result: Result, *, several: bool = False) -> tuple[str, ...]:
    """Why a verdict that holds does not satisfy the policy, with the way out.

    Args:
        policy: what is asked for.
        result: the verdict.
        several: leave out :data:`WAY_OUT`, which is said once for all files.
    """
    verdict = result.verdict
    if verdict is None:
        return ()
    found = list(policy.reasons(verdict))
    if verdict.state is State.VALID and State.VALID not in policy.states:
        distrusted = verdict.signer.distrusted if verdict.signer else None
        found[0] = distrusted or (UNLISTED if several else f"{UNLISTED}; {WAY_OUT}")
    return tuple(found)
