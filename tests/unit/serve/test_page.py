"""The verify page: inert, self-contained, and the same file under the same name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import html5lib
import pytest

from provkit.report.document import Failure, Result
from provkit.serve import page
from provkit.serve.page_result import fragment
from provkit.verdict import State
from unit.report.made import NASTY, chain, verdict

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ABOUT = page.About(urls=True, body_mb=64)
RESULTS = [
    fragment(Result(NASTY, verdict(state)), chain(3) if state is not State.UNSIGNED else None, {})
    for state in State
] + [fragment(Result(NASTY, None, Failure("unsupported", NASTY, NASTY)), None, {})]


def parsed(text: str) -> list[Element]:
    found: list[Element] = list(html5lib.parse(text, namespaceHTMLElements=False).iter())
    return found


@pytest.mark.parametrize(
    "text",
    [page.front(ABOUT), page.front(ABOUT, "A problem."), *(page.result(ABOUT, one) for one in RESULTS)],
)
def test_nothing_runs_and_nothing_comes_from_elsewhere(text: str) -> None:
    assert text.isascii()
    ids = []
    for element in parsed(text):
        if not isinstance(element.tag, str):
            pytest.fail("a comment")
        assert element.tag.rpartition("}")[2] not in {
            "style",
            "iframe",
            "object",
            "embed",
            "base",
            "foreignObject",
        }
        if element.tag == "script":
            assert (element.text or "") == ""
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name != "style"
            if name in {"src", "href", "action"} and element.tag.rpartition("}")[2] != "use":
                assert re.fullmatch(r"/|/static/[a-z.0-9]+|/openapi\.json|#[a-z0-9]+", value), value
        if "id" in element.attrib:
            ids.append(element.attrib["id"])
    assert len(ids) == len(set(ids))


def test_every_field_has_a_name_for_those_who_do_not_see_it() -> None:
    elements = parsed(page.front(ABOUT))
    labelled = {element.attrib["for"] for element in elements if element.tag == "label"}
    fields = {element.attrib["id"] for element in elements if element.tag in {"input", "textarea"}}
    assert labelled == fields == {"file", "text", "url"}
    assert next(element for element in elements if element.tag == "html").attrib["lang"] == "en"
    assert sum(element.tag == "h1" for element in elements) == 1


def test_no_address_is_asked_for_where_none_is_fetched() -> None:
    assert 'name="url"' not in page.front(page.About(urls=False, body_mb=1))


def test_the_files_of_the_page_are_named_after_what_is_in_them() -> None:
    text = page.front(ABOUT)
    assert set(re.findall(r"/static/([^\"]+)", text)) == set(page.ASSETS)
    for name, asset in page.ASSETS.items():
        assert re.fullmatch(r"[a-z]+\.[0-9a-f]{16}\.(css|js|svg)", name)
        assert b"://" not in asset.data.replace(b"http://www.w3.org/2000/svg", b"")
        assert b"@import" not in asset.data
        assert b"innerHTML" not in asset.data


@pytest.mark.parametrize(
    "text", [page.front(ABOUT), *RESULTS, *(str(asset.data) for asset in page.ASSETS.values())]
)
def test_no_word_promises_more_than_a_signature_does(text: str) -> None:
    assert not re.search(r"\b(authentic|real|genuine|fake|verified human|proves?)\b", text, re.IGNORECASE)
