"""Productions of what a program defines for itself at the top of its module."""

from __future__ import annotations

from tests.fuzz.grammar import Lines, Writer, indented, production

#: What the variables of a part begin with; the program's own are its parameters.
PART = (
    "c, zs, rows, d, o = 0, [], [xs, ys], {1: a}, Thing(a, xs)",
    "es, s, t, u, m = {1, 2}, 'p', (a, ys), Touchy(a), np.arange(4.0)",
    "v = m[1:]",
)


@production("functional", "definition", weight=2)
def functional(w: Writer) -> Lines:
    """A pure function of a number, that may raise."""
    name = w.new_name("pure")
    lines = ["@functional", f"def {name}(n, k={w.pick('2', '-0.0', '7')}, /, *more):"]
    if w.chance(0.3):
        lines += [f"    if n % {w.pick('3', '5')} == 1:", "        raise Refusal(n, 'pure')"]
    if w.chance(0.3):
        lines += ["    print('pure', n)"]
    lines += [f"    return {_pure(w)}"]
    w.define("function", name)
    return lines


@production("recursive", "definition", weight=1)
def recursive(w: Writer) -> Lines:
    """Scheduled and functional at once, both branches by recursion."""
    name = w.new_name("tree")
    w.define("function", name)
    return [
        "@schedule",
        "@functional",
        f"def {name}(n, depth=2):",
        "    if depth == 0:",
        f"        return {_pure(w, k='depth')}",
        f"    left = {name}(n, depth - 1)",
        f"    return (left + {name}(n + depth, depth - 1)) % 97",
    ]


@production("merge-sort", "definition", weight=0.7)
def merge_sort(w: Writer) -> Lines:
    name = w.new_name("sort")
    w.define("function", f"(lambda n: len({name}([n, 2, 7, 1])))")
    return [
        "@schedule",
        "@functional",
        f"def {name}(xs):",
        "    if len(xs) < 2:",
        "        return xs",
        "    middle = len(xs) // 2",
        f"    left, right = {name}(xs[:middle]), {name}(xs[middle:])",
        "    return sorted(left + right, key=inc)",
    ]


@production("decorated", "definition", weight=1)
def decorated(w: Writer) -> Lines:
    """A functional function below a decorator that has an effect."""
    name = w.new_name("wrapped")
    w.define("function", name)
    return [f"@told('{name}')", "@functional", f"def {name}(n, k=3):", f"    return {_pure(w)}"]


@production("factory", "definition", weight=1)
def factory(w: Writer) -> Lines:
    """A functional closure that somebody else has made."""
    maker, name = w.new_name("maker"), w.new_name("made")
    w.define("function", name)
    return [
        f"def {maker}(k):",
        "    @functional",
        "    def inner(n):",
        f"        return {_pure(w)}",
        "    return inner",
        f"{name} = {maker}({w.pick('2', '5')})",
    ]


@production("setting", "definition", weight=1.5)
def setting(w: Writer) -> Lines:
    """A global that a functional function reads and the program assigns."""
    name, reader = w.new_name("LEVEL"), w.new_name("leveled")
    w.define("setting", name)
    w.define("function", reader)
    return [
        f"{name} = 3",
        f"def set_{name}(n):",
        f"    global {name}",
        f"    {name} = n",
        "@functional",
        f"def {reader}(n):",
        f"    return (n * {name} + 1) % 97",
    ]


@production("renamed", "definition", weight=1)
def renamed(w: Writer) -> Lines:
    """A functional function by a global name that the program gives to another one."""
    name = w.new_name("work")
    w.define("function", name)
    w.define("renamed", name)
    return [
        f"{name} = {w.pick('inc', 'slow', 'risky')}",
        f"def use_{name}(function):",
        f"    global {name}",
        f"    {name} = function",
    ]


@production("stream", "definition", weight=1.5)
def stream(w: Writer) -> Lines:
    """A scheduled generator, that is sent to, thrown into and closed."""
    name = w.new_name("stream")
    called = w.pick("slow", "inc", "risky")
    w.define("stream", name)
    return [
        "@schedule",
        f"def {name}(n):",
        "    try:",
        "        for step in range(4):",
        "            try:",
        f"                got = yield {called}(n + step)",
        f"                n = n if got is None else {w.pick('slow', 'inc')}(got)",
        "            except ValueError as error:",
        "                print('thrown', error)",
        "                yield mix(n, step)",
        "    finally:",
        f"        print('{name} ends', {called}(1))",
        "    return n",
    ]


@production("part", "definition", weight=2.5)
def part(w: Writer) -> Lines:
    """A scheduled function with a body like the program's own."""
    name = w.new_name("part")
    with w.inside(fuel=6):
        body = w.function_block(4)
    w.define("part", name)
    decorator = [] if w.chance(0.15) else [w.decorator]
    head = [*decorator, f"def {name}(a, b, xs, ys):", *indented(list(PART))]
    return [*head, *body, f"    return {w.pick('a', 'b', 'c')}"]


@production("class", "definition", weight=2.5)
def class_(w: Writer) -> Lines:
    """A class with every sort of method, and one that inherits from it."""
    base, name, holder = w.new_name("Base"), w.new_name("Kind"), w.new_name("holder")
    slots = ["    __slots__ = ('number', 'items')"] if w.chance(0.4) else []
    with w.inside(fuel=3):
        body = w.function_block(2)
    lines = [f"class {base}:", *slots, *_METHODS]
    lines += [f"    {w.decorator}", "    def plan(self, a, xs):"]
    lines += indented([*indented(["b, ys = self.number, list(xs)", *PART]), *body])
    lines += ["        self.number = a", "        return self.made(a)"]
    lines += [f"class {name}({base}):", "    __slots__ = ()" if slots else "    kind = 1"]
    if w.chance(0.7):
        lines += ["    @functional", "    def made(self, n):"]
        lines += ["        return (super().made(n) + __class__.__name__.count('K')) % 97"]
    if w.chance(0.4):
        lines += ["    def change(self, n):", "        super().change(n)", "        return inc(n)"]
    w.define("holder", holder)
    return [*lines, f"{holder} = {name}(2)"]


_METHODS = """\
    def __init__(self, number):
        self.number, self.items = number, []
    @functional
    def made(self, n):
        return (self.number * 3 + n + self.__hidden()) % 97
    def __hidden(self):
        return 5
    @staticmethod
    @functional
    def fixed(n):
        return n + 9
    @classmethod
    def of(cls, n):
        return cls(inc(n))
    @property
    def told(self):
        print('told', self.number)
        return slow(self.number)
    @told.setter
    def told(self, n):
        self.number = inc(n)
    def change(self, n):
        self.number = (self.number + 1) % 7
        return n
    def __getitem__(self, n):
        return mix(self.number, n)
    def __setitem__(self, n, value):
        self.number = value
    def __len__(self):
        return 4
""".splitlines()


def _pure(w: Writer, k: str = "k") -> str:
    """An expression over ``n`` and `k` that touches nothing else."""
    return w.pick(
        f"(n * 3 + {k}) % 97",
        f"inc(n) + {k}",
        f"sum(i * n for i in range(3)) % 89 + {k}",
        f"n if n < {k} else slow(n) % 13",
        f"max(n, {k}, 1)",
        f"n / 4 + {k}",
        f"(n + spin(500)) % 61 - {k}",
    )
