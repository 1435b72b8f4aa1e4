"""What is explained depends on the names of functional and scheduled functions: on ours alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pydron_ng.runtime.process import functional_names, scheduled_names
from tests.observe import programs


@pytest.fixture(autouse=True)
def _own_names() -> Iterator[None]:
    """Those of other tests' functions are nobody's meanwhile."""
    found = [*vars(programs).values()]
    found += [f for cls in found if isinstance(cls, type) for f in vars(cls).values()]
    functional = {f.__name__ for f in found if hasattr(f, "__functional__")}
    scheduled = {f.__name__ for f in found if hasattr(f, "__pydron_scheduled__")}
    with _only(functional_names, functional), _only(scheduled_names, scheduled):
        yield


@contextmanager
def _only(names: set[str], own: set[str]) -> Iterator[None]:
    before = set(names)
    names.intersection_update(own)
    yield
    names.update(before)
