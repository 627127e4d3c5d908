"""The page of verdicts: inert whatever names it shows, well formed, bounded, and what it tells."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.codes import StatusCode as C
from provkit.report import page_style
from provkit.report.judged import Judged, Outcome
from provkit.report.page import ARTICLES, About, page
from provkit.report.picture import CARDS, fitted, picture
from provkit.report.standing import standings
from provkit.verdict import State, Status, Statuses, Verdict
from unit.report.made import MOMENT, NASTY, chain, event, judged, link, verdict

if TYPE_CHECKING:
    from provkit.report.chain import Event

ABOUT = About("1.0", MOMENT, {NASTY: None, "list": MOMENT.date()}, NASTY)
ELEMENTS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "section",
        "article",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "b",
        "code",
        "bdi",
        "dl",
        "dt",
        "dd",
        "small",
        "div",
        "span",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "details",
        "summary",
        "br",
        "svg",
        "desc",
        "g",
        "rect",
        "circle",
        "path",
        "text",
    ]
)
SELF_CLOSED = frozenset({"meta", "br", "rect", "circle", "path"})


class Inert(HTMLParser):
    """Fails on whatever could run, load or lead elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.open: list[str] = []
        self.headings: list[int] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in {"src", "srcset", "style", "action", "xlink:href"}, name
            if name == "href":
                assert (value or "").startswith("#")
                self.targets.append((value or "")[1:])
            if name == "id":
                self.ids.append(value or "")
            if name in {"aria-labelledby", "aria-describedby"}:
                self.targets += (value or "").split()
            if name == "scope":
                assert value in {"row", "col"}
        if tag not in SELF_CLOSED:
            self.open.append(tag)
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag == "th":
            assert "scope" in dict(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in SELF_CLOSED:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(entries: list[Judged]) -> tuple[str, Inert]:
    text = page(entries, ABOUT)
    assert text.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
    reader = Inert()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    assert set(reader.targets) <= set(reader.ids)
    assert all(
        after <= before + 1 for before, after in zip(reader.headings, reader.headings[1:], strict=False)
    )
    html5lib.HTMLParser(strict=True).parse(text)
    assert (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">' in text
    )
    assert "url(" not in text.partition("</style>")[0]
    return text, reader


def all_states() -> list[Judged]:
    events = chain(3, NASTY)
    return [
        judged(State.TRUSTED, Outcome.ACCEPTED, path=NASTY, events=events),
        judged(State.VALID, Outcome.REFUSED, C.SIGNING_CREDENTIAL_UNTRUSTED, reasons=(NASTY,), events=events),
        judged(State.INVALID, Outcome.REFUSED, C.ASSERTION_DATA_HASH_MISMATCH, events=events),
        judged(State.INVALID, Outcome.REFUSED, *C, events=()),
        judged(State.UNSIGNED, Outcome.ABSENT, path=NASTY),
        judged(None, Outcome.UNJUDGED, path=NASTY),
    ]


def test_nothing_on_the_page_runs_or_loads() -> None:
    text, _ = read(all_states())
    assert "<script" not in text
    assert "\u202e" not in text


@settings(max_examples=25, deadline=None)
@given(st.text())
def test_any_text_is_inert(text: str) -> None:
    read([judged(State.TRUSTED, Outcome.ACCEPTED, path=text, events=chain(2, text))])


@pytest.mark.parametrize("position", range(6))
def test_a_page_of_one_file(position: int) -> None:
    _, reader = read([all_states()[position]])
    assert "Files" not in reader.text


def test_a_page_of_nothing() -> None:
    assert "There were none." in read([])[0]


def test_what_an_invalid_credential_states_is_not_shown() -> None:
    broken = judged(
        State.INVALID, Outcome.REFUSED, C.ASSERTION_DATA_HASH_MISMATCH, events=chain(3, "Ada Lovelace")
    )
    text, _ = read([broken])
    assert "Ada Lovelace" not in text
    assert "2026-11-20 12:03 UTC</dd>" not in text
    assert "Not shown" in text
    held, _ = read([judged(State.TRUSTED, Outcome.ACCEPTED, events=chain(3, "Ada Lovelace"))])
    assert "Ada Lovelace" in held


def test_a_page_of_many_files_tells_first_of_those_that_are_not_accepted() -> None:
    entries = [judged(State.TRUSTED, Outcome.ACCEPTED, path=f"{i}.txt") for i in range(ARTICLES + 5)]
    entries.append(judged(State.INVALID, Outcome.REFUSED, C.GENERAL_ERROR, path="last.txt"))
    text = page(entries, ABOUT)
    assert text.count("<article ") == ARTICLES
    assert '<h2 id="f200h"><bdi>last.txt' in text
    assert "6 files with a credential are not told about below" in text
    assert text.count('<th scope="row"><a ') == ARTICLES


def test_dark_and_light_have_the_same_colours() -> None:
    names = [
        set(re.findall(r"(--[a-z]+):", block))
        for block in re.findall(r":root\{(.*?)\}", page_style.STYLE, re.DOTALL)
    ]
    assert len(names) == 3
    assert names[0] == names[1] == names[2]
    used = set(re.findall(r"var\((--[a-z]+)", page_style.STYLE)) - {"--state"}
    assert used <= names[0]


# how manifests stand


def statuses(number: int, *codes: C) -> Statuses:
    url = f"self#jumbf=/c2pa/urn:c2pa:{number}/c2pa.signature"
    return Statuses(failure=tuple(Status(code, url, "") for code in codes))


def test_standing_of_the_parts_of_a_chain() -> None:
    events = (
        event(
            1,
            link(2, failures=()),
            link(3, failures=("x",)),
            link(4),
            link(5, recorded="invalid"),
            link(7, recorded=None),
        ),
        event(2),
        event(3, link(6)),
        event(4, link(2)),
        event(5),
        event(6),
        event(7),
    )
    found = standings(events, Verdict(State.TRUSTED, "text/plain"))
    assert {label[-1]: (standing.word, standing.told) for label, standing in found.items()} == {
        "1": ("trusted", True),
        "2": ("holds", True),
        "3": ("does not hold", False),
        "4": ("recorded as valid", True),
        "5": ("recorded as invalid", False),
        "6": ("below one that does not hold", False),
        "7": ("no result recorded", True),
    }
    broken = standings(events, verdict(State.INVALID, C.GENERAL_ERROR))
    assert not any(standing.told for standing in broken.values())


def test_failures_are_those_of_the_manifest_they_name() -> None:
    held = Verdict(State.VALID, "text/plain", statuses=statuses(2, C.CLAIM_SIGNATURE_MISMATCH))
    found = standings(chain(3), held)
    assert [standing.told for standing in found.values()] == [True, False, False]


def test_a_time_stamp_that_does_not_count_is_not_called_one() -> None:
    events = (event(1, basis="unchecked"),)
    assert standings(events, Verdict(State.VALID, "text/plain"))["urn:c2pa:1"].basis == "refused"


# the picture


def drawn(events: tuple[Event, ...]) -> str:
    return picture(events, standings(events, Verdict(State.TRUSTED, "text/plain")), "a.png", "p")


def test_a_long_chain_is_drawn_by_its_ends() -> None:
    text = drawn(chain(32))
    assert text.count('class="name"') == 7
    assert "25 manifests between, in the table below" in text
    assert text.count('class="tip"') == 7


def test_a_chain_of_ten_thousand_is_bounded() -> None:
    text = drawn(chain(10_000))
    assert len(text) < 20_000
    assert "9993 manifests between" in text


def test_a_fan_of_ten_thousand_is_bounded() -> None:
    loose = [link(None, "inputTo" if i % 2 else "componentOf", title="x" * 5000) for i in range(10_000)]
    text = drawn((event(1, *loose),))
    assert len(text) < 20_000
    assert "9988 more ingredients" in text
    assert "3 without a credential of their own" in drawn((event(1, *[link(None)] * 3, link(2)), event(2)))


def test_a_wide_tree_is_bounded() -> None:
    events = (event(1, *(link(n) for n in range(2, 102))), *(event(n, link(None)) for n in range(2, 102)))
    text = drawn(events)
    assert text.count('class="name"') <= CARDS
    assert "more manifests, in the table below" in text


def test_cycles_and_diamonds_are_drawn_once() -> None:
    text = drawn((event(1, link(2), link(3)), event(2, link(3)), event(3, link(1))))
    assert text.count('class="name"') == 3
    assert text.count("drawn above") == 2


def test_each_relationship_has_its_words() -> None:
    text = drawn((event(1, link(None), link(None, "componentOf"), link(None, "inputTo"), link(None, NASTY)),))
    for word in ("made from (parentOf)", "contains (componentOf)", "used as input (inputTo)"):
        assert word in text


@pytest.mark.parametrize("text", ["", "a", "M" * 100, "漢" * 100, "i" * 100])
def test_text_is_cut_to_its_room(text: str) -> None:
    shown = fitted(text, 200, 12)
    assert shown == text or (shown.endswith("…") and len(shown) < len(text))
