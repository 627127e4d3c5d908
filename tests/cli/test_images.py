"""Images on the command line: the same commands, the same answers as for text."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from cli.conftest import Cli

PAGE = Path(__file__).parents[2] / "docs" / "sign-media.md"
KEYS = ("--cert", "dev/chain.pem", "--key", "dev/key.pem")


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("WEBP", "a.webp")])
@pytest.mark.parametrize("origin", ["human", "ai-assisted", "synthetic"])
def test_sign_and_verify(cli: Cli, kind: str, name: str, origin: str) -> None:
    original = picture(kind)
    cli.write(name, original)
    assert cli("verify", name).code == 3
    done = cli("sign", name, "--origin", origin, *KEYS, "--in-place")
    assert done.code == 0, done.err
    result = cli("verify", name, "--trust", "dev/root.pem", "--format", "json").json()["results"][0]
    assert (result["state"], result["origin"]["class"]) == ("trusted", origin)
    assert (result["origin"]["attributed"], result["origin"]["complete"]) == (True, True)
    assert cli("verify", name).code == 1
    signed = (cli.folder / name).read_bytes()
    with Image.open(io.BytesIO(signed)) as after, Image.open(io.BytesIO(original)) as before:
        assert after.tobytes() == before.tobytes()
    cli.write(name, signed[:-30] + bytes([signed[-30] ^ 1]) + signed[-29:])
    assert cli("verify", name, "--trust", "dev/root.pem").code == 1


def test_history_and_strip(cli: Cli) -> None:
    original = picture("PNG")
    cli.write("a.png", original)
    assert cli("sign", "a.png", "--origin", "synthetic", *KEYS, "--in-place").code == 0
    refused = cli("sign", "a.png", "--origin", "human", *KEYS, "--in-place")
    assert (refused.code, "--resign" in refused.err) == (4, True)
    assert cli("sign", "a.png", "--origin", "human", *KEYS, "--in-place", "--resign").code == 0
    result = cli("verify", "a.png", "--trust", "dev/root.pem", "--format", "json").json()["results"][0]
    assert (result["state"], result["origin"]["class"]) == ("trusted", "synthetic")
    assert [ingredient["relationship"] for ingredient in result["ingredients"]] == ["parentOf"]
    assert "c2pa.opened" in cli("inspect", "a.png").out
    assert cli("strip", "a.png", "--out", "bare.png").code == 0
    assert (cli.folder / "bare.png").read_bytes() == original


def test_a_folder_of_both(cli: Cli) -> None:
    cli.write("mix/a.png", picture("PNG"))
    cli.write("mix/b.txt", "Text\n")
    assert cli("sign", "mix", "-r", "--origin", "human", *KEYS, "--in-place").code == 0
    done = cli("verify", "mix", "-r", "--trust", "dev/root.pem")
    assert done.code == 0
    assert "2 files: 2 trusted" in done.out


def test_a_cut_image_is_no_traceback_and_never_trusted(cli: Cli) -> None:
    cli.write("a.png", picture("PNG"))
    assert cli("sign", "a.png", "--origin", "human", *KEYS, "--in-place").code == 0
    signed = (cli.folder / "a.png").read_bytes()
    for percent in range(1, 100, 7):
        cli.write("cut.png", signed[: len(signed) * percent // 100])
        done = cli("verify", "cut.png", "--trust", "dev/root.pem")
        assert done.code in {1, 4}, percent
        assert "Traceback" not in done.err


def test_inspect_shows_the_chain(cli: Cli) -> None:
    cli.write("a.png", picture("PNG"))
    cli.write("b.jpg", picture("JPEG"))
    assert cli("sign", "a.png", "--origin", "synthetic", "--title", "Boat", *KEYS, "--in-place").code == 0
    assert cli("sign", "a.png", "--origin", "human", *KEYS, "--in-place", "--resign").code == 0
    assert cli("sign", "b.jpg", "--origin", "human", *KEYS, "--in-place", "--parent", "a.png").code == 0
    done = cli("inspect", "b.jpg", "--trust", "dev/root.pem")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("trusted")
    heads = [line for line in lines if line.lstrip("│├└─ ").startswith("manifest ")]
    assert [len(head) - len(head.lstrip()) for head in heads] == [0, 3, 6]
    assert done.out.count("made from (parentOf)") == 2
    assert "source type trainedAlgorithmicMedia (stands for synthetic)" in done.out
    plain = cli("inspect", "b.jpg", encoding="ascii")
    assert "`- made from (parentOf)" in plain.out
    document = cli("inspect", "b.jpg", "--trust", "dev/root.pem", "--format", "json").json()
    assert document["result"]["state"] == "trusted"
    chain = document["manifests"]
    assert [entry["number"] for entry in chain] == [1, 2, 3]
    assert [entry["ingredients"][0]["manifest"] for entry in chain[:2]] == [
        entry["label"] for entry in chain[1:]
    ]
    assert chain[2]["actions"][0]["class"] == "synthetic"
    assert {entry["signer"] for entry in chain} == {"provkit dev signer"}


def test_inspect_says_that_nobody_answers_for_a_broken_credential(cli: Cli) -> None:
    cli.write("a.jpg", picture("JPEG"))
    assert cli("sign", "a.jpg", "--origin", "human", *KEYS, "--in-place").code == 0
    signed = (cli.folder / "a.jpg").read_bytes()
    cli.write("a.jpg", signed[:-30] + bytes([signed[-30] ^ 1]) + signed[-29:])
    done = cli("inspect", "a.jpg", "--trust", "dev/root.pem")
    assert (done.code, done.out.startswith("invalid")) == (0, True)
    assert "nobody answers for it" in done.out


def test_the_recipes_of_the_page_run(cli: Cli) -> None:
    cli.write("boat.png", picture("PNG"))
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    ran = []
    for line in "".join(blocks).splitlines():
        program, *arguments = shlex.split(line)
        if program == "magick":  # any program that writes images will do
            source, _, _, target = arguments
            with Image.open(cli.folder / source) as image:
                image.resize((32, 24)).save(cli.folder / target)
        elif program == "provkit" and arguments[:2] != ["keys", "init"]:  # the folder has its identity
            done = cli(*arguments)
            assert done.code == 0, (line, done.err)
            ran.append(arguments[0])
    assert ran.count("sign") == 3
    result = cli("verify", "label.jpg", "--trust", "dev/root.pem", "--format", "json").json()["results"][0]
    assert (result["state"], result["origin"]["class"]) == ("trusted", "ai-assisted")
