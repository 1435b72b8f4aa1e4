"""Productions of statements that hold no others."""

from __future__ import annotations

from tests.fuzz.grammar import Lines, Writer, production


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


@production("assign-other-kinds", weight=2, deep=True)
def assign_other_kinds(w: Writer) -> Lines:
    return [
        w.pick(
            f"s = {w.string()}",
            f"es = {w.set()}",
            f"t = ({w.number()}, {w.list()})",
            f"t = {w.name()}, {w.list_name()}",
            f"s += str({w.number()})[:5]",
            f"es.add({w.number()})",
            f"es |= {{{w.number()}}}",
            f"es.discard({w.name()})",
            f"{w.name()}, {w.list_name()} = t",
            f's = f"""{{{w.number()}!s:>4}}"""',
        )
    ]


@production("of-another-kind", weight=0.25, deep=True)
def of_another_kind(w: Writer) -> Lines:
    """A name changes its kind: from here on much may fail."""
    return [f"{w.name()} = {w.pick(w.string(), w.list(), 'None', 'o', 'u')}"]


@production("touch", weight=1, deep=True)
def touch(w: Writer) -> Lines:
    """Every touch of this object prints."""
    return [
        w.pick(
            f"u = touchy({w.number()})",
            f"u.value = {w.number()}",
            f"u += {w.number()}",
            f"{w.name()} = u[{w.number()}]",
            f"u[0] = {w.number()}",
            f"{w.name()} = u + {w.number()}",
            f"{w.name()} = u({w.number()})",
            f"{w.name()}, {w.name()} = u",
            f"{w.list_name()} = [value_of(u), {w.number()}]",
            f"d[u] = {w.number()}",
            f"{w.name()} = u.doubled",
            f"{w.name()} = u.anything",
            f"if u: {w.name()} = {w.number()}",
            f"print(reduced({w.number()}).value)",
        )
    ]


@production("share", weight=1.5, deep=True)
def share(w: Writer) -> Lines:
    """Two names for one object, results among them, and a change by one of them."""
    one, other = w.list_name(), w.list_name()
    changed = f"if len({other}) < 9: {other}.append({w.number()})"
    return [
        w.pick(
            f"{one} = {other} = {w.list()}",
            f"{one} = same({other})",
            f"t = (1, {one})",
            f"o.items = {one}",
            f"rows = [{one}, {other}, {one}]",
            f"{one} = first(rows[:1])",
            f"{one} = list(same(same({other})))",
        ),
        *([changed] if w.chance(0.5) else []),
    ]


@production("delete", weight=0.5)
def delete(w: Writer) -> Lines:
    """A name that is unbound for a while, or for good."""
    name = w.name()
    again = [f"{name} = {w.number()}"] if w.chance(0.8) else []
    return [f"del {name}", *again]


@production("change-hidden-input", weight=1, deep=True)
def change_hidden_input(w: Writer) -> Lines:
    kinds = "setting", "table", "environment", "decimal", "errors", "printing", "warnings", "class"
    what = w.pick(*kinds)
    return [
        w.pick(
            f"change('{what}', {w.number()})",
            f"change('{what}', {w.name()})",
            f"write_note(FOLDER, {w.number()})",
            f"add_file(FOLDER, {w.name()})",
            "go(FOLDER)",
            f"TABLE['factor'] = {w.number()}",
            f"Scale.factor = {w.number()}",
        )
    ]


@production("assign-global", weight=2, deep=True, needs="setting")
def assign_global(w: Writer) -> Lines:
    name = w.known("setting")
    return [w.pick(f"globals()['{name}'] = {w.number()}", f"set_{name}({w.number()})")]


@production("rename", weight=2, needs="renamed")
def rename(w: Writer) -> Lines:
    return [f"use_{w.known('renamed')}({w.pick('inc', 'slow', 'half', 'shout', 'speaks')})"]


@production("array", weight=2, deep=True)
def array(w: Writer) -> Lines:
    return [
        w.pick(
            f"m[{w.pick('0', '-1', '1:3')}] = {w.number()}",
            f"v[0] = {w.number()}",
            f"m {w.pick('+', '*')}= {w.number()}",
            f"m = shifted({w.pick('m', 'v')}, {w.number()})",
            f"v = view_of({w.pick('m', 'm[1:]')})",
            f"v = {w.pick('m[::2]', 'm[1:]', 'm', 'm[:4].copy()', 'm[::-1]')}",
            "m, v = both(m)",
            "m = np.concatenate([m[:4], v[:2]])",
            f"m = np.array({w.list()}[:5])",
            f"m[m > {w.number()}] = 0",
            f"{w.list_name()} = [float(x) for x in m[:3]]",
            f"{w.list_name()} = [norm(m[k:]) for k in range(3)]",
        )
    ]


@production("change-holder", weight=1.5, deep=True, needs="holder")
def change_holder(w: Writer) -> Lines:
    name = w.known("holder")
    return [
        w.pick(
            f"{name}.number = {w.number()}",
            f"{name}.told = {w.number()}",
            f"{name}.change({w.number()})",
            f"{name}[0] = {w.number()}",
            f"{name}.plan({w.number()}, {w.list()})",
        )
    ]


@production("drive-generator", weight=1, deep=True, needs="stream")
def drive_generator(w: Writer) -> Lines:
    g = w.new_name("g")
    deeds = [
        f"{w.name()} = next({g}, {w.name()})",
        f"{w.name()} = {g}.send({w.number()})",
        f"{g}.throw(ValueError({w.name()}))",
        f"{g}.close()",
        f"{w.list_name()} = list({g})",
        f"{w.name()}, *{w.list_name()} = {g}",
    ]
    chosen = w.random.sample(deeds[:4], k=w.random.randint(0, 3))
    last = [w.random.choice(deeds[4:])] if w.chance(0.5) else []
    return [f"{g} = {w.known('stream')}({w.number()})", f"next({g})", *chosen, *last]


@production("yield", weight=5, deep=True, needs="generator")
def yield_(w: Writer) -> Lines:
    return [
        w.pick(
            f"yield {w.number()}",
            f"yield {w.list()}",
            f"{w.name()} = yield {w.number()}",
            f"yield from {w.list()}",
            f"yield from stream({w.name()})",
        )
    ]


@production("await", weight=5, deep=True, needs="async")
def await_(w: Writer) -> Lines:
    return [
        w.pick(
            f"{w.name()} = await later({w.number()})",
            f"await echo({w.number()})",
            f"{w.name()}, {w.name()} = await asyncio.gather(later({w.name()}), later({w.name()}))",
            f"{w.list_name()} = [await later(n) for n in {w.list_name()}[:3]]",
        )
    ]


@production("leave-function", weight=0.25)
def leave_function(w: Writer) -> Lines:
    """Without a condition: what follows is never reached."""
    return [w.pick("return", f"return {w.name()}", f"raise Refusal({w.name()}, 3)")]
