"""The site is made of what the repository is read by: its pages, and some files beside docs/.

Called by mkdocs, see ``hooks`` in mkdocs.yml.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:  # mkdocs loads this file by its path
    sys.path.insert(0, str(ROOT))

from tools.site.drawing import drawn  # noqa: E402

#: Files beside docs/ that belong to the site, and their names there.
OUTSIDE = {
    "benchmarks/RESULTS.md": "figures.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    **{f"examples/{path.name}": f"examples/{path.name}" for path in ROOT.glob("examples/*.py")},
    "pydron.conf.example": "pydron.conf.example",
}
_DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Where nav says ``folder/*``, all pages of that folder."""
    config.nav = _expanded(config.nav, Path(config.docs_dir))
    return config


def _expanded(entry: Any, folder: Path) -> Any:
    match entry:
        case [str(pattern)] if pattern.endswith("/*"):
            pages = [page.relative_to(folder).as_posix() for page in folder.glob(f"{pattern}.md")]
            return sorted(pages, key=lambda page: (not page.endswith("README.md"), page))
        case list():
            return [_expanded(each, folder) for each in entry]
        case dict():
            return {title: _expanded(each, folder) for title, each in entry.items()}
        case _:
            return entry


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The pages, and what is in OUTSIDE."""
    for source, page in OUTSIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Diagrams are drawn here, not by a script from elsewhere; links lead to pages of the site."""
    here = Path(_source(page.file.src_uri)).parent
    linked = _LINK.sub(lambda found: f"]({_target(found[1], here, page)}", markdown)
    return _DIAGRAM.sub(lambda found: drawn(found[1]), linked)


def _source(uri: str) -> str:
    """Where in the repository the page is."""
    named = {page: source for source, page in OUTSIDE.items()}
    return named.get(uri, f"docs/{uri}")


def _target(link: str, here: Path, page: Page) -> str:
    """The link as it is for a page at its place in docs/, or in OUTSIDE."""
    meant = _normal(here / link)
    if meant not in OUTSIDE and not meant.startswith("docs/"):
        return link
    place = OUTSIDE.get(meant, meant.removeprefix("docs/"))
    return "../" * page.file.src_uri.count("/") + place


def _normal(path: Path) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
