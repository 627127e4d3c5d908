"""Pictures, sound and documents that were edited after they were stamped: their history holds for everybody."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from provkit.assets import inspect_file, verify_file
from provkit.engine import native
from provkit.stamp.work import Action
from provkit.verdict import State
from support import containers, encypher
from support.archives import ALL, Archives

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.interop, pytest.mark.slow]
# The others do not read these, or read a ZIP only under another name.
BY_ENCYPHER: Final = frozenset({"jpeg", "png", "gif", "webp", "tiff", "avif", "svg", "wav"})
KINDS: Final = sorted(containers.PLAIN.keys() - {"bigtiff"})


def edited(kind: str, number: int) -> bytes:
    """What an editor leaves: another content, and no credential."""
    if kind in {"gif", "jpeg", "png"}:
        return containers.picture(
            kind.upper(), comment=f"{number}", quality=50 + number, compress_level=number
        )
    data = containers.PLAIN[kind][1]()
    if kind == "svg":
        return data.replace(b'"1"', b'"%d"' % number)
    if kind in {"docx", "epub", "odt"}:
        out = io.BytesIO(data)
        with zipfile.ZipFile(out, "a") as made:
            made.writestr(zipfile.ZipInfo(f"more-{number}.xml"), b"<more/>")
        return out.getvalue()
    return data[:-1] + bytes([number])


def by_engine(data: bytes, media_type: str, root: bytes) -> Any:
    """What c2pa-python says, with its own judgement of who is trusted."""
    c2pa = pytest.importorskip("c2pa")
    settings = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
        "trust": {"trust_anchors": root.decode(), "trust_config": native._EKUS},
    }
    name = native._NAMES.get(media_type, media_type)
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Reader(name, io.BytesIO(data), None, context=context) as reader,
    ):
        return json.loads(reader.json())


def test_an_edit_is_history_for_everybody(tmp_path: Path) -> None:
    world = Archives(tmp_path / "w")
    world.rules(ALL + 'title = "As it was"\n')
    world.write({f"{kind}.{kind}": containers.PLAIN[kind][1]() for kind in KINDS})
    assert set(world.actions().values()) == {Action.SIGN}
    firsts: dict[str, str] = {}
    for generation in (2, 3):
        for kind in KINDS:
            place = world.root / f"{kind}.{kind}"
            found = inspect_file(place)
            assert found is not None
            firsts.setdefault(kind, found.store.active.label)
            place.write_bytes(edited(kind, generation))
        done = world.stamp()
        assert {(one.action, one.note) for one in done.values()} == {(Action.AGAIN, "")}, done
        for kind in KINDS:
            _trusted(world, kind, generation, firsts[kind])
    assert set(world.actions().values()) == {Action.UNCHANGED}


def _trusted(world: Archives, kind: str, generation: int, first: str) -> None:
    place = world.root / f"{kind}.{kind}"
    verdict = verify_file(place, trust=world.trust)
    assert verdict.state is State.TRUSTED, (kind, verdict.statuses.failure)
    [parent] = verdict.ingredients
    assert (parent.relationship, parent.title, parent.statuses.failure) == ("parentOf", "As it was", ())
    found = inspect_file(place)
    assert found is not None
    assert len(found.store.manifests) == generation
    assert found.store.manifests[0].label == first
    data, root = place.read_bytes(), (world.folder / "dev/root.pem").read_bytes()
    said = by_engine(data, verdict.media_type, root)
    assert said["validation_state"] == "Trusted", (kind, said)
    [listed] = said["manifests"][said["active_manifest"]]["ingredients"]
    assert listed["relationship"] == "parentOf"
    assert listed["active_manifest"] in said["manifests"]
    if kind in BY_ENCYPHER:
        asked = encypher.ask(data, verdict.media_type, anchors=root, at=datetime.now(UTC))
        assert asked == "Trusted", kind
