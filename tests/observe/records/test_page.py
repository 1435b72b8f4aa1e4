"""The page of a run in a real browser: the timeline is there, is right, and is fluid to use."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from pydron_ng.observe.records.page import page
from pydron_ng.observe.records.record import Record, Worker
from tests.browser import Opened, browser, opened
from tests.observe.records.running import recorded
from tests.observe.records.synthetic import busy, call, frame, made, record, tallies

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

Show = Callable[..., Opened]
#: After the picture is drawn again.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
HOSTILE = (
    "</script><script>document.title='caught'</script><img src=x onerror=alert(1)> "
    "\"'`${1}` {{ 7 * 7 }} \u2028 ünï🙈"
)


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Show:
    """A record's page in a window; whether the browser complains of anything is always asked."""

    def shown(
        run: Record | str, width: int = 1100, *, dark: bool = False, summary: str = ""
    ) -> Opened:
        file = tmp_path / "run.html"
        file.write_text(run if isinstance(run, str) else page(run, summary), encoding="utf-8")
        window = opened(browser, file, width, dark=dark)
        window.page.evaluate(DRAWN)
        assert (window.complaints, window.asked) == ([], [])
        return window

    return shown


@pytest.fixture(scope="module")
def large() -> tuple[Record, str]:
    """A run of 100,000 calls, and its page."""
    run = busy(100_000, 24)
    return run, page(run)


def small() -> Record:
    """The program waits for the second of two calls, which needs the first."""
    calls = [
        call(
            0, function="load", label="load('M31')", issued=0.1, settled=0.4, seconds=0.2, taken=0.5
        ),
        call(
            1,
            worker=1,
            issued=0.1,
            cause=0,
            settled=0.8,
            seconds=0.3,
            taken=0.8,
            waited=0.3,
            calls=40,
        ),
    ]
    mades = [made(0.95, 0.1, function="combine", why="not-begun")]
    frames = [frame(0, 0.05, 0.98), frame(1, 0.1, 0.9, function="night", retired="too-short")]
    workers = [Worker(0, "", 0.02), Worker(1, "castor", 0.05, 0.9, "the connection broke")]
    return record(calls, frames, mades, workers, unlisted=1234)


def where(window: Page, number: int) -> tuple[float, float]:
    """The middle of a call in the window."""
    found = window.evaluate("number => pydron.whereIsCall(number)", number)
    return found["x"], found["y"]


def hover(window: Page, number: int) -> str:
    """What is said of a call when the pointer is over it."""
    window.mouse.move(*where(window, number))
    return window.inner_text("#tip")


def colour_at(window: Page, x: float, y: float) -> list[int]:
    """Red, green, blue of the picture, there."""
    found: list[int] = window.evaluate(
        """([x, y]) => {
            const ratio = devicePixelRatio, canvas = document.getElementById("picture");
            const pixel = [Math.floor(x * ratio), Math.floor(y * ratio)];
            return [...canvas.getContext("2d").getImageData(...pixel, 1, 1).data].slice(0, 3);
        }""",
        [x, y],
    )
    return found


def colour_of(window: Page, number: int) -> list[int]:
    """Of a call in the picture."""
    x, y = where(window, number)
    box = window.eval_on_selector(
        "#picture", "c => [c.getBoundingClientRect().x, c.getBoundingClientRect().y]"
    )
    return colour_at(window, x - box[0], y - box[1] + 8)


def shown_range(window: Page) -> tuple[float, float]:
    found = window.evaluate("() => [pydron.view.from, pydron.view.to]")
    return found[0], found[1]


@pytest.mark.parametrize("kind", ["threads", "multicore"])
def test_the_page_of_a_real_run_shows_what_workers_did(show: Show, kind: str) -> None:
    run = recorded(kind, inline=False)
    window = show(run).page
    assert window.evaluate("() => pydron.run.calls.number.length") == len(run.calls)
    longest = max(run.calls, key=lambda one: one.seconds)
    window.evaluate(
        "([from, to]) => pydron.show(from, to)",
        [1e6 * (longest.began - 0.02), 1e6 * (longest.settled + 0.02)],
    )
    window.evaluate(DRAWN)
    assert hover(window, longest.number).startswith(longest.label)
    assert "reduce_frame" in window.inner_text("#legend")
    assert "combine_fits" in window.inner_text("table")


def test_the_table_counts_the_calls_of_a_real_run(show: Show) -> None:
    run = recorded("multicore", inline=False)  # where nothing is left to the budget
    rows = show(run).page.eval_on_selector_all(
        "tbody tr", "rows => rows.map(row => [...row.children].map(cell => cell.innerText))"
    )
    assert len(rows) == len(run.tallies) == 3
    assert {name.split("\n")[0]: int(calls) for name, calls, *_ in rows} == {
        "reduce_frame": 24,
        "fit_sources": 24,
        "combine_fits": 3,
    }


def test_the_pointer_over_a_call_says_all_about_it(show: Show) -> None:
    window = show(small()).page
    said = hover(window, 1).replace("\n", " ")
    assert said.startswith("fit(1)")
    for told in ("survey.py:20", "40 calls", "worker 1 on castor", "300 ms", "load('M31')"):
        assert told in said
    assert "program waited" in said
    assert hover(window, 0).startswith("load('M31')")


def test_calls_waits_and_idle_workers_are_told_in_the_lanes(show: Show) -> None:
    window = show(small()).page
    box = window.eval_on_selector("#picture", "c => c.getBoundingClientRect().toJSON()")
    said = set()
    for y in range(int(box["y"]), int(box["y"] + box["height"]), 4):
        for part in (0.3, 0.5, 0.7, 0.92):
            window.mouse.move(box["x"] + 92 + part * (box["width"] - 100), y)
            said.add(window.inner_text("#tip").split("\n")[0])
    assert {"fit(1)", "combine", "Waits for fit(1)", "Worker 0 has no work"} <= said
    assert {"night(), scheduled", "Worker 1 on castor is lost"} <= said


def test_a_call_can_be_tapped(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    file.write_text(page(small()), encoding="utf-8")
    size = {"width": 375, "height": 760}
    with browser.new_context(viewport=size, has_touch=True, is_mobile=True) as context:  # type: ignore[arg-type]
        window = context.new_page()
        window.goto(file.as_uri())
        window.touchscreen.tap(*where(window, 1))
        assert window.inner_text("#tip").startswith("fit(1)")
        window.touchscreen.tap(20, 20)
        assert not window.is_visible("#tip")


def test_the_wheel_goes_closer_to_what_is_under_the_pointer(show: Show) -> None:
    window = show(small()).page
    before = where(window, 1)
    window.mouse.move(*before)
    window.mouse.wheel(0, -400)
    window.wait_for_function("() => pydron.view.to - pydron.view.from < 900000")
    assert where(window, 1)[0] == pytest.approx(before[0], abs=1)
    assert hover(window, 1).startswith("fit(1)")


def test_the_wheel_scrolls_the_page_where_nothing_is_left_to_zoom_out_of(show: Show) -> None:
    window = show(busy(200, 16)).page
    window.mouse.move(600, 500)
    window.mouse.wheel(0, 200)
    window.wait_for_function("() => scrollY > 0")
    assert window.evaluate(
        "() => pydron.view.to - pydron.view.from >= pydron.run.seconds * 1e6 - 1"
    )


def test_keys_and_buttons_zoom_and_pan(show: Show) -> None:
    window = show(small()).page
    window.focus("#timeline")
    whole = shown_range(window)
    window.keyboard.press("+")
    closer = shown_range(window)
    assert closer[1] - closer[0] == pytest.approx((whole[1] - whole[0]) / 1.6)
    window.keyboard.press("ArrowLeft")
    assert shown_range(window)[0] < closer[0]
    window.keyboard.press("-")
    window.keyboard.press("0")
    assert shown_range(window) == whole
    window.click("#zoom-in")
    assert shown_range(window)[1] - shown_range(window)[0] == pytest.approx(5e5)
    window.click("#zoom-all")
    assert shown_range(window) == whole == (0, 1e6)


def test_the_timeline_is_dragged(show: Show) -> None:
    window = show(small()).page
    window.click("#zoom-in")
    x, y = where(window, 1)
    before = shown_range(window)
    window.mouse.move(x, y)
    window.mouse.down()
    window.mouse.move(x + 120, y, steps=4)
    window.mouse.up()
    assert shown_range(window)[0] < before[0]
    assert where(window, 1)[0] != x


def test_the_legend_hides_and_shows_the_calls_of_a_function(show: Show) -> None:
    window = show(small()).page
    drawn = colour_of(window, 0)
    button = window.get_by_role("button", name="load")
    button.click()
    window.evaluate(DRAWN)
    assert button.get_attribute("aria-pressed") == "false"
    assert colour_of(window, 0) != drawn
    assert not hover(window, 0).startswith("load")
    button.click()
    window.evaluate(DRAWN)
    assert colour_of(window, 0) == drawn
    assert hover(window, 0).startswith("load")


def test_the_search_leaves_what_it_finds_and_fades_the_rest(show: Show) -> None:
    window = show(small()).page
    found, other = colour_of(window, 0), colour_of(window, 1)
    window.fill("#search", "m31")
    window.evaluate(DRAWN)
    assert colour_of(window, 0) == found
    assert colour_of(window, 1) != other


def test_the_critical_path_is_drawn_unless_it_is_switched_off(show: Show) -> None:
    window = show(small()).page
    place = window.evaluate("() => pydron.whereIsPath()")
    dark = colour_at(window, place["x"], place["y"])
    assert max(dark) < 60
    window.uncheck("#show-path")
    window.evaluate(DRAWN)
    assert min(colour_at(window, place["x"], place["y"])) > 150


@pytest.mark.parametrize("width", [375, 1100])
@pytest.mark.parametrize("workers", [2, 1000])
def test_the_page_is_as_wide_as_its_window(show: Show, width: int, workers: int) -> None:
    long = "path/" * 40 + "survey.py"
    window = show(structs.replace(busy(500, workers, host="node"), program=long), width).page
    widths = window.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert widths == [width, width]


def test_a_thousand_workers_are_scrolled_under_the_program(show: Show) -> None:
    window = show(busy(5000, 1000)).page
    height = window.eval_on_selector("#lanes", "lanes => lanes.clientHeight")
    assert height < 800
    window.eval_on_selector(
        "#lanes",
        "lanes => { lanes.scrollTop = lanes.scrollHeight; lanes.scrollIntoView({block: 'end'}); }",
    )
    window.evaluate(DRAWN)
    last = window.evaluate("() => pydron.run.calls.worker.indexOf(999)")
    number = window.evaluate("last => pydron.run.calls.number[last]", last)
    window.evaluate(
        "i => pydron.show(pydron.run.calls.began[i] - 100, pydron.run.calls.ended[i] + 100)", last
    )
    window.evaluate(DRAWN)
    assert "worker 999" in hover(window, number)


def test_a_hundred_thousand_calls_are_all_there(show: Show, large: tuple[Record, str]) -> None:
    run, text = large
    window = show(text).page
    assert window.evaluate("() => pydron.run.calls.number.length") == 100_000
    for one in (run.calls[1], run.calls[50_000], run.calls[-1]):
        window.evaluate(
            "([from, to]) => pydron.show(from, to)",
            [1e6 * (one.began - 0.02), 1e6 * (one.settled + 0.02)],
        )
        window.evaluate(DRAWN)
        assert hover(window, one.number).startswith(one.label)


def test_what_is_narrower_than_a_pixel_is_merged(show: Show, large: tuple[Record, str]) -> None:
    window = show(large[1]).page
    window.evaluate(
        """() => {
            const pen = document.getElementById("picture").getContext("2d"), fill = pen.fillRect;
            window.bars = 0;
            pen.fillRect = (...box) => { window.bars++; fill.apply(pen, box); };
            pydron.drawAll();
        }"""
    )
    lanes = 24 + 1
    assert 5_000 < window.evaluate("() => bars") < lanes * 1100 * 1.2


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_light_or_dark_as_the_reader_has_it(show: Show, dark: bool) -> None:
    window = show(small(), dark=dark).page
    page_colour = window.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert page_colour == ("rgb(15, 20, 25)" if dark else "rgb(255, 255, 255)")
    corner = colour_at(window, 2, 2)
    assert corner == ([15, 20, 25] if dark else [255, 255, 255])


def test_names_and_arguments_of_any_kind_are_text_and_nothing_else(show: Show) -> None:
    odd = call(0, function=HOSTILE, file=HOSTILE, label=HOSTILE, settled=0.9, seconds=0.8)
    mades = [made(0.5, 0.2, function=HOSTILE, why=HOSTILE)]
    workers = [Worker(0, HOSTILE, 0.0, 0.95, HOSTILE)]
    frames = [frame(0, 0.1, 0.9, function=HOSTILE, retired=HOSTILE)]
    told = tallies([odd])
    window = show(record([odd], frames, mades, workers, program=HOSTILE, tallies=told)).page
    assert hover(window, 0).replace("\n", " ").startswith(HOSTILE[:40])
    assert window.title().startswith("</script><script>")
    assert window.query_selector("img") is None
    assert window.inner_text("h1").startswith("</script>")
    assert HOSTILE[:40] in window.inner_text("table")


def test_the_reason_of_calls_in_the_program_opens_what_it_means(show: Show) -> None:
    (tally,) = tallies([call(0)])
    told = (structs.replace(tally, made={"first-call": 3, "of-tomorrow": 1}),)
    window = show(record(tallies=told)).page
    table = window.inner_text("table")
    assert re.search(r"3 . first-call\n1 . of-tomorrow", table)
    assert not window.is_visible("#why-first-call")
    window.get_by_role("button", name="first-call").first.click()
    assert window.is_visible("#why-first-call")
    assert "workers" in window.inner_text("#why-first-call")


def test_code_in_what_a_reason_says_is_marked_up(show: Show) -> None:
    (tally,) = tallies([call(0)])
    told = (structs.replace(tally, made={"not-issued": 3}),)
    window = show(record(tallies=told)).page
    window.get_by_role("button", name="not-issued").first.click()
    assert "see with pydron explain what" in window.inner_text("#why-not-issued")


def test_the_summary_stands_above_the_timeline(show: Show) -> None:
    text = show(small(), summary="<p id='figures'>Twice as fast</p>").page.inner_text("main")
    assert text.index("Twice as fast") < text.index("Timeline")
    assert "1,234 calls" in text


def test_a_run_without_calls_has_a_page_too(show: Show) -> None:
    window = show(record(workers=(), seconds=0.0)).page
    assert "no functional call" in window.inner_text("main")


def test_all_that_is_drawn_can_be_read_without_a_picture() -> None:
    parser = _Structure()
    parser.feed(page(small()))
    assert parser.unnamed == []
    assert {"table", "h1", "h2", "main", "header"} <= parser.tags


class _Structure(HTMLParser):
    """Tags of a page; pictures and fields that have no name for those who do not see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.unnamed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        if (tag == "canvas" or given.get("type") == "search") and not given.get("aria-label"):
            self.unnamed.append(tag)
