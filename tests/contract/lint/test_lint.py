"""What can be said of functional functions without running them: all of it, and no more."""

from __future__ import annotations

import inspect
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pydron_ng.contract.findings import REMEDIES
from pydron_ng.contract.lint import look_at, sights_in
from pydron_ng.purity import effects
from tests import programs
from tests.contract import impure
from tests.contract.lint.snippets import BROKEN, FINE, HEAD
from tests.contract.test_checker import BREACHES, KEPT


def found(text: str) -> set[tuple[int, str]]:
    return {(one.line, one.code) for one in look_at(text, "snippet.py").suspicions}


def marked(text: str) -> set[tuple[int, str]]:
    lines = enumerate(text.splitlines(), 1)
    return {(n, line.partition("#! ")[2]) for n, line in lines if "#! " in line}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_each_line_that_breaks_the_contract_is_found_and_no_other(text: str) -> None:
    source = HEAD + dedent(text)
    assert marked(source)
    assert found(source) == marked(source)


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_nothing_is_said_of_what_keeps_the_contract(text: str) -> None:
    assert found(HEAD + dedent(text)) == set()


PROGRAMS = sorted(Path(programs.__file__).parent.glob("[!t]*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_nothing_is_said_of_programs_whose_functions_were_checked_while_they_ran(
    path: Path,
) -> None:
    assert look_at(path.read_text(), str(path)).suspicions == ()


#: What nobody can see in the function itself: a helper, a hash, a thread that goes on.
_SEEN_AT_RUN_TIME_ONLY = (
    impure.logs_by_a_helper,
    impure.draws_from,
    impure.leaves_a_thread,
    impure.hashes,
    impure.orders,
    impure.kills,
)


@pytest.mark.parametrize("function, args, code, said", BREACHES)
def test_breaches_that_show_in_the_source_are_read_there_as_they_are_found_in_a_run(
    function: Any, args: object, code: str, said: object
) -> None:
    expected = set() if function in _SEEN_AT_RUN_TIME_ONLY else {code}
    if function in (impure.remembers, impure.remembers_by_keyword):
        expected = {"changed-argument"}  # the default is one
    assert {sight.code for sight in sights_of(function)} == expected


@pytest.mark.parametrize("function, args", KEPT)
def test_functions_that_keep_the_contract_in_a_run_show_nothing(
    function: Any, args: object
) -> None:
    assert sights_of(function) == []


def sights_of(function: Any) -> list[Any]:
    line = inspect.unwrap(function).__code__.co_firstlineno
    return sights_in(Path(impure.__file__).read_text(), "impure.py", line)


def test_a_suspicion_says_where_what_why_and_the_way_out() -> None:
    text = HEAD + 'ä = 1\n@functional\ndef fit(rows):\n    "äöü"; rows.append(1)\n'
    (one,) = look_at(text, "snippet.py").suspicions
    assert text.splitlines()[one.line - 1][one.column - 1 : one.end_column - 1] == "rows.append(1)"
    assert one.message == "fit(): .append() changes its argument rows"
    assert one.way_out == "work on a copy, and return what is new"
    assert "copy" in one.why


def test_a_suspicion_of_a_helper_says_who_gets_there() -> None:
    text = (
        HEAD + "LOG = []\ndef note(x):\n    LOG.append(x)\n@functional\ndef fit(x):\n    note(x)\n"
    )
    (one,) = look_at(text, "snippet.py").suspicions
    assert one.message == "note(): .append() changes the global LOG"
    assert one.why.endswith("fit(), which is functional, calls note()")


def test_functional_functions_are_named_in_the_order_in_which_they_stand() -> None:
    text = HEAD + "@functional\ndef b(): pass\n@functional\ndef a(): pass\ndef c(): pass\n"
    assert look_at(text, "snippet.py").functional == ("b", "a")


def test_helpers_that_call_each_other_come_to_an_end() -> None:
    text = HEAD + dedent("""
        def even(rows): return odd(rows)
        def odd(rows):
            rows.pop()
            return even(rows)
        @functional
        def fit(rows): return even(rows)
    """)
    assert found(text) == {(8, "changed-argument")}


def test_every_effect_of_the_tables_is_a_breach_that_is_explained() -> None:
    codes = {*effects.EFFECTS.values(), *effects.HIDDEN_INPUTS.values()}
    assert codes <= set(REMEDIES)
