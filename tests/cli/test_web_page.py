"""The page of ``pydron web`` in a real browser: live, on any width, and with a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import browser
from tests.cli.serving import Server, serving
from tests.watched import HOLDING, LONG_NAMES, Programs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

PHONE, DESK = 360, 1100
HOSTILE = "<img src=x onerror=alert(1)><script>document.title='caught'</script>"
#: Its names and messages are HTML.
HOSTILE_PROGRAM = """
    import sys
    from pathlib import Path
    from pydron_ng import Pool
    from tests.pool import work

    pool = Pool(2)
    def hostile(*given): return work.hold(*given)
    hostile.__qualname__ = {text!r}
    pool.submit(hostile, Path(sys.argv[1], "begun"), Path(sys.argv[1], "go"))
    pool.submit(work.fail, {text!r}).exception()
    work.hold(Path(sys.argv[1], "main"), Path(sys.argv[1], "go"))
"""

Open = Callable[..., "Page"]


@pytest.fixture
def server(tmp_path: Path, run_folder: Path) -> Iterator[Server]:
    with serving(tmp_path, run_folder, token=True) as started:
        yield started


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Open]:
    """Whether the browser complains of anything, or anything is asked of others, is looked at."""
    complaints: list[str] = []
    pages = []

    def opened(width: int = DESK, *, dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.on("request", lambda r: complaints.append(r.url) if not is_here(r.url) else None)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(server.url)
        return page

    def is_here(url: str) -> bool:
        return url.startswith(server.url)

    yield opened
    for page in pages:
        page.close()
    assert [text for text in complaints if "401" not in text] == []


def log_in(page: Page, token: str) -> None:
    page.get_by_label("token").fill(token)
    page.get_by_role("button", name="use it").click()


def test_it_shows_what_runs_and_follows_it(programs: Programs, open_page: Open) -> None:
    page = open_page()
    page.get_by_text("No program of yours runs on this machine").wait_for()
    program = programs.start(HOLDING + "    work.hold(folder / 'end', folder / 'over')\n")
    page.get_by_role("heading", name="survey.py").wait_for()
    page.locator(".running dd", has_text="2").wait_for()
    page.locator(".tasks .label", has_text="hold()").nth(1).wait_for()
    program.go()
    page.locator(".done dd", has_text="3").wait_for()
    page.locator(".tasks .rests").nth(1).wait_for()
    assert page.locator(".worker").count() == 2
    assert page.locator(".speed polyline").get_attribute("points")
    program.process.kill()
    page.get_by_text("No program of yours runs on this machine").wait_for()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_and_can_be_read(
    programs: Programs, open_page: Open, server: Server, width: int, dark: bool
) -> None:
    programs.start(LONG_NAMES).until(running=2)
    page = open_page(width, dark=dark)
    log_in(page, server.token)
    page.get_by_role("button", name="end worker").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert 36 <= box["height"] <= 40  # a finger finds it, and its text is one line
    paper, ink = page.evaluate(
        "() => ['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name])"
    )
    assert (_light(paper) < 100 < _light(ink)) if dark else (_light(ink) < 100 < _light(paper))


def _light(colour: str) -> float:
    return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) / 3


def test_nothing_can_be_ended_without_the_token(programs: Programs, open_page: Open) -> None:
    programs.start().until(running=2)
    page = open_page()
    page.locator(".worker").first.wait_for()
    assert page.get_by_role("button", name="end worker").count() == 0
    log_in(page, "a token that is another")
    page.get_by_text("that is not the token").wait_for()
    page.locator("body:not(.lost) .worker").first.wait_for()
    assert page.get_by_role("button", name="end worker").count() == 0


def test_a_task_is_cancelled(programs: Programs, open_page: Open, server: Server) -> None:
    program = programs.start()
    program.until(running=2)
    page = open_page()
    log_in(page, server.token)
    page.get_by_role("button", name="cancel").first.click()
    page.get_by_role("alert").filter(has_text="is ended").wait_for()
    page.locator(".failures .why", has_text="it was ended from outside").wait_for()
    program.go()
    assert program.end()[1].count("released") == 2


def test_a_worker_is_ended(programs: Programs, open_page: Open, server: Server) -> None:
    program = programs.start()
    program.until(running=2)
    page = open_page(PHONE)
    log_in(page, server.token)
    page.get_by_role("button", name="end worker 1.0").click()
    page.get_by_role("alert").filter(has_text="worker 1.0 is ended").wait_for()
    page.locator(".failed dd", has_text="1").wait_for()
    program.go()
    assert program.end()[1].count("released") == 2


def test_the_token_is_kept_while_the_page_is_open(
    programs: Programs, open_page: Open, server: Server
) -> None:
    programs.start().until(running=2)
    page = open_page()
    log_in(page, server.token)
    page.get_by_role("button", name="end worker").first.wait_for()
    page.reload()
    page.get_by_role("button", name="end worker").first.wait_for()
    assert server.token not in page.url


def test_what_programs_say_is_text(programs: Programs, open_page: Open) -> None:
    program = programs.start(HOSTILE_PROGRAM.format(text=HOSTILE), name="<b>x.py")
    program.until(running=1)
    page = open_page()
    page.get_by_role("heading", name="<b>x.py").wait_for()
    page.locator(".tasks .label", has_text=HOSTILE).wait_for()
    page.locator(".failures .why", has_text=HOSTILE).wait_for()
    assert page.locator("main img, main script, main b").count() == 0
    assert page.title() == "pydron"


def test_it_says_that_the_server_is_gone(
    browser: Browser, tmp_path: Path, run_folder: Path
) -> None:
    page = browser.new_page()
    with serving(tmp_path, run_folder) as server:
        page.goto(server.url)
        page.get_by_text("0 programs").wait_for()
    page.get_by_text("not connected").wait_for()
    page.close()


def test_from_elsewhere_the_page_asks_for_the_token_first(
    browser: Browser, programs: Programs, tmp_path: Path, run_folder: Path
) -> None:
    programs.start().until(running=2)
    page = browser.new_page()
    with serving(tmp_path, run_folder, "--host", "0.0.0.0", token=True) as server:
        page.goto(server.url)
        page.get_by_text("this page takes a token").wait_for()
        assert page.locator(".program").count() == 0
        log_in(page, server.token)
        page.get_by_role("button", name="end worker").first.wait_for()
        page.close()
