"""``verify --cross-check``: a second engine on the same files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from cli.conftest import Cli

KEYS = ("--cert", "dev/chain.pem", "--key", "dev/key.pem")
TRUST = ("--trust", "dev/root.pem")


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((32, 24)).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


def remarks(cli: Cli, *arguments: str) -> tuple[int, list[list[str]]]:
    done = cli("verify", *arguments, *TRUST, "--cross-check", "--format", "json")
    results = done.json()["results"]
    return done.code, [
        [one.removeprefix("cross-check: ") for one in result["warnings"] if one.startswith("cross-check: ")]
        for result in results
    ]


def test_two_engines_agree(cli: Cli) -> None:
    for name, kind in (("a.png", "PNG"), ("b.jpg", "JPEG")):
        cli.write(name, picture(kind))
        assert cli("sign", name, "--origin", "human", *KEYS, "--in-place").code == 0
    code, said = remarks(cli, "a.png", "b.jpg")
    assert code == 0
    assert said == [["our own engine says trusted too, and finds the same failures"]] * 2
    signed = (cli.folder / "a.png").read_bytes()
    cli.write("a.png", signed[:-30] + bytes([signed[-30] ^ 1]) + signed[-29:])
    code, said = remarks(cli, "a.png")
    assert (code, said) == (1, [["our own engine says invalid too, and finds the same failures"]])
    text = cli("verify", "a.png", *TRUST, "--cross-check").out
    assert "our own engine says invalid too" in text
    assert "cross-check" not in cli("verify", "a.png", *TRUST).out


def test_nothing_to_compare(cli: Cli) -> None:
    cli.write("a.txt", b"A text.\n")
    cli.write("bare.png", picture("PNG"))
    assert cli("sign", "a.txt", "--origin", "human", *KEYS, "--in-place").code == 0
    _, said = remarks(cli, "a.txt", "bare.png")
    assert said == [
        ["nothing to compare: this format has one engine, which is our own"],
        ["nothing to compare: no credential"],
    ]


def test_not_from_the_web(cli: Cli) -> None:
    cli.write("bare.png", picture("PNG"))
    done = cli("verify", "bare.png", "--cross-check", "--online")
    assert done.code == 2
    assert "--online" in done.err
