"""if: decided at once, or by a strand that waits for the test."""

from __future__ import annotations

import ast

from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.registry import emits

PRODUCTIONS = (
    "if {call} > {int}:\n    {statement}\nelse:\n    {statement}",
    "if {call} > {int}:\n    {statement}",
)


@emits(ast.If)
def if_(emitter: Emitter, node: ast.If, index: int) -> None:
    """After:
    t1 = operate(ra, ">", ...)
    if await test(ra, 5, (k2,), t1): ...
    """

    def write() -> None:
        test = decide(emitter, node.test, index)
        with emitter.block(f"if {test}:"):
            emitter.body(node.body)
        if node.orelse:
            with emitter.block("else:"):
                emitter.body(node.orelse)

    emitter.as_unit(index, write)


def decide(emitter: Emitter, test: ast.expr, index: int) -> str:
    """Emit the evaluation of a test; the text of its outcome, True or False."""
    value = emitter.temporary()
    keys = emitter.keys(emitter.outline.statements[index].loops)
    emitter.line(f"{value} = {emitter.expression(test)}")
    with emitter.block(f"if type({value}) is Promise:"):
        emitter.line(f"{value} = await {value}")
    emitter.line(f"{value} = decided({value})")
    with emitter.block(f"if {value} is UNKNOWN:"):
        if index in emitter.plan.told:
            emitter.line(f"{value} = decided(await ra.told({index}, {keys}))")
        else:
            emitter.blame(test, "undecided-test", "the test is only known when its turn comes")
            emitter.line(f"ra.blame('undecided-test', {test.lineno})")
            emitter.line("await Promise(ra.ready)")
    return value
