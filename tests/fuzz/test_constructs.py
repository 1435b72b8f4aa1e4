"""Adding a construct of run-ahead adds its production to the fuzzer."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from pydron_ng.translation.runahead import constructs
from tests.fuzz.constructs import fill, templates
from tests.fuzz.grammar import PRODUCTIONS, Writer, indented

TEMPLATES = [pytest.param(text, id=f"{name}-{rank}") for name, rank, text in templates()]


def test_every_construct_has_a_production() -> None:
    names = {module.name for module in pkgutil.iter_modules(constructs.__path__)}
    assert names == {name for name, _, _ in templates()}
    for name in names:
        assert importlib.import_module(f"{constructs.__name__}.{name}").__doc__


def test_every_template_is_a_production() -> None:
    assert {f"{name}-{rank}" for name, rank, _ in templates()} <= set(PRODUCTIONS)


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("seed", range(5))
def test_every_template_makes_a_valid_program(template: str, seed: int) -> None:
    lines = fill(Writer(str(seed), fuel=3), template)
    loop = ["def f():", "    while True:", *indented(indented(lines))]
    compile("\n".join(loop), "<template>", "exec")
