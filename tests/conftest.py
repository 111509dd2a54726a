"""The browser, for the tests that look at pages as a reader does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import CHROMIUM, need, need_program


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium, as a browser of playwright.

    One a module, not one a session: playwright's event loop runs in this thread until it is closed, and what runs
    notebooks after it would find it running.
    """
    playwright = need("playwright.sync_api")
    program = need_program("chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def requested() -> list[str]:
    """The addresses that `tab` asked for, in their order."""
    return []


@pytest.fixture
def tab(browser: Any, requested: list[str]) -> Iterator[Any]:
    """A tab in a window of its own, 1280 pixels wide; what it asks for is in `requested`."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.on("request", lambda request: requested.append(request.url))
        opened = context.new_page()
        opened.on("websocket", lambda socket: requested.append(socket.url))
        yield opened
