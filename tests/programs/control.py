"""Where control goes: handlers, managers, matches, exits from the middle of something."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call

log = logging.getLogger("tests.programs.control")


@functional
def inc(value: int) -> int:
    return value + 1


@functional
def same(value: Any) -> Any:
    return value


@functional
def refuses(value: Any) -> Any:
    raise ValueError(value)


def lines_of(traceback_: TracebackType | None) -> list[tuple[str, int | None]]:
    return [(frame.f_code.co_name, line) for frame, line in traceback.walk_tb(traceback_)]


class Manager:
    """Tells what leaves its block, with all frames; may swallow it."""

    def __init__(self, swallows: object = False) -> None:
        self.swallows = swallows

    def __enter__(self) -> Manager:
        print("enter")
        return self

    def __exit__(self, kind: Any, error: Any, traceback_: Any) -> bool:
        print("exit", kind, lines_of(traceback_), sys.exception() is error)
        return bool(self.swallows)


@schedule
def managers(number: int) -> Any:
    kept = []
    with Manager(True):
        kept.append(refuses(number))
    with Manager(True), Manager() as inner, Manager(refuses(number)):
        kept.append(inner)
    with Manager(True) as outer, Manager(), contextlib.nullcontext(inc(1)) as value:
        kept.append((outer.swallows, value, inc(value)))
        refuses(number)
        kept.append("never")
    with (
        Manager() as a,
        Manager(inc(1)) as b,
    ):
        kept.append((a.swallows, b.swallows))
    return kept


@schedule
def leaves_a_manager(number: int) -> Any:
    for value in range(number):
        with Manager():
            if value == 0:
                continue
        with Manager(), Manager():
            if inc(value) == 2:
                return inc(value), value


@schedule
def suppressed(number: int) -> Any:
    kept = []
    for value in range(number):
        with contextlib.suppress(ValueError):
            kept.append(inc(value))
            refuses(value)
            kept.append(-1)
        with contextlib.ExitStack() as stack:
            stack.callback(print, "callback", value)
            stack.enter_context(contextlib.suppress(ValueError))
            refuses(value)
    return kept


@schedule
def finally_returns(number: int) -> Any:
    for value in range(number):
        try:
            if same(value) == 1:
                return inc(1)
        finally:
            if value == 1:
                print("on the way out")
                break
    try:
        refuses(1)
    finally:
        return inc(5), value


@schedule
def finally_raises(number: int) -> Any:
    try:
        try:
            refuses(number)
        finally:
            print(traceback.format_exc())
            refuses(inc(number))
    except ValueError as error:
        return repr(error), repr(error.__context__), traceback.format_exc()


@schedule
def handlers_speak(number: int) -> Any:
    try:
        refuses(number)
    except ValueError:
        print(traceback.format_exc())
        log.exception("refused")
        print(lines_of(sys.exc_info()[2]))
        sys.excepthook(*sys.exc_info())
        traceback.print_exc()
    return inc(number)


def kinds() -> type[Exception]:
    print(lines_of(sys.exc_info()[2]))
    return ValueError


@schedule
def handlers_ask(number: int) -> Any:
    try:
        refuses(number)
    except kinds():
        return inc(number)


@schedule
def chains(number: int) -> Any:
    try:
        refuses(number)
    except ValueError as error:
        kept = error
    try:
        raise KeyError(inc(1)) from kept
    except KeyError as error:
        print(traceback.format_exc(), error.__cause__ is kept, error.__context__)
    try:
        try:
            refuses(inc(1))
        except ValueError:
            refuses(inc(2))
    except ValueError:
        try:
            refuses(inc(3))
        finally:
            try:
                refuses(inc(4))
            except ValueError:
                print(traceback.format_exc())


@schedule
def notes(number: int) -> Any:
    try:
        refuses(number)
    except ValueError as error:
        error.add_note(str(inc(1)))
        error.extra = inc(2)
        raise


@schedule
def raises_again(number: int) -> Any:
    try:
        try:
            refuses(number)
        except ValueError as error:
            raise error.with_traceback(None)
    except ValueError as error:
        print(lines_of(error.__traceback__))
        raise


@schedule
def groups(number: int) -> Any:
    seen: list[Any] = []
    inner = ExceptionGroup("h", [ValueError(3), KeyError(4)])
    try:
        raise ExceptionGroup("g", [ValueError(inc(1)), TypeError(inc(2)), inner])
    except* ValueError as error:
        seen.append([str(one) for one in error.exceptions])
        seen.append(inc(1))
    except* (TypeError, KeyError) as error:
        seen.append(repr(error))
    try:
        refuses(number)
    except* ValueError as error:
        seen.append(lines_of(error.__traceback__))
        seen.append([lines_of(one.__traceback__) for one in error.exceptions])
    else:
        seen.append("never")
    finally:
        seen.append(inc(3))
    return seen


@schedule
def groups_that_raise(number: int) -> Any:
    try:
        try:
            raise ExceptionGroup("g", [ValueError(1), TypeError(2), OSError(3)])
        except* ValueError:
            refuses(inc(6))
        except* TypeError:
            raise
        finally:
            inc(1)
    except BaseException:
        print(traceback.format_exc())
        raise


@schedule
def matches(subjects: list[Any]) -> Any:
    seen: list[Any] = []
    for subject in subjects:
        match same(subject):
            case [x, y] if inc(x) == 2:
                seen.append(("pair", x, y))
            case {"k": key, **rest}:
                seen.append((key, rest, inc(key)))
            case (x,):
                seen.append(x)
            case int() | float() as number:
                seen.append(inc(number))
            case str(text):
                seen.append(same(text))
            case complex(real=real, imag=0.0):
                seen.append(real)
            case None | True:
                seen.append(inc(0))
            case [Manager(swallows=inner), *others]:
                seen.append((inner, others))
    return seen, x, y


@schedule
def loops_with_else(number: int) -> Any:
    for value in range(number):
        if inc(value) > number:
            break
    else:
        value = inc(100)
    while number:
        number = same(number - 1)
        if number == 1:
            continue
        print(number)
    else:
        number = inc(7)
    return value, number


@schedule
def deleted(number: int) -> Any:
    value = inc(number)
    table = {"a": value, "b": inc(value)}
    holder = Manager()
    del table["a"], value, holder.swallows
    kept = []
    for item in range(number):
        held = inc(item)
        del held
    for name in ("value", "held", "error"):
        try:
            kept.append((value, held) if name == "value" else held)
        except NameError as error:
            kept.append((type(error).__name__, str(error)))
    try:
        return error
    except UnboundLocalError as unbound:
        return kept, table, str(unbound), hasattr(holder, "swallows")


@schedule
def throws_into_a_generator(number: int) -> Any:
    def inner() -> Iterator[Any]:
        try:
            yield inc(1)
        except ValueError:
            print(traceback.format_exc())
            yield inc(2)

    running = inner()
    kept = [next(running)]
    try:
        refuses(number)
    except ValueError as error:
        kept.append(running.throw(error))
    return kept


@schedule
def deep_below(number: int) -> Any:
    for value in range(number):
        inc(value)
    return below(number)


@schedule
def below(number: int) -> Any:
    with contextlib.ExitStack():
        return [refuses(value) for value in range(number)]


@schedule
def asserts(number: int) -> Any:
    assert inc(number) > 0, refuses(1)
    assert inc(number) < 0, inc(2)


@schedule
def nested_to_the_limit(number: int) -> Any:
    for a in range(2):
        for b in range(2):
            with Manager():
                try:
                    with Manager():
                        for c in range(2):
                            try:
                                while True:
                                    with Manager():
                                        try:
                                            for d in range(2):
                                                with Manager():
                                                    try:
                                                        if inc(d):
                                                            raise KeyError
                                                    finally:
                                                        inc(a + b + c)
                                        except KeyError:
                                            break
                            except KeyError:
                                number += inc(number)
                finally:
                    number = inc(number)
    return number


CALLS = (
    Call.of(managers, 3),
    Call.of(leaves_a_manager, 3),
    Call.of(suppressed, 3),
    Call.of(finally_returns, 3),
    Call.of(finally_raises, 3),
    Call.of(handlers_speak, 3),
    Call.of(handlers_ask, 3),
    Call.of(chains, 3),
    Call.of(notes, 3),
    Call.of(raises_again, 3),
    Call.of(groups, 3),
    Call.of(groups_that_raise, 3),
    Call.of(matches, [[1, 2], {"k": 1, "m": 2}, (1,), 5, "s", None, 1.5, [1, [2, 3]], 2 + 0j]),
    Call.of(loops_with_else, 3),
    Call.of(deleted, 3),
    Call.of(throws_into_a_generator, 3),
    Call.of(deep_below, 3),
    Call.of(asserts, 3),
    Call.of(nested_to_the_limit, 3),
)
