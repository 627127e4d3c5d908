"""The policy file: presets, what is refused, digests."""

from __future__ import annotations

import json
import pickle
import tomllib
from pathlib import Path

import jsonschema
import pytest

from provkit import ConfigurationError, LimitError
from provkit.crawl.model import Action, Assurance, Reading
from provkit.crawl.policy import Policy
from provkit.crawl.presets import PRESETS
from provkit.errors import FileAccessError
from provkit.verdict import OriginClass

UNKNOWN = Reading("text/html")
HUMAN, SYNTHETIC = OriginClass.HUMAN, OriginClass.SYNTHETIC
TRUSTED = Assurance.VERIFIED_TRUSTED
SIGNER = "ab" * 32


@pytest.mark.parametrize(
    ("name", "human", "unknown", "synthetic", "epochs"),
    [
        ("balanced", 4, 1, 1, 2),
        ("human-anchor", 8, 1, 0, 4),
        ("strict", 1, 0, 0, 4),
        ("label-only", 1, 1, 1, 1),
        ("civic", 4, 1, 1, 2),
    ],
)
def test_presets(name: str, human: float, unknown: float, synthetic: float, epochs: float) -> None:
    policy = Policy.preset(name)
    assert policy.name == name
    assert policy.weight(HUMAN, TRUSTED) == human
    assert policy.weights.unknown == unknown
    assert {policy.weight(SYNTHETIC, how) for how in (TRUSTED, Assurance.DECLARED)} == {synthetic}
    assert policy.epochs.verified == epochs
    assert pickle.loads(pickle.dumps(policy)) == policy


def test_balanced_is_the_default_and_caps_a_tenth() -> None:
    policy = Policy.preset()
    assert policy.name == "balanced"
    assert (policy.caps.by, policy.caps.overall, policy.caps.domain) == ("tokens", 0.1, 0.1)
    assert policy.caps.with_purpose == 0.3
    assert policy.usage.honour == ("train-ai",)
    assert policy.warnings() == ()


def test_presets_that_do_harm_say_so() -> None:
    assert [line.partition(":")[0] for line in Policy.preset("strict").warnings()] == ["policy.narrow"]
    assert [line.partition(":")[0] for line in Policy.preset("label-only").warnings()] == ["policy.keeps-all"]


def test_presets_satisfy_the_committed_schema() -> None:
    path = Path(__file__).resolve().parents[3] / "schemas" / "policy.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    for text in PRESETS.values():
        jsonschema.validate(tomllib.loads(text), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"extends": "balanced", "nonsense": 1}, schema)


def test_extends() -> None:
    text = """
        extends = "civic"
        name = "ours"
        [weights.human]
        verified-trusted = 3
        [[exclude]]
        because = "our own comment pages"
        urls = ["*://example.org/comments/*"]
    """
    policy = Policy.from_text(text)
    assert (policy.name, policy.weight(HUMAN, TRUSTED), policy.caps.overall) == ("ours", 3, 0.1)
    assert [len(rule.categories) > 0 for rule in policy.exclude] == [True, False]


def test_what_is_left_out_weighs_as_unknown() -> None:
    policy = Policy.from_text('extends = "balanced"\n[weights]\nunknown = 0.25')
    assert policy.weight(SYNTHETIC, Assurance.DECLARED) == 0.25
    assert policy.weight(HUMAN, Assurance.VERIFIED_UNTRUSTED) == 0.25
    assert policy.weight(HUMAN, TRUSTED) == 4
    assert policy.weight(HUMAN, Assurance.DATED) == 4
    assert policy.weight(SYNTHETIC, Assurance.DATED) == 0.25
    assert policy.decide(UNKNOWN).weight == 0.25


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not TOML"),
        ("foo = 1", "foo: there is no such key"),
        ("[weights]\nhumn = 1", "weights.humn: there is no such key"),
        ("[weights.human]\nverified_untrusted = 9", "cannot weigh more than what says nothing"),
        ("[weights.human]\ndeclared = 1.5", "weights.human.declared is 1.5 and weights.unknown is 1"),
        ("[weights.human]\ndetected = 1.5", "weights.human.detected"),
        ("[weights.ai-assisted]\ndeclared = 1.5", "weights.ai-assisted.declared"),
        ("[weights]\ninvalid = 1.5", "weights.invalid"),
        ("[weights]\ndamaged = 1.5", "weights.damaged"),
        ("[weights]\ndistrusted = 1.5", "weights.distrusted"),
        ("[weights]\nunknown = -1", "greater than or equal to 0"),
        ("[weights]\nunknown = inf", "weights.unknown"),
        ("[weights]\nunknown = nan", "weights.unknown"),
        ("[caps]\noverall = 1.5", "caps.overall"),
        ("[caps]\noverall = 0.5", "with-purpose .0.3. is the share of all of it"),
        ("[weights.synthetic]\ndeclared = 2", "would not hold once documents are drawn by weight"),
        ('[usage]\nhonour = ["training"]', "usage.honour.0"),
        ('[signers]\nallow = ["abc"]', "signers.allow.0"),
        (
            f'[signers]\ndistrust = ["{SIGNER}"]\n[[signers.tiers]]\nname = "a"\nsha256 = ["{SIGNER}"]\nweight = 2',
            "stands in signers.distrust and in tier 'a'",
        ),
        ('[vintage]\nbefore = "soon"', "vintage.before"),
        ('[[exclude]]\nbecause = "x"', "would exclude everything"),
        ("version = 2", "version"),
    ],
)
def test_refused(text: str, said: str) -> None:
    head, table, rest = text.partition("[")
    with pytest.raises(ConfigurationError, match=said) as caught:
        Policy.from_text(f'extends = "balanced"\n{head}{table}{rest}', what="mine.toml")
    assert "mine.toml" in caught.value.message


def test_refused_bases() -> None:
    with pytest.raises(ConfigurationError, match="no policy 'nonsense'") as caught:
        Policy.from_text('extends = "nonsense"')
    assert "balanced" in str(caught.value.hint)
    with pytest.raises(ConfigurationError, match="name of a preset"):
        Policy.from_text("extends = 1")
    with pytest.raises(ConfigurationError, match="name"):
        Policy.from_text("version = 1")


def test_digest_is_about_what_is_said() -> None:
    one = Policy.from_text('name = "a"\n[caps]\noverall = 0.1\nby = "bytes"')
    other = Policy.from_text('version = 1\nname = "a"\n[caps]\nby = "bytes"\noverall = 0.10')
    assert one == other
    assert one.digest() == other.digest()
    assert len({Policy.preset(name).digest() for name in PRESETS}) == len(PRESETS)
    assert one.digest() != Policy.from_text('name = "a"\n[caps]\noverall = 0.2\nby = "bytes"').digest()


def test_signers_in_any_letter_case() -> None:
    policy = Policy.from_text(f'name = "a"\n[signers]\nallow = [" {SIGNER.upper()} "]')
    assert policy.signers.allow == (SIGNER,)


def test_load(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b'\xef\xbb\xbfextends = "strict"\nname = "mine"\n')
    policy = Policy.load(path)
    assert (policy.name, policy.decide(UNKNOWN).action) == ("mine", Action.EXCLUDE)
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        Policy.load(path)
    path.write_bytes(b"#" * (5 * 1024 * 1024))
    with pytest.raises(LimitError):
        Policy.load(path)
    with pytest.raises(FileAccessError):
        Policy.load(tmp_path / "none.toml")


def test_a_suspicion_that_caps_do_not_count_weighs_as_much_as_what_they_do() -> None:
    text = """
name = "a"
[weights]
synthetic = { declared = 1, detected = 0.5 }
[caps]
overall = 0.1
"""
    assert Policy.from_text(text).caps.detected
    with pytest.raises(ConfigurationError, match=r"weights\.synthetic\.detected weighs 0\.5"):
        Policy.from_text(f"{text}detected = false")
    Policy.from_text(f"{text}detected = false".replace("0.5", "0"))
