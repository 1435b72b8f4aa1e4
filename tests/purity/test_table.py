"""The table of functions without effect: every entry is called and keeps what is claimed of it."""

from __future__ import annotations

import ast
import copy
import importlib
import json
import math
import pickle
import random
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from pydron_ng import purity
from pydron_ng.purity.table import MANY, Table, table
from tests.purity.samples import GENERAL, MATRIX, SPECIAL, VECTOR

DOCUMENT: Final = json.loads(Path(purity.__path__[0], "table.json").read_text(encoding="utf-8"))
ENTRIES: Final = [
    (module, name)
    for module, names in DOCUMENT["functions"].items()
    for name in names
    if not module.startswith("scipy")
]


class Heard:
    """The audit events while a function is called, but for those of Python's own workings."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self._is_awake = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._is_awake and event not in _OF_IMPORTS:
            self.events.append(f"{event} {args}")

    def __enter__(self) -> list[str]:
        self.events = []
        self._is_awake = True
        return self.events

    def __exit__(self, *_: object) -> None:
        self._is_awake = False


_OF_IMPORTS = frozenset(
    """builtins.id import compile exec marshal.loads open os.listdir os.scandir object.__getattr__
    sys._getframe code.__new__ object.__setattr__ function.__new__""".split()
)


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


def _settings() -> Any:
    return (
        random.getstate(),
        str(np.random.get_state()),  # noqa: NPY002  the one that all share
        np.geterr(),
        np.get_printoptions(),
        list(warnings.filters),
    )


def _called(function: Any, module: str, name: str) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """The value, the arguments and what those were before, for the first that are fit."""
    special = SPECIAL.get(f"{module}.{name}", SPECIAL.get(name))
    for sample in GENERAL if special is None else [special]:
        args = copy.deepcopy(sample)
        try:
            return function(*args), args, sample
        except Exception:  # not for this function
            continue
    raise LookupError(f"no sample arguments for {name}")


def _bytes(value: Any) -> bytes:
    return pickle.dumps(list(value) if hasattr(value, "__next__") else value)


@pytest.mark.parametrize("module, name", ENTRIES)
def test_an_entry_has_no_effect(
    module: str, name: str, heard: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    function = getattr(importlib.import_module(module), name, None)
    if function is None:
        return  # of another version of the library
    before = _settings()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with heard as events:
            value, args, sample = _called(function, module, name)
        again, _, _ = _called(function, module, name)
    assert pickle.dumps(args) == pickle.dumps(copy.deepcopy(sample))
    assert _bytes(value) == _bytes(again)
    assert events == []
    assert _settings() == before
    assert tuple(capsys.readouterr()) == ("", "")


@pytest.mark.parametrize("module", DOCUMENT["outs"])
def test_where_it_may_write_to_an_argument_is_known(module: str) -> None:
    space = vars(importlib.import_module(module))
    for name, place in DOCUMENT["outs"][module].items():
        function = space.get(name)
        if function is not None:
            assert table().is_effect_free(function, place)
            assert not table().is_effect_free(function, place + 1)
            assert not table().is_effect_free(function, MANY)
            assert not table().is_effect_free(function, 0, {"out"})
            assert not table().is_effect_free(function, 0, {None})


def test_a_result_is_written_to_where_the_table_says() -> None:
    out = np.zeros(3)
    np.add(VECTOR, VECTOR, out)
    np.clip(VECTOR, 0, 1, out)
    assert DOCUMENT["outs"]["numpy"]["add"] == 2
    assert DOCUMENT["outs"]["numpy"]["clip"] == 3


@pytest.mark.parametrize(
    "function", [np.copyto, np.put, np.save, np.load, print, open, random.random, np.vectorize]
)
def test_what_has_an_effect_or_asks_others_is_not_there(function: Any) -> None:
    assert not table().is_effect_free(function)


@pytest.mark.parametrize(
    "function", [np.linalg.svd, np.mean, np.sin, math.gamma, str.lower, ast.literal_eval]
)
def test_what_only_computes_is_there(function: Any) -> None:
    assert table().is_effect_free(function) == (function is not ast.literal_eval)


def test_modules_that_the_program_has_not_imported_stay_unimported() -> None:
    code = """
import sys
from pydron_ng.purity.table import table
assert not table().is_effect_free(len)
assert "numpy" not in sys.modules and "scipy" not in sys.modules
import numpy as np
assert table().is_effect_free(np.mean)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)


def test_a_declared_type_has_the_methods_that_were_named() -> None:
    class Angle:
        def half(self) -> Any: ...

        def turn(self) -> Any: ...

    own = Table(DOCUMENT)
    own.declare_type(Angle, ["half"])
    assert own.is_value_type(Angle)
    assert own.is_effect_free(Angle.half)
    assert not own.is_effect_free(Angle.turn)
    assert MATRIX.shape == (2, 2)
