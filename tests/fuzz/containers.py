"""Productions of expressions that give lists, sets and texts, and of what is printed."""

from __future__ import annotations

from tests.fuzz.grammar import Writer, production


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


@production("nested-comprehension", "list", deep=True)
def nested_comprehension(w: Writer) -> str:
    x, y = w.new_name("v"), w.new_name("w")
    called = w.pick("slow", "inc", "risky")
    return w.pick(
        f"[{called}({y}) for {x} in rows[:2] for {y} in {x}[:3]]",
        f"[{y} for {x} in {w.list_name()}[:4] if ({y} := {called}({x})) % 2]",
        f"[{called}({x} + {y}) for {x}, {y} in zip({w.list_name()}, {w.list_name()})][:6]",
        f"[total([inc({y}) for {y} in range(2)]) for {x} in range(3)]",
    )


@production("mapped", "list", deep=True)
def mapped(w: Writer) -> str:
    called, over = w.pick("slow", "inc", "risky", "lambda n: mix(n, 1)"), f"{w.list_name()}[:4]"
    return w.pick(
        f"list(map({called}, {over}))",
        f"list(filter({w.pick('is_odd', 'lambda n: slow(n) > 20')}, {over}))",
        f"sorted({over}, key={called})",
        f"[x for x, _ in sorted(zip({over}, {over}))]",
        f"list(dict.fromkeys({over}))",
    )


@production("star-display", "list", weight=0.8, deep=True)
def star_display(w: Writer) -> str:
    return f"[*{w.list()}[:3], {w.number()}, *{w.list()}[:2]]"


@production("list-of-object", "list", weight=0.7)
def list_of_object(w: Writer) -> str:
    return w.pick(
        "list(u)",
        f"point({w.name()}).y",
        f"slotted({w.name()}, {w.list_name()}).items",
        f"thing({w.name()}).items",
        "in_order(es)",
        "keys_of(d)",
        "t[1]",
    )


@production("gathered", "list", weight=3, needs="async")
def gathered(w: Writer) -> str:
    calls = ", ".join(f"{w.pick('later', 'echo')}({w.name()})" for _ in range(3))
    return f"list(await asyncio.gather({calls}))"


@production("string-variable", "string", weight=3)
def string_variable(w: Writer) -> str:
    return w.pick("s", "s", "'ab'", "Word('w')")


@production("string-call", "string", weight=3, deep=True)
def string_call(w: Writer) -> str:
    return w.pick(
        f"label({w.number()})",
        f"longer({w.string()}, {w.name()})",
        f"word({w.number()})",
        f"by_environment({w.name()})",
        "read_note(FOLDER)",
    )


@production("string-method", "string", weight=2, deep=True)
def string_method(w: Writer) -> str:
    return w.pick(
        f"{w.string()}.upper()",
        f"({w.string()} + str({w.number()}))[-9:]",
        f"'-'.join([label({w.number()}), {w.string()}])[:12]",
        f"'-'.join(label(n) for n in {w.list_name()}[:3])",
        f"{w.string()}.replace('<', label({w.name()}))[:12]",
        f"('%s' % {w.number()})",
    )


@production("set-variable", "set", weight=2)
def set_variable(w: Writer) -> str:
    return "es"


@production("set-made", "set", weight=2, deep=True)
def set_made(w: Writer) -> str:
    x = w.new_name("m")
    return w.pick(
        f"distinct({w.list()})",
        f"{{{w.number()}, {w.number()}}}",
        f"set({w.list()})",
        f"{{slow({x}) for {x} in {w.list_name()}[:4]}}",
        f"({w.set()} | {w.set()})",
        f"frozenset({w.list()})",
    )


@production("text", "text", weight=2)
def text(w: Writer) -> str:
    return f"'{w.pick('here', 'there')}', {w.name()}"


@production("f-string", "text", weight=2, deep=True)
def f_string(w: Writer) -> str:
    return f'f"""{w.pick("at", "is")} {{{w.number()}}} {{{w.name()}!r:>4}}"""'


@production("everything", "text")
def everything(w: Writer) -> str:
    return w.pick(f"{w.list_name()}, rows, d", "s, t, sorted(map(str, es))", w.anything())
