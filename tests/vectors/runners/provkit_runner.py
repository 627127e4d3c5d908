"""provkit, as one implementation among others: ``python -m vectors.runners.provkit_runner``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import provkit
from provkit import ProvkitError, Purpose, TrustStore
from provkit.assets import verify_file
from vectors.runners.protocol import Answer, Request, serve


def judge(request: Request) -> Answer:
    try:
        trust = TrustStore.empty()
        for path in request["anchors"]:
            trust = trust.with_anchors(Path(path).read_bytes(), name=path)
        for path in request["time"]:
            trust = trust.with_anchors(Path(path).read_bytes(), name=path, purpose=Purpose.TIME_STAMPING)
        for path in request["allowed"]:
            trust = trust.with_allowed(Path(path).read_bytes(), name=path)
        for path in request["distrust"]:
            trust = trust.with_distrust(Path(path).read_bytes(), name=path)
        at = datetime.fromisoformat(request["at"])
        if request["laid_out"]:
            verdict = verify_file(request["file"], trust=trust, at=at)
        else:
            beside = request["manifest"] and Path(request["manifest"]).read_bytes()
            data = Path(request["file"]).read_bytes()
            verdict = provkit.verify(data, trust=trust, at=at, manifest=beside)
    except ProvkitError as error:
        return "unsupported" if error.kind == "unsupported" else "refused", []
    return str(verdict.state), sorted({str(status.code) for status in verdict.statuses.failure})


if __name__ == "__main__":
    serve(judge)
