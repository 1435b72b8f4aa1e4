"""docs/contract.md holds: each difference is there as described, and it is the only one."""

from __future__ import annotations

import contextvars
import decimal
import functools
import gc
import inspect
import ipaddress
import linecache
import logging
import multiprocessing
import os
import re
import reprlib
import signal
import sys
import threading
import uuid
import warnings
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.runtime.cache import VARIABLE
from pydron_ng.runtime.process import wake_all
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.testing import assert_equivalent, observe, observe_sequential, sequential
from pydron_ng.testing.equivalence import Call
from pydron_ng.testing.observation import compare
from tests.scripts import DISPATCHED, run, write

pytestmark = pytest.mark.usefixtures("processes")

PAGE = Path(__file__).resolve().parent.parent / "docs" / "contract.md"
F = TypeVar("F", bound=Callable[..., Any])
TESTED: dict[str, str] = {}

#: Rows that no test on one machine can show, and why.
NOT_SHOWN = {
    "the last bits of floating-point sums": "whether they differ depends on the processor",
    "results of other hosts": "there is one host here",
    "memory": "tests/hazards/test_lifetime.py shows its bound",
    "how many worker processes there are": "tests/runtime/test_state_machine.py shows the most",
    "how many turns others get": "they depend on time; test_async.py shows the least of them",
    "what a functional coroutine does when": "it depends on how far the worker has come",
    "where among others' output": "it depends on time",
    "what others change in its arguments": "it depends on time",
    "the type and code object of a functional": "it depends on whether a worker was there in time",
    "the last row of the terminal": "tests/observe/progress/test_terminal.py shows it on one",
    "what a `map`, `filter` or `starmap` iterator": "shown where these are tested",
}


def row(begins: str) -> Callable[[F], F]:
    """The test of the row, or of the item, that begins so."""

    def register(test: F) -> F:
        TESTED[begins] = test.__name__
        return test

    return register


def said() -> list[str]:
    """The rows of the table and the items of the list, without what they are marked with."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("## What may differ")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!what \| why)(?!---)(.*?) \|", table, re.MULTILINE)
    listed = text.partition("## Where nothing runs")[2].partition("\n## ")[0]
    return rows + re.findall(r"^\* (.*)$", listed, re.MULTILINE)


def test_every_row_of_the_page_has_its_test() -> None:
    known = [*TESTED, *NOT_SHOWN]
    assert [text for text in said() if not text.startswith(tuple(known))] == []
    assert [start for start in known if not any(t.startswith(start) for t in said())] == []


def differences(function: Any, *args: Any) -> set[str]:
    """Where the scheduled call differs from the plain one: paths, without what is inside them."""
    call = Call.of(function, *args)
    found = compare(observe_sequential(call), observe(call))
    return {f"{each.observation}: {each.path}" for each in found}


def reasons(function: Any) -> set[str]:
    """The codes of all that was not run ahead, or not taken."""
    entry = entry_of(function)
    assert entry is not None
    return {reason.code for reason in entry.program.reasons}


@functional
def plus_one(value: int) -> int:
    return value + 1


# --- what may differ ---


@functional
def depth(number: int) -> int:
    return len(inspect.stack(0))


@schedule
def asks_for_depth(number: int) -> Any:
    return depth(number), plus_one(number)


@row("recursion depth inside of a functional function")
def test_the_stack_inside_of_a_functional_is_another() -> None:
    assert differences(asks_for_depth, 1) == {"outcome: value[0]"}


@functional
def half_of(number: int) -> int:
    half = number / 2
    raise ValueError(half)


@schedule
def failed_half(number: int) -> Any:
    try:
        return half_of(number)
    except ValueError as error:
        return error


def names_in_frame(error: Any) -> list[str]:
    return sorted(error.__traceback__.tb_next.tb_frame.f_locals)


@row("local variables in the frames of a traceback")
def test_a_frame_of_a_worker_has_the_arguments_alone() -> None:
    with sequential():
        assert names_in_frame(failed_half(1)) == ["half", "number"]
    assert names_in_frame(failed_half(1)) == ["number"]


@functional
def asks_the_user(number: int) -> int:
    try:
        return int(input())
    except (EOFError, OSError):  # of the program that runs the tests
        return number


@schedule
def asked(number: int) -> Any:
    return asks_the_user(number), plus_one(number)


@row("Calls that read standard input")
def test_a_call_that_reads_standard_input_is_made_in_the_program() -> None:
    assert differences(asked, 1) == set()
    assert "input-read" in reasons(asked)


@functional
def import_path() -> list[str]:
    return list(sys.path)


@schedule
def asks_for_import_path(number: int) -> Any:
    return import_path(), plus_one(number)


@row("what functions learn of the host")
def test_the_import_path_on_another_host_is_another() -> None:
    host = {"type": "command", "command": ["env"], "python": sys.executable, "cores": 1}
    with configure(workers=[host], inline=False):
        found = differences(asks_for_import_path, 1)
    assert found
    assert all(each.startswith("outcome: value[0]") for each in found)


@functional
def identity_and_hash(value: str) -> tuple[int, int]:
    return id(value), hash(value)


@schedule
def asks_for_identity(value: str) -> Any:
    return identity_and_hash(value)[0] == id(value), identity_and_hash(value)[1] == hash(value)


@row("`id()`, addresses in `repr`, `hash(str)`")
def test_ids_and_hashes_are_those_of_the_worker() -> None:
    assert differences(asks_for_identity, "text") <= {"outcome: value[0]", "outcome: value[1]"}
    assert differences(asks_for_identity, "text") >= {"outcome: value[0]"}


@functional
def same(value: Any) -> Any:
    return value


@schedule
def asks_what_is_the_same(text: str, items: list[int], pair: tuple[int, int]) -> Any:
    return same(text) is text, same(items) is items, same(pair) is pair, same(text) == text


@row("`is` between a result and an equal string")
def test_an_equal_string_may_be_another_one() -> None:
    text = "a text that is not interned"
    assert differences(asks_what_is_the_same, text, [1], (1, 2)) <= {"outcome: value[0]"}


@schedule
def asks_for_the_same_values(values: list[Any]) -> Any:
    return [same(value) is value for value in values], [same(value) == value for value in values]


def test_other_values_that_cannot_change_may_be_equal_ones_as_well() -> None:
    values = [range(3, 999), slice(9), Path("a"), re.compile("a+"), uuid.UUID(int=7)]
    others = [ipaddress.ip_address("1.2.3.4"), np.float64(2.5), np.dtype([("a", "i4")])]
    found = differences(asks_for_the_same_values, values + others)
    assert {path[:18] for path in found} <= {"outcome: value[0]["}


class Key:
    """Counts how often it is hashed, in this process."""

    hashed = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def __hash__(self) -> int:
        Key.hashed += 1
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return type(other) is Key and other.name == self.name


@functional
def keyed(number: int) -> dict[Key, int]:
    return {Key("a"): number}


@schedule
def counts_hashes(number: int) -> Any:
    Key.hashed = 0
    return keyed(number)[Key("a")], Key.hashed


@functional
def third(number: int) -> decimal.Decimal:
    return decimal.Decimal(number) / 3


@schedule
def asks_for_flags(number: int) -> Any:
    with decimal.localcontext() as context:
        context.clear_flags()
        value = third(number)
        return value, bool(context.flags[decimal.Inexact])


@row("flags that `decimal` arithmetic in a functional function raises")
def test_flags_of_decimal_arithmetic_stay_in_the_worker() -> None:
    assert differences(asks_for_flags, 1) == {"outcome: value[1]"}


@functional
def are_same(left: int, right: int) -> bool:
    return left is right


@schedule
def asks_whether_arguments_are_one(number: int) -> bool:
    large = 10**30 + number
    return are_same(large, large)


def test_equal_numbers_among_the_arguments_may_be_two() -> None:
    assert differences(asks_whether_arguments_are_one, 1) == {"outcome: value"}


@row("how often `__hash__` and `__eq__` of your own keys")
def test_keys_are_hashed_where_dictionaries_are_built() -> None:
    assert differences(counts_hashes, 1) <= {"outcome: value[1]"}


class Meta(type):
    """Counts how often its classes are hashed."""

    hashed = 0

    def __hash__(cls) -> int:
        Meta.hashed += 1
        return super().__hash__()


class OfMeta(metaclass=Meta):
    """Its class says when it is hashed."""


@schedule
def asks_an_instance(given: OfMeta) -> Any:
    Meta.hashed = 0
    return [plus_one(value) for value in range(3) if given], Meta.hashed


@row("how often `__hash__` of a metaclass is called")
def test_a_metaclass_may_see_its_classes_hashed() -> None:
    call = Call(asks_an_instance, lambda: ([OfMeta()], {}))
    found = compare(observe_sequential(call), observe(call))
    assert {each.path for each in found} <= {"value[1]"}


class Unhashable(type):
    """Its classes cannot be hashed at all."""

    def __eq__(cls, other: object) -> bool:
        return cls is other

    __hash__ = None  # type: ignore[assignment]


class OfUnhashable(metaclass=Unhashable):
    """Its class cannot be hashed."""


def test_classes_that_cannot_be_hashed_change_nothing() -> None:
    assert same_of(OfUnhashable()) == ([1, 2, 3], True)


@schedule
def same_of(given: Any) -> Any:
    return [plus_one(value) for value in range(3) if given], same(given) is given


@functional
def looks_up(held: Any) -> Any:
    frame = sys._getframe(1)
    where = frame.f_code.co_name, frame.f_lineno, frame.f_globals["__name__"]
    return *where, "kept" in frame.f_locals


@schedule
def is_looked_at(number: int) -> Any:
    kept = threading.Lock()  # it cannot be sent: the call is made inline
    return looks_up(kept), plus_one(number)


@row("what `sys._getframe(1)` is in a functional function")
def test_the_frame_above_a_functional_looks_like_its_caller() -> None:
    assert differences(is_looked_at, 1) <= {"outcome: value[0][3]"}


@functional
def warns_callers_caller(_: Any) -> None:
    warnings.warn("of the caller's caller", stacklevel=3)


@schedule
def is_warned(number: int) -> None:
    warns_callers_caller(number)


def test_a_warning_at_stack_level_three_may_name_the_scheduled_function() -> None:
    line = is_warned.__code__.co_firstlineno + 2
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        is_warned(1)
    assert [(one.filename, one.lineno) for one in caught] == [(__file__, line)]


@schedule
def is_looked_at_in_a_worker(number: int) -> Any:
    return looks_up(number), plus_one(number)


def test_in_a_worker_the_frame_above_is_the_workers() -> None:
    assert {path[:17] for path in differences(is_looked_at_in_a_worker, 1)} == {"outcome: value[0]"}


class Cached:
    @functools.cached_property
    def value(self) -> int:
        return 3


@functional
def uses_cache(given: Cached) -> int:
    return given.value


@schedule
def leaves_a_cache(given: Cached) -> Any:
    return [uses_cache(given) for _ in range(2)]


@row("attributes that a function leaves on an argument as a cache")
def test_caches_on_arguments_stay_in_the_worker() -> None:
    assert differences(leaves_a_cache, Cached()) <= {"state: args[0].value"}


@functional
def handles_interrupts(number: int) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@schedule
def asks_for_interrupts(number: int) -> Any:
    return handles_interrupts(number), plus_one(number)


@row("signals and `KeyboardInterrupt` that a functional function catches")
def test_workers_do_not_get_interrupts() -> None:
    assert differences(asks_for_interrupts, 1) == {"outcome: value[0]"}


@functional
def surroundings(number: int) -> tuple[int, int, int]:
    return os.getpid(), threading.active_count(), len(multiprocessing.active_children())


@schedule
def asks_for_surroundings(number: int) -> Any:
    return surroundings(number)[0], plus_one(number)


@row("`threading.active_count()`, `multiprocessing.active_children()`")
def test_workers_are_other_processes() -> None:
    assert differences(asks_for_surroundings, 1) == {"outcome: value[0]"}


def names_above() -> list[str]:
    return sorted(name for name in sys._getframe(1).f_locals if not name.startswith("$"))


@schedule
def has_its_names_listed(number: int) -> Any:
    kept = [plus_one(number)]
    return kept, names_above()


@row("which files are in your cache directory")
def test_translations_are_kept_in_the_cache_directory() -> None:
    wake_all()  # it may rest
    asks_for_surroundings(1)
    assert any(name.endswith(".translation") for name in os.listdir(os.environ[VARIABLE]))


@row("the names that a callee finds when it lists those of its caller")
def test_names_that_no_program_can_write_are_the_only_ones_of_ours() -> None:
    assert_equivalent(has_its_names_listed, 1)


CHILDREN = """
    import signal
    from pydron_ng import functional, schedule

    @functional
    def f(x):
        return x + 1

    @schedule
    def program(values):
        return [f(value) for value in values]

    signal.signal(signal.SIGCHLD, lambda *_: print("a child has ended"))
    print(program(range(3)))
"""


@row("how often a handler of SIGCHLD is called")
def test_the_child_that_starts_workers_is_heard_of(tmp_path: Path) -> None:
    script = str(write(tmp_path, CHILDREN))
    plain, scheduled = run(tmp_path, script, configuration=None), run(tmp_path, script)
    assert plain.out == "[1, 2, 3]\n"
    assert set(scheduled.out.splitlines()) == {"a child has ended", "[1, 2, 3]"}


DOUBTFUL = """
    import warnings
    from pydron_ng import functional, schedule

    @functional
    def f(x):
        return x

    @schedule
    def program(x):
        return x is 5, f(x)

    print(program(5))
"""


@row("how often Python warns of a doubtful construct")
def test_a_doubtful_construct_is_warned_of_at_least_once(tmp_path: Path) -> None:
    script = str(write(tmp_path, DOUBTFUL))
    plain, scheduled = run(tmp_path, script, configuration=None), run(tmp_path, script)
    assert plain.out == scheduled.out == "(True, 5)\n"
    assert "SyntaxWarning" in plain.err
    assert set(scheduled.err.splitlines()) == set(plain.err.splitlines())


@schedule
def deletes_what_it_adds_to(value: int) -> int:
    for total in [1, 2, 3, 4, 5]:
        pass
    for _ in range(2):
        total += value
        del total
    return plus_one(value)


@row("on Python 3.11, the line of an `UnboundLocalError`")
def test_a_name_without_a_value_is_told_in_the_same_function() -> None:
    assert differences(deletes_what_it_adds_to, 1) == set()
    with pytest.raises(UnboundLocalError, match="'total'") as told:
        deletes_what_it_adds_to(1)
    assert told.traceback[-1].name == "deletes_what_it_adds_to"


@schedule
def descends(number: int) -> int:
    return descends(number + 1) + plus_one(number) if number >= 0 else 0


@row("recursion depth at which a *scheduled* function meets the limit")
def test_a_scheduled_function_meets_the_limit_as_a_recursion_error() -> None:
    with pytest.raises(RecursionError):
        descends(0)
    gc.collect()  # what its end has left open would be warned of here


class Thing:
    """Can be referred to weakly."""


@schedule
def drops_a_list(number: int) -> Any:
    things = [Thing() for _ in range(number)]
    known = weakref.ref(things[0])
    value = plus_one(number)
    del things
    return known() is None, value


@row("how long an object lives that only")
def test_objects_in_lists_end_with_the_call_at_the_latest() -> None:
    assert differences(drops_a_list, 3) <= {"outcome: value[0]"}


CONTEXT: contextvars.ContextVar[int] = contextvars.ContextVar("CONTEXT", default=0)


@functional
def asks_the_context(number: int) -> int:
    return CONTEXT.get()


@schedule
def sets_the_context(number: int) -> Any:
    CONTEXT.set(number)
    return asks_the_context(number), plus_one(number)


@row("context variables")
def test_context_variables_are_not_carried() -> None:
    assert differences(sets_the_context, 7) <= {"outcome: value[0]"}


@functional
def shortened(number: int) -> str:
    return reprlib.repr(list(range(number)))


@schedule
def sets_an_option(number: int) -> Any:
    before, reprlib.aRepr.maxlist = reprlib.aRepr.maxlist, number
    found = shortened(20), plus_one(number)
    reprlib.aRepr.maxlist = before
    return found


@row("options that a library keeps for itself")
def test_options_of_libraries_are_those_of_the_worker() -> None:
    assert differences(sets_an_option, 2) <= {"outcome: value[0]"}


@functional
def counts_calls(number: int) -> int:
    here = vars(threading.current_thread())
    here["calls"] = here.get("calls", 0) + 1
    return number


@schedule
def calls_often(number: int) -> Any:
    return [counts_calls(value) for value in range(number)]


@row("how often a functional function is called, and when")
def test_calls_are_made_elsewhere() -> None:
    here = vars(threading.current_thread())
    here["calls"] = 0
    assert calls_often(4) == [0, 1, 2, 3]
    assert here["calls"] < 4


# --- where nothing runs in parallel ---


def drawn(number: int) -> Iterator[int]:
    yield from range(number)


@schedule
def draws_from_a_generator(number: int) -> Any:
    kept = []
    for value in drawn(number):
        kept.append(plus_one(value))
    return kept


@row("The next item is itself an effect")
def test_the_next_item_is_blamed() -> None:
    assert_equivalent(draws_from_a_generator, 3)
    assert "iterator" in reasons(draws_from_a_generator)


@schedule
def sends_what_cannot_travel(number: int) -> Any:
    return [same(threading.Lock()).locked() for _ in range(number)]


@row("Arguments or results that cannot be sent as they are")
def test_what_cannot_travel_is_told() -> None:
    assert_equivalent(sends_what_cannot_travel, 2)
    assert any("unshippable" in code for code in reasons(sends_what_cannot_travel))


KEPT: list[int] = [1, 2]


@functional
def returns_a_global(number: int) -> list[int]:
    return KEPT


@schedule
def gets_a_global(number: int) -> Any:
    return returns_a_global(number) is KEPT, plus_one(number)


@row("A result that is held by the function as well")
def test_a_result_that_is_a_global_is_that_global() -> None:
    assert_equivalent(gets_a_global, 1)
    assert gets_a_global(1)[0] is True


@functional
def notes(path: str, number: int) -> int:
    with open(path, "a", encoding="utf-8") as file:  # an effect, to see that it was called
        file.write(f"{number}\n")
    return number


@schedule
def stops_at_a_value(path: str, number: int) -> Any:
    for value in range(number):
        if plus_one(value) > 1:
            break
        notes(path, value)
    return value


@row("`break`, `return`, `raise`, `assert` that depend on a value")
def test_what_is_behind_an_exit_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "called"
    assert stops_at_a_value(str(path), 10) == 1
    assert set(path.read_text(encoding="utf-8").split()) == {"0"}


@schedule
def names_locals(number: int) -> Any:
    value = plus_one(number)
    return sorted(locals()), value


@row("Functions that name `locals`, `vars`, `dir`, `eval`, `exec`")
def test_functions_that_look_at_their_frame_are_the_original(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="pydron_ng"):
        made = schedule(names_locals.__wrapped__)  # type: ignore[attr-defined]
    assert made.__code__ is names_locals.__wrapped__.__code__  # type: ignore[attr-defined]
    assert "locals" in caplog.text
    assert_equivalent(names_locals, 1)


@row("While a debugger follows the program")
def test_a_debugger_sees_the_original() -> None:
    import bdb

    debugger = bdb.Bdb()
    debugger.reset()
    before = sys.gettrace()
    sys.settrace(debugger.trace_dispatch)
    try:
        pids = asks_for_surroundings(1)
    finally:
        sys.settrace(before)
    assert pids[0] == os.getpid()


@row("No source text")
def test_without_source_text_it_runs_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    space: dict[str, Any] = {"plus_one": plus_one}
    exec("def f(x):\n    return plus_one(x)", space)
    assert "<string>" not in linecache.cache
    with caplog.at_level(logging.INFO, logger="pydron_ng"):
        made = schedule(space["f"])
    assert made(1) == 2
    assert "no source text" in caplog.text


# --- with threads, besides ---


def test_threads_share_the_process(tmp_path: Path) -> None:
    program = """
        import os
        from pydron_ng import functional, schedule

        @functional
        def f(x):
            return os.getpid()

        @schedule
        def program(values):
            return [f(value) for value in values]

        print(set(program(range(4))) == {os.getpid()})
    """
    threads = DISPATCHED | {"workers": [{"type": "threads", "cores": 2}]}
    assert run(tmp_path, str(write(tmp_path, program)), configuration=threads).out == "True\n"
