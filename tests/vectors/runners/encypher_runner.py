"""encypher-c2pa, offline: ``python -m vectors.runners.encypher_runner``.  It has no list of what is distrusted."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import encypher_c2pa

from vectors.runners.protocol import Answer, Request, pem, serve

_STATES: Final = {"Trusted": "trusted", "Valid": "valid", "Invalid": "invalid", "None": "unsigned"}


def judge(request: Request) -> Answer:
    if request["distrust"] or request["laid_out"]:
        return "unsupported", []
    try:
        report = encypher_c2pa.verify(
            Path(request["file"]).read_bytes(),
            request["media_type"],
            manifest_store=request["manifest"] and Path(request["manifest"]).read_bytes(),
            trust_pem=pem(request["anchors"]) or None,
            tsa_trust_pem=pem(request["time"]) or None,
            allowed_list_pem=pem(request["allowed"]) or None,
            no_default_trust=True,
            telemetry=False,
            online=False,
            validation_time=request["at"],
        )
    except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
        return "unsupported" if "nsupported" in str(error) else "refused", []
    failure = {entry["code"] for entry in report["validation_results"]["failure"]}
    return _STATES[str(report["validation_state"])], sorted(failure)


if __name__ == "__main__":
    serve(judge)
