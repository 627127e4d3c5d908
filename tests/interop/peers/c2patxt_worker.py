"""c2patxt in a process of its own: one JSON object per line in, one per line out.

It runs in the environment of ``requirements/peers.txt`` and imports nothing of ours.
Texts, stores and PEM travel as base64, so that no byte is touched on the way.
``support.peers.C2paTxt`` is the other end.

A request is ``{"op": NAME, ...}``; an answer is ``{"ok": true, "result": ...}`` or
``{"ok": false, "error": {"type", "message", "code"}}``.
"""

from __future__ import annotations

import base64
import json
import sys
import time
import uuid
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import c2patxt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cryptography.x509 import Certificate

Request = dict[str, Any]


def _bytes(value: str) -> bytes:
    return base64.b64decode(value, validate=True)


def _text(value: str) -> str:
    return _bytes(value).decode("utf-8")


def _encoded(value: bytes | str) -> str:
    return base64.b64encode(value.encode("utf-8") if isinstance(value, str) else value).decode("ascii")


class DirectChain:
    """The trust decision c2patxt leaves to its caller, kept plain.

    Each certificate has to be issued by the next one, and the last one has to be an
    anchor or be issued by one.  Purposes and validity are c2patxt's own checks.
    """

    def is_trusted(self, chain: list[Certificate], anchors: list[Certificate]) -> bool:
        issued = all(_issued_by(child, parent) for child, parent in pairwise(chain))
        return issued and any(chain[-1] == anchor or _issued_by(chain[-1], anchor) for anchor in anchors)


def _issued_by(child: Certificate, parent: Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _verify_context(request: Request) -> c2patxt.VerifyContext:
    anchors, now = request.get("anchors_pem"), request.get("now")
    return c2patxt.VerifyContext(
        anchors_pem=None if anchors is None else _bytes(anchors),
        now=None if now is None else datetime.fromisoformat(now),
        trust_evaluator=DirectChain(),
    )


def _signer(request: Request) -> c2patxt.Signer:
    return c2patxt.Signer(
        private_key=load_pem_private_key(_bytes(request["key_pem"]), password=None),
        certificates=tuple(load_pem_x509_certificates(_bytes(request["chain_pem"]))),
    )


def _disclosure(request: Request) -> c2patxt.Disclosure:
    return c2patxt.Disclosure(
        media_type=request.get("media_type", "text/plain"),
        model_type=request.get("model_type", c2patxt.ModelType.GENERIC),
        model_name=request.get("model_name"),
        model_identifier=request.get("model_identifier"),
    )


def _embed_context(request: Request) -> c2patxt.EmbedContext:
    when, manifest = request.get("when"), request.get("manifest_uuid")
    return c2patxt.EmbedContext(
        manifest_uuid=None if manifest is None else uuid.UUID(manifest),
        instance_id=request.get("instance_id"),
        when=None if when is None else datetime.fromisoformat(when),
    )


def _codes(statuses: Iterable[c2patxt.Status]) -> list[str]:
    return [str(status.code) for status in statuses]


def _span(span: c2patxt.Span | None) -> list[int] | None:
    return None if span is None else [span.utf8_start, span.utf8_stop]


def verify(request: Request) -> object:
    verdict = c2patxt.verify(_text(request["text"]), context=_verify_context(request))
    return {
        "state": str(verdict.state),
        "success": _codes(verdict.success),
        "informational": _codes(verdict.informational),
        "failure": _codes(verdict.failure),
        "explanations": [status.explanation for status in verdict.failure if status.explanation],
        "span": _span(verdict.span),
    }


def embed(request: Request) -> object:
    text = c2patxt.embed(
        _text(request["text"]), _signer(request), _disclosure(request), context=_embed_context(request)
    )
    return {"text": _encoded(text)}


def extract(request: Request) -> object:
    store = c2patxt.extract(_text(request["text"]))
    if store is None:
        return None
    return {
        "manifest_label": store.manifest_label,
        "assertion_labels": list(store.assertions),
        "claim": _encoded(store.claim_bytes),
        "signature": _encoded(store.signature),
        "raw": _encoded(store.raw),
    }


def locate(request: Request) -> object:
    return _span(c2patxt.locate(_text(request["text"])))


def strip(request: Request) -> object:
    return {"text": _encoded(c2patxt.strip(_text(request["text"])))}


def bench(request: Request) -> object:
    """Seconds of each of ``repeat`` calls, after ``warmup`` calls that are not counted.

    What a long-running program sets up once (keys, anchors) is outside the clock.
    """
    call = _bench_call(request)
    for _ in range(request.get("warmup", 3)):
        call()
    seconds = []
    for _ in range(request["repeat"]):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return seconds


def _bench_call(request: Request) -> Callable[[], object]:
    text, what = _text(request["text"]), request["what"]
    if what == "verify":
        verify_context = _verify_context(request)
        return lambda: c2patxt.verify(text, context=verify_context)
    if what == "embed":
        signer, disclosure, embed_context = _signer(request), _disclosure(request), _embed_context(request)
        return lambda: c2patxt.embed(text, signer, disclosure, context=embed_context)
    if what == "extract":
        return lambda: c2patxt.extract(text)
    if what == "locate":
        return lambda: c2patxt.locate(text)
    raise ValueError(f"nothing to measure under the name {what!r}")


def about(_request: Request) -> object:
    return {"name": "c2patxt", "version": c2patxt.__version__}


OPS: dict[str, Callable[[Request], object]] = {
    op.__name__: op for op in (about, verify, embed, extract, locate, strip, bench)
}


def answer(line: str) -> dict[str, object]:
    try:
        request = json.loads(line)
        return {"ok": True, "result": OPS[request["op"]](request)}
    except Exception as error:  # noqa: BLE001 - whatever the peer raises is a finding for the caller
        code = getattr(error, "code", None)
        return {
            "ok": False,
            "error": {
                "type": type(error).__name__,
                "message": str(error),
                "code": None if code is None else str(code),
            },
        }


def main() -> None:
    # What the peer might print must not get between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        answers.write(json.dumps(answer(line)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
