"""Escaping, the JSON contract, explanations, lines."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.codes import StatusCode, StatusKind
from provkit.report import document, text
from provkit.report.escape import escape, quote
from provkit.report.explained_failures import FAILURES
from provkit.report.explanations import EXPLANATIONS
from provkit.report.model import VerdictDocument
from provkit.verdict import (
    Evidence,
    IngredientFinding,
    OriginClass,
    OriginFinding,
    SignerFacts,
    State,
    Status,
    Statuses,
    TimeFact,
    Verdict,
)

NASTY = 'a\x1b[31m\n\u202e"b"\ud800'


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text", "plain text"),
        ("Größe 漢字 🙂", "Größe 漢字 🙂"),
        ("a\nb\r\tc\0", "a\\x0ab\\x0d\\x09c\\x00"),
        ("\x1b[2J\x9b", "\\x1b[2J\\x9b"),
        ("\u202e\u2066\u200b\ufeff", "\\u202e\\u2066\\u200b\\ufeff"),
        ("\ufe0f\u3164\u2800", "\\ufe0f\\u3164\\u2800"),
        ("\U000e0041\U000e0101", "\\U000e0041\\U000e0101"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
        ("\udce9\ud800", "\\xe9\\ud800"),
    ],
)
def test_escape(raw: str, shown: str) -> None:
    assert escape(raw) == shown


@given(st.text())
def test_escaped_text_is_one_visible_line(raw: str) -> None:
    for shown in (escape(raw), quote(raw, limit=None)):
        assert shown.isprintable()
        assert not any(unicodedata.category(character).startswith("C") for character in shown)
    plain = escape(raw, ascii_only=True)
    assert plain.isascii()
    assert plain.isprintable()


@given(st.text(), st.integers(3, 40))
def test_limit(raw: str, limit: int) -> None:
    assert len(escape(raw, limit=limit)) <= limit


def test_quotes_cannot_be_left() -> None:
    assert quote('Acme" (list "C2PA') == '"Acme\\" (list \\"C2PA"'


def test_every_code_is_explained() -> None:
    assert set(EXPLANATIONS) == set(StatusCode)
    assert set(FAILURES) == {code for code in StatusCode if code.kind is StatusKind.FAILURE}
    for words in EXPLANATIONS.values():
        for sentence in (words.meaning, words.causes, words.action):
            assert sentence.endswith(".")
            assert sentence[0].isupper() or sentence.startswith("provkit")


def full(state: State = State.TRUSTED) -> Verdict:
    status = Status(StatusCode.CLAIM_SIGNATURE_VALIDATED, "self#jumbf=/c2pa/x", NASTY)
    statuses = Statuses(success=(status,), failure=(Status(StatusCode.GENERAL_ERROR, None, NASTY),))
    moment = datetime(2026, 11, 20, 12, 3, 4, 567, tzinfo=UTC)
    return Verdict(
        state,
        "text/plain",
        carrier="text",
        manifest="urn:c2pa:x",
        statuses=statuses,
        signer=SignerFacts(
            name=NASTY,
            organization=NASTY,
            issuer=NASTY,
            serial="0a",
            algorithm="ES256",
            not_before=datetime(1, 1, 1, tzinfo=UTC),
            not_after=moment,
            fingerprint="0" * 64,
            trust_list="list",
        ),
        time=TimeFact(moment, "claimed"),
        origin=OriginFinding(
            cls=OriginClass.HUMAN,
            source_type=NASTY,
            attributed=True,
            complete=True,
            evidence=(Evidence(NASTY, OriginClass.HUMAN, attributed=True, where=NASTY),),
            notes=(NASTY,),
        ),
        ingredients=(IngredientFinding("c2pa.ingredient.v3", "parentOf", NASTY, statuses),),
        generator=NASTY,
        title=NASTY,
        assertions=(NASTY,),
        warnings=(NASTY,),
    )


@pytest.mark.parametrize(
    "result",
    [
        document.Result("a", full()),
        document.Result(NASTY, Verdict(State.UNSIGNED, "text/plain")),
        document.Result("a", full(State.INVALID)),
        document.Result("a", None, document.Failure("limit", NASTY, NASTY)),
        document.Result("a", None),
    ],
)
def test_every_result_follows_the_model_and_is_ascii(result: document.Result) -> None:
    printed = document.to_json([result])
    assert printed.isascii()
    model = VerdictDocument.model_validate(json.loads(printed))
    assert json.loads(document.to_json_line(result)) == json.loads(printed)["results"][0]
    assert model.results[0].state == (result.verdict.state if result.verdict is not None else None)
    assert "\\ud800" not in printed.replace("\\\\ud800", "")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("verbosity", [text.QUIET, text.NORMAL, text.VERBOSE])
@pytest.mark.parametrize("width", [None, 40])
def test_lines_hold_nothing_a_terminal_obeys(state: State, verbosity: int, width: int | None) -> None:
    style = text.Style(verbosity=verbosity, width=width)
    result = document.Result(NASTY, full(state))
    shown = list(text.lines(result, style, (NASTY,)))
    assert all(line.isprintable() for line in shown)
    assert shown[0].startswith(state)
    if verbosity == text.QUIET:
        assert len(shown) == 1


def test_narrow_terminal_breaks_between_parts() -> None:
    signer = "signed by"
    wide = list(text.lines(document.Result("a.txt", full()), text.Style()))
    narrow = list(text.lines(document.Result("a.txt", full()), text.Style(width=40)))
    assert signer in wide[0]
    assert signer not in narrow[0]
    assert signer in narrow[1]


def test_colour_is_never_the_only_signal() -> None:
    result = document.Result("a.txt", full())
    coloured = list(text.lines(result, text.Style(color=True)))
    assert "\x1b[32mtrusted" in coloured[0]
    assert "trusted" in next(iter(text.lines(result, text.Style())))
