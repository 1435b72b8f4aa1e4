"""The pictures in the documentation are the ones that are drawn now."""

from __future__ import annotations

from docs.draw_pictures import pictures


def test_the_pictures_of_the_documentation_are_up_to_date() -> None:
    drawn = pictures()
    assert {path.name for path in drawn} == {"survey.svg", "reduce.svg"}
    old = [path.name for path, text in drawn.items() if path.read_text("utf-8") != text]
    assert old == [], "try: python -m docs.draw_pictures"
