"""The order in which expressions are evaluated, told by objects that say what is done to them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call


@functional
def count(*args: Any, **kwargs: Any) -> int:
    return len(args) + len(kwargs)


@functional
def inc(value: int) -> int:
    return value + 1


@functional
def same(value: Any) -> Any:
    return value


@functional
def refuses(value: int) -> int:
    raise ValueError(value)


class Teller:
    """Prints each thing that is done to it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __deepcopy__(self, memo: object) -> Teller:
        return Teller(self.name)

    def __repr__(self) -> str:
        return self.name

    def __getattr__(self, name: str) -> Teller:
        if name.startswith("__"):
            raise AttributeError(name)
        print("attribute", self.name, name)
        return Teller(f"{self.name}.{name}")

    def __getitem__(self, key: object) -> Teller:
        print("item", self.name, key)
        return Teller(f"{self.name}[]")

    def __setitem__(self, key: object, value: object) -> None:
        print("set item", self.name, key, value)

    def __call__(self, *args: object, **kwargs: object) -> Teller:
        print("call", self.name, args, sorted(kwargs))
        return Teller(f"{self.name}()")

    def __add__(self, other: object) -> Teller:
        print("add", self.name, other)
        return self

    def __iadd__(self, other: object) -> Teller:
        print("add to", self.name, other)
        return self

    def __lt__(self, other: object) -> bool:
        print("less", self.name, other)
        return True

    def __eq__(self, other: object) -> bool:
        print("equal", self.name, other)
        return True

    def __hash__(self) -> int:
        print("hash", self.name)
        return 1

    def __bool__(self) -> bool:
        print("truth", self.name)
        return True

    def __iter__(self) -> Iterator[int]:
        print("iterate", self.name)
        return iter([1, 2])

    def __format__(self, how: str) -> str:
        print("format", self.name, how)
        return self.name

    def keys(self) -> list[str]:
        print("keys", self.name)
        return ["left", "right"]


@schedule
def arguments(a: Any, b: Any, c: Any) -> Any:
    return count(a, inc(1), *b, k=inc(2), **c), count(a.f, *[inc(1), b.g], **{"k": c.h})


@schedule
def targets(a: Any, b: Any, c: Any) -> Any:
    a[b.x] = c.y[inc(1)] = c(inc(2))
    a.z += b(inc(3))
    a[inc(4)] += b[inc(5)]
    a[inc(0)], (b.q, *c.r) = inc(6), [inc(7), inc(8), inc(9)]
    return {a: inc(1), b.q: c.q, **c, inc(7): inc(8)}


@schedule
def operators(a: Any, b: Any, c: Any) -> Any:
    chained = a.f(inc(1))(b.g, *[inc(2)], k=c)(inc(3)) if a.t < b.t < c[inc(9)] else c
    text = f"{a.x:{inc(10)}} {b(inc(2))!r} {c}"
    listed = [a, *b, inc(1), *c]
    sliced = a.m[inc(1) : inc(2), :: b.q]
    del listed[inc(0)]
    return chained, text, listed, sliced, not a.l, a and inc(1), (a or inc(2)), a == inc(3)


@schedule
def definitions(a: Any, b: Any, c: Any) -> Any:
    def inner(x: a.ann = b.default, *y: inc(1), z: Any = inc(2)) -> a.ret:
        return x

    class Inner:
        first = inc(3)
        second: b.ann = inc(4)

        @(lambda function, given=a.deco(inc(1)): function)
        def method(self) -> None: ...

    for a.target, b[inc(1)] in [(1, 2), (3, 4)]:
        inc(2)
    with contextlib.nullcontext(a) as b.target, contextlib.nullcontext(inc(1)) as c[inc(2)]:
        inc(3)
    return inner.__defaults__, inner.__kwdefaults__, Inner.first, Inner.second, Inner.__name__


@schedule
def lambdas(a: Any, b: Any, c: Any) -> Any:
    late = lambda x, y=inc(5), *, z=b.r: (x, y, z, inc(6), a.s)
    return late(c.t), [late(i, inc(i)) for i in range(2)], (lambda *_, **__: inc(7))(*a, **c)


@schedule
def comprehensions(a: Any, b: Any, c: Any) -> Any:
    listed = [(x, y, inc(x)) for x in a.xs if b.test for y in c[x] if inc(y) > 2]
    mapped = {inc(x): b[x] for x in a.ys}
    drawn = (inc(x) for x in c.zs if b(x))
    return listed, mapped, next(drawn), list(drawn), {a(x) for x in (inc(1), inc(1))}


@schedule
def stops_in_the_middle(a: Any, b: Any, c: Any) -> Any:
    return count(a.f, inc(1), refuses(2), b.g, inc(3), c.h)


@schedule
def stops_in_an_assignment(a: Any, b: Any, c: Any) -> Any:
    a[b.key] = c.value = refuses(inc(1))


@schedule
def short_circuits(a: Any, b: Any, c: Any) -> Any:
    nothing = inc(-1)
    return (
        nothing and refuses(1),
        inc(0) or refuses(2),
        1 < inc(0) < refuses(3),
        inc(5) if a.test else refuses(4),
        any(inc(x) > 1 for x in [0, 1, 2]) or refuses(5),
        a.x is not None and b.y is not None and inc(1) in [c.z, 2],
    )


@schedule
def walruses(number: int) -> Any:
    listed = [y := inc(1), y**2, (z := same(y)) + z]
    kept = [(last := inc(i)) for i in range(number) if (p := same(i)) % 2 == 0]
    while (number := same(number - 1)) > 0:
        listed.append(number)
    return listed, kept, last, p, number, count(q := inc(1), q, k=(q := inc(q))), q


@schedule
def stars(number: int) -> Any:
    first, *rest = [inc(i) for i in range(number)]
    *most, last = rest
    (e, (f, *h)) = inc(1), (inc(2), inc(3))
    head, *_, tail = same("hello")
    shown = [*rest, *most, *same([7])], {*rest}, (*most,), {**{"a": inc(1)}, "b": 2, **same({})}
    return first, last, e, f, h, head, tail, shown


@schedule
def unpacks_what_does_not_fit(values: list[Any]) -> Any:
    seen = []
    for value in values:
        try:
            left, right = same(value)
            seen.append((left, right, inc(1)))
        except (ValueError, TypeError) as error:
            seen.append(str(error))
    return seen


@schedule
def compares(number: int) -> Any:
    return (
        1 < inc(number) < inc(number + 1) != inc(9) > inc(1),
        (inc(1) in [inc(1)]) == True,  # noqa: E712  written as users write it
        inc(1) == inc(1) in [True, inc(1)],
        inc(-1) is not None,
        inc(1) < refuses(2) < refuses(3) if number < 0 else 0,
    )


@schedule
def texts(number: int) -> Any:
    width = 8
    plain = f"{inc(number)!r:>{width}}|{inc(1):0{inc(2)}d}|{number=}|{inc(3)=:*^9}|{{}}"
    return plain, "%s %d" % (inc(1), inc(2)), "{} {k}".format(inc(1), k=inc(2)), str(inc(1))[0:]


def _tellers() -> tuple[list[Teller], dict[str, Any]]:
    return [Teller(name) for name in "abc"], {}


TELLING = (
    arguments,
    targets,
    operators,
    definitions,
    lambdas,
    comprehensions,
    stops_in_the_middle,
    stops_in_an_assignment,
    short_circuits,
)


@schedule
def names_of_comprehensions_that_are_unbound(values: list[int], bind: bool) -> Any:
    """The comprehension's name is one of the function's, too, and has no value there."""
    if bind:
        for value in values:
            print(value)
    kept = [inc(value) if is_large(value) else value for value in values]
    pairs = {value: inc(value) for value in kept if not is_large(value)}
    kept += [is_large(value) for value in kept]
    return kept, pairs, inc(len(kept))


def is_large(value: int) -> bool:
    """Nobody knows what this does to its argument."""
    return value > 1


CALLS = (
    Call.of(names_of_comprehensions_that_are_unbound, [1, 2, 3], False),
    Call.of(names_of_comprehensions_that_are_unbound, [1, 2, 3], True),
    *(Call(function, _tellers) for function in TELLING),
    Call.of(walruses, 4),
    Call.of(stars, 4),
    Call.of(unpacks_what_does_not_fit, [[1], [1, 2], [1, 2, 3], 5, "ab", {1: 2, 3: 4}, None]),
    Call.of(compares, 3),
    Call.of(texts, 3),
)
