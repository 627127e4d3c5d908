"""Keys in a token: SoftHSM, when it is there."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from provkit import ConfigurationError
from provkit.signers import pkcs11
from provkit.signers.development import make_development_identity
from provkit.signers.files import write_development_identity
from support import programs

MODULES: Final = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN: Final = "246802"


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("token=a", "begins with"),
        ("pkcs11:token=a;object=b", "names a module"),
        ("pkcs11:object=b?module-path=/lib", "names a module"),
        ("pkcs11:token=a?module-path=/lib", "names a module"),
        ("pkcs11:token=a;object=b?module-path=/lib&pin-value=1234", "PIN"),
        ("pkcs11:token=a;object=b?module-path=/lib&pin-source=/f", "PIN"),
        ("pkcs11:token=a;object=b;serial=1?module-path=/lib", "serial"),
    ],
)
def test_addresses_that_name_no_key(uri: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        pkcs11.parse(uri)
    assert "1234" not in str(caught.value)


def test_an_address() -> None:
    found = pkcs11.parse("pkcs11:token=news%20room;object=a%3Bb;id=%01%ff?module-path=/usr/lib/a.so")
    assert found == pkcs11.KeyAddress("/usr/lib/a.so", "news room", "a;b", b"\x01\xff")


def module() -> str:
    programs.program("softhsm2-util")
    return next(path for path in MODULES if Path(path).exists())


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a token that holds a key for each algorithm, its chain beside it."""
    folder = tmp_path_factory.mktemp("token")
    util = programs.program("softhsm2-util")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    environment = {**os.environ, "SOFTHSM2_CONF": str(folder / "conf")}

    def run(*words: str) -> None:
        subprocess.run([util, *words], env=environment, check=True, capture_output=True)

    run("--init-token", "--free", "--label", "news room", "--so-pin", PIN, "--pin", PIN)
    for number, algorithm in enumerate(("ES256", "ES384", "PS256", "PS384", "Ed25519"), 1):
        made = make_development_identity(algorithm=algorithm, now=datetime.now(UTC))
        write_development_identity(folder / algorithm, made)
        key = folder / algorithm / "key.pem"
        run(
            "--import",
            str(key),
            "--token",
            "news room",
            "--label",
            algorithm,
            "--id",
            f"{number:02x}",
            "--pin",
            PIN,
        )
        key.unlink()
    return folder


def provkit(token: Path, *words: str, pin: str = PIN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "provkit_cli", *words],
        env={**os.environ, "SOFTHSM2_CONF": str(token / "conf"), "TOKEN_PIN": pin},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "PS256", "PS384", "Ed25519"])
def test_a_token_signs(token: Path, tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "a.txt").write_text("An essay.\n")
    key = f"pkcs11:token=news%20room;object={algorithm}?module-path={module()}"
    chain = str(token / algorithm / "chain.pem")
    done = provkit(
        token, "sign", str(tmp_path / "a.txt"), "--origin", "human", "--cert", chain, "--key", key,
        "--algorithm", algorithm, "--password-env", "TOKEN_PIN", "--out", str(tmp_path / "b.txt"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert PIN not in done.stdout + done.stderr
    root = str(token / algorithm / "root.pem")
    assert provkit(token, "verify", str(tmp_path / "b.txt"), "--trust", root, "-q").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "pin", "said"),
    [
        ("pkcs11:token=news%20room;object=ES256?module-path={}", "111111", "PinIncorrect"),
        ("pkcs11:token=news%20room;object=none?module-path={}", PIN, "NoSuchKey"),
        ("pkcs11:token=other;object=ES256?module-path={}", PIN, "NoSuchToken"),
        ("pkcs11:token=news%20room;object=ES256?module-path=/nowhere.so", PIN, "cannot be loaded"),
    ],
)
def test_what_a_token_refuses(token: Path, tmp_path: Path, key: str, pin: str, said: str) -> None:
    (tmp_path / "a.txt").write_text("An essay.\n")
    done = provkit(
        token, "sign", str(tmp_path / "a.txt"), "--origin", "human", "--cert", str(token / "ES256" / "chain.pem"),
        "--key", key.format(module()), "--password-env", "TOKEN_PIN", "--out", str(tmp_path / "b.txt"), pin=pin,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
    assert pin not in done.stderr
    assert not (tmp_path / "b.txt").exists()


@pytest.mark.slow
def test_the_key_cannot_be_taken_out_of_the_process(token: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pkcs11 import Attribute, exceptions\n"
        "from provkit.signers.pkcs11 import TokenSigner\n"
        "signer = TokenSigner.load(sys.argv[1], Path(sys.argv[2]).read_bytes(), pin=sys.argv[3])\n"
        "key = signer._key\n"
        "assert key[Attribute.SENSITIVE] and not key[Attribute.EXTRACTABLE]\n"
        "try:\n    key[Attribute.VALUE]\nexcept exceptions.AttributeSensitive:\n    print('kept')\n"
        "assert sys.argv[3] not in repr(signer)\n"
    )
    key = f"pkcs11:token=news%20room;id=%01?module-path={module()}"
    done = subprocess.run(
        [sys.executable, "-c", script, key, str(token / "ES256" / "chain.pem"), PIN],
        env={**os.environ, "SOFTHSM2_CONF": str(token / "conf")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "kept\n", done.stderr
