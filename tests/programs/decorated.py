"""Scheduled functions below, above and between other decorators; generators; odd signatures."""

from __future__ import annotations

import contextlib
import copy
import functools
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call


@functional
def inc(value: int) -> int:
    return value + 1


@functional
def count(*args: Any, **kwargs: Any) -> int:
    return len(args) + len(kwargs)


@functional
def refuses(value: Any) -> Any:
    raise ValueError(value)


def saying(word: str) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            print(word)
            return function(*args, **kwargs)

        return wrapper

    return decorate


@schedule
@saying("outer")
@saying("inner")
def below_two(number: int) -> Any:
    return [inc(value) for value in range(number)]


@saying("above")
@schedule
@schedule
def above(number: int) -> Any:
    return [inc(value) for value in range(number)]


@saying("both")
@schedule()
@functional
def both(number: int) -> Any:
    return [inc(value) for value in range(number)]


@functools.singledispatch
@schedule
def told_apart(value: Any) -> Any:
    return "object", inc(1)


@told_apart.register
@schedule
def _(value: int) -> Any:
    return "int", [inc(item) for item in range(value)]


@told_apart.register(list)
@schedule
def _(value: list[Any]) -> Any:
    return "list", [told_apart(item) for item in value], inc(1)


@contextlib.contextmanager
@schedule
def managed(number: int) -> Iterator[Any]:
    try:
        yield [inc(value) for value in range(number)]
    except KeyError as error:
        print("caught", error)
    finally:
        print("leaving", inc(9))


@schedule
def uses_decorated(number: int) -> Any:
    with managed(number) as value:
        raise KeyError(inc(1))
    with contextlib.suppress(ZeroDivisionError), managed(number):
        inc(1) // 0
    dispatched = [told_apart(item) for item in (number, "x", [1, "b"])]
    return value, below_two(number), above(number), both(number), dispatched


@schedule
def copies(number: int) -> Any:
    copied = [copy.copy(below_two), copy.deepcopy(above), pickle.loads(pickle.dumps(uses_partial))]
    partial = functools.partial(above, number)
    return [function(number) for function in copied], partial(), list(map(above, [1, 2]))


@schedule
def uses_partial(number: int) -> Any:
    add = functools.partial(count, 1, inc(2), k=inc(3))
    return add(), add(inc(4), k=5), functools.reduce(lambda a, b: a + inc(b), range(number))


@schedule
def talks(number: int) -> Any:
    received = []
    try:
        for value in range(number):
            try:
                received.append((yield inc(value)))
            except KeyError as error:
                received.append(repr(error))
                yield inc(100)
    finally:
        print("closed", received)
    return inc(7)


@schedule
def talks_to_a_generator(number: int) -> Any:
    running = talks(number)
    kept = [next(running), running.send("a"), running.throw(KeyError("k")), next(running)]
    try:
        while True:
            kept.append(running.send(5))
    except StopIteration as stop:
        kept.append(stop.value)
    running = talks(number)
    next(running)
    running.close()

    def outer() -> Iterator[Any]:
        result = yield from talks(2)
        yield result, inc(1)

    kept.append(list(outer()))
    running = talks(number)
    kept.append((next(running), running.gi_frame is None, running.gi_running))
    try:
        running.throw(ZeroDivisionError)
    except ZeroDivisionError:
        kept.append(traceback.format_exc())
    return kept


@schedule
def delegates(number: int) -> Any:
    first = yield from talks(number)
    second = yield inc(first)
    yield from (inc(value) for value in range(number))
    yield from [inc(1), second]
    return first


@schedule
def stops_early(number: int) -> Any:
    for value in delegates(number):
        if value == inc(0):
            return value, (yield value)


@schedule
def interleaved(number: int) -> Any:
    pairs = zip(talks(number), talks(number + 1), delegates(number), strict=False)
    return [(a, b, c, inc(a)) for a, b, c in pairs]


@schedule
def recurses(number: int) -> Any:
    return inc(number) if number <= 0 else recurses(number - 1) + inc(number)


@schedule
def closures(number: int) -> Any:
    made = []
    for value in range(number):

        def function(kept: int = value) -> Any:
            return inc(value), inc(kept)

        made += [function, lambda: inc(value)]
    total = 0

    def bump() -> int:
        nonlocal total
        total += inc(number)
        return total

    return [each() for each in made], [(inc(total), bump(), inc(total)) for _ in range(2)], total


@schedule
def odd_names(a: int, /, b: int, *c: int, k: int, d: int = inc(7), **rest: int) -> Any:
    """Has every kind of parameter."""
    return inc(a), inc(b), c, k, d, rest, count(*c, **rest, z=inc(k))


@schedule
def names_of_others(route: int, call: int, self: int, ra: int, UNKNOWN: int, v_self: int) -> Any:
    Promise = operate = inc(v_self)
    v_v_self = _ = __ = inc(ra)
    listed = [inc(call + stub) for stub in range(UNKNOWN)]
    given = {"callee": 1, "site": 2, "f": 3, "args": 4, "kwargs": 5, "call": 6, "take": 7}
    return listed, route, self, Promise, operate, v_v_self, _, __, count(**given, self=1, clock=2)


@schedule
def declares(number: int) -> Any:
    global DECLARED
    for DECLARED in range(number):
        inc(DECLARED)
    before = DECLARED
    del DECLARED
    if number:
        global DECLARED_LATER
        DECLARED_LATER = [inc(value) for value in range(before)]
    DECLARED = inc(before)
    return before, DECLARED, DECLARED_LATER


CALLS = (
    Call.of(uses_decorated, 3),
    Call.of(copies, 3),
    Call.of(uses_partial, 3),
    Call.of(talks_to_a_generator, 3),
    Call.of(delegates, 3),
    Call.of(stops_early, 3),
    Call.of(interleaved, 3),
    Call.of(recurses, 5),
    Call.of(closures, 3),
    Call.of(odd_names, 1, 2, 3, 4, k=5, e=6),
    Call.of(names_of_others, 1, 2, 3, 4, 5, 6),
    Call.of(declares, 3).watching("DECLARED", "DECLARED_LATER"),
)
