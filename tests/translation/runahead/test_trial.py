"""try: taken to raise nothing, except where a handler decides what follows."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.translation.runahead.promises import TaskFailed
from tests.translation.gate import assert_ahead, quick, quick_to_raise, risky, work
from tests.translation.runahead.guards import assert_untouched, library
from tests.translation.written import statement, text


def test_shape() -> None:
    source = "try:\n    y = risky(a)\nexcept ValueError:\n    y = 0\nwork(y)"
    assert statement(source) == text(
        """
        async def statement_1(ra, v_a, v_y):
            scope_1 = []
            try:
                t1 = noted(scope_1, call(ra, 0, (), ra.lookup('risky'), (v_a, ), {}))
                v_y = bind(ra, 2, 0, (), t1)
                await settled(scope_1)
            except TaskFailed as failed:
                if catches(ra, failed, ra.lookup('ValueError')):
                    t2 = 0
                    v_y = bind(ra, 3, 0, (), t2)
                else:
                    raise
            return (v_y, )


        (v_y, ) = spawn(ra, statement_1(ra, v_a, v_y), 1, (), (0, ))
        unread(ra, 1, (), ra.lookup('work'), (v_y, ), {})
        """
    )


def test_shape_where_no_handler_matters() -> None:
    source = "try:\n    work(a)\nexcept ValueError:\n    print(a)\nfinally:\n    print(b)"
    assert statement(source) == "unread(ra, 0, (), ra.lookup('work'), (v_a, ), {})"


class Coded(ValueError):
    """Carries what a handler works with."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.doubled = 2 * code


@functional
def refuses(x: Any) -> Any:
    raise Coded(x)


@schedule
def worked_with(n: Any) -> Any:
    try:
        value = refuses(n)
    except Coded as error:
        value = error.doubled
    return work(value), work(n)


@schedule
def collected(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        try:
            kept.append(risky(number))
        except ValueError as error:
            print("left out", error)
    return kept


@schedule
def replaced(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        try:
            value = risky(number)
        except (KeyError, ValueError) as error:
            value = work(len(error.args))
        else:
            value = work(value)
        finally:
            kept.append(number)
        kept.append(value)
    return kept


@schedule
def handled_in_turn(n: Any) -> Any:
    try:
        value = risky(n)
    except KeyError:
        value = 1
    except ValueError:
        value = 2
    except BaseException:
        value = 3
    return work(value), work(n)


@schedule
def raised_again(n: Any) -> Any:
    try:
        try:
            value = risky(n)
        except KeyError:
            value = 0
        work(value)
    except ValueError:
        value = work(n)
        raise
    return value


@schedule
def retried(n: Any) -> Any:
    for attempt in range(3):
        try:
            value = risky(n + attempt)
            break
        except ValueError:
            print("again", attempt)
    else:
        value = 0
    return value, work(n)


@schedule
def retried_around(numbers: Any) -> Any:
    kept = []
    for n in numbers:
        for attempt in range(3):
            try:
                value = risky(n + attempt)
                break
            except ValueError:
                continue
        else:
            value = None
        kept.append(value)
        kept.append(work(n))
    return kept


@schedule
def survived(n: Any) -> Any:
    value = 4
    try:
        value = quick(quick_to_raise(n))
    except ValueError:
        pass
    return work(value), work(value, 1)


@schedule
def grouped_around(numbers: Any) -> Any:
    kept = []
    for n in numbers:
        try:
            value = risky(n)
        except* ValueError:
            value = 0
        kept.append(work(value))
    return kept


@schedule
def raised_within(n: Any) -> Any:
    try:
        if quick(n) > 0:
            raise KeyError(n)
        y = 1
    except KeyError as error:
        y = work(len(error.args))
    return work(y)


@schedule
def grouped(n: Any) -> Any:
    try:
        a, b = work(n), work(n + 1)
        if a < b:
            raise ExceptionGroup("both", [ValueError(a), KeyError(b)])
    except* ValueError as group:
        print(group.exceptions)
    except* KeyError:
        print("key")
    return a, b  # type: ignore[possibly-undefined]


@schedule
def an_operation_fails(n: Any) -> Any:
    try:
        value = 1 // (quick(n) - quick(n))
    except ZeroDivisionError:
        value = work(n)
    return value, work(n + 1)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, collected, [1, 2, 3, 4]),
        (4, replaced, [1, 2, 3, 4]),
        (2, worked_with, 3),
        (1, handled_in_turn, 3),
        (1, handled_in_turn, 4),
        (1, raised_again, 3),
        (1, retried, 1),
        (1, raised_within, 3),
        (6, retried_around, [1, 2, 3]),
        (2, survived, 3),
        (2, survived, 4),
        (3, grouped_around, [2, 3, 4]),
        (1, grouped, 3),
        (1, an_operation_fails, 3),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    failed = TaskFailed(ValueError())
    assert_untouched(
        lambda w: library("catches")(None, failed, w),
        lambda w: library("catches")(None, failed, (w,)),
    )


def test_a_handler_is_chosen_as_the_language_does() -> None:
    catches = library("catches")
    failed = TaskFailed(UnicodeError())
    assert catches(None, failed, ValueError)
    assert catches(None, failed, (KeyError, Exception))
    assert not catches(None, failed, KeyError)


class Meta(type):
    """Its classes could have an opinion of their own."""


class Strange(Exception, metaclass=Meta):
    pass


def test_a_class_with_opinions_gives_up() -> None:
    failed = TaskFailed(ValueError())
    with pytest.raises(TaskFailed):
        library("catches")(None, failed, Strange)
