"""Productions of functional functions that make scheduled calls themselves."""

from __future__ import annotations

from tests.fuzz.grammar import Lines, Writer, production


@production("calls-of-calls", "definition", weight=2)
def calls_of_calls(w: Writer) -> Lines:
    """A functional function whose calls are made by a scheduled one."""
    inner, name = w.new_name("inner"), w.new_name("outer")
    w.define("function", name)
    return [
        w.decorator,
        f"def {inner}(n, count):",
        "    found = []",
        "    for step in range(count):",
        *_step(w),
        "    return found",
        "@functional",
        f"def {name}(n, k=3):",
        *_outer(w, inner),
    ]


@production("levels-of-calls", "definition", weight=1.2)
def levels_of_calls(w: Writer) -> Lines:
    """Calls of calls, each level by way of a scheduled function."""
    level, name = w.new_name("level"), w.new_name("node")
    w.define("function", name)
    return [
        w.decorator,
        f"def {level}(n, depth):",
        "    total = 0",
        "    for step in range(2):",
        f"        total += {name}(n + step, depth)",
        "    return total",
        "@functional",
        f"def {name}(n, depth=2):",
        f"    return ({level}(n, depth - 1) + n) % 97 if depth > 0 else {_called(w)}(n)",
    ]


@production("local-calls-of-calls", "definition", weight=0.8)
def local_calls_of_calls(w: Writer) -> Lines:
    """What is scheduled and what is called are defined by the call itself."""
    name = w.new_name("maker")
    w.define("function", name)
    return [
        "@functional",
        f"def {name}(n, k=2):",
        "    @functional",
        "    def own(m):",
        f"        return {_called(w)}(m) + k",
        f"    {w.decorator}",
        "    def all_own():",
        "        return [own(n + step) for step in range(3)]",
        "    return sum(all_own()) % 97",
    ]


def _called(w: Writer) -> str:
    return w.pick("rests", "rests", "slow", "inc", "risky")


def _step(w: Writer) -> Lines:
    called = _called(w)
    plain = [f"        found.append({called}(n + step))"]
    match w.pick("plain", "plain", "says", "mends", "uses", "leaves"):
        case "says":
            return ["        print('step', step)", *plain]
        case "mends":
            failing = [
                "        except ValueError as error:",
                "            found.append(len(str(error)))",
            ]
            return ["        try:", *[f"    {line}" for line in plain], *failing]
        case "uses":
            return [*plain, f"        n = {_called(w)}(found[-1])"]
        case "leaves":
            return [*plain, "        if found[-1] > 50:", "            break"]
        case _:
            return plain


def _outer(w: Writer, inner: str) -> Lines:
    count = w.pick("k", "2", "4")
    match w.pick("sum", "sum", "twice", "said", "mended"):
        case "twice":
            return [f"    return (sum({inner}(n, {count})) + len({inner}(n + 1, 2))) % 97"]
        case "said":
            return [
                "    with contextlib.redirect_stdout(__import__('io').StringIO()) as out:",
                f"        found = {inner}(n, {count})",
                "    return (sum(found) + len(out.getvalue())) % 97",
            ]
        case "mended":
            return [
                "    try:",
                f"        return sum({inner}(n, {count})) % 97",
                "    except ValueError as error:",
                "        raise Refusal(n, 'inside') from error",
            ]
        case _:
            return [f"    return sum({inner}(n, {count})) % 97"]
