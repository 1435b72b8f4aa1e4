"""When objects end: finalizers speak in their places, whatever run-ahead has seen of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def next_number(value: int) -> int:
    spin(20_000)
    return value + 1


@functional
def refuses(value: int) -> int:
    held = Mortal(value)
    raise ValueError(held.number)


@functional
def fails(value: int) -> int:
    if value < 9:
        raise ValueError(value)
    return value


@functional
def count(*args: Any) -> int:
    return len(args)


class Mortal:
    """Says when it ends."""

    def __init__(self, name: object) -> None:
        self.name = name
        self.number = 5

    def __del__(self) -> None:
        print("end of", self.name)

    def __iter__(self) -> Iterator[int]:
        yield from [1, 2, 3]

    def __enter__(self) -> Mortal:
        return self

    def __exit__(self, *error: object) -> None: ...

    def method(self) -> int:
        return 3


def made(name: object) -> Mortal:
    return Mortal(name)


def drawn(number: int) -> Iterator[Any]:
    try:
        for value in range(number):
            yield Mortal(value)
    finally:
        print("closed")


@schedule
def deleted() -> Any:
    d = made("d")
    y = next_number(d.number)
    del d
    print("after")
    return next_number(y)


@schedule
def replaced() -> Any:
    d = Mortal("d")
    y = next_number(d.number)
    d = None
    print("after")
    z = next_number(y)
    return z


@schedule
def items_of_a_generator() -> Any:
    out = []
    for v in drawn(4):
        out.append(next_number(v.name))
        print("body")
    print("after")
    return out


@schedule
def an_iterable_that_is_left() -> Any:
    out = []
    for v in Mortal("it"):
        out.append(next_number(v))
        if v == 2:
            break
    print("after")
    return out


@schedule
def a_generator_that_is_left() -> Any:
    out = []
    for v in drawn(5):
        x = next_number(v.name)
        out.append(x)
        if x == 2:
            break
        print("no")
    print("after")
    del v
    print("after2")
    return out


@schedule
def managers() -> Any:
    with made("cm") as c:
        y = next_number(c.number)
    del c
    print("after")
    return next_number(y)


@schedule
def in_a_list() -> Any:
    held = [made(1), made(2)]
    y = [next_number(q.number) for q in held]
    held.pop()
    print("after")
    held.clear()
    print("after2")
    return [next_number(v) for v in y]


@schedule
def in_a_dictionary() -> Any:
    d = {}
    d["a"] = made(1)
    y = next_number(d["a"].number)
    del d["a"]
    print("after")
    return next_number(y)


@schedule
def temporaries() -> Any:
    y = next_number(made(1).number) + next_number(made(2).method())
    print("after")
    return y


@schedule
def arguments() -> Any:
    d = made(1)
    y = count(d, next_number(1))
    del d
    print("after")
    return next_number(y)


@schedule
def made_of_results() -> Any:
    x = next_number(1)
    d = made(x)
    y = count(d, x)
    d = made(next_number(y))
    print("after")
    z = next_number(d.number)
    d = None
    print("after2")
    return z


@schedule
def in_a_cell() -> Any:
    def f():
        return d.number

    d = made(1)
    y = next_number(f())
    del d
    print("after")
    return next_number(y)


@schedule
def replaced_in_a_loop() -> Any:
    out = []
    for i in range(4):
        d = made(i)
        out.append(next_number(d.number + i))
        print("body", i)
    d = None
    print("after")
    return out


@schedule
def in_an_exception() -> Any:
    try:
        d = made(1)
        next_number(d.number)
        raise KeyError(d)
    except KeyError:
        pass
    d = None
    print("after")
    return next_number(1)


@schedule
def in_a_comprehension() -> Any:
    out = [next_number(v.name) for v in drawn(4)]
    print("after")
    return out


@schedule
def a_generator_that_is_dropped() -> Any:
    it = drawn(5)
    a = next_number(next(it).name)
    b = next_number(next(it).name)
    it = None
    print("after")
    return a + b


@schedule
def a_generator_left_by_return() -> Any:
    for v in drawn(5):
        if next_number(v.name) == 2:
            return next_number(5)


@schedule
def exchanged() -> Any:
    d, e = made(1), made(2)
    y = next_number(d.number) + next_number(e.number)
    d, e = e, d
    d = None
    print("after")
    return next_number(y)


@schedule
def behind_a_test() -> Any:
    d = made(1)
    while next_number(d.number) < 10:
        d = None
        print("body")
        break
    print("after")
    return next_number(1)


@schedule
def in_a_branch() -> Any:
    d = made(1)
    x = next_number(2)
    if x == 3:
        y = next_number(d.number)
        d = None
        print("in")
    print("after")
    return next_number(y)


@schedule
def in_a_functional_that_raises() -> Any:
    kept = []
    for value in range(3):
        try:
            refuses(value)
        except ValueError as error:
            kept.append(error.args)
        print("after", value)
    return kept, next_number(1)


@schedule
def beside_a_functional_that_raises() -> Any:
    held, began = made("held"), drawn(2)
    next(began)
    total = 0
    for value in range(3):
        try:
            total += next_number(fails(held.number + value))
        except ValueError:
            continue
    return total


@schedule
def beside_a_failure_that_decides() -> Any:
    held, began = made("held"), drawn(2)
    next(began)
    found = 0
    for value in range(3):
        try:
            found = next_number(fails(value))
        except ValueError as error:
            found = next_number(len(error.args))
    return next_number(found + held.number)


@schedule
def _fails_inside(number: int) -> int:
    return next_number(fails(number))


@schedule
def beside_a_scheduled_function_that_raises() -> Any:
    held, began = made("held"), drawn(2)
    next(began)
    found = []
    for value in range(3):
        try:
            found.append(_fails_inside(value))
        except ValueError:
            found.append(next_number(held.number))
    return found


@schedule
def _takes(given: Any) -> Any:
    y = next_number(given.number)
    del given
    print("after")
    return next_number(y)


@schedule
def a_parameter() -> Any:
    return _takes(Mortal("argument"))


CALLS = (
    Call.of(deleted),
    Call.of(replaced),
    Call.of(items_of_a_generator),
    Call.of(an_iterable_that_is_left),
    Call.of(a_generator_that_is_left),
    Call.of(managers),
    Call.of(in_a_list),
    Call.of(in_a_dictionary),
    Call.of(temporaries),
    Call.of(arguments),
    Call.of(made_of_results),
    Call.of(in_a_cell),
    Call.of(replaced_in_a_loop),
    Call.of(in_an_exception),
    Call.of(in_a_comprehension),
    Call.of(a_generator_that_is_dropped),
    Call.of(a_generator_left_by_return),
    Call.of(exchanged),
    Call.of(behind_a_test),
    Call.of(in_a_branch),
    Call.of(a_parameter),
    Call.of(in_a_functional_that_raises),
    Call.of(beside_a_functional_that_raises),
    Call.of(beside_a_failure_that_decides),
    Call.of(beside_a_scheduled_function_that_raises),
)
