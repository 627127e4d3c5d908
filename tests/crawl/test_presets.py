"""What the caps of the preset `balanced` are for, on crawls of rows."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import provkit
from provkit.crawl import inputs, results
from provkit.crawl.extract import Extractor
from provkit.crawl.policy import Policy
from provkit.crawl.tokens import Counter as Tokens
from provkit.trust.store import TrustStore
from support.pki import NOW, Pki

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DECLARED = {"AI-Disclosure": "mode=ai-originated"}


def row(url: str, body: bytes, **headers: str) -> dict[str, Any]:
    return {"url": url, "content_b64": base64.b64encode(body).decode(), "headers": headers}


def text(number: int) -> bytes:
    return f"Page {number:04d} of a small web.\n".encode()


def kept(folder: Path, rows: Sequence[dict[str, Any]], policy: Policy, root: bytes | None) -> Counter[str]:
    """How many documents of each stratum stay."""
    folder.mkdir()
    path = folder / "crawl.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    trust = TrustStore.empty()
    if root is not None:
        trust = trust.with_anchors(root, name="root.pem")
    order = results.Order(
        inputs.expand([str(path)]), policy, trust, Extractor(), Tokens(), str(folder / "out"), NOW
    )
    report, _ = results.weigh_all(order)
    return Counter({entry["name"]: entry["documents"] for entry in report["strata"]})


def test_one_generated_site_does_not_take_all_the_room_there_is(tmp_path: Path) -> None:
    rows = [row(f"https://site{n % 9}.example/{n}", text(n)) for n in range(180)]
    rows += [row(f"https://mill.example/{n}", text(1000 + n), **DECLARED) for n in range(18)]
    balanced = Policy.preset("balanced")
    assert kept(tmp_path / "a", rows, balanced, None) == {"unknown": 180}
    # The cap on the whole mix alone has room for all of it, and for nothing else.
    whole = Policy.from_text('extends = "balanced"\n[caps]\ndomain = 1.0\nwith-purpose = 1.0\n')
    assert kept(tmp_path / "b", rows, whole, None) == {"unknown": 180, "declared-synthetic": 18}


def test_what_a_listed_signer_made_on_purpose_has_room_of_its_own(tmp_path: Path) -> None:
    listed, anybody = Pki.make(common_name="Listed Generator"), Pki.make("ES384", common_name="Anybody")
    origin = provkit.Origin.synthetic(purpose="exercises for a reader")

    def made(pki: Pki, numbers: range) -> list[dict[str, Any]]:
        signer = provkit.Signer.from_pem(pki.chain_pem, pki.key_pem)
        return [row("https://a.example/", provkit.sign(text(n), origin, signer, when=NOW)) for n in numbers]

    rows = [row(f"https://a.example/{n}", text(n)) for n in range(21)]
    rows += [row(f"https://a.example/{n}", text(n), **DECLARED) for n in range(100, 108)]
    purposed = made(listed, range(200, 212))
    found = kept(tmp_path / "a", [*rows, *purposed], Policy.preset("balanced"), listed.root_pem)
    # 2 of 23 without them; 9 of 30 with them.
    assert found == {"unknown": 21, "declared-synthetic": 2, "purposed-synthetic": 7}
    # A purpose that a signer on no list states buys nothing.
    found = kept(
        tmp_path / "b", [*rows[:21], *made(anybody, range(300, 312))], Policy.preset("balanced"), None
    )
    assert found == {"unknown": 21, "declared-synthetic": 2}
