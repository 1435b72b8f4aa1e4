"""Strands that are closed while they wait, or while it is their turn."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng.translation.runahead.ahead import Strand
from pydron_ng.translation.runahead.promises import Promise
from tests.translation.runahead.fake import FakeAhead


async def waits(promise: Promise, met: list[Any]) -> tuple[Any, ...]:
    met.append(await promise)
    return ()


@pytest.mark.parametrize("its_turn", [False, True])
def test_a_closed_strand_never_goes_on_and_that_is_no_mistake(its_turn: bool) -> None:
    ra, met = FakeAhead(), list[Any]()
    promise = ra.promise()
    strand = Strand(ra, waits(promise, met))
    strand.kept()
    if its_turn:
        promise.keep(1)
    strand.close()
    promise.keep(1)
    ra.run()
    assert (met, ra.blamed) == ([], [])
