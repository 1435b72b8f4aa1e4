"""Pages in a real browser, which has to be there: headless, without a network, watched.

A module that opens pages takes the fixture by ``from tests.browser import browser``. It ends with
that module: while it is there, no event loop can be run by ``asyncio.run`` in this thread.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
NO_BROWSER = """\
there is no Chromium to open pages in
  try: apt-get install chromium fonts-dejavu-core; or put one of these on PATH: """ + ", ".join(
    _NAMES
)
NO_DRIVER = (
    "the package playwright, which drives the browser, is not there\n  try: pip install playwright"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that is shown. complaints: errors on its console; asked: what it wanted to load."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def chromium() -> str:
    """The path of the browser. Fails the test, with the way out, where there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a module."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        pytest.fail(NO_DRIVER, pytrace=False)
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=options)
        yield started
        started.close()


def opened(browser: Browser, file: Path, width: int = 1100, *, dark: bool = False) -> Opened:
    """The file, shown in a window of that width; nothing outside of it can be reached."""
    scheme = "dark" if dark else "light"
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    shown = Opened(page)

    def saw(request: Request) -> None:
        if request.url != file.as_uri():
            shown.asked.append(request.url)

    page.context.set_offline(offline=True)
    page.on("request", saw)
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: shown.complaints.append(said.text) if said.type == "error" else None,
    )
    page.goto(file.as_uri())
    return shown
