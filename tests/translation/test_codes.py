"""Code objects, those inside of others, and what their flags say."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from pydron_ng.translation.codes import as_generators, captured_in
from tests.translation.written import function


@pytest.mark.parametrize(
    "body, captured",
    [
        ("return [x for x in xs if x in a]", set()),
        ("return [{y: a for y in x} for x in xs]", set()),
        ("return (x for x in xs if x in a)", {"a"}),
        ("return lambda: a", {"a"}),
        ("return [lambda: (a, x) for x in xs]", {"a"}),
        ("def inner():\n        return xs\n    return inner", {"xs"}),
        ("class Inner:\n        b = a\n    return [a for x in xs]", {"a"}),
    ],
)
def test_what_inner_functions_see(body: str, captured: set[str]) -> None:
    made = function(f"def f(a, xs):\n    {body}\n")
    assert captured_in(made.__code__) & {"a", "xs"} == captured


class Later:
    def __await__(self) -> Iterator[Any]:
        return (yield self)


def test_coroutines_as_generators_can_be_awaited_and_need_not_be() -> None:
    source = (
        "async def inner(x):\n    return await x\nasync def outer(x):\n    return [await inner(x)]"
    )
    names: dict[str, Any] = {}
    exec(as_generators(compile(source, "<test>", "exec")), names)
    running, value = names["outer"](Later()), object()
    running.send(None)
    with pytest.raises(StopIteration) as ended:
        running.send(value)
    assert ended.value.value == [value]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names["outer"](Later())
