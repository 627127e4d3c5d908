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
    assertions=200_000,
    jumbf_boxes=2_000_000,
    cbor_items=2_000_000,
    ingredients=200_000,
    references=200_000,
    ingredient_depth=64,
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
        verify(store, Limits(assertions=20_000, jumbf_boxes=200_000, cbor_items=1_000_000))
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
    with pytest.raises(LimitError, match="values"):
        verify(store)
    with pytest.raises(LimitError, match="assertions"):
        verify(store, Limits(cbor_items=1_000_000))


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
        verify(more, Limits(cbor_items=1_000_000))


@pytest.mark.parametrize(
    "box",
    [
        f.Box("org.example.x", payload=b"\x9a\0\x01\x86\xa0" + b"\xa0" * 100_000),
        f.Box("org.example.x", payload=b"\x9f" + b"\x5f\x41\0\xff" * 34_000 + b"\xf9\0\0\xff"),
        f.Box("org.example.x", payload=b"[" + b"[]," * 50_000 + b"0]", kind=b"json"),
    ],
    ids=["maps", "strings in parts", "json"],
)
def test_many_values_in_few_bytes(box: f.Box) -> None:
    store = sealed("many", (), (), box)
    with pytest.raises(LimitError, match="more than 100000 values"):
        verify(store)
    assert verify(store, Limits(cbor_items=150_100)).state is State.TRUSTED


def test_many_values_in_an_envelope() -> None:
    """The header of a signature is a byte string, in which a store has one value."""
    header = b"\xa1\x01\x9a\0\x01\x86\xa0" + b"\xa0" * 100_000
    store = media.forge(ASSET, b"", bytes, who="ed25519-ca", edit_protected=lambda _: header).apart()
    with pytest.raises(LimitError, match="values"):
        verify(store)


def test_what_is_told_of_one_manifest_is_not_repeated() -> None:
    """A thousand ingredients can share one manifest with a thousand faults; the record has each fault once."""
    gone = [{"url": f"self#jumbf=c2pa.assertions/x{n}", "hash": b""} for n in range(50)]
    shared = history.ancestor(f.Box("org.example.links", gone))
    store = sealed("shared", [("componentOf", shared)] * 40, shared.all)
    found = verify(store)
    assert found.state is State.TRUSTED
    first, *rest = (one.statuses for one in found.ingredients)
    assert len(first.failure) == 51
    assert len(rest) == 39
    for one in rest:
        assert one == rest[0]
        assert {status.code for status in one.failure} == {status.code for status in first.failure}
        assert len(one.failure) == 2


def test_what_is_still_there_is_told_once() -> None:
    notes = [f.Box(f"org.example.note__{n}", {}) for n in range(1, 21)]
    shared = history.ancestor(*notes)
    boxes = [history.ingredient(shared, "componentOf", number) for number in range(20)]
    store = media.forge(
        ASSET,
        b"",
        bytes,
        who="ed25519-ca",
        boxes=[f.actions(f.created()), *boxes, f.data_hash(exclusions=None)],
        fields={"redacted_assertions": [shared.assertion(note.label) for note in notes]},
        edit_manifests=lambda found: [*shared.all, *found],
    ).apart()
    failure = verify(store).statuses.failure
    assert [str(one.code) for one in failure].count("assertion.notRedacted") == 20


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
