"""Productions of statements."""

from __future__ import annotations

from tests.fuzz.grammar import Lines, Writer, indented, production

ERRORS = (
    "ValueError",
    "Refusal",
    "ZeroDivisionError",
    "KeyError",
    "IndexError",
    "Exception",
    "(ValueError, Refusal)",
)


@production("assign", weight=6)
def assign(w: Writer) -> Lines:
    return [f"{w.name()} = {w.number()}"]


@production("assign-list", weight=4)
def assign_list(w: Writer) -> Lines:
    return [f"{w.list_name()} = {w.list()}"]


@production("augment", weight=2)
def augment(w: Writer) -> Lines:
    return [f"{w.name()} {w.pick('+=', '-=')} {w.number()}"]


@production("augment-list")
def augment_list(w: Writer) -> Lines:
    name = w.list_name()
    return [f"{w.room(name)}{name} += {w.list()}[:2]"]


@production("append", weight=4)
def append(w: Writer) -> Lines:
    name = w.list_name()
    return [f"{w.room(name)}{name}.append({w.number()})"]


@production("extend")
def extend(w: Writer) -> Lines:
    name = w.list_name()
    return [f"{w.room(name)}{name}.extend({w.list()}[:2])"]


@production("set-item")
def set_item(w: Writer) -> Lines:
    name = w.list_name()
    return [f"if {name}: {name}[{w.pick('0', '-1')}] = {w.number()}"]


@production("set-slice", weight=0.5)
def set_slice(w: Writer) -> Lines:
    return [f"{w.list_name()}[1:3] = {w.list()}[:2]"]


@production("shorten", weight=0.7)
def shorten(w: Writer) -> Lines:
    name = w.list_name()
    how = w.pick(f"{name}.pop()", f"del {name}[0]", f"{name}.clear()", f"{name}.reverse()")
    return [f"if {name}: {how}"]


@production("fresh-list", weight=2)
def fresh_list(w: Writer) -> Lines:
    return [f"{w.list_name()} = []"]


@production("rows", weight=1.5)
def rows(w: Writer) -> Lines:
    return [
        w.pick(
            f"rows = [{w.list()}, {w.list()}]",
            f"rows = boxed({w.list()})",
            f"rows[0] += [{w.name()}][len(rows[0]) // 9 :]",
            f"if len(rows) < 5: rows.append({w.list()})",
            f"{w.list_name()} = rows[-1]",
            f"rows = [make({w.name()}) for _ in range(2)]",
        )
    ]


@production("dictionary", weight=2)
def dictionary(w: Writer) -> Lines:
    return [
        w.pick(
            f"d[{w.name()}] = {w.number()}",
            f"d.update({{{w.name()}: {w.number()}}})",
            f"d = {{x: slow(x) for x in {w.list_name()}[:3]}}",
            f"d.setdefault({w.name()}, {w.number()})",
            f"d.pop({w.name()}, None)",
            f"d = table({w.name()})",
        )
    ]


@production("object", weight=1.5)
def object_(w: Writer) -> Lines:
    return [
        w.pick(
            f"o.number = {w.number()}",
            f"o.items = {w.list()}",
            f"o.grow({w.name()})",
            f"o = Thing({w.number()}, {w.list()})",
            f"{w.list_name()} = o.items",
            f"{w.name()} = o.weight()",
        )
    ]


@production("unpack", weight=1.5)
def unpack(w: Writer) -> Lines:
    return [
        w.pick(
            f"{w.name()}, {w.list_name()} = split({w.number()})",
            "a, b = b, a",
            "xs, ys = ys, xs",
            f"{w.name()}, *{w.list_name()} = make({w.number()})",
            f"a, b = {w.number()}, {w.number()}",
        )
    ]


@production("alias")
def alias(w: Writer) -> Lines:
    return [f"{w.list_name()} = {w.list_name()}"]


@production("print", weight=2)
def print_(w: Writer) -> Lines:
    return [f"print({w.text()})"]


@production("effect", weight=1.5)
def effect(w: Writer) -> Lines:
    return [
        w.pick(
            f"push({w.list_name()}, {w.name()})",
            f"bump({w.name()})",
            f"shout({w.name()})",
            f"log.warning('at %s', {w.number()})",
        )
    ]


@production("expression-alone")
def expression_alone(w: Writer) -> Lines:
    return [w.number()]


@production("if", weight=4, deep=True)
def if_(w: Writer) -> Lines:
    lines = [f"if {w.test()}:", *w.block()]
    if w.chance(0.3):
        lines += [f"elif {w.test()}:", *w.block(2)]
    return [*lines, "else:", *w.block(2)] if w.chance(0.5) else lines


@production("for", weight=5, deep=True)
def for_(w: Writer) -> Lines:
    over = w.pick(
        f"{w.list()}[:4]",
        "range(3)",
        "range(4)",
        f"reversed({w.list()}[:3])",
        f"stream({w.name()})",
    )
    return _loop(w, f"for {w.name()} in {over}:", growing=False)


@production("for-over-list", weight=3, deep=True)
def for_over_list(w: Writer) -> Lines:
    name = w.list_name()
    head = w.pick(
        f"for {w.name()} in {name}:",
        f"for a, b in enumerate({name}):",
        f"for a, b in zip({name}, {w.list_name()}):",
    )
    return _loop(w, head, growing=True)


@production("for-over-dictionary", weight=0.7, deep=True)
def for_over_dictionary(w: Writer) -> Lines:
    return _loop(
        w,
        w.pick("for a in list(d)[:3]:", "for a, b in sorted(d.items(), key=str)[:3]:"),
        growing=False,
    )


@production("for-over-rows", weight=0.7, deep=True)
def for_over_rows(w: Writer) -> Lines:
    return _loop(w, f"for {w.list_name()} in rows[:3]:", growing=False)


@production("collect-loop", weight=4, deep=True)
def collect_loop(w: Writer) -> Lines:
    """The commonest loop there is, with something around its append."""
    kept, x = w.list_name(), w.name()
    body = w.loop_block(most=2) if w.chance(0.5) else []
    collect = f"{kept}.append({w.pick('slow', 'risky', 'mix', 'speaks')}({x}))"
    return [f"{kept} = []", f"for {x} in [1, 2, 3, 4, 5]:", *body, *indented([collect])]


@production("while", weight=2, deep=True)
def while_(w: Writer) -> Lines:
    k = w.new_name("k")
    lines = [f"{k} = 0", f"while {k} < {w.pick('2', '3', '4')} and {w.test()}:", f"    {k} += 1"]
    lines += w.loop_block()
    return [*lines, "else:", *w.block(1)] if w.chance(0.2) else lines


@production("retry", deep=True)
def retry(w: Writer) -> Lines:
    k = w.new_name("k")
    return [
        f"for {k} in range(3):",
        "    try:",
        f"        {w.name()} = risky({w.name()} + {k})",
        "        break",
        "    except ValueError as error:",
        f"        print('again', {k}, error)",
    ]


@production("try", weight=4, deep=True)
def try_(w: Writer) -> Lines:
    lines = ["try:", *w.block()]
    for _ in range(w.random.randint(1, 2)):
        told = ["    print(type(error).__name__, error.args)"] if w.chance(0.5) else []
        lines += [f"except {w.pick(*ERRORS)}{' as error' if told else ''}:", *told, *w.block(2)]
    if w.chance(0.3):
        lines += ["else:", *w.block(2)]
    return [*lines, "finally:", *w.block(2)] if w.chance(0.3) else lines


@production("try-finally", weight=0.7, deep=True)
def try_finally(w: Writer) -> Lines:
    return ["try:", *w.block(), "finally:", *w.block(2)]


@production("with", weight=1.5, deep=True)
def with_(w: Writer) -> Lines:
    return [f"with stage({w.name()}) as {w.name()}:", *w.block()]


@production("break", needs="loop", weight=2)
def break_(w: Writer) -> Lines:
    return [f"if {w.test()}:", "    break"]


@production("continue", needs="loop", weight=2)
def continue_(w: Writer) -> Lines:
    return [f"if {w.test()}:", "    continue"]


@production("return", weight=0.7)
def return_(w: Writer) -> Lines:
    return [f"if {w.test()}:", f"    return {w.pick(w.name(), w.list_name(), w.number())}"]


@production("raise", weight=0.5)
def raise_(w: Writer) -> Lines:
    return [f"if {w.test()}:", f"    raise Refusal({w.name()}, {w.pick('1', '2')})"]


@production("assert", weight=0.5)
def assert_(w: Writer) -> Lines:
    return [f"assert {w.test()}, {w.number()}"]


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


@production("match", weight=0.7, deep=True)
def match(w: Writer) -> Lines:
    head = [f"match split({w.number()}):", "    case (0, _):", *indented(w.block(1))]
    return [*head, f"    case ({w.name()}, [*{w.list_name()}]):", *indented(w.block(2))]


def _loop(w: Writer, head: str, *, growing: bool) -> Lines:
    lines = [head, *w.loop_block(growing=growing)]
    return [*lines, "else:", *w.block(1)] if w.chance(0.15) else lines
