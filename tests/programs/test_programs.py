"""Every program does scheduled what it does undecorated, on every backend."""

from __future__ import annotations

import pytest

from pydron_ng.testing import Call, check
from tests.programs import (
    arranging,
    arrays,
    attributes,
    awaiting,
    caching,
    callables,
    collecting,
    control,
    coroutines,
    decorated,
    descending,
    ending,
    evaluating,
    expressions,
    failing,
    functions,
    handing,
    iterating,
    keeping,
    local,
    loops,
    methods,
    pipelines,
    sharing,
    speaking,
    statements,
)

MODULES = (
    arranging,
    arrays,
    attributes,
    awaiting,
    caching,
    callables,
    collecting,
    coroutines,
    control,
    decorated,
    descending,
    ending,
    evaluating,
    expressions,
    failing,
    functions,
    handing,
    iterating,
    keeping,
    local,
    loops,
    methods,
    pipelines,
    sharing,
    speaking,
    statements,
)
CALLS = [
    pytest.param(call, id=f"{module.__name__.rpartition('.')[2]}-{call.function.__name__}-{number}")
    for module in MODULES
    for number, call in enumerate(module.CALLS)
]


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("call", CALLS)
def test_a_scheduled_program_is_its_sequential_self_cold_and_warm(call: Call) -> None:
    check(call)
    check(call)
