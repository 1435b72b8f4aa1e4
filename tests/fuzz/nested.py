"""Productions of functions and classes that are defined inside of the program."""

from __future__ import annotations

from tests.fuzz.grammar import Lines, Writer, production


@production("nested-function", weight=1.5, deep=True)
def nested_function(w: Writer) -> Lines:
    """A closure that changes a number of the function around it, then is called."""
    name, changed = w.new_name("inner"), w.name()
    head = [
        f"def {name}(n):",
        f"    nonlocal {changed}",
        f"    {changed} = {w.pick('slow', 'inc')}(n + {changed})",
    ]
    return [*head, f"    return {changed} + n", f"{w.name()} = {name}({w.name()}) + {name}(1)"]


@production("nested-functional", deep=True)
def nested_functional(w: Writer) -> Lines:
    """A functional function defined inside, over a number that may change between its calls."""
    name, free = w.new_name("local"), w.name()
    calls = [
        f"{w.list_name()} = [{name}(n) for n in range(3)]",
        f"{free} = {w.number()}",
        f"{w.name()} = {name}(2)",
    ]
    return ["@functional", f"def {name}(n):", f"    return (n * 3 + {free}) % 97", *calls]


@production("nested-generator", weight=0.7, deep=True)
def nested_generator(w: Writer) -> Lines:
    name = w.new_name("each")
    head = [
        f"def {name}(items):",
        "    for item in items[:3]:",
        f"        yield {w.pick('slow', 'risky')}(item)",
    ]
    return [*head, f"for {w.name()} in {name}({w.list_name()}):", *w.loop_block(most=2)]


@production("lambda", weight=0.7, deep=True)
def lambda_(w: Writer) -> Lines:
    name = w.new_name("fn")
    return [
        f"{name} = lambda n: mix(n, {w.name()})",
        f"{w.list_name()} = list(map({name}, {w.list()}[:3]))",
    ]


@production("nested-scheduled", weight=0.8, deep=True)
def nested_scheduled(w: Writer) -> Lines:
    """A scheduled closure: it runs ahead within a function that does."""
    name, changed = w.new_name("sub"), w.list_name()
    head = ["@schedule", f"def {name}(a, b):", f"    nonlocal {changed}"]
    body = ["    c = a", *w.function_block(2)]
    call = f"{w.name()} = {name}({w.number()}, {w.name()})"
    return [*head, *body, f"    {changed} = [slow(b), c]", "    return a", call]


@production("nested-class", weight=0.7, deep=True)
def nested_class(w: Writer) -> Lines:
    name = w.new_name("Local")
    head = [f"class {name}:", f"    mark = {w.name()}", "    @functional"]
    body = ["    def made(self, n):", f"        return (n * 2 + {w.name()}) % 97"]
    return [*head, *body, f"{w.name()} = {name}().made({w.number()}) + {name}.mark"]


@production("partial", weight=0.7, deep=True)
def partial(w: Writer) -> Lines:
    name = w.new_name("part")
    return [
        f"{name} = functools.partial(mix, {w.name()}, c={w.number()})",
        f"{w.name()} = {name}({w.number()}) + {name}(2)",
    ]


@production("choose-callee", weight=0.8, deep=True)
def choose_callee(w: Writer) -> Lines:
    """A call of a functional function by another name, that depends on a value."""
    name = w.new_name("chosen")
    return [
        f"{name} = slow if {w.test()} else {w.pick('inc', 'risky', 'shout')}",
        f"{w.list_name()} = [{name}(n) for n in {w.list_name()}[:3]]",
        f"{w.name()} = {name}({w.number()})",
    ]


@production("decorated-inside", weight=0.6, deep=True)
def decorated_inside(w: Writer) -> Lines:
    name = w.new_name("loud")
    lines = [f"@told('{name}')", "@functional", f"def {name}(n, *, k={w.number()}):"]
    return [*lines, "    return (n + k) % 97", f"{w.name()} = {name}({w.number()})"]


@production("change-function", weight=0.6, deep=True)
def change_function(w: Writer) -> Lines:
    """A functional function whose defaults or code change between its calls."""
    name = w.new_name("fickle")
    changed = w.pick(
        f"{name}.__defaults__ = ({w.name()},)",
        f"{name}.__code__ = (lambda n, k=1: n - k).__code__",
        f"{name}.__kwdefaults__ = {{}}",
        f"{name}.mark = {w.name()}",
    )
    return [
        "@functional",
        f"def {name}(n, k=2):",
        "    return (n * k + getattr(n, 'real', 0)) % 97",
        f"{w.list_name()} = [{name}(n) for n in {w.list_name()}[:3]]",
        f"if {w.test()}: {changed}",
        f"{w.name()} = {name}({w.number()})",
    ]


@production("closures-in-loop", weight=0.6, deep=True)
def closures_in_loop(w: Writer) -> Lines:
    made = w.new_name("made")
    return [
        f"{made} = [functional(lambda n, k=k: (n + k * {w.name()}) % 97) for k in range(3)]",
        f"{w.list_name()} = [f({w.name()}) for f in {made}]",
    ]
