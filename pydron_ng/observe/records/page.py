"""A record as one HTML page that needs nothing else: no server, no network, no library."""

from __future__ import annotations

import re
from datetime import datetime
from importlib.resources import files

import msgspec
from jinja2 import Environment
from markupsafe import Markup, escape

from pydron_ng.observe.look import palette
from pydron_ng.observe.records.columns import columns
from pydron_ng.observe.records.duration import duration
from pydron_ng.observe.records.record import Record
from pydron_ng.observe.records.table import meanings, rows_of

#: The page's one style sheet, behind the palette, and its one script, in this order.
STYLES = ("timeline.css", "page.css")  # the latter knows how narrow screens are
SCRIPTS = tuple(
    f"{name}.js" for name in "run view layout tracks paint path overview words legend main".split()
)


def page(record: Record, summary_html: str = "") -> str:
    """The whole page.

    summary_html: what stands above the timeline, HTML of ours. There are looks for paragraphs,
        ``<pre>``, and ``<dl class="figures"><div><dt>waited</dt><dd>3 s</dd></div> ...</dl>``.
    """
    drawn = columns(record)
    rows = rows_of(record, drawn["colours"])
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["marked"] = _marked
    return environment.from_string(_asset("page.html")).render(
        record=record,
        facts=_facts(record, len(drawn["workers"])),
        summary=Markup(summary_html),  # noqa: S704 - ours
        rows=rows,
        meanings=meanings(rows),
        style=Markup(palette()) + _all(STYLES),  # noqa: S704 - ours
        script=_all(SCRIPTS),
        data=_inert(msgspec.json.encode(drawn).decode()),
    )


def _all(names: tuple[str, ...]) -> Markup:
    return Markup("\n".join(map(_asset, names)))  # noqa: S704 - ours


def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


def _facts(record: Record, count: int) -> tuple[str, ...]:
    """count: of workers, those included that were there before the record began."""
    hosts = {worker.host for worker in record.workers if worker.host}
    where = f" on {len(hosts)} hosts" if len(hosts) > 1 else f" on {hosts.pop()}" if hosts else ""
    return (
        _date(record.began),
        duration(record.seconds),
        f"{count:,} worker{'s' * (count != 1)}{where}",
        f"Python {record.python}, {record.cores} core{'s' * (record.cores != 1)}",
    )


def _date(began: str) -> str:
    """In words; as it is if it is no date."""
    try:
        at = datetime.fromisoformat(began)
    except ValueError:
        return began
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname() or ''}".strip()


def _marked(text: str) -> Markup:
    """With code between backticks as such."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _inert(json: str) -> Markup:
    """The same JSON, in which nothing ends a script or begins a comment."""
    for character in "<>&\u2028\u2029":
        json = json.replace(character, f"\\u{ord(character):04x}")
    return Markup(json)  # noqa: S704 - nothing in it means anything to HTML
