"""What an operator writes: defaults, paths, and what is refused with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provkit import ConfigurationError, FileAccessError
from provkit.serve.configuration import Configuration, load
from unit.serve.running import CONFIGURATION

if TYPE_CHECKING:
    from pathlib import Path

HASH = "sha256:" + "0" * 64


def written(folder: Path, text: str) -> Configuration:
    path = folder / "serve.toml"
    path.write_text(text, encoding="utf-8")
    return load(str(path))


def test_nothing_has_to_be_said(tmp_path: Path) -> None:
    found = written(tmp_path, "")
    assert found == Configuration()
    assert (found.server.host, found.urls.enabled, found.key) == ("127.0.0.1", False, ())


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    found = written(tmp_path, CONFIGURATION)
    assert found.trust.anchors == (str(tmp_path / "dev/root.pem"),)
    assert found.identity["house"].key == str(tmp_path / "dev/key.pem")
    assert found.signing.ledger == str(tmp_path / "ledger.sqlite")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = ", "not TOML"),
        ("[server]\nprot = 1", "server.prot"),
        ("[limits]\nworkers = 0", "limits.workers"),
        (f'[[key]]\nname="a"\nhash="{HASH}"\norigins=["human"]\nidentities=["x"]', "identity 'x'; there are: none"),
        ('[[key]]\nname="a"\nhash="secret"\norigins=["human"]\nidentities=["x"]', "key.0.hash"),
        ('[[key]]\nname="a b"\nhash="x"\norigins=["human"]\nidentities=["x"]', "key.0.name"),
        (
            '[identity.x]\ncert="c"\nkey="k"\n'
            + f'[[key]]\nname="a"\nhash="{HASH}"\norigins=["human"]\nidentities=["x"]\n' * 2,
            "the same name",
        ),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as met:
        written(tmp_path, text)
    assert said in met.value.message
    assert "secret" not in met.value.message


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError):
        load(str(tmp_path / "none.toml"))
