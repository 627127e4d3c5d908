"""A real Chromium, driven through the pipe of its debugging protocol: no further package is needed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
from collections import deque
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
_PATIENCE: Final = 30.0
_AXE: Final = "axe_playwright_python", "axe.min.js"
_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental")
_NOT: Final = "focus-order-semantics"
"""Wants a landmark wherever something scrolls: four for each of the two hundred files of a report."""
_LOOK: Final = """axe.run(document, {preload: false, resultTypes: ["violations", "incomplete"], runOnly: TAGS,
rules: {"NOT": {enabled: false}}})
.then((found) => [found.violations, found.incomplete].map((rules) => rules.flatMap((rule) => rule.nodes.map(
(node) => `${rule.id} (${rule.impact}): ${node.html.slice(0, 120)}: ${node.failureSummary}`))))""".replace(
    "NOT", _NOT
).replace("TAGS", json.dumps(_TAGS))
_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


# The browser reads from descriptor 3 and writes to 4; both may be taken here.
_START: Final = """
import os, sys
from fcntl import F_DUPFD, fcntl
found = [fcntl(int(number), F_DUPFD, 10) for number in sys.argv[1:3]]
os.dup2(found[0], 3)
os.dup2(found[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One tab of a browser with a profile of its own; ends with the ``with`` block."""

    def __init__(self, profile: Path) -> None:
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        assert CHROMIUM is not None
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _START,
                str(to_browser),
                str(from_browser),
                CHROMIUM,
                *_FLAGS,
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        self._seen: set[str] = set()
        self.events: deque[dict[str, Any]] = deque()
        """What the browser told and nobody looked at yet, in order."""
        self.seen: list[dict[str, Any]] = []
        """All that it told."""

    def __enter__(self) -> Self:
        try:
            return self._opened()
        except BaseException:
            self.__exit__()
            raise

    def _opened(self) -> Self:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "DOM", "Log", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self._seen.add(self.call("Page.getFrameTree")["frameTree"]["frame"]["loaderId"])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._out)
        os.close(self._in)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something; returns what it answers."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._number:
                assert "error" not in found, (method, found["error"])
                result: dict[str, Any] = found["result"]
                return result
            self.events.append(found)

    def loaded(self) -> None:
        """Wait until another document than the last one is loaded."""
        while True:
            found = self.events.popleft() if self.events else self._next()
            facts = found.get("params", {})
            if found.get("method") == "Page.lifecycleEvent" and facts["name"] == "load":
                if facts["loaderId"] in self._seen:
                    continue
                self._seen.add(facts["loaderId"])
                if facts["loaderId"] == self.call("Page.getFrameTree")["frameTree"]["frame"]["loaderId"]:
                    return

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._in], [], [], _PATIENCE)[0], "the browser does not answer"
            piece = os.read(self._in, 1 << 20)
            assert piece, "the browser has gone"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        if "method" in found:
            self.seen.append(found)
        return found

    def open(self, url: str) -> None:
        """Go somewhere, and wait until it is loaded."""
        self.call("Page.navigate", url=url)
        self.loaded()

    def run(self, expression: str) -> Any:
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def choose(self, selector: str, path: Path) -> None:
        """Choose a file in a field."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", files=[str(path.resolve())], nodeId=node)

    def insert(self, selector: str, text: str) -> None:
        """Put text into a field as pasting does."""
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """The size of the window, and the colours the reader likes."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def tab(self) -> Any:
        """Press the key; returns what has the focus then: its id, or its text, and whether that is to be seen."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        return self.run(_FOCUSED)

    def axe(self) -> tuple[list[str], list[str]]:
        """What axe finds wrong in the page, and what it cannot tell."""
        if self.run("typeof axe") == "undefined":
            # The policy of a page does not hold for what is evaluated from here.
            self.run(resources.files(_AXE[0]).joinpath(_AXE[1]).read_text(encoding="utf-8") + ";0")
        wrong, undecided = self.run(_LOOK)
        return wrong, undecided

    def picture(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])


def answer(browser: Browser) -> str:
    """The label that the page shows."""
    found: str = browser.run("document.getElementById('answer').textContent")
    return found


def choose(browser: Browser, folder: Path, name: str, data: bytes) -> str:
    """Choose a file on the verify page; returns the label."""
    path = folder / name
    path.write_bytes(data)
    browser.choose("#file", path)
    browser.loaded()
    return answer(browser)


def paste(browser: Browser, text: str) -> str:
    """Paste a text on the verify page; returns the label."""
    browser.insert("#text", text)
    browser.run("document.querySelector('#text').form.querySelector('button').click()")
    browser.loaded()
    return answer(browser)


# A field that is not painted shows its focus on the frame around it.
_FOCUSED: Final = """(() => {
  const one = document.activeElement;
  const shown = [one, one.closest("form")].some((part) => {
    if (!part) return false;
    const style = getComputedStyle(part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  return [one.id || one.getAttribute("aria-label") || one.textContent, shown];
})()"""
