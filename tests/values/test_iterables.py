"""What can be iterated without running any code of the program's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from pydron_ng.values.iterables import is_safe_to_iterate


class Numbers:
    """Is gone over by code of its own."""

    def __iter__(self) -> Iterator[int]:
        return (number for number in (1, 2))

    def __len__(self) -> int:
        return 2

    def __getitem__(self, place: int) -> int:
        return place


class Listed(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        return iter(Numbers())


SAFE = (
    [Numbers()],
    {1: Numbers()}.items(),
    range(3),
    iter([1]),
    enumerate([Numbers()], start=1 << 80),
    enumerate(zip("äb", {1: 2}, strict=False)),
    reversed([1]),
    reversed((Numbers(),)),
    zip(),
)
UNSAFE = (
    Numbers(),
    iter(Numbers()),
    Listed(),
    enumerate(Numbers()),
    enumerate(Listed()),
    zip([1], Numbers(), strict=False),
    enumerate(zip([1], enumerate(Numbers()), strict=True)),
    reversed(cast(Any, Numbers())),
    map(str, [1]),
    7,
)


@pytest.mark.parametrize("value", SAFE, ids=repr)
def test_pythons_own_code_is_safe(value: Any) -> None:
    assert is_safe_to_iterate(value)


@pytest.mark.parametrize("value", UNSAFE, ids=lambda value: type(value).__name__)
def test_what_others_wrote_is_not(value: Any) -> None:
    assert not is_safe_to_iterate(value)
