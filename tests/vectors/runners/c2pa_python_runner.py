"""The reference engine through c2pa-python, offline: ``python -m vectors.runners.c2pa_python_runner``.

It has no clock to set, and no lists of its own for time stamps or distrust.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Final

import c2pa

from vectors.runners.protocol import Answer, Request, pem, serve

_PURPOSES: Final = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
_STATES: Final = {"Trusted": "trusted", "Valid": "valid", "Invalid": "invalid"}
_USUAL: Final = 2026
"""Year that vectors are judged in where time does not matter: their certificates hold until 2046."""
_FOREIGN: Final = ("NotSupported", "UnsupportedType", "unsupported type")


def judge(request: Request) -> Answer:
    if request["distrust"] or request["laid_out"]:
        return "unsupported", []
    if datetime.fromisoformat(request["at"]).year != _USUAL:
        return "unsupported", []
    settings = {
        "trust": {
            "trust_anchors": pem([*request["anchors"], *request["time"]]),
            "allowed_list": pem(request["allowed"]),
            "trust_config": _PURPOSES,
        },
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
        "core": {"allowed_network_hosts": []},
    }
    try:
        with c2pa.Context.from_dict(settings) as context, Path(request["file"]).open("rb") as file:
            beside = request["manifest"] and Path(request["manifest"]).read_bytes()
            reader = c2pa.Reader.try_create(
                request["media_type"], file, manifest_data=beside, context=context
            )
            if reader is None:
                return "unsigned", []
            with reader:
                report = json.loads(reader.json())
    except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
        said = f"{type(error).__name__}: {error}"
        return "unsupported" if any(word in said for word in _FOREIGN) else "refused", []
    failure = {entry["code"] for entry in report.get("validation_status") or ()}
    return _STATES[report["validation_state"]], sorted(failure)


if __name__ == "__main__":
    serve(judge)
