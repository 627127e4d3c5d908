"""axe over every page that people see: those of the service, the report of verdicts, the account of a crawl."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

import provkit
from provkit.crawl import account_page
from provkit.report import page as report
from unit.crawl.test_account import ROWS, counted, made
from unit.report.test_page import ABOUT, all_states
from unit.serve.browser import choose, paste

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.serve.browser import Browser
    from unit.serve.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]

NASTY: Final = '"><img src=x onerror=alert(1)></title>&lt;b&gt;'
TEXT: Final = "Erste Zeile.\nZweite Zeile: „größer“ 🙂\n\nLetzte.\n"
UNDECIDED: Final = ("color-contrast ", "css-orientation-lock ", "hidden-content ")
"""What axe never decides: text in drawings and in what scrolls, which test_browser measures; style sheets of media."""


def _picture() -> bytes:
    found = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(found, "PNG")
    return found.getvalue()


def empty(browser: Browser, service: Running, folder: Path) -> None:
    del folder
    browser.open(service.url + "/")


def problem(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    browser.run("document.querySelector('#text').form.submit()")
    browser.loaded()


def trusted(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    signed = service.sign(_picture(), provkit.Origin.synthetic(model="acme/painter-3"))
    assert choose(browser, folder, "a.png", signed) == "AI-generated"


def tampered(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    signed = service.sign(TEXT.encode(), provkit.Origin.human())
    assert choose(browser, folder, "a.txt", signed.replace(b"Erste", b"Beste")) == "Credential broken"


def unsigned(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    assert choose(browser, folder, "a.txt", TEXT.encode()) == "Origin not stated"


def unknown(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    assert choose(browser, folder, "a.bin", b"\0\1\2" * 100) == "No answer"


def pasted(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    signed = service.sign(TEXT.encode(), provkit.Origin.human())
    assert paste(browser, signed.decode()) == "Human-made, as stated"


def chain(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    data = service.sign(_picture(), provkit.Origin.human(title="First"))
    for model in ("m", "n"):
        data = service.sign(_picture(), provkit.Origin.synthetic(model=model), parent=data)
    assert choose(browser, folder, "a.png", data) == "AI-generated"
    assert browser.run("document.querySelectorAll('svg .box').length") == 3


def hostile(browser: Browser, service: Running, folder: Path) -> None:
    empty(browser, service, folder)
    signed = service.sign(TEXT.encode(), provkit.Origin.human(title=NASTY))
    choose(browser, folder, NASTY.replace("/", "\u2215") + "x" * 100 + ".txt", signed)


def verdicts(browser: Browser, service: Running, folder: Path) -> None:
    del service
    path = folder / "report.html"
    path.write_text(report.page([all_states()[number] for number in (0, 2, 4, 5)], ABOUT), encoding="ascii")
    browser.open(path.as_uri())


def crawl(browser: Browser, service: Running, folder: Path) -> None:
    del service
    path = folder / "crawl.html"
    path.write_text(account_page.page(made(counted(*ROWS))), encoding="utf-8")
    browser.open(path.as_uri())


@pytest.mark.parametrize(
    "reach",
    [empty, problem, trusted, tampered, unsigned, unknown, pasted, chain, hostile, verdicts, crawl],
    ids=lambda reach: reach.__name__,
)
def test_axe_finds_nothing(
    browser: Browser, service: Running, tmp_path: Path, reach: Callable[[Browser, Running, Path], None]
) -> None:
    browser.look(1000, 800)
    reach(browser, service, tmp_path)
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    for width, dark in ((1000, False), (320, True)):  # no colour depends on the width
        browser.look(width, 800, dark=dark)
        wrong, undecided = browser.axe()
        assert wrong == []
        assert [said for said in undecided if not said.startswith(UNDECIDED)] == []
    # WCAG 2.2, 1.4.10: nobody has to scroll in two directions to read.
    assert browser.run("document.documentElement.scrollWidth") == 320


def test_axe_finds_what_is_wrong(browser: Browser, service: Running, tmp_path: Path) -> None:
    browser.look(1000, 800)
    empty(browser, service, tmp_path)
    browser.run("document.querySelector('label[for=text]').remove()")
    browser.run("document.querySelector('.lead').style.color = '#eeeeee'")
    found = {said.partition(" ")[0] for said in browser.axe()[0]}
    assert found == {"label", "label-title-only", "color-contrast"}
