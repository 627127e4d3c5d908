"""A key behind a program."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import provkit
from provkit import ConfigurationError, CredentialError, Origin, State
from provkit.signers import identities, subprocess
from provkit.signers.development import make_development_identity
from provkit.signers.files import write_development_identity

SCRIPT = """import sys
from pathlib import Path
from provkit.signers import Signer
message = sys.stdin.buffer.read()
signer = Signer.from_files(sys.argv[1] + "/chain.pem", sys.argv[1] + "/key.pem")
sys.stdout.buffer.write(signer.sign(message))
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    made = make_development_identity(now=datetime.now(UTC))
    write_development_identity(tmp_path / "with space", made)
    (tmp_path / "sign.py").write_text(SCRIPT)
    return tmp_path


def test_a_program_signs(folder: Path) -> None:
    made = folder / "with space"
    command = f"exec:{sys.executable} {folder / 'sign.py'} '{made}'"
    signer = identities.load(identities.of(str(made / "chain.pem"), command, None, None))
    signed = provkit.sign(b"An essay.\n", Origin.human(), signer)
    trust = provkit.TrustStore.empty().with_anchors((made / "root.pem").read_bytes(), name="root")
    assert provkit.verify(signed, trust=trust).state is State.TRUSTED


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("exec:/nowhere/program", "cannot be started"),
        (f"exec:{sys.executable} -c 'import sys; sys.exit(\"secret\")'", "exit code 1"),
        (f"exec:{sys.executable} -c 'print(1)'", "no ES256 signature"),
        (f"exec:{sys.executable} -c 'while True: print(1)'", "more than 65536 bytes"),
    ],
)
def test_what_goes_wrong(folder: Path, command: str, said: str) -> None:
    signer = subprocess.load(command, (folder / "with space" / "chain.pem").read_bytes())
    with pytest.raises(CredentialError, match=said) as caught:
        signer.sign(b"message")
    assert "secret" not in str(caught.value)


def test_a_program_that_does_not_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves a child behind that holds its output open."""
    monkeypatch.setattr(subprocess, "_PATIENCE", 0.3)
    waits = 'import subprocess, sys; subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3)"])'
    signer = subprocess.load(
        f"exec:{sys.executable} -c '{waits}'", (folder / "with space" / "chain.pem").read_bytes()
    )
    with pytest.raises(CredentialError, match="did not answer within"):
        signer.sign(b"message")


@pytest.mark.parametrize("command", ["exec:", "exec:'", "exec:  "])
def test_no_program(folder: Path, command: str) -> None:
    with pytest.raises(ConfigurationError):
        subprocess.load(command, (folder / "with space" / "chain.pem").read_bytes())


def test_paths_of_keys_elsewhere_stay_as_they_are() -> None:
    identity = identities.of("chain.pem", "exec:sign --now", None, None).below(Path("/rules"))
    assert (identity.cert, identity.key) == ("/rules/chain.pem", "exec:sign --now")
    assert identities.of("chain.pem", "key.pem", None, None).below(Path("/rules")).key == "/rules/key.pem"
