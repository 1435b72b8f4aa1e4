"""Productions of longer statements, about traps that single ones hardly ever set together."""

from __future__ import annotations

from tests.fuzz.grammar import Lines, Writer, indented, production

#: What changes a hidden input to ``x``, and what depends on it.
HIDDEN = (
    ("change('environment', x)", "by_environment(1)"),
    ("change('decimal', x)", "third(1)"),
    ("change('setting', x)", "by_setting(5)"),
    ("change('table', x)", "by_table(5)"),
    ("change('class', x)", "Scale().scaled(5)"),
    ("change('errors', x)", "inverse(0)"),
    ("change('printing', x)", "printed(x)"),
    ("change('warnings', x)", "warns(1)"),
    ("write_note(FOLDER, x)", "read_note(FOLDER)"),
    ("write_note(FOLDER, x + 3)", "read_note(FOLDER)"),
    ("add_file(FOLDER, x)", "files_in(FOLDER)"),
    ("go(FOLDER)", "files_here()"),
    ("os.environ['PYDRON_FUZZ'] = str(x)", "by_environment(2)"),
    ("decimal.getcontext().prec = 3 + x", "third(2)"),
    ("np.seterr(divide='raise' if x else 'ignore')", "inverse(0)"),
    ("TABLE['factor'] = x", "by_table(3)"),
)


@production("hidden-story", weight=1.2)
def hidden_story(w: Writer) -> Lines:
    """Calls with the same arguments, before and after what they depend on changes."""
    change, call = w.random.choice(HIDDEN)
    kept = w.list_name()
    body = [f"{kept}.append({call})", *([change] if w.chance(0.7) else [f"if x: {change}"])]
    if w.chance(0.5):
        body.reverse()
    if w.chance(0.3):
        body = ["try:", *indented(body), "except (ZeroDivisionError, Warning) as error:"]
        body += ["    print(error)"]
    return [f"{kept} = []", f"for x in range({w.pick('2', '3')}):", *indented(body)]


@production("hidden-story-straight", weight=0.8)
def hidden_story_straight(w: Writer) -> Lines:
    """The same without a loop: the later calls do not wait for anything."""
    change, call = w.random.choice(HIDDEN)
    one, other = w.pick("s", "t"), w.list_name()
    return [f"x = {w.pick('2', '4')}", f"{one} = {call}", change, f"{other} = [{call}, {call}]"]


@production("changed-argument", weight=1.2, deep=True)
def changed_argument(w: Writer) -> Lines:
    """An argument that changes behind the back of run-ahead, after the call was issued."""
    name, kept = w.list_name(), w.list_name()
    change = w.pick(
        f"push({name}, x)",
        f"keep({name})",
        "bump(x)",
        "o.grow(x)",
        f"[push(o.items, x), push({name}, 1)]",
        "m.__setitem__(0, x)",
        "shout(x)",
    )
    call = w.pick(f"total({name})", f"rest({name})", "o.weight(x)", "norm(m)", f"first({name})")
    body = [f"{kept}.append({call})", change]
    if w.chance(0.5):
        body.reverse()
    return [f"{kept} = list({kept})", f"for x in range({w.pick('2', '3')}):", *indented(body)]


@production("shared-result", weight=1, deep=True)
def shared_result(w: Writer) -> Lines:
    """One result by two names, or in two places: what changes one of them changes the other."""
    return [
        w.pick(
            f"rows = boxed({w.list()})",
            f"rows = [same({w.list_name()})] * 2",
            f"d[1] = d[2] = make({w.number()})",
            "o.items = xs = make(a)",
            f"t = split({w.number()})",
        ),
        w.pick(
            f"if rows and len(rows[0]) < 9: rows[0].append({w.number()})",
            f"if 1 in d and isinstance(d[1], list): d[1].append({w.number()})",
            f"o.items.append({w.number()}) if len(o.items) < 9 else None",
            f"t[1].append({w.number()}) if len(t[1]) < 9 else None",
        ),
        w.pick(
            "print(rows)",
            f"{w.name()} = total(rows[-1])",
            f"{w.name()} = are_one(rows[0], rows[-1])",
            f"{w.list_name()} = same(xs)",
            "print(t, d)",
        ),
    ]


@production("results-of-results", weight=1.2)
def results_of_results(w: Writer) -> Lines:
    """Chains of calls, one item at a time, with something in between that nobody understands."""
    kept, fails = w.list_name(), w.pick("risky", "refuses", "chains", "divides")
    between = w.pick("print(y)", "shout(y)", "bump()", "keep(zs)", "pass")
    lines = [
        f"{kept} = []",
        "for x in range(4):",
        "    try:",
        f"        y = {w.pick('slow', 'inc')}({w.pick('x', f'x + {w.name()}')})",
        f"        {between}",
        f"        if {w.pick('is_odd', 'bool')}({fails}(y)):",
        f"            {kept}.append(mix(y, x))",
        "    except (ValueError, Refusal, ArithmeticError, LookupError) as error:",
        f"        {w.pick('print(x, repr(error))', 'continue', 'break', 'pass')}",
    ]
    return [*lines, f"{w.name()} = total({kept})"]
