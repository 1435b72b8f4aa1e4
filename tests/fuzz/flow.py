"""Productions of statements that hold others: branches, loops, handlers, managers."""

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


@production("try-star", weight=0.7, deep=True)
def try_star(w: Writer) -> Lines:
    """Handlers for groups; these hold no break, continue or return."""
    handlers = w.pick("ValueError", "KeyError", "(Refusal, IndexError)")
    raised = (
        f"    if {w.test()}: raise ExceptionGroup('both', [ValueError({w.name()}), KeyError(1)])"
    )
    caught = f"    print(error.exceptions); {w.name()} = inc({w.name()})"
    return [
        "try:",
        f"    {w.name()} = {w.number()}",
        raised,
        f"    {w.name()} = grouped({w.name()})",
        f"except* {handlers} as error:",
        caught,
    ]


@production("leave-finally", weight=0.5, deep=True)
def leave_finally(w: Writer) -> Lines:
    """What leaves a finally clause takes the exception with it."""
    leave = f"return {w.name()}" if not w.place.loops or w.chance(0.4) else "continue"
    if w.place.kind == "async" and leave != "continue":
        leave = "return"
    lines = ["try:", *w.block(2), "finally:", f"    if {w.test()}:", f"        {leave}"]
    return ["for _ in range(2):", *indented(lines)] if leave == "continue" else lines


@production("re-raise", weight=1, deep=True)
def re_raise(w: Writer) -> Lines:
    again = w.pick(
        "raise",
        f"raise Refusal({w.name()}, 4)",
        f"raise Refusal({w.number()}, 5) from error",
        f"raise Refusal({w.name()}, 6) from None",
    )
    inner = ["try:", *w.block(2), f"except {w.pick(*ERRORS)} as error:"]
    handler = [f"    {w.name()} = {w.number()}", f"    if {w.test()}: {again}"]
    if w.chance(0.5):
        return [*inner, *handler]
    outer = ["except Refusal as error:", "    print(error.args, repr(error.__cause__))"]
    return ["try:", *indented([*inner, *handler]), *outer]


@production("swallow", weight=1.5, deep=True)
def swallow(w: Writer) -> Lines:
    """Managers that end exceptions."""
    head = w.pick(
        f"with quiet({w.pick(*ERRORS)}):",
        f"with contextlib.suppress({w.pick(*ERRORS)}):",
        f"with quiet(ValueError), stage({w.number()}) as {w.name()}:",
        f"with (quiet(KeyError, ValueError), u as {w.name()}):",
        f"with u as {w.name()}:",
        "with warnings.catch_warnings():",
    )
    return [head, *w.block()]


@production("while-true", weight=0.7, deep=True)
def while_true(w: Writer) -> Lines:
    k = w.new_name("k")
    end = [f"    {k} += 1", f"    if {k} > 3 or {w.test()}: break"]
    return [f"{k} = 0", "while True:", *end, *w.loop_block()]


@production("until-converged", weight=1, deep=True)
def until_converged(w: Writer) -> Lines:
    """Rounds of independent calls until nothing changes, or four of them."""
    k, changed = w.new_name("k"), w.list_name()
    return [
        f"{k} = 0",
        f"while {k} < 4:",
        f"    {k} += 1",
        f"    before = {changed}",
        f"    {changed} = [{w.pick('inc', 'slow', 'risky')}(n) % 7 for n in before[:4]]",
        f"    if total({changed}) == total(before): break",
    ]


@production("group-by", weight=1, deep=True)
def group_by(w: Writer) -> Lines:
    x = w.new_name("x")
    made = f"{w.pick('slow', 'inc', 'risky')}({x})"
    return [
        f"for {x} in {w.list_name()}[:5]:",
        w.pick(
            f"    d.setdefault(is_odd({x}), []).append({made})",
            f"    d[{made}] = d.get({x}, 0)",
            f"    rows.append([{made}]) if len(rows) < 5 else None",
            f"    s += label({made})[:3]",
            f"    es.add({made})",
        ),
    ]


@production("match", weight=0.7, deep=True)
def match(w: Writer) -> Lines:
    head = [f"match split({w.number()}):", "    case (0, _):", *indented(w.block(1))]
    return [*head, f"    case ({w.name()}, [*{w.list_name()}]):", *indented(w.block(2))]


@production("match-objects", weight=1, deep=True)
def match_objects(w: Writer) -> Lines:
    subject = w.pick(
        f"point({w.number()})", f"spot({w.name()})", "o", "t", "d", w.string(), w.number(), "u"
    )
    cases = [
        f"case Point(x={w.name()}, y=[*_]) if is_odd({w.name()}):",
        f"case Spot(x=0 | 1 | 2 as {w.name()}):",
        f"case Thing(number={w.name()}, items=[]):",
        f"case (int({w.name()}), [*{w.list_name()}]) if {w.test()}:",
        f"case {{1: {w.name()}, **__}}:",
        "case str() | Color.RED:",
        "case 0 | 1.0 | True:",
        "case float():",
    ]
    lines = [f"match {subject}:"]
    for case in w.random.sample(cases, k=w.random.randint(1, 3)):
        lines += [f"    {case}", *indented(w.block(2))]
    return [*lines, "    case _:", *indented(w.block(1))]


@production("async-for", weight=2, deep=True, needs="async")
def async_for(w: Writer) -> Lines:
    return [f"async for {w.name()} in ticks({w.name()}):", *w.loop_block(most=2)]


@production("async-with", weight=1.5, deep=True, needs="async")
def async_with(w: Writer) -> Lines:
    return [f"async with room({w.number()}) as {w.name()}:", *w.block(2)]


def _loop(w: Writer, head: str, *, growing: bool) -> Lines:
    lines = [head, *w.loop_block(growing=growing)]
    return [*lines, "else:", *w.block(1)] if w.chance(0.15) else lines
