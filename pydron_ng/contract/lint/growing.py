"""Is ``x += y`` a change of the object, as with lists and arrays, or just of the name?"""

from __future__ import annotations

import ast
from typing import Final

_MUTABLE: Final = frozenset(
    """list dict set deque Counter defaultdict bytearray ndarray NDArray Array DataFrame Series
    List Dict Set MutableSequence MutableMapping MutableSet""".split()
)
_OF_ARRAYS: Final = frozenset(
    """shape dtype ndim T astype reshape mean std sum ravel flatten sort fill min max""".split()
)


def may_grow_in_place(function: ast.AST, node: ast.AugAssign) -> bool:
    """Does it change the object, by all that the function shows of the name?"""
    assert isinstance(node.target, ast.Name)
    name = node.target.id
    annotation = _annotation(function, name)
    if annotation is not None:
        return _last_name(annotation) in _MUTABLE
    if _is_a_value(_default(function, name)) or _is_a_value(node.value):
        return False
    if isinstance(node.op, ast.Add) and _is_a_list(node.value):
        return True
    if _is_like_an_array(function, name):
        return True
    return isinstance(node.op, ast.Sub | ast.Div | ast.BitOr | ast.BitAnd) and _is_indexed(
        function, name
    )


def _arguments(function: ast.AST) -> ast.arguments:
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    return function.args


def _annotation(function: ast.AST, name: str) -> ast.expr | None:
    arguments = _arguments(function)
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return next((arg.annotation for arg in every if arg.arg == name), None)


def _default(function: ast.AST, name: str) -> ast.expr | None:
    arguments = _arguments(function)
    plain = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args)]
    keywords = [arg.arg for arg in arguments.kwonlyargs]
    missing = [None] * (len(plain) - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults, *arguments.kw_defaults]
    return dict(zip([*plain, *keywords], defaults, strict=True)).get(name)


def _last_name(annotation: ast.expr) -> str:
    """``np.ndarray`` and ``"ndarray"`` are ``ndarray``, ``list[int] | None`` is ``list``."""
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value=str(text)):
            return text.partition("[")[0].rpartition(".")[2]
        case ast.Subscript(value=value, slice=inside):
            return _last_name(inside if _last_name(value) == "Optional" else value)
        case ast.BinOp(left=left, right=right):
            names = {_last_name(left), _last_name(right)}
            return next(iter(sorted(names & _MUTABLE)), "")
        case _:
            return ""


def _is_a_value(expression: ast.expr | None) -> bool:
    """Is it a text, or a number that a parameter has when nothing is given, or a tuple?"""
    match expression:
        case ast.Constant(value=str() | bytes()) | ast.JoinedStr() | ast.Tuple():
            return True
        case ast.Call(func=ast.Name(id="str" | "repr" | "tuple" | "format")):
            return True
        case _:
            return False


def _is_a_list(expression: ast.expr) -> bool:
    match expression:
        case ast.List() | ast.ListComp():
            return True
        case ast.Call(func=ast.Name(id="list" | "sorted")):
            return True
        case ast.BinOp(left=left, op=ast.Mult() | ast.Add(), right=right):
            return _is_a_list(left) or _is_a_list(right)
        case _:
            return False


def _is_like_an_array(function: ast.AST, name: str) -> bool:
    return any(
        isinstance(n, ast.Attribute)
        and n.attr in _OF_ARRAYS
        and isinstance(n.value, ast.Name)
        and n.value.id == name
        for n in ast.walk(function)
    )


def _is_indexed(function: ast.AST, name: str) -> bool:
    return any(
        isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and n.value.id == name
        for n in ast.walk(function)
    )
