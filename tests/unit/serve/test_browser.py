"""The verify page in a real browser: choosing, pasting, tampered files, hostile names; by keyboard, on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

import provkit
from unit.serve.browser import Browser, answer, choose, paste

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from unit.serve.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]

NASTY = '"><img src=x onerror=alert(1)><script>window.hit=1</script></title>\u202e&lt;b&gt;'
TEXT = "Erste Zeile.\nZweite Zeile: „größer“ 🙂\n\nLetzte.\n"


@pytest.fixture(autouse=True)
def quiet(browser: Browser, service: Running) -> Iterator[None]:
    """Whatever a test does: nothing is asked elsewhere, nothing is blocked, nothing fails, nothing ran."""
    browser.look(1000, 800)
    browser.seen.clear()
    browser.open(service.url + "/")
    yield
    browser.call("Runtime.evaluate", expression="1")  # everything before it was told
    for event in browser.seen:
        facts = event["params"]
        match event["method"]:
            case "Network.requestWillBeSent":
                assert urlsplit(facts["request"]["url"]).netloc == urlsplit(service.url).netloc
            case "Log.entryAdded":
                # An answer that is a refusal is an answer, and the browser notes it.
                assert re.search("status of 4(00|13|22)", facts["entry"]["text"]), facts["entry"]
            case "Runtime.exceptionThrown" | "Page.javascriptDialogOpening" | "Runtime.consoleAPICalled":
                pytest.fail(str(facts))
            case _:
                pass
    assert browser.run("window.hit") is None


def test_choosing_a_file(browser: Browser, service: Running, tmp_path: Path) -> None:
    signed = service.sign(TEXT.encode(), provkit.Origin.synthetic(model="acme/writer-2"))
    assert choose(browser, tmp_path, "a.txt", signed) == "AI-generated"
    # The answer is where the reader is, with or without eyes.
    assert browser.run("document.activeElement.id") == "answer"
    assert "provkit dev signer" in browser.run("document.body.innerText")
    assert "What was checked" in browser.run("document.body.innerText")


def test_a_tampered_file(browser: Browser, service: Running, tmp_path: Path) -> None:
    signed = service.sign(TEXT.encode(), provkit.Origin.human(title="The title of it"))
    assert choose(browser, tmp_path, "a.txt", signed.replace(b"Erste", b"Beste")) == "Credential broken"
    # What a credential that does not hold states is not shown.
    assert "The title of it" not in browser.run("document.body.innerText")


def test_what_is_no_file_of_a_known_kind(browser: Browser, tmp_path: Path) -> None:
    assert choose(browser, tmp_path, "a.bin", b"\0\1\2" * 100) == "No answer"


def test_dropping_a_file(browser: Browser, service: Running) -> None:
    del service
    browser.run(
        "(() => { const data = new DataTransfer(); data.items.add(new File(['Just text.'], 'x.txt'));"
        "dispatchEvent(new DragEvent('dragenter', {dataTransfer: data}));"
        "dispatchEvent(new DragEvent('drop', {dataTransfer: data, cancelable: true})) })()"
    )
    browser.loaded()
    assert answer(browser) == "Origin not stated"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_pasting_a_text(browser: Browser, service: Running, ends: str) -> None:
    """A form makes CR LF of every line end; a text that was signed with either is found to hold."""
    signed = service.sign(TEXT.replace("\n", ends).encode(), provkit.Origin.human())
    assert paste(browser, signed.decode()) == "Human-made, as stated"


def test_pasting_a_page(browser: Browser, service: Running) -> None:
    page = b"<!DOCTYPE html>\n<html><head><title>T</title></head><body><p>Text</p></body></html>\n"
    signed = service.sign(page, provkit.Origin.synthetic(model="m"), media_type="text/html")
    assert paste(browser, signed.decode()) == "AI-generated"


def test_hostile_names_and_titles_are_inert(browser: Browser, service: Running, tmp_path: Path) -> None:
    title = NASTY.replace("\u202e", "")
    signed = service.sign(TEXT.encode(), provkit.Origin.human(title=title))
    assert choose(browser, tmp_path, NASTY.replace("/", "\u2215") + ".txt", signed) == "Human-made, as stated"
    shown = browser.run("document.body.innerText")
    assert title in shown
    assert "\u202e" not in shown
    assert browser.run("document.querySelectorAll('main img, main script, main b b').length") == 0


def test_by_keyboard(browser: Browser, service: Running) -> None:
    del service
    order = ["To the content", "provkit", "file", "text", "Check the text", "url", "Check the address"]
    assert [browser.tab() for _ in range(8)] == [[name, True] for name in (*order, "API description")]


def test_an_answer_by_keyboard(browser: Browser, service: Running, tmp_path: Path) -> None:
    choose(browser, tmp_path, "a.txt", service.sign(TEXT.encode(), provkit.Origin.human()))
    # From the label on, where the reader is: what scrolls, what opens, then the next file.
    walked = [browser.tab() for _ in range(5)]
    assert [name for name, _ in walked[2:3]] == ["Steps"]
    assert walked[4][0] == "file"
    assert all(shown for _, shown in walked), walked


def test_a_file_that_is_too_large_is_not_sent(browser: Browser, service: Running, tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * (2**21 + 1))
    browser.choose("#file", path)
    assert (
        browser.run("document.querySelector('[role=status]').textContent") == "This file is larger than 2 MB."
    )
    assert browser.run("document.querySelector('#file').value") == ""
    for kind in ("keyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent", type=kind, key="Escape", code="Escape", windowsVirtualKeyCode=27
        )
    assert browser.run("document.querySelector('[role=status]').textContent") == ""


def test_nothing_pasted(browser: Browser, service: Running) -> None:
    del service
    browser.run("document.querySelector('#text').form.submit()")
    browser.loaded()
    assert answer(browser) == "Choose a file, or paste a text, first."
    assert browser.run("document.activeElement.id") == "answer"


def test_every_part_has_a_name_and_enough_contrast(
    browser: Browser, service: Running, tmp_path: Path
) -> None:
    signed = service.sign(TEXT.encode(), provkit.Origin.human())
    choose(browser, tmp_path, "a.txt", signed)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    for node in nodes:
        role = node.get("role", {}).get("value")
        if role in {"button", "link", "textbox", "region", "heading", "form", "image"}:
            assert node.get("ignored") or node["name"]["value"], node
    for dark in (False, True):
        browser.look(1000, 800, dark=dark)
        assert browser.run(_CONTRAST) == []


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone(browser: Browser, service: Running, tmp_path: Path, width: int) -> None:
    browser.look(width, 800, dark=True)
    assert browser.run("document.documentElement.scrollWidth") == width
    choose(browser, tmp_path, "x" * 150 + ".txt", service.sign(TEXT.encode(), provkit.Origin.human()))
    assert browser.run("document.documentElement.scrollWidth") == width


def test_without_script(browser: Browser, service: Running, tmp_path: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(service.url + "/")
        path = tmp_path / "a.txt"
        path.write_bytes(service.sign(TEXT.encode(), provkit.Origin.human()))
        browser.choose("#file", path)
        browser.run("document.querySelector('[data-drop] button').click()")
        browser.loaded()
        assert answer(browser) == "Human-made, as stated"
        # Nobody looks at its size before it is sent.
        path.write_bytes(b"x" * (2**21 + 1))
        browser.choose("#file", path)
        browser.run("document.querySelector('[data-drop] button').click()")
        browser.loaded()
        assert answer(browser) == "The request is larger than 2097152 bytes."
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


# WCAG 2.2, 1.4.3: every text against what is behind it.
_CONTRAST = """(() => {
  const channels = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = channels(getComputedStyle(one).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const drawn = (text) => {
    const shape = text.parentElement.querySelector(text.classList.contains("badge") ? ".dot" : ".box");
    const fill = (part) => channels(getComputedStyle(part).fill);
    return [fill(text), text.closest("g") && shape ? fill(shape) : behind(text)];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const pair = element.closest("svg") ? drawn(element) : [channels(getComputedStyle(element).color), behind(element)];
    const [one, other] = pair.map(light).sort((low, high) => low - high);
    if ((other + 0.05) / (one + 0.05) < 4.5) poor.push(element.textContent.slice(0, 40));
  }
  return poor;
})()"""
