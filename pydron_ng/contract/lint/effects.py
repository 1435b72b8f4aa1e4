"""Calls that have an effect, by the full names of what is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from pydron_ng.contract.lint.functions import Function
from pydron_ng.contract.lint.spelling import Spelling
from pydron_ng.contract.lint.suspicion import Sight
from pydron_ng.purity.effects import (
    EFFECTS,
    SETTINGS_PUT_BACK,
    WRITING_IF_TOLD_WHERE,
    WRITING_METHODS,
)

_WHY: Final = {
    "wrote": "a call may run ahead, twice or for nothing, and what it writes with it",
    "started-process": "nobody can see what a process does, nor put it in its place",
    "reached-out": "what others answer, and when, is no part of the arguments",
    "used-random": "its numbers depend on who drew before, and a worker has other ones",
    "changed-setting": "it belongs to the whole process; a worker changes its own",
    "differs-elsewhere": "a worker has no standard input",
}
_SAID: Final = {
    "wrote": "writes",
    "started-process": "starts, or signals, a process",
    "reached-out": "talks to others",
    "used-random": "draws from a generator that the whole process shares",
    "changed-setting": "changes a setting of the process",
    "differs-elsewhere": "reads standard input",
}
_BUFFERS: Final = frozenset({"BytesIO", "StringIO"})


def effects_in(function: Function, spelling: Spelling) -> Iterator[Sight]:
    """Each call that writes, draws, starts, sets or asks for something."""
    put_back = set(_put_back(function, spelling))
    buffers = set(_buffers(function))
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Call):
            continue
        full = spelling.full(node.func, function.bound | function.around)
        code = EFFECTS.get(full, "")
        if code == "changed-setting" and (id(node) in put_back or _only_asks(node, full)):
            continue
        if code == "wrote" and _is_to(node, buffers):
            continue
        if code:
            yield Sight(node, code, f"{_told(node.func)}() {_SAID[code]}", _WHY[code], full)
        elif _opens_for_writing(node, full):
            said = f"{_told(node.func)}() opens a file for writing"
            yield Sight(node, "wrote", said, _WHY["wrote"], full)
        elif _writes(node, full) and not _is_to(node, buffers):
            said = f".{_method(node)}() writes"
            yield Sight(node, "wrote", said, _WHY["wrote"], full)


def _told(func: ast.expr) -> str:
    return ast.unparse(func)


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _only_asks(call: ast.Call, full: str) -> bool:
    """``locale.setlocale(category)`` tells what is set."""
    return full == "locale.setlocale" and len(call.args) + len(call.keywords) == 1


def _put_back(function: Function, spelling: Spelling) -> Iterator[int]:
    """The nodes inside of ``with warnings.catch_warnings():`` and its like."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.With | ast.AsyncWith):
            calls = [item.context_expr for item in node.items]
            names = {spelling.full(c.func) for c in calls if isinstance(c, ast.Call)}
            if names & SETTINGS_PUT_BACK:
                yield from (id(part) for part in ast.walk(node))


def _buffers(function: Function) -> Iterator[str]:
    """The names that are buffers in memory: ``buffer = io.BytesIO()``."""
    for node in ast.walk(function.node):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                if ast.unparse(func).rpartition(".")[2] in _BUFFERS:
                    yield name
            case ast.withitem(context_expr=ast.Call(func=func), optional_vars=ast.Name(id=name)):
                if ast.unparse(func).rpartition(".")[2] in _BUFFERS:
                    yield name
            case _:
                pass


def _is_to(call: ast.Call, buffers: set[str]) -> bool:
    """Is one of its arguments a buffer in memory?"""
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(a, ast.Name) and a.id in buffers for a in arguments)


def _opens_for_writing(call: ast.Call, full: str) -> bool:
    if full in {"builtins.open", "io.open", "gzip.open", "bz2.open", "lzma.open", "codecs.open"}:
        mode = _mode(call, 1)
    elif _method(call) == "open" and not full:
        mode = _mode(call, 0)
    else:
        return False
    return mode[:1] in {"w", "a", "x"} or "+" in mode


def _mode(call: ast.Call, place: int) -> str:
    """The mode that it is called with, as far as it is written there."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    match [*named, *call.args[place : place + 1]]:
        case [ast.Constant(value=str(mode)), *_] if len(mode) <= 4:  # noqa: PLR2004 - "wb+t"
            return mode
        case _:
            return ""


def _writes(call: ast.Call, full: str) -> bool:
    method = _method(call)
    if method not in WRITING_METHODS or full.startswith("os."):
        return False
    return method not in WRITING_IF_TOLD_WHERE or bool(call.args) or _is_told_where(call)


def _is_told_where(call: ast.Call) -> bool:
    return any(k.arg in {"path", "path_or_buf", "path_or_buffer", "store"} for k in call.keywords)
