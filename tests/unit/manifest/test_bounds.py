"""What hostile histories may cost: counted in manifests, hashed bytes and limits, never in seconds (§15.11.3)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

import provkit
from provkit import LimitError, Limits, State, TrustStore
from provkit.limits import DEFAULT_LIMITS
from provkit.manifest import redactions, signature_steps, validation
from provkit.manifest import store as stores
from support import forge as f
from vectors import media_forge as media
from vectors import text_history as history
from vectors.case import PRESENT
from vectors.keys import TRUST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ASSET: Final = b'{"a": 1}\n'
AT: Final = datetime.fromisoformat(PRESENT)
LISTS: Final = TrustStore.empty().with_anchors((TRUST / "ed25519-root.pem").read_bytes(), name="root")
WIDE: Final = Limits(
    assertions=200_000, jumbf_boxes=2_000_000, ingredients=200_000, references=200_000, ingredient_depth=64
)


class Counter:
    """How many manifests had their signature checked, and how many bytes were hashed for URIs."""

    def __init__(self) -> None:
        self.signatures = 0
        self.hashed = 0


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    count = Counter()
    check = signature_steps.check

    def counted_check(*args: Any) -> None:
        count.signatures += 1
        check(*args)

    def counted_hash(data: bytes) -> Any:
        count.hashed += len(data)
        return hashlib.sha256(data)

    monkeypatch.setattr(signature_steps, "check", counted_check)
    monkeypatch.setitem(validation.HASHERS, "sha256", counted_hash)
    return count


def verify(store: bytes, limits: Limits = DEFAULT_LIMITS) -> provkit.Verdict:
    return provkit.verify(ASSET, manifest=store, trust=LISTS, at=AT, limits=limits)


def sealed(
    name: str, parts: Iterable[tuple[str, history.Ancestor]], before: Iterable[bytes], *more: f.Box
) -> bytes:
    """A store for the asset, whose active manifest has these ingredients."""
    boxes = [history.ingredient(one, kind, number) for number, (kind, one) in enumerate(parts)]
    begin = next(
        (history.opened(box) for box in boxes if box.content["relationship"] == "parentOf"), f.created()
    )
    return media.forge(
        ASSET,
        b"",
        bytes,
        who="ed25519-ca",
        boxes=[f.actions(begin), *boxes, *more, f.data_hash(exclusions=None)],
        edit_manifests=lambda found: [*before, *found],
        seed=name,
    ).apart()


def active(store: bytes) -> history.Ancestor:
    raw = f.children(store)[2][-1]
    return history.Ancestor(f.children(raw)[1], raw)


def chain(length: int) -> bytes:
    """A store with so many generations."""
    store = sealed("0", (), ())
    before: list[bytes] = []
    for number in range(1, length):
        last = active(store)
        before.append(last.raw)
        store = sealed(str(number), [("parentOf", last)], before)
    return store


def test_a_chain_of_32_generations(counter: Counter) -> None:
    store = chain(33)
    manifests = f.children(store)[2]
    with pytest.raises(LimitError, match="32"):
        verify(store)
    shorter = f.superbox(f.type_uuid("c2pa"), "c2pa", b"".join(manifests[:-1]))
    counter.signatures = counter.hashed = 0
    assert verify(shorter).state is State.TRUSTED
    assert counter.signatures == 32
    assert counter.hashed < 3 * len(shorter)


def doubled(layers: int) -> bytes:
    """Every manifest names the one before it twice: two to the power of `layers` ways lead to the first."""
    store = sealed("0", (), ())
    before: list[bytes] = []
    for number in range(1, layers + 1):
        last = active(store)
        before.append(last.raw)
        store = sealed(str(number), [("componentOf", last), ("inputTo", last)], before)
    return store


def diamonds(count: int) -> bytes:
    """Two manifests between each and the next."""
    store = sealed("0", (), ())
    before: list[bytes] = []
    for number in range(1, count + 1):
        last = active(store)
        before.append(last.raw)
        sides = [active(sealed(f"{number}{side}", [("parentOf", last)], before)) for side in "ab"]
        before += [side.raw for side in sides]
        store = sealed(str(number), [("componentOf", side) for side in sides], before)
    return store


def test_twenty_diamonds_are_walked_once(counter: Counter) -> None:
    store = doubled(20)
    counter.signatures = counter.hashed = 0
    assert verify(store).state is State.TRUSTED
    assert counter.signatures == 21
    assert counter.hashed < 3 * len(store)
    store = diamonds(20)
    with pytest.raises(LimitError, match="deeper"):
        verify(store)
    counter.signatures = counter.hashed = 0
    assert verify(store, WIDE).state is State.TRUSTED
    assert counter.signatures == 61
    assert counter.hashed < 3 * len(store)


@pytest.mark.slow
def test_ten_thousand_ingredients(counter: Counter) -> None:
    part = active(sealed("part", (), ()))
    # One after another, as a list of parts has them; each is the same manifest.
    store = sealed("many", (("componentOf", part) for _ in range(10_000)), [part.raw])
    with pytest.raises(LimitError):
        verify(store)
    with pytest.raises(LimitError, match="ingredients"):
        verify(store, Limits(assertions=20_000, jumbf_boxes=200_000))
    counter.signatures = counter.hashed = 0
    found = verify(store, WIDE)
    assert (found.state, len(found.ingredients)) == (State.TRUSTED, 10_000)
    assert counter.signatures == 2
    assert counter.hashed < 3 * len(store)


@pytest.mark.slow
def test_a_hundred_thousand_assertions() -> None:
    empty = f.superbox(f.type_uuid("cbor"), "a", b"")
    boxes = f.superbox(f.type_uuid("c2as"), "c2pa.assertions", empty * 100_001)
    manifest = f.superbox(f.type_uuid("c2ma"), "urn:c2pa:x", boxes)
    store = f.superbox(f.type_uuid("c2pa"), "c2pa", manifest)
    with pytest.raises(LimitError, match="boxes"):
        verify(store)
    with pytest.raises(LimitError, match="100001 assertions"):
        verify(store, Limits(jumbf_boxes=2_000_000))


@pytest.mark.slow
def test_a_claim_that_lists_a_hundred_thousand_assertions() -> None:
    listed = [{"url": f"self#jumbf=c2pa.assertions/{n}", "hash": b""} for n in range(100_001)]
    store = media.forge(
        ASSET,
        b"",
        bytes,
        who="ed25519-ca",
        boxes=[f.actions(f.created()), f.data_hash(exclusions=None)],
        fields={"gathered_assertions": listed},
    ).apart()
    with pytest.raises(LimitError, match="assertions"):
        verify(store)


def test_one_box_is_hashed_once_however_often_it_is_named(counter: Counter) -> None:
    big = f.Box("org.example.big", {"data": bytes(1 << 20)})
    uri = {
        "url": "self#jumbf=c2pa.assertions/org.example.big",
        "hash": f.hash_of(big.build(history.FRAME)[8:]),
    }
    store = sealed("big", (), (), big, f.Box("org.example.links", [uri] * 5000))
    counter.hashed = 0
    assert verify(store).state is State.TRUSTED
    assert counter.hashed < 3 * len(store)
    more = sealed("more", (), (), big, f.Box("org.example.links", [uri] * 20_001))
    with pytest.raises(LimitError, match="hashed URIs"):
        verify(more)


def test_names_of_boxes_are_looked_up_once() -> None:
    """Ten thousand references, none of which leads anywhere, in a store of many boxes."""
    gone = [{"url": f"self#jumbf=c2pa.assertions/x{n}", "hash": b""} for n in range(10_000)]
    store = sealed("gone", (), (), f.Box("org.example.links", gone))
    found = verify(store)
    assert found.state is State.INVALID
    assert sum(str(one.code) == "hashedURI.missing" for one in found.statuses.failure) == 10_000


def redacting(number: int, last: history.Ancestor | None, before: list[bytes]) -> bytes:
    """A manifest that says it redacted something in a manifest nobody has."""
    gone = [f"self#jumbf=/c2pa/urn:c2pa:{n}/c2pa.assertions/x" for n in range(50)]
    box = history.ingredient(last) if last else None
    return media.forge(
        ASSET,
        b"",
        bytes,
        who="ed25519-ca",
        boxes=[
            f.actions(history.opened(box) if box else f.created()),
            *([box] if box else []),
            f.data_hash(),
        ],
        edit_manifests=lambda found: [*before, *found],
        seed=f"redacting {number}",
        fields={"redacted_assertions": gone},
    ).apart()


def labels_asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    walk = redactions._Family._ingredients

    def counted(self: Any, manifest: stores.Manifest) -> Iterator[str]:
        asked.append(manifest.label)
        return walk(self, manifest)

    monkeypatch.setattr(redactions._Family, "_ingredients", counted)
    return asked


def test_who_may_redact_what_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store, before = redacting(0, None, []), []
    for number in range(1, 12):
        last = active(store)
        before.append(last.raw)
        store = redacting(number, last, before)
    manifests = {one.label: one for one in stores.read(store).manifests}
    asked = labels_asked(monkeypatch)
    assert redactions.collect(manifests, list(manifests)[-1], Limits()) == {}
    assert sorted(asked) == sorted(manifests)
    with pytest.raises(LimitError, match="deeper"):
        redactions.collect(manifests, list(manifests)[-1], Limits(ingredient_depth=5))


def test_a_way_back_to_itself_ends() -> None:
    """Labels can lead in a circle, hashes cannot: the circle is broken, and it is no endless loop."""
    first, second = (f"urn:c2pa:00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))

    def named(label: str) -> f.Box:
        return history.ingredient(history.Ancestor(label, f.superbox(b"x" * 16, "x", f.box(b"a", b""))))

    def manifest(label: str, other: str) -> bytes:
        fields = {"redacted_assertions": [f"self#jumbf=/c2pa/{other}/c2pa.assertions/x"]}
        forge = media.forge(
            ASSET,
            b"",
            bytes,
            boxes=[f.actions(f.created()), named(other), f.data_hash()],
            urn=label,
            fields=fields,
        )
        return f.children(forge.apart())[2][-1]

    both = manifest(first, second), manifest(second, first)
    found = verify(f.superbox(f.type_uuid("c2pa"), "c2pa", b"".join(both)))
    assert found.state is State.INVALID
