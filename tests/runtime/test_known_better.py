"""What is known of callees only after a function was decorated counts from its third call on."""

from __future__ import annotations

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.runtime.scheduled import entry_of


@schedule
def early(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(defined_later(number))
    return found


@functional
def defined_later(number: int) -> int:
    return number + 1


def test_a_function_that_is_called_once_is_translated_once() -> None:
    decorated = entry_of(early)
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline=False):
        assert early(3) == [1, 2, 3]
        assert entry_of(early) is decorated
        assert early(3) == [1, 2, 3]
        assert entry_of(early) is not decorated
        assert early(3) == [1, 2, 3]
