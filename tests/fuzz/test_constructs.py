"""Adding a construct of run-ahead adds its production to the fuzzer."""

from __future__ import annotations

import builtins
import dis
import importlib
import pkgutil
from collections.abc import Iterator
from inspect import iscode
from types import CodeType

import pytest

from pydron_ng.translation.runahead import constructs
from tests.fuzz.constructs import fill, needs, templates
from tests.fuzz.grammar import PRODUCTIONS, Lines, Writer, indented
from tests.fuzz.programs import BEGIN, HEAD, SIGNATURE

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
    compile(_in_a_loop(template, lines), "<template>", "exec")


def _in_a_loop(template: str, lines: Lines) -> str:
    kind = "async " if needs(template) == "async" else ""
    return "\n".join([f"{kind}{SIGNATURE}", *indented([BEGIN, "while True:", *indented(lines)])])


def test_templates_use_names_that_programs_have() -> None:
    programs: dict[str, object] = {}
    exec(HEAD, programs)
    for _, _, template in templates():
        text = _in_a_loop(template, fill(Writer("1", fuel=0), template))
        code = next(c for c in compile(text, "<template>", "exec").co_consts if iscode(c))
        missing = set(_globals_of(code)) - vars(builtins).keys() - programs.keys()
        assert not missing, template


def _globals_of(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield str(instruction.argval)
    for inner in code.co_consts:
        if iscode(inner):
            yield from _globals_of(inner)
