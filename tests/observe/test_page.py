"""The page in a real browser: source, picture and reasons, on any screen, whatever the source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pydron_ng
from examples import census, convergence, images
from pydron_ng.observe.codes import CODES
from pydron_ng.observe.pictures.page import page_of
from tests.browser import Opened, browser, opened
from tests.observe import busy, programs
from tests.observe.hostile import hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]

ALL = [census.census, convergence.sweep_temperatures, images.survey, busy.night]
Show = Callable[..., Opened]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Show:
    """The page of these functions in a window."""

    def shown(*functions: Any, width: int = 1100, dark: bool = False, notes: Any = ()) -> Opened:
        told = [pydron_ng.explain(function) for function in functions]
        file = tmp_path / "page.html"
        file.write_text(page_of(told, "a <title>.py", notes), encoding="utf-8")
        return opened(browser, file, width, dark=dark)

    return shown


def test_a_page_asks_for_nothing_and_has_no_complaints(show: Show, tmp_path: Path) -> None:
    shown = show(*ALL, hostile(tmp_path))
    assert (shown.complaints, shown.asked) == ([], [])
    assert shown.page.title() == "a <title>.py"
    assert len(shown.page.query_selector_all("section svg")) == len(ALL) + 1


def test_every_line_of_the_source_is_there_as_it_is(show: Show, tmp_path: Path) -> None:
    function = hostile(tmp_path)
    page = show(function).page
    lines = page.eval_on_selector_all(
        ".pd-line", "lines => lines.map(l => l.querySelector('code').textContent)"
    )
    source = pydron_ng.explain(function).source
    assert lines == [line.expandtabs().replace("\x0c", "\ufffd") for line in source]
    assert any("\x0c" in line and "\t" in line for line in source)
    assert "</script><script>alert(1)</script>" in "".join(lines)


@pytest.mark.parametrize("width", [375, 1100])
def test_hostile_source_is_text_and_nothing_else(show: Show, tmp_path: Path, width: int) -> None:
    note = "<script>alert(5)</script> {{ 7 * 7 }} \x00"
    shown = show(hostile(tmp_path), width=width, notes=[note])
    assert (shown.complaints, shown.asked) == ([], [])
    assert shown.page.query_selector_all("script, img, b b, [onload], [onclick]") == []
    said = shown.page.inner_text(".pd-notes")
    assert said.strip() == note.replace("\x00", "\ufffd")


def test_a_marked_line_opens_to_why_and_what_to_change(show: Show) -> None:
    page = show(programs.unknown_call).page
    held = page.locator("details.pd-line", has_text="HOLDS UP")
    assert not held.locator(".pd-said").is_visible()
    held.locator("summary").first.click()
    said = held.locator(".pd-said").inner_text()
    assert "holds up line" in said
    assert "f() needs what load() returns; it is not known to be pure" in said
    assert "try: decorate load (programs.py:" in said


def test_a_code_opens_to_what_the_docs_say_of_it(show: Show) -> None:
    page = show(programs.unknown_call).page
    held = page.locator("details.pd-line", has_text="HOLDS UP")
    held.locator("summary").first.click()
    code = held.locator(".pd-code")
    code.locator("summary").click()
    for part in CODES["unknown-call"]:
        assert part.replace("`", "") in code.inner_text()


def test_pointing_at_the_margin_shows_why(show: Show) -> None:
    page = show(programs.unknown_call).page
    tip = page.locator(".pd-margin", has_text="HOLDS UP").get_attribute("title")
    assert tip is not None
    assert "f() needs what load() returns" in tip


@pytest.mark.parametrize("dark", [False, True])
def test_a_page_fits_a_phone_with_everything_open(show: Show, tmp_path: Path, dark: bool) -> None:
    page = show(*ALL, hostile(tmp_path), width=375, dark=dark).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    wide = page.eval_on_selector_all(
        ".pd-said", "all => all.map(e => e.getBoundingClientRect().right)"
    )
    assert max(wide) <= 375


def test_by_night_the_page_is_dark(show: Show) -> None:
    colour = "getComputedStyle(document.querySelector('.pydron')).backgroundColor"
    assert show(programs.loop).page.evaluate(colour) == "rgb(255, 255, 255)"
    night = show(programs.loop, dark=True).page.evaluate(colour)
    assert sum(map(int, night[4:-1].split(", "))) < 100


def test_what_runs_have_shown_is_there_too() -> None:
    told = pydron_ng.explain(programs.loop)
    from dataclasses import replace

    from pydron_ng.events import Reason

    seen = (Reason("mismatch", told.line + 4, ("f() took <another> list",)),)
    text = page_of([replace(told, seen=seen)], "runs.py")
    assert "f() took &lt;another&gt; list" in text
    assert "What runs have shown" in text


def test_a_function_without_calls_says_what_to_do() -> None:
    text = pydron_ng.explain(programs.nothing)._repr_html_()
    assert "Decorate the functions that only compute a value" in text
    assert "<svg" not in text
