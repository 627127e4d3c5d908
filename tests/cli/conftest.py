"""Running the command line inside the test process, and an identity to sign with."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from provkit.signers.development import DevelopmentIdentity, make_development_identity
from provkit.signers.files import write_development_identity
from provkit_cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

KEY = ("--cert", "dev/chain.pem", "--key", "dev/key.pem")
ROOT = ("--no-default-trust", "--trust", "dev/root.pem")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str
    raw: bytes

    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.out)
        return value


class Cli:
    """`cli("verify", "a.txt")` in a folder of its own, with `dev/` in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, stdin: bytes = b"", encoding: str = "utf-8") -> Done:
        out, err = io.BytesIO(), io.BytesIO()
        saved = sys.stdin, sys.stdout, sys.stderr
        streams = (
            io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"),
            io.TextIOWrapper(out, encoding=encoding),
            io.TextIOWrapper(err, encoding=encoding),
        )
        sys.stdin, sys.stdout, sys.stderr = streams
        try:
            code = main(arguments)
            for stream in streams[1:]:
                stream.flush()
        finally:
            sys.stdin, sys.stdout, sys.stderr = saved
        raw = out.getvalue()
        return Done(int(code), raw.decode(encoding, "replace"), err.getvalue().decode(encoding), raw)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def signed(
        self, name: str, content: str = "Eleven herons.\n", *options: str, origin: str = "human"
    ) -> Path:
        path = self.write(name, content)
        done = self("sign", name, "--origin", origin, *KEY, "--in-place", "-q", *options)
        assert done.code == 0, done.err
        return path


@pytest.fixture(scope="session")
def identity() -> DevelopmentIdentity:
    return make_development_identity(now=datetime.now(UTC))


@pytest.fixture
def cli(tmp_path: Path, identity: DevelopmentIdentity, monkeypatch: pytest.MonkeyPatch) -> Cli:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PROVKIT_CONFIG", str(tmp_path / "config" / "config.toml"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    write_development_identity(folder / "dev", identity)
    return Cli(folder)
