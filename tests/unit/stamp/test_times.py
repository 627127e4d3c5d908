"""Time stamps that the rules of an archive ask for, from an authority on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from provkit import FetchError, State
from provkit.assets import verify_file
from provkit.stamp import run
from provkit.stamp.journal import Journal, journal_of
from provkit.stamp.work import Action
from provkit.trust.store import Purpose, TrustStore
from support import containers
from support.archives import ALL, IDENTITY, PAGE, Archives, small
from support.authorities import Authorities
from support.tsa import Tsa

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW: Final = datetime.now(UTC).replace(microsecond=0)
LIFE: Final[dict[str, Any]] = {"start": NOW - timedelta(days=2), "end": NOW + timedelta(days=30)}
TSA: Final = Tsa.make("PS256", **LIFE)
LATER: Final = NOW + timedelta(days=500)
pytestmark = pytest.mark.slow


@pytest.fixture
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    with Authorities(tmp_path_factory.mktemp("authorities"), TSA) as running:
        yield running


@pytest.fixture
def stamped(world: Archives, local: Authorities) -> Archives:
    world.rules(ALL, f'{IDENTITY}tsa = "{local.url}"\n')
    return world


def expires(world: Archives) -> set[str]:
    with Journal(journal_of(str(world.root)), read_only=True) as journal:
        return {one.expires for one in journal.entries()}


def test_what_is_signed_outlives_its_certificate(
    stamped: Archives, local: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals = stamped.write({**small(), "img/a.png": containers.picture("PNG")})
    assert {one.action for one in stamped.plan().values()} == {Action.SIGN}
    assert local.asked == []  # a plan opens no connection
    bundled = TrustStore.bundled()
    known = bundled.with_anchors(TSA.root.pem, name="time", purpose=Purpose.TIME_STAMPING)
    monkeypatch.setattr("provkit.stamp.work.TrustStore.bundled", lambda: known)
    assert set(stamped.actions().values()) == {Action.SIGN}
    assert len(local.asked) == len(originals)
    trust = stamped.trust.with_anchors(TSA.root.pem, name="time", purpose=Purpose.TIME_STAMPING)
    for path in originals:
        verdict = verify_file(stamped.root / path, trust=trust, at=LATER)
        assert (verdict.state, verdict.time and verdict.time.basis) == (State.TRUSTED, "timestamped"), path
    assert expires(stamped) == {"9999-12-31T23:59:59Z"}
    assert set(stamped.actions().values()) == {Action.UNCHANGED}
    assert len(local.asked) == len(originals)
    stamped.write({"index.html": PAGE.replace(b"hello", b"edited")})
    assert stamped.actions()["index.html"] is Action.AGAIN
    assert len(verify_file(stamped.root / "index.html", trust=trust, at=LATER).ingredients) == 1
    assert set(stamped.undo().values()) == {None}


def test_an_authority_that_no_list_knows_makes_nothing_last(stamped: Archives) -> None:
    stamped.write({"a.html": PAGE})
    done = stamped.stamp()["a.html"]
    assert "the authority of the time stamp is on none" in done.note
    [end] = expires(stamped)
    assert end == f"{NOW + timedelta(days=365):%Y-%m-%d}" + end[10:]


def test_what_the_authority_refuses_is_one_file(stamped: Archives, local: Authorities) -> None:
    originals = stamped.write({f"{number}.txt": b"words %d\n" % number for number in range(5)})
    answers = iter((True, False, True, False, True))
    local.edit = lambda reply: reply if next(answers, True) else reply[:-1]
    done = stamped.stamp()
    assert [done[path].action for path in originals] == [
        Action.SIGN, Action.FAILED, Action.SIGN, Action.FAILED, Action.SIGN
    ]  # fmt: skip
    assert "time-stamp authority" in done["1.txt"].detail
    assert stamped.read()["1.txt"] == originals["1.txt"]
    assert set(stamped.actions().values()) == {Action.SIGN, Action.UNCHANGED}
    assert stamped.check(stamped.trust) == {}


def test_one_that_stays_away_ends_the_run(stamped: Archives, local: Authorities) -> None:
    originals = stamped.write({f"{number:02}.txt": b"words %d\n" % number for number in range(20)})
    local.edit = lambda reply: reply if len(local.asked) < 4 else b""
    with pytest.raises(FetchError, match=f"for {run._PATIENCE} files in a row") as caught:
        stamped.stamp()
    assert "run it again" in str(caught.value.hint)
    assert len(local.asked) == 3 + run._PATIENCE
    assert {path for path, data in stamped.read().items() if data == originals[path]} == set(
        sorted(originals)[3:]
    )
    local.edit = lambda reply: reply
    assert sorted(stamped.actions().values()) == [Action.SIGN] * 17 + [Action.UNCHANGED] * 3
