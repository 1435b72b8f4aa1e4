"""Tests of scheduled functions: ``@pytest.mark.pydron``, and the fixture ``pydron_equivalence``.

It imports nothing of pydron_ng until a test asks for one of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_INI = "pydron_configurations"
_EVERY_CALL = '{"inline": false}'


def pytest_addoption(parser: pytest.Parser) -> None:
    """Under which configurations scheduled functions are compared."""
    what = "each line a JSON object of keys of pydron.conf, under which pydron_ng is tested"
    parser.addini(_INI, what, type="linelist", default=[_EVERY_CALL])


def pytest_configure(config: pytest.Config) -> None:
    """The marker, for ``--strict-markers`` and ``--markers``."""
    said = (
        "pydron(output=True, contract=True): run the test sequentially and scheduled, and fail if"
        " it differs, or if a functional function breaks its contract"
    )
    config.addinivalue_line("markers", said)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Runs a test that is marked both ways; all others are none of its business."""
    if item.get_closest_marker("pydron") is None:
        return None
    from pydron_ng.testing.both_ways import run_both_ways

    run_both_ways(item, nextitem, item.config.getini(_INI))
    return True


@pytest.fixture
def pydron_equivalence(pytestconfig: pytest.Config) -> Callable[..., Any]:
    """``pydron_equivalence(function, *args, **kwargs)``: the value, if it is the same both ways.

    The call is made undecorated and scheduled, on deep copies of the arguments, under each of
    the ``pydron_configurations``; then once more, on the arguments themselves, for its value.
    """
    from pydron_ng.testing.both_ways import Equivalence, configurations

    return Equivalence(configurations(pytestconfig.getini(_INI)))
