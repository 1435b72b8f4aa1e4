"""The syntax tree of a function, checked against the code that Python runs for it."""

from __future__ import annotations
import __future__

import ast
import inspect
import linecache
from dataclasses import dataclass, replace
from functools import lru_cache
from tokenize import TokenError
from types import CodeType

from pydron_ng.errors import SourceMissing, TranslationError

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_FUTURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


@dataclass(frozen=True, slots=True)
class Source:
    """A function's own definition, positions as in the user's file.

    mangle: name of the enclosing class, for private names; None outside of classes.
    flags: the ``from __future__`` switches in force.
    imported: names that the file imports: methods of these compile to other code.
    """

    definition: Definition
    filename: str
    mangle: str | None
    flags: int
    free: tuple[str, ...]
    qualname: str
    imported: tuple[str, ...] = ()

    def compile(self, definition: Definition) -> CodeType:
        """The code object of `definition` put in the place of the original.

        Raises:
            SyntaxError, ValueError: the tree is no valid Python.
        """
        imports: list[ast.stmt] = [ast.Import([ast.alias(name)]) for name in self.imported]
        function = _enclosed(definition, self.mangle, self.free)
        tree = ast.Module([*imports, function], type_ignores=[])
        ast.fix_missing_locations(tree)
        whole = compile(tree, self.filename, "exec", flags=self.flags, dont_inherit=True)
        code = _find(whole, definition.name, _first_line(definition))
        return _renamed(code, code.co_qualname, self.qualname)


def read_code(code: CodeType, qualname: str) -> Source:
    """The source of the function with that code, which calls itself `qualname`.

    Raises:
        SourceMissing: there is no source text.
        TranslationError: it is not what this function was made from.
    """
    try:
        lines, start = inspect.getsourcelines(code)
    except (OSError, TypeError, SyntaxError, TokenError) as error:
        raise SourceMissing("there is no source text of it") from error
    source = Source(
        definition=_parse("".join(lines), start, code.co_name),
        filename=code.co_filename,
        mangle=_class_name(qualname),
        flags=code.co_flags & _FUTURES,
        free=code.co_freevars,
        qualname=code.co_qualname,
    )
    if not _is_source_of(source, code):
        source = replace(source, imported=_imported_names(code.co_filename))
        if not _is_source_of(source, code):
            raise TranslationError(
                f"the source text of {code.co_name} is not what it was made from (the file was "
                "edited since, or another tool rewrote the function)"
            )
    return source


def _imported_names(filename: str) -> tuple[str, ...]:
    """The names that are imported at the top of a file."""
    try:
        tree = _file_tree("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):
        return ()
    names: dict[str, None] = {}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= dict.fromkeys((a.asname or a.name.partition(".")[0]) for a in node.names)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))
    return tuple(names)


@lru_cache(maxsize=8)
def _file_tree(text: str) -> ast.Module:
    return ast.parse(text)


def _parse(text: str, start: int, name: str) -> Definition:
    """The definition in `text`, whose first line has number `start`; columns are kept."""
    indented = text[:1].isspace()
    try:
        tree = ast.parse("if 1:\n" + text if indented else text)
    except SyntaxError as error:
        raise TranslationError(f"the source text of {name} does not parse: {error}") from error
    ast.increment_lineno(tree, start - 2 if indented else start - 1)
    body = tree.body[0].body if indented and isinstance(tree.body[0], ast.If) else tree.body
    node = body[0] if body else None
    if not isinstance(node, Definition) or node.name != name:
        raise TranslationError(f"{name} is not written as a def statement")
    return node


def _class_name(qualname: str) -> str | None:
    parent = qualname.rpartition(".")[0].rpartition(".")[2]
    return parent if parent and parent != "<locals>" else None


def _enclosed(definition: Definition, mangle: str | None, free: tuple[str, ...]) -> ast.stmt:
    """`definition` inside of what gives it its free names and its class's private names.

    Before:
        def area(self): return scale * self.__side
    After:
        def $outer(scale):
            global Square
            class Square:
                def area(self): return scale * self.__side
    """
    inner: ast.stmt = definition
    if mangle is not None:
        inner = ast.parse(f"class {mangle}: pass").body[0]
        assert isinstance(inner, ast.ClassDef)
        inner.body = [definition]
    names = [name for name in free if name != "__class__" or mangle is None]
    outer = ast.parse("def outer(): pass").body[0]
    assert isinstance(outer, ast.FunctionDef)
    outer.args.args = [ast.arg(name) for name in names]
    bound = definition.name if mangle is None else mangle
    outer.body = [inner] if bound in free else [ast.Global([bound]), inner]
    return outer


def _first_line(definition: Definition) -> int:
    lines = [node.lineno for node in definition.decorator_list]
    return min([definition.lineno, *lines])


def _find(code: CodeType, name: str, line: int) -> CodeType:
    found = _search(code, name, line)
    if found is None:
        raise TranslationError(f"{name} is not compiled where it was expected")
    return found


def _search(code: CodeType, name: str, line: int) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == name and constant.co_firstlineno == line:
                return constant
            deeper = _search(constant, name, line)
            if deeper is not None:
                return deeper
    return None


def _renamed(code: CodeType, before: str, after: str) -> CodeType:
    """`code` and all code in it with the qualified names that the user's file gives it."""

    def renamed(name: str) -> str:
        return after + name[len(before) :] if name.startswith(before) else name

    def constant(value: object) -> object:
        if isinstance(value, CodeType):
            return _renamed(value, before, after)
        # The body of a class assigns its qualified name.
        is_name = type(value) is str and value == code.co_qualname
        return renamed(code.co_qualname) if is_name else value

    constants = tuple(map(constant, code.co_consts))
    return code.replace(co_qualname=renamed(code.co_qualname), co_consts=constants)


def _is_source_of(source: Source, code: CodeType) -> bool:
    """Does it compile to that code? An edited file does not, nor what another tool rewrote.

    Raises:
        TranslationError: it does not compile.
    """
    try:
        compiled = source.compile(source.definition)
    except (SyntaxError, ValueError, RecursionError, Warning) as error:
        raise TranslationError(f"{code.co_name} does not compile again: {error}") from error
    return _same(compiled, code)


def _same(a: CodeType, b: CodeType) -> bool:
    return (
        a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and len(a.co_consts) == len(b.co_consts)
        and all(map(_same_constant, a.co_consts, b.co_consts))
    )


def _same_constant(a: object, b: object) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _same(a, b)
    return type(a) is type(b) and repr(a) == repr(b)
