"""One file of an archive: what is to be done with it, and the signed bytes, ready to take its place.

Runs in workers.  Nothing in the archive is changed here: results go into ``ROOT/.provkit/work``, and copies of
originals into ``ROOT/.provkit/originals``, where only their content gives them a name.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from provkit import media
from provkit.assets import find_store, sidecar_path
from provkit.carriers.carried import Carriage
from provkit.carriers.containers import LOCATORS
from provkit.errors import AlreadySignedError, ConfigurationError, FileAccessError, ProvkitError
from provkit.files import make_folder, read_file, write_atomic
from provkit.history import recall_history, results_of
from provkit.limits import DEFAULT_LIMITS
from provkit.signers import Signer
from provkit.signing import sign_detailed
from provkit.stamp import journal, statements
from provkit.stamp.journal import Entry, Journal
from provkit.verdict import State
from provkit.verification import inspect, strip, verify

if TYPE_CHECKING:
    from provkit.history import History
    from provkit.signing import Signed
    from provkit.stamp.rules import Identity, Rule, Rules

FOLDER: Final = ".provkit"


class Action(StrEnum):
    """What is done with a file, or why nothing is."""

    SIGN = "sign"
    AGAIN = "sign again"
    UNCHANGED = "unchanged"
    NO_STATEMENT = "states no origin"
    SIGNED = "carries a credential"
    OTHER_TYPE = "of another type"
    UNSUPPORTED = "cannot be signed"
    READ_ONLY = "read-only"
    FAILED = "failed"


CHANGES: Final = frozenset({Action.SIGN, Action.AGAIN})


class Task(NamedTuple):
    """One file that a rule matches."""

    path: str
    """Below the root, with ``/``."""
    rule: int
    """Number of the rule, from 0."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker knows.  Picklable, and without keys: each worker loads them."""

    root: str
    rules: Rules
    has_journal: bool = True
    """Something was stamped here before."""
    plan_only: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a file as it was read, to notice that somebody else writes it."""

    inode: int
    size: int
    changed: int
    """Nanoseconds."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker answers about one file."""

    path: str
    action: Action
    detail: str = ""
    """Why, in one line."""
    entry: Entry | None = None
    facts: Facts | None = None
    asset: str | None = None
    """Where the signed file is, to be moved to its place."""
    store: str | None = None
    """Where the store is that goes beside it."""
    note: str = ""
    """What the user should know although the file was signed."""
    copied: int = 0
    """Bytes that keeping the original took."""


def journal_of(root: str) -> str:
    """Where the journal of an archive is."""
    return os.path.join(root, FOLDER, "journal.db")  # noqa: PTH118


@lru_cache(maxsize=1)
def _journal(root: str) -> Journal:
    """The journal, as workers read it."""
    return Journal(journal_of(root), read_only=True)


def place_of(root: str, path: str) -> str:
    """Where a file of the archive is."""
    return os.path.join(root, *path.split("/"))  # noqa: PTH118


def original_of(root: str, digest: str) -> str:
    """Where the copy of an original is kept."""
    return os.path.join(root, FOLDER, "originals", digest[:2], digest)  # noqa: PTH118


def facts_of(place: str) -> Facts:
    """Facts of a file as it is now.

    Raises:
        FileAccessError: it is gone, or no regular file.
    """
    try:
        found = os.lstat(place)
    except OSError as error:
        raise FileAccessError(f"the file is gone: {place}") from error
    if not stat.S_ISREG(found.st_mode):
        raise FileAccessError(f"no regular file any more: {place}")
    return Facts(found.st_ino, found.st_size, found.st_mtime_ns)


def digest_of(data: bytes) -> str:
    """SHA-256, lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def prepare(job: Job, task: Task) -> Done:
    """What is to be done with one file; signed, unless only a plan is wanted.  Never raises a ProvkitError."""
    try:
        return _prepare(job, task)
    except AlreadySignedError as error:
        return Done(task.path, Action.SIGNED, error.message)
    except ProvkitError as error:
        action = Action.UNSUPPORTED if error.kind in {"unsupported", "malformed"} else Action.FAILED
        return Done(task.path, action, error.message)


def _prepare(job: Job, task: Task) -> Done:
    rule, place = job.rules.rule[task.rule], place_of(job.root, task.path)
    facts = facts_of(place)
    data = read_file(place, DEFAULT_LIMITS)
    before = digest_of(data)
    known = _journal(job.root).entry(task.path) if job.has_journal else None
    if known is not None and before == known.after and _sidecar_is_there(place, known):
        return Done(task.path, Action.UNCHANGED)
    kind = media.type_of_name(place) or media.sniff(data)
    if rule.media_types and kind not in rule.media_types:
        return Done(task.path, Action.OTHER_TYPE, kind)
    cls = statements.class_of(data, kind, rule)
    if cls is None:
        return Done(task.path, Action.NO_STATEMENT)
    if not os.lstat(place).st_mode & stat.S_IWUSR:
        return Done(task.path, Action.READ_ONLY)
    content, history, note = data, None, ""
    if known is not None:
        content = _without_ours(data, known)
        history, note = _history(known, content)
    elif rule.signed == "leave" and find_store(place) is not None:
        return Done(task.path, Action.SIGNED, "a store stands beside it")
    action = Action.SIGN if known is None else Action.AGAIN
    keep = known is None and rule.signed == "keep" and verify(data).state in {State.TRUSTED, State.VALID}
    signed = sign_detailed(
        content,
        rule.declares(cls),
        signer_of(job.rules.identity[rule.identity]),
        media_type=kind,
        carriage=Carriage(rule.carriage) if rule.carriage else None,
        reference=None if rule.reference is None else rule.reference.replace("{name}", _address(task.path)),
        resign=keep,
        history=history,
    )
    return _ready(job, task, rule, data, signed, facts, before, action, cls, note)


def _address(path: str) -> str:
    return quote(path.rpartition("/")[2])


def _sidecar_is_there(place: str, known: Entry) -> bool:
    if known.sidecar is None:
        return True
    try:
        return digest_of(read_file(sidecar_path(place), DEFAULT_LIMITS)) == known.sidecar
    except FileAccessError:
        return False


def _without_ours(data: bytes, known: Entry) -> bytes:
    """An edited file, without what is left of the credential it was stamped with."""
    if known.reverse == journal.SIDECAR:
        return data
    found = inspect(data)
    if found is None:
        return data
    if known.manifest not in {one.label for one in found.store.manifests}:
        raise AlreadySignedError("somebody else signed it after it was stamped")
    return strip(data)


def _history(known: Entry, content: bytes) -> tuple[History | None, str]:
    if known.store is None or media.sniff(content) in LOCATORS:
        return (
            None,
            "its earlier credential is not kept as history: the reference engine wants the earlier file",
        )
    return recall_history(known.store, known.media_type, known.recorded(), known.title, DEFAULT_LIMITS), ""


def _ready(
    job: Job,
    task: Task,
    rule: Rule,
    data: bytes,
    signed: Signed,
    facts: Facts,
    before: str,
    action: Action,
    cls: str,
    note: str,
) -> Done:
    apart = signed.manifest
    after = signed.data
    verdict = verify(after, manifest=apart)
    is_sidecar = apart is not None and after == data
    reverse = journal.SIDECAR if is_sidecar else _reverse(after, before)
    found = inspect(after, manifest=apart)
    entry = Entry(
        path=task.path,
        before=before,
        after=digest_of(after),
        reverse=reverse,
        manifest=verdict.manifest or "",
        origin=cls,
        identity=rule.identity,
        media_type=signed.media_type,
        at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        sidecar=None if apart is None else digest_of(apart),
        title=verdict.title,
        results=json.dumps(results_of(verdict)),
        store=None if found is None or signed.media_type in LOCATORS else found.data,
    )
    copied = len(data) if reverse == journal.COPY else 0
    if job.plan_only:
        return Done(task.path, action, entry=entry, note=note, copied=copied + len(after) - len(data))
    if copied:
        original = original_of(job.root, before)
        make_folder(os.path.dirname(original))  # noqa: PTH120
        write_atomic(original, data, force=True, mode=0o600)
    return Done(
        task.path,
        action,
        entry=entry,
        facts=facts,
        asset=None if is_sidecar else _put(job, after),
        store=None if apart is None else _put(job, apart),
        note=note,
        copied=copied,
    )


def _reverse(after: bytes, before: str) -> str:
    try:
        return journal.STRIP if digest_of(strip(after)) == before else journal.COPY
    except ProvkitError:
        return journal.COPY


def _put(job: Job, data: bytes) -> str:
    place = os.path.join(job.root, FOLDER, "work", os.urandom(8).hex())  # noqa: PTH118
    write_atomic(place, data, mode=0o600)
    return place


@lru_cache(maxsize=32)
def signer_of(identity: Identity) -> Signer:
    """The signer of an identity, loaded once in each process.

    Raises:
        ConfigurationError, CredentialError: it cannot sign.
    """
    secret = None
    if identity.password_env is not None:
        value = os.environ.get(identity.password_env)
        if value is None:
            raise ConfigurationError(
                f"the environment variable {identity.password_env} is not set",
                hint="it holds the password of the key",
            )
        secret = value.encode()
    return Signer.from_files(
        cert_chain=identity.cert, key=identity.key, password=secret, algorithm=identity.algorithm
    )
