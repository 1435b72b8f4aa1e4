"""What pydron.conf declares of libraries."""

from __future__ import annotations

import ipaddress
import statistics
import string
from collections.abc import Iterator
from typing import Any

import pytest

import pydron_ng
from pydron_ng.errors import ConfigError
from pydron_ng.purity.table import table
from pydron_ng.runtime.declared import declare, declare_type
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.process import functional_names
from pydron_ng.runtime.session import session


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    names, trusted = set(functional_names), session().library.trusted
    yield
    functional_names.intersection_update(names)
    session().library.take_trusted(trusted)
    statistics.pvariance.__dict__.pop("__functional__", None)


def declared(**keys: Any) -> None:
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 1}], **keys) as current:
        declare(current.config)


def test_functions_and_types_are_found_by_name() -> None:
    declared(
        functional=["statistics:pvariance"],
        pure=["string:Formatter.vformat"],
        value_types=["ipaddress:IPv4Address"],
    )
    assert mark_of(statistics.pvariance) is not None
    assert table().is_effect_free(string.Formatter.vformat)
    assert session().library.is_trusted(ipaddress.IPv4Address)


def test_all_that_is_not_there_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        declared(
            functional=["statistics:pvarianc", "no_such_module:f"],
            pure=["string:digits"],
            value_types=["statistics:mean"],
        )
    assert [str(mistake).partition(": cannot")[0] for mistake in caught.value.args] == [
        "configure(): $.functional[0]: statistics:pvarianc: there is no pvarianc; "
        'did you mean "pvariance"?',
        "configure(): $.functional[1]: module no_such_module cannot be imported: "
        "No module named 'no_such_module'",
        "configure(): $.pure[0]: a str is no function",
        "configure(): $.value_types[0]: value_type() takes a class, not a function",
    ]


def test_a_name_without_a_module_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match="functional"):
        declared(functional=["pvariance"])


def test_methods_that_a_class_has_not_are_told() -> None:
    with pytest.raises(TypeError, match="no method weight"):
        declare_type(ipaddress.IPv4Address, ["weight"])
