"""Productions of expressions that give a number, or a test of one."""

from __future__ import annotations

from tests.fuzz.grammar import Writer, production

ONE_NUMBER = (
    "inc",
    "slow",
    "risky",
    "refuses",
    "divides",
    "chains",
    "speaks",
    "warns",
    "half",
    "sign",
    "mean",
)


@production("constant", "number")
def constant(w: Writer) -> str:
    return w.pick("0", "1", "2", "3", "7", "-1", "0.5", "-0.0", "True")


@production("odd-constant", "number", weight=0.3)
def odd_constant(w: Writer) -> str:
    """Numbers of which equality says little."""
    return w.pick("NAN", "INF", "10**30", "2**63", "False", "Count(3)", "1e308")


@production("variable", "number", weight=4)
def variable(w: Writer) -> str:
    return w.name()


@production("call", "number", weight=5, deep=True)
def call(w: Writer) -> str:
    return f"{w.pick('slow', 'inc', *ONE_NUMBER)}({w.number()})"


@production("call-of-name", "number", weight=3)
def call_of_name(w: Writer) -> str:
    return f"{w.pick('slow', 'inc', *ONE_NUMBER)}({w.name()})"


@production("call-with-two", "number", weight=2, deep=True)
def call_with_two(w: Writer) -> str:
    return f"mix({w.number()}, {w.number()})"


@production("call-with-keywords", "number", deep=True)
def call_with_keywords(w: Writer) -> str:
    return f"mix({w.number()}, c={w.number()})"


@production("star-arguments", "number", deep=True)
def star_arguments(w: Writer) -> str:
    return f"many({w.number()}, *{w.list()}[:3], key={w.number()}, **dict(site={w.number()}))"


@production("call-on-list", "number", weight=2, deep=True)
def call_on_list(w: Writer) -> str:
    return f"{w.pick('total', 'total', 'first')}({w.list()})"


@production("call-of-method", "number")
def call_of_method(w: Writer) -> str:
    return f"o.weight({w.name()})"


@production("call-of-defined", "number", weight=4, deep=True, needs="function")
def call_of_defined(w: Writer) -> str:
    return f"{w.known('function')}({w.number()})"


@production("call-of-part", "number", weight=1.5, deep=True, needs="part")
def call_of_part(w: Writer) -> str:
    return f"{w.known('part')}({w.name()}, {w.number()}, {w.list_name()}, {w.list()})"


@production("attribute", "number")
def attribute(w: Writer) -> str:
    return w.pick("o.number", "len(o.items)")


@production("arithmetic", "number", weight=2, deep=True)
def arithmetic(w: Writer) -> str:
    return f"({w.number()} {w.pick('+', '-', '*')} {w.number()}) % 97"


@production("conditional", "number", deep=True)
def conditional(w: Writer) -> str:
    return f"({w.number()} if {w.test()} else {w.number()})"


@production("length", "number", deep=True)
def length(w: Writer) -> str:
    return f"len({w.list()})"


@production("subscript", "number", weight=0.7)
def subscript(w: Writer) -> str:
    return f"{w.list_name()}[{w.pick('0', '1', '-1')}]"


@production("subscript-of-result", "number", weight=0.7, deep=True)
def subscript_of_result(w: Writer) -> str:
    return w.pick(f"make({w.number()})[1]", f"split({w.number()})[0]", f"table({w.number()})[3]")


@production("dictionary-get", "number")
def dictionary_get(w: Writer) -> str:
    return f"d.get({w.name()}, {w.pick('0', '5')})"


@production("unknown-function", "number", weight=1.5, deep=True)
def unknown_function(w: Writer) -> str:
    return w.pick(
        f"shout({w.number()})",
        f"push({w.list_name()}, {w.number()})",
        f"bump({w.number()})",
        f"guard({w.number()})",
        f"drop({w.list_name()})",
    )


@production("scheduled-callee", "number", deep=True)
def scheduled_callee(w: Writer) -> str:
    return f"helper({w.number()}, {w.list()})"


@production("sum-of-generator", "number", deep=True)
def sum_of_generator(w: Writer) -> str:
    x = w.new_name("g")
    body = f"{w.pick('slow', 'risky', 'mix')}({x}) for {x} in {w.list_name()}[:4]"
    condition = f" if is_odd({x})" if w.chance(0.4) else ""
    return w.pick(f"sum({body}{condition})", f"max(({body}{condition}), default={w.name()})")


@production("display-of-calls", "number", weight=1.5, deep=True)
def display_of_calls(w: Writer) -> str:
    """Comprehensions of other kinds than lists, and what is made of them at once."""
    x, over = w.new_name("h"), f"{w.list_name()}[:4]"
    made = f"{w.pick('slow', 'inc', 'risky', 'half')}({x})"
    return w.pick(
        f"len({{{made} for {x} in {over}}})",
        f"sum({{{x}: {made} for {x} in {over}}}.values())",
        f"len(dict(zip({over}, [{made} for {x} in {over}])))",
        f"sum([{made} for _, {x} in enumerate({over})])",
        f"sum({made} for row in rows[:2] for {x} in row[:2])",
        f"len([[{made} for {x} in row[:2]] for row in rows[:2]])",
    )


@production("extreme", "number", weight=0.7)
def extreme(w: Writer) -> str:
    how, key = w.pick("min", "max"), w.pick("slow", "risky", "half", "lambda n: inc(n) % 5")
    return f"{how}({w.list_name()}[:4], key={key}, default={w.name()})"


@production("lambda-at-once", "number", weight=0.6, deep=True)
def lambda_at_once(w: Writer) -> str:
    return f"(lambda n, k={w.name()}: slow(n) + k)({w.number()})"


@production("fault", "number", weight=1.2, deep=True)
def fault(w: Writer) -> str:
    """Calls whose outcome is hard to bring back."""
    return w.pick(
        f"{w.pick('particular', 'annotated', 'grouped', 'stops', 'lacks')}({w.number()})",
        f"{w.pick('reraises', 'dawdles', 'exits', 'listens')}({w.name()})",
        f"adder({w.number()})({w.name()})",
        f"next(counted({w.name()}))",
        f"sum(counted({w.name()}))",
        f"locked({w.number()})[0]",
        f"deep({w.pick('3', '40', 'len(xs)')})",
        f"huge({w.name()}) % 97",
    )


@production("dying-worker", "number", weight=0.08)
def dying_worker(w: Writer) -> str:
    return f"{w.pick('exits_once', 'killed_once')}(FOLDER, {w.name()})"


@production("hidden-input", "number", weight=1, deep=True)
def hidden_input(w: Writer) -> str:
    return w.pick(
        f"by_setting({w.number()})",
        f"by_table({w.number()})",
        f"len(by_environment({w.name()}))",
        f"len(third({w.name()}))",
        f"inverse({w.name()})",
        f"len(printed({w.name()}))",
        "len(read_note(FOLDER))",
        "files_in(FOLDER)",
        "files_here()",
        f"Scale().scaled({w.number()})",
    )


@production("global", "number", weight=2, needs="setting")
def global_(w: Writer) -> str:
    return w.known("setting")


@production("value-of-object", "number", weight=1, deep=True)
def value_of_object(w: Writer) -> str:
    return w.pick(
        "value_of(u)",
        f"touchy({w.number()}).value",
        f"reduced({w.name()}).value",
        f"value_of(reduced({w.name()}))",
        "doubled(u)",
        "u.value",
        f"count({w.name()}) + 1",
        f"int(Count({w.pick('2', '3')}))",
        f"color({w.name()}).value",
        f"point({w.number()}).x",
        f"moved(point({w.name()}), {w.name()}).x",
        f"spot({w.number()}).marks[1]",
        f"slotted({w.number()}, {w.list_name()}).number",
        f"thing({w.number()}).weight({w.name()})",
        f"largest(flip({w.list_name()}))",
    )


@production("of-array", "number", weight=1.5, deep=True)
def of_array(w: Writer) -> str:
    return w.pick(
        "float(m[0])",
        "m[-1]",
        "norm(m)",
        "norm(v)",
        f"norm(m * {w.number()})",
        "norm(m[::-1])",
        f"float(shifted(v, {w.number()})[0])",
        "m.sum()",
        "int(np.argmax(v))",
        f"np.sqrt({w.name()})",
        f"np.float64({w.name()}) / 3",
        "len(view_of(m))",
    )


@production("length-of-text", "number", weight=0.7, deep=True)
def length_of_text(w: Writer) -> str:
    return w.pick(
        f"len({w.string()})", f"len({w.set()})", "t[0]", f"keys_of(d)[{w.pick('0', '-1')}]"
    )


@production("holder", "number", weight=2, needs="holder", deep=True)
def holder(w: Writer) -> str:
    name = w.known("holder")
    return w.pick(
        f"{name}.made({w.number()})",
        f"{name}.plan({w.name()}, {w.list_name()})",
        f"{name}.told",
        f"{name}.number",
        f"{name}.fixed({w.name()})",
        f"type({name}).of({w.name()}).number",
        f"{name}[{w.name()}]",
        f"len({name})",
    )


@production("awaited", "number", weight=3, deep=True, needs="async")
def awaited(w: Writer) -> str:
    return w.pick(f"(await later({w.number()}))", f"(await echo({w.number()}))")


@production("yielded", "number", weight=1, deep=True, needs="generator")
def yielded(w: Writer) -> str:
    return f"((yield {w.number()}) or {w.name()})"


@production("walrus", "number", weight=0.5, deep=True)
def walrus(w: Writer) -> str:
    return f"({w.name()} := {w.number()})"


@production("comparison", "test", weight=3, deep=True)
def comparison(w: Writer) -> str:
    return f"{w.number()} {w.pick('<', '>', '==', '>=')} {w.number()}"


@production("test-of-result", "test", weight=3)
def test_of_result(w: Writer) -> str:
    return w.pick(f"is_odd({w.name()})", f"slow({w.name()}) > 40", f"risky({w.name()}) < 3")


@production("test-of-list", "test")
def test_of_list(w: Writer) -> str:
    return w.pick(
        w.list_name(), f"{w.name()} in {w.list_name()}", f"{w.list_name()} == {w.list_name()}"
    )


@production("test-of-identity", "test", weight=0.6)
def test_of_identity(w: Writer) -> str:
    """Of lists: a number that is bound to such a name may come back as an equal one."""
    one, other = w.list_name(), w.list_name()
    lists = f"type({one}) is list"
    asked = w.pick(f"{one} is {other}", f"are_one({one}, {other})", f"same({one}) is {one}")
    return f"({lists} and {asked})"


@production("chained-comparison", "test", weight=1.5, deep=True)
def chained_comparison(w: Writer) -> str:
    one, other = w.pick("<", "<=", "!="), w.pick("<", ">", "==")
    return f"{w.number()} {one} {w.number()} {other} {w.number()}"


@production("any-or-all", "test", deep=True)
def any_or_all(w: Writer) -> str:
    x = w.new_name("q")
    found = f"{w.pick('is_odd', 'risky', 'bool')}({x})"
    return f"{w.pick('any', 'all')}({found} for {x} in {w.list_name()}[:4])"


@production("test-of-object", "test", weight=0.8)
def test_of_object(w: Writer) -> str:
    return w.pick(
        "u",
        "u == touchy(1)",
        f"{w.name()} in u",
        f"color({w.name()}) is Color.RED",
        f"point({w.name()}) == Point(1, [1])",
        f"spot({w.name()}) == Spot(1, (1, 2))",
        f"{w.name()} in es",
        "o == Thing(1, [])",
        f"isinstance({w.name()}, bool)",
        f"{w.name()} is None",
    )


@production("and-or-not", "test", deep=True)
def and_or_not(w: Writer) -> str:
    return w.pick(f"({w.test()} {w.pick('and', 'or')} {w.test()})", f"not ({w.test()})")
