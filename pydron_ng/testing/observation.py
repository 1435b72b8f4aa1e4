"""One observed call, and the readable differences between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pydron_ng.testing.effects import Effect
from pydron_ng.testing.portrait import Portrait

_NOTHING = "(nothing)"


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that a caller can see of one call.

    outcome: portrait of the value, or of the exception with its chain and its lines.
    state: portrait of arguments, named globals and closure cells after the call.
    """

    outcome: Portrait
    effects: tuple[Effect, ...]
    state: Portrait


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two observations disagree.

    observation: ``outcome``, ``effects`` or ``state``.
    path: where in it, such as ``value[2].name`` or ``line 3``.
    """

    observation: str
    path: str
    sequential: str
    scheduled: str

    def __str__(self) -> str:
        at = f"{self.observation}: {self.path}"
        return f"{at}\n    sequential: {self.sequential}\n    scheduled:  {self.scheduled}"


def compare(sequential: Observation, scheduled: Observation) -> list[Difference]:
    """All differences, outcome first; empty when the two calls are the same to every observer."""
    return [
        *_portraits("outcome", sequential.outcome, scheduled.outcome),
        *_effects(sequential.effects, scheduled.effects),
        *_portraits("state", sequential.state, scheduled.state),
    ]


def _portraits(name: str, one: Portrait, other: Portrait) -> list[Difference]:
    left, right = dict(one), dict(other)
    paths = [*(path for path in right if path not in left), *left]  # what came up says most
    return [
        Difference(name, path, left.get(path, _NOTHING), right.get(path, _NOTHING))
        for path in paths
        if left.get(path) != right.get(path)
    ]


def _effects(one: Sequence[Effect], other: Sequence[Effect]) -> list[Difference]:
    changes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return [
        Difference(
            "effects", f"line {start + 1}", _lines(one[start:stop]), _lines(other[begin:end])
        )
        for change, start, stop, begin, end in changes
        if change != "equal"
    ]


def _lines(effects: Sequence[Effect]) -> str:
    return " | ".join(map(str, effects)) or _NOTHING
