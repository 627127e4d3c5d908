"""Images on the command line: the same commands, the same answers as for text."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from cli.conftest import Cli

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
