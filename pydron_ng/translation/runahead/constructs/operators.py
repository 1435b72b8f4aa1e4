"""Operators: on atoms and own containers of atoms only, and never where the result is huge."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_ng.purity.library_values import is_library_value
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.arrays import calculated, is_array
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import (
    ATOMS,
    OWN,
    OwnDict,
    OwnList,
    OwnTuple,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
    is_foreign,
)
from pydron_ng.translation.runahead.registry import emits, guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = {int} + {call}",
    "{new} = {call} * {int} - {call}",
    "{new} = len([[{call}]] * 3) + {int}",
    "{new} = {call} if {call} > {int} else {int}",
    "{name} += {call}",
    "{new} = {int} < {call} <= {int}",
    "{new} = {call} and {call}",
)
_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "is": operator.is_,
    "is not": operator.is_not,
    "not": operator.not_,
    "u-": operator.neg,
    "u+": operator.pos,
    "~": operator.invert,
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "u-",
    ast.UAdd: "u+",
    ast.Invert: "~",
    ast.Not: "not",
}
_SCALARS = frozenset(
    """float64 float32 int64 int32 int16 int8 uint8 uint16 uint32 uint64 bool bool_""".split()
)
_NUMBERS = frozenset({int, float, complex, bool})
_LATER = frozenset({"**", "<<", "*", "~"})  # these have more to check than the types
LONGEST = 10_000  # items or bits that an operation of run-ahead may make


# --- emitting ---


@emits(ast.BinOp)
def binary(emitter: Emitter, node: ast.BinOp) -> str:
    symbol = _BINARY.get(type(node.op))
    left, right = emitter.expression(node.left), emitter.expression(node.right)
    if symbol == "%" and type(getattr(node.left, "value", None)) is str:
        return f"percent(ra, {left}, {right})"
    return f"operate(ra, {symbol!r}, {left}, {right})" if symbol else "UNKNOWN"


@emits(ast.UnaryOp)
def unary(emitter: Emitter, node: ast.UnaryOp) -> str:
    return f"operate(ra, {_UNARY[type(node.op)]!r}, {emitter.expression(node.operand)})"


@emits(ast.Compare)
def compare(emitter: Emitter, node: ast.Compare) -> str:
    """A chain is the conjunction of its parts where they are simple."""
    if len(node.ops) > 1:
        return _chain(emitter, node)
    left, right = emitter.expression(node.left), emitter.expression(node.comparators[0])
    symbol = _COMPARE[type(node.ops[0])]
    if symbol in {"in", "not in"}:
        return f"contains(ra, {symbol!r}, {left}, {right})"
    return f"operate(ra, {symbol!r}, {left}, {right})"


def _chain(emitter: Emitter, node: ast.Compare) -> str:
    """Each part is evaluated only if those before it hold."""
    before = emitter.expression(node.left)
    return _links(emitter, before, list(zip(node.ops, node.comparators, strict=True)))


def _links(emitter: Emitter, left: str, links: list[tuple[ast.cmpop, ast.expr]]) -> str:
    (operator_, operand), *rest = links
    symbol, right = _COMPARE[type(operator_)], emitter.expression(operand)
    if not rest:
        return f"compared(ra, {symbol!r}, {left}, {right})"
    middle = emitter.temporary()
    return f"linked(ra, {symbol!r}, {left}, {right}, {_continued(emitter, middle, rest)})"


def _continued(emitter: Emitter, middle: str, rest: list[tuple[ast.cmpop, ast.expr]]) -> str:
    """A function of the middle operand that evaluates the rest, with the names as they are now."""
    unit = emitter.unit
    before, unit.used = unit.used, {}
    with emitter.deferring():
        text = _links(emitter, middle, rest)
    used, unit.used = unit.used, {**before, **unit.used}
    return _lambda(text, used, middle)


@emits(ast.BoolOp)
def boolean(emitter: Emitter, node: ast.BoolOp) -> str:
    *firsts, text = node.values
    result = _later(emitter, text)
    word = "and" if isinstance(node.op, ast.And) else "or"
    for part in reversed(firsts[1:]):
        with emitter.deferring():
            middle = emitter.expression(part)
        result = _closed(emitter, f"either(ra, {word!r}, {middle}, {result})")
    return f"either(ra, {word!r}, {emitter.expression(firsts[0])}, {result})"


@emits(ast.IfExp)
def conditional(emitter: Emitter, node: ast.IfExp) -> str:
    test = emitter.expression(node.test)
    return f"choose(ra, {test}, {_later(emitter, node.body)}, {_later(emitter, node.orelse)})"


def _later(emitter: Emitter, node: ast.expr) -> str:
    """A function without parameters that evaluates `node` with the names as they are now."""
    unit = emitter.unit
    before, unit.used = unit.used, {}
    with emitter.deferring():
        text = emitter.expression(node)
    used, unit.used = unit.used, {**before, **unit.used}
    return _lambda(text, used)


def _closed(emitter: Emitter, text: str) -> str:
    return _lambda(text, emitter.unit.used)


def _lambda(text: str, used: dict[str, None], *parameters: str) -> str:
    kept = [*parameters, *(f"{variable}={variable}" for variable in used if variable in text)]
    return f"(lambda {', '.join(kept)}: {text})"


# --- guards ---


@guard
def operate(ra: Ahead, symbol: str, *operands: Any) -> Any:
    """The result of an operator on atoms, or a promise of it; UNKNOWN where user code might run."""
    if all(type(operand) in _NUMBERS for operand in operands) and symbol not in _LATER:
        try:
            return _FUNCTIONS[symbol](*operands)
        except (ArithmeticError, TypeError, ValueError) as error:
            if is_foreign(error):
                raise
            return UNKNOWN

    def run(*values: Any) -> Any:
        return _guarded(symbol, values)

    return lifted(ra.ready, run, *operands)


def _guarded(symbol: str, values: tuple[Any, ...]) -> Any:
    if symbol in {"is", "is not"}:
        return _FUNCTIONS[symbol](*values)
    if symbol == "~" and type(values[0]) is bool:
        raise Refused(symbol)  # it warns
    if symbol == "not":
        return not truth(values[0])
    if len(values) == 2 and symbol == "+" and type(values[0]) in {OwnList, list}:  # noqa: PLR2004
        return _joined(*values)
    if symbol == "*" and any(type(value) in {OwnList, list} for value in values):
        return _repeated(*values)
    if symbol == "|" and all(type(value) in {dict, OwnDict} for value in values):
        return united(*values)
    if any(map(is_array, values)):
        return calculated(symbol, _FUNCTIONS[symbol], values)
    if any(not is_plain_atom(value) for value in values):
        raise Refused(symbol)
    _check_size(symbol, values)
    return _numeric(_FUNCTIONS[symbol], values)


def _joined(left: Any, right: Any) -> Any:
    if type(right) not in {OwnList, list} or len(left) + len(right) > LONGEST:
        raise Refused("+")
    return OwnList([*left, *right])


def _repeated(*values: Any) -> Any:
    """A list a number of times, whatever it holds."""
    items, times = values if type(values[0]) in {OwnList, list} else reversed(values)
    if type(times) not in {int, bool} or len(items) * times > LONGEST:
        raise Refused("*")
    return OwnList(list(items) * times)


def is_plain_atom(value: Any) -> bool:
    """Is it an atom of the language or its library, or a numpy scalar, of exactly that type?"""
    kind = type(value)
    if kind in ATOMS or is_library_value(value):
        return True
    return type(kind) is type and kind.__module__ == "numpy" and kind.__name__ in _SCALARS


def _numeric(function: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    """Apply without a warning: numpy's scalars warn where Python's raise."""
    if all(type(value) in ATOMS or is_library_value(value) for value in values):
        return function(*values)
    import numpy as np

    with np.errstate(all="ignore"):
        return function(*values)


def _check_size(symbol: str, values: tuple[Any, ...]) -> None:
    """Refuse what could take long or fill the memory."""
    if symbol == "%" and type(values[0]) in {str, bytes}:
        raise Refused(symbol)
    if len(values) > 1 and _length(symbol, *values) > LONGEST:
        raise Refused(symbol)


def _length(symbol: str, a: Any, b: Any) -> int:
    """How many characters or bits the result has, at most; 0 where it cannot grow."""
    texts = [len(value) for value in (a, b) if type(value) in {str, bytes}]
    if texts and symbol in {"+", "*"}:
        return sum(texts) if symbol == "+" else texts[0] * int(b if type(a) in {str, bytes} else a)
    if not isinstance(a, int) or not isinstance(b, int):
        return 0
    match symbol:
        case "*":
            return a.bit_length() + b.bit_length()
        case "<<":
            return a.bit_length() + b
        case "**":
            return a.bit_length() * abs(b)
        case _:
            return 0


def truth(value: Any) -> bool:
    """Is `value` true, where no code of the user's is asked?

    Raises:
        Refused: its type may have an opinion of its own.
    """
    kind = type(value)
    if value is NotImplemented:
        raise Refused("truth")  # it warns
    if is_plain_atom(value) or kind in OWN or kind in {list, tuple, dict, set, frozenset, range}:
        return bool(value)
    raise Refused("truth")


def united(*dicts: Any) -> OwnDict:
    """One dict of all, the later ones winning; their values may be promises.

    Raises:
        Refused: comparing keys could run code of the user's, or they are many.
    """
    made = OwnDict()
    for part in dicts:
        if type(part) not in {dict, OwnDict} or len(part) > LONGEST:
            raise Refused("|")
        if not all(map(is_hashable, part)):
            raise Refused("keys")
        made.update(part)
    return made


def is_hashable(value: Any) -> bool:
    """Is hashing it free of code of the user's?"""
    if type(value) in {tuple, OwnTuple}:
        return all(map(is_hashable, value))
    return is_plain_atom(value)


@guard
def decided(value: Any) -> Any:
    """Whether a test holds; UNKNOWN where user code might be asked."""
    if value is UNKNOWN:
        return UNKNOWN
    try:
        return truth(value)
    except Refused:
        return UNKNOWN


@guard
def either(ra: Ahead, word: str, first: Any, second: Callable[[], Any]) -> Any:
    """`first and second` or `first or second`; the second is evaluated only if it must be."""
    if word == "and":
        return choose(ra, first, second, lambda: first)
    return choose(ra, first, lambda: first, second)


@guard
def choose(ra: Ahead, test: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """The value of one branch, evaluated when the test is known."""

    def run(value: Any) -> Any:
        return then() if truth(value) else otherwise()

    if type(test) is Promise or test is not UNKNOWN:
        return lifted(ra.ready, run, test)
    return UNKNOWN
