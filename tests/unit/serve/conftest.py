"""One service for all tests that do not end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from support.programs import BROWSERS, program
from unit.serve.browser import Browser
from unit.serve.running import CONFIGURATION, URLS, Running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("served"), CONFIGURATION + URLS) as running:
        yield running


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=30, trust_env=False) as found:
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program(*BROWSERS)
    with Browser(tmp_path_factory.mktemp("profile")) as found:
        yield found
