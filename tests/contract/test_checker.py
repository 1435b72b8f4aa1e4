"""Each way to break the contract is found and named; what keeps it is left in peace."""

from __future__ import annotations

import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from decimal import getcontext, setcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydron_ng.contract import Checker, Finding, check_functional
from tests.contract import impure


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with Checker() as made:
        yield made


@pytest.fixture
def _put_back() -> Iterator[None]:
    """What the functions leave changed is put back."""
    folder, environ, streams = os.getcwd(), dict(os.environ), sys.stdout
    context, errors = getcontext().copy(), np.geterr()
    with warnings.catch_warnings():
        yield
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.stdout = streams
    setcontext(context)
    np.seterr(**errors)


BREACHES: list[tuple[Callable[..., Any], tuple[Any, ...], str, str]] = [
    (impure.appends, ([],), "changed-argument", "items"),
    (impure.fills, (impure.Box([]),), "changed-argument", "box"),
    (impure.Box([]).add, (1,), "changed-argument", "self"),
    (impure.exchanges, ([[1], [2]],), "changed-argument", "rows"),
    (impure.scales, (np.ones(3),), "changed-argument", "image"),
    (impure.draws_from, (np.random.default_rng(1),), "changed-argument", "generator"),
    (impure.counts, (), "changed-state", "tests.contract.impure.COUNT"),
    (impure.logs_to_a_list, ("x",), "changed-state", "tests.contract.impure.LOG"),
    (impure.logs_by_a_helper, ("x",), "changed-state", "tests.contract.impure.LOG"),
    (impure.remembers, (1,), "changed-state", "default values of remembers()"),
    (impure.remembers_by_keyword, (1,), "changed-state", "keyword defaults"),
    (impure.marks_itself, (), "changed-state", "attribute marks_itself.called"),
    (impure.marks_its_class, (), "changed-state", "attribute Box.made"),
    (impure.in_a_closure, (), "changed-state", "variable count around"),
    (impure.moves, ("/",), "changed-setting", "working directory"),
    (impure.sets_a_variable, (), "changed-setting", "environment"),
    (impure.filters, (), "changed-setting", "warning filters"),
    (impure.rounds, (), "changed-setting", "decimal"),
    (impure.errs, (), "changed-setting", "numpy's error state"),
    (impure.redirects, (), "changed-setting", "sys.stdout"),
    (impure.draws, (), "used-random", "random"),
    (impure.draws_an_array, (), "used-random", "numpy.random"),
    (impure.writes, ("written",), "wrote", "'written'"),
    (impure.removes, ("there",), "wrote", "os.remove('there')"),
    (impure.runs, (), "started-process", "subprocess.Popen"),
    (impure.asks, (), "reached-out", "socket.getaddrinfo"),
    (impure.leaves_a_thread, (), "left-thread", "thread"),
    (impure.tells_the_time, (), "differs-each-time", "then"),
    (impure.raises_at_random, (), "differs-each-time", "ValueError"),
    (impure.tells_the_process, (), "differs-elsewhere", str(os.getpid())),
    (impure.hashes, ("word",), "differs-elsewhere", ", then "),
    (impure.orders, (["a", "b", "c", "d", "e", "f", "g"],), "differs-elsewhere", "'a'"),
    (impure.kills, (), "killed-worker", "ended the process"),
]


@pytest.mark.usefixtures("_put_back")
@pytest.mark.parametrize("function, args, code, said", BREACHES)
def test_a_breach_is_found_and_named(
    checker: Checker,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    code: str,
    said: str,
    tmp_path: Path,
) -> None:
    os.chdir(tmp_path)
    Path("there").touch()
    findings = checker.check(function, args, {})
    assert any(f.code == code and said in f"{f.message} {f.change}" for f in findings), findings
    assert all(f.is_breach for f in findings if f.code == code)


KEPT: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (impure.adds, (1,)),
    (impure.says, ("hello",)),
    (impure.reads, (__file__,)),
    (impure.copies, ([1, 2],)),
    (impure.gives_back, ([1],)),
    (impure.draws_by_a_seed, (3,)),
    (impure.settles, ("1.5",)),
    (impure.fails, (3,)),
    (impure.imports_late, ("<",)),
    (impure.spells, ()),
    (impure.fails_with_a_chain, ()),
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("function, args", KEPT)
def test_nothing_is_found_where_the_contract_is_kept(
    checker: Checker, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    assert checker.check(function, args, {}) == []


INLINE: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (impure.goes_over, (iter([1, 2]),), "unshippable-iterator"),
    (impure.streams, (3,), "unshippable-iterator"),
    (impure.sorts, (set("abcdefghijkl"),), "set-order"),
]


@pytest.mark.parametrize("function, args, code", INLINE)
def test_what_stays_in_the_program_is_told_and_is_no_breach(
    checker: Checker, function: Callable[..., Any], args: tuple[Any, ...], code: str
) -> None:
    findings = checker.check(function, args, {})
    assert [f.code for f in findings] == [code]
    assert not findings[0].is_breach


def test_the_call_itself_is_made_once_on_the_real_arguments() -> None:
    items: list[int] = []
    check_functional(impure.appends, (items,))
    assert items == [1]


def test_an_iterator_is_gone_over_once() -> None:
    items = iter([1, 2, 3])
    check_functional(impure.goes_over, (items,))
    assert list(items) == []


def test_keyword_arguments_are_arguments() -> None:
    found = check_functional(impure.appends, (), {"items": []})
    assert "items" in {f.message.rpartition(" ")[2] for f in found}


def test_a_check_leaves_random_numbers_as_they_were() -> None:
    random.seed(1)
    before = random.getstate()
    check_functional(impure.adds, (1,))
    assert random.getstate() == before


def test_a_finding_says_who_what_and_the_way_out() -> None:
    finding = Finding("used-random", "survey.noise", "it drew from random")
    assert str(finding) == (
        "survey.noise: it drew from random [used-random]\n"
        "  try: pass a seed, and make a generator of it inside: random.Random(seed)"
    )


def test_the_next_call_after_one_that_killed_its_process_gets_another_process() -> None:
    with Checker() as checker:
        assert [f.code for f in checker.check(impure.kills, (), {})] == ["killed-worker"]
        assert checker.check(impure.adds, (1,), {}) == []
