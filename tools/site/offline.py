"""Does the site ask anybody else for anything? ``python -m tools.site.offline site``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

#: Links of these kinds are told to browsers, and not followed by them.
_ONLY_TOLD = {"canonical", "prev", "next", "alternate"}
_ELSEWHERE = r"(?:https?:)?//[^)'\"]+"
_IN_STYLE = re.compile(rf"url\(\s*['\"]?({_ELSEWHERE})|@import\s+['\"]({_ELSEWHERE})")
_FETCHED = ("src", "srcset", "data", "poster")


class _Page(HTMLParser):
    """Collects what a browser fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and values.get("rel") not in _ONLY_TOLD:
            self.fetched.append(values.get("href", ""))
        self.fetched += [values[name] for name in _FETCHED if name in values]


def requests(site: Path) -> Iterator[str]:
    """Each file of the site that needs another place, and which."""
    for path in sorted(site.rglob("*.html")):
        page = _Page()
        text = path.read_text(encoding="utf-8")
        page.feed(text)
        found = [*page.fetched, *_in_style(text)]
        yield from (f"{path}: {url}" for url in found if url.startswith(("http:", "https:", "//")))
        if 'class="mermaid"' in text:
            yield f"{path}: a mermaid diagram, for which a script is fetched"
    for path in sorted(site.rglob("*.css")):
        yield from (f"{path}: {url}" for url in _in_style(path.read_text(encoding="utf-8")))


def _in_style(text: str) -> list[str]:
    return [one or other for one, other in _IN_STYLE.findall(text)]


if __name__ == "__main__":
    found = list(requests(Path(sys.argv[1])))
    for request in found:
        print(request)
    sys.exit(bool(found))
