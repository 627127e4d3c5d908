"""The distrust file: where its errors point, and that its schema says what the reader does."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from provkit.errors import ConfigurationError
from provkit.trust.distrust_file import DistrustFile, parse_rules

PRINT = "ab" * 32
GOOD = f"""\
# what the incident of last summer left behind
[[distrust]]
issuer = "CN=Some CA,O=Some Corp,C=US"
serial = "0x0A:1B 2c"

[[distrust]]   # a camera
fingerprint = "{PRINT}"
from = 2025-08-01
until = "2025-09-21T12:00:00Z"
reason = "key published"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("0x0A:1B 2c", "twelve"), "line 4: serial: is not hexadecimal"),
        (GOOD.replace('"0x0A:1B 2c"', "12"), "line 4: serial: must be text in quotes"),
        (GOOD.replace("CN=Some CA", "Some CA"), "line 3: issuer: is not a distinguished name"),
        (GOOD.replace("from =", "since ="), "line 8: unknown key 'since'"),
        (GOOD.replace("2025-08-01", "2025-10-01"), "line 6: until is before from"),
        (GOOD.replace(PRINT, PRINT[2:]), "line 7: fingerprint: is not a SHA-256"),
        (GOOD.replace('serial = "0x0A:1B 2c"\n', ""), "line 2: needs issuer and serial"),
        (GOOD.replace("\n", "\r\n").replace("2025-08-01", "5"), "line 8: from: is neither a day"),
        (f'distrust = [{{fingerprint = "{PRINT}"}}, {{serial = "5"}}]', "entry 2: needs issuer and serial"),
        (f'[distrust]\nfingerprint = "{PRINT}"', "no entry found"),
        (f"{GOOD}[[distrust]\n", "neither PEM nor TOML"),
    ],
)
def test_what_is_wrong_is_found(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_rules(text.encode(), "mine.toml")
    assert caught.value.message.startswith("distrust list 'mine.toml'")
    assert said in caught.value.message
    assert caught.value.hint


def test_headers_inside_a_text_do_not_mislead() -> None:
    text = f'[[distrust]]\nreason = """\n[[distrust]]\n"""\nfingerprint = "{PRINT}"\nserial = "1"\n'
    with pytest.raises(ConfigurationError, match="entry 1: needs issuer"):
        parse_rules(text.encode(), "d")


def as_json(value: Any) -> Any:
    """TOML as editors show it to a schema: days and moments are texts."""
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


SCHEMA = Draft202012Validator(DistrustFile.model_json_schema())


@pytest.mark.parametrize(
    "edit",
    [
        ('serial = "0x0A:1B 2c"\n', ""),
        ("0x0A:1B 2c", "0x"),
        ("0x0A:1B 2c", "12g"),
        (PRINT, PRINT[1:]),
        ("from =", "since ="),
        ("reason =", 'serial = "5"\nreason ='),
        ("reason =", 'issuer = "CN=A"\nreason ='),
        ('"key published"', "5"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(edit: tuple[str, str]) -> None:
    assert len(parse_rules(GOOD.encode(), "d")) == 2
    SCHEMA.validate(as_json(tomllib.loads(GOOD)))
    text = GOOD.replace(*edit)
    assert text != GOOD
    with pytest.raises(ConfigurationError):
        parse_rules(text.encode(), "d")
    assert not SCHEMA.is_valid(as_json(tomllib.loads(text)))


@given(st.text("0123456789abcdefABCDEFxX: \tg", max_size=80), st.sampled_from(["serial", "fingerprint"]))
def test_hexadecimal_as_the_schema_has_it(value: str, key: str) -> None:
    entry = {"fingerprint": value} if key == "fingerprint" else {"issuer": "CN=A", "serial": value}
    table = "\n".join(f'{name} = "{text}"'.replace("\t", "\\t") for name, text in entry.items())
    try:
        parse_rules(f"[[distrust]]\n{table}".encode(), "d")
        reads = True
    except ConfigurationError:
        reads = False
    assert SCHEMA.is_valid({"distrust": [entry]}) == reads


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(ConfigurationError):
        parse_rules(data, "d")
