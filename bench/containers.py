"""Images: provkit beside the bare reference engine and encypher-c2pa."""

from __future__ import annotations

import io
import os
import random
import sys
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import c2pa
import encypher_c2pa
from PIL import Image

import provkit
from bench.measure import Row, at_once, process, seconds, side_by_side
from bench.text import text_of
from provkit.signers.development import DevelopmentIdentity, make_development_identity

if TYPE_CHECKING:
    from collections.abc import Callable

REPEAT = 12
FILES = 2_000
_NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"
EKUS = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"


def _noise(kind: str, width: int, height: int, **options: Any) -> bytes:
    pixels = random.Random(1).randbytes(width * height * 3)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def pictures() -> dict[str, tuple[str, bytes]]:
    """A JPEG of about 1 MB, a PNG of about 100 KB, and an SVG."""
    shapes = "".join(f'<circle cx="{n % 97}" cy="{n % 89}" r="{n % 7}"/>' for n in range(500))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{shapes}</svg>'
    return {
        "1 MB JPEG": ("image/jpeg", _noise("JPEG", 1200, 950, quality=90)),
        "100 KB PNG": ("image/png", _noise("PNG", 180, 185)),
        "SVG": ("image/svg+xml", svg.encode()),
    }


def prepared() -> tuple[DevelopmentIdentity, provkit.Signer, provkit.TrustStore, str, c2pa.Context]:
    """A development identity, its signer, and what trusts it: our store, PEM, the reference engine's context."""
    identity = make_development_identity(algorithm="ES256", now=datetime.now(UTC))
    signer = provkit.Signer.from_pem(identity.chain_pem, identity.key_pem)
    trust = provkit.TrustStore.empty().with_anchors(identity.root_pem, name="bench")
    root = identity.root_pem.decode()
    context = c2pa.Context.from_dict(
        {
            "trust": {"trust_anchors": root, "trust_config": EKUS},
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "core": {"decode_identity_assertions": False, "allowed_network_hosts": []},
        }
    )
    return identity, signer, trust, root, context


def rows() -> list[Row]:
    """All measurements of this module."""
    identity, signer, trust, root, context = prepared()
    origin = provkit.Origin.human()
    found: list[Row] = []
    for name, (media_type, data) in pictures().items():
        signed = provkit.sign(data, origin, signer)
        if provkit.verify(signed, trust=trust).state is not provkit.State.TRUSTED:
            raise AssertionError(f"the bench picture {name} does not verify")
        found.append(_verify(f"verify {name}", media_type, signed, trust, root, context))
        found.append(_verify(f"verify {name}, unsigned", media_type, data, trust, root, context))
        sign = {"provkit": _timed(partial(provkit.sign, data, origin, signer))}
        found.append(Row(f"sign {name}", "µs", _micro(side_by_side(sign, REPEAT // 2)), base="provkit"))
    found.append(_folder(identity.chain_pem, identity.key_pem, identity.root_pem))
    return found


def _verify(
    job: str, media_type: str, data: bytes, trust: provkit.TrustStore, root: str, context: Any
) -> Row:
    def bare() -> object:
        reader = c2pa.Reader.try_create(media_type, io.BytesIO(data), context=context)
        if reader is None:
            return None
        with reader:
            return reader.json()

    jobs = {
        "engine": _timed(bare),
        "provkit": _timed(lambda: provkit.verify(data, trust=trust)),
        "encypher-c2pa": _timed(
            lambda: encypher_c2pa.verify(
                data, media_type, trust_pem=root, no_default_trust=True, telemetry=False, online=False
            )
        ),
    }
    return Row(job, "µs", _micro(side_by_side(jobs, REPEAT)), base="engine")


def _folder(chain: bytes, key: bytes, root: bytes) -> Row:
    """Two thousand mixed files, half of them signed, with one worker and two."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "root.pem").write_bytes(root)
        signer = provkit.Signer.from_pem(chain, key)
        samples = [("txt", text_of(2_000)), ("png", pictures()["100 KB PNG"][1])]
        ready = [(end, data, provkit.sign(data, provkit.Origin.human(), signer)) for end, data in samples]
        halves = [folder / "files" / "a", folder / "files" / "b"]
        for half in halves:
            half.mkdir(parents=True)
        for number in range(FILES):
            end, data, signed = ready[number % len(ready)]
            half = halves[number // 4 % 2]
            (half / f"{number}.{end}").write_bytes(signed if number % 4 < 2 else data)
        verify = [sys.executable, "-m", "provkit_cli", "verify", "-q"]
        trust = ["--trust", str(folder / "root.pem"), "-r"]
        cli = [*verify, str(folder / "files")]
        row = Row(f"verify {FILES} mixed files, seconds", "s", base="1 worker")
        # As installed: without its byte code, every process compiles provkit again.
        environment = {name: value for name, value in os.environ.items() if name != _NO_BYTE_CODE}
        process([*cli, *trust], 1, env=environment)
        for workers in (1, 2):
            wall, _ = process([*cli, *trust, "-j", str(workers)], 3, env=environment)
            row.values[f"{workers} worker" + "s" * (workers > 1)] = wall
        row.values["2 apart, half each"] = at_once(
            [[*verify, *trust, str(half)] for half in halves], env=environment
        )
        return row


def _timed(call: Callable[[], object]) -> Callable[[int], list[float]]:
    return lambda n: seconds(call, n)


def _micro(values: dict[str, float]) -> dict[str, float]:
    return {name: value * 1e6 for name, value in values.items()}
