"""Other implementations that cannot live in our environment, driven from ours.

``C2paTxt`` keeps one process of ``.venv-peers`` open and speaks JSON lines with
``tests/interop/peers/c2patxt_worker.py``::

    with C2paTxt() as peer:
        verdict = peer.verify(text, anchors_pem=anchors)

Neither thread-safe nor fork-safe: one object per process.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
WORKER = ROOT / "tests" / "interop" / "peers" / "c2patxt_worker.py"
MISSING = "the environment of other implementations is absent; `make test` and `make bench` make it"


class PeersMissingError(Exception):
    """``.venv-peers`` is not there."""


class PeerError(Exception):
    """The peer raised, or its process ended."""

    def __init__(self, type_: str, message: str, code: str | None = None) -> None:
        super().__init__(f"{type_}: {message}")
        self.type = type_
        self.code = code


@dataclass(frozen=True, slots=True)
class PeerVerdict:
    """What c2patxt says about a text."""

    state: str
    """``trusted``, ``valid``, ``invalid`` or ``unmarked``."""
    success: tuple[str, ...]
    """Status codes."""
    informational: tuple[str, ...]
    """Status codes."""
    failure: tuple[str, ...]
    """Status codes."""
    explanations: tuple[str, ...]
    """Its own words on the failures, for the message of a failing test."""
    span: tuple[int, int] | None
    """Byte range of the wrapper in the UTF-8 text."""


@dataclass(frozen=True, slots=True)
class PeerStore:
    """What c2patxt takes out of a text."""

    manifest_label: str
    """URN of the active manifest."""
    assertion_labels: tuple[str, ...]
    """In the order of the assertion store."""
    claim: bytes
    """CBOR of the claim."""
    signature: bytes
    """COSE_Sign1 of the claim signature box."""
    raw: bytes
    """The whole manifest store."""


@dataclass(frozen=True, slots=True)
class Signing:
    """What c2patxt signs with and states.  It writes Ed25519 only."""

    chain_pem: bytes
    """Leaf first, without the anchor."""
    key_pem: bytes
    """Unencrypted PKCS #8."""
    model_type: str = "c2pa.types.model"
    """``modelType`` of the AI disclosure."""
    model_name: str | None = None
    """``modelName`` of the AI disclosure."""
    model_identifier: str | None = None
    """``modelIdentifier`` of the AI disclosure."""
    media_type: str = "text/plain"
    """``dc:format``."""
    when: datetime | None = None
    """Stated time of creation; None is now."""
    manifest_uuid: str | None = None
    """UUID of the manifest; None is a new one."""
    instance_id: str | None = None
    """``instanceID`` of the claim; None is a new one."""

    def fields(self) -> dict[str, object]:
        """The fields of a request, those left out that c2patxt fills itself."""
        given: dict[str, object] = {
            "chain_pem": _encoded(self.chain_pem),
            "key_pem": _encoded(self.key_pem),
            "model_type": self.model_type,
            "model_name": self.model_name,
            "model_identifier": self.model_identifier,
            "media_type": self.media_type,
            "when": None if self.when is None else self.when.isoformat(),
            "manifest_uuid": self.manifest_uuid,
            "instance_id": self.instance_id,
        }
        return {name: value for name, value in given.items() if value is not None}


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _trust(anchors_pem: bytes | None, now: datetime | None) -> dict[str, object]:
    return {
        "anchors_pem": None if anchors_pem is None else _encoded(anchors_pem),
        "now": None if now is None else now.isoformat(),
    }


class C2paTxt:
    """One open process of c2patxt.

    Raises:
        PeersMissingError: there is no ``.venv-peers``.
    """

    def __init__(self) -> None:
        if not PYTHON.exists():
            raise PeersMissingError(MISSING)
        self._process = subprocess.Popen(
            [str(PYTHON), "-I", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="ascii",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process: it stops when its input does."""
        # Popen's own exit: closes the pipes and waits.
        with self._process:
            pass

    @property
    def version(self) -> str:
        """Release of the installed c2patxt."""
        return str(self._ask("about")["version"])

    def verify(
        self, text: str, *, anchors_pem: bytes | None = None, now: datetime | None = None
    ) -> PeerVerdict:
        """Judge a text, at ``now`` if given, against the anchors if given."""
        found = self._ask("verify", text, _trust(anchors_pem, now))
        return PeerVerdict(
            state=found["state"],
            success=tuple(found["success"]),
            informational=tuple(found["informational"]),
            failure=tuple(found["failure"]),
            explanations=tuple(found["explanations"]),
            span=_pair(found["span"]),
        )

    def embed(self, text: str, signing: Signing) -> str:
        """The text, signed by c2patxt as made by a model."""
        return self._decoded(self._ask("embed", text, signing.fields())["text"]).decode()

    def extract(self, text: str) -> PeerStore | None:
        """The manifest store in a text; None when there is none."""
        found = self._ask("extract", text)
        if found is None:
            return None
        return PeerStore(
            manifest_label=found["manifest_label"],
            assertion_labels=tuple(found["assertion_labels"]),
            claim=self._decoded(found["claim"]),
            signature=self._decoded(found["signature"]),
            raw=self._decoded(found["raw"]),
        )

    def locate(self, text: str) -> tuple[int, int] | None:
        """First and last byte (exclusive) of the wrapper in the UTF-8 text."""
        return _pair(self._ask("locate", text))

    def strip(self, text: str) -> str:
        """The text without its wrapper."""
        return self._decoded(self._ask("strip", text)["text"]).decode()

    def time_verify(
        self, text: str, repeat: int, *, anchors_pem: bytes | None = None, now: datetime | None = None
    ) -> list[float]:
        """Seconds of each call, measured inside the peer's process."""
        return self._time("verify", text, repeat, _trust(anchors_pem, now))

    def time_embed(self, text: str, repeat: int, signing: Signing) -> list[float]:
        """Seconds of each call, measured inside the peer's process."""
        return self._time("embed", text, repeat, signing.fields())

    def time_extract(self, text: str, repeat: int) -> list[float]:
        """Seconds of each call, measured inside the peer's process."""
        return self._time("extract", text, repeat, {})

    def _time(self, what: str, text: str, repeat: int, fields: Mapping[str, object]) -> list[float]:
        seconds = self._ask("bench", text, {**fields, "what": what, "repeat": repeat})
        return [float(value) for value in seconds]

    @staticmethod
    def _decoded(value: str) -> bytes:
        return base64.b64decode(value, validate=True)

    def _ask(self, op: str, text: str = "", fields: Mapping[str, object] | None = None) -> Any:
        request = {"op": op, "text": _encoded(text.encode("utf-8")), **(fields or {})}
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise PeerError("BrokenPipeError", "the process was started without pipes")
        try:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
            line = stdout.readline()
        except (BrokenPipeError, ValueError) as error:
            raise PeerError(type(error).__name__, "the process has ended") from error
        if not line:
            raise PeerError("EOFError", f"the process ended with {self._process.wait()}")
        answer = json.loads(line)
        if not answer["ok"]:
            raise PeerError(answer["error"]["type"], answer["error"]["message"], answer["error"]["code"])
        return answer["result"]


def _pair(found: list[int] | None) -> tuple[int, int] | None:
    return None if found is None else (found[0], found[1])


def c2patxt_or_skip() -> C2paTxt:
    """A started peer; without ``.venv-peers`` the test is skipped, or fails under ``make test``."""
    # pytest here, not above: the benchmarks use this module too.
    import pytest

    try:
        return C2paTxt()
    except PeersMissingError as error:
        if os.environ.get("PROVKIT_REQUIRE_PEERS"):
            pytest.fail(str(error))
        pytest.skip(str(error))
