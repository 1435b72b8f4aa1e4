"""Every shape does scheduled what it does undecorated, and its independent calls overlap."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from docs import write_parallelism
from pydron_ng import configure
from pydron_ng.testing import Call, check
from pydron_ng.testing.dependence import watched
from pydron_ng.testing.overlap import listening
from tests.shapes.catalogue import SHAPES
from tests.shapes.measure import calls_of, run
from tests.shapes.work import Shape

EACH = [pytest.param(shape, id=shape.program.__name__) for shape in SHAPES]


@pytest.fixture(autouse=True, scope="module")
def workers() -> Iterator[None]:
    with configure(workers=[{"type": "threads", "cores": 8}], inline=False), calls_of(0.001):
        yield


@pytest.mark.parametrize("shape", EACH)
def test_a_shape_is_its_sequential_self(shape: Shape) -> None:
    check(Call.of(shape.program, shape.size))


@pytest.mark.parametrize("shape", EACH)
def test_independent_calls_of_a_shape_are_issued_ahead_and_taken(shape: Shape) -> None:
    with watched() as calls:
        run(shape)
    with listening() as heard:
        run(shape)
    assert len(heard.taken()) == len(calls().calls)
    assert heard.peak() >= min(max(calls().levels()), len(calls().independent()))


@pytest.mark.timeout(300)  # it makes every program twice, watched
def test_the_page_shows_these_programs() -> None:
    found = write_parallelism.TARGET.read_text(encoding="utf-8")
    assert without_figures(found) == without_figures(write_parallelism.text({}))


def without_figures(page: str) -> str:
    return re.sub(r"\d+\.\d\d", "0.00", page)
