"""Pictures in a real browser: what is drawn can be read, and says what the text says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

import pydron_ng
from examples import census, convergence, images
from pydron_ng.observe.explanation import Explanation
from tests.browser import Opened, browser, opened
from tests.observe import busy, programs
from tests.observe.hostile import hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ElementHandle, Page

__all__ = ["browser"]

FUNCTIONS: dict[str, Any] = {
    "census": census.census,
    "convergence": convergence.sweep_temperatures,
    "images": images.survey,
    "night": busy.night,
    "inner": programs.inner,
    "rounds": programs.rounds,
    "handed": programs.handed,
    "nothing": programs.nothing,
    "draws": programs.draws,
}
#: A frame may be wider than what is in it by its own border.
_LINE = 2.0
Box = tuple[float, float, float, float]


@pytest.fixture(params=[*FUNCTIONS, "hostile"])
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Explanation:
    if request.param == "hostile":
        return pydron_ng.explain(hostile(tmp_path))
    return pydron_ng.explain(FUNCTIONS[request.param])


@pytest.fixture(scope="module")
def pages() -> dict[str, Opened]:
    """All pictures that are open."""
    return {}


@pytest.fixture
def picture(
    told: Explanation, browser: Browser, tmp_path: Path, pages: dict[str, Opened]
) -> Iterator[Page]:
    """The picture as a file, opened by itself; it asked for nothing and complained of nothing."""
    if told.function not in pages:
        pages[told.function] = opened(browser, written(told, tmp_path))
    shown = pages[told.function]
    assert shown.page.query_selector("svg")
    yield shown.page
    assert (shown.complaints, shown.asked) == ([], [])


def written(told: Explanation, folder: Path) -> Path:
    file = folder / "picture.svg"
    file.write_text(told.graph_svg(), encoding="utf-8")
    return file


def boxes(page: Page, selector: str) -> list[Box]:
    """Left, top, right and bottom of each."""
    script = """found => found.map(e => e.getBoundingClientRect())
        .map(b => [b.left, b.top, b.right, b.bottom])"""
    return [tuple(box) for box in page.eval_on_selector_all(selector, script)]


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def within(inner: Box, outer: Box) -> bool:
    return (
        outer[0] - _LINE <= inner[0]
        and outer[1] - _LINE <= inner[1]
        and inner[2] <= outer[2] + _LINE
        and inner[3] <= outer[3] + _LINE
    )


def test_each_call_is_there_with_its_name_its_line_and_its_state(
    told: Explanation, picture: Page
) -> None:
    cards = [card.text_content() or "" for card in picture.query_selector_all(".pg-is-call")]
    assert len(cards) == len(told.calls)
    for call in told.calls:
        assert any(f"line {call.line} · " in card for card in cards)


def test_calls_labels_and_bars_do_not_overlap(picture: Page) -> None:
    solid = boxes(picture, ".pg-is-call, .pg-is-label, .pg-is-bar")
    assert [pair for pair in combinations(solid, 2) if overlap(*pair)] == []


def test_titles_of_frames_are_not_hidden(picture: Page) -> None:
    titles = boxes(picture, ".pg-is-cover")
    solid = boxes(picture, ".pg-is-call, .pg-is-bar")
    assert [(t, s) for t in titles for s in solid if overlap(t, s)] == []


def test_every_text_fits_into_its_box(picture: Page) -> None:
    for group in picture.query_selector_all(".pg-is-call, .pg-is-label, .pg-is-bar"):
        box = one_box(group, "rect")
        for text in group.query_selector_all("text"):
            assert within(one_box(text), box), text.text_content()
    svg = boxes(picture, "svg")[0]
    assert [box for box in boxes(picture, "text") if not within(box, svg)] == []


def one_box(element: ElementHandle, selector: str = "") -> Box:
    found = element.query_selector(selector) if selector else element
    assert found is not None
    box = found.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def test_every_title_of_a_frame_fits_into_it(told: Explanation, picture: Page) -> None:
    frames, covers = boxes(picture, "rect.pg-is-frame"), boxes(picture, ".pg-is-cover")
    assert len(frames) == len(covers) == len(told.flow.blocks)
    for frame, cover in zip(frames, covers, strict=True):
        assert within(cover, frame)


def test_bars_go_from_side_to_side_of_their_frame(picture: Page) -> None:
    frames = boxes(picture, "rect.pg-is-frame")
    for left, _, right, _ in boxes(picture, ".pg-is-bar rect"):
        sides = [(f[0], f[2]) for f in frames]
        assert any(abs(left - a) < _LINE and abs(right - b) < _LINE for a, b in sides)


def test_what_waits_is_below_its_bar(browser: Browser, tmp_path: Path) -> None:
    told = pydron_ng.explain(busy.night)
    page = opened(browser, written(told, tmp_path)).page
    bars = {b.text_content(): one_box(b) for b in page.query_selector_all(".pg-is-bar")}
    cards = {c.text_content(): one_box(c) for c in page.query_selector_all(".pg-is-call")}
    (bar,) = [box for text, box in bars.items() if text and "ask_archive() is not" in text]
    (waits,) = [box for text, box in cards.items() if text and "known = calibrate(archive)" in text]
    (apart,) = [box for text, box in cards.items() if text and "psf(catalogue.stars)" in text]
    assert apart[3] < bar[1] < bar[3] < waits[1]


def test_links_go_down_from_call_to_call(told: Explanation, picture: Page) -> None:
    links = [link for link in told.flow.links if not link.is_later]
    drawn = boxes(picture, ".pg-is-link")
    assert len(drawn) == len(links)
    assert all(box[3] - box[1] > 20 for box in drawn)


def test_links_run_through_no_call(picture: Page) -> None:
    script = """paths => paths.flatMap(path => {
        const at = path.getScreenCTM(), long = path.getTotalLength(), found = [];
        for (let part = 4; part < long - 4; part += 4) {
            const p = path.getPointAtLength(part).matrixTransform(at);
            found.push([p.x, p.y]);
        }
        return found;
    })"""
    points = picture.eval_on_selector_all("path.pg-link", script)
    cards = [(a + 2, b + 2, c - 2, d - 2) for a, b, c, d in boxes(picture, ".pg-is-call rect")]
    hit = [(x, y) for x, y in points for a, b, c, d in cards if a < x < c and b < y < d]
    assert hit == []


def test_pointing_at_a_call_shows_why(browser: Browser, tmp_path: Path) -> None:
    told = pydron_ng.explain(programs.unknown_call)
    page = opened(browser, written(told, tmp_path)).page
    (call,) = page.query_selector_all(".pg-is-call")
    said = call.eval_on_selector(":scope > title", "title => title.textContent")
    assert "f() needs what load() returns; it is not known to be pure [unknown-call]" in said
    assert "try: decorate load (programs.py:" in said
    box = one_box(call)
    found = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('.pg-is-call') !== null",
        [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2],
    )
    assert found


def test_by_night_the_paper_is_dark_and_the_ink_light(browser: Browser, tmp_path: Path) -> None:
    file = written(pydron_ng.explain(busy.night), tmp_path)
    lightness = {}
    for dark in (False, True):
        page = opened(browser, file, dark=dark).page
        colours = page.evaluate(
            "['.pg-paper', '.pg-ink'].map(c => getComputedStyle(document.querySelector(c)).fill)"
        )
        lightness[dark] = [sum(map(int, c[4:-1].split(", "))) for c in colours]
    (paper, ink), (night_paper, night_ink) = lightness[False], lightness[True]
    assert min(paper, night_ink) > 600
    assert max(ink, night_paper) < 200


def test_states_differ_by_more_than_their_colour(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written(pydron_ng.explain(busy.night), tmp_path)).page
    script = """cards => cards.map(c => [
        c.querySelector('rect').getAttribute('fill'), c.querySelector('path').getAttribute('d')])"""
    pairs = {tuple(pair) for pair in page.eval_on_selector_all(".pg-is-call", script)}
    assert len(pairs) == 3  # ahead, waits, one by one
    assert len({fill for fill, _ in pairs}) == len({icon for _, icon in pairs}) == 3


def test_a_picture_is_sound_xml_without_scripts_and_references(told: Explanation) -> None:
    root = ET.fromstring(told.graph_svg())
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "style", "rect", "g", "title", "path", "text"}
    attributes: list[tuple[str, Any]] = [pair for e in root.iter() for pair in e.attrib.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or "href" in name]
    assert "url(" not in told.graph_svg()


def test_a_picture_is_the_same_each_time(told: Explanation) -> None:
    assert told.graph_svg() == told.graph_svg()
