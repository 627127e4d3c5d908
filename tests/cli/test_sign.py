"""`provkit sign` and `provkit strip`: what is written, where, and what never is."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from support import containers

if TYPE_CHECKING:
    from pathlib import Path

    from cli.conftest import Cli

KEY = ("--cert", "dev/chain.pem", "--key", "dev/key.pem")
ROOT = ("--no-default-trust", "--trust", "dev/root.pem")


def verdict(cli: Cli, name: str) -> dict[str, Any]:
    result: dict[str, Any] = cli("verify", name, *ROOT, "--format", "jsonl").json()
    return result


@pytest.mark.parametrize("origin", ["human", "ai-assisted", "synthetic"])
def test_each_class(cli: Cli, origin: str) -> None:
    cli.write("a.txt", "Text\n")
    done = cli("sign", "a.txt", "--origin", origin, *KEY, "--out", "b.txt")
    assert (done.code, done.out) == (0, "")
    assert f"provkit: signed: a.txt as b.txt ({origin}, ES256)" in done.err
    assert "development identity" in done.err
    result = verdict(cli, "b.txt")
    assert (result["state"], result["origin"]["class"], result["signer"]["development"]) == (
        "trusted",
        origin,
        True,
    )
    assert (cli.folder / "a.txt").read_text() == "Text\n"


def test_everything_that_can_be_stated(cli: Cli) -> None:
    cli.write("a.txt", "Text\n")
    done = cli(
        "sign", "a.txt", "--origin", "synthetic", *KEY, "--out", "b.txt", "--model", "acme/writer",
        "--model-id", "pkg:huggingface/acme/writer", "--model-type", "c2pa.types.model.pytorch",
        "--oversight", "prompt_guided", "--source-type", "trainedAlgorithmicMedia",
        "--category", "model-generated-example", "--purpose", "support", "--limit", "not for training",
        "--verification", "method=review;by=Desk;when=2026-01-02T03:04:05Z;result=passed",
        "--training-mining", "ai-training=notAllowed", "--title", "Reply", "--no-time",
    )  # fmt: skip
    assert done.code == 0, done.err
    result = verdict(cli, "b.txt")
    assert (result["state"], result["title"], result["time"]) == ("trusted", "Reply", None)
    assertions = cli("inspect", "b.txt", "--crjson").json()["manifests"][0]["assertions"]
    assert assertions["c2pa.ai-disclosure"] == {
        "modelType": "c2pa.types.model.pytorch",
        "modelName": "acme/writer",
        "modelIdentifier": "pkg:huggingface/acme/writer",
        "contentProfile": {"humanOversightLevel": "prompt_guided"},
    }
    assert assertions["cawg.training-mining"]["entries"]["cawg.ai_training"] == {"use": "notAllowed"}
    record = assertions["org.provkit.origin"]
    assert (record["category"], record["purpose"], record["limits"]) == (
        "model-generated-example",
        "support",
        ["not for training"],
    )
    assert record["verification"][0]["result"] == "passed"


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--cert", "dev/chain.pem"),
        ("--cert", "missing.pem", "--key", "dev/key.pem"),
        ("--cert", "dev/chain.pem", "--key", "dev"),
        ("--cert", "dev/chain.pem", "--key", "dev/chain.pem"),
        ("--cert", "dev/root.pem", "--key", "dev/key.pem"),
        (*KEY, "--identity", "x"),
        ("--identity", "x"),
        (*KEY, "--algorithm", "PS256"),
        (*KEY, "--password-env", "NOT_SET_ANYWHERE"),
        (*KEY, "--model", "acme/writer"),
        (*KEY, "--source-type", "nonsense"),
        (*KEY, "--category", "nonsense"),
        (*KEY, "--verification", "by=me"),
        (*KEY, "--verification", "method=a;nonsense=b"),
        (*KEY, "--training-mining", "ai-training"),
        (*KEY, "--training-mining", "nonsense=allowed"),
        (*KEY, "--training-mining", "ai-training=maybe"),
    ],
)
def test_unusable_options_write_nothing(cli: Cli, options: tuple[str, ...]) -> None:
    cli.write("a.txt", "Text\n")
    done = cli("sign", "a.txt", "--origin", "human", "--out", "b.txt", *options)
    assert done.code == 2, done.err
    assert "provkit: error: " in done.err
    assert "provkit: hint: " in done.err
    assert "unexpected" not in done.err
    assert not (cli.folder / "b.txt").exists()


def test_a_source_type_that_does_not_fit_is_told_from_those_that_do(cli: Cli) -> None:
    cli.write("a.txt", "Text\n")
    sign = ("sign", "a.txt", "--in-place", *KEY)
    done = cli(*sign, "--origin", "synthetic", "--source-type", "digitalCapture")
    fit = "trainedAlgorithmicMedia, algorithmicMedia, trainedAlgorithmicData"
    assert f"hint: source types that stand for synthetic: {fit}\n" in done.err
    done = cli(*sign, "--origin", "human", "--source-type", "digitalCapture", "--model", "acme/writer")
    assert "source types" not in done.err


@pytest.mark.parametrize(
    "options",
    [(), ("--out", "b.txt", "--in-place"), ("--origin", "robot", "--in-place")],
)
def test_contradicting_options(cli: Cli, options: tuple[str, ...]) -> None:
    cli.write("a.txt", "Text\n")
    assert cli("sign", "a.txt", "--origin", "human", *KEY, *options).code == 2
    assert (cli.folder / "a.txt").read_text() == "Text\n"


def test_existing_file_is_kept_without_force(cli: Cli) -> None:
    cli.write("a.txt", "Text\n")
    cli.write("b.txt", "precious\n")
    command = ("sign", "a.txt", "--origin", "human", *KEY, "--out", "b.txt")
    done = cli(*command)
    assert (done.code, "add --force" in done.err) == (4, True)
    assert (cli.folder / "b.txt").read_text() == "precious\n"
    assert cli(*command, "--force").code == 0
    assert verdict(cli, "b.txt")["state"] == "trusted"


def test_in_place_keeps_the_mode_and_leaves_nothing_behind(cli: Cli) -> None:
    path = cli.write("a.txt", "Text\n")
    path.chmod(0o640)
    assert cli("sign", "a.txt", "--origin", "human", *KEY, "--in-place").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(path.name for path in cli.folder.iterdir()) == ["a.txt", "dev"]
    done = cli("sign", "a.txt", "--origin", "human", *KEY, "--in-place")
    assert (done.code, "provkit strip" in done.err) == (4, True)


def test_several_go_into_a_folder_and_one_bad_file_does_not_stop_the_others(cli: Cli) -> None:
    cli.write("in/a.txt", "A\n")
    cli.write("in/deep/b.txt", "B\n")
    cli.write("in/c.png", b"\x89PNG\r\n\x1a\n")
    done = cli("sign", "-r", "in", "--origin", "human", *KEY, "--out", "out")
    assert done.code == 4
    assert "c.png" in done.err
    assert verdict(cli, "out/a.txt")["state"] == verdict(cli, "out/deep/b.txt")["state"] == "trusted"
    assert not (cli.folder / "out" / "c.png").exists()


def test_two_results_for_one_name_are_refused_before_anything_is_written(cli: Cli) -> None:
    cli.write("x/a.txt", "A\n")
    cli.write("y/a.txt", "B\n")
    done = cli("sign", "x/a.txt", "y/a.txt", "--origin", "human", *KEY, "--out", "out")
    assert (done.code, "two files would become one" in done.err) == (2, True)
    assert not (cli.folder / "out").exists()


def test_standard_streams(cli: Cli) -> None:
    done = cli("sign", "-", "--origin", "human", *KEY, "--media", "text/plain", stdin=b"Text\n")
    assert done.code == 0
    assert done.raw.startswith(b"Text\n\xef\xbb\xbf")
    assert cli("verify", "-", "--media", "text/plain", *ROOT, stdin=done.raw).code == 0
    bare = cli("strip", "-", "--media", "text/plain", stdin=done.raw)
    assert (bare.code, bare.raw) == (0, b"Text\n")
    assert cli("sign", "-", "--origin", "human", *KEY, stdin=b"Text\n").code == 2


def test_normalising_and_hidden_characters_are_said(cli: Cli) -> None:
    cli.write("a.txt", "cafe\u0301 \u202eabc\n")
    done = cli("sign", "a.txt", "--origin", "human", *KEY, "--in-place")
    assert "put into Unicode NFC" in done.err
    assert "1 characters that readers do not see" in done.err


def test_type_comes_from_the_name_or_the_option(cli: Cli) -> None:
    cli.write("a.csv", "a,b\n")
    cli.write("a.md", "# A\n")
    assert cli("sign", "a.csv", "--origin", "human", *KEY, "--in-place").code == 0
    assert b"text/csv" in str(cli("inspect", "a.csv").out).encode()
    cli.write("b.md", "# A\n")
    assert cli("sign", "a.md", "--origin", "human", *KEY, "--in-place").code == 0
    assert (cli.folder / "a.md").read_bytes().endswith(b"-->\n# A\n")
    assert cli("sign", "b.md", "--origin", "human", *KEY, "--in-place", "--media", "text/plain").code == 0
    assert (cli.folder / "b.md").read_bytes().startswith(b"# A\n\xef\xbb\xbf")


def test_nothing_of_this_machine_goes_into_a_manifest(cli: Cli) -> None:
    data = cli.signed("secret-name.txt").read_bytes()
    store = cli("inspect", "secret-name.txt", "--crjson").out
    host = os.uname().nodename
    # A host of two letters would turn up in base64 by chance.
    for word in (str(cli.folder), "secret-name", *([host] if len(host) > 5 else ()), "dev/chain"):
        assert word not in store
        assert word.encode() not in data


def test_identity_of_the_configuration(cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(
        f'[identity.desk]\ncert = "../{cli.folder.name}/dev/chain.pem"\n'
        f'key = "../{cli.folder.name}/dev/key.pem"\nalgorithm = "ES384"\n'
    )
    cli.write("a.txt", "Text\n")
    command = ("sign", "a.txt", "--origin", "human", "--out", "b.txt", "--identity")
    done = cli(*command, "desk")
    assert done.code == 0, done.err
    assert verdict(cli, "b.txt")["signer"]["algorithm"] == "ES384"
    assert "it has: desk" in cli(*command, "other").err
    for text in (
        '[identity.desk]\ncert = "x"\n',
        "nonsense",
        '[identity.desk]\ncert="x"\nkey="y"\npassword="z"\n',
    ):
        config.write_text(text)
        done = cli(*command, "desk")
        assert (done.code, "config.toml" in done.err) == (2, True)


def test_encrypted_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives import serialization as form

    key = form.load_pem_private_key((cli.folder / "dev/key.pem").read_bytes(), None)
    cli.write(
        "locked.pem",
        key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"pw")),
    )
    cli.write("a.txt", "Text\n")
    command = (
        "sign",
        "a.txt",
        "--origin",
        "human",
        "--cert",
        "dev/chain.pem",
        "--key",
        "locked.pem",
        "--out",
        "b.txt",
    )
    monkeypatch.setenv("THE_PASSWORD", "pw")
    assert cli(*command).code == 2
    assert cli(*command, "--password-env", "THE_PASSWORD").code == 0
    assert verdict(cli, "b.txt")["state"] == "trusted"


def test_strip_gives_the_text_back(cli: Cli) -> None:
    path = cli.signed("a.txt")
    assert cli("strip", "a.txt", "--out", "b.txt").code == 0
    assert (cli.folder / "b.txt").read_text() == "Eleven herons.\n"
    assert cli("strip", "a.txt", "--in-place").code == 0
    assert path.read_text() == "Eleven herons.\n"
    assert "no credential" in cli("strip", "a.txt", "--in-place").err
    assert cli("strip", "missing.txt", "--in-place").code == 4


def test_what_has_no_history_is_named_and_the_others_are_signed(cli: Cli) -> None:
    cli.write("a.txt", "A\n")
    cli.signed("b.txt")
    sign = ("--origin", "human", *KEY, "--in-place")
    done = cli("sign", "a.txt", "b.txt", *sign, "--resign")
    assert (done.code, "no credential to keep as history: a.txt" in done.err) == (4, True)
    assert "signed: b.txt in place" in done.err
    # No file can be made from that: the others are not tried.
    parent = cli.write("parent.txt", "P\n").name
    cli.write("c.txt", "C\n")
    done = cli("sign", "a.txt", "c.txt", *sign, "--parent", parent)
    assert (done.code, done.err.count("no credential to keep as history: parent.txt")) == (2, 1)


def test_a_picture_keeps_no_history_of_a_text(cli: Cli) -> None:
    (cli.folder / "a.png").write_bytes(containers.picture("PNG"))
    cli.signed("b.txt")
    done = cli("sign", "a.png", "--origin", "human", *KEY, "--in-place", "--parent", "b.txt")
    assert done.code != 0
    assert "the history of text/plain cannot be kept in this kind of file" in done.err
    assert "give a parent that is an image" in done.err


@pytest.mark.slow
def test_strip_folders_in_processes(cli: Cli) -> None:
    for name in ("in/a.txt", "in/deep/b.txt"):
        cli.write(name, "")
        cli.signed(name)
    for number in range(3):
        cli.write(f"in/plain{number}.txt", "Plain\n")
    cli.write("in/.hidden.txt", "Hidden\n")
    (cli.folder / "in/empty.png").symlink_to("nowhere")
    one = cli("strip", "-r", "in", "--out", "one")
    two = cli("strip", "-r", "in", "--out", "two", "-j", "2")
    assert (one.code, two.code) == (0, 0)
    assert one.err.replace("one/", "two/") == two.err
    assert one.err.count("provkit: stripped: ") == 2
    assert one.err.endswith("note: there was no credential in 3 of 5 files\n")
    for name, text in (("a", "Eleven herons.\n"), ("deep/b", "Eleven herons.\n"), ("plain0", "Plain\n")):
        assert (cli.folder / f"two/{name}.txt").read_text() == text
    again = cli("strip", "in/a.txt", "missing.txt", "-r", "in/deep", "--in-place", "-j", "2", "-q")
    assert (again.code, "missing.txt" in again.err, again.err.count("\n")) == (4, True, 2)
    assert (cli.folder / "in/deep/b.txt").read_text() == "Eleven herons.\n"
    assert cli("strip", "in/a.txt", "--media", "text/plain", "--in-place").code == 2


@pytest.mark.slow
def test_killed_at_any_moment_the_file_is_the_old_one_or_the_whole_new_one(cli: Cli) -> None:
    path = cli.write("a.txt", "Eleven herons.\n" * 2000)
    original = path.read_bytes()
    command = [
        sys.executable,
        "-m",
        "provkit_cli",
        "sign",
        "a.txt",
        "--origin",
        "human",
        *KEY,
        "--in-place",
        "-q",
    ]
    start = time.monotonic()
    subprocess.run(command, check=True, cwd=cli.folder)
    whole = time.monotonic() - start
    seen = set()
    for step in range(24):
        path.write_bytes(original)
        with subprocess.Popen(command, cwd=cli.folder) as process:
            try:
                # Spread over the run, most of them late: that is where files are written.
                process.wait(timeout=whole * (0.4 + 0.7 * step / 23))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        data = path.read_bytes()
        if data != original:
            assert verdict(cli, "a.txt")["state"] == "trusted"
        seen.add(data == original)
    assert seen, "nothing was tried"


@pytest.mark.slow
@pytest.mark.parametrize("call", ["open", "write", "fsync", "rename"])
def test_killed_around_each_step_of_writing(cli: Cli, call: str) -> None:
    path = cli.write("a.txt", "Eleven herons.\n")
    program = f"""
import os, signal, sys
from provkit import files
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
real = {{"open": os.open, "fsync": os.fsync, "rename": os.replace}}
if {call!r} == "open":
    def opened(path, *rest):
        descriptor = real["open"](path, *rest)
        if ".tmp" in str(path): die()
        return descriptor
    os.open = opened
elif {call!r} == "write":
    original = files._keep_attributes
    files._keep_attributes = die
elif {call!r} == "fsync":
    os.fsync = die
else:
    os.replace = die
from provkit_cli.main import main
sys.exit(main({["sign", "a.txt", "--origin", "human", *KEY, "--in-place", "-q"]!r}))
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, cwd=cli.folder)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "Eleven herons.\n"
    assert cli("sign", "a.txt", "--origin", "human", *KEY, "--in-place").code == 0


def test_every_run_is_valid_json_and_says_where(cli: Cli) -> None:
    cli.signed("a.txt")
    document = json.loads(cli("inspect", "a.txt", "--crjson").out)
    manifest = document["manifests"][0]
    assert set(document) == {"@context", "jsonGenerator", "manifests"}
    assert {"label", "assertions", "claim.v2", "signature", "validationResults"} <= set(manifest)
    assert manifest["signature"]["algorithm"] == "es256"
