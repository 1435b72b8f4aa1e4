"""Productions of scheduled functions of numbers that call little besides functional ones.

Of such functions short calls go in rows, whatever the program around them does.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.grammar import Lines, Writer, indented, production

_CALLEES = ("inc", "mix", "inc", "mix", "half", "risky", "sign", "is_odd", "speaks", "split")
_NAMES = ("n", "k", "x")


@production("tame", "definition", weight=5)
def tame(w: Writer) -> Lines:
    """A scheduled function that no code of the program's runs in, but for what it is handed."""
    name = w.new_name("tame")
    lines = [w.decorator, f"def {name}(n, k, items, f, g):", "    x, found = n, []"]
    for _ in range(w.random.randint(1, 3)):
        lines += indented(_statement(w))
    w.define("tame", name)
    return [*lines, "    return n, k, x, items, found"]


@production("call-tame", weight=12, needs="tame")
def call_tame(w: Writer) -> Lines:
    items = w.pick("[1, 2, 3]", "range(20)", "[0.5, -0.0, 2]", "[True, 1, None]", "(3, 4) * 8")
    f = w.pick("inc", "mix", "same", "half", "risky")
    g = w.pick("inc", "mix", "speaks", "same", "shout", "bump", "guard")
    call = f"{w.known('tame')}({w.number()}, {w.pick('1', '2.5', '0')}, {items}, {f}, {g})"
    lines = [f"zs = [*zs[-3:], {call}]"]
    if w.chance(0.5):  # one that is known to fail does not end the program
        lines = ["try:", *indented(lines), "except (TypeError, ValueError) as failure:"]
        lines += ["    print(failure)"]
    return lines


def _statement(w: Writer, loops: int = 0, depth: int = 0) -> Lines:
    """depth: of the blocks around it."""
    inside = depth + 1
    simple: list[Callable[[], Lines]] = [
        lambda: [f"{w.pick(*_NAMES)} = {_call(w)}"],
        lambda: [f"n, k = {_call(w)}, {_call(w)}"],
        lambda: [f"found.append({_call(w)})"],
        lambda: [f"found += [{_call(w)} for x in {_range(w, loops)}]"],
        lambda: [f"found = [{_call(w)} for x in found[-{w.pick('2', '9')}:]]"],
        lambda: [f"items = [{_call(w)} for x in items]"],
    ]
    if loops:
        simple.append(lambda: [f"if {_test(w)}:", f"    {w.pick('break', 'continue')}"])
    nested: list[Callable[[], Lines]] = [
        lambda: [f"for x in {_range(w, loops)}:", *_block(w, loops + 1, inside)],
        lambda: [f"for x in {_range(w, loops)}:", *_block(w, loops + 1, inside)],
        lambda: ["for x in items:", *_block(w, loops + 1, inside)],
        lambda: [f"while len(found) < {w.pick('3', '12')}:", *_growing(w, loops + 1, inside)],
        lambda: [f"if {_test(w)}:", *_block(w, loops, inside), "else:", *_block(w, loops, inside)],
        lambda: [
            "try:",
            *_block(w, loops, inside),
            "except ValueError:",
            *_block(w, loops, inside),
        ],
    ]
    goes_deeper = loops < 2 and inside < 4 and w.chance(0.9 if not depth else 0.4)
    return w.random.choice(nested if goes_deeper else simple)()


def _block(w: Writer, loops: int, depth: int) -> Lines:
    count = w.random.randint(1, 2)
    return indented([line for _ in range(count) for line in _statement(w, loops, depth)])


def _growing(w: Writer, loops: int, depth: int) -> Lines:
    """A block that comes to its end."""
    return ["    found = [*found, 0]", *_block(w, loops, depth)]


def _call(w: Writer, depth: int = 0) -> str:
    callee = w.pick(*_CALLEES, "f", "f", "g")
    arguments = [_argument(w, depth)]
    if callee == "mix" and w.chance(0.7):
        arguments.append(_argument(w, depth))
    return f"{callee}({', '.join(arguments)})"


def _argument(w: Writer, depth: int) -> str:
    if depth < 2 and w.chance(0.3):
        return _call(w, depth + 1)
    return w.pick("x", "x", "x", "n", "k", "1", "2.5", "x + 1")


def _range(w: Writer, loops: int) -> str:
    return f"range({w.pick(*(('2', '9', '40'), ('2', '5'), ('1', '3'))[loops])})"


def _test(w: Writer) -> str:
    return w.pick("x == 3", "n != k", "len(found) > 6", "not x", "n == n")
