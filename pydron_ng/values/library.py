"""What both ends know by name: rules for types, definitions by token, sentinels of modules."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from pydron_ng.values.blob import Blob, Token
from pydron_ng.values.importable import Finder, follow, module_of
from pydron_ng.values.installed import is_installed
from pydron_ng.values.rules import Rule, full_name, rule_for
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    import weakref

    from pydron_ng.values.functions import Identity
    from pydron_ng.values.pickler import ValuePickler


class Arrival(NamedTuple):
    """A function that was decorated somewhere else, or here before anybody wanted to know.

    is_scheduled: else it is only functional. speculates: as of ``schedule``.
    text: of its file, by which it goes there; empty where that can be read here.
    """

    function: FunctionType
    is_scheduled: bool
    speculates: bool = False
    text: str = ""


class Library:
    """The program's end: tokens stand for its own live functions and classes.

    No class definition is ever unpickled here: that would write over the state of the class.

    trusted: the full names of the classes that travel by pickling of their own, sorted.
    """

    def __init__(self) -> None:
        self.rules: dict[type, Rule] = {}
        self.picklers: list[ValuePickler] = []
        self.identities: dict[int, tuple[weakref.ref[Any], Identity]] = {}
        self.identifying: set[tuple[int, int]] = set()  # thread, and id of what it looks into
        self.trusted: tuple[str, ...] = ()
        self._blobs: dict[Token, Blob] = {}
        self._live: dict[Token, weakref.ref[Any]] = {}
        self._places: dict[int, tuple[str, str]] = {}
        self._finder = Finder()

    def trust(self, cls: type) -> None:
        """Objects of `cls` travel by pickling of their own: the user's word that it is faithful."""
        self.take_trusted({*self.trusted, full_name(cls)})

    def is_trusted(self, cls: type) -> bool:
        """Whether the user gave such a word for it."""
        return full_name(cls) in self.trusted

    def take_trusted(self, names: Iterable[str]) -> None:
        """From now on these classes are the trusted ones."""
        self.trusted = tuple(sorted(names))
        self.rules.clear()

    def rule(self, cls: type) -> Rule:
        """How objects of exactly this type are reduced."""
        rule = rule_for(cls, self.trusted)
        self.rules[cls] = rule
        return rule

    def is_importable(self, definition: Any) -> bool:
        """Whether a worker that imports the same names gets this function or class."""
        return self._finder.is_importable(definition)

    def is_same_by_name(self, definition: Any) -> bool:
        """Whether its name says all: no need to compare what the other end imports."""
        return self.is_importable(definition) and is_installed(module_of(definition))

    def publish(self, token: Token, live: weakref.ref[Any], blob: Blob) -> None:
        """From now on the token stands for that function or class, and is sent as that blob."""
        self._blobs[token] = blob
        self._live[token] = live

    def blob(self, token: Token) -> Blob:
        """What defines the token to a worker."""
        return self._blobs[token]

    def tokens_for(self, definition: Any) -> tuple[Token, ...]:
        """The tokens that a worker needs to know a function or class by; its own is the last."""
        from pydron_ng.values.functions import identify

        return identify(definition, self).tokens

    def resolve(self, token: bytes) -> Any:
        """The function or class that a token stands for."""
        live = self._live[Token(token)]()
        if live is None:
            raise Unshippable("gone", "the function or class does not exist any more")
        return live

    def token_of(self, definition: Any) -> Token | None:  # noqa: ARG002  none does here
        """The token with which a class has come from somewhere else."""
        return None

    def arrive(self, arrival: Arrival) -> None:
        """A function that is scheduled, or functional; here they are known already."""

    def decorated(self, function: FunctionType, state: tuple[Any, ...]) -> None:
        """Such a function comes by value: give it its state."""
        set_state, plain, *how = state
        set_state(function, plain)
        self.arrive(Arrival(function, *how))

    def sentinel(self, module: str, name: str) -> object:
        """The module's own object of that name."""
        return sys.modules[module].__dict__[name]

    def place_of(self, obj: object) -> tuple[str, str] | None:
        """Module and name of an object that is told by its identity, None if it has none."""
        place = self._places.get(id(obj))
        if place is not None and _is_at(obj, *place):
            return place
        place = next(((m, n) for m, n, value in _globals() if value is obj), None)
        if place is not None:
            self._places[id(obj)] = place
        return place


class WorkerLibrary(Library):
    """The worker's end: definitions arrive as bytes and are loaded when they are first used.

    arrivals: the functions that nobody has asked for. scheduled: how many of them there were ever.
    """

    def __init__(self) -> None:
        super().__init__()
        self._loaded: dict[Token, Any] = {}
        self._tokens: dict[int, Token] = {}
        self.arrivals: list[Arrival] = []
        self.scheduled = 0
        self._sentinels: dict[tuple[str, str], object] = {}

    def define(self, token: Token, blob: Blob) -> None:
        """Keep what the token stands for; nothing is imported or run before it is needed."""
        self._blobs[token] = blob

    def arrive(self, arrival: Arrival) -> None:
        self.scheduled += arrival.is_scheduled
        self.arrivals.append(arrival)

    def token_of(self, definition: Any) -> Token | None:
        if id(definition) not in self._tokens:
            self._load_all()
        return self._tokens.get(id(definition))

    def is_defined(self, token: Token) -> bool:
        """Does whoever sends calls here know it?"""
        return token in self._blobs

    def is_same_by_name(self, definition: Any) -> bool:
        """The program has its own, whatever the worker's holds."""
        return self.is_importable(definition)

    def resolve(self, token: bytes) -> Any:
        """The function or class that a token stands for.

        Raises:
            Unshippable: what this worker imports is not what the program has.
        """
        from pydron_ng.values.definitions import load

        known = Token(token)
        if known not in self._loaded:
            definition = load(self._blobs[known], self)
            self._loaded[known] = definition
            self._tokens[id(definition)] = known
        return self._loaded[known]

    def tokens_for(self, definition: Any) -> tuple[Token, ...]:
        token = self.token_of(definition)
        if token is None:
            why = f"{definition.__qualname__} was defined by the call itself"
            raise Unshippable("unshippable-definition", why)
        return (token,)

    def _load_all(self) -> None:
        """Classes may have come along with a function before anything named their tokens."""
        from pydron_ng.values.definitions import is_whole

        for token in [token for token, blob in self._blobs.items() if is_whole(blob)]:
            self.resolve(token)

    def sentinel(self, module: str, name: str) -> object:
        if module == "__main__":
            return self._sentinels.setdefault((module, name), object())
        return follow(module, name)

    def place_of(self, obj: object) -> tuple[str, str] | None:
        for place, sentinel in self._sentinels.items():
            if sentinel is obj:
                return place
        return super().place_of(obj)


def _is_at(obj: object, module: str, name: str) -> bool:
    return getattr(sys.modules.get(module), "__dict__", {}).get(name) is obj


def _globals() -> list[tuple[str, str, object]]:
    """All names of all loaded modules with what they stand for."""
    modules: list[tuple[str, object]] = list(sys.modules.items())
    return [
        (module_name, name, value)
        for module_name, module in modules
        if isinstance(module, ModuleType)
        for name, value in list(module.__dict__.items())
    ]
