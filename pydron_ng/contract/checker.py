"""Checks calls against the contract of @functional."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Self

from pydron_ng.contract.canary import Canary
from pydron_ng.contract.findings import Finding
from pydron_ng.contract.trial import Trial
from pydron_ng.runtime.session import session


def check_functional(
    function: Callable[..., Any],
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """What speaks against `function` being functional, in so far as this call shows it.

    The call is made three times: on these arguments, on copies of them, and in another process
    with another hash seed. An empty list: it keeps the contract, and its calls travel.
    """
    with Checker() as checker:
        return checker.check(function, args, kwargs or {})


class Checker:
    """Checks one call after the other; a context manager that ends its process when it is left."""

    def __init__(self) -> None:
        self._library = session().library
        self._canary = Canary(self._library)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that calls are repeated in."""
        self._canary.close()

    def begin(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Trial:
        """Watch the call that comes next in this thread, until the trial is told of its end."""
        trial = Trial(function, tuple(args), kwargs, self._library, self._canary)
        trial.begin()
        return trial

    def check(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Finding]:
        """Make the call; what there is to say of it, the worst first."""
        trial = self.begin(function, args, kwargs)
        value, failure, began = None, None, perf_counter()
        try:
            value = function(*args, **kwargs)
        except Exception as error:
            failure = error
        trial.end(value, failure, perf_counter() - began)
        return sorted(trial.findings, key=lambda finding: not finding.is_breach)
