"""Productions of expressions."""

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
    return w.pick("0", "1", "2", "3", "7", "-1", "0.5", "-0.0")


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


@production("walrus", "number", weight=0.5, deep=True)
def walrus(w: Writer) -> str:
    return f"({w.name()} := {w.number()})"


@production("list-variable", "list", weight=4)
def list_variable(w: Writer) -> str:
    return w.list_name()


@production("list-display", "list", deep=True)
def list_display(w: Writer) -> str:
    return f"[{w.number()}, {w.number()}]"


@production("list-call", "list", weight=3, deep=True)
def list_call(w: Writer) -> str:
    return w.pick(
        f"make({w.number()})",
        f"rest({w.list()})",
        f"same({w.list()})",
        f"one_of({w.list()}, {w.list()})",
    )


@production("list-part", "list")
def list_part(w: Writer) -> str:
    return w.pick(
        f"{w.list_name()}[:2]", f"{w.list_name()}[::-1]", "rows[0]", "rows[-1]", "o.items"
    )


@production("comprehension", "list", weight=2, deep=True)
def comprehension(w: Writer) -> str:
    """A walrus is not allowed in what a comprehension goes over, hence no free choice there."""
    x, over = w.new_name("v"), w.pick(w.list_name(), w.list_name(), f"make({w.name()})", "rows[0]")
    condition = f" if {w.pick('is_odd', 'risky', 'bool')}({x})" if w.chance(0.5) else ""
    return f"[{w.pick('slow', 'inc', 'risky', 'speaks')}({x}) for {x} in {over}[:4]{condition}]"


@production("sorted", "list", weight=0.6, deep=True)
def sorted_list(w: Writer) -> str:
    return w.pick(f"sorted({w.list()})", f"list({w.list()})", f"{w.list()}[:3] + {w.list()}[:3]")


@production("kept-by-others", "list", weight=0.6)
def kept_by_others(w: Writer) -> str:
    return f"keep({w.list_name()})"


@production("drained-stream", "list", weight=0.6)
def drained_stream(w: Writer) -> str:
    return f"list(stream({w.name()}))"


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
    one, other = w.list_name(), w.list_name()
    return w.pick(f"{one} is {other}", f"are_one({one}, {other})", f"same({one}) is {one}")


@production("and-or-not", "test", deep=True)
def and_or_not(w: Writer) -> str:
    return w.pick(f"({w.test()} {w.pick('and', 'or')} {w.test()})", f"not ({w.test()})")


@production("text", "text", weight=2)
def text(w: Writer) -> str:
    return f"'{w.pick('here', 'there')}', {w.name()}"


@production("f-string", "text", weight=2, deep=True)
def f_string(w: Writer) -> str:
    return f"f'{w.pick('at', 'is')} {{{w.number()}}} {{{w.name()}!r:>4}}'".replace("''", "'")


@production("everything", "text")
def everything(w: Writer) -> str:
    return f"{w.list_name()}, rows, d"
