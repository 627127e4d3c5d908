"""The handlers: each turns a request into a task, and the answer of a worker into a response."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from anyio import to_thread
from pydantic import ValidationError
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from provkit import media
from provkit.limits import MIB
from provkit.origin.declaration import Origin
from provkit.origin.record import OriginRecord
from provkit.report.document import Failure, Result, result_data
from provkit.serve import page, worker
from provkit.serve.crew import Crew, JobDiedError, JobLateError
from provkit.serve.keys import Ledger, holder
from provkit.serve.labels import LABEL_URN
from provkit.serve.metrics import Metrics
from provkit.serve.model import UrlRequest
from provkit.serve.openapi import document
from provkit.serve.refusals import RefusalError
from provkit.serve.tasks import Answer, Judge, Setup, Sign
from provkit.serve.uploads import TEXT_BYTES, Form, Gate, Room, Spool, disk, read_body, read_file, read_form

if TYPE_CHECKING:
    from starlette.requests import Request

    from provkit.serve.configuration import Configuration, Key
    from provkit.serve.tasks import Want
    from provkit.trust.store import TrustStore

_UPLOADS: Final = 4
"""Requests that are being sent for each that is at work: whoever sends slowly keeps nobody out."""
_WAITING: Final = 4
"""Addresses that are fetched or wait for it, for each worker that fetches: elsewhere may be slow."""
_URL_BYTES: Final = 64 * 1024
_FORM: Final = "multipart/form-data"
_SIGN_FIELDS: Final = frozenset({"origin", "identity", "media_type", "keep_history"})
_STATED: Final = (frozenset(Origin.model_fields) - {"cls", "record"}) | {"class", *OriginRecord.model_fields}
"""What a declaration consists of."""
_SIGN_FILES: Final = frozenset({"file", "parent"})


class Service:
    """Everything a running service has.  Belongs to one event loop.

    Args:
        configuration: what the operator wrote.
        trust: who may sign.
    """

    def __init__(self, configuration: Configuration, trust: TrustStore) -> None:
        self.configuration = configuration
        self.metrics = Metrics()
        self.ready = False
        bounds, urls = configuration.limits, configuration.urls
        memory = bounds.worker_memory_mb * MIB
        self._bounds = bounds
        self._uploading = Gate(bounds.concurrency * _UPLOADS)
        # What a file costs is linear in its size: small ones never wait behind large ones.
        self._judges = Crew(Setup(trust, memory), bounds.workers, bounds.job_seconds, bounds.concurrency)
        self._patient = Crew(
            Setup(trust, memory, patient=True), bounds.large_workers, bounds.job_seconds, bounds.concurrency
        )
        self._fetchers = self._signers = None
        if urls.enabled:
            setup = Setup(trust, memory, fetch_seconds=urls.seconds, body_bytes=bounds.body_mb * MIB)
            waiting = min(bounds.concurrency, urls.workers * _WAITING)
            self._fetchers = Crew(setup, urls.workers, urls.seconds + bounds.job_seconds, waiting)
        if configuration.key:
            setup = Setup(trust, memory, identities=configuration.identity)
            self._signers = Crew(setup, configuration.signing.workers, bounds.job_seconds, bounds.concurrency)
        self._spool: Spool | None = None
        self._ledger: Ledger | None = None

    async def start(self) -> None:
        """Start the workers.

        Raises:
            ConfigurationError: a key, a certificate or the ledger cannot be used.
        """
        self._spool = Spool()
        if self._signers is not None:
            self._ledger = Ledger(self.configuration.signing.ledger)
        for crew in self._crews():
            crew.start()
        for crew in self._crews():
            await crew.ready()
        self.ready = True

    async def stop(self) -> None:
        """Finish what was begun, and leave nothing behind."""
        self.ready = False
        for crew in self._crews():
            await crew.stop()
        if self._ledger is not None:
            self._ledger.close()
        if self._spool is not None:
            self._spool.close()

    def _crews(self) -> list[Crew]:
        return [
            crew for crew in (self._judges, self._patient, self._fetchers, self._signers) if crew is not None
        ]

    def _room(self) -> Room:
        if self._spool is None:
            raise RefusalError(503, "busy", "the service is starting", headers={"Retry-After": "1"})
        return self._spool.room()

    async def verify(self, request: Request) -> Response:
        """``POST /v1/verify``"""
        return await self._judged(request, "verify")

    async def label(self, request: Request) -> Response:
        """``POST /v1/label``"""
        return await self._judged(request, "label")

    async def _judged(self, request: Request, want: Want) -> Response:
        with self._room() as room:
            with self._uploading.enter():
                task = await self._task(request, want, room)
            answer = await self._answer(request, task)
        return Response(answer.body, answer.status, media_type=answer.media_type)

    async def _task(self, request: Request, want: Want, room: Room) -> Judge:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            body = await read_body(request, self._bounds, _URL_BYTES)
            try:
                url = UrlRequest.model_validate_json(body).url
            except ValidationError as error:
                raise RefusalError(
                    400,
                    "malformed",
                    'the body is not {"url": "https://..."}',
                    hint="a JSON file to be judged goes into a form, or is sent as application/octet-stream",
                ) from error
            return Judge(want, url, url=url)
        if kind == _FORM:
            form = await read_form(request, room, self._bounds)
            _only(form, {"file", "manifest"}, set())
            if "file" not in form.files:
                raise RefusalError(400, "malformed", "the form has no file", hint="name its part: file")
            return Judge(want, form.names["file"], form.files["file"], manifest=form.files.get("manifest"))
        return Judge(want, "-", await read_file(request, room, self._bounds))

    async def _answer(self, request: Request, task: Judge) -> Answer:
        crew = self._judges if task.upload is None or task.upload.data is not None else self._patient
        if task.url is not None:
            if self._fetchers is None:
                raise RefusalError(
                    403, "blocked", "this service fetches nothing", hint="send the file itself"
                )
            crew = self._fetchers
        try:
            answer = await crew.run(worker.judge, task)
        except JobLateError:
            self.metrics.count("provkit_workers_lost_total", reason="late")
            answer = _without(task, Failure("limit", "judging the file takes longer than it may"))
        except JobDiedError:
            self.metrics.count("provkit_workers_lost_total", reason="died")
            answer = _without(task, Failure("internal", "the process that judged the file died of it"))
        self._note(request, answer)
        return answer

    def _note(self, request: Request, answer: Answer) -> None:
        request.state.facts = answer.facts
        facts = answer.facts
        if "state" in facts:
            self.metrics.count("provkit_verdicts_total", state=facts["state"])
        if "label" in facts:
            self.metrics.count("provkit_labels_total", label=facts["label"])
        if "error" in facts:
            self.metrics.count("provkit_failures_total", kind=facts["error"])

    async def sign(self, request: Request) -> Response:
        """``POST /v1/sign``"""
        if self._signers is None or self._ledger is None:
            raise RefusalError(403, "blocked", "this service signs nothing", hint="configure a key for it")
        key = holder(request.headers.get("authorization"), self.configuration.key)
        with self._room() as room:
            with self._uploading.enter():
                if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
                    raise RefusalError(
                        415, "malformed", "a file to be signed comes in a form", hint=f"send {_FORM}"
                    )
                form = await read_form(request, room, self._bounds)
            task = _sign_task(form, key, str(room.new()))
            day = await to_thread.run_sync(self._ledger.take, key, datetime.now(UTC))
            signed = False
            try:
                answer = await self._signers.run(worker.sign, task)
                signed = answer.status == 200
            except JobLateError as error:
                self.metrics.count("provkit_workers_lost_total", reason="late")
                raise RefusalError(413, "limit", "signing the file takes longer than it may") from error
            except JobDiedError as error:
                self.metrics.count("provkit_workers_lost_total", reason="died")
                raise RefusalError(422, "internal", "the process that signed the file died of it") from error
            finally:
                if not signed:
                    await to_thread.run_sync(self._ledger.give_back, key, day)
            self._note(request, answer)
            request.state.facts = {**answer.facts, "key": key.name, "identity": task.identity}
            if not signed:
                return Response(answer.body, answer.status, media_type=answer.media_type)
            self.metrics.count("provkit_signed_total", key=key.name)
            made = await to_thread.run_sync(Path(task.out).read_bytes)
        headers = {
            "Provkit-Credential": "apart" if answer.apart else "embedded",
            "Content-Disposition": "attachment",
        }
        return Response(made, media_type=answer.media_type, headers=headers)

    async def show(self, request: Request) -> Response:
        """``GET /``"""
        del request
        return HTMLResponse(page.front(self._about()))

    async def check(self, request: Request) -> Response:
        """``POST /``, from the forms of the page; whoever reads it gets a page also when nothing is done."""
        try:
            return await self._checked(request)
        except RefusalError as error:
            request.state.facts = {"error": error.kind}
            return HTMLResponse(page.front(self._about(), error.sentence), error.status, error.headers)

    async def _checked(self, request: Request) -> Response:
        with self._room() as room:
            with self._uploading.enter():
                form = await read_form(request, room, self._bounds, TEXT_BYTES)
                with disk():
                    task = await to_thread.run_sync(_page_task, form, room)
            if task is None:
                return HTMLResponse(page.front(self._about(), "Choose a file, or paste a text, first."), 400)
            answer = await self._answer(request, task)
        return HTMLResponse(page.result(self._about(), answer.body), answer.status)

    def _about(self) -> page.About:
        limits = self._bounds
        return page.About(urls=self._fetchers is not None, body_mb=limits.body_mb)

    async def health(self, request: Request) -> Response:
        """``GET /healthz``: the process answers."""
        del request
        return JSONResponse({"status": "ok"})

    async def readiness(self, request: Request) -> Response:
        """``GET /readyz``: its workers work too."""
        del request
        for crew in self._crews():
            crew.heal()
        ready = self.ready and all(crew.works for crew in self._crews())
        return JSONResponse({"status": "ok" if ready else "starting"}, 200 if ready else 503)

    async def numbers(self, request: Request) -> Response:
        """``GET /metrics``"""
        del request
        gauges = {
            "provkit_requests_uploading": ("Requests that are being sent.", float(self._uploading.inside)),
            "provkit_requests_at_work": (
                "Requests whose file is judged or signed.",
                float(sum(crew.inside for crew in self._crews())),
            ),
        }
        return PlainTextResponse(
            self.metrics.text(gauges), media_type="text/plain; version=0.0.4; charset=utf-8"
        )

    async def description(self, request: Request) -> Response:
        """``GET /openapi.json``"""
        del request
        return JSONResponse(document(self.configuration))


def _without(task: Judge, failure: Failure) -> Answer:
    """The answer about a file that cost a worker."""
    failure = Failure(failure.kind, failure.message, failure.hint or "please report it with the file")
    result = Result(task.name, None, failure)
    status, facts = 413 if failure.kind == "limit" else 422, {"error": failure.kind}
    if task.want == "page":
        from provkit.serve.page_result import fragment

        return Answer(status, fragment(result, None, {}), facts, "text/html")
    if task.want == "label":
        said = {"schema": LABEL_URN, "label": None, "result": result_data(result)}
        return Answer(status, json.dumps(said), facts)
    from provkit.report.document import to_json

    return Answer(status, to_json([result]), facts)


def _only(form: Form, files: set[str] | frozenset[str], fields: set[str] | frozenset[str]) -> None:
    listed = ", ".join([*(f"{name} (a file)" for name in sorted(files)), *sorted(fields)])
    for names, known, what in ((form.files, files, "file"), (form.fields, fields, "field")):
        for name in names:
            if name not in known:
                raise RefusalError(
                    400, "malformed", f"the form has a {what} {name[:40]!r}", hint=f"there are: {listed}"
                )


def _sign_task(form: Form, key: Key, out: str) -> Sign:
    """What a form asks to be signed, if the key may."""
    _only(form, _SIGN_FILES, _SIGN_FIELDS)
    if "file" not in form.files:
        raise RefusalError(400, "malformed", "the form has no file", hint="name its part: file")
    declaration = _declaration(form.fields.get("origin", ""))
    stated = declaration.get("class")
    if stated not in key.origins:
        raise RefusalError(
            403,
            "forbidden",
            "this key may not state that class",
            hint=f"it may state: {', '.join(key.origins)}",
        )
    identity = form.fields.get("identity") or key.identities[0]
    if identity not in key.identities:
        raise RefusalError(
            403,
            "forbidden",
            "this key may not sign as that",
            hint=f"it may sign as: {', '.join(key.identities)}",
        )
    history = form.fields.get("keep_history", "false")
    if history not in {"true", "false"}:
        raise RefusalError(400, "malformed", "keep_history is neither true nor false")
    return Sign(
        form.files["file"],
        declaration,
        identity,
        form.fields.get("media_type") or media.type_of_name(form.names["file"]) or media.TEXT,
        history == "true",
        form.files.get("parent"),
        out,
    )


def _declaration(text: str) -> dict[str, Any]:
    if not text.lstrip().startswith("{"):
        return {"class": text.strip()}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusalError(400, "malformed", "origin is neither a class nor a JSON object") from error
    for name in found:
        if name not in _STATED:
            raise RefusalError(
                400, "malformed", f"origin has {name[:40]!r}", hint=f"there are: {', '.join(sorted(_STATED))}"
            )
    return dict(found)


def _page_task(form: Form, room: Room) -> Judge | None:
    """What a form of the page asks about; None when it was sent empty."""
    _only(form, {"file"}, {"text", "url"})
    file = form.files.get("file")
    if file is not None and (file.data is None or file.data or form.names["file"] != "-"):
        return Judge("page", form.names["file"], file)
    if text := form.fields.get("text"):
        # Forms are sent with CR LF for every line end, whatever stood there.
        data = text.replace("\r\n", "\n").encode("utf-8", "surrogateescape")
        return Judge("page", "pasted text", room.keep(data), pasted=True)
    if url := form.fields.get("url", "").strip():
        return Judge("page", url[:8192], url=url)
    return None


__all__ = ["Service"]
