"""``provkit serve``: what it says before it serves; what it serves is in tests/unit/serve."""

from __future__ import annotations

import builtins
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provkit.serve.configuration import Configuration
from provkit.serve.keys import digest

if TYPE_CHECKING:
    from cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]


def test_a_new_key(cli: Cli) -> None:
    done = cli("serve", "--new-key")
    found = re.fullmatch(r"key:  (provkit_[\w-]{43})\nhash: (sha256:[0-9a-f]{64})\n", done.out)
    assert found is not None
    assert digest(found[1]) == found[2]
    assert done.code == 0
    assert cli("serve", "--new-key").out != done.out


@pytest.mark.parametrize("missing", ["uvicorn", "starlette", "pebble", "python_multipart"])
def test_without_the_extra(cli: Cli, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    found = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return found(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    done = cli("serve")
    assert done.code == 2
    assert f"a package that is not installed: {missing}" in done.err
    assert 'hint: install provkit with its extra "serve"' in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\nprot = 1\n", "server.prot"),
        ('[trust]\nanchors = ["none.pem"]\n', "none.pem"),
        ('[trust]\nidentities = ["no-people.pem"]\n', "no-people.pem"),
        (
            '[signing]\nledger = "/"\n[identity.a]\ncert = "c"\nkey = "k"\n[[key]]\nname = "a"\nhash = "x"\n',
            "key.0",
        ),
    ],
)
def test_a_configuration_that_cannot_be_used(cli: Cli, text: str, said: str) -> None:
    (cli.folder / "serve.toml").write_text(text, encoding="utf-8")
    done = cli("serve", "--config", "serve.toml")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_no_configuration(cli: Cli) -> None:
    done = cli("serve", "--config", "none.toml")
    assert (done.code, "no such file" in done.err) == (2, True)


def test_the_examples_for_deployment_are_configurations() -> None:
    written = tomllib.loads((ROOT / "deploy" / "serve.toml").read_text("utf-8"))
    found = Configuration.model_validate(written)
    assert found.server.host == "0.0.0.0"
