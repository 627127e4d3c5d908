from __future__ import annotations

from pathlib import Path

import pytest

from provkit import ConfigurationError
from provkit.stamp import rules
from support.archives import ALL, Archives

ONE = {"match": ["*.html"], "origin": "human", "identity": "a"}
IDENTITY = {"a": {"cert": "c.pem", "key": "k.pem"}}


def parse(**changed: object) -> rules.Rules:
    return rules.parse({"rule": [{**ONE, **changed}], "identity": IDENTITY}, Path("/x"))


def test_paths_are_relative_to_the_rules() -> None:
    assert parse().identity["a"].cert == "/x/c.pem"
    assert parse().files() == ("/x/c.pem", "/x/k.pem")


def test_keys_elsewhere_are_no_files() -> None:
    identity = {"a": {"cert": "c.pem", "key": "exec:sign it"}}
    found = rules.parse({"rule": [ONE], "identity": identity}, Path("/x"))
    assert found.files() == ("/x/c.pem",)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"origin": None}, "either origin or origin_from"),
        ({"origin_from": {}}, "either origin or origin_from"),
        ({"origin": "real"}, "origin"),
        ({"identity": "b"}, "there are: a"),
        ({"carriage": "link"}, "go together"),
        ({"match": []}, "match"),
        ({"match": ["../x"]}, "below the root"),
        ({"matches": "x"}, "matches"),
        ({"model": "m"}, "model"),
        ({"training_mining": {"ai-training": "never"}}, "training_mining"),
    ],
)
def test_what_cannot_be_meant(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(**changed)
    assert said in caught.value.message


def test_the_first_rule_decides(world: Archives) -> None:
    world.rules(
        '[[rule]]\nmatch = ["posts/"]\nexclude = ["*.txt"]\norigin = "human"\nidentity = "newsroom"\n' + ALL
    )
    found = world.loaded
    assert [found.for_path(path) for path in ("posts/a.md", "posts/a.txt", "b.md")] == [0, 1, 1]


def test_terms_are_what_is_stated() -> None:
    def terms(**changed: object) -> str:
        return parse(**changed).rule[0].terms

    assert terms() == terms(match=["x"], exclude=["y"], signed="keep")
    assert terms() != terms(origin="synthetic")
    assert terms() != terms(training_mining={"ai-training": "notAllowed"})


@pytest.mark.parametrize("data", [b"", b"rule = ", b"\xff", b"x = " + b"[" * 5000])
def test_files_that_are_no_rules(data: bytes, tmp_path: Path) -> None:
    place = tmp_path / "stamp.toml"
    place.write_bytes(data)
    with pytest.raises(ConfigurationError):
        rules.load(str(place))
    with pytest.raises(ConfigurationError):
        rules.load(str(tmp_path / "absent"))


@pytest.mark.parametrize("url", ["time.example.org", "ftp://time.example.org/", "https://", ""])
def test_an_authority_has_an_address(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"identity\.a\.tsa"):
        rules.parse({"rule": [ONE], "identity": {"a": {**IDENTITY["a"], "tsa": url}}}, Path("/x"))


def test_an_authority_is_kept_with_its_identity() -> None:
    url = "https://time.example.org:8443/stamp"
    found = rules.parse({"rule": [ONE], "identity": {"a": {**IDENTITY["a"], "tsa": url}}}, Path("/x"))
    assert (found.identity["a"].tsa, found.identity["a"].cert) == (url, "/x/c.pem")
    assert found.rule[0].terms == parse().rule[0].terms
