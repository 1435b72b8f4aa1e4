"""Explanations as a page: one file of HTML that needs nothing else, or a part of a notebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydron_ng.observe.explanation import Explanation
from pydron_ng.observe.measured import table_of
from pydron_ng.observe.pictures.measure import columns, legible
from pydron_ng.observe.pictures.svg import svg_of
from pydron_ng.observe.pictures.told import lines_of_source, seen_in_runs
from pydron_ng.observe.text import summary_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_QUOTED = re.compile(r"`([^`]+)`")
_TAB = 8  # columns, as Python counts them


def page_of(told: Sequence[Explanation], title: str, notes: Sequence[str] = ()) -> str:
    """A page that explains these functions. notes: what is said before, in lines."""
    return _rendered("page.html", title=title, notes=notes, functions=_all_parts(told))


def part_of_a_page(told: Explanation) -> str:
    """One function, with the style that it needs, to be put into any page."""
    return _rendered("part.html", functions=_all_parts([told]))


def _rendered(template: str, **parts: Any) -> str:
    return _environment().get_template(template).render(**parts)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"quoted": _with_code, "source": _as_source}
    return made


def _all_parts(told: Sequence[Explanation]) -> list[dict[str, Any]]:
    return [_parts(one) for one in told]


def _parts(told: Explanation) -> dict[str, Any]:
    from markupsafe import Markup

    lines = lines_of_source(told)
    return {
        "told": told,
        "summary": summary_of(told),
        "picture": Markup(svg_of(told, headed=False)),  # noqa: S704 - made by an XML writer, all texts escaped
        "lines": lines,
        "margin": max((columns(line.margin) for line in lines), default=0),
        "digits": len(str(told.line + len(lines))),
        "seen": seen_in_runs(told),
        "measured": None if told.measured is None else table_of(told.measured),
    }


def _with_code(text: str) -> Markup:
    """What stands between backquotes, as code; all of it safe."""
    from markupsafe import Markup, escape

    return Markup(_QUOTED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _as_source(text: str) -> str:
    return legible(text.expandtabs(_TAB))
