"""From call sites to what is asked about their callees, and the list of all that was asked."""

from __future__ import annotations

import ast
from collections.abc import Callable

from pydron_ng.purity.table import MANY
from pydron_ng.translation.callees import AnswerIn, Callee, Question
from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.outline import Site, is_plain_lambda

_LITERALS = (ast.Constant, ast.JoinedStr)  # their methods are those of builtin types


def callee_of(site: Site) -> Callee:
    """What is asked about the callee of a site."""
    call, handed = site.node, site.handed
    func = call.func
    owner = getattr(func, "value", None)
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    return Callee(
        names=_names(func),
        is_name=isinstance(func, ast.Name),
        name=func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", ""),
        owner=getattr(owner, "id", ""),
        is_literal=isinstance(owner, _LITERALS),
        positional=MANY if starred else len(call.args),
        keywords=frozenset(k.arg for k in call.keywords),
        handed=None if handed is None else _names(handed),
        is_spelled=isinstance(handed, ast.Constant) or is_plain_lambda(handed),
    )


def _names(node: ast.expr) -> tuple[str, ...]:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    names.append(node.id if isinstance(node, ast.Name) else "")
    return tuple(reversed(names))


class Asked:
    """Hands questions on, and keeps them with their answers.

    Which questions there are, and in which order, depends on the source alone, never on answers.
    """

    def __init__(self, answer_in: AnswerIn) -> None:
        self._answer_in = answer_in
        self.questions: list[Question] = []
        self.answers: list[Kind] = []

    def classify_in(self, local: frozenset[str]) -> Callable[[Site], Kind]:
        """A classifier of the calls of a function with these names of its own."""
        answer = self._answer_in(local)

        def classify(site: Site) -> Kind:
            callee = callee_of(site)
            self.questions.append(Question(local, callee))
            self.answers.append(answer(callee))
            return self.answers[-1]

        return classify
