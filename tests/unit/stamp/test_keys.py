from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from provkit import CredentialError
from provkit.signers.files import write_development_identity
from provkit.stamp import keys
from support.archives import ALL, Archives, identity

TWO = (
    '[identity.newsroom]\ncert = "dev/chain.pem"\nkey = "dev/key.pem"\n'
    '[identity.old]\ncert = "old/chain.pem"\nkey = "old/key.pem"\n'
)


@pytest.fixture
def two(world: Archives) -> Archives:
    write_development_identity(world.folder / "old", identity(days=20))
    world.rules(ALL + ALL.replace('"newsroom"', '"old"'), TWO)
    return world


def test_the_end_of_a_certificate_is_told_in_time(two: Archives) -> None:
    now = datetime.now(UTC)
    said = list(keys.look(two.loaded, {0, 1}, now))
    [one] = [one for one in said if "days" in one]
    assert f"'old' ends on {now + timedelta(days=20, hours=-1):%Y-%m-%d}, in 19 days" in one
    assert not any("'old'" in one for one in keys.look(two.loaded, {0}, now))


@pytest.mark.parametrize(("days", "said"), [(40, "ended on"), (-2, "begins on")])
def test_a_certificate_that_is_not_valid_now(two: Archives, days: int, said: str) -> None:
    with pytest.raises(CredentialError, match=said):
        list(keys.look(two.loaded, {1}, datetime.now(UTC) + timedelta(days=days)))
