"""Is the scheduled function what the undecorated one is? For tests, ours and yours.

>>> from pydron_ng.testing import assert_equivalent
>>> assert_equivalent(survey, images, globals=("LOG",))  # doctest: +SKIP
"""

from __future__ import annotations

from pydron_ng.contract import Finding, Report, check_functional, checking
from pydron_ng.runtime.sequential import sequential
from pydron_ng.testing.effects import Effect
from pydron_ng.testing.equivalence import (
    Call,
    NotEquivalent,
    assert_equivalent,
    check,
    observe,
    observe_sequential,
)
from pydron_ng.testing.observation import Difference, Observation, compare

__all__ = [
    "Call",
    "Difference",
    "Effect",
    "Finding",
    "NotEquivalent",
    "Observation",
    "Report",
    "assert_equivalent",
    "check",
    "check_functional",
    "checking",
    "compare",
    "observe",
    "observe_sequential",
    "sequential",
]
