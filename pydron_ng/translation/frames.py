"""Code that looks at the names of its own frame: ours would be among them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType

from pydron_ng.errors import TranslationError

#: These see the frame that they are in; such a function is left as it is.
_FRAME_READERS = frozenset(
    """locals vars dir eval exec globals _getframe inspect currentframe pdb breakpoint set_trace
    __import__""".split()
)
_COMPREHENSIONS = frozenset({"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"})


def reads_its_frame(code: CodeType) -> bool:
    """Does it see the names of its frame?"""
    return not _FRAME_READERS.isdisjoint(_names(code))


def refuse_frame_readers(code: CodeType) -> None:
    """Raises: TranslationError for code that looks at the names of its own frame."""
    seen = _FRAME_READERS.intersection(_names(code))
    if seen:
        raise TranslationError(f"it uses {min(seen)}, which sees the names of its frame")


def mentions_its_frame(node: ast.AST) -> bool:
    """Does an expression name what sees the names of its frame?"""
    names = (getattr(part, "id", None) or getattr(part, "attr", None) for part in ast.walk(node))
    return any(name in _FRAME_READERS for name in names)


def _names(code: CodeType) -> Iterator[str]:
    """The names that code uses, and those of comprehensions in it: they are routed, too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and constant.co_name in _COMPREHENSIONS:
            yield from _names(constant)
