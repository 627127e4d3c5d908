"""What runs in a worker process: files of strangers are looked at here and nowhere else.

A worker that judges holds no key.  Its address space is bounded, it leaves no core dump, and it ends
with the service, however the service ends.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from importlib import import_module
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from provkit.errors import ConfigurationError, CredentialError, FileAccessError, ProvkitError
from provkit.limits import DEFAULT_LIMITS
from provkit.report.document import Failure, Result, result_data, sound, to_json
from provkit.serve import logs
from provkit.serve.tasks import Answer
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.report.chain import Event
    from provkit.serve.tasks import Judge, Setup, Sign
    from provkit.signers import Signer
    from provkit.verdict import Verdict

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")

_MEMORY: Final = Failure(
    "limit", "judging this file takes more memory than one process may use", "try a smaller file"
)
_PATIENCE: Final = 5
_EXPENDABLE: Final = "500"
_STATUS: Final = {"limit": 413, "unreachable": 422, "blocked": 422}
_COMMANDS: Final = ("--", "provkit ")
_HINTS: Final = {
    "already-signed": "send keep_history=true to keep it as history",
    "unsupported": "see: /openapi.json",
}
_NEEDED: Final = (
    "provkit.engine.verdicts",
    "provkit.verification",
    "provkit.carriers.html",
    "provkit.carriers.pdf",
    "provkit.trust.chain",
    "provkit.trust.timestamp",
    "provkit.trust.revocation",
    "provkit.report.chain",
    "provkit.report.view",
    "provkit.serve.page_result",
)
_setup: list[Setup] = []
"""What this process knows."""
_signers: dict[str, Signer] = {}


def start(setup: Setup) -> None:
    """Get a new process ready."""
    logs.write_to_stderr()
    _setup[:] = [setup]
    _bound(setup.memory_bytes)
    if setup.patient and hasattr(os, "nice"):
        os.nice(_PATIENCE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for name in _NEEDED:  # or the first file would wait for them
        import_module(name)
    logs.be_silent()


def _bound(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    # Where memory ends all the same, the system is to take a worker, and not the service.
    with suppress(OSError):  # there is no such file but in Linux
        Path("/proc/self/oom_score_adj").write_text(_EXPENDABLE, encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard < 0 else min(memory, hard), hard))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)


def ready() -> str | None:
    """None once this process can work, else why it cannot."""
    from provkit.engine import native

    try:
        native.engine()
        for name in _setup[0].identities:
            _signer(name)
    except ProvkitError as error:
        return error.message
    return None


def in_time(latest: float, work: Callable[[_Task], _Done], task: _Task) -> _Done | None:
    """The result of `work`; None, and nothing is done, after a moment of the monotonic clock."""
    return None if time.monotonic() > latest else work(task)


def judge(task: Judge) -> Answer:
    """The answer about one file.  Never raises for what is in the file."""
    result, events = _evaluated(task)
    facts = _facts(result)
    status = 200 if result.error is None else _STATUS.get(result.error.kind, 422)
    if task.want == "verify":
        return Answer(status, to_json([result]), facts)
    if task.want == "page":
        from provkit.serve.page_result import fragment

        dates = {entry.name: entry.date for entry in _setup[0].trust.lists}
        return Answer(status, fragment(result, events, dates), facts, "text/html")
    from provkit.serve import labels

    label = labels.label_of(result.verdict) if result.verdict is not None else None
    document = {
        "schema": labels.LABEL_URN,
        "label": None if label is None else sound(labels.label_data(label)),
        "result": result_data(result),
    }
    if label is not None:
        facts["label"] = str(label.code)
    return Answer(status, f"{json.dumps(document, indent=2)}\n", facts)


def _failure(error: ProvkitError) -> Failure:
    """Why there is no result; a hint that names options of the command line is put into words of the service."""
    found = Failure.of(error)
    if found.hint is None or not any(word in found.hint for word in _COMMANDS):
        return found
    return Failure(found.kind, found.message, _HINTS.get(found.kind))


def _facts(result: Result) -> dict[str, str]:
    if result.error is not None:
        return {"error": result.error.kind}
    if result.verdict is None:
        return {"error": "internal"}
    return {"state": str(result.verdict.state), "origin": str(result.verdict.origin.cls)}


def _evaluated(task: Judge) -> tuple[Result, tuple[Event, ...] | None]:
    try:
        return _evaluate(task)
    except FileAccessError:
        # Its message names a folder of the service.
        failure = Failure("unreadable", "the upload could not be read", "send it again")
    except ProvkitError as error:
        failure = _failure(error)
    except MemoryError:
        failure = _MEMORY
    except Exception as error:  # noqa: BLE001 - one file must not end the worker for the others
        failure = Failure("internal", f"unexpected {type(error).__name__}", "please report it with the file")
    return Result(task.name, None, failure), None


def _evaluate(task: Judge) -> tuple[Result, tuple[Event, ...] | None]:
    trust = _setup[0].trust
    if task.url is not None:
        return Result(task.name, _fetched(task.url)), None
    if task.upload is None:
        raise ConfigurationError("nothing to judge was sent")
    from provkit.verification import verify

    data = task.upload.source()
    manifest = None if task.manifest is None else task.manifest.source()
    store = None if manifest is None else manifest.read(0, manifest.size)
    verdict = verify(data, trust=trust, manifest=store)
    if task.pasted and verdict.state is State.INVALID:
        # A form sends every line end as CR LF, and the text was put back to LF: it may have been the other.
        from provkit.carriers.source import Memory

        other = Memory(data.read(0, data.size).replace(b"\n", b"\r\n"))
        again = verify(other, trust=trust)
        if again.state is not State.INVALID:
            data, verdict = other, again
    if task.want != "page" or verdict.state is State.UNSIGNED:
        return Result(task.name, verdict), None
    from provkit.report.chain import chain
    from provkit.report.view import view
    from provkit.verification import inspect

    try:
        found = inspect(data, manifest=store)
        events = () if found is None else chain(view(found.store, DEFAULT_LIMITS), verdict)
    except ProvkitError:  # cannot be taken apart; the page says so
        events = ()
    return Result(task.name, verdict), events


def _fetched(url: str) -> Verdict:
    setup = _setup[0]
    if setup.fetch_seconds is None:
        raise ConfigurationError("this service fetches nothing")
    from provkit.fetch import Fetcher
    from provkit.fetch_rules import FetchRules
    from provkit.remote import verify_url

    rules = FetchRules(total_seconds=setup.fetch_seconds, body_bytes=setup.body_bytes)
    return verify_url(url, Fetcher(rules), trust=setup.trust)


def sign(task: Sign) -> Answer:
    """Sign one file; what was made is in ``task.out``.  Never raises for what is in the file."""
    try:
        return _sign(task)
    except FileAccessError:
        failure = Failure("unreadable", "the upload could not be read, or the result not be written")
    except ProvkitError as error:
        failure = _failure(error)
    except MemoryError:
        failure = _MEMORY
    except Exception as error:  # noqa: BLE001 - one file must not end the worker for the others
        failure = Failure("internal", f"unexpected {type(error).__name__}", "please report it with the file")
    document = {"error": {"kind": failure.kind, "message": failure.message, "hint": failure.hint}}
    return Answer(_STATUS.get(failure.kind, 422), f"{json.dumps(sound(document))}\n", {"error": failure.kind})


def _sign(task: Sign) -> Answer:
    from provkit.files import write_atomic
    from provkit.origin.declaration import Origin
    from provkit.signing import sign_detailed

    stated = dict(task.declaration)
    origin = Origin.of(str(stated.pop("class", "")), **stated)
    signer = _signer(task.identity)
    parent = None if task.parent is None else task.parent.source()
    options: dict[str, Any] = {}
    tsa = _setup[0].identities[task.identity].tsa
    if tsa is not None:
        from provkit.signers.authorities import TimeStampAuthority

        options["time_stamper"] = TimeStampAuthority(tsa)
    signed = sign_detailed(
        task.upload.source(),
        origin,
        signer,
        media_type=task.media_type,
        resign=task.resign,
        parent=None if parent is None else parent.read(0, parent.size),
        **options,
    )
    made = signed.data if signed.manifest is None else signed.manifest
    write_atomic(task.out, made, mode=0o600)
    media_type = signed.media_type if signed.manifest is None else "application/c2pa"
    return Answer(200, "", {"origin": str(origin.cls)}, media_type, apart=signed.manifest is not None)


def _signer(name: str) -> Signer:
    from provkit.signers import Signer

    if name not in _signers:
        identity = _setup[0].identities[name]
        secret = None if identity.password_env is None else os.environ.get(identity.password_env)
        if identity.password_env is not None and secret is None:
            raise CredentialError(f"the environment variable {identity.password_env} is not set")
        _signers[name] = Signer.from_files(
            cert_chain=identity.cert,
            key=identity.key,
            password=None if secret is None else secret.encode(),
            algorithm=identity.algorithm,
        )
    return _signers[name]


__all__ = ["in_time", "judge", "ready", "sign", "start"]
