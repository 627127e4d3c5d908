"""One file of an archive: what is to be done with it, and the signed bytes, ready to take its place.

Runs in workers.  Nothing in the archive is changed here: results go into ``ROOT/.provkit/work``, and copies of
originals into ``ROOT/.provkit/originals``, where only their content gives them a name.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from provkit import media
from provkit.assets import inspect_file, verify_file
from provkit.carriers.carried import Carriage
from provkit.carriers.containers import LOCATORS
from provkit.errors import AlreadySignedError, CredentialError, FileAccessError, MalformedError, ProvkitError
from provkit.files import make_folder, read_file, write_atomic
from provkit.history import recall_history, results_of
from provkit.limits import DEFAULT_LIMITS
from provkit.signing import sign_detailed
from provkit.stamp import inside, journal, statements
from provkit.stamp.inside import digest_of
from provkit.stamp.journal import Entry, Journal
from provkit.stamp.keys import signer_of
from provkit.verdict import State
from provkit.verification import inspect, strip, verify

if TYPE_CHECKING:
    from provkit.history import History
    from provkit.signing import Signed
    from provkit.stamp.inside import Facts, Place
    from provkit.stamp.rules import Rule, Rules
    from provkit.trust.store import TrustStore

FOLDER: Final = ".provkit"
_GENERATIONS: Final = 16
"""Earlier credentials that a file carries as its history; then a new history begins.  In text each takes room."""


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
    STALE = "stale"
    """Of a check: published, and not as the rules say."""
    FINE = "as the rules say"


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
    trust: TrustStore | None = None
    """Whom a check expects to have signed; None for anybody."""


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
    """Bytes that keeping the original took; of a plan, all the bytes it would take."""
    stop: ProvkitError | None = None
    """Why no other file can be signed either."""


def journal_of(root: str) -> str:
    """Where the journal of an archive is."""
    return os.path.join(root, FOLDER, "journal.db")  # noqa: PTH118


@lru_cache(maxsize=1)
def _journal(root: str) -> Journal:
    """The journal, as workers read it."""
    return Journal(journal_of(root), read_only=True)


def let_go() -> None:
    """Let go of the journal that this process read last: another one may have its name by now."""
    _journal.cache_clear()


def original_of(root: str, digest: str) -> str:
    """Where the copy of an original is kept."""
    return os.path.join(root, FOLDER, "originals", digest[:2], digest)  # noqa: PTH118


def kind_of(path: str, data: bytes) -> str:
    """Media type of a file: what its name says, else what its bytes say.

    Raises:
        MalformedError, UnsupportedError: no known type.
    """
    return media.type_of_name(path.rpartition("/")[2]) or media.sniff(data)


def prepare(job: Job, task: Task) -> Done:
    """What is to be done with one file; signed, unless only a plan is wanted.  Never raises for what is in it."""
    try:
        with inside.place_of(job.root, task.path) as place:
            return _prepare(job, task, place)
    except AlreadySignedError as error:
        return Done(task.path, Action.SIGNED, error.message)
    except ProvkitError as error:
        action = Action.UNSUPPORTED if error.kind in {"unsupported", "malformed"} else Action.FAILED
        return Done(task.path, action, error.message, stop=error if _stops(error) else None)
    except Exception as error:  # noqa: BLE001 - one file must not end the run for the others
        said = f"unexpected {type(error).__name__}: {error}"[:500]
        return Done(task.path, Action.FAILED, f"{said}; please report it with the file")


def _stops(error: ProvkitError) -> bool:
    """Whether the next file would meet the same: a key that does not sign, a full disk."""
    cause = error.__cause__
    full = isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}
    return full or isinstance(error, CredentialError)


def _prepare(job: Job, task: Task, place: Place) -> Done:
    rule = job.rules.rule[task.rule]
    data, facts = place.read()
    known = _journal(job.root).entry(task.path) if job.has_journal else None
    has_beside = place.beside.exists()
    beside = place.beside.digest() if has_beside else None
    if known is not None and _holds(known, facts, beside, rule):
        return Done(task.path, Action.UNCHANGED)
    kind = kind_of(task.path, data)
    if rule.media_types and kind not in rule.media_types:
        return Done(task.path, Action.OTHER_TYPE, kind)
    cls = statements.class_of(data, kind, rule)
    if cls is None:
        carries = "" if known is None else "it carries a credential from before it was edited"
        return Done(task.path, Action.NO_STATEMENT, carries)
    if not facts.mode & stat.S_IWUSR:
        return Done(task.path, Action.READ_ONLY)
    if has_beside and (known is None or beside != known.sidecar):
        return Done(task.path, Action.SIGNED, "a store that was not written here stands beside it")
    if known is None:
        start = _Start(data, resign=rule.signed == "keep" and _has_credential(data))
        if not start.resign and _shares_store(job, task, place):
            return Done(task.path, Action.SIGNED, "a store stands beside it")
    else:
        start = _again(job, data, facts, known, kind, rule)
    signed = sign_detailed(
        start.content,
        rule.declares(cls),
        signer_of(job.rules.identity[rule.identity]),
        media_type=kind,
        carriage=Carriage(rule.carriage) if rule.carriage else None,
        reference=None if rule.reference is None else rule.reference.replace("{name}", _address(task.path)),
        resign=start.resign,
        history=start.history,
        parent=start.parent,
    )
    done = Done(task.path, Action.SIGN if known is None else Action.AGAIN, facts=facts)
    notes = [start.note] if start.note else []
    if signed.normalized:
        notes.append(
            "the text was put into Unicode NFC, so it differs from what it was; the original is kept"
        )
    if facts.links > 1:
        notes.append("the file has other names (hard links); those keep what it was")
    return _ready(job, replace(done, note="; ".join(notes)), rule, cls, data, start.content, signed)


def _holds(known: Entry, facts: Facts, beside: str | None, rule: Rule) -> bool:
    """Whether a file is as it was stamped, and would be stamped so again."""
    return (
        facts.digest == known.after
        and (known.sidecar is None or beside == known.sidecar)
        and known.terms == rule.terms
        and known.expires > _stamp(datetime.now(UTC))
    )


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _address(path: str) -> str:
    return quote(os.fsencode(path.rpartition("/")[2]))


def _has_credential(data: bytes) -> bool:
    return verify(data).state in {State.TRUSTED, State.VALID}


def _shares_store(job: Job, task: Task, place: Place) -> bool:
    """Whether ``NAME.c2pa`` stands beside ``NAME.EXT`` and is about it."""
    stem, dot, _ = place.name.rpartition(".")
    if not stem or not dot or not inside.Place(place.folder, f"{stem}.c2pa").exists():
        return False
    return inspect_file(os.path.join(job.root, task.path)) is not None  # noqa: PTH118


@dataclass(frozen=True, slots=True)
class _Start:
    """What is signed."""

    content: bytes
    resign: bool = False
    history: History | None = None
    parent: bytes | None = None
    note: str = ""


def _again(job: Job, data: bytes, facts: Facts, known: Entry, kind: str, rule: Rule) -> _Start:
    """A file that was stamped before."""
    content = _original(job, known) if facts.digest == known.after else None
    if content is not None and rule.signed == "keep" and _has_credential(content):
        return _Start(content, resign=True)
    if content is None:
        content = _without_ours(data, known)
    if digest_of(content) == known.before and known.terms == rule.terms:
        # Built anew, or the certificate has ended: nothing happened to the content that would be history.
        return _Start(content)
    if kind in LOCATORS and rule.carriage in {None, "embedded"}:
        if facts.digest == known.after and known.sidecar is None:
            return _Start(content, parent=data)
        return _Start(
            content,
            note="its earlier credential is not kept as history: the reference engine wants the earlier file",
        )
    if known.store is None:
        return _Start(content, note="its earlier credential is not kept as history: it was in another place")
    history = recall_history(known.store, known.media_type, known.recorded(), known.title, DEFAULT_LIMITS)
    if len(history.manifests) > _GENERATIONS:
        return _Start(content, note=f"it has {_GENERATIONS} earlier credentials: a new history begins")
    return _Start(content, history=history)


def _original(job: Job, known: Entry) -> bytes | None:
    """The copy of the original, where taking the credential off gives another thing."""
    if known.reverse != journal.COPY:
        return None
    try:
        kept = read_file(original_of(job.root, known.before))
    except FileAccessError:
        return None
    return kept if digest_of(kept) == known.before else None


def _without_ours(data: bytes, known: Entry) -> bytes:
    """An edited file, without what is left of the credential it was stamped with."""
    if known.reverse == journal.SIDECAR:
        return data
    try:
        found = inspect(data)
    except MalformedError:
        return strip(data)  # what is left of it after the edit
    if found is None:
        return strip(data) if known.sidecar is not None else data  # a link is no credential by itself
    if known.manifest not in {one.label for one in found.store.manifests}:
        raise AlreadySignedError("somebody else signed it after it was stamped")
    return strip(data)


def _ready(job: Job, done: Done, rule: Rule, cls: str, data: bytes, content: bytes, signed: Signed) -> Done:
    """The entry of a signed file, and its bytes where they can be moved from."""
    apart, after = signed.manifest, signed.data
    before = digest_of(content)
    is_sidecar = apart is not None and after == data
    reverse = journal.SIDECAR if is_sidecar else _reverse(after, before)
    # What the engine signed cannot be history by its store alone, and it has been verified (provkit.engine.verdicts).
    has_store = apart is not None or signed.media_type not in LOCATORS
    verdict = verify(after, manifest=apart) if has_store else None
    found = inspect(after, manifest=apart)
    entry = Entry(
        path=done.path,
        before=before,
        after=digest_of(after),
        reverse=reverse,
        manifest="" if found is None else found.store.active.label,
        origin=cls,
        identity=rule.identity,
        terms=rule.terms,
        expires=_stamp(signer_of(job.rules.identity[rule.identity]).not_after),
        media_type=signed.media_type,
        at=_stamp(datetime.now(UTC)),
        sidecar=None if apart is None else digest_of(apart),
        title=None if verdict is None else verdict.title,
        results="{}" if verdict is None else json.dumps(results_of(verdict)),
        store=found.data if found is not None and has_store else None,
    )
    copied = len(content) if reverse == journal.COPY else 0
    if job.plan_only:
        grown = len(after) - len(data) + len(apart or b"") + len(journal.packed(entry.store) or b"")
        return replace(done, entry=entry, copied=copied + grown)
    if copied:
        original = original_of(job.root, before)
        make_folder(os.path.dirname(original))  # noqa: PTH120
        write_atomic(original, content, force=True, mode=0o600)
    return replace(
        done,
        entry=entry,
        asset=None if is_sidecar else put(job.root, after),
        store=None if apart is None else put(job.root, apart),
        copied=copied,
    )


def _reverse(after: bytes, before: str) -> str:
    try:
        return journal.STRIP if digest_of(strip(after)) == before else journal.COPY
    except ProvkitError:
        return journal.COPY


def put(root: str, data: bytes) -> str:
    """Bytes that are to take the place of a file, on the disk; returns where.

    Raises:
        FileAccessError: they cannot be written.
    """
    place = os.path.join(root, FOLDER, "work", os.urandom(8).hex())  # noqa: PTH118
    write_atomic(place, data, mode=0o600)
    return place


def check(job: Job, task: Task) -> Done:
    """Whether one file is published as the rules say.  Needs no journal and no key."""
    try:
        why = _why_stale(job, task)
    except ProvkitError as error:
        why = error.message
    return Done(task.path, Action.FINE if why is None else Action.STALE, why or "")


def _why_stale(job: Job, task: Task) -> str | None:
    rule = job.rules.rule[task.rule]
    wanted: str | None = rule.origin
    if rule.origin_from is not None or rule.media_types:
        with inside.place_of(job.root, task.path) as place:
            data, _ = place.read()
        kind = kind_of(task.path, data)
        if rule.media_types and kind not in rule.media_types:
            return None
        wanted = statements.class_of(data, kind, rule)
    verdict = verify_file(os.path.join(job.root, task.path), trust=job.trust)  # noqa: PTH118
    if verdict.state is State.INVALID:
        return "stale: changed after it was stamped, or damaged"
    if wanted is None:
        return None
    if verdict.state is State.UNSIGNED:
        return "not stamped"
    if verdict.origin.cls != wanted:
        return f"states {verdict.origin.cls}, and the rules say {wanted}"
    if job.trust is not None and verdict.state is not State.TRUSTED:
        return "signed by somebody whom the given roots do not vouch for"
    return None
