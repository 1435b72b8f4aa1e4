"""An import hook: each function of a package is decorated where its def statement stands."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

#: The decorator's name, which no program has.
NAME = "__pydron_decorate__"


class Hook(MetaPathFinder):
    """Finds the modules of one package, without its tests, and decorates what they define."""

    def __init__(self, package: str, decorate: Callable[[Any], Any]) -> None:
        self._package = package
        setattr(builtins, NAME, decorate)
        sys.meta_path.insert(0, self)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        parts = fullname.split(".")
        if parts[0] != self._package or {"tests", "test"} & set(parts):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = Loader(fullname, spec.loader.path)
        return spec


class Loader(SourceFileLoader):
    """Compiles a module with decorators that its text does not have; keeps no bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return decorated(self.get_data(path), path)


def decorated(source: bytes, path: str) -> CodeType:
    """The module's code, the innermost decorator of each function being ours.

    Functions inside of functions are left alone: decorators would change the outer one's code.
    """
    tree = ast.parse(source, path)
    _decorate(tree.body)
    ast.fix_missing_locations(tree)
    return compile(tree, path, "exec", dont_inherit=True)


def _decorate(body: Sequence[ast.AST]) -> None:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorator = ast.copy_location(ast.Name(NAME, ast.Load()), node)
            node.decorator_list.append(decorator)
        else:
            _decorate(list(ast.iter_child_nodes(node)))
