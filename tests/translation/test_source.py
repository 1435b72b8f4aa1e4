"""The tree of a function is what Python compiled it from, or it is refused."""

from __future__ import annotations

import linecache
from types import FunctionType
from typing import Any

import pytest

from pydron_ng.errors import TranslationError
from pydron_ng.translation.source import Source, read_code
from tests.translation.written import function


def plain(source: str, name: str = "f", **names: Any) -> FunctionType:
    made = function(source, name, **names)
    assert isinstance(made, FunctionType)
    return made


def read(made: FunctionType) -> Source:
    return read_code(made.__code__, made.__qualname__)


def decorate(f: Any) -> Any:
    return f


def test_positions_are_those_of_the_file() -> None:
    source = read(plain("\n\ndef f(a):\n    return (\n        a)\n"))
    assert source.definition.lineno == 3
    assert source.definition.body[0].lineno == 4


def test_an_indented_function_keeps_its_columns() -> None:
    source = read(outer())
    assert source.definition.col_offset == 4
    assert source.qualname == "outer.<locals>.inner"


def outer() -> Any:
    x = 1

    def inner() -> int:
        return x

    return inner


class Shape:
    def area(self) -> Any:
        return self.__side  # type: ignore[attr-defined]

    @decorate
    def of_class(self) -> Any:
        return __class__  # type: ignore[name-defined]


@pytest.mark.parametrize("method", [Shape.area, Shape.of_class])
def test_a_method_is_compiled_inside_of_its_class(method: Any) -> None:
    source = read(method)
    assert source.mangle == "Shape"
    code = source.compile(source.definition)
    assert code.co_code == method.__code__.co_code
    assert code.co_qualname == method.__qualname__
    assert code.co_names == method.__code__.co_names


def test_nested_names_are_those_of_the_file() -> None:
    made = plain("def f():\n    def g():\n        class K: ...\n        return K\n    return g\n")
    code = read(made).compile(read(made).definition)
    assert FunctionType(code, {"__name__": "m", "__build_class__": None})().__qualname__ == (
        "f.<locals>.g"
    )


def test_what_was_edited_since_is_refused() -> None:
    made = plain("def f(a):\n    return a + 1\n")
    name = made.__code__.co_filename
    linecache.cache[name] = (1, None, ["def f(a):\n", "    return a + 2\n"], name)
    with pytest.raises(TranslationError, match="not what it was made from"):
        read(made)


def test_what_has_no_text_is_refused() -> None:
    names: dict[str, Any] = {}
    exec("def f(a):\n    return a\n", names)
    with pytest.raises(TranslationError, match="no source text"):
        read(names["f"])


def test_a_lambda_is_refused() -> None:
    with pytest.raises(TranslationError, match="not written as a def statement"):
        read(plain("f = lambda a: a\n"))


def test_another_text_in_its_place_is_refused() -> None:
    made = plain("def f(a):\n    return a\n")
    name = made.__code__.co_filename
    linecache.cache[name] = (1, None, ["def f(a:\n"], name)
    with pytest.raises(TranslationError):
        read(made)


def test_the_future_is_kept() -> None:
    made = plain("from __future__ import annotations\ndef f(a: b) -> c:\n    return a\n")
    source = read(made)
    assert source.compile(source.definition).co_flags & source.flags
