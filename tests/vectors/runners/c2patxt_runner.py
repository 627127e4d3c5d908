"""c2patxt, which reads text alone: ``python -m vectors.runners.c2patxt_runner`` in the environment of the peers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import c2patxt

from interop.peers.c2patxt_worker import DirectChain
from vectors.runners.protocol import Answer, Request, pem, serve


def judge(request: Request) -> Answer:
    foreign = request["distrust"] or request["allowed"] or request["time"] or request["manifest"]
    if request["media_type"] != "text/plain" or foreign or request["laid_out"]:
        return "unsupported", []
    try:
        context = c2patxt.VerifyContext(
            anchors_pem=pem(request["anchors"]).encode() or None,
            now=datetime.fromisoformat(request["at"]),
            trust_evaluator=DirectChain(),
        )
        verdict = c2patxt.verify(Path(request["file"]).read_bytes().decode(), context=context)
    except Exception:  # noqa: BLE001 - whatever it raises is its answer
        return "refused", []
    state = str(verdict.state)
    return "unsigned" if state == "unmarked" else state, sorted({str(one.code) for one in verdict.failure})


if __name__ == "__main__":
    serve(judge)
