"""Pages as blocks of code, each with its place and what it is said to print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md"))]
#: Their blocks are cut out of programs that have tests of their own.
ELSEWHERE = {"docs/parallelism.md": "tests/shapes"}

_TITLE = re.compile(r'title="([^"]*)"')
_ARROW = re.compile(r"# -> (.*)$", re.MULTILINE)
NOT_RUN = "not run: "
FIGURES = "figures of one machine"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. line: of the opening fence, counted from 0. end: of the closing one."""

    language: str
    title: str
    text: str
    line: int
    end: int
    output: Block | None = None  # the block of text that follows

    @property
    def is_run(self) -> bool:
        return not self.title.startswith(NOT_RUN)

    @property
    def file(self) -> str:
        """The file that is written; empty if none is."""
        name = self.title.partition(", ")[0]
        return name if self.is_run and "." in name and self.language != "text" else ""

    @property
    def wanted(self) -> str | None:
        """What it is said to print; None if nothing is said."""
        if self.output is not None:
            return self.output.text
        said = _ARROW.findall(self.text)
        return "\n".join(said) + "\n" if said else None

    @property
    def is_any_figure(self) -> bool:
        return (self.output or self).title.endswith(FIGURES)


@cache
def blocks(page: str) -> tuple[Block, ...]:
    """All blocks of the page, in order."""
    if page in ELSEWHERE:
        return ()
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [_block(token) for token in MarkdownIt().parse(text) if token.type == "fence"]
    return tuple(_with_outputs(found))


def _block(token: Token) -> Block:
    assert token.map is not None
    title = _TITLE.search(token.info)
    language = token.info.split()[0] if token.info else ""
    start, end = token.map
    return Block(language, title[1] if title else "", token.content, start, end - 1)


def _with_outputs(found: list[Block]) -> Iterator[Block]:
    for block, after in zip(found, [*found[1:], None][: len(found)], strict=True):
        if block.language == "python" and after is not None and after.language == "text":
            yield Block(block.language, block.title, block.text, block.line, block.end, after)
        else:
            yield block
